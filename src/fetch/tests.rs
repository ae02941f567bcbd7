//! What must never be reached is not: a listener that counts who connects, and a name server that lies.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use super::resolve::{Found, Lookup};
use super::{Ask, FetchError, Fetcher, Limits, Reach};

const LIMITS: Limits = Limits {
    bytes: 100_000,
    redirects: 5,
    patience: Duration::from_millis(700),
    total: Duration::from_secs(2),
    slowest: 0,
};

/// A server inside, which answers by the path and counts who asks.
struct Inside {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Inside {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut head = [0; 4096];
                    let read = stream.read(&mut head).await.unwrap_or(0);
                    let head = String::from_utf8_lossy(&head[..read]).into_owned();
                    let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
                    answer(&mut stream, &path, &head, port).await;
                });
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    fn named(&self) -> Vec<String> {
        vec![format!("127.0.0.1:{}", self.port)]
    }
}

async fn answer(stream: &mut tokio::net::TcpStream, path: &str, head: &str, port: u16) {
    let plain = |head: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let bytes = match path.split_once('/').map(|(_, rest)| rest).unwrap_or_default() {
        "plain" => {
            plain("200 OK\r\nContent-Type: text/turtle; charset=utf-8\r\nETag: \"one\"", b"<a> <b> <c> .")
        }
        "echo" => plain("200 OK", head.as_bytes()),
        "unchanged" => b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec(),
        "html" => plain("200 OK\r\nContent-Type: text/html", b"<p>"),
        "gzip" => plain("200 OK\r\nContent-Encoding: gzip", &gzip(b"unfolded")),
        "bomb" => plain("200 OK\r\nContent-Encoding: gzip", &gzip(&vec![b' '; 1_000_000])),
        "half" => {
            let whole = gzip(b"unfolded");
            plain("200 OK\r\nContent-Encoding: gzip", &whole[..whole.len() - 6])
        }
        "brotli" => plain("200 OK\r\nContent-Encoding: br", b"x"),
        "large" => plain("200 OK", &vec![b' '; 100_001]),
        "declared" => b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec(),
        "endless" => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await);
            while stream.write_all(&[b' '; 8192]).await.is_ok() {}
            return;
        }
        "silent" => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            return;
        }
        "drip" => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await);
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            return;
        }
        "loop" => plain("302 Found\r\nLocation: /loop", b""),
        "nowhere" => plain("302 Found", b""),
        "missing" => plain("404 Not Found", b""),
        "there" => plain("302 Found\r\nLocation: /plain", b""),
        "private" => plain("302 Found\r\nLocation: http://10.0.0.1/", b""),
        "metadata" => {
            plain("301 Moved Permanently\r\nLocation: http://169.254.169.254/latest/meta-data/", b"")
        }
        "file" => plain("307 Temporary Redirect\r\nLocation: file:///etc/passwd", b""),
        "other-form" => {
            plain(&format!("308 Permanent Redirect\r\nLocation: http://[::ffff:127.0.0.1]:{port}/plain"), b"")
        }
        "userinfo" => plain(&format!("303 See Other\r\nLocation: http://a:b@127.0.0.1:{port}/plain"), b""),
        _ => plain("200 OK", b""),
    };
    drop(stream.write_all(&bytes).await);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Public at the first question, inside at every later one; and some names that are inside from the start.
struct Rebinding {
    asked: AtomicUsize,
}

impl Lookup for Rebinding {
    fn lookup(&self, name: &str) -> Found {
        let first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        let inside = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let address = match name {
            // A public address at which nobody listens.
            "rebind.example.org" if first => "192.0.3.1".parse().unwrap(),
            "mapped.example.org" => "::ffff:127.0.0.1".parse().unwrap(),
            "nat64.example.org" => "64:ff9b::7f00:1".parse().unwrap(),
            "six.example.org" => "::1".parse().unwrap(),
            "metadata.example.org" => "169.254.169.254".parse().unwrap(),
            _ => inside,
        };
        Box::pin(async move { Ok(vec![address]) })
    }
}

async fn get(
    fetcher: &Fetcher,
    url: &Url,
    hosts: &[String],
    compressed: bool,
) -> Result<Vec<u8>, FetchError> {
    let ask = Ask {
        reach: Reach::Hosts(hosts),
        accept: "text/turtle",
        media_types: &[],
        etag: None,
        last_modified: None,
        compressed,
        limits: LIMITS,
    };
    fetcher.get(url, &ask).await?.bytes().await
}

/// Every way of writing an address of this machine or of a network inside, with this port.
fn ways_inside(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0177.1",
        "0x7F.0x0.0x0.0x1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "0x0",
        "00000000",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:7f00:0001::1]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "169.254.43518",
        "169.16689662",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "10.0.0.1",
        "10.1",
        "167772161",
        "0xa.1",
        "012.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.16.1",
        "172.31.255.255",
        "0xac100001",
        "192.168.0.1",
        "192.168.1",
        "3232235521",
        "0xc0a80001",
        "192.168.255.254",
        "100.64.0.1",
        "100.127.255.254",
        "198.18.0.1",
        "198.19.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "4294967295",
        "0xffffffff",
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "%31%32%37.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "inside.example.org",
        "mapped.example.org",
        "nat64.example.org",
        "six.example.org",
        "metadata.example.org",
    ];
    hosts
        .iter()
        .flat_map(|host| [format!("http://{host}:{port}/plain"), format!("https://{host}:{port}/plain")])
        .chain([
            format!("http://user@127.0.0.1:{port}/"),
            format!("http://user:word@127.0.0.1:{port}/"),
            format!("http://open.example.org@127.0.0.1:{port}/"),
            format!("http://open.example.org:80@127.0.0.1:{port}/"),
            format!("http://127.0.0.1:{port}\\@open.example.org/"),
            format!("http://127.0.0.1:{port}#@open.example.org/"),
            format!("ftp://127.0.0.1:{port}/"),
            format!("gopher://127.0.0.1:{port}/_GET"),
            format!("ws://127.0.0.1:{port}/"),
            format!("dict://127.0.0.1:{port}/"),
            "file:///etc/passwd".to_owned(),
            "file://127.0.0.1/etc/passwd".to_owned(),
            "data:text/turtle,<a>".to_owned(),
            "javascript:alert(1)".to_owned(),
            "jar:http://127.0.0.1!/".to_owned(),
        ])
        .collect()
}

#[tokio::test]
async fn nothing_inside_is_reached_however_it_is_written() {
    let inside = Inside::start().await;
    let lookup = Arc::new(Rebinding { asked: AtomicUsize::new(1) });
    let fetcher = Fetcher::with(None, &[], lookup).unwrap();
    let ways = ways_inside(inside.port);
    assert!(ways.len() >= 120, "{}", ways.len());
    for way in &ways {
        let Ok(url) = Url::parse(way) else { continue };
        // Whatever a steward writes: the host as it stands there, with the port and without.
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
        let hosts = [host.clone(), format!("{host}:{}", inside.port), "open.example.org".to_owned()];
        let outcome = get(&fetcher, &url, &hosts, false).await;
        assert!(outcome.is_err(), "{way} was fetched");
    }
    assert_eq!(inside.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_is_bound_anew_leads_nowhere() {
    let inside = Inside::start().await;
    let lookup = Arc::new(Rebinding { asked: AtomicUsize::new(0) });
    let fetcher = Fetcher::with(None, &[], lookup.clone()).unwrap();
    let hosts = [format!("rebind.example.org:{}", inside.port)];
    let url = Url::parse(&format!("http://rebind.example.org:{}/plain", inside.port)).unwrap();
    for _ in 0..4 {
        assert!(matches!(
            get(&fetcher, &url, &hosts, false).await,
            Err(FetchError::Unreachable(_) | FetchError::Silent(_) | FetchError::Late)
        ));
    }
    // The first answer was public and tried; each later one was inside and refused.
    assert!(lookup.asked.load(Ordering::SeqCst) >= 4);
    assert_eq!(inside.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn redirects_are_looked_at_anew_and_counted() {
    let inside = Inside::start().await;
    let fetcher = Fetcher::new(None, &inside.named()).unwrap();
    assert_eq!(get(&fetcher, &inside.url("/there"), &[], false).await.unwrap(), b"<a> <b> <c> .");
    for path in ["/private", "/metadata", "/file", "/other-form", "/userinfo"] {
        let refused = get(&fetcher, &inside.url(path), &[], false).await.unwrap_err();
        assert!(matches!(refused, FetchError::NotAllowed(_)), "{path}: {refused}");
    }
    inside.asked.store(0, Ordering::SeqCst);
    for path in ["/loop", "/nowhere"] {
        let refused = get(&fetcher, &inside.url(path), &[], false).await.unwrap_err();
        assert!(matches!(refused, FetchError::Redirected(_)), "{path}: {refused}");
    }
    assert_eq!(inside.asked.load(Ordering::SeqCst), 7, "six times the loop, once nowhere");
}

#[tokio::test]
async fn sizes_times_and_codings_are_limited() {
    let inside = Inside::start().await;
    let fetcher = Fetcher::new(None, &inside.named()).unwrap();
    let ask = async |path: &str| get(&fetcher, &inside.url(path), &[], true).await;
    assert_eq!(ask("/gzip").await.unwrap(), b"unfolded");
    for path in ["/large", "/declared", "/endless", "/bomb"] {
        assert_eq!(ask(path).await.unwrap_err(), FetchError::TooLarge(LIMITS.bytes), "{path}");
    }
    for path in ["/brotli", "/half"] {
        assert!(matches!(ask(path).await.unwrap_err(), FetchError::Coding(_)), "{path}");
    }
    assert_eq!(ask("/silent").await.unwrap_err(), FetchError::Silent(LIMITS.patience));
    assert_eq!(ask("/drip").await.unwrap_err(), FetchError::Late);
    assert!(matches!(ask("/missing").await.unwrap_err(), FetchError::Status { status: 404, .. }));
}

#[tokio::test]
async fn the_head_says_who_asks_and_what_is_known() {
    let inside = Inside::start().await;
    let base = Url::parse("https://cadastre.example.eu/").unwrap();
    let fetcher = Fetcher::new(Some(&base), &inside.named()).unwrap();
    let mut ask = Ask {
        reach: Reach::Hosts(&[]),
        accept: "text/turtle",
        media_types: &[],
        etag: Some("\"one\""),
        last_modified: None,
        compressed: true,
        limits: LIMITS,
    };
    let head = fetcher.get(&inside.url("/echo"), &ask).await.unwrap().bytes().await.unwrap();
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    for line in ["(+https://cadastre.example.eu/)", "if-none-match: \"one\"", "accept: text/turtle", "gzip"] {
        assert!(head.contains(line), "{line}: {head}");
    }
    for never in ["cookie", "authorization", "referer"] {
        assert!(!head.contains(never), "{never}: {head}");
    }
    assert_eq!(fetcher.get(&inside.url("/unchanged"), &ask).await.unwrap().status, 304);
    let answer = fetcher.get(&inside.url("/plain"), &ask).await.unwrap();
    assert_eq!(
        (answer.media_type.as_deref(), answer.etag.as_deref()),
        (Some("text/turtle"), Some("\"one\""))
    );
    ask.media_types = &["text/turtle"];
    let refused = fetcher.get(&inside.url("/html"), &ask).await.err();
    assert_eq!(refused, Some(FetchError::MediaType("text/html".into())));
}
