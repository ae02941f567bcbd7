//! The real components the tests run against: a PostgreSQL cluster and an S3 server.
//!
//! Each is started on first use, once per test process, on free loopback ports and in a temporary directory of
//! its own. They end with the test process, however that ends: see [`process`].

mod postgres;
mod process;
mod s3;

use std::path::PathBuf;
use std::sync::OnceLock;

pub use postgres::{Durability, Postgres, query};
pub use s3::{Bucket, Credentials, REGION, S3};

/// The PostgreSQL cluster of this test process. It trades durability for speed.
///
/// # Panics
/// When it cannot be started; the message holds the end of the server's log.
pub fn postgres() -> &'static Postgres {
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    POSTGRES.get_or_init(|| Postgres::start(Durability::Fast))
}

/// The S3 server of this test process.
///
/// # Panics
/// When it cannot be started; the message holds the end of the server's log.
pub fn s3() -> &'static S3 {
    static S3_SERVER: OnceLock<S3> = OnceLock::new();
    S3_SERVER.get_or_init(S3::start)
}

/// The real path of something `tests/setup` installed.
fn installed(path: &str) -> PathBuf {
    let link = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".test-env").join(path);
    link.canonicalize()
        .unwrap_or_else(|error| panic!("{} is missing ({error}): run tests/setup first", link.display()))
}
