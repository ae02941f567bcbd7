//! A small instance to ask for access in: a provider with a published dataset, an organisation that wants it, and
//! everybody else who has a say or none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cadastre::access::{AccountGate, NewRequest};
use cadastre::datasets::files::{OfferedFiles, offer_files};
use cadastre::datasets::versions::{
    Version, VersionName, Which, create_version, find_version, publish_version,
};
use cadastre::datasets::{Action, Asked, Dataset, DownloadGate as _, Permit, register_dataset, set_policy};
use cadastre::db::{Conn, DatabaseUrl, Db, migrate};
use cadastre::http::{Authenticator as _, Credential};
use cadastre::identity::{
    DatabaseAuthenticator, NewToken, create_organisation, create_person, create_token, person_by_login,
    put_member, remove_member,
};
use cadastre::journal::JournalLedger;
use cadastre::kernel::{
    Caller, Ctx, DatasetId, ManualClock, OrganisationRole, PersonId, Principal, Result, Scope, Slug,
    SpaceRole, Timestamp, VersionId,
};
use cadastre::policies::Purpose;
use cadastre::spaces::{ensure_official_spaces, put_role};
use cadastre::storage::BlobStore;
use serde_json::{Value, json};

use crate::support::services;

pub const DAY: Duration = Duration::from_secs(86_400);
/// When everything happens unless a test says otherwise.
pub static NOW: LazyLock<Timestamp> = LazyLock::new(|| "2026-11-22T12:00:00Z".parse().unwrap());

/// People, with their organisation and role in it, or their space and role there.
const MEMBERS: [(&str, &str, OrganisationRole); 6] = [
    ("pat", "harbour", OrganisationRole::Publisher),
    ("member", "harbour", OrganisationRole::Member),
    ("tina", "works", OrganisationRole::Member),
    ("rick", "works", OrganisationRole::Member),
    ("owen", "works", OrganisationRole::Member),
    ("eve", "rivals", OrganisationRole::Owner),
];
const ROLES: [(&str, &str, SpaceRole); 4] = [
    ("rita", "mobility", SpaceRole::Reviewer),
    ("owen", "mobility", SpaceRole::Reviewer),
    ("stan", "mobility", SpaceRole::Steward),
    ("other", "health", SpaceRole::Reviewer),
];

pub struct World {
    pub db: Db,
    pub gate: Arc<AccountGate>,
    pub now: Timestamp,
    url: DatabaseUrl,
    /// Holds the store, and the SQLite database; goes with the world.
    folder: tempfile::TempDir,
}

impl World {
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("cadastre.sqlite").display());
        Self::filled(&url, folder).await
    }

    pub async fn on_postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| services::postgres().new_database()).await.unwrap();
        Self::filled(&url, tempfile::tempdir().unwrap()).await
    }

    async fn filled(url: &str, folder: tempfile::TempDir) -> Self {
        let url: DatabaseUrl = url.parse().unwrap();
        let migrated = url.clone();
        tokio::task::spawn_blocking(move || migrate(&migrated).unwrap()).await.unwrap();
        let db = open(&url).await;
        let gate = Arc::new(AccountGate::new(db.clone(), Arc::new(ManualClock::at(*NOW))));
        let world = Self { db, gate, now: *NOW, url, folder };
        world.populate().await;
        world.publish().await;
        world
    }

    /// A second replica on the same database: its writer, and its door with an account of its own.
    pub async fn replica(&self) -> (Db, AccountGate) {
        let db = open(&self.url).await;
        (db.clone(), AccountGate::new(db, Arc::new(ManualClock::at(self.now))))
    }

    async fn populate(&self) {
        let root = self.root();
        ensure_official_spaces(&self.db, &root).await.unwrap();
        for slug in ["harbour", "works", "rivals"] {
            let new = json!({"slug": slug, "name": slug, "kind": "company", "country": "NL"});
            create_organisation(&self.db, &root, from(new)).await.unwrap();
        }
        for login in ["admin", "pat", "member", "tina", "rick", "owen", "eve", "rita", "stan", "other"] {
            let name = format!("{}{}", login[..1].to_uppercase(), &login[1..]);
            let new = json!({"login": login, "name": name, "admin": login == "admin"});
            create_person(&self.db, &root, from(new)).await.unwrap();
        }
        for (login, organisation, role) in MEMBERS {
            put_member(&self.db, &root, slug(organisation), slug(login), role).await.unwrap();
        }
        for (login, space, role) in ROLES {
            put_role(&self.db, &root, slug(space), slug(login), role).await.unwrap();
        }
    }

    /// `harbour/tides` 1.0.0, with one file that is gated and one that is a sample.
    async fn publish(&self) {
        let pat = self.ctx("pat").await;
        let new = json!({
            "organisation": "harbour", "name": "tides", "space": "mobility",
            "record": serde_json::from_str::<Value>(include_str!("../fixtures/record-full.json")).unwrap(),
        });
        register_dataset(&self.db, &pat, from(new)).await.unwrap();
        self.terms(json!({"mode": "review"})).await;
        self.publish_files("1.0.0", &["all.csv"], &["some.csv"]).await;
    }

    /// A version of `harbour/tides` with these files, which all lie elsewhere.
    pub async fn publish_files(&self, number: &str, gated: &[&str], samples: &[&str]) -> VersionName {
        let pat = self.ctx("pat").await;
        let (organisation, dataset) = self.dataset();
        let name = VersionName { organisation, name: dataset, which: Which::Number(number.parse().unwrap()) };
        create_version(&self.db, &pat, self.dataset(), from(json!({"version": number}))).await.unwrap();
        let file = |path: &str, sample: bool| {
            json!({
                "path": path, "sha256": "a".repeat(64), "size": 7, "sample": sample,
                "reference": {"kind": "download_url", "url": format!("https://example.org/{path}")},
            })
        };
        let files: Vec<Value> = gated
            .iter()
            .map(|path| file(path, false))
            .chain(samples.iter().map(|path| file(path, true)))
            .collect();
        let files: OfferedFiles = from(json!({ "files": files }));
        offer_files(&self.db, &self.store(), &pat, name.clone(), files).await.unwrap();
        publish_version(&self.db, &pat, name.clone()).await.unwrap();
        name
    }

    pub fn store(&self) -> BlobStore {
        let url = format!("file:{}", self.folder.path().join("blobs").display());
        BlobStore::open(&url.parse().unwrap()).unwrap()
    }

    /// Somebody who may do everything, as the tests' own hand.
    fn root(&self) -> Ctx {
        self.as_principal(PersonId::generate(), true)
    }

    fn as_principal(&self, person: PersonId, admin: bool) -> Ctx {
        let principal = Principal {
            person,
            name: "Test".into(),
            admin,
            auditor: false,
            organisations: BTreeMap::new(),
            space_roles: BTreeMap::new(),
            spaces: BTreeSet::new(),
            scopes: Scope::ALL.iter().copied().collect(),
            only_space: None,
            token: None,
            environment: None,
        };
        Ctx { caller: Caller::Person(Arc::new(principal)), ..self.nobody() }
    }

    pub fn nobody(&self) -> Ctx {
        Ctx::anonymous(self.now, "test")
    }

    /// This person with the rights of now, by a token of theirs.
    pub async fn ctx(&self, login: &str) -> Ctx {
        let login = slug(login);
        let person = self.db.read(move |conn| person_by_login(conn, &login)).await.unwrap();
        let new = NewToken {
            name: "test".into(),
            scopes: Scope::ALL.to_vec(),
            organisation: None,
            space: None,
            expires_in_days: None,
        };
        let token = create_token(&self.db, &self.as_principal(person.id, false), new).await.unwrap();
        let credential = Credential::Token(token.secret.into());
        let caller =
            DatabaseAuthenticator::new(self.db.clone()).authenticate(credential, self.now, None).await;
        Ctx { caller: caller.unwrap(), ..self.nobody() }
    }

    pub async fn terms(&self, terms: Value) {
        set_policy(&self.db, &self.ctx("pat").await, self.dataset(), from(terms), |_| Ok(())).await.unwrap();
    }

    pub async fn leave(&self, organisation: &str, login: &str) {
        remove_member(&self.db, &self.root(), slug(organisation), slug(login)).await.unwrap();
    }

    pub fn dataset(&self) -> (Slug, Slug) {
        (slug("harbour"), slug("tides"))
    }

    fn version_name(&self) -> VersionName {
        let (organisation, name) = self.dataset();
        VersionName { organisation, name, which: Which::Number("1.0.0".parse().unwrap()) }
    }

    pub fn request(&self, organisation: &str, purpose: &str) -> NewRequest {
        from(json!({
            "dataset": "harbour/tides", "organisation": organisation, "purpose": purpose,
            "justification": "A model that foresees the tides.",
        }))
    }

    /// What the door says to this caller.
    pub async fn door(&self, ctx: &Ctx) -> Result<Permit> {
        self.door_for(ctx, None).await
    }

    pub async fn door_for(&self, ctx: &Ctx, purpose: Option<Purpose>) -> Result<Permit> {
        let (gate, ctx) = (self.gate.clone(), ctx.clone());
        self.at_door(false, purpose, move |conn, asked| gate.may_download(conn, &ctx, asked)).await
    }

    /// What the door says to this caller of a sample.
    pub async fn sample(&self, ctx: &Ctx) -> Result<Permit> {
        let (gate, ctx) = (self.gate.clone(), ctx.clone());
        self.at_door(true, None, move |conn, asked| gate.may_download(conn, &ctx, asked)).await
    }

    /// What the door says of a right that it gave to this caller before.
    pub async fn holds(&self, permit: &Permit, to: Option<&Ctx>) -> Result<()> {
        let (gate, permit, now) = (self.gate.clone(), permit.clone(), self.now);
        let person = to.and_then(|ctx| ctx.principal()).map(|principal| principal.person.clone());
        let again = move |conn: &mut Conn, asked: &Asked<'_>| {
            gate.still_holds(conn, &permit, person.as_ref(), asked, now)
        };
        self.at_door(false, None, again).await
    }

    /// Does something with the published version, as the door is asked for it.
    pub async fn at_door<T, F>(&self, sample: bool, purpose: Option<Purpose>, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &Asked<'_>) -> Result<T> + Send + 'static,
    {
        let (dataset, version) = self.published().await;
        self.db
            .read(move |conn| {
                f(conn, &Asked { dataset: &dataset, version: &version, sample, purpose, media_types: &[] })
            })
            .await
    }

    async fn published(&self) -> (Dataset, Version) {
        let (nobody, name) = (self.nobody(), self.version_name());
        self.db.read(move |conn| find_version(conn, &nobody, &name, Action::See)).await.unwrap()
    }

    pub async fn ids(&self) -> (DatasetId, VersionId) {
        let (dataset, version) = self.published().await;
        (dataset.id, version.id)
    }
}

async fn open(url: &DatabaseUrl) -> Db {
    let url = url.clone();
    let open = move || Db::open(&url, 4, Box::new(JournalLedger::default())).unwrap();
    tokio::task::spawn_blocking(open).await.unwrap()
}

/// An offer that permits training and evaluation.
pub fn for_training() -> Value {
    pattern("01-purpose")
}

/// One of the offers that stand as patterns.
pub fn pattern(name: &str) -> Value {
    let patterns: Value =
        serde_json::from_str(include_str!("../../src/policies/model/patterns.json")).unwrap();
    patterns[name].clone()
}

/// The code of a refusal.
pub fn code<T>(outcome: Result<T>) -> &'static str {
    outcome.map(|_| ()).unwrap_err().code()
}

fn from<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}
