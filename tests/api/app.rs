//! The service in this process, on fresh stores: one server on SQLite and files, or two on PostgreSQL and S3.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cadastre::access::seal_deliveries;
use cadastre::config::{Config, Settings};
use cadastre::db::Tx;
use cadastre::identity::{NewToken, create_token, person_by_login};
use cadastre::journal::{Event, append};
use cadastre::kernel::{Caller, Clock as _, Ctx, ManualClock, Principal, Scope, Slug, Timestamp, UploadId};
use cadastre::server::{Running, Services, open_services, start};
use futures_util::TryStreamExt as _;

use crate::client::Client;
use crate::support::databases::Database;
pub use crate::support::deployment::Shape;

/// When the clock of every test begins to be moved.
const BEGIN: &str = "2026-03-02T08:00:00Z";

/// The last replica of a running service; its first one where it is alone.
pub const LAST: usize = 1;

/// A running service of one test.
pub struct TestApp {
    /// How it is put together.
    pub shape: Shape,
    /// Its database, to be looked at from outside.
    pub database: Database,
    /// Its time.
    pub clock: Arc<ManualClock>,
    /// A caller without a credential.
    pub anonymous: Client,
    services: Services,
    _running: Vec<Running>,
    _folder: tempfile::TempDir,
}

impl TestApp {
    /// Starts it with limits that no test meets by accident.
    pub async fn start(shape: Shape) -> Self {
        Self::start_with(shape, |_| ()).await
    }

    pub async fn start_with(shape: Shape, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = folder();
        let (database, blobs, replicas) = match shape {
            Shape::Embedded => {
                let at = |name: &str| folder.path().join(name).display().to_string();
                let database = Database::at(&format!("sqlite:{}", at("cadastre.sqlite")), None);
                (database, format!("file:{}", at("blobs")), 1)
            }
            Shape::Scaled => (Database::empty_postgres(), prefix_in_bucket(), 2),
        };
        let generous = NonZeroU32::new(1_000_000);
        let mut settings = Settings {
            database: Some(database.address.clone().into()),
            blobs: Some(blobs),
            listen: Some("127.0.0.1:0".into()),
            migrate: Some(true),
            workers: NonZeroU32::new(1),
            rate: generous,
            anonymous_rate: generous,
            log_key_text: Some(crate::support::log::key_text(1)),
            ..Settings::default()
        };
        change(&mut settings);
        let config: Config = settings.resolve().expect("a set-up");
        let clock = Arc::new(ManualClock::at(BEGIN.parse().expect("a moment")));
        let (mut running, mut last) = (Vec::new(), None);
        for _ in 0..replicas {
            let services =
                open_services(config.clone(), clock.clone()).await.expect("stores that can be used");
            running.push(start(services.clone()).await.expect("a server"));
            last = Some(services);
        }
        let bases = running.iter().map(|server| format!("http://{}", server.address)).collect();
        let services = last.expect("there is a server");
        let anonymous = Client::anonymous(bases);
        Self { shape, database, clock, anonymous, services, _running: running, _folder: folder }
    }

    /// The same shape on fresh stores, set up otherwise.
    pub async fn set_up(self, change: impl FnOnce(&mut Settings)) -> Self {
        let shape = self.shape;
        drop(self);
        Self::start_with(shape, change).await
    }

    /// Moves the time.
    pub fn days_pass(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * 24 * 3600));
    }

    /// A person's own caller, with a token of these scopes.
    pub async fn client(&self, login: &str, scopes: &[Scope]) -> Client {
        let token = self.token(login, scopes, None, self.clock.now()).await;
        self.anonymous.with_token(token)
    }

    /// The same with all scopes.
    pub async fn full_client(&self, login: &str) -> Client {
        self.client(login, Scope::ALL).await
    }

    /// The same, confined to one space.
    pub async fn confined_client(&self, login: &str, space: &str) -> Client {
        let token = self.token(login, Scope::ALL, Some(space), self.clock.now()).await;
        self.anonymous.with_token(token)
    }

    /// The same with a token that ended some time ago.
    pub async fn expired_client(&self, login: &str) -> Client {
        let then = Timestamp::from_millis(self.clock.now().as_millis() - 400 * 24 * 3_600_000);
        self.anonymous.with_token(self.token(login, Scope::ALL, None, then).await)
    }

    /// A token as its owner would make it, without the sign-in.
    async fn token(&self, login: &str, scopes: &[Scope], space: Option<&str>, at: Timestamp) -> String {
        let slug: Slug = login.parse().expect("a login");
        let db = &self.services.db;
        let person = db.read(move |conn| person_by_login(conn, &slug)).await.expect("a person");
        let principal = Principal {
            person: person.id,
            name: person.name,
            admin: person.admin,
            auditor: person.auditor,
            organisations: BTreeMap::new(),
            space_roles: BTreeMap::new(),
            spaces: BTreeSet::new(),
            scopes: Scope::ALL.iter().copied().collect(),
            only_space: None,
            token: None,
            environment: None,
        };
        let ctx = Ctx { caller: Caller::Person(Arc::new(principal)), ..Ctx::anonymous(at, "test") };
        let new = NewToken {
            name: format!("a token of {login}"),
            scopes: scopes.to_vec(),
            organisation: None,
            space: space.map(|space| space.parse().expect("a space")),
            expires_in_days: None,
        };
        create_token(db, &ctx, new).await.expect("a token").secret
    }

    /// How many more uploads the last replica takes at this moment.
    pub fn free_upload_slots(&self) -> usize {
        self.services.uploads.free()
    }

    /// How many blobs lie in the store, known to the database or not.
    pub async fn stored_blobs(&self) -> usize {
        self.services.store.list().try_collect::<Vec<_>>().await.expect("a list of blobs").len()
    }

    /// Seals what was delivered, as it happens every minute.
    pub async fn seal(&self) -> u64 {
        seal_deliveries(&self.services.db, &Ctx::anonymous(self.clock.now(), "test")).await.expect("a seal")
    }

    /// Appends so many events of the kind `test.done`.
    pub async fn append(&self, count: usize) {
        let ctx = Ctx::anonymous(self.clock.now(), "test");
        let append = move |tx: &mut Tx<'_>| {
            for number in 0..count {
                append(tx, &ctx, Event::new("test.done", number))?;
            }
            Ok(())
        };
        self.services.db.write("append", append).await.expect("events");
    }

    /// Tries to append one event, at the last replica.
    pub async fn try_append(&self) -> cadastre::kernel::Result<i64> {
        let ctx = Ctx::anonymous(self.clock.now(), "test");
        self.services.db.write("append", move |tx| append(tx, &ctx, Event::new("test.done", "once"))).await
    }

    /// How many events there are.
    pub fn journal_size(&self) -> i64 {
        self.database.number("SELECT count(*) FROM journal")
    }
}

/// Waits until something is so.
///
/// # Panics
/// When it is not so within half a minute.
pub async fn until(it_is_so: impl AsyncFn() -> bool) {
    let patience = async {
        while !it_is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), patience).await.expect("it is never so");
}

/// A folder in memory where the machine has one: these tests ask what is written, not whether it is durable.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

/// A place of its own in the bucket that the first process made.
fn prefix_in_bucket() -> String {
    let bucket = std::env::var(crate::BUCKET).expect("the scaled shape is run by `the_scaled_shape`");
    bucket.replacen('?', &format!("/{}?", UploadId::generate()), 1)
}
