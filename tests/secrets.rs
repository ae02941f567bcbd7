//! Secrets stay secret: a real server on PostgreSQL and S3, with everything logged that can be, is used with a password,
//! a session, tokens, one-time codes, links and wrong ones of each; none of them is in what it writes or refuses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "support/mod.rs"]
mod support;

use std::fs::{File, read_to_string};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use cadastre::kernel::ExposeSecret as _;
use reqwest::header::SET_COOKIE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use support::services;

const PASSWORD: &str = "canary-password-kept-to-myself";
const WRONG_PASSWORD: &str = "canary-password-mistyped-once";
const WRONG_TOKEN: &str = "cad_0123456789abcdefcanary0123456789abcdef";
const WRONG_CODE: &str = "cac_0123456789abcdefcanary0123456789abcdef";

struct Server {
    child: Child,
    log: PathBuf,
    http: reqwest::Client,
    base: String,
    /// What may never be seen, with what it is.
    secrets: Vec<(&'static str, String)>,
    /// What the server answered with an error.
    refusals: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    fn start(folder: &tempfile::TempDir, links: &str) -> Self {
        let (s3, database) = (services::s3(), services::postgres().new_database());
        let url = url::Url::parse(&database).unwrap();
        let key = support::log::key_text(1);
        let secrets = vec![
            ("the database's password", url.password().unwrap().to_owned()),
            ("the key of the store", s3.admin.secret_key.clone()),
            ("the key of the log", key.expose_secret().rsplit('+').next().unwrap().to_owned()),
        ];
        let log = folder.path().join("log");
        let file = File::create(&log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .args(["serve", "--listen", "127.0.0.1:0", "--migrate", "--log", "trace", "--log-format", "json"])
            .args(["--links", links, "--database", &database, "--blobs", &s3.new_bucket().url])
            .envs(s3.admin.env())
            .env("CADASTRE_LOG_KEY", key.expose_secret())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut server = Self { child, log, http, base: String::new(), secrets, refusals: Vec::new() };
        let begun = Instant::now();
        while server.base.is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it did not start:\n{}", server.written());
            std::thread::sleep(Duration::from_millis(50));
            let entries = server.written();
            let mut bases = entries.lines().filter_map(|line| {
                let entry: Value = serde_json::from_str(line).ok()?;
                Some(entry.get("base")?.as_str()?.to_owned())
            });
            server.base = bases.next().unwrap_or_default();
        }
        server
    }

    fn written(&self) -> String {
        read_to_string(&self.log).unwrap()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn send(&mut self, request: RequestBuilder, status: u16) -> (reqwest::header::HeaderMap, Value) {
        let response = request.send().await.unwrap();
        let (found, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        assert_eq!(found, status, "{text}");
        if found >= 400 {
            self.refusals.push(text.clone());
        }
        (headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    fn keep(&mut self, what: &'static str, secret: &Value) -> String {
        let secret = secret.as_str().unwrap().to_owned();
        self.secrets.push((what, secret.clone()));
        secret
    }
}

/// Signs the first administrator in, and makes a token that may do everything; tells it.
async fn enter(server: &mut Server) -> String {
    // The first code is meant to be read from the terminal.
    let written = server.written();
    let code = written.split_whitespace().find(|word| word.starts_with("cac_")).unwrap().to_owned();
    let redeem = server
        .request(Method::POST, "/api/v1/sessions/redeem")
        .json(&json!({"code": code, "password": PASSWORD}));
    let (headers, _) = server.send(redeem, 201).await;
    let cookie = headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    server.keep("a session", &json!(cookie.split_once('=').unwrap().1));
    let wanted = json!({"name": "everything", "scopes": ["read", "request", "publish", "review", "admin"]});
    let request = server.request(Method::POST, "/api/v1/tokens").header("Cookie", &cookie).json(&wanted);
    let (_, token) = server.send(request, 201).await;
    server.keep("a token", &token["secret"])
}

fn post(server: &Server, token: &str, path: &str, body: Value) -> RequestBuilder {
    server.request(Method::POST, &format!("/api/v1{path}")).bearer_auth(token).json(&body)
}

/// A dataset of the administrator's organisation with one file in a draft; tells the path of the version.
async fn with_a_file(server: &mut Server, token: &str) -> &'static str {
    let lab = json!({"slug": "lab", "name": "Lab", "kind": "research", "country": "NL"});
    server.send(post(server, token, "/organisations", lab), 201).await;
    let member = server.request(Method::PUT, "/api/v1/organisations/lab/members/admin").bearer_auth(token);
    server.send(member.json(&json!({"role": "owner"})), 200).await;
    let dataset = json!({"organisation": "lab", "name": "tides", "space": "health", "record": record()});
    server.send(post(server, token, "/datasets", dataset), 201).await;
    server.send(post(server, token, "/datasets/lab/tides/versions", json!({"version": "1.0.0"})), 201).await;
    let version = "/datasets/lab/tides/versions/1.0.0";
    let file = server.request(Method::PUT, &format!("/api/v1{version}/files/data.csv")).bearer_auth(token);
    server.send(file.body("a,b\n"), 201).await;
    version
}

fn record() -> Value {
    serde_json::from_str(include_str!("../src/cli/demo/data/iris.json")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn links_into_the_store_and_what_people_write_are_told_to_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder, "store");
    let token = enter(&mut server).await;
    let version = with_a_file(&mut server, &token).await;
    let (_, plan) =
        server.send(post(&server, &token, &format!("{version}/download-plan"), json!({})), 200).await;
    let link = url::Url::parse(plan["url"].as_str().unwrap()).unwrap();
    let signature = link.query_pairs().find(|(name, _)| name == "X-Amz-Signature").expect("a signed link").1;
    server.keep("the signature of a link", &json!(signature));
    server.send(server.http.get(link.clone()), 200).await;

    // Somebody asks, with words that only those concerned may read.
    server.secrets.extend([
        ("a person's name", "Canary Nightingale of the Desk".to_owned()),
        ("a justification", "canary-justification: for the ward of Doctor Nobody".to_owned()),
        ("an approval", "canary-approval of the committee, no. 12".to_owned()),
        ("a remark", "canary-remark that only the applicant reads".to_owned()),
    ]);
    let words: Vec<String> =
        server.secrets[server.secrets.len() - 4..].iter().map(|(_, text)| text.clone()).collect();
    let terms = server.request(Method::PUT, "/api/v1/datasets/lab/tides/policy").bearer_auth(&token);
    server.send(terms.header("If-Match", "*").json(&json!({"mode": "review"})), 200).await;
    server.send(post(&server, &token, &format!("{version}/publish"), json!({})), 200).await;
    for (path, body) in [
        ("/organisations", json!({"slug": "works", "name": "Works", "kind": "sme", "country": "FR"})),
        ("/people", json!({"login": "guest", "name": words[0]})),
    ] {
        server.send(post(&server, &token, path, body), 201).await;
    }
    for (path, body) in [
        ("organisations/works/members/guest", json!({"role": "owner"})),
        ("spaces/health/roles/admin/reviewer", Value::Null),
    ] {
        let put = server.request(Method::PUT, &format!("/api/v1/{path}")).bearer_auth(&token);
        let response = put.json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
    }
    let (_, issued) = server.send(post(&server, &token, "/people/guest/code", json!({})), 201).await;
    let code = server.keep("a one-time code", &issued["code"]);
    let redeem = server
        .request(Method::POST, "/api/v1/sessions/redeem")
        .json(&json!({"code": code, "password": "another-canary-password"}));
    let (headers, _) = server.send(redeem, 201).await;
    let cookie = headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    server.keep("the guest's session", &json!(cookie.split_once('=').unwrap().1));
    server.secrets.push(("the guest's password", "another-canary-password".to_owned()));
    let asks = |server: &Server, body: Value| {
        server.request(Method::POST, "/api/v1/requests").header("Cookie", &cookie).json(&body)
    };
    let request = json!({"dataset": "lab/tides", "organisation": "works", "purpose": "research",
        "justification": words[1], "statement": {"ethics_approval": words[2]}});
    let mut wrong = request.clone();
    wrong["duration_days"] = json!(0);
    server.send(asks(&server, wrong), 422).await;
    let (_, asked) = server.send(asks(&server, request), 201).await;
    let reject = format!("/requests/{}/reject", asked["id"].as_str().unwrap());
    server.send(post(&server, &token, &reject, json!({"remark": words[3]})), 200).await;

    // The whole journal as auditors get it, and as everybody does, names none of it.
    std::thread::sleep(Duration::from_secs(2));
    let (_, checkpoint) = server.send(server.request(Method::GET, "/api/v1/journal/checkpoint"), 200).await;
    let size: u64 = checkpoint.as_str().unwrap().lines().nth(1).unwrap().parse().unwrap();
    assert!((20..256).contains(&size), "one bundle holds it all: {size}");
    let bundle = format!("/api/v1/journal/tile/entries/000.p/{size}");
    let bundle = server.request(Method::GET, &bundle).bearer_auth(&token).send().await.unwrap();
    let bundle = String::from_utf8_lossy(&bundle.bytes().await.unwrap()).into_owned();
    assert!(bundle.contains("request.rejected"), "the bundle holds the decision");
    let export = server.request(Method::GET, "/api/v1/journal").header("Accept", "application/x-ndjson");
    let (_, export) = server.send(export, 200).await;
    let (_, metrics) = server.send(server.request(Method::GET, "/metrics"), 200).await;
    nothing_is_told(server, &[bundle, export.to_string(), metrics.to_string()]);
}

/// Stops the server, and looks for every secret in its log, in its refusals and in these texts.
fn nothing_is_told(mut server: Server, texts: &[String]) {
    let stopped = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(stopped.success() && server.child.wait().unwrap().success());
    let written = server.written();
    assert!(written.contains("\"TRACE\"") && written.contains("answered"), "everything is logged");
    assert!(!written.contains("\"level\":\"ERROR\""), "a client's mistakes are no errors: {written}");
    for (what, secret) in &server.secrets {
        assert!(secret.len() >= 12, "{what} is too short to be looked for");
        let seen: Vec<&str> = written.lines().filter(|line| line.contains(secret)).collect();
        assert!(seen.is_empty(), "{what} is in the log: {seen:?}");
        for text in server.refusals.iter().chain(texts) {
            assert!(!text.contains(secret), "{what} is told: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder, "service");
    let token = enter(&mut server).await;
    let version = with_a_file(&mut server, &token).await;
    server.secrets.extend([
        ("a password", PASSWORD.to_owned()),
        ("a wrong password", WRONG_PASSWORD.to_owned()),
        ("a wrong token", WRONG_TOKEN.to_owned()),
        ("a wrong code", WRONG_CODE.to_owned()),
    ]);

    let post = |server: &Server, path: &str, body: Value| post(server, &token, path, body);
    server.send(post(&server, "/people", json!({"login": "guest", "name": "Guest"})), 201).await;
    let (_, issued) = server.send(post(&server, "/people/guest/code", json!({})), 201).await;
    server.keep("a one-time code", &issued["code"]);
    let basic = server.request(Method::GET, &format!("/api/v1{version}/files/data.csv"));
    server.send(basic.basic_auth("anybody", Some(&token)), 200).await;
    let (_, plan) = server.send(post(&server, &format!("{version}/download-plan"), json!({})), 200).await;
    let link = plan["url"].as_str().unwrap().to_owned();
    let ticket = server.keep("a ticket", &json!(link.rsplit('/').next().unwrap()));
    server.send(server.http.get(&link), 200).await;

    // What goes wrong says as little.
    let sign_in = |login: &str, password: &str| json!({"login": login, "password": password});
    for (path, body, status) in [
        ("/sessions", sign_in("admin", WRONG_PASSWORD), 401),
        ("/sessions", json!({"login": "admin", "password": [PASSWORD]}), 422),
        ("/sessions", json!({"login": PASSWORD, "password": "x"}), 401),
        ("/sessions/redeem", json!({"code": WRONG_CODE, "password": PASSWORD}), 401),
        ("/sessions/redeem", json!({"code": WRONG_CODE, "password": "short"}), 422),
    ] {
        let request = server.request(Method::POST, &format!("/api/v1{path}")).json(&body);
        drop(server.send(request, status).await);
    }
    for request in [
        server.request(Method::GET, "/api/v1/me").bearer_auth(WRONG_TOKEN),
        server.request(Method::GET, "/api/v1/me").basic_auth("anybody", Some(WRONG_PASSWORD)),
        server.request(Method::GET, "/api/v1/me").header("Cookie", format!("cadastre_session={WRONG_TOKEN}")),
        server.request(Method::GET, "/api/v1/me").header("Authorization", WRONG_TOKEN),
    ] {
        server.send(request, 401).await;
    }
    let tampered = format!("/api/v1/download/{ticket}x");
    server.send(server.request(Method::GET, &tampered), 403).await;
    server.send(server.request(Method::GET, &format!("/api/v1/datasets?after={token}")), 422).await;
    // Nor is what no server could read an error of this one.
    let mut broken = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
    broken.write_all(b"GET / HTTP/1.1\r\nno colon here\r\n\r\n").unwrap();
    let mut answer = String::new();
    broken.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let (_, metrics) = server.send(server.request(Method::GET, "/metrics"), 200).await;
    let (_, ready) = server.send(server.request(Method::GET, "/readyz"), 200).await;

    assert!(server.refusals.len() >= 11, "{:?}", server.refusals);
    nothing_is_told(server, &[metrics.to_string(), ready.to_string()]);
}
