//! Two registers: one that is harvested, and one that harvests.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use cadastre::datasets::{NewDataset, register_dataset};
use cadastre::db::{DatabaseUrl, Db};
use cadastre::journal::JournalLedger;
use cadastre::kernel::{Caller, Ctx, OrganisationRole, PersonId, Principal, Scope, Timestamp};
use futures_util::StreamExt as _;

use crate::scene::{PROVIDER, SPACE, Scene};
use crate::support::deployment::{Shape, Stores};

/// How long a run may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(150);

/// A register whose operator lets it fetch from this machine.
pub async fn copying(shape: Shape) -> Scene {
    let mut scene = Scene::start(shape).await;
    scene.deployment.set("CADASTRE_FETCH_HOSTS", "127.0.0.1".to_owned());
    for replica in 0..scene.deployment.replicas() {
        scene.deployment.kill(replica);
        scene.deployment.restart(replica);
    }
    scene
}

/// Registrations under way at once.
const AT_ONCE: usize = 64;

/// Fills a register with announced datasets, without going through HTTP for each of them.
pub async fn seed(scene: &mut Scene, many: usize) {
    let organisation = scene.admin.get(&format!("/organisations/{PROVIDER}")).await;
    let id = organisation["id"].as_str().unwrap().parse().unwrap();
    let principal = Principal {
        person: PersonId::generate(),
        name: "Seed".to_owned(),
        admin: false,
        auditor: false,
        organisations: [(id, (PROVIDER.parse().unwrap(), OrganisationRole::Publisher))].into(),
        space_roles: Default::default(),
        spaces: [SPACE.parse().unwrap()].into(),
        scopes: [Scope::Read, Scope::Publish].into(),
        only_space: None,
        token: None,
        environment: None,
    };
    let anonymous = Ctx::anonymous(now(), "seed");
    let ctx = Ctx { caller: Caller::Person(std::sync::Arc::new(principal)), ..anonymous };
    let url: DatabaseUrl = format!("sqlite:{}", database(scene).display()).parse().unwrap();
    scene.deployment.kill(0);
    let db = Db::open(&url, 2, Box::new(JournalLedger::default())).unwrap();
    let all = futures_util::stream::iter(0..many).map(|number| register_dataset(&db, &ctx, new(number)));
    all.buffer_unordered(AT_ONCE).for_each(async |registered| drop(registered.unwrap())).await;
    drop(db);
    scene.deployment.restart(0);
}

/// The database of a register in one process.
pub fn database(scene: &Scene) -> std::path::PathBuf {
    let Stores::Folder(data) = scene.deployment.stores() else { panic!("this shape has no file") };
    data.path().join("cadastre.sqlite")
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn new(number: usize) -> NewDataset {
    serde_json::from_value(json!({
        "organisation": PROVIDER, "name": name(number), "space": SPACE, "announced": true,
        "record": record(number, "as it was first"),
    }))
    .unwrap()
}

/// The name of a seeded dataset.
pub fn name(number: usize) -> String {
    format!("many-{number:05}")
}

/// Its record.
pub fn record(number: usize, words: &str) -> Value {
    let mut record: Value = serde_json::from_str(include_str!("../../fixtures/record-minimal.json")).unwrap();
    record["title"] = json!({"en": format!("Tides {number}, {words}")});
    record
}

/// A source of a register, and what is done with it.
pub struct Source<'a> {
    pub scene: &'a Scene,
    pub id: String,
}

impl<'a> Source<'a> {
    /// Registers a source that is harvested only when the test asks.
    pub async fn register(scene: &'a Scene, kind: &str, url: &str, more: Value) -> Self {
        let mut new = json!({"kind": kind, "url": url, "organisation": PROVIDER});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let source = scene.admin.post(&format!("/spaces/{SPACE}/sources"), new).await;
        Self { scene, id: source["id"].as_str().unwrap().to_owned() }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/spaces/{SPACE}/sources/{}{rest}", self.id)
    }

    /// Begins a run.
    pub async fn begin(&self, complete: bool) -> String {
        let run = self.scene.admin.post(&self.path("/run"), json!({"complete": complete})).await;
        run["id"].as_str().unwrap().to_owned()
    }

    pub async fn run(&self, run: &str) -> Value {
        self.scene.admin.get(&self.path(&format!("/runs/{run}"))).await
    }

    /// Waits until a run is over, or waits itself.
    pub async fn until_still(&self, run: &str) -> Value {
        let begun = Instant::now();
        loop {
            let now = self.run(run).await;
            if now["state"] != "running" {
                return now;
            }
            assert!(begun.elapsed() < PATIENCE, "the run does not end: {now}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Begins a run and waits for it.
    pub async fn harvest(&self, complete: bool) -> Value {
        let run = self.begin(complete).await;
        self.until_still(&run).await
    }

    pub async fn decide(&self, run: &Value, word: &str) -> Value {
        let id = run["id"].as_str().unwrap();
        self.scene.admin.post(&self.path(&format!("/runs/{id}/{word}")), json!({})).await;
        self.until_still(id).await
    }

    /// Records with this outcome.
    pub async fn records(&self, outcome: &str) -> Vec<Value> {
        let page = self.scene.admin.get(&self.path(&format!("/records?limit=200&outcome={outcome}"))).await;
        page["items"].as_array().unwrap().clone()
    }

    /// Removes the source and waits until it is gone.
    pub async fn remove(&self) {
        let request = self.scene.admin.request(Method::DELETE, &self.path("")).header("If-Match", "*");
        assert_eq!(request.send().await.unwrap().status(), 202);
        let begun = Instant::now();
        while self.scene.admin.request(Method::GET, &self.path("")).send().await.unwrap().status() != 404 {
            assert!(begun.elapsed() < PATIENCE, "the source is not removed");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// The counts of a run: created, updated, unchanged, deleted, failed.
pub fn counts(run: &Value) -> [i64; 5] {
    ["created", "updated", "unchanged", "deleted", "failed"].map(|count| run[count].as_i64().unwrap())
}

/// All datasets of a register, by name, with their titles.
pub async fn titles(scene: &Scene) -> std::collections::BTreeMap<String, String> {
    let answer = scene.admin.request(Method::GET, "/changes").header("Accept", "application/x-ndjson").send();
    let text = answer.await.unwrap().text().await.unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|change| change["gone"] == false)
        .map(|change| {
            let title = change["dataset"]["title"].as_object().unwrap().values().next().unwrap();
            (change["name"].as_str().unwrap().to_owned(), title.as_str().unwrap().to_owned())
        })
        .collect()
}
