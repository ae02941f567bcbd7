//! Finding datasets: by words in name, title and keywords, by organisation, by tags, by gate.

use actix_web::{HttpRequest, HttpResponse, get};
use serde_json::Value;

use super::super::super::hub::info::{Search, fits, information};
use super::{Services, cursor, is_yes, limit, paged, parameters};
use crate::datasets::{Selection, list_plain};
use crate::kernel::{Ctx, Cursor, DatasetId, Result, Slug};

/// The most datasets in a page.
const MOST: usize = 100;
/// Datasets read at once, and how often for one page: a page of a rare word is short, and leads on.
const BATCH: i64 = 100;
/// See [`BATCH`].
const LOOKS: usize = 20;

/// `/api/datasets?search=tides&author=harbour`
#[get("/api/datasets")]
pub(super) async fn list(req: HttpRequest, ctx: Ctx, (db, config): Services) -> Result<HttpResponse> {
    let most = limit(&req, MOST)?;
    let words: Vec<String> = parameters(&req, "search")
        .iter()
        .flat_map(|text| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>())
        .collect();
    let tags = parameters(&req, "filter");
    let tags: Vec<String> = tags.iter().flat_map(|tags| tags.split(',').map(str::to_owned)).collect();
    let gated = parameters(&req, "gated").first().map(|word| is_yes(word));
    let search = Search { words, tags, gated };
    let author = parameters(&req, "author").into_iter().next();
    let organisation = author.as_deref().map(str::parse::<Slug>).transpose();
    let after: Option<DatasetId> = cursor(&req, |text| {
        let cursor = Cursor::decode(text)?;
        let [id] = cursor.parts::<1>()?;
        id.parse()
    })?;
    // Nobody can have such a name.
    let Ok(organisation) = organisation else {
        return paged(&req, &config, None, &Value::Array(Vec::new()));
    };
    let selection = Selection { organisation, ..Selection::default() };
    let (found, next) = db
        .read(move |conn| {
            let (mut found, mut after) = (Vec::new(), after);
            for _ in 0..LOOKS {
                let batch = list_plain(conn, &ctx, &selection, after.as_ref(), BATCH)?;
                let last = i64::try_from(batch.len()).is_ok_and(|read| read < BATCH);
                for dataset in batch {
                    if found.len() == most {
                        return Ok((found, after));
                    }
                    let record = dataset.typed_record()?;
                    if fits(&dataset, &record, &search) {
                        found.push(Value::Object(information(&dataset, &record, None)));
                    }
                    after = Some(dataset.id);
                }
                if last {
                    return Ok((found, None));
                }
            }
            Ok((found, after))
        })
        .await?;
    let cursor = next.map(|id| Cursor::new([id.to_string()]).encode());
    paged(&req, &config, cursor, &Value::Array(found))
}
