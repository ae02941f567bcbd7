//! What another Cadastre sends is held against its log: what that does not confirm is not taken in, and a log that takes back what
//! it has shown ends the run.

use reqwest::Method;
use serde_json::{Value, json};

use super::pair::{Source, copying, counts, database, name, record, seed, titles};
use super::peer::{PeerLog, change, honest};
use super::server::Server;
use crate::scene::{PROVIDER, SPACE, Scene};
use crate::support::deployment::Shape;

const SOME: usize = 300;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_does_not_confirm_is_not_taken_in_on_sqlite_and_files() {
    what_the_log_does_not_confirm_is_not_taken_in(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_does_not_confirm_is_not_taken_in_on_postgresql_and_s3_with_two_replicas() {
    what_the_log_does_not_confirm_is_not_taken_in(Shape::Scaled).await;
}

async fn what_the_log_does_not_confirm_is_not_taken_in(shape: Shape) {
    let (copy, server) = (copying(shape).await, Server::start().await);
    let mut log = PeerLog::new("peer.example/log", 7);
    let records: Vec<(String, Value)> =
        (0..SOME).map(|number| (format!("kept-{number:03}"), record(number, "confirmed"))).collect();
    let changes = honest(&mut log, &records);
    // What was there before under the name of one that is there, and what never was here.
    let mut first = changes.clone();
    for name in ["kept-000", "never-here"] {
        let gone = json!({"cursor": "WyIwIl0", "gone": true, "organisation": "elsewhere", "name": name});
        first["items"].as_array_mut().unwrap().insert(0, gone);
    }
    server.say(first, log.clone());
    let source = Source::register(&copy, "cadastre", &server.url("/lying"), json!({})).await;
    let run = source.harvest(false).await;
    let some = i64::try_from(SOME).unwrap();
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [some, 0, 0, 0, 0]), "{run}");
    let known = copy.admin.get(&source.path("")).await;
    assert_eq!(known["trust_policy"], json!(log.policy()));
    assert_eq!(known["checkpoint"], json!(log.checkpoint().to_string()));

    lies_are_told_of(&source, &server, &log, &changes).await;
    another_log_is_none(&source, &server, &log, &records).await;
    a_log_may_grow(&source, &server, &mut log).await;
    a_fork_ends_the_run(&source, &server, &log, &records).await;
    keys_may_change(&source, &server, &records).await;
    policies_are_checked(&copy, &server).await;
}

/// A record that has been changed on its way, or behind the back of its register.
async fn lies_are_told_of(source: &Source<'_>, server: &Server, log: &PeerLog, changes: &Value) {
    let poison = record(1, "poison");
    let cases = [
        ("another record", change("kept-001", &poison, &[log.receipt(1)])),
        ("the receipt of another", change("kept-001", &record(2, "confirmed"), &[log.receipt(2)])),
        ("another name", change("kept-new", &record(1, "confirmed"), &[log.receipt(1)])),
        ("no receipt", change("kept-001", &record(1, "confirmed"), &[])),
        ("too many", change("kept-001", &record(1, "confirmed"), &vec![log.receipt(1); 4])),
        ("terms that nobody set", {
            let mut lie = change("kept-001", &record(1, "confirmed"), &[log.receipt(1)]);
            lie["whole"]["dataset"]["access_mode"] = json!("open");
            lie["whole"]["policy"] = json!({"mode": "open", "offer": null});
            lie
        }),
        ("a version that nobody published", {
            let mut lie = change("kept-001", &record(1, "confirmed"), &[log.receipt(1)]);
            lie["whole"]["version"] = json!({"id": "ve_1", "version": "1.0.0", "bytes": 7});
            lie
        }),
        ("an origin that nobody stated", {
            let mut lie = change("kept-001", &record(1, "confirmed"), &[log.receipt(1)]);
            lie["whole"]["dataset"]["harvested"] = json!({"identifier": "urn:x"});
            lie
        }),
    ];
    for (what, lie) in cases {
        let mut changes = changes.clone();
        changes["items"][1] = lie;
        server.say(changes, log.clone());
        let run = source.harvest(false).await;
        let some = i64::try_from(SOME).unwrap();
        assert_eq!(
            (&run["state"], counts(&run)),
            (&json!("partial"), [0, 0, some - 1, 0, 1]),
            "{what}: {run}"
        );
        let mut failed = source.records("failed").await;
        failed.retain(|one| one["run"] == run["id"]);
        assert_eq!(failed.len(), 1, "{what}: {failed:?}");
        let detail = failed[0]["detail"].as_str().unwrap();
        assert!(["confirm", "more receipts"].iter().any(|word| detail.contains(word)), "{what}: {detail}");
    }
    let titles = titles(source.scene).await;
    assert_eq!(titles["kept-001"], "Tides 1, confirmed", "what was here stays");
    assert!(!titles.contains_key("kept-new"));
    server.say(changes.clone(), log.clone());
    let run = source.harvest(false).await;
    assert_eq!(run["state"], "succeeded", "{run}");
}

/// The same name and another key: everything fails, and nothing is deleted for that.
async fn another_log_is_none(
    source: &Source<'_>,
    server: &Server,
    log: &PeerLog,
    records: &[(String, Value)],
) {
    let mut stranger = PeerLog::new("peer.example/log", 8);
    let changes = honest(&mut stranger, records);
    server.say(changes, stranger);
    let run = source.harvest(false).await;
    let some = i64::try_from(SOME).unwrap();
    assert_eq!((&run["state"], counts(&run)), (&json!("failed"), [0, 0, 0, 0, some]), "{run}");
    let failed = source.records("failed").await;
    assert!(failed[0]["detail"].as_str().unwrap().contains("none of the known keys"), "{}", failed[0]);
    let known = source.scene.admin.get(&source.path("")).await;
    assert_eq!(known["trust_policy"], json!(log.policy()), "the first ones stay");
    assert_eq!(titles(source.scene).await.len(), SOME);
}

async fn a_log_may_grow(source: &Source<'_>, server: &Server, log: &mut PeerLog) {
    let grown = honest(log, &[("kept-002".to_owned(), record(2, "changed"))]);
    server.say(grown, log.clone());
    let run = source.harvest(false).await;
    assert_eq!((&run["updated"], &run["failed"]), (&json!(1), &json!(0)), "{run}");
    let known = source.scene.admin.get(&source.path("")).await;
    assert_eq!(known["checkpoint"], json!(log.checkpoint().to_string()));
}

/// A log of the same key that has another past: its receipts hold, and it is not believed.
async fn a_fork_ends_the_run(
    source: &Source<'_>,
    server: &Server,
    log: &PeerLog,
    records: &[(String, Value)],
) {
    let mut fork = PeerLog::new("peer.example/log", 7);
    let rewritten: Vec<_> = records.iter().map(|(name, _)| (name.clone(), record(9, "rewritten"))).collect();
    honest(&mut fork, &rewritten);
    let changes = honest(&mut fork, &rewritten);
    server.say(changes, fork);
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("failed"), [0; 5]), "{run}");
    let reason = run["reason"].as_str().unwrap();
    assert!(reason.contains("does not continue the one seen before, of 301 entries"), "{reason}");
    let known = source.scene.admin.get(&source.path("")).await;
    assert_eq!(known["checkpoint"], json!(log.checkpoint().to_string()), "the one that was seen is kept");
    assert!(!titles(source.scene).await.values().any(|title| title.contains("rewritten")));
}

/// A steward who has asked the other side gives the new keys.
async fn keys_may_change(source: &Source<'_>, server: &Server, records: &[(String, Value)]) {
    let mut renewed = PeerLog::new("peer.example/log/2", 9);
    let changes = honest(&mut renewed, records);
    server.say(changes, renewed.clone());
    let run = source.harvest(false).await;
    assert_eq!(run["state"], "failed", "{run}");
    let home = tempfile::tempdir().unwrap();
    let policy = home.path().join("peer.policy");
    std::fs::write(&policy, renewed.policy()).unwrap();
    let trust = || {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .args(["admin", "sources", "trust", SPACE, &source.id])
            .arg(&policy)
            .env("CADASTRE_URL", source.scene.url())
            .env("CADASTRE_TOKEN", source.scene.admin.token())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    trust();
    let known = source.scene.admin.get(&source.path("")).await;
    assert_eq!((&known["trust_policy"], &known["checkpoint"]), (&json!(renewed.policy()), &Value::Null));
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], &run["failed"]), (&json!("succeeded"), &json!(0)), "{run}");

    // In the middle of a run too: what was read under the old keys is read again under the new ones.
    let mut third = PeerLog::new("peer.example/log/3", 10);
    honest(&mut third, records);
    std::fs::write(&policy, third.policy()).unwrap();
    server.pause(2000);
    let run = source.begin(false).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    trust();
    let run = source.until_still(&run).await;
    server.pause(0);
    assert_eq!((&run["state"], &run["unchanged"]), (&json!("failed"), &json!(0)), "{run}");
    let known = source.scene.admin.get(&source.path("")).await;
    assert_eq!((&known["trust_policy"], &known["checkpoint"]), (&json!(third.policy()), &Value::Null));
    source.remove().await;
}

async fn policies_are_checked(copy: &Scene, server: &Server) {
    let log = PeerLog::new("peer.example/log", 7).policy();
    for (kind, policy, code) in [
        ("cadastre", "log nonsense\nquorum none\n", "trust_policy"),
        ("cadastre", "quorum none\n", "trust_policy"),
        ("dcat", log.as_str(), "not_for_this_kind"),
    ] {
        let new = json!({
            "kind": kind, "url": server.url("/lying"), "organisation": PROVIDER, "trust_policy": policy,
        });
        let request = copy.admin.request(Method::POST, &format!("/spaces/{SPACE}/sources"));
        let answer = request.json(&new).send().await.unwrap();
        let (status, body) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        let error = &body["errors"][0];
        assert_eq!(
            (status, &error["pointer"], &error["code"]),
            (422, &json!("/trust_policy"), &json!(code)),
            "{body}"
        );
    }
}

/// A row that is changed in the other register's database, past its journal, is not copied.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_changed_behind_the_journal_is_not_copied() {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, SqliteConnection};
    let mut origin = Scene::start(Shape::Embedded).await;
    seed(&mut origin, 20).await;
    origin.publish("with-bytes", "open", json!({}), &[("a.csv", b"a\n1\n".to_vec())]).await;
    let copy = copying(Shape::Embedded).await;
    let source = Source::register(&copy, "cadastre", origin.url(), json!({})).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [21, 0, 0, 0, 0]), "{run}");
    // Whoever copies the copy finds the same: the log of the one in the middle has where they are from.
    let third = copying(Shape::Embedded).await;
    let chained = Source::register(&third, "cadastre", copy.url(), json!({})).await;
    let run = chained.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [21, 0, 0, 0, 0]), "{run}");
    let twice = third.admin.get(&format!("/datasets/{PROVIDER}/with-bytes")).await;
    let iri = format!("{}/datasets/{PROVIDER}/with-bytes", origin.url());
    assert_eq!(twice["harvested"]["identifier"], json!(iri));

    let tamper = |statement: &str| {
        let mut conn = SqliteConnection::establish(&database(&origin).display().to_string()).unwrap();
        conn.batch_execute(&format!("PRAGMA busy_timeout = 5000; {statement}")).unwrap();
    };
    tamper(
        "UPDATE datasets SET record = replace(record, 'Tides 7,', 'Gold 7,') WHERE name = 'many-00007'; \
         UPDATE versions SET total_bytes = total_bytes + 1;",
    );
    let run = source.harvest(true).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("partial"), [0, 0, 19, 0, 2]), "{run}");
    let failed = source.records("failed").await;
    let details: Vec<&str> = failed.iter().map(|one| one["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["its log does not confirm this record", "its log does not confirm this version"]);
    assert_eq!(titles(&copy).await["many-00007"], "Tides 7, as it was first");

    // What failed is tried again by the next run of changes, though nothing has changed there since; what is told to be gone is
    // gone at once.
    tamper("UPDATE versions SET total_bytes = total_bytes - 1;");
    let changed = json!({"space": SPACE, "announced": true, "record": record(7, "second")});
    origin.provider.put_matching(&format!("/datasets/{PROVIDER}/{}", name(7)), changed).await;
    let gone = format!("/datasets/{PROVIDER}/{}", name(8));
    let gone = origin.provider.request(Method::DELETE, &gone).header("If-Match", "*").send().await.unwrap();
    assert_eq!(gone.status(), 204);
    tamper("UPDATE datasets SET record = replace(record, 'Tides 7,', 'Gold 7,') WHERE name = 'many-00007'");
    let run = source.harvest(false).await;
    assert_eq!(
        (&run["state"], &run["failed"], &run["deleted"]),
        (&json!("partial"), &json!(1), &json!(1)),
        "{run}"
    );
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], &run["failed"]), (&json!("partial"), &json!(1)), "not forgotten: {run}");
    tamper("UPDATE datasets SET record = replace(record, 'Gold 7,', 'Tides 7,') WHERE name = 'many-00007'");
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], &run["updated"]), (&json!("succeeded"), &json!(1)), "{run}");
    assert_eq!(titles(&copy).await["many-00007"], "Tides 7, second");
}
