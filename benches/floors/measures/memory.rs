//! Memory that four large uploads at once need.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Scale;
use crate::blob::Blob;
use crate::http::crowd;
use crate::process::anonymous_memory;
use crate::product::Product;
use crate::report::{Aim, Row, Spread};

const MIB: u64 = 1024 * 1024;
const UPLOADS: usize = 4;

/// Growth of the server's own memory over what it has when it is idle, on a fresh server each round.
pub fn growth(scale: Scale) -> Vec<Row> {
    let size = scale.size(2048, 64) * MIB;
    let mut idle = 0;
    let growth = (0..scale.rounds(3)).map(|_| {
        let product = Product::start();
        let draft = product.draft("parallel");
        let server = product.server.id();
        idle = anonymous_memory(server);
        let done = AtomicBool::new(false);
        let peak = std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                let mut peak = idle;
                while !done.load(Ordering::SeqCst) {
                    peak = peak.max(anonymous_memory(server));
                    std::thread::sleep(Duration::from_millis(100));
                }
                peak
            });
            crowd(&product.address, Some(&product.token), UPLOADS, |client, connection| {
                let blob = Blob { number: client as u64, size };
                blob.upload(connection, &format!("{draft}/{client}"), blob.digest());
            });
            done.store(true, Ordering::SeqCst);
            watch.join().expect("the watch ends")
        });
        (peak - idle) as f64 / MIB as f64
    });
    vec![Row {
        what: "memory growth in four parallel uploads of 2 GiB",
        unit: "MiB",
        ours: Spread::of(growth.collect::<Vec<_>>()),
        floor: None,
        aim: Some(Aim::AtMost(64.0)),
        note: format!("`RssAnon`, ten samples a second; {:.1} MiB when idle", idle as f64 / MIB as f64),
    }]
}
