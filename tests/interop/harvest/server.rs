//! A source that means harm, or is broken: what it answers goes by the path.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::pair::record;
use super::peer::{PeerLog, honest};

/// The server.
pub struct Server {
    pub port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Requests so far, which also makes every answer of some paths another one.
    asked: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
    /// How many datasets `/shrinking` has.
    left: AtomicUsize,
    /// How long `/lying` takes to say what changed, in milliseconds.
    pause: AtomicUsize,
    /// What `/lying` says, and the log it shows for it.
    lying: Mutex<Option<(Value, PeerLog)>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        state.left.store(100, Ordering::SeqCst);
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                tokio::spawn(async move {
                    let now = state.now.fetch_add(1, Ordering::SeqCst) + 1;
                    state.most.fetch_max(now, Ordering::SeqCst);
                    answer(stream, &state, port).await;
                    state.now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, state }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn shrink(&self, left: usize) {
        self.state.left.store(left, Ordering::SeqCst);
    }

    /// What `/lying` says from now on, and the log it shows for it.
    pub fn say(&self, changes: Value, log: PeerLog) {
        *self.state.lying.lock().unwrap() = Some((changes, log));
    }

    /// How long `/lying` takes from now on to say what changed, in milliseconds.
    pub fn pause(&self, millis: usize) {
        self.state.pause.store(millis, Ordering::SeqCst);
    }

    /// The most requests that were under way at once.
    pub fn most_at_once(&self) -> usize {
        self.state.most.load(Ordering::SeqCst)
    }

    pub fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }
}

async fn answer(mut stream: TcpStream, state: &State, port: u16) {
    let mut head = vec![0; 8192];
    let read = stream.read(&mut head).await.unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..read]).into_owned();
    let target = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let asked = state.asked.fetch_add(1, Ordering::SeqCst);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let page: usize = query.strip_prefix("page=").and_then(|page| page.parse().ok()).unwrap_or(1);
    let turtle = |body: String| plain("200 OK\r\nContent-Type: text/turtle", body.as_bytes());
    let json = |body: Value| plain("200 OK\r\nContent-Type: application/json", body.to_string().as_bytes());
    let bytes = match path {
        // A new dataset on every page, for ever.
        "/endless" => turtle(catalogue(port, "/endless", &[page], Some(page + 1))),
        // The same dataset on every page, for ever.
        "/barren" => turtle(catalogue(port, "/barren", &[1], Some(page + 1))),
        "/circle" => turtle(catalogue(port, "/circle", &[page], Some(page % 3 + 1))),
        "/literal" => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n\r\n").await);
            let begin = format!("{PREFIXES}<http://127.0.0.1:{port}/1> a dcat:Dataset ; dct:title \"");
            drop(stream.write_all(begin.as_bytes()).await);
            let filler = vec![b'a'; 65536];
            while stream.write_all(&filler).await.is_ok() {}
            return;
        }
        "/bomb" => {
            let body = gzip(&vec![b' '; 200_000_000]);
            plain("200 OK\r\nContent-Type: text/turtle\r\nContent-Encoding: gzip", &body)
        }
        "/entities" => plain("200 OK\r\nContent-Type: application/rdf+xml", laughs(port).as_bytes()),
        "/private" => plain("302 Found\r\nLocation: http://10.0.0.1/catalog.ttl", b""),
        "/metadata" => plain("302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/", b""),
        "/html" => plain("200 OK\r\nContent-Type: text/html", b"<p>no data here</p>"),
        "/garbage" => turtle("this is no turtle at all {{{".to_owned()),
        "/failing" => plain("500 Internal Server Error", b""),
        "/drip" => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n\r\n").await);
            while stream.write_all(b"# ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            return;
        }
        // Other identifiers at every request.
        "/changing" => {
            let numbers: Vec<usize> = (0..100).map(|number| asked * 1000 + number).collect();
            turtle(catalogue(port, "/changing", &numbers, None))
        }
        "/shrinking" => {
            let numbers: Vec<usize> = (0..state.left.load(Ordering::SeqCst)).collect();
            turtle(catalogue(port, "/shrinking", &numbers, None))
        }
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            turtle(catalogue(port, "/slow", &[page], (page < 3).then_some(page + 1)))
        }
        // A page a second, without an end.
        "/slowly" => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            turtle(catalogue(port, "/slowly", &[page], Some(page + 1)))
        }
        // Each page names all datasets, and describes its own.
        "/named" => {
            let base = format!("http://127.0.0.1:{port}/named");
            let mut text =
                catalogue(port, "/named", &[page * 2, page * 2 + 1], (page < 2).then_some(page + 1));
            (2..6).for_each(|number| text.push_str(&format!("<{base}> dcat:dataset <{base}/{number}> .\n")));
            turtle(text)
        }
        // Says of its second page that it has not changed, which nobody asked.
        "/unasked" if page == 2 => b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec(),
        "/unasked" => turtle(catalogue(port, "/unasked", &[1, 2, 3], Some(2))),
        // Ever new records that are gone.
        "/leaving" => plain("200 OK\r\nContent-Type: text/xml", leaving(asked).as_bytes()),
        "/twins" if query.contains("verb=ListRecords&metadataPrefix=oai_dc") => {
            plain("200 OK\r\nContent-Type: text/xml", twins().as_bytes())
        }
        "/twins" => plain("400 Bad Request", b""),
        "/unchanged" if head.to_ascii_lowercase().contains("if-none-match: \"v1\"") => {
            b"HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n".to_vec()
        }
        "/unchanged" => {
            let body = catalogue(port, "/unchanged", &[1, 2, 3], None);
            plain("200 OK\r\nContent-Type: text/turtle\r\nETag: \"v1\"", body.as_bytes())
        }
        _ if path.contains("/api/v1/") => {
            if path == "/lying/api/v1/changes" {
                tokio::time::sleep(Duration::from_millis(state.pause.load(Ordering::SeqCst) as u64)).await;
            }
            register(state, path)
        }
        "/repository" if query.contains("verb=ListRecords&metadataPrefix=oai_dc") => {
            plain("200 OK\r\nContent-Type: text/xml", REPOSITORY.as_bytes())
        }
        "/repository" => plain("400 Bad Request", b""),
        "/packages/api/3/action/package_search" => json(packages(query)),
        _ => plain("404 Not Found", b""),
    };
    drop(stream.write_all(&bytes).await);
    drop(stream.shutdown().await);
}

fn plain(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const PREFIXES: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
    @prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n";

/// The one record of a repository.
const REPOSITORY: &str = r#"<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-26T12:00:00Z</responseDate>
<ListRecords><record><header><identifier>oai:r:1</identifier></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Tides</dc:title><dc:description>By hand</dc:description><dc:identifier>https://r.example.org/1</dc:identifier>
</oai_dc:dc></metadata></record></ListRecords></OAI-PMH>"#;

/// A page of a catalogue.
fn catalogue(port: u16, path: &str, numbers: &[usize], next: Option<usize>) -> String {
    let base = format!("http://127.0.0.1:{port}{path}");
    let mut text = format!("{PREFIXES}<{base}> a dcat:Catalog ; dct:title \"Trouble\"@en .\n");
    for number in numbers {
        text.push_str(&format!(
            "<{base}/{number}> a dcat:Dataset ; dct:title \"Number {number} of {path}\"@en ; dct:description \"Of {path}\"@en .\n\
             <{base}> dcat:dataset <{base}/{number}> .\n"
        ));
    }
    if let Some(next) = next {
        text.push_str(&format!(
            "<{base}#page> a hydra:PartialCollectionView ; hydra:next <{base}?page={next}> .\n"
        ));
    }
    text
}

/// An entity that unfolds into a billion of itself.
fn laughs(port: u16) -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE rdf:RDF [<!ENTITY a \"ha\">\n");
    for (name, of) in
        ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        text.push_str(&format!("<!ENTITY {name} \"{}\">\n", format!("&{of};").repeat(10)));
    }
    text.push_str(&format!(
        "]>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:dct=\"http://purl.org/dc/terms/\" \
         xmlns:dcat=\"http://www.w3.org/ns/dcat#\"><dcat:Dataset rdf:about=\"http://127.0.0.1:{port}/1\">\
         <dct:title>&i;</dct:title></dcat:Dataset></rdf:RDF>"
    ));
    text
}

/// A part of a repository that goes on for ever.
fn leaving(part: usize) -> String {
    let gone = |number: usize| {
        format!(
            "<record><header status=\"deleted\"><identifier>oai:gone:{part}-{number}</identifier></header></record>"
        )
    };
    let all: String = (0..50).map(gone).collect();
    format!(
        "<OAI-PMH><responseDate>2026-11-26T12:00:00Z</responseDate><ListRecords>{all}\
         <resumptionToken>{part}</resumptionToken></ListRecords></OAI-PMH>"
    )
}

/// Records of one title that state one identifier.
fn twins() -> String {
    let one = |number: usize| {
        format!(
            "<record><header><identifier>oai:twin:{number}</identifier></header><metadata><oai_dc:dc \
             xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
             <dc:title>Twins</dc:title><dc:identifier>https://twins.example.org/</dc:identifier>\
             <dc:description>Number {number}</dc:description></oai_dc:dc></metadata></record>"
        )
    };
    let all: String = (0..4).map(one).collect();
    format!(
        "<OAI-PMH><responseDate>2026-11-26T12:00:00Z</responseDate><ListRecords>{all}</ListRecords></OAI-PMH>"
    )
}

/// What something that looks like another Cadastre answers.
fn register(state: &State, path: &str) -> Vec<u8> {
    static BROKEN: LazyLock<(Value, PeerLog)> = LazyLock::new(|| said("broken.example/log", &broken()));
    static POISONED: LazyLock<(Value, PeerLog)> = LazyLock::new(|| said("poisoned.example/log", &poisoned()));
    let (which, path) = path.split_once("/api/v1/").unwrap();
    let (changes, log) = match which {
        "/broken" => BROKEN.clone(),
        "/poisoned" => POISONED.clone(),
        _ => state.lying.lock().unwrap().clone().unwrap(),
    };
    match path.strip_prefix("journal/") {
        None => plain("200 OK\r\nContent-Type: application/json", changes.to_string().as_bytes()),
        Some(path) => match log.answer(path) {
            Some((media_type, body)) => plain(&format!("200 OK\r\nContent-Type: {media_type}"), &body),
            None => plain("404 Not Found", b""),
        },
    }
}

/// Records as an honest log has them: it is the records that are bad.
fn said(origin: &str, records: &[(String, Value)]) -> (Value, PeerLog) {
    let mut log = PeerLog::new(origin, 1);
    (honest(&mut log, records), log)
}

/// A thousand records, of which ten can be read.
fn broken() -> Vec<(String, Value)> {
    let one = |number: usize| {
        let record = if number < 10 { record(number, "whole") } else { json!({"title": 7}) };
        (format!("broken-{number}"), record)
    };
    (0..1000).map(one).collect()
}

/// Records that try to be more than texts, and one that is as long as it can be.
fn poisoned() -> Vec<(String, Value)> {
    let mut script = record(1, "<script>alert(1)</script>");
    script["description"] = json!({"en": "<img src=x onerror=alert(2)> [[link]] {{7*7}} ' OR 1=1; --"});
    let mut control = record(2, "harmless");
    control["title"] = json!({"en": "a\u{0}b\u{1b}[2J"});
    let mut address = record(3, "an address");
    address["landing_page"] = json!("javascript:alert(3)");
    let mut long = record(4, "long");
    long["description"] = json!({"en": "x".repeat(300_000)});
    let mut unknown = record(5, "unknown member");
    unknown["admin"] = json!(true);
    let all = [
        ("script", script),
        ("control", control),
        ("address", address),
        ("long", long),
        ("unknown", unknown),
    ];
    all.map(|(name, record)| (name.to_owned(), record)).into()
}

/// Packages of a CKAN, a hundred a page.
fn packages(query: &str) -> Value {
    let start: usize =
        query.split('&').find_map(|pair| pair.strip_prefix("start=")).unwrap().parse().unwrap();
    let package = |number: usize| {
        json!({
            "id": format!("0190f3c2-a1b2-7c3d-8e4f-{number:012}"), "name": format!("package-{number}"),
            "title": format!("Package {number}"), "notes": "What is in it", "license_id": "cc-by",
            "tags": [{"name": "tides"}],
            "resources": [{"name": "data", "url": format!("https://files.example.org/{number}.csv"), "format": "CSV"}],
        })
    };
    let results: Vec<Value> = (start..(start + 100).min(230)).map(package).collect();
    json!({"success": true, "result": {"count": 230, "results": results}})
}
