//! Files that stay with their holder: what is told of them, and that they are fetched only when a check is asked for,
//! only from where the operator allows, and never beyond what was declared.

use std::sync::{Arc, Mutex};

use cadastre::kernel::Digest;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::app::{TestApp, until};
use crate::client::Client;
use crate::on_both_shapes;
use crate::world::{DATA, SAMPLE, World};

on_both_shapes! {
    files_are_told_by_their_place_and_not_fetched
    an_address_that_gives_the_bytes_is_told_to_those_who_may_have_them
    a_check_compares_what_is_there_with_what_was_declared
    a_check_of_a_file_that_was_replaced_says_nothing
}

/// What the files at the holder's contain.
const CONTENT: &str = "a,b\n1,2\n";

/// A server of somebody else, which notes the path of every request.
struct Holder {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    /// The file `/held` waits for it.
    go_on: Arc<Notify>,
}

impl Holder {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let holder = Self { port, asked: Arc::default(), go_on: Arc::default() };
        let (asked, go_on) = (holder.asked.clone(), holder.go_on.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, asked.clone(), go_on.clone()));
            }
        });
        holder
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().expect("a list").clone();
        asked.sort();
        asked
    }
}

/// Answers one request; ends when the other side has gone.
async fn answer(stream: TcpStream, asked: Arc<Mutex<Vec<String>>>, go_on: Arc<Notify>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut line = String::new();
    while stream.read_line(&mut line).await.ok()? > 2 {
        line.clear();
    }
    asked.lock().expect("a list").push(path.clone());
    let whole = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let text = match path.as_str() {
        "/right" => whole(CONTENT),
        "/held" => {
            go_on.notified().await;
            whole(CONTENT)
        }
        "/wrong" => whole(&CONTENT.replace('1', "7")),
        "/short" => whole("a,b\n"),
        "/broken" => whole(CONTENT).replace("2\n", ""),
        "/moved" => "HTTP/1.1 302 Found\r\nLocation: /right\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(&[b'x'; 4096]).await.ok()?;
            }
        }
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
    };
    stream.write_all(text.as_bytes()).await.ok()
}

/// An offer of a file that has `CONTENT`, as its provider says.
fn offered(path: &str, url: &str) -> Value {
    json!({
        "path": path, "sha256": Digest::of(CONTENT).to_string(), "size": CONTENT.len(),
        "reference": {"kind": "download_url", "url": url},
    })
}

async fn files_are_told_by_their_place_and_not_fetched(app: TestApp) {
    let holder = Holder::start().await;
    let app = app.set_up(|settings| settings.fetch_hosts = vec![format!("127.0.0.1:{}", holder.port)]).await;
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let version = world.draft(&dataset, "1.0.0").await;
    let service = json!({
        "kind": "service", "endpoint_url": holder.url("api"), "description": "Rows by day.",
        "documentation": holder.url("docs"),
    });
    let mut page = offered("on-request.bin", &holder.url("page"));
    page["reference"]["kind"] = json!("access_url");
    let files = json!({"files": [
        offered("large.csv", &holder.url("right")),
        page,
        {"path": "rows", "reference": service},
    ]});
    let added = world.provider.post(&format!("{version}/files"), files).await.expect(200);
    assert_eq!(added.each("/status"), ["added", "added", "added"]);
    world.provider.post(&format!("{version}/publish"), json!({})).await.expect(200);

    let files = world.app.anonymous.get(&format!("{version}/files")).await.expect(200).items();
    let held: Vec<_> =
        files.iter().map(|file| (file["path"].as_str().unwrap(), file["held"] == true)).collect();
    assert_eq!(
        held,
        [
            ("data.csv", true),
            ("large.csv", false),
            ("on-request.bin", false),
            ("rows", false),
            ("sample.csv", true)
        ]
    );
    assert_eq!(files[3]["reference"], service);
    for (path, next) in [("large.csv", "right"), ("on-request.bin", "page"), ("rows", "api")] {
        let file = format!("{version}/files/{path}");
        let elsewhere = world.app.anonymous.get(&file).await.refused(409, "referenced");
        assert_eq!(elsewhere.text("/next"), holder.url(next));
    }
    let plan = world.app.anonymous.post(&format!("{version}/download-plan"), json!({})).await.expect(200);
    let lines: Vec<Value> =
        plan.body.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(lines[1]["reference"], json!({"kind": "download_url", "url": holder.url("right")}));
    assert_eq!((&lines[1]["url"], &lines[1]["sha256"]), (&Value::Null, &files[1]["sha256"]));
    let version = world.provider.get(&version).await.expect(200).json();
    assert_eq!(version["bytes"], DATA.len() + SAMPLE.len() + 2 * CONTENT.len());

    // What has no bytes that could be compared is not checked.
    let checks = format!("{dataset}/versions/1.0.0/checks");
    for path in ["data.csv", "on-request.bin", "rows"] {
        world.provider.post(&checks, json!({"path": path})).await.refused(409, "not_checkable");
    }
    world.provider.post(&checks, json!({"path": "none.csv"})).await.expect(404);
    assert!(holder.asked().is_empty(), "nothing was asked for, and so nothing fetched: {:?}", holder.asked());
}

/// Every list and every document of a version, as this caller gets it.
async fn told(client: &Client, version: &str, page: &str) -> String {
    let mut all =
        String::from_utf8(client.get(&format!("{version}/files")).await.expect(200).body.to_vec()).unwrap();
    for name in [
        "dcat.ttl",
        "dcat.jsonld",
        "schema-org.jsonld",
        "datapackage.json",
        "spdx.json",
        "linkset.json",
        "sha256sums.txt",
        "files.meta4",
        "croissant.json",
        "croissant-1.0.json",
        "datacite.json",
        "index.html",
    ] {
        let answer = client.get(&format!("{}{page}/{name}", client.base())).await;
        if answer.status == 200 {
            all.push_str(&String::from_utf8_lossy(&answer.body));
        }
    }
    all
}

async fn an_address_that_gives_the_bytes_is_told_to_those_who_may_have_them(app: TestApp) {
    let world = World::settle(app).await;
    for (mode, gated) in [("open", false), ("review", true), ("secure", true)] {
        let dataset = world.dataset(mode, mode).await;
        let version = world.draft(&dataset, "1.0.0").await;
        let mut sample = offered("a-sample.csv", "https://holder.example/sample-7731.csv");
        sample["sample"] = json!(true);
        let files = json!({"files": [offered("all.csv", "https://holder.example/secret-4711.csv"), sample]});
        world.provider.post(&format!("{version}/files"), files).await.expect(200);
        world.provider.post(&format!("{version}/publish"), json!({})).await.expect(200);
        let page = version.replace("/versions", "");
        for client in [&world.app.anonymous, &world.trainer] {
            let all = told(client, &version, &page).await;
            assert_eq!(all.contains("secret-4711"), !gated, "{mode}");
            assert!(all.contains("sample-7731"), "{mode}");
        }
        assert!(told(&world.provider, &version, &page).await.contains("secret-4711"), "{mode}");
        world.provider.post(&format!("{version}/withdraw"), json!({"reason": "wrong"})).await.expect(200);
        let all = told(&world.app.anonymous, &version, &page).await;
        assert!(!all.contains("secret-4711") && !all.contains("sample-7731"), "{mode}");
    }
}

async fn a_check_compares_what_is_there_with_what_was_declared(app: TestApp) {
    let holder = Holder::start().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let app = app.set_up(|settings| {
        // The name is allowed, but leads to an address inside; the addresses are allowed as such.
        settings.fetch_hosts = vec![
            format!("127.0.0.1:{}", holder.port),
            format!("localhost:{}", holder.port),
            closed.to_string(),
        ];
    });
    let world = World::settle(app.await).await;
    let dataset = world.dataset("tides", "open").await;
    let version = world.draft(&dataset, "1.0.0").await;
    let elsewhere = |host: &str| holder.url("right").replace("127.0.0.1", host);
    let cases = [
        ("right", holder.url("right"), "verified", "as declared"),
        ("wrong", holder.url("wrong"), "mismatch", "declared"),
        ("short", holder.url("short"), "mismatch", "declared 8 bytes, found 4"),
        ("endless", holder.url("endless"), "mismatch", "declared 8 bytes, found"),
        ("broken", holder.url("broken"), "unreachable", ""),
        ("moved", holder.url("moved"), "unreachable", "302"),
        ("missing", holder.url("missing"), "unreachable", "404"),
        ("closed", format!("http://{closed}/right"), "unreachable", ""),
        ("inside", elsewhere("localhost"), "unreachable", ""),
        ("other-address", elsewhere("127.0.0.2"), "not_allowed", "operator"),
        ("other-form", elsewhere("[::ffff:127.0.0.1]"), "not_allowed", "operator"),
        ("other-port", "http://127.0.0.1:9/right".to_owned(), "not_allowed", "operator"),
        ("metadata", "http://169.254.169.254/latest".to_owned(), "not_allowed", "operator"),
        ("name", "https://data.example.org/right".to_owned(), "not_allowed", "operator"),
    ];
    let files: Vec<Value> = cases.iter().map(|(path, url, ..)| offered(path, url)).collect();
    world.provider.post(&format!("{version}/files"), json!({ "files": files })).await.expect(200);
    world.provider.post(&format!("{version}/publish"), json!({})).await.expect(200);
    assert!(holder.asked().is_empty());
    for (path, ..) in &cases {
        let asked =
            world.provider.post(&format!("{version}/checks"), json!({"path": path})).await.expect(202);
        assert_eq!(asked.text("/outcome"), "pending");
    }
    let found = async || {
        let files = world.app.anonymous.get(&format!("{version}/files")).await.expect(200).items();
        files
            .into_iter()
            .filter(|file| file["held"] == false)
            .map(|file| file["check"].clone())
            .collect::<Vec<_>>()
    };
    until(async || found().await.iter().all(|check| check["outcome"] != "pending")).await;
    let files = world.app.anonymous.get(&format!("{version}/files")).await.expect(200).items();
    for (path, _, outcome, detail) in &cases {
        let file = files.iter().find(|file| file["path"] == *path).expect("the file");
        assert_eq!(file["check"]["outcome"], *outcome, "{path}: {file}");
        assert!(file["check"]["detail"].as_str().unwrap().contains(detail), "{path}: {file}");
    }
    // Each was fetched once, and no redirection followed.
    assert_eq!(holder.asked(), ["/broken", "/endless", "/missing", "/moved", "/right", "/short", "/wrong"]);
}

async fn a_check_of_a_file_that_was_replaced_says_nothing(app: TestApp) {
    let holder = Holder::start().await;
    let app = app.set_up(|settings| settings.fetch_hosts = vec!["127.0.0.1".to_owned()]).await;
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let version = world.draft(&dataset, "1.0.0").await;
    let offer = async |file: Value| {
        world.provider.post(&format!("{version}/files"), json!({"files": [file]})).await.expect(200);
    };
    offer(offered("far.csv", &holder.url("held"))).await;
    world.provider.post(&format!("{version}/checks"), json!({"path": "far.csv"})).await.expect(202);
    until(async || holder.asked() == ["/held"]).await;
    let mut other = offered("far.csv", &holder.url("held"));
    other["sha256"] = json!(Digest::of("something else").to_string());
    offer(other).await;
    holder.go_on.notify_one();
    let open = "SELECT count(*) FROM jobs WHERE finished_at IS NULL";
    until(async || world.app.database.number(open) == 0).await;
    let files = world.provider.get(&format!("{version}/files")).await.expect(200).items();
    assert_eq!((&files[1]["path"], &files[1]["check"]), (&json!("far.csv"), &Value::Null));
}
