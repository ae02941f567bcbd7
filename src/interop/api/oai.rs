//! OAI-PMH over HTTP: GET and POST, always answered as nobody signed in would be.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use url::Url;

use super::super::addresses::Addresses;
use super::super::entry::{Entry, all_with_surroundings};
use super::super::oai::{
    Identity, LIFE, ListKind, OaiError, Repository, Request, Sets, Token, answer_error, answer_identify,
    answer_list, answer_prefixes, answer_record, answer_sets, read,
};
use crate::config::Config;
use crate::datasets::files::Tickets;
use crate::datasets::{
    Action, Change, Changes, departure_of, earliest_change, find_dataset_by_id, list_described_changes,
    public_groups, whole_dataset,
};
use crate::db::{Conn, Db};
use crate::http::base_of;
use crate::kernel::{Clock, Ctx, DatasetId, Error, Kind, Result};
use crate::spaces::spaces_by_slugs;

/// Records in one part of a list.
const PAGE: i64 = 100;
/// The most bytes of a question.
const MOST_BYTES: usize = 16 * 1024;

type Services = (web::Data<Db>, web::Data<Config>, web::Data<Tickets>, web::Data<dyn Clock>);

/// `/oai?verb=ListRecords&metadataPrefix=oai_dc`
#[get("/oai")]
pub(super) async fn get_oai(req: HttpRequest, services: Services) -> Result<HttpResponse> {
    answer(&req, services, req.query_string()).await
}

/// The same with the arguments in the body, as a form.
#[post("/oai")]
pub(super) async fn post_oai(req: HttpRequest, services: Services, body: web::Bytes) -> Result<HttpResponse> {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form =
        kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
    if !is_form {
        return Err(Error::new(
            Kind::UnsupportedMediaType,
            "unsupported_media_type",
            "send the arguments as application/x-www-form-urlencoded, or as a query with GET",
        ));
    }
    // What is no text is no argument either.
    let text = String::from_utf8_lossy(&body).into_owned();
    answer(&req, services, &text).await
}

async fn answer(req: &HttpRequest, services: Services, arguments: &str) -> Result<HttpResponse> {
    let (db, config, keys, clock) = services;
    let at = Addresses::below(base_of(req, config.base_url.as_ref()));
    let host = Url::parse(at.base()).ok().and_then(|url| url.host_str().map(name_of));
    let repository = Repository {
        host: host.unwrap_or_else(|| "localhost".to_owned()),
        at,
        now: clock.now(),
        admin_email: config.operator.email.clone(),
    };
    let readable = arguments.len() <= MOST_BYTES;
    let pairs: Option<Vec<(String, String)>> =
        readable.then(|| serde_urlencoded::from_str(arguments).ok()).flatten();
    let asked = match &pairs {
        Some(pairs) => read(pairs),
        None => Err(OaiError::new("badArgument", "the arguments cannot be read")),
    };
    let question: Vec<(&str, &str)> =
        pairs.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let told = match asked {
        Ok(request) => tell(&db, &keys, &repository, &question, request).await?,
        Err(error) => Err(error),
    };
    let text = told.unwrap_or_else(|error| answer_error(&repository, &question, &error));
    Ok(HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(text))
}

/// A host as it stands in the identifiers of records; those have no room for the colons and brackets of an IPv6 address.
fn name_of(host: &str) -> String {
    host.trim_matches(['[', ']']).replace(':', "-")
}

type Told = Result<String, OaiError>;

/// Answers a question that was understood. What the protocol calls an error is an answer too.
async fn tell(
    db: &Db,
    keys: &Tickets,
    repository: &Repository,
    question: &[(&str, &str)],
    request: Request,
) -> Result<Told> {
    Ok(match request {
        Request::Identify => {
            let earliest = db.read(earliest_change).await?.unwrap_or(repository.now);
            Ok(answer_identify(repository, question, &Identity { earliest }))
        }
        Request::Sets => Ok(answer_sets(repository, question, &db.read(sets).await?)),
        Request::Formats(None) => Ok(answer_prefixes(repository, question)),
        Request::Formats(Some(identifier)) => {
            record(db, repository, &identifier, 0).await?.map(|_| answer_prefixes(repository, question))
        }
        Request::Record(identifier, prefix) => record(db, repository, &identifier, prefix.most_files())
            .await?
            .map(|change| answer_record(repository, question, prefix, &change)),
        Request::List(place) => {
            let begin = Token { place, after: -1, told: 0, until: repository.now };
            list(db, keys, repository, question, begin).await?
        }
        Request::Resume(kind, text) => match Token::unseal(keys, &text, kind, repository.now) {
            Ok(token) => list(db, keys, repository, question, token).await?,
            Err(error) => Err(error),
        },
    })
}

fn everybody(repository: &Repository) -> Ctx {
    Ctx::anonymous(repository.now, "oai")
}

fn sets(conn: &mut Conn) -> Result<Sets> {
    let (organisations, spaces) = public_groups(conn)?;
    let named = spaces_by_slugs(conn, &spaces.iter().collect::<Vec<_>>())?;
    let mut spaces: Vec<_> =
        named.into_iter().map(|space| (space.slug, space.names.best(&[]).to_owned())).collect();
    spaces.sort();
    Ok(Sets { spaces, organisations })
}

/// The record with this identifier, or that it was deleted.
async fn record(
    db: &Db,
    repository: &Repository,
    identifier: &str,
    most_files: i64,
) -> Result<Result<Change<Entry>, OaiError>> {
    let unknown = || OaiError::new("idDoesNotExist", "there is no such record");
    let Some(id) = repository.id_of(identifier) else { return Ok(Err(unknown())) };
    let ctx = everybody(repository);
    let found = db.read(move |conn| find(conn, &ctx, &id, most_files)).await?;
    Ok(found.ok_or_else(unknown))
}

fn find(conn: &mut Conn, ctx: &Ctx, id: &DatasetId, most_files: i64) -> Result<Option<Change<Entry>>> {
    match find_dataset_by_id(conn, ctx, id, Action::See) {
        Ok(dataset) => {
            let whole = whole_dataset(conn, dataset, most_files)?;
            Ok(all_with_surroundings(conn, vec![whole])?.pop().map(Change::Present))
        }
        Err(error) if error.kind() == Kind::NotFound => Ok(departure_of(conn, id)?.map(Change::Gone)),
        Err(error) => Err(error),
    }
}

async fn list(
    db: &Db,
    keys: &Tickets,
    repository: &Repository,
    question: &[(&str, &str)],
    begun: Token,
) -> Result<Told> {
    let (ctx, selection) = (everybody(repository), begun.place.selection());
    // Headers say nothing of files.
    let most_files = if begun.place.kind == ListKind::Records { begun.place.prefix.most_files() } else { 0 };
    let mut after = begun.after;
    let read = db
        .read(move |conn| {
            loop {
                let found = page(conn, &ctx, &selection, (after, most_files))?;
                // A part without a record, since all of them were hidden just now, is no part.
                if found.is_last || !found.items.is_empty() {
                    return Ok(found);
                }
                after = found.last;
            }
        })
        .await;
    let found = match read {
        Err(error) if error.code() == "cursor_ahead" => return Ok(Err(OaiError::token())),
        outcome => outcome?,
    };
    let is_resumed = begun.told > 0;
    if found.items.is_empty() {
        // The protocol knows no part without a record, not even as the last one.
        return Ok(Err(if is_resumed {
            OaiError::new(
                "badResumptionToken",
                "nothing is left of this list, for what was still to come changed meanwhile; ask anew from the latest datestamp",
            )
        } else {
            OaiError::new("noRecordsMatch", "nothing in the catalogue fits")
        }));
    }
    let items: Vec<Change<Entry>> = found.items.into_iter().map(|(_, change)| change).collect();
    let next = Token {
        after: found.last,
        told: begun.told + items.len() as u64,
        until: repository.now.plus(LIFE),
        place: begun.place.clone(),
    };
    let sealed = if found.is_last { String::new() } else { next.seal(keys)? };
    let is_last = found.is_last;
    let (repository, question) = (repository.clone(), owned(question));
    // A hundred records take long enough for others to notice.
    let write = move || {
        let question: Vec<(&str, &str)> =
            question.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let token = (!is_last || is_resumed).then_some((
            sealed.as_str(),
            begun.told,
            (!is_last).then_some(next.until),
        ));
        answer_list(&repository, &question, &begun.place, &items, token)
    };
    Ok(Ok(web::block(write).await.map_err(|error| Error::internal("writing a list", error))?))
}

fn owned(question: &[(&str, &str)]) -> Vec<(String, String)> {
    question.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn page(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &crate::datasets::Selection,
    (after, most_files): (i64, i64),
) -> Result<Changes<Entry>> {
    let after = (after >= 0).then_some(after);
    let found = list_described_changes(conn, ctx, selection, after, (PAGE, most_files))?;
    let (mut positions, mut described) = (Vec::new(), Vec::new());
    for (position, change) in found.items {
        match change {
            Change::Present(one) => {
                positions.push((position, None));
                described.push(one);
            }
            Change::Gone(departure) => positions.push((position, Some(departure))),
        }
    }
    let mut entries = all_with_surroundings(conn, described)?.into_iter();
    let items = positions.into_iter().filter_map(|(position, gone)| {
        let change = match gone {
            Some(departure) => Change::Gone(departure),
            None => Change::Present(entries.next()?),
        };
        Some((position, change))
    });
    Ok(Changes { items: items.collect(), last: found.last, is_last: found.is_last })
}
