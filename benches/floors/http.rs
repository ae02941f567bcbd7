//! A small HTTP/1.1 client over one kept connection: what it costs itself must not drown what is measured, and an
//! answer with another status than expected ends the run.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// How many bytes are read at once.
const BUFFER: usize = 1024 * 1024;

/// One connection to a server.
pub struct Connection {
    stream: TcpStream,
    host: String,
    token: Option<String>,
    buffer: Vec<u8>,
    /// What has been read and not been used.
    unread: std::ops::Range<usize>,
}

/// The head of an answer.
pub struct Head {
    text: String,
}

impl Connection {
    /// Connects; every request carries the token, when there is one.
    pub fn open(address: &str, token: Option<&str>) -> Self {
        Self::try_open(address, token).unwrap_or_else(|error| panic!("no connection to {address}: {error}"))
    }

    /// The same for a server that may not listen yet.
    pub fn try_open(address: &str, token: Option<&str>) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let (host, token) = (address.to_owned(), token.map(str::to_owned));
        Ok(Self { stream, host, token, buffer: vec![0; BUFFER], unread: 0..0 })
    }

    /// Asks without a body and gives back the body of the answer.
    pub fn get(&mut self, path: &str) -> Vec<u8> {
        let mut body = Vec::new();
        self.download(path, |bytes| body.extend_from_slice(bytes));
        body
    }

    /// Asks without a body and hands over the body of the answer as it comes.
    pub fn download(&mut self, path: &str, sink: impl FnMut(&[u8])) {
        self.begin("GET", path, "", 0);
        self.finish(200, path, sink);
    }

    /// Sends JSON and reads what comes back.
    pub fn json(&mut self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        self.send_json(method, path, &body.to_string());
        let mut answer = Vec::new();
        self.finish(status, path, |bytes| answer.extend_from_slice(bytes));
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    /// Sends JSON that is text already, and looks at the status alone.
    pub fn post(&mut self, path: &str, body: &str, status: u16) {
        self.send_json("POST", path, body);
        self.finish(status, path, |_| ());
    }

    fn send_json(&mut self, method: &str, path: &str, body: &str) {
        let fields = "Content-Type: application/json\r\nIf-Match: *\r\n";
        let head = self.head(method, path, fields, body.len() as u64);
        self.send(&[head.as_bytes(), body.as_bytes()].concat());
    }

    /// Sends the head of a request; its body follows by [`send`](Self::send), its answer by [`finish`](Self::finish).
    pub fn begin(&mut self, method: &str, path: &str, fields: &str, length: u64) {
        let head = self.head(method, path, fields, length);
        self.send(head.as_bytes());
    }

    /// The head of a request, ready to be sent.
    pub fn head(&self, method: &str, path: &str, fields: &str, length: u64) -> String {
        let token = self
            .token
            .as_ref()
            .map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let length = if length == 0 && method == "GET" {
            String::new()
        } else {
            format!("Content-Length: {length}\r\n")
        };
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n{token}{fields}{length}\r\n", self.host)
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server takes the request");
    }

    /// Reads an answer to its end, which must have this status.
    pub fn finish(&mut self, status: u16, what: &str, mut sink: impl FnMut(&[u8])) -> Head {
        let head = self.read_head();
        let good = head.text.split(' ').nth(1) == Some(&status.to_string());
        let mut left = head.number("content-length").unwrap_or(0);
        let mut refusal = Vec::new();
        while left > 0 {
            if self.unread.is_empty() {
                self.fill();
            }
            let here = self.unread.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let bytes = &self.buffer[self.unread.start..self.unread.start + here];
            if good {
                sink(bytes)
            } else {
                refusal.extend_from_slice(bytes)
            }
            self.unread.start += here;
            left -= here as u64;
        }
        assert!(
            good,
            "{what} was to be answered {status}: {}{}",
            head.text,
            String::from_utf8_lossy(&refusal)
        );
        head
    }

    fn read_head(&mut self) -> Head {
        loop {
            let seen = &self.buffer[self.unread.clone()];
            if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&seen[..end + 4]).into_owned();
                self.unread.start += end + 4;
                return Head { text };
            }
            self.fill();
        }
    }

    fn fill(&mut self) {
        if self.unread.is_empty() {
            self.unread = 0..0;
        }
        let read = self.stream.read(&mut self.buffer[self.unread.end..]).expect("the server answers");
        assert!(read > 0, "the server closed the connection in the middle of an answer");
        self.unread.end += read;
    }
}

impl Head {
    /// The value of a header field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.text
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }
}

/// So many clients at once, each with a connection of its own that is kept open.
pub fn crowd(
    address: &str,
    token: Option<&str>,
    clients: usize,
    work: impl Fn(usize, &mut Connection) + Sync,
) {
    let mut connections: Vec<Connection> = (0..clients).map(|_| Connection::open(address, token)).collect();
    std::thread::scope(|scope| {
        for (client, connection) in connections.iter_mut().enumerate() {
            let work = &work;
            scope.spawn(move || work(client, connection));
        }
    });
}
