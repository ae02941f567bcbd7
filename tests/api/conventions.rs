//! What holds of every operation: refusals are problems, callers have limits and are told so, pages of other sites are
//! kept out, slow clients are not waited for, and the contract's page needs no other host.

use std::num::NonZeroU32;
use std::time::Duration;

use cadastre::config::Settings;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::{Shape, TestApp};
use crate::client::{Client, raw, send};
use crate::on_both_shapes;
use crate::world::{PROVIDER, SPACE, World};

on_both_shapes! {
    every_refusal_is_a_problem
    a_caller_beyond_the_limit_is_told_when_to_come_back
    pages_of_other_sites_are_kept_out_unless_named
    the_page_of_the_contract_needs_no_other_host
    request_heads_have_limits
}

async fn every_refusal_is_a_problem(app: TestApp) {
    let world = World::settle(app).await;
    let (admin, anonymous) = (&world.admin, &world.app.anonymous);
    let posted = |body: &'static str| {
        admin.request(Method::POST, "/spaces").header("Content-Type", "application/json").body(body)
    };
    for (request, status, code) in [
        (anonymous.request(Method::GET, "/nothing/here"), 404, "not_found"),
        (anonymous.request(Method::GET, "http://BASE/elsewhere"), 404, "not_found"),
        (admin.request(Method::GET, "/requests/gr_1"), 404, "not_found"),
        (anonymous.request(Method::PATCH, "/spaces"), 405, "method_not_allowed"),
        (anonymous.request(Method::OPTIONS, "/spaces"), 405, "method_not_allowed"),
        (anonymous.request(Method::GET, "/me"), 401, "sign_in_required"),
        (anonymous.with_token("cad_wrong").request(Method::GET, "/spaces"), 401, "sign_in_required"),
        (world.trainer.request(Method::GET, "/people"), 403, "admin_required"),
        (posted("{"), 400, "json"),
        (posted("[[\"slug\"]]"), 422, "invalid"),
        (admin.request(Method::POST, "/spaces").body("{}"), 415, "json_expected"),
        (admin.request(Method::GET, "/spaces?limit=x"), 422, "invalid"),
        (admin.request(Method::GET, "/spaces?limit=1&limit=2"), 422, "invalid"),
    ] {
        let (http, request) = request.build_split();
        let mut request = request.expect("a request");
        if request.url().host_str() == Some("base") {
            let elsewhere = format!("{}/elsewhere", anonymous.base()).parse().expect("a URL");
            *request.url_mut() = elsewhere;
        }
        let answer = send(reqwest::RequestBuilder::from_parts(http, request)).await.refused(status, code);
        assert_eq!(answer.text("/request_id"), answer.header("x-request-id"), "{answer}");
        assert_eq!(answer.json()["status"], status, "{answer}");
        assert_eq!(answer.header("allow").is_empty(), status != 405, "{answer}");
        assert_eq!(answer.header("www-authenticate").is_empty(), status != 401, "{answer}");
    }
}

async fn a_caller_beyond_the_limit_is_told_when_to_come_back(app: TestApp) {
    let shape = app.shape;
    drop(app);
    let few = |settings: &mut Settings| settings.anonymous_rate = NonZeroU32::new(3);
    let app = TestApp::start_with(shape, few).await;
    let admin = app.full_client("admin").await;
    let first = app.anonymous.get("/spaces").await.expect(200);
    assert_eq!(first.header("ratelimit"), "\"default\";r=2");
    assert_eq!(first.header("ratelimit-policy"), "\"default\";q=3;w=60");
    let mut refused = 0;
    // Each replica counts for itself.
    for _ in 0..3 * 2 {
        let answer = app.anonymous.get("/spaces").await;
        if answer.status != 200 {
            let answer = answer.refused(429, "rate_limited");
            let wait: u32 = answer.header("retry-after").parse().expect("whole seconds");
            assert!((1..=60).contains(&wait), "{wait}");
            refused += 1;
        }
    }
    assert!(refused > 0);
    admin.get("/spaces").await.expect(200);
}

async fn pages_of_other_sites_are_kept_out_unless_named(app: TestApp) {
    const NAMED: &str = "https://portal.example.org";
    let asked = async |client: &Client, origin: &str| {
        let preflight = client
            .request(Method::OPTIONS, "/spaces")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "GET");
        let (preflight, get) = (send(preflight).await, client.get_with("/spaces", "Origin", origin).await);
        [preflight, get].map(|answer| answer.header("access-control-allow-origin").to_owned())
    };
    assert_eq!(asked(&app.anonymous, NAMED).await, ["", ""]);
    let shape = app.shape;
    drop(app);
    let open = |settings: &mut Settings| settings.cors_origins = vec![NAMED.to_owned()];
    let app = TestApp::start_with(shape, open).await;
    assert_eq!(asked(&app.anonymous, NAMED).await, [NAMED, NAMED]);
    assert_eq!(asked(&app.anonymous, "https://other.example.org").await, ["", ""]);
}

async fn the_page_of_the_contract_needs_no_other_host(app: TestApp) {
    let client = &app.anonymous;
    let docs = client.get("/docs").await.expect(308);
    assert_eq!(docs.header("location"), "/api/v1/docs/index.html");
    let page = client.get("/docs/index.html").await.expect(200);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("http"), "{policy}");
    let text = String::from_utf8(page.body.clone()).expect("text");
    let (mut scripts, mut rest) = (0, text.as_str());
    while let Some(at) =
        ["src=\"", "href=\""].iter().filter_map(|name| Some(rest.find(name)? + name.len())).min()
    {
        rest = &rest[at..];
        let target = rest.split('"').next().expect("a quoted text");
        assert!(!target.contains("//") && !target.starts_with('/'), "{target} leads elsewhere");
        let part = client.get(&format!("/docs/{}", target.trim_start_matches("./"))).await.expect(200);
        scripts += usize::from(target.ends_with(".js"));
        if !target.ends_with(".png") {
            let part = String::from_utf8(part.body).expect("text");
            assert!(
                !part.contains("url(http") && !part.contains("@import"),
                "{target} fetches from elsewhere"
            );
        }
    }
    assert!(scripts >= 2, "{text}");
    let set_up = client.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(String::from_utf8_lossy(&set_up.body).contains("../openapi.json"));
}

async fn request_heads_have_limits(app: TestApp) {
    let client = &app.anonymous;
    let many = (0..70).fold(client.request(Method::GET, "/spaces"), |request, n| {
        request.header(format!("x-header-{n}"), "x")
    });
    send(many).await.refused(431, "headers_too_large");
    client.get_with("/spaces", "x-large", &"x".repeat(40_000)).await.refused(431, "headers_too_large");
    client.get_with("/spaces", "x-large", &"x".repeat(20_000)).await.expect(200);
    // Far beyond, the HTTP library refuses by itself, before there is a request.
    let head = format!("GET /api/v1/spaces HTTP/1.1\r\nx-large: {}", "x".repeat(200_000));
    let answer = raw(client, &head, b"").await;
    assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{answer}");
    let answer = raw(client, "GET /api/v1/spaces HTTP/1.1\r\nno colon here", b"").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    client.get("/spaces").await.expect(200);
}

/// What comes back when a client sends this and then neither more nor the end.
async fn stalled(client: &Client, head: String, body: &str) -> String {
    let address = client.base().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("sent");
    let mut answer = [0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(90), stream.read(&mut answer)).await;
    let length = read.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_not_waited_for() {
    let world = World::settle(TestApp::start(Shape::Embedded).await).await;
    let dataset = world.dataset("tides", "open").await;
    let version = world.draft(&dataset, "1.0.0").await;
    let events = world.app.journal_size();
    let client = &world.provider;
    let head = |method: &str, path: &str| {
        format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: 100\r\n\r\n",
            client.bearer()
        )
    };
    let (unfinished, body, upload) = tokio::join!(
        stalled(client, "GET /api/v1/spaces HTTP/1.1\r\nHost: x\r\n".into(), ""),
        stalled(client, head("POST", "/datasets"), "{\"name\":"),
        stalled(client, head("PUT", &format!("{version}/files/slow.csv")), "begun"),
    );
    assert!(unfinished.starts_with("HTTP/1.1 408"), "{unfinished}");
    for (answer, code) in [(body, "\"timeout\""), (upload, "\"upload_stalled\"")] {
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains(code), "{answer}");
    }
    assert_eq!(world.app.journal_size(), events);
    let registered = json!({"organisation": PROVIDER, "name": "waves", "space": SPACE});
    world.provider.post("/datasets", registered).await.expect(201);
}
