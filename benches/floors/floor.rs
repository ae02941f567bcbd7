//! What Cadastre is compared with: bare handlers that do the same work on the bytes and nothing else, nginx, and
//! SQLite with a commit for every row.
//!
//! The handlers run in a process of their own, this same program started again, with as many workers as
//! Cadastre: one a core.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use actix_web::http::header::ETAG;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use cadastre::kernel::Digest;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query, sql_types::Text};
use futures_util::StreamExt as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::process::{Process, first_answer, free_address};
use super::product::folder;

/// The words by which this program knows that it is to be the floor.
const SERVE: &str = "floor-serve";
const COMMIT: &str = "floor-commit";
/// The file in the floor's folder that holds the document it answers with.
const DOCUMENT: &str = "document.json";

/// A running server of the floor.
pub struct Floor {
    /// The process.
    pub server: Process,
    /// Where it listens.
    pub address: String,
    /// Where it keeps its files.
    pub data: tempfile::TempDir,
}

impl Floor {
    /// Starts the bare handlers, which answer `/document` with this.
    pub fn start(document: &Value) -> Self {
        let (data, address) = (folder(), free_address());
        fs::write(data.path().join(DOCUMENT), document.to_string()).expect("the document is written");
        let server = Process::start(&mut command(data.path(), &address), &data.path().join("log"));
        first_answer(Instant::now(), &address, "/healthz");
        Self { server, address, data }
    }
}

/// The floor as a command.
pub fn command(data: &Path, address: &str) -> Command {
    let mut command = this_program();
    command.arg(SERVE).arg(address).arg(data);
    command
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("this program"))
}

/// Plays the floor when the arguments say so; tells whether they did.
pub fn played(arguments: &[String]) -> bool {
    match arguments {
        [_, role, address, data] if role == SERVE => serve(address, data.as_ref()),
        [_, role, data, millis, row] if role == COMMIT => {
            commit_rows(data.as_ref(), Duration::from_millis(millis.parse().expect("a number")), row);
        }
        _ => return false,
    }
    true
}

/// Serves until it is killed.
fn serve(address: &str, data: &Path) {
    let data = data.to_owned();
    let document: Value = fs::read(data.join(DOCUMENT))
        .map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).expect("a document"));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(data.clone()))
            .app_data(web::Data::new(document.clone()))
            .route("/healthz", web::get().to(async || "ok"))
            .route("/document", web::get().to(answer))
            .route("/{name}", web::put().to(upload))
    });
    // A connection stays while the other side has its turn.
    let server = server.keep_alive(Duration::from_secs(75));
    let server = server.bind(address).expect("the address is free").run();
    actix_web::rt::System::new().block_on(server).expect("the floor serves");
}

/// Serialises the document for every request, as a handler without a cache does.
async fn answer(document: web::Data<Value>) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, "\"1\"")).json(document.get_ref())
}

/// Streams to a file, hashes, compares with the declared digest, syncs, renames and syncs the folder: all that
/// Cadastre does to the bytes. Waiting for the disk happens off the worker, as in Cadastre.
async fn upload(
    req: HttpRequest,
    data: web::Data<PathBuf>,
    name: web::Path<String>,
    mut body: web::Payload,
) -> HttpResponse {
    let target = data.join(name.as_str());
    let staging = target.with_extension("part");
    let mut file = File::create_new(&staging).expect("a new file");
    let mut hasher = Sha256::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.expect("the body arrives");
        hasher.update(&chunk);
        file.write_all(&chunk).expect("the disk takes it");
    }
    let digest = Digest::from_bytes(hasher.finalize().into());
    let declared = req.headers().get("Repr-Digest").and_then(|field| field.to_str().ok());
    if declared != Some(digest.to_repr_digest().as_str()) {
        return HttpResponse::UnprocessableEntity().finish();
    }
    let synced = web::block(move || {
        file.sync_data()?;
        fs::rename(&staging, &target)?;
        File::open(target.parent().unwrap_or(Path::new(".")))?.sync_all()
    });
    synced.await.expect("a thread").expect("the disk keeps it");
    HttpResponse::Created().insert_header((ETAG, format!("\"{digest}\""))).finish()
}

/// SQLite, one durable commit for every row: rows a second, for about this long.
pub fn commits_a_second(row: &str, span: Duration, change: impl FnOnce(Command) -> Command) -> f64 {
    let (data, mut command) = (folder(), this_program());
    command.arg(COMMIT).arg(data.path()).arg(span.as_millis().to_string()).arg(row);
    let output = change(command).output().expect("the floor runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("the floor told no number: {output:?}"))
}

fn commit_rows(data: &Path, span: Duration, row: &str) {
    let path = data.join("rows.sqlite");
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).expect("a database");
    conn.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, row TEXT);",
    )
    .expect("the database is set up");
    let (begun, mut rows) = (Instant::now(), 0_u32);
    while begun.elapsed() < span {
        let inserted = sql_query("INSERT INTO t (row) VALUES (?)").bind::<Text, _>(row).execute(&mut conn);
        assert_eq!(inserted, Ok(1));
        rows += 1;
    }
    println!("{}", f64::from(rows) / begun.elapsed().as_secs_f64());
}

/// An nginx that hands out the files of a folder; none when nginx cannot be had.
pub fn nginx(files: &Path, sendfile: &str) -> Option<Floor> {
    let (program, data, address) = (nginx_program()?, folder(), free_address());
    let at = |name: &str| data.path().join(name).display().to_string();
    let unused: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {};\n", at(kind)))
        .concat();
    let configuration = format!(
        "daemon off;\nmaster_process off;\npid {};\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
         sendfile {sendfile};\n{unused}server {{ listen {address}; root {}; }}\n}}\n",
        at("pid"),
        files.display()
    );
    fs::write(at("nginx.conf"), configuration).expect("the configuration is written");
    let mut command = Command::new(program);
    command.arg("-c").arg(at("nginx.conf")).arg("-p").arg(data.path()).args(["-e", "stderr"]);
    fs::write(files.join("ready"), "").expect("a file to ask for");
    let server = Process::start(&mut command, &data.path().join("log"));
    first_answer(Instant::now(), &address, "/ready");
    Some(Floor { server, address, data })
}

/// nginx as it is installed, else from Debian's package, unpacked without installing it.
fn nginx_program() -> Option<PathBuf> {
    let installed = Command::new("sh").args(["-c", "PATH=$PATH:/usr/sbin command -v nginx"]).output().ok()?;
    let installed = String::from_utf8_lossy(&installed.stdout).trim().to_owned();
    if !installed.is_empty() {
        return Some(installed.into());
    }
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(".test-env/nginx");
    let program = place.join("usr/sbin/nginx");
    if !program.is_file() {
        fs::create_dir_all(&place).ok()?;
        let script = "apt-get download nginx && dpkg -x nginx_*.deb .";
        let unpacked = Command::new("sh").args(["-c", script]).current_dir(&place).output().ok()?;
        if !unpacked.status.success() {
            eprintln!("no nginx to compare with: {}", String::from_utf8_lossy(&unpacked.stderr).trim());
            return None;
        }
    }
    Some(program)
}
