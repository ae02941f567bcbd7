//! What is in a dump of the catalogue: every public dataset, one after the other, as it is when its turn comes.
//!
//! Another kind of dump gets a variant in `datasets::DumpKind` and its text in `text`. What names addresses can only be made
//! where the address of the service is set, for no request says it here.

use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;

use super::addresses::Addresses;
use super::dcat::{Catalogue, MOST_FILES_IN_PAGE, describe_catalogue, describe_in_list, list};
use super::entry::{Entry, entries};
use super::rdf::{Graph, Syntax, Writer};
use crate::config::{Config, Operator};
use crate::datasets::versions::Version;
use crate::datasets::{
    Dataset, DumpKind, Part, PolicyRevision, Selection, drop_dumps, dump_position, is_dump_due, write_dump,
};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, DatasetId, Error, Result};
use crate::spaces::all_spaces;
use crate::storage::BlobStore;

/// Datasets in one look at the database.
const BATCH: i64 = 100;

/// A line of the dump in NDJSON.
#[derive(Serialize)]
struct Line<'a> {
    dataset: &'a Dataset,
    policy: Option<&'a PolicyRevision>,
    version: Option<&'a Version>,
}

/// Makes those dumps for which it is time.
///
/// # Errors
/// When the database or the store fails; then there is no dump.
pub async fn make_due_dumps(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    config: &Config,
    every: Duration,
) -> Result<()> {
    for kind in DumpKind::ALL.iter().copied() {
        let Some(shape) = Shape::of(kind, config) else {
            drop_dumps(db, store, kind).await?;
            continue;
        };
        if is_dump_due(db, ctx, kind, every).await? {
            let position = dump_position(db).await?;
            let parts = parts(db.clone(), ctx.clone(), shape).boxed();
            let dump = write_dump(db, store, ctx, (kind, position), parts).await?;
            tracing::info!(
                name = dump.name,
                records = dump.records,
                bytes = dump.size,
                "dumped the catalogue"
            );
        }
    }
    Ok(())
}

/// What a dump is written as.
#[derive(Debug, Clone)]
enum Shape {
    /// A line of JSON for each dataset.
    Lines,
    /// DCAT-AP as N-Triples, with what the catalogue as a whole needs.
    Triples(Addresses, Operator),
}

impl Shape {
    fn of(kind: DumpKind, config: &Config) -> Option<Self> {
        match kind {
            DumpKind::Ndjson => Some(Self::Lines),
            DumpKind::NTriples => {
                let base = config.base_url.as_ref()?.as_str().trim_end_matches('/').to_owned();
                Some(Self::Triples(Addresses::below(base), config.operator.clone()))
            }
        }
    }

    /// The most files that a version is described with.
    const fn most_files(&self) -> i64 {
        match self {
            Self::Lines => 0,
            Self::Triples(..) => MOST_FILES_IN_PAGE,
        }
    }

    /// What stands before the datasets.
    fn begin(&self, conn: &mut Conn) -> Result<String> {
        match self {
            Self::Lines => Ok(String::new()),
            Self::Triples(at, operator) => {
                let mut graph = Graph::default();
                describe_catalogue(&Catalogue::Whole(all_spaces(conn)?), None, operator, at, &mut graph);
                Ok(triples(graph))
            }
        }
    }

    /// The text of some datasets. What several of them name, such as terms of vocabularies, is said once in each batch and
    /// not once in all, so that the memory does not grow with the catalogue.
    fn text(&self, entries: &[Entry]) -> Result<String> {
        match self {
            Self::Lines => entries.iter().map(line).collect(),
            Self::Triples(at, _) => {
                let mut graph = Graph::default();
                for entry in entries {
                    describe_in_list(entry, at, self.most_files(), &mut graph);
                }
                list(entries, at, &mut graph);
                Ok(triples(graph))
            }
        }
    }
}

fn triples(graph: Graph) -> String {
    let mut out = String::new();
    let mut writer = Writer::begin(Syntax::NTriples, &mut out);
    graph.finish().iter().for_each(|node| writer.node(node, &mut out));
    writer.end(&mut out);
    out
}

/// The texts of a dump, a batch of datasets in memory at a time.
fn parts(db: Db, ctx: Ctx, shape: Shape) -> impl Stream<Item = Result<Part>> + Send + 'static {
    stream::try_unfold(Some(None::<DatasetId>), move |after| {
        let (db, ctx, shape) = (db.clone(), ctx.clone(), shape.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let most = (BATCH, shape.most_files());
            let begun = shape.clone();
            let (begin, found) = db
                .read(move |conn| {
                    let begin = if after.is_none() { begun.begin(conn)? } else { String::new() };
                    Ok((begin, entries(conn, &ctx, &Selection::default(), after.as_ref(), most)?))
                })
                .await?;
            let text = begin + &shape.text(&found)?;
            let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
            let last = found.last().map(|entry| entry.described.dataset.id.clone());
            Ok::<_, Error>(Some(((text, count), last.filter(|_| count == BATCH).map(Some))))
        }
    })
}

fn line(entry: &Entry) -> Result<String> {
    let described = &entry.described;
    let line = Line {
        dataset: &described.dataset,
        policy: described.terms.as_ref(),
        version: described.version.as_ref(),
    };
    let text = serde_json::to_string(&line).map_err(|error| Error::internal("a line of a dump", error))?;
    Ok(text + "\n")
}
