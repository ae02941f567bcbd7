//! A witness cosigns what the log signs, after seeing that each checkpoint extends the one before; a dead one delays
//! nothing.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use cadastre::journal::tlog::{
    AddCheckpoint, Checkpoint, Signer, TrustPolicy, Verifier, cosign, verify_consistency,
};

use crate::app::{TestApp, until};
use crate::on_both_shapes;
use crate::support::log::key;

on_both_shapes! {
    a_witness_cosigns_and_a_dead_one_delays_nothing
}

const ORIGIN: &str = "log.example/test";

/// A witness with one log, which keeps what it has seen in memory.
struct Witness {
    signer: Signer,
    log: Verifier,
    seen: Mutex<Option<Checkpoint>>,
}

impl Witness {
    /// What C2SP's tlog-witness asks of it.
    fn add(&self, body: &str) -> HttpResponse {
        let Ok(request) = AddCheckpoint::parse(body) else { return HttpResponse::BadRequest().finish() };
        if request.checkpoint.verified_by(std::slice::from_ref(&self.log)).is_err() {
            return HttpResponse::Forbidden().finish();
        }
        let new = Checkpoint::parse(request.checkpoint.text()).unwrap();
        let mut seen = self.seen.lock().unwrap();
        let size = seen.as_ref().map_or(0, |seen| seen.size);
        if request.old != size {
            return HttpResponse::Conflict().content_type("text/x.tlog.size").body(format!("{size}\n"));
        }
        if let Some(seen) = &*seen
            && verify_consistency(seen.size, seen.root, new.size, new.root, &request.proof).is_err()
        {
            return HttpResponse::UnprocessableEntity().finish();
        }
        *seen = Some(new);
        let line = cosign(&self.signer, request.checkpoint.text(), 1_800_000_000).unwrap();
        HttpResponse::Ok().body(format!("{line}\n"))
    }
}

async fn add_checkpoint(witness: web::Data<Witness>, body: String) -> HttpResponse {
    witness.add(&body)
}

async fn a_witness_cosigns_and_a_dead_one_delays_nothing(app: TestApp) {
    let signer = Signer::from_seed("witness.example", [40; 32]).unwrap();
    let witness = web::Data::from(Arc::new(Witness {
        log: key(1).with_name(ORIGIN).unwrap().verifier(),
        signer: signer.clone(),
        seen: Mutex::default(),
    }));
    let served = witness.clone();
    let server = HttpServer::new(move || {
        App::new().app_data(served.clone()).route("/w/add-checkpoint", web::post().to(add_checkpoint))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("witnesses");
    let dead = Signer::from_seed("dead.example", [41; 32]).unwrap();
    let policy = format!(
        "witness alive {} http://{address}/w\nwitness dead {} http://127.0.0.1:9\ngroup some any alive dead\nquorum some\n",
        signer.cosignature_verifier(),
        dead.cosignature_verifier()
    );
    std::fs::write(&file, policy).unwrap();
    let app = app
        .set_up(|settings| {
            settings.log_witnesses = Some(file.clone());
            settings.log_origin = Some(ORIGIN.to_owned());
        })
        .await;
    for _ in 0..3 {
        app.append(3).await;
        let size = u64::try_from(app.journal_size()).unwrap();
        // The published policy asks for the cosignature, so only a cosigned checkpoint passes it.
        until(async || {
            let policy = app.anonymous.get("/journal/trust-policy").await.expect(200);
            let policy = TrustPolicy::parse(std::str::from_utf8(&policy.body).unwrap()).unwrap();
            let note = app.anonymous.get("/journal/checkpoint").await;
            let note = std::str::from_utf8(&note.body).ok().and_then(|text| text.parse().ok());
            let endorsed = note.and_then(|note| policy.examine(&note).ok());
            endorsed.is_some_and(|endorsed| {
                endorsed.checkpoint.size >= size
                    && endorsed.witnesses == [("alive".to_owned(), 1_800_000_000)]
            })
        })
        .await;
    }
    assert!(witness.seen.lock().unwrap().as_ref().is_some_and(|seen| seen.size >= 9));
}
