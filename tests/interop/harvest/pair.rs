//! Two registers: one that is harvested, and one that harvests.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use cadastre::datasets::record::Record;
use cadastre::datasets::{Draft, Harvested, Home, OriginTerms, put_harvested};
use cadastre::db::{DatabaseUrl, Db};
use cadastre::journal::JournalLedger;
use cadastre::kernel::{Ctx, SourceId, Timestamp};

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

/// Fills a register with announced datasets, without going through HTTP for each of them.
pub async fn seed(scene: &mut Scene, many: usize) {
    let organisation = scene.admin.get(&format!("/organisations/{PROVIDER}")).await;
    let home = Home {
        organisation: PROVIDER.parse().unwrap(),
        organisation_id: organisation["id"].as_str().unwrap().parse().unwrap(),
        person: "seed".to_owned(),
    };
    let Stores::Folder(data) = scene.deployment.stores() else { panic!("only the embedded shape is seeded") };
    let path = data.path().join("cadastre.sqlite");
    let url: DatabaseUrl = format!("sqlite:{}", path.display()).parse().unwrap();
    scene.deployment.kill(0);
    let db = Db::open(&url, 2, Box::new(JournalLedger::default())).unwrap();
    for numbers in (0..many).collect::<Vec<_>>().chunks(200) {
        let drafts = numbers.iter().map(|number| (None, draft(*number))).collect();
        let (home, ctx) = (home.clone(), Ctx::anonymous(now(), "seed"));
        db.write("seed", move |tx| put_harvested(tx, &ctx, &home, drafts)).await.unwrap();
    }
    drop(db);
    // They were registered here, as far as anybody can tell.
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, SqliteConnection};
    let mut conn = SqliteConnection::establish(&path.display().to_string()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000; UPDATE datasets SET harvested = NULL").unwrap();
    drop(conn);
    scene.deployment.restart(0);
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn draft(number: usize) -> Draft {
    let record: Record = serde_json::from_value(record(number, "as it was first")).unwrap();
    let mark = Harvested {
        source: SourceId::generate(),
        identifier: format!("seed-{number}"),
        origin: None,
        terms: OriginTerms::default(),
        distributions: Vec::new(),
    };
    Draft::of(&SPACE.parse().unwrap(), record, mark, Some(name(number).parse().unwrap())).unwrap()
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
            let title = change["dataset"]["title"]["en"].as_str().unwrap().to_owned();
            (change["name"].as_str().unwrap().to_owned(), title)
        })
        .collect()
}
