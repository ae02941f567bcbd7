//! Information on a dataset, on one of its revisions, and the names that its revisions have.

use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::super::hub::info::{information, sibling};
use super::super::super::hub::snapshot::{Snapshot, card_of, repository, revision};
use super::super::super::hub::tree::Leaf;
use super::super::super::hub::{card as cards, words};
use super::{Repository, Services, is_set, sent};
use crate::datasets::files::{Scan, Start, scan_files};
use crate::datasets::versions::{VersionState, list_versions};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Error, PageRequest, Result};

/// The most files that are listed in the information itself; of longer versions the tree lists them, page by page.
const MOST_SIBLINGS: i64 = 10_000;
/// Files read at once for a client that cannot do without a longer list.
const BATCH: i64 = 1000;

/// A revision of a dataset.
#[derive(Debug, Deserialize)]
pub(super) struct OfRevision {
    org: String,
    name: String,
    revision: String,
}

/// `/api/datasets/harbour/tides`: with the newest version, if one is published.
#[get("/api/datasets/{org}/{name}")]
pub(super) async fn of_dataset(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<Repository>,
) -> Result<HttpResponse> {
    send(&req, ctx, &services.0, &path, None).await
}

/// `/api/datasets/harbour/tides/revision/main`
#[get("/api/datasets/{org}/{name}/revision/{revision:.+}")]
pub(super) async fn of_revision(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<OfRevision>,
) -> Result<HttpResponse> {
    let OfRevision { org, name, revision } = path.into_inner();
    send(&req, ctx, &services.0, &Repository { org, name }, Some(revision)).await
}

async fn send(
    req: &HttpRequest,
    ctx: Ctx,
    db: &Db,
    asked: &Repository,
    of: Option<String>,
) -> Result<HttpResponse> {
    let (organisation, name) = asked.read()?;
    let (blobs, old) = (is_set(req, "blobs"), is_old(req));
    let (mut info, long) = db
        .read(move |conn| {
            let dataset = repository(conn, &ctx, (&organisation, &name))?;
            let record = dataset.typed_record()?;
            let snapshot = match of {
                Some(of) => Some(revision(conn, dataset.clone(), &of)?),
                // An announced dataset has no version yet.
                None if dataset.latest_version.is_none() => None,
                None => Some(revision(conn, dataset.clone(), "main")?),
            };
            let mut info = information(&dataset, &record, snapshot.as_ref());
            let Some(snapshot) = snapshot else {
                info.insert("siblings".to_owned(), json!([]));
                return Ok((info, None));
            };
            let first = made(conn, &snapshot)?.map(|leaf| sibling(&leaf, blobs));
            if snapshot.version.files > MOST_SIBLINGS {
                return Ok((info, Some((snapshot, first))));
            }
            let files = siblings(conn, &snapshot, &Start::First, MOST_SIBLINGS, blobs)?.0;
            info.insert("siblings".to_owned(), first.into_iter().chain(files).collect());
            Ok((info, None))
        })
        .await?;
    match long {
        Some((snapshot, first)) if old => streamed(db, info, snapshot, first, blobs),
        // Clients of today list the tree.
        Some(_) => {
            info.remove("siblings");
            sent(req, &Value::Object(info))
        }
        None => sent(req, &Value::Object(info)),
    }
}

/// Whether this is a client that knows the files from this list alone: `huggingface_hub` before 1.0.
fn is_old(req: &HttpRequest) -> bool {
    let agent = req.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    agent.is_some_and(|agent| agent.contains("hf_hub/0."))
}

/// The card that is made for the revision, as a file of it.
pub(super) fn made(conn: &mut Conn, snapshot: &Snapshot) -> Result<Option<Leaf>> {
    let card = card_of(conn, snapshot)?;
    Ok(card.map(|card| Leaf { path: cards::FILE_NAME.to_owned(), size: card.size(), sha256: card.sha256 }))
}

/// Files as they stand in the information, and where to go on.
fn siblings(
    conn: &mut Conn,
    snapshot: &Snapshot,
    start: &Start,
    most: i64,
    blobs: bool,
) -> Result<(Vec<Value>, Option<Start>)> {
    let scan = Scan { folder: None, start: start.clone(), held: true, most };
    let found = scan_files(conn, &snapshot.version, &scan)?;
    let full = i64::try_from(found.len()).is_ok_and(|found| found == most);
    let next = found.last().filter(|_| full).map(|file| Start::After(file.path.to_string()));
    Ok((found.into_iter().filter_map(Leaf::of).map(|leaf| sibling(&leaf, blobs)).collect(), next))
}

/// A long list, sent as it is read.
fn streamed(
    db: &Db,
    info: Map<String, Value>,
    snapshot: Snapshot,
    first: Option<Value>,
    blobs: bool,
) -> Result<HttpResponse> {
    let text = Value::Object(info).to_string();
    // The list is the last member of the object.
    let head = format!("{},\"siblings\":[", text.strip_suffix('}').unwrap_or(&text));
    let first = first.map(|first| first.to_string()).unwrap_or_default();
    let (begun, db) = (!first.is_empty(), db.clone());
    let head = stream::once(async move { Ok::<_, Error>(Bytes::from(head + &first)) });
    let rest = stream::try_unfold((Some(Start::First), begun), move |(start, begun)| {
        let (db, snapshot) = (db.clone(), snapshot.clone());
        async move {
            let Some(start) = start else { return Ok(None) };
            let (files, next) = db.read(move |conn| siblings(conn, &snapshot, &start, BATCH, blobs)).await?;
            let text: Vec<String> = files.iter().map(Value::to_string).collect();
            let comma = if begun && !text.is_empty() { "," } else { "" };
            let end = if next.is_none() { "]}" } else { "" };
            let begun = begun || !text.is_empty();
            Ok::<_, Error>(Some((Bytes::from(format!("{comma}{}{end}", text.join(","))), (next, begun))))
        }
    });
    Ok(HttpResponse::Ok().content_type("application/json").streaming(head.chain(rest)))
}

/// `/api/datasets/harbour/tides/commits/main`: a revision has no history but itself; clients ask when it was made.
#[get("/api/datasets/{org}/{name}/commits/{revision:.+}")]
pub(super) async fn commits(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<OfRevision>,
) -> Result<HttpResponse> {
    let OfRevision { org, name, revision: of } = path.into_inner();
    let (organisation, name) = Repository { org, name }.read()?;
    let commits: Value = services
        .0
        .read(move |conn| {
            let dataset = repository(conn, &ctx, (&organisation, &name))?;
            let snapshot = revision(conn, dataset, &of)?;
            let version = &snapshot.version;
            let notes = version.notes.as_deref().unwrap_or_default();
            Ok(json!([{
                "id": snapshot.revision(), "title": format!("Version {}", version.version), "message": notes,
                "date": version.published_at, "authors": [{"user": snapshot.dataset.organisation}],
            }]))
        })
        .await?;
    sent(&req, &commits)
}

/// `/api/datasets/harbour/tides/refs`: the newest version as a branch, each version as a tag.
#[get("/api/datasets/{org}/{name}/refs")]
pub(super) async fn refs(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<Repository>,
) -> Result<HttpResponse> {
    let (organisation, name) = path.read()?;
    let db = &services.0;
    let (asked, named) = (ctx.clone(), (organisation.clone(), name.clone()));
    let newest = db
        .read(move |conn| {
            let dataset = repository(conn, &asked, (&named.0, &named.1))?;
            match revision(conn, dataset, "main") {
                Ok(snapshot) => Ok(Some(snapshot.revision())),
                Err(error) if words::error_code(&error) == Some("RevisionNotFound") => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await?;
    let page = PageRequest::new(Some(PageRequest::MAX_LIMIT), None)?;
    let versions = list_versions(db, &ctx, (organisation, name), page).await?;
    let published = versions.items.iter().filter(|version| version.state == VersionState::Published);
    let tags: Vec<Value> = published
        .map(|version| {
            let tag = format!("v{}", version.version);
            json!({"name": tag, "ref": format!("refs/tags/{tag}"), "targetCommit": version.revision40})
        })
        .collect();
    let main = newest.map(|newest| json!({"name": "main", "ref": "refs/heads/main", "targetCommit": newest}));
    let branches: Vec<Value> = main.into_iter().collect();
    sent(&req, &json!({"branches": branches, "tags": tags, "converts": []}))
}
