//! `cadastre demo`: everybody is there, the three datasets are real ones, and it starts and stops as often as wanted.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use cadastre::kernel::Digest;
use serde_json::Value;

use super::http;
use super::support::databases::Database;
use super::support::demo::Demo;

async fn get(demo: &Demo, part: &str, path: &str) -> (u16, Value) {
    let request = http().get(format!("{}/api/v1/{path}", demo.text("/base_url")));
    let response = request.bearer_auth(demo.text(&format!("/tokens/{part}"))).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_there_and_the_datasets_say_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let printed = std::fs::read(folder.path().join("stdout")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&printed).unwrap(), *demo.ready(), "printed as written");
    let names = |part: &str| demo.ready()[part].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names("tokens"), ["admin", "provider", "reviewer", "second_reviewer", "stranger", "trainer"]);
    assert_eq!(names("datasets"), ["automatic", "open", "review"]);
    assert_eq!(demo.ready().as_object().unwrap().len(), 3, "{}", demo.ready());

    for (part, admin) in
        [("admin", true), ("provider", false), ("reviewer", false), ("second_reviewer", false)]
    {
        let (status, me) = get(&demo, part, "me").await;
        assert_eq!((status, me["admin"].as_bool()), (200, Some(admin)), "{part}: {me}");
    }
    let spaces = get(&demo, "stranger", "spaces").await.1;
    assert_eq!(spaces["items"].as_array().unwrap().len(), 14);
    for mode in names("datasets") {
        let name = demo.text(&format!("/datasets/{mode}"));
        let (status, dataset) = get(&demo, "trainer", &format!("datasets/{name}")).await;
        assert_eq!((status, dataset["access_mode"].as_str()), (200, Some(mode.as_str())), "{dataset}");
        let record = &dataset["record"];
        let licence = record["rights"]["licence"].as_str().unwrap();
        assert!(["CC0-1.0", "CC-BY-4.0"].contains(&licence), "{licence}");
        let stated = |part: &Value| part.as_str().is_some_and(|text| text.starts_with("https://"));
        assert!(stated(&record["landing_page"]) && record["identifiers"][0]["scheme"] == "doi", "{record}");
        // Only what is open is given to somebody who has not asked.
        let files = get(&demo, "trainer", &format!("datasets/{name}/versions/latest/files")).await.1;
        let file = files["items"][0]["path"].as_str().unwrap();
        let path = format!("datasets/{name}/versions/latest/files/{file}");
        let expected = if mode == "open" { 200 } else { 403 };
        assert_eq!(get(&demo, "trainer", &path).await.0, expected, "{mode}");
    }
    assert!(demo.end("INT").success(), "Ctrl-C is its ordinary end");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_with_the_same_data() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let before = demo.ready().clone();
    assert!(demo.end("INT").success());
    let demo = Demo::start(folder.path());
    for part in ["tokens", "datasets"] {
        assert_eq!(demo.ready()[part], before[part]);
    }
    assert_eq!(get(&demo, "reviewer", "me").await.0, 200);
    assert!(demo.end("TERM").success());
}

/// What is in a folder for temporary things.
fn left_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn what_it_made_for_itself_goes_at_the_end_however_that_comes() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |address: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
        command.args(["demo", "--listen", address]).env_remove("CADASTRE_DATA").env("TMPDIR", folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = demo(&taken.local_addr().unwrap().to_string()).output().unwrap();
    assert_eq!((refused.status.code(), left_in(folder.path())), (Some(2), 0), "{refused:?}");

    let mut child = demo("127.0.0.1:0").spawn().unwrap();
    let printed =
        serde_json::Deserializer::from_reader(child.stdout.take().unwrap()).into_iter::<Value>().next();
    assert!(printed.unwrap().unwrap()["base_url"].is_string());
    assert_eq!(left_in(folder.path()), 1);
    super::support::signal(child.id(), "INT");
    assert!(child.wait().unwrap().success());
    assert_eq!(left_in(folder.path()), 0);
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), &place).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_as_described_while_it_runs_can_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup/data"));
    std::fs::create_dir_all(&backup).unwrap();
    let demo = Demo::start(folder.path());
    let statement = format!("VACUUM INTO '{}'", backup.join("cadastre.sqlite").display());
    let described =
        include_str!("../../docs/operations.md").contains("\"VACUUM INTO 'BACKUP/cadastre.sqlite'\"");
    assert!(described, "the documents describe another way");
    let database = Database::at(&format!("sqlite:{}", data.join("cadastre.sqlite").display()), None);
    database.execute(&statement);
    copy(&data.join("blobs/blobs"), &backup.join("blobs/blobs"));
    let path = format!("datasets/{}/versions/latest/manifest", demo.text("/datasets/open"));
    let (status, manifest) = get(&demo, "trainer", &path).await;
    assert_eq!(status, 200);
    for name in ["demo.json", "log.key"] {
        std::fs::copy(data.join(name), backup.join(name)).unwrap();
    }
    drop(demo);

    let examined = Command::new(env!("CARGO_BIN_EXE_cadastre"))
        .args(["admin", "doctor", "--data"])
        .arg(&backup)
        .output()
        .unwrap();
    assert!(examined.status.success(), "{examined:?}");
    let demo = Demo::start(&folder.path().join("backup"));
    assert_eq!(get(&demo, "trainer", &path).await, (200, manifest.clone()));
    let file = manifest["files"][0]["path"].as_str().unwrap();
    let file = path.replace("manifest", &format!("files/{file}"));
    let request = http().get(format!("{}/api/v1/{file}", demo.text("/base_url")));
    let bytes = request.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(Digest::of(bytes).to_string(), manifest["files"][0]["sha256"].as_str().unwrap());
}
