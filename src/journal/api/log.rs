//! The log for those who do not trust us: checkpoint, tiles, keys.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ContentEncoding, VARY};
use actix_web::{HttpResponse, HttpResponseBuilder, get, web};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::super::log::{LogName, names};
use super::super::read::require_auditor;
use super::super::receipts::pending;
use super::super::store::{self, DatabaseTiles};
use super::super::tlog::{Bundle, Tile, Tiles as _, TrustPolicy};
use super::super::witness::Witnesses;
use crate::config::Config;
use crate::db::Db;
use crate::http::Query;
use crate::kernel::{Ctx, Error, Result};

/// What is the same for everybody.
const PUBLIC: (actix_web::http::header::HeaderName, &str) = (VARY, "Accept-Encoding");
/// The longest a checkpoint may be kept: a new one may come within a second.
const BRIEFLY: &str = "public, max-age=1";
/// A part of a tile is asked for once and then the next one.
const A_WHILE: &str = "public, max-age=60";
const FOREVER: &str = "public, max-age=31536000, immutable";

fn text(response: &mut HttpResponseBuilder, cache: &'static str, body: String) -> HttpResponse {
    response
        .insert_header(PUBLIC)
        .insert_header((CACHE_CONTROL, cache))
        .content_type("text/plain; charset=utf-8")
        .body(body)
}

/// Shows the newest checkpoint
///
/// Size and root of the journal's tree, signed by the log and, where it has witnesses, cosigned by them: a signed note
/// (C2SP tlog-checkpoint). A new one comes within a second of an event.
#[utoipa::path(tag = "journal", operation_id = "get_checkpoint", security(()),
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")))]
#[get("/journal/checkpoint")]
pub(super) async fn get_checkpoint(db: web::Data<Db>) -> Result<HttpResponse> {
    let latest = db.read(store::latest_checkpoint).await?.ok_or_else(pending)?;
    Ok(text(&mut HttpResponse::Ok(), BRIEFLY, latest.note))
}

/// Serves a tile of the tree
///
/// Up to 256 hashes of 32 bytes (C2SP tlog-tiles): `/journal/tile/0/000` has the first 256 leaf hashes, `…/0/001.p/7` the
/// first seven of the next ones, `…/1/000` the roots of 256 leaves each. Hashes say nothing of what is in an entry.
#[utoipa::path(tag = "journal", operation_id = "get_tile", security(()),
    params(("level" = u8, Path, description = "The level of the tree, 0 to 63", minimum = 0, maximum = 63),
           ("index" = String, Path, description = "The place in its level: groups of three digits, all but the last with an `x` before them; then `.p/` and a number, if there are fewer than 256", pattern = r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$", example = "000.p/1")),
    responses((status = 200, description = "The hashes", body = Vec<u8>, content_type = "application/octet-stream")))]
#[get("/journal/tile/{level}/{index:.+}")]
pub(super) async fn get_tile(db: web::Data<Db>, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (level, index) = path.into_inner();
    let none = || Error::not_found("tile");
    let tile: Tile = format!("tile/{level}/{index}").parse().map_err(|_| none())?;
    let hashes = db
        .read(move |conn| {
            let size = u64::try_from(store::log_size(conn)?).unwrap_or_default();
            let there = Tile::of_tree(tile.level, tile.index, size).filter(|there| tile.width <= there.width);
            there.map(|_| DatabaseTiles(conn).tile(tile)).transpose()
        })
        .await?
        .ok_or_else(none)?;
    let cache = if tile.is_full() { FOREVER } else { A_WHILE };
    Ok(HttpResponse::Ok()
        .insert_header(PUBLIC)
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity))
        .content_type("application/octet-stream")
        .body(Tile::encode(&hashes)))
}

/// Serves a bundle of entries
///
/// The entries whose hashes a tile of level 0 has, each after its length in two bytes (C2SP tlog-tiles). For administrators
/// and auditors: even without payloads, entries tell who asked for what.
#[utoipa::path(tag = "journal", operation_id = "get_entry_bundle",
    params(("index" = String, Path, description = "The place in its level: groups of three digits, all but the last with an `x` before them; then `.p/` and a number, if there are fewer than 256", pattern = r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$", example = "000.p/1")),
    responses((status = 200, description = "The entries", body = Vec<u8>, content_type = "application/octet-stream")))]
#[get("/journal/tile/entries/{index:.+}")]
pub(super) async fn get_entry_bundle(
    ctx: Ctx,
    db: web::Data<Db>,
    index: web::Path<String>,
) -> Result<HttpResponse> {
    require_auditor(&ctx)?;
    let none = || Error::not_found("bundle");
    let bundle: Bundle = format!("tile/entries/{index}").parse().map_err(|_| none())?;
    let rows = db
        .read(move |conn| {
            let first = i64::try_from(bundle.index).ok().and_then(|index| index.checked_mul(256));
            first.map_or(Ok(Vec::new()), |first| store::read_from(conn, first, i64::from(bundle.width)))
        })
        .await?;
    if rows.len() != usize::from(bundle.width) {
        return Err(none());
    }
    let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
    Ok(HttpResponse::Ok().content_type("application/octet-stream").body(Bundle::encode(&bodies)?))
}

/// Which epoch of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EpochQuery {
    /// The epoch, counted from 1: the time of the log under one name. The present one when not given.
    #[param(minimum = 1)]
    epoch: Option<i64>,
}

/// Shows whom to trust
///
/// The public keys that the log has had in an epoch, the present one when none is named, and its witnesses: a trust policy
/// (C2SP tlog-policy) with which receipts of that epoch are verified offline. Keep a copy; one that is fetched anew together
/// with what it shall prove proves little.
#[utoipa::path(tag = "journal", operation_id = "get_trust_policy", security(()), params(EpochQuery),
    responses((status = 200, description = "The policy", body = String, content_type = "text/plain")))]
#[get("/journal/trust-policy")]
pub(super) async fn get_trust_policy(
    db: web::Data<Db>,
    config: web::Data<Config>,
    witnesses: web::Data<Witnesses>,
    query: Query<EpochQuery>,
) -> Result<HttpResponse> {
    let mut names = db.read(names).await?;
    let epoch = query.epoch.or(names.last().map(|name| name.epoch));
    names.retain(|name| Some(name.epoch) == epoch);
    if names.is_empty() {
        return Err(Error::not_found("epoch of the log"));
    }
    let policy = policy(&names, place(&config), &witnesses)?;
    Ok(text(&mut HttpResponse::Ok(), A_WHILE, policy.to_string()))
}

/// Where the log is served, if the service knows its address.
fn place(config: &Config) -> Option<String> {
    config.base_url.as_ref().map(|url| format!("{}/api/v1/journal", url.as_str().trim_end_matches('/')))
}

fn policy(names: &[LogName], place: Option<String>, witnesses: &Witnesses) -> Result<TrustPolicy> {
    let mut policy = witnesses.policy().clone();
    for name in names {
        if policy.logs().iter().all(|log| log.verifier != name.verifier) {
            policy = policy.with_log(name.verifier.clone(), place.clone())?;
        }
    }
    Ok(policy)
}

/// What `/.well-known/cadastre-log` answers.
#[derive(Serialize)]
struct WellKnown {
    origin: String,
    epoch: i64,
    keys: Vec<WellKnownKey>,
    checkpoint: &'static str,
    trust_policy: &'static str,
}

#[derive(Serialize)]
struct WellKnownKey {
    epoch: i64,
    origin: String,
    vkey: String,
    since: i64,
}

/// The log's present name and all its public keys, as JSON.
#[get("/.well-known/cadastre-log")]
pub async fn well_known(db: web::Data<Db>) -> Result<HttpResponse> {
    let names = db.read(names).await?;
    let current = names.last().ok_or_else(|| Error::not_found("log"))?;
    let key = |name: &LogName| WellKnownKey {
        epoch: name.epoch,
        origin: name.origin.clone(),
        vkey: name.verifier.to_string(),
        since: name.since,
    };
    Ok(HttpResponse::Ok().insert_header(PUBLIC).insert_header((CACHE_CONTROL, A_WHILE)).json(WellKnown {
        origin: current.origin.clone(),
        epoch: current.epoch,
        keys: names.iter().map(key).collect(),
        checkpoint: "/api/v1/journal/checkpoint",
        trust_policy: "/api/v1/journal/trust-policy",
    }))
}
