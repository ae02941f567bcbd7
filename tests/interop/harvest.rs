//! One register harvests another, and others' catalogues; what is hostile or broken is stopped and reported.

mod hostile;
mod log;
mod odd;
mod others;
mod pair;
mod peer;
mod server;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use self::pair::{Source, copying, counts, name, record, seed, titles};
use crate::scene::{PROVIDER, Scene};
use crate::support::deployment::Shape;

/// Datasets of the register that is harvested.
const MANY: usize = 10_000;
/// So much more memory than at the beginning a harvest of all of them may take, in KiB.
const MOST_GROWTH: u64 = 96 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_harvested_on_sqlite_and_files() {
    a_register_is_harvested(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_harvested_on_postgresql_and_s3_with_two_replicas() {
    a_register_is_harvested(Shape::Scaled).await;
}

async fn a_register_is_harvested(shape: Shape) {
    let mut origin = Scene::start(Shape::Embedded).await;
    seed(&mut origin, MANY).await;
    let mut copy = copying(shape).await;
    let source = Source::register(&copy, "cadastre", origin.url(), json!({})).await;
    let (id, begun) = (source.id.clone(), Instant::now());
    let run = source.begin(false).await;
    let memory = memory_of(&copy);

    // Every replica is killed in the middle, and what comes back goes on where they were.
    let half = i64::try_from(MANY / 3).unwrap();
    loop {
        let now = source.run(&run).await;
        if now["created"].as_i64().unwrap() > half {
            break;
        }
        assert_eq!(now["state"], "running", "{now}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for replica in 0..copy.deployment.replicas() {
        copy.deployment.kill(replica);
    }
    for replica in 0..copy.deployment.replicas() {
        copy.deployment.restart(replica);
    }
    let source = Source { scene: &copy, id };
    let done = source.until_still(&run).await;
    let many = i64::try_from(MANY).unwrap();
    assert_eq!((&done["state"], counts(&done)), (&json!("succeeded"), [many, 0, 0, 0, 0]), "{done}");
    println!("{shape:?}: {MANY} records in {:?}, a crash among them", begun.elapsed());
    let grown = memory_of(&copy).saturating_sub(memory);
    println!("{shape:?}: {grown} KiB more memory at the most");
    assert!(grown < MOST_GROWTH, "the harvest took {grown} KiB");
    assert_eq!(titles(&copy).await, titles(&origin).await);

    changes_are_followed(&origin, &source).await;
    copies_are_read_only(&origin, &copy).await;
    terms_come_along(&origin, &source).await;
    source.remove().await;
    assert_eq!(titles(&copy).await.len(), 0);
}

/// The most memory that a replica has taken so far, in KiB.
fn memory_of(scene: &Scene) -> u64 {
    let of = |replica: usize| {
        let status = format!("/proc/{}/status", scene.deployment.process(replica));
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (0..scene.deployment.replicas()).map(of).max().unwrap()
}

async fn changes_are_followed(origin: &Scene, source: &Source<'_>) {
    let nothing = source.harvest(false).await;
    assert_eq!((&nothing["state"], counts(&nothing)), (&json!("succeeded"), [0; 5]), "{nothing}");
    for number in [1, 2, 3] {
        let stated = json!({
            "space": crate::scene::SPACE, "announced": true, "record": record(number, "as it is now"),
        });
        origin.provider.put_matching(&format!("/datasets/{PROVIDER}/{}", name(number)), stated).await;
    }
    for number in [4, 5] {
        let path = format!("/datasets/{PROVIDER}/{}", name(number));
        let gone =
            origin.provider.request(Method::DELETE, &path).header("If-Match", "*").send().await.unwrap();
        assert_eq!(gone.status(), 204);
    }
    // One is removed and registered again under its name: it is there, and has changed.
    let again = format!("/datasets/{PROVIDER}/{}", name(6));
    let gone = origin.provider.request(Method::DELETE, &again).header("If-Match", "*").send().await.unwrap();
    assert_eq!(gone.status(), 204);
    let anew = json!({
        "organisation": PROVIDER, "name": name(6), "space": crate::scene::SPACE, "announced": true,
        "record": record(6, "registered anew"),
    });
    origin.provider.post("/datasets", anew).await;
    origin.publish("whole", "open", json!({}), &[("a.csv", b"a\n1\n".to_vec())]).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [1, 4, 0, 2, 0]), "{run}");
    assert_eq!(run["complete"], false);
    assert_eq!(titles(source.scene).await, titles(origin).await);
    let deleted: Vec<Value> = source.records("deleted").await;
    assert!(deleted.iter().any(|one| one["identifier"].as_str().unwrap().ends_with(&name(4))), "{deleted:?}");

    // A complete run finds the same, and writes to no dataset.
    let run = source.harvest(true).await;
    let many = i64::try_from(MANY).unwrap();
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [0, 0, many - 1, 0, 0]), "{run}");
}

/// An offer that is understood can be decided; what the origin's terms say otherwise, cannot.
async fn terms_come_along(origin: &Scene, source: &Source<'_>) {
    let templates = json!([{"template": "purpose", "parameters": {"purposes": ["cad:ModelTraining"]}}]);
    let offer =
        origin.admin.post("/policies/compose", json!({"templates": templates})).await["offer"].clone();
    let (path, terms) = (format!("/datasets/{PROVIDER}/whole"), json!({"mode": "review", "offer": offer}));
    origin.provider.put_matching(&format!("{path}/policy"), terms).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], &run["updated"]), (&json!("succeeded"), &json!(1)), "{run}");
    let copy = source.scene;
    let origins = copy.provider.get(&format!("{path}/origins")).await;
    let terms = &origins["harvested"]["terms"];
    assert_eq!(
        (&terms["verdict"], &terms["access"]),
        (&json!("decidable"), &json!("restricted")),
        "{origins}"
    );
    let lines = origins["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["text"].as_str().unwrap().contains("purpose")), "{origins}");
    for (purpose, outcome) in [("pre_training", "satisfied"), ("evaluation", "violated")] {
        let facts = json!({"now": "2026-11-26T12:00:00Z", "scope": "request", "purpose": purpose});
        let asked = json!({"policy": terms["offer"], "facts": facts});
        let trace = copy.provider.post("/policies/evaluate", asked).await;
        assert_eq!(trace["outcome"], outcome, "{purpose}: {trace}");
    }
    let other = copy.provider.get(&format!("/datasets/{PROVIDER}/{}/origins", name(9))).await;
    assert_eq!(other["harvested"]["terms"]["verdict"], "undetermined", "{other}");
    assert!(other.get("lines").is_none(), "{other}");
}

async fn copies_are_read_only(origin: &Scene, copy: &Scene) {
    let path = format!("/datasets/{PROVIDER}/whole");
    let dataset = copy.provider.get(&path).await;
    let iri = format!("{}/datasets/{PROVIDER}/whole", origin.url());
    let mark = &dataset["harvested"];
    assert_eq!((&mark["identifier"], &mark["origin"]), (&json!(iri), &json!(iri)), "{dataset}");
    assert_eq!(mark["terms"]["verdict"], "undetermined");
    assert_eq!(mark["distributions"][0]["access_url"], json!(format!("{iri}/1.0.0")));
    let origins = copy.provider.get(&format!("{path}/origins")).await;
    assert!(origins["last_seen"].is_string(), "{origins}");
    let refused = async |method: Method, rest: &str, body: Value| {
        let request = copy.provider.request(method.clone(), &format!("{path}{rest}")).header("If-Match", "*");
        let answer = request.json(&body).send().await.unwrap();
        let (status, body) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        assert_eq!((status, &body["code"]), (409, &json!("harvested")), "{method} {rest}: {body}");
        assert_eq!(body["next"], json!(iri));
    };
    let stated = json!({"space": crate::scene::SPACE, "announced": true, "record": record(0, "mine")});
    refused(Method::PUT, "", stated).await;
    refused(Method::DELETE, "", Value::Null).await;
    refused(Method::PUT, "/policy", json!({"mode": "open"})).await;
    refused(Method::POST, "/versions", json!({"version": "2.0.0"})).await;
}
