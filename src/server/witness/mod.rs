//! A witness (C2SP tlog-witness): a small server of its own that cosigns checkpoints of logs it knows. What it decides is in
//! `journal::tlog`, what it remembers in `state`; here is its HTTP.

mod state;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::journal::tlog::{Refusal, Signer, TrustPolicy};
use crate::kernel::{Clock, Error, Result};

use state::{State, Trouble};

/// The largest request that is read, in bytes: 63 hashes and a note.
const MAX_REQUEST: usize = 256 * 1024;
/// How long a client may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long requests under way may take to finish after a stop was asked for, in seconds.
const SHUTDOWN_SECONDS: u64 = 10;

/// What a witness works with.
pub struct WitnessSettings {
    /// Its key.
    pub signer: Signer,
    /// The logs it knows; only their lines count.
    pub policy: TrustPolicy,
    /// The folder in which it remembers what it has cosigned.
    pub state: std::path::PathBuf,
    /// Where it listens, as HOST:PORT.
    pub listen: String,
}

/// Runs a witness until a signal ends it. `ready` is called once with the address it listens on.
///
/// # Errors
/// When its state cannot be used or is in use, or the address cannot be had.
pub async fn run_witness(
    settings: WitnessSettings,
    clock: Arc<dyn Clock>,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let state = State::open(settings.state, settings.policy, settings.signer, clock)?;
    let state = web::Data::new(state);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(web::PayloadConfig::new(MAX_REQUEST))
            .route("/add-checkpoint", web::post().to(add_checkpoint))
            .route("/{origin}/checkpoint", web::get().to(checkpoint))
    });
    let unusable = |error: std::io::Error| {
        let detail =
            format!("cannot listen on {}: {error}; write a free address as HOST:PORT", settings.listen);
        Error::invalid("listen", "address", detail)
    };
    let server = server.shutdown_timeout(SHUTDOWN_SECONDS).client_request_timeout(HEADER_TIME);
    let server = server.bind(&settings.listen).map_err(unusable)?;
    if let Some(address) = server.addrs().first() {
        ready(*address);
    }
    server.run().await.map_err(|error| Error::internal("witness", error))
}

fn plain(status: StatusCode, text: impl Into<String>) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text.into())
}

/// `POST /add-checkpoint`: the cosignature, once it is on the disk.
async fn add_checkpoint(state: web::Data<State>, body: web::Bytes) -> HttpResponse {
    let Ok(body) = String::from_utf8(body.to_vec()) else {
        return plain(StatusCode::BAD_REQUEST, "the request is no text in UTF-8\n");
    };
    match web::block(move || state.add(&body)).await {
        Ok(Ok(cosignature)) => plain(StatusCode::OK, format!("{cosignature}\n")),
        Ok(Err(Trouble::Refused(refusal))) => refused(refusal),
        Ok(Err(Trouble::Broken(error))) => {
            tracing::error!(%error, "the state of the witness cannot be written");
            plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the witness cannot remember what it signs; it signs nothing\n",
            )
        }
        Err(error) => {
            tracing::error!(%error, "the witness failed");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the witness failed\n")
        }
    }
}

fn refused(refusal: Refusal) -> HttpResponse {
    let because = |status, error: &Error| plain(status, format!("{}\n", error.detail()));
    match refusal {
        Refusal::Malformed(error) => because(StatusCode::BAD_REQUEST, &error),
        Refusal::UnknownLog(origin) => {
            plain(StatusCode::NOT_FOUND, format!("this witness does not know {origin}\n"))
        }
        Refusal::NotSigned(error) => because(StatusCode::FORBIDDEN, &error),
        Refusal::OtherSize(size) => {
            HttpResponse::Conflict().content_type("text/x.tlog.size").body(format!("{size}\n"))
        }
        Refusal::Inconsistent(error) => because(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}

/// `GET /<SHA-256 of the origin>/checkpoint`: what was cosigned last, for monitors.
async fn checkpoint(state: web::Data<State>, origin: web::Path<String>) -> HttpResponse {
    match state.latest(&origin) {
        Some(note) => plain(StatusCode::OK, note.to_string()),
        None => plain(StatusCode::NOT_FOUND, "this witness has cosigned no checkpoint of such a log\n"),
    }
}
