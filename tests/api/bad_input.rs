//! Bad input: each is a clear refusal that names what is wrong, and changes nothing.

use cadastre::kernel::Digest;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::app::{LAST, Shape, TestApp, until};
use crate::client::{Answer, raw, send};
use crate::on_both_shapes;
use crate::world::{DATA, PROVIDER, SPACE, TRAINER, World};

on_both_shapes! {
    bodies_that_cannot_be_read
    fields_that_are_wrong
    hostile_paths
    addresses_that_do_not_decode
    uploads_that_are_not_what_was_declared
    uploads_beyond_the_limits
    cursors_limits_and_names_that_are_none
}

/// What must be the same before and after: events, bytes in the database and in the store, and what the provider sees.
async fn snapshot(world: &World) -> (i64, i64, usize, Vec<Value>) {
    let blobs = world.app.database.number("SELECT count(*) FROM blobs");
    let listed = world.provider.get("/datasets?limit=200").await.expect(200).items();
    (world.app.journal_size(), blobs, world.app.stored_blobs().await, listed)
}

/// The refusal, which names this place.
#[track_caller]
fn names(answer: Answer, status: u16, pointer: &str) {
    assert_eq!(answer.status, status, "{answer}");
    let errors = answer.json()["errors"].clone();
    let found = errors.as_array().into_iter().flatten().any(|error| error["pointer"] == pointer);
    assert!(found, "{pointer} is not named: {answer}");
}

async fn bodies_that_cannot_be_read(app: TestApp) {
    let world = World::settle(app).await;
    let before = snapshot(&world).await;
    let valid = json!({"organisation": PROVIDER, "name": "tides", "space": SPACE}).to_string();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let large = format!("{{\"organisation\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    for (content_type, body, status, code) in [
        ("application/json", "{", 400, "json"),
        ("application/json", "{\"organisation\": \"a\"} {}", 422, "invalid"),
        ("application/json", &format!("{valid} x"), 400, "json"),
        ("application/json", "nonsense", 400, "json"),
        ("application/json", "{\"name\": \"\u{0}\"}", 400, "json"),
        ("application/json", &deep, 422, "invalid"),
        ("application/json", "[]", 422, "invalid"),
        ("application/json", &format!("[\"{PROVIDER}\", \"tides\", \"{SPACE}\"]"), 422, "invalid"),
        ("application/json", "\"text\"", 422, "invalid"),
        ("application/json", "null", 422, "invalid"),
        ("application/json", "", 422, "invalid"),
        ("application/json", &large, 413, "body_too_large"),
        ("text/plain", &valid, 415, "json_expected"),
        ("application/x-www-form-urlencoded", "name=tides", 415, "json_expected"),
        ("", &valid, 415, "json_expected"),
    ] {
        let request = world.provider.request(Method::POST, "/datasets").body(body.to_owned());
        let request =
            if content_type.is_empty() { request } else { request.header("Content-Type", content_type) };
        send(request).await.refused(status, code);
    }
    let not_utf8 =
        world.provider.request(Method::POST, "/datasets").header("Content-Type", "application/json");
    send(not_utf8.body(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'])).await.refused(400, "json");
    assert_eq!(snapshot(&world).await, before);
}

/// The valid body with one thing changed.
fn with(valid: &Value, field: &str, value: Value) -> Value {
    let mut body = valid.clone();
    body[field] = value;
    body
}

async fn fields_that_are_wrong(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("gated", "review").await;
    let open = world.dataset("open", "open").await;
    let before = snapshot(&world).await;
    let (long, longer) = ("x".repeat(300), "x".repeat(30_000));
    let registered = json!({"organisation": PROVIDER, "name": "tides", "space": SPACE});
    for (field, value, pointer) in [
        ("name", json!(3), "/name"),
        ("name", json!("Not a slug"), "/name"),
        ("name", json!(long), "/name"),
        ("visibility", json!("secret"), "/visibility"),
        ("visibility", json!("organisations"), "/audience"),
        ("audience", json!(["other-lab"]), "/audience"),
        ("space", json!("no-such-space"), "/space"),
        ("record", json!({"title": {"en": longer}}), "/record/title/en"),
        ("record", json!({"rights": {"licence": "no licence"}}), "/record/rights/licence"),
        ("record", json!({"content": []}), "/record/content"),
        ("record", json!({"relations": [["project"]]}), "/record/relations/0"),
        ("extension", json!([1]), "/extension"),
    ] {
        let answer = world.provider.post("/datasets", with(&registered, field, value)).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid"), "{pointer}: {answer}");
    }
    let unknown = world.provider.post("/datasets", with(&registered, "colour", json!("red"))).await;
    assert!(unknown.refused(422, "invalid").text("/detail").contains("colour"));
    let unknown = world.provider.put(&open, json!({"space": SPACE, "colour": "red"})).await;
    assert!(unknown.refused(422, "invalid").text("/detail").contains("colour"));

    let organisation = json!({"slug": "new", "name": "New", "kind": "sme", "country": "FR"});
    for (field, value, pointer) in [
        ("slug", json!("-new"), "/slug"),
        ("name", json!(" "), "/name"),
        ("name", json!(long), "/name"),
        ("kind", json!("guild"), "/kind"),
        ("country", json!("France"), "/country"),
        ("sector", json!("99"), "/sector"),
        ("quota_bytes", json!(-1), "/quota_bytes"),
    ] {
        names(world.admin.post("/organisations", with(&organisation, field, value)).await, 422, pointer);
    }
    let asked = crate::world::application(&dataset, "rag");
    for (field, value, pointer) in [
        ("dataset", json!("no slash"), "/dataset"),
        ("purpose", json!("fun"), "/purpose"),
        ("justification", json!("short"), "/justification"),
        ("justification", json!(longer), "/justification"),
        ("statement", json!({"processing_location": "Mars"}), "/statement/processing_location"),
        ("duration_days", json!(0), "/duration_days"),
        ("duration_days", json!(-1), "/duration_days"),
        ("duration_days", json!(4000), "/duration_days"),
        ("members", json!(["stranger"]), "/members/0"),
        ("members", json!(["trainee", "trainee"]), "/members/1"),
    ] {
        names(world.trainer.post("/requests", with(&asked, field, value)).await, 422, pointer);
    }
    let token = json!({"name": "a token", "scopes": ["read"]});
    for (field, value, pointer) in [
        ("scopes", json!([]), "/scopes"),
        ("scopes", json!(["root"]), "/scopes/0"),
        ("name", json!(long), "/name"),
        ("expires_in_days", json!(0), "/expires_in_days"),
        ("expires_in_days", json!(367), "/expires_in_days"),
        ("organisation", json!(PROVIDER), "/organisation"),
    ] {
        names(world.trainer.post("/tokens", with(&token, field, value)).await, 422, pointer);
    }
    let policy = format!("{open}/policy");
    names(world.provider.put(&policy, json!({"mode": "free"})).await, 422, "/mode");
    let offer = json!({"mode": "review", "offer": {"@type": "Offer", "surprise": 1}});
    world.provider.put(&policy, offer).await.refused(422, "invalid");
    assert_eq!(snapshot(&world).await, before);
    assert!(world.trainer.get("/requests").await.expect(200).items().is_empty());
    assert_eq!(world.trainer.get("/tokens").await.expect(200).items().len(), 1);
}

async fn hostile_paths(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let files = format!("{}/files", world.draft(&dataset, "1.0.0").await);
    let before = snapshot(&world).await;
    let (long, deep) = ("x".repeat(256), vec!["d"; 40].join("/"));
    let whole = ["y".repeat(250).as_str(); 5].join("/");
    for path in [
        "..",
        "a/../b",
        "../../etc/passwd",
        "%2e%2e/b",
        "a/%2E%2E/b",
        "%2Fetc%2Fpasswd",
        "/etc/passwd",
        "a//b",
        "a/",
        ".",
        "a%5Cb",
        "C:%5Cx",
        "a%00b",
        "a%0Ab",
        "%E2%80%AEtxt.exe",
        "a%E2%80%8Bb",
        "a%3Cb",
        "a%7Cb",
        "e%CC%81.csv",
        "CON",
        "nul.txt",
        "a.",
        "%20a",
        "a%20",
        &long,
        &deep,
        &whole,
    ] {
        let token = world.provider.bearer();
        let head = format!(
            "PUT /api/v1{files}/{path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Length: 1"
        );
        let answer = raw(&world.provider, &head, b"x").await;
        let status = answer.get(9..12).unwrap_or_default();
        assert!(["400", "404", "422"].contains(&status), "{path}: {answer}");
        let offered = json!({"files": [{"path": "../x", "sha256": Digest::of("x").to_string(), "size": 1}]});
        names(world.provider.post(&files, offered).await, 422, "/files/0/path");
    }
    for clash in ["DATA.csv", "data.csv/inner.csv"] {
        world.provider.upload(&format!("{files}/{clash}"), "x").await.refused(409, "path_clash");
    }
    assert_eq!(snapshot(&world).await, before);
}

async fn addresses_that_do_not_decode(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let files = format!("{}/files", world.draft(&dataset, "1.0.0").await);
    let before = snapshot(&world).await;
    for bad in ["%FF%FE", "%zz", "a%", "a%4", "%C3", "%C0%AF", "%ED%A0%80"] {
        let file = format!("{files}/{bad}");
        names(world.provider.upload(&file, "x").await, 422, "path");
        names(world.provider.delete(&file).await, 422, "path");
        for list in
            ["organisations", "datasets/x", "requests", "spaces", "people", "blobs/sha256", "download"]
        {
            names(world.admin.get(&format!("/{list}/{bad}")).await, 422, "path");
        }
        names(world.admin.get(&format!("{files}/{bad}/data.csv")).await, 422, "path");
        names(world.admin.get(&format!("/datasets?licence={bad}")).await, 422, "query");
    }
    assert_eq!(snapshot(&world).await, before);
}

async fn uploads_that_are_not_what_was_declared(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let file = format!("{}/files/new.csv", world.draft(&dataset, "1.0.0").await);
    let before = snapshot(&world).await;
    let put = |name: &'static str, value: String| {
        world.provider.request(Method::PUT, &file).header(name, value).body("x")
    };
    let other = Digest::of("y").to_repr_digest();
    names(send(put("Repr-Digest", other)).await, 422, "Repr-Digest");
    names(send(put("Repr-Digest", "sha-256=:short:".into())).await, 422, "Repr-Digest");
    names(send(put("Content-Type", "not a type".into())).await, 422, "Content-Type");
    send(put("Content-Encoding", "gzip".into())).await.refused(415, "content_encoding");
    let query = format!("{file}?sample=perhaps");
    world.provider.upload(&query, "x").await.expect(422);
    world.provider.upload(&format!("{file}?colour=red"), "x").await.expect(422);
    world.provider.upload(&file.replace("1.0.0", "3.0.0"), "x").await.expect(404);

    let token = world.provider.bearer();
    let head =
        |length: &str| format!("PUT /api/v1{file} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n{length}");
    raw(&world.provider, &head("Content-Length: 100"), b"too short").await;
    raw(&world.provider, &head("Transfer-Encoding: chunked"), b"5\r\ntrunc").await;
    for wrong in ["Content-Length: -1", "Content-Length: x", "Content-Length: 1\r\nContent-Length: 2"] {
        let answer = raw(&world.provider, &head(wrong), b"x").await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{wrong}: {answer}");
    }
    world.provider.get(&file).await.expect(404);
    assert_eq!(snapshot(&world).await, before);
}

async fn uploads_beyond_the_limits(app: TestApp) {
    // One upload at a time, so that a second one meets the limit.
    let app = app.set_up(|settings| settings.uploads = std::num::NonZeroU32::new(1)).await;
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let files = format!("{}/files", world.draft(&dataset, "1.0.0").await);
    let limits = |quota: usize, largest: usize| {
        json!({"slug": PROVIDER, "name": "Limited", "kind": "research", "country": "NL",
            "quota_bytes": quota, "max_file_bytes": largest})
    };
    let organisation = format!("/organisations/{PROVIDER}");
    let owner = world.app.full_client("owner").await;
    owner.put(&organisation, limits(1, 1)).await.refused(403, "admin_required");
    world.admin.put(&organisation, limits(100, 60)).await.expect(200);
    let before = snapshot(&world).await;
    let file = format!("{files}/new.csv");
    world.provider.upload(&file, "x".repeat(61)).await.refused(413, "upload_too_large");
    let unannounced = futures_util::stream::iter([Ok::<_, std::io::Error>("x".repeat(61))]);
    let request = world.provider.request(Method::PUT, &file).body(reqwest::Body::wrap_stream(unannounced));
    send(request).await.refused(413, "upload_too_large");
    // 40 bytes are there, of which 100 are allowed.
    world.provider.upload(&file, "x".repeat(60)).await.expect(201);
    let full = snapshot(&world).await;
    assert_eq!(full.0, before.0 + 1);
    let more = format!("{files}/more.csv");
    world.provider.upload(&more, "more").await.refused(507, "quota_exceeded");
    assert_eq!(snapshot(&world).await, full);

    world.admin.put(&organisation, limits(10_000, 10_000)).await.expect(200);
    // The limit is each replica's own: one upload that stands still keeps others from the same replica alone.
    let (provider, other) = (world.provider.on_replica(LAST), world.provider.on_replica(0));
    let mut stalled =
        TcpStream::connect(provider.base().trim_start_matches("http://")).await.expect("a connection");
    let head = format!(
        "PUT /api/v1{more} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 50\r\n\r\nstart",
        provider.bearer()
    );
    stalled.write_all(head.as_bytes()).await.expect("sent");
    until(async || world.app.free_upload_slots() == 0).await;
    // Whose upload it is has had enough; for anybody else there is no room.
    let owner = world.app.full_client("owner").await.on_replica(LAST);
    for (client, status) in [(&provider, 429), (&owner, 503)] {
        let refused = client.upload(&file, "second").await.refused(status, "too_many_uploads");
        assert!(!refused.header("retry-after").is_empty(), "{status}");
    }
    if world.app.shape == Shape::Scaled {
        other.upload(&file, "third").await.expect(200);
    }
    drop(stalled);
    until(async || world.app.free_upload_slots() == 1).await;
    provider.upload(&more, DATA).await.expect(201);
}

async fn cursors_limits_and_names_that_are_none(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    let before = snapshot(&world).await;
    let other = world.admin.get("/people?limit=1").await.expect(200).text("/next_after");
    for list in ["/datasets", "/requests", "/grants", "/spaces", "/organisations", "/people"] {
        for (query, pointer) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("after=nonsense", "after"),
            ("after=%00", "after"),
        ] {
            names(world.admin.get(&format!("{list}?{query}")).await, 422, pointer);
        }
        names(world.admin.get(&format!("{list}?limit=many")).await, 422, "limit");
        world.admin.get(&format!("{list}?colour=red")).await.refused(422, "invalid");
    }
    names(world.admin.get(&format!("/datasets?after={other}")).await, 422, "after");
    for query in
        ["space=Not%20one", "access_mode=free", "theme=NONE", "modality=smell", "updated_since=yesterday"]
    {
        world.admin.get(&format!("/datasets?{query}")).await.refused(422, "invalid");
    }
    for path in [
        "/datasets/Not%20a%20slug/x",
        "/requests/not-an-id",
        "/grants/rq_1",
        "/spaces/-",
        "/blobs/sha256/xyz",
        "/nothing",
    ] {
        world.admin.get(path).await.refused(404, "not_found");
    }
    world.admin.get(&format!("{dataset}/versions/1.0")).await.refused(404, "not_found");
    world.admin.delete("/datasets").await.refused(405, "method_not_allowed");
    for key in ["", "with space", &"k".repeat(256)] {
        let request = world.trainer.request(Method::POST, "/requests").header("Idempotency-Key", key);
        names(send(request.json(&json!({"organisation": TRAINER}))).await, 422, "Idempotency-Key");
    }
    let nonsense = world.provider.request(Method::PUT, &dataset).header("If-Match", "nonsense");
    names(send(nonsense.json(&json!({"space": SPACE}))).await, 422, "If-Match");
    for tag in ["\"99\"", "W/\"1\""] {
        let request = world.provider.request(Method::PUT, &dataset).header("If-Match", tag);
        send(request.json(&json!({"space": SPACE}))).await.refused(412, "stale");
    }
    assert_eq!(snapshot(&world).await, before);
}
