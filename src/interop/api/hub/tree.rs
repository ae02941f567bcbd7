//! The files of a revision: as a tree, page by page, and by name.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::Value;

use super::super::super::hub::card::FILE_NAME;
use super::super::super::hub::snapshot::{Snapshot, repository, revision};
use super::super::super::hub::tree::{Entry, Leaf, Listing, MOST_ENTRIES, cursor, json, page, start};
use super::super::super::hub::words::no_entry;
use super::info::made;
use super::{Repository, Services, is_set, is_yes, limit, paged};
use crate::datasets::files::{FilePath, Scan, Start, files_at, scan_files};
use crate::db::Conn;
use crate::http::{MAX_JSON_BYTES, read_body};
use crate::kernel::{Ctx, Error, Result};

/// The most paths that can be asked for at once.
const MOST_PATHS: usize = 1000;

/// A revision of a dataset, and a folder in it.
#[derive(Debug, Deserialize)]
pub(super) struct OfTree {
    org: String,
    name: String,
    revision: String,
    #[serde(default)]
    folder: String,
}

/// `/api/datasets/harbour/tides/tree/main?recursive=true`
#[get("/api/datasets/{org}/{name}/tree/{revision}")]
pub(super) async fn of_root(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<OfTree>,
) -> Result<HttpResponse> {
    list(&req, ctx, services, path.into_inner()).await
}

/// `/api/datasets/harbour/tides/tree/main/data/train`
#[get("/api/datasets/{org}/{name}/tree/{revision}/{folder:.*}")]
pub(super) async fn of_folder(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<OfTree>,
) -> Result<HttpResponse> {
    list(&req, ctx, services, path.into_inner()).await
}

async fn list(req: &HttpRequest, ctx: Ctx, (db, config): Services, asked: OfTree) -> Result<HttpResponse> {
    let (recursive, expand) = (is_set(req, "recursive"), is_set(req, "expand"));
    let limit = limit(req, MOST_ENTRIES)?;
    let start = super::cursor(req, start)?.unwrap_or(Start::First);
    let (entries, next) = db
        .read(move |conn| {
            let snapshot = found(conn, &ctx, asked.org, asked.name, &asked.revision)?;
            let folder = Some(asked.folder.trim_matches('/')).filter(|folder| !folder.is_empty());
            // Nothing lies where no file could.
            if folder.is_some_and(|folder| folder.parse::<FilePath>().is_err()) {
                return Err(no_entry());
            }
            let listing = Listing { folder, recursive, start, limit };
            let mut found = page(&listing, |start, most| {
                let most = i64::try_from(most).unwrap_or(i64::MAX);
                let scan = Scan { folder, start: start.clone(), held: true, most };
                Ok(scan_files(conn, &snapshot.version, &scan)?.into_iter().filter_map(Leaf::of).collect())
            })?;
            if listing.start == Start::First {
                match folder {
                    None => found.entries.extend(made(conn, &snapshot)?.map(Entry::File)),
                    Some(_) if found.entries.is_empty() => return Err(no_entry()),
                    Some(_) => {}
                }
            }
            let entries: Value = found.entries.iter().map(|entry| json(entry, &snapshot, expand)).collect();
            Ok((entries, found.next))
        })
        .await?;
    paged(req, &config, next.as_ref().and_then(cursor), &entries)
}

fn found(conn: &mut Conn, ctx: &Ctx, org: String, name: String, of: &str) -> Result<Snapshot> {
    let (organisation, name) = Repository { org, name }.read()?;
    let dataset = repository(conn, ctx, (&organisation, &name))?;
    revision(conn, dataset, of)
}

/// Which files and folders are asked about.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    paths: Vec<String>,
    expand: bool,
}

impl Wanted {
    /// Reads a form or JSON, as the generations of clients send it.
    fn read(body: &[u8], is_json: bool) -> Result<Self> {
        let mut wanted = Self::default();
        if is_json {
            let body: Value = serde_json::from_slice(body)
                .map_err(|error| Error::malformed("json", format!("the body is not JSON: {error}")))?;
            match body.get("paths") {
                Some(Value::String(path)) => wanted.paths.push(path.clone()),
                Some(Value::Array(paths)) => {
                    wanted.paths.extend(paths.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
            wanted.expand = body.get("expand").and_then(Value::as_bool).unwrap_or_default();
        } else {
            for (name, value) in url::form_urlencoded::parse(body) {
                match &*name {
                    "paths" => wanted.paths.push(value.into_owned()),
                    "expand" => wanted.expand = is_yes(&value),
                    _ => {}
                }
            }
        }
        if wanted.paths.len() > MOST_PATHS {
            return Err(Error::invalid(
                "paths",
                "too_many",
                format!("ask for at most {MOST_PATHS} paths at once"),
            ));
        }
        Ok(wanted)
    }
}

/// `/api/datasets/harbour/tides/paths-info/main`: those of the paths that are there.
#[post("/api/datasets/{org}/{name}/paths-info/{revision:.+}")]
pub(super) async fn paths_info(
    req: HttpRequest,
    ctx: Ctx,
    (db, config): Services,
    path: web::Path<OfTree>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let body = read_body(body.into_inner(), MAX_JSON_BYTES).await?;
    let is_json = req
        .headers()
        .get("Content-Type")
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let wanted = Wanted::read(&body, is_json)?;
    let asked = path.into_inner();
    let entries: Value = db
        .read(move |conn| {
            let snapshot = found(conn, &ctx, asked.org, asked.name, &asked.revision)?;
            let entries = at(conn, &snapshot, &wanted.paths)?;
            Ok(entries.iter().map(|entry| json(entry, &snapshot, wanted.expand)).collect())
        })
        .await?;
    paged(&req, &config, None, &entries)
}

/// The entries at these paths, in their order.
fn at(conn: &mut Conn, snapshot: &Snapshot, paths: &[String]) -> Result<Vec<Entry>> {
    let mut wanted: Vec<&str> = paths.iter().map(|path| path.trim_matches('/')).collect();
    wanted.retain(|path| path.parse::<FilePath>().is_ok());
    wanted.dedup();
    let files = files_at(conn, &snapshot.version, &wanted)?;
    let mut leaves: Vec<Leaf> = files.into_iter().filter(|file| file.held).filter_map(Leaf::of).collect();
    if wanted.contains(&FILE_NAME) {
        leaves.extend(made(conn, snapshot)?);
    }
    let mut entries = Vec::new();
    for path in wanted {
        if let Some(leaf) = leaves.iter().find(|leaf| leaf.path == path) {
            entries.push(Entry::File(leaf.clone()));
            continue;
        }
        let scan = Scan { folder: Some(path), start: Start::First, held: true, most: 1 };
        if !scan_files(conn, &snapshot.version, &scan)?.is_empty() {
            entries.push(Entry::Folder(path.to_owned()));
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_in_a_form_or_in_json() {
        let both = Wanted { paths: vec!["a b.csv".into(), "c".into()], expand: true };
        assert_eq!(Wanted::read(b"paths=a+b.csv&paths=c&expand=True", false).unwrap(), both);
        assert_eq!(Wanted::read(br#"{"paths":["a b.csv","c"],"expand":true}"#, true).unwrap(), both);
        let one = Wanted::read(br#"{"paths":"c"}"#, true).unwrap();
        assert_eq!((one.paths.len(), one.expand), (1, false));
        assert!(Wanted::read(b"{", true).is_err());
        let many = "paths=a&".repeat(MOST_PATHS + 1);
        assert!(Wanted::read(many.as_bytes(), false).is_err());
    }
}
