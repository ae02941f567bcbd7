//! Clients of the Hugging Face Hub, of two generations: information, trees, downloads, `load_dataset` and `hf://`; what they
//! say where access has to be asked for; and what they find where bytes were tampered with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cadastre::kernel::Digest;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::python::{Environment, succeeded};
use crate::scene::{Api, PROVIDER, Scene, TRAINER, json_lines, vega, vega_path};
use crate::support::deployment::{Shape, Stores};

#[tokio::test(flavor = "multi_thread")]
async fn clients_on_sqlite_and_files() {
    let hub = Hub::open(Shape::Embedded).await;
    hub.speaks_their_protocol().await;
    hub.keeps_what_a_revision_means().await;
    hub.clients().await;
    hub.page_of_the_documentation();
    hub.command_line_tells_the_way();
    hub.a_tampered_store_is_found();
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_on_postgresql_and_s3_with_two_replicas() {
    let hub = Hub::open(Shape::Scaled).await;
    hub.speaks_their_protocol().await;
    hub.keeps_what_a_revision_means().await;
    hub.clients().await;
}

/// A scene with datasets of every kind.
struct Hub {
    scene: Scene,
    home: tempfile::TempDir,
    /// SHA-256 of each file, by dataset and path.
    files: BTreeMap<String, BTreeMap<String, String>>,
    /// Rows of each split, by dataset.
    rows: BTreeMap<String, Value>,
}

/// A CSV in two: so many rows for training, the rest for testing.
fn split(csv: &[u8], train: usize) -> (Vec<u8>, Vec<u8>, usize) {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    let (head, rows) = text.trim_end().split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let part = |rows: &[&str]| format!("{head}\n{}\n", rows.join("\n")).into_bytes();
    (part(&rows[..train]), part(&rows[train..]), rows.len() - train)
}

impl Hub {
    async fn open(shape: Shape) -> Self {
        let scene = Scene::start(shape).await;
        let home = tempfile::tempdir().unwrap();
        let mut hub = Self { scene, home, files: BTreeMap::new(), rows: BTreeMap::new() };
        let (train, test, rest) = split(&vega("seattle-weather.csv"), 1000);
        hub.add(
            "weather",
            "open",
            json!({}),
            &[
                ("train.csv", train),
                ("test.csv", test),
                ("notes/about.txt", b"Weather in Seattle.\n".to_vec()),
            ],
        )
        .await;
        hub.counts("weather", json!({"train": 1000, "test": rest}));
        hub.add("penguins", "open", json!({}), &[("penguins.jsonl", json_lines(&vega("penguins.json")))])
            .await;
        hub.counts("penguins", json!({"train": 344}));
        let tables = hub.tables();
        hub.add(
            "penguin-tables",
            "open",
            json!({}),
            &[
                ("data/train-00000-of-00001.parquet", tables.0),
                ("data/test-00000-of-00001.parquet", tables.1),
                ("datapackage.json", b"{\"name\":\"penguins\"}".to_vec()),
            ],
        )
        .await;
        hub.counts("penguin-tables", json!({"train": 300, "test": 44}));
        hub.add("flights", "open", json!({}), &[("flights-3m.parquet", vega("flights-3m.parquet"))]).await;
        let depths = [("depths.csv", b"a,b\n1,2\n3,4\n".to_vec())];
        hub.add("depths", "open", json!({"visibility": "space"}), &depths).await;
        for name in ["levels", "levels-2025", "levels-closed"] {
            hub.add_gated(name).await;
        }
        hub.add("tampered", "open", json!({}), &[("train.csv", b"a,b\n11,12\n13,14\n".to_vec())]).await;
        hub.add(
            "own-card",
            "open",
            json!({}),
            &[("README.md", b"---\nlicense: mit\n---\nOurs.\n".to_vec()), ("a.csv", b"a\n5\n".to_vec())],
        )
        .await;
        let rows = |rows: usize| format!("a,b\n{}", "1,2\n".repeat(rows)).into_bytes();
        let mut record: Value =
            serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
        record["content"] = json!({"splits": [{"name": "all", "role": "train"}]});
        let stated = json!({"record": record});
        hub.add("all-in-one", "open", stated, &[("all.csv", rows(3)), ("none.csv", Vec::new())]).await;
        hub.counts("all-in-one", json!({"train": 3}));
        hub.add("with-empty", "open", json!({}), &[("train.csv", rows(2)), ("test.csv", Vec::new())]).await;
        hub.counts("with-empty", json!({"train": 2}));
        hub.add_withdrawn().await;
        hub.add_many().await;
        hub.add_elsewhere().await;
        hub
    }

    async fn add(&mut self, name: &str, mode: &str, stated: Value, files: &[(&str, Vec<u8>)]) {
        self.scene.publish(name, mode, stated, files).await;
        self.notes(name, files);
    }

    fn notes(&mut self, name: &str, files: &[(&str, Vec<u8>)]) {
        let digests = files.iter().map(|(path, bytes)| ((*path).to_owned(), Digest::of(bytes).to_string()));
        self.files.entry(format!("{PROVIDER}/{name}")).or_default().extend(digests);
    }

    fn counts(&mut self, name: &str, rows: Value) {
        self.rows.insert(format!("{PROVIDER}/{name}"), rows);
    }

    /// The penguins as two Parquet files.
    fn tables(&self) -> (Vec<u8>, Vec<u8>) {
        let (from, to) = (vega_path("penguins.json"), self.home.path());
        let arguments = [from.to_str().unwrap(), to.to_str().unwrap()];
        succeeded(&Environment::Present.python(to, include_str!("hub/tables.py"), &arguments));
        let read = |split: &str| std::fs::read(to.join(format!("{split}.parquet"))).unwrap();
        (read("train"), read("test"))
    }

    /// A version that is filled by hand.
    async fn draft(&self, name: &str, mode: &str) -> String {
        let record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
        let new =
            json!({"organisation": PROVIDER, "name": name, "space": crate::scene::SPACE, "record": record});
        let provider = &self.scene.provider;
        provider.post("/datasets", new).await;
        let path = format!("/datasets/{PROVIDER}/{name}");
        provider.put_matching(&format!("{path}/policy"), json!({"mode": mode})).await;
        provider.post(&format!("{path}/versions"), json!({"version": "1.0.0"})).await;
        path
    }

    async fn add_gated(&mut self, name: &str) {
        let path = self.draft(name, "review").await;
        let files = [("data.csv", b"a,b\n1,2\n3,4\n5,6\n".to_vec()), ("sample.csv", b"a,b\n1,2\n".to_vec())];
        for (file, bytes) in &files {
            let sample = if file.starts_with("sample") { "?sample=true" } else { "" };
            let to = format!("{path}/versions/1.0.0/files/{file}{sample}");
            self.scene.provider.upload(&to, bytes.clone()).await;
        }
        self.scene.provider.post(&format!("{path}/versions/1.0.0/publish"), json!({})).await;
        self.notes(name, &files);
        self.counts(name, json!({"train": 4}));
    }

    async fn add_withdrawn(&mut self) {
        let (name, bytes) = ("currents", b"a\n2\n".to_vec());
        self.add(name, "open", json!({}), &[("a.csv", b"a\n1\n".to_vec())]).await;
        let (path, provider) = (format!("/datasets/{PROVIDER}/{name}/versions"), &self.scene.provider);
        provider.post(&path, json!({"version": "1.0.1"})).await;
        provider.upload(&format!("{path}/1.0.1/files/a.csv"), bytes.clone()).await;
        provider.post(&format!("{path}/1.0.1/publish"), json!({})).await;
        let why = json!({"reason": "wrong units", "successor": "1.0.1"});
        provider.post(&format!("{path}/1.0.0/withdraw"), why).await;
        self.notes(name, &[("a.csv", bytes)]);
    }

    /// 1,205 files with the same bytes: more than a page, most of them in one folder.
    async fn add_many(&self) {
        let (path, provider) = (self.draft("many", "open").await, &self.scene.provider);
        let bytes = b"the same\n".to_vec();
        provider.upload(&format!("{path}/versions/1.0.0/files/a/first.txt"), bytes.clone()).await;
        let names = (0..1201).map(|index| format!("b/{index:04}.txt"));
        let names: Vec<String> = names.chain((0..3).map(|index| format!("c/{index}.txt"))).collect();
        for part in names.chunks(1000) {
            let offered: Vec<Value> = part
                .iter()
                .map(|path| json!({"path": path, "size": bytes.len(), "sha256": Digest::of(&bytes)}))
                .collect();
            provider.post(&format!("{path}/versions/1.0.0/files"), json!({"files": offered})).await;
        }
        provider.post(&format!("{path}/versions/1.0.0/publish"), json!({})).await;
    }

    async fn add_elsewhere(&mut self) {
        let (path, provider) = (self.draft("sounds", "open").await, &self.scene.provider);
        provider.upload(&format!("{path}/versions/1.0.0/files/a.csv"), b"a\n1\n".to_vec()).await;
        let reference = json!({"kind": "download_url", "url": "https://example.org/raw.bin"});
        let raw = json!({"path": "raw.bin", "size": 7, "sha256": Digest::of("raw"), "reference": reference});
        provider.post(&format!("{path}/versions/1.0.0/files"), json!({"files": [raw]})).await;
        provider.post(&format!("{path}/versions/1.0.0/publish"), json!({})).await;
    }

    fn endpoint(&self) -> String {
        format!("{}/hf", self.scene.url())
    }

    async fn get(&self, path: &str) -> Response {
        self.ask(&self.nobody(), Method::GET, path).await
    }

    async fn ask(&self, who: &Api, method: Method, path: &str) -> Response {
        who.at(method, &format!("/hf{path}")).send().await.unwrap()
    }

    fn nobody(&self) -> Api {
        Api::nobody(&[self.scene.url().to_owned()])
    }

    /// What clients read in header fields, asked for without one.
    async fn speaks_their_protocol(&self) {
        let (weather, digests) = (format!("{PROVIDER}/weather"), &self.files[&format!("{PROVIDER}/weather")]);
        let file = format!("/datasets/{weather}/resolve/main/train.csv");
        let (revision, _) = self.revision(&weather).await;
        let tag = format!("\"{}\"", digests["train.csv"]);
        let size = self.get(&file).await.bytes().await.unwrap().len();
        let head = self.ask(&self.nobody(), Method::HEAD, &file).await;
        let value = |answer: &Response, name: &str| {
            answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        assert_eq!((head.status().as_u16(), value(&head, "x-repo-commit")), (200, revision.clone()));
        assert_eq!((value(&head, "etag"), value(&head, "content-length")), (tag.clone(), size.to_string()));
        assert_eq!(
            (value(&head, "accept-ranges"), value(&head, "content-encoding")),
            ("bytes".into(), String::new())
        );
        for file in ["train.csv", "README.md"] {
            let file = format!("/hf/datasets/{weather}/resolve/{revision}/{file}");
            let whole = self.nobody().at(Method::GET, &file).send().await.unwrap();
            let tag = value(&whole, "etag");
            let whole = whole.bytes().await.unwrap();
            assert_eq!(tag, format!("\"{}\"", Digest::of(&whole)));
            let part =
                self.nobody().at(Method::GET, &file).header("Range", "bytes=5-9").send().await.unwrap();
            assert_eq!((part.status().as_u16(), value(&part, "x-repo-commit")), (206, revision.clone()));
            assert_eq!(value(&part, "content-range"), format!("bytes 5-9/{}", whole.len()));
            assert_eq!(part.bytes().await.unwrap(), whole[5..10]);
            let same =
                self.nobody().at(Method::GET, &file).header("If-None-Match", &tag).send().await.unwrap();
            assert_eq!(same.status(), 304);
            let beyond =
                self.nobody().at(Method::GET, &file).header("Range", "bytes=99999999-").send().await.unwrap();
            let range = format!("bytes */{}", whole.len());
            assert_eq!((beyond.status().as_u16(), value(&beyond, "content-range")), (416, range), "{file}");
            for (condition, status) in [("\"other\"", 412), (tag.as_str(), 200), ("*", 200)] {
                let asked = self.nobody().at(Method::GET, &file).header("If-Match", condition).send().await;
                assert_eq!(asked.unwrap().status(), status, "{file}: {condition}");
            }
        }
        let hidden = format!("{PROVIDER}/depths");
        for (path, status, code) in [
            (format!("/api/datasets/{hidden}"), 404, "RepoNotFound"),
            (format!("/api/datasets/{PROVIDER}/nothing"), 404, "RepoNotFound"),
            ("/api/datasets/No_Such/Name".to_owned(), 404, "RepoNotFound"),
            ("/api/datasets/single".to_owned(), 404, "RepoNotFound"),
            (format!("/datasets/{hidden}/resolve/main/depths.csv"), 404, "RepoNotFound"),
            (format!("/api/datasets/{hidden}/tree/main"), 404, "RepoNotFound"),
            (format!("/api/datasets/{hidden}/refs"), 404, "RepoNotFound"),
            (format!("/api/models/{weather}"), 404, "RepoNotFound"),
            (format!("/api/datasets/{hidden}/auth-check"), 404, "RepoNotFound"),
            (format!("/api/datasets/{PROVIDER}/levels/auth-check"), 401, "GatedRepo"),
            (format!("/{weather}/resolve/main/train.csv"), 404, "RepoNotFound"),
            (format!("/api/datasets/{weather}/tree/main/nothing"), 404, "EntryNotFound"),
            (format!("/api/datasets/{weather}/tree/main/train.csv"), 404, "EntryNotFound"),
            (format!("/api/datasets/{weather}/tree/2.0.0"), 404, "RevisionNotFound"),
            (format!("/api/datasets/{PROVIDER}/currents/tree/1.0.0"), 410, "RevisionNotFound"),
            (format!("/datasets/{PROVIDER}/levels/resolve/main/data.csv"), 401, "GatedRepo"),
            (format!("/api/datasets/{weather}/tree/main?limit=0"), 422, ""),
            (format!("/api/datasets/{weather}/tree/main?cursor=x"), 422, ""),
            ("/api/nothing".to_owned(), 404, ""),
            ("/api/datasets?cursor=x".to_owned(), 422, ""),
            (format!("/api/datasets/{weather}/discussions"), 404, ""),
            ("/api/whoami-v2".to_owned(), 401, ""),
        ] {
            let answer = self.get(&path).await;
            assert_eq!(
                (answer.status().as_u16(), value(&answer, "x-error-code")),
                (status, code.into()),
                "{path}"
            );
            assert!(
                !value(&answer, "x-error-message").is_empty() && !value(&answer, "x-request-id").is_empty()
            );
            assert_eq!(value(&answer, "content-type"), "application/json", "{path}");
            assert!(answer.json::<Value>().await.unwrap()["error"].is_string(), "{path}");
        }
        let seen = self.ask(&self.scene.admin, Method::GET, &format!("/api/datasets/{hidden}")).await;
        assert_eq!(seen.status(), 200);
        // An answer that there is no such file names the revision it is true of; clients keep it.
        let missing = self.get(&format!("/datasets/{weather}/resolve/main/gone.csv")).await;
        assert_eq!(
            (value(&missing, "x-repo-commit"), value(&missing, "x-error-code")),
            (revision, "EntryNotFound".into())
        );
        let written = self.ask(&self.scene.provider, Method::POST, "/api/repos/create").await;
        assert_eq!(written.status(), 405);
        // Pages lead on at the address that the client came by.
        let page = self.get(&format!("/api/datasets/{PROVIDER}/many/tree/main?recursive=true&limit=7")).await;
        let link = value(&page, "link");
        assert!(
            link.starts_with(&format!("<{}/api/datasets/", self.endpoint())) && link.contains("limit=7"),
            "{link}"
        );
        let tag = value(&page, "etag");
        assert!(tag.len() > 40, "{tag}");
    }

    /// The revision and the digest of the newest version.
    async fn revision(&self, name: &str) -> (String, String) {
        let version = self.scene.provider.get(&format!("/datasets/{name}/versions/latest")).await;
        let text = |member: &str| version[member].as_str().unwrap().to_owned();
        (text("revision40"), text("digest"))
    }

    /// Whoever edits the record changes what is said of the dataset, and nothing under a revision that was given out.
    async fn keeps_what_a_revision_means(&self) {
        let name = format!("{PROVIDER}/penguins");
        let card = format!("/datasets/{name}/resolve/main/README.md");
        let before = self.get(&card).await.text().await.unwrap();
        let path = format!("/datasets/{name}");
        let mut stated = self.scene.provider.get(&path).await;
        stated["record"]["title"] = json!({"en": "Penguins, corrected"});
        let statement = json!({"space": stated["space"], "visibility": "public", "record": stated["record"]});
        self.scene.provider.put_matching(&path, statement).await;
        assert_eq!(self.get(&card).await.text().await.unwrap(), before);
        let info: Value = self.get(&format!("/api/datasets/{name}")).await.json().await.unwrap();
        assert_eq!(info["cardData"]["pretty_name"], "Penguins, corrected");
        // The same files once more, as another version: the same revision, and so the same card.
        let versions = format!("{path}/versions");
        self.scene.provider.post(&versions, json!({"version": "1.1.0"})).await;
        let bytes = json_lines(&vega("penguins.json"));
        self.scene.provider.upload(&format!("{versions}/1.1.0/files/penguins.jsonl"), bytes).await;
        self.scene.provider.post(&format!("{versions}/1.1.0/publish"), json!({})).await;
        assert_eq!(self.get(&card).await.text().await.unwrap(), before);
        // Other files: another revision, with the record of today.
        self.scene.provider.post(&versions, json!({"version": "2.0.0"})).await;
        let bytes = json_lines(&vega("penguins.json"));
        self.scene.provider.upload(&format!("{versions}/2.0.0/files/train.jsonl"), bytes).await;
        self.scene.provider.post(&format!("{versions}/2.0.0/publish"), json!({})).await;
        assert!(self.get(&card).await.text().await.unwrap().contains("Penguins, corrected"));
        let first = self.get(&card.replace("main", "v1.0.0")).await.text().await.unwrap();
        assert_eq!(first, before);
    }

    /// A command of an environment, set up as a user would.
    fn set_up<'a>(&self, command: &'a mut Command, home: &Path, token: Option<&str>) -> &'a mut Command {
        command.env("HF_ENDPOINT", self.endpoint()).env("HF_HOME", home.join("hf"));
        command.env("HF_HUB_DISABLE_TELEMETRY", "1").env("HF_HUB_DISABLE_PROGRESS_BARS", "1");
        command.env("HF_HUB_ETAG_TIMEOUT", "60").env("HF_HUB_DOWNLOAD_TIMEOUT", "60").env("NO_COLOR", "1");
        if let Some(token) = token {
            command.env("HF_TOKEN", token);
        }
        command
    }

    async fn settings(&self, gated: &str) -> Value {
        let name = |name: &str| format!("{PROVIDER}/{name}");
        let (revision, digest) = self.revision(&name("weather")).await;
        json!({
            "url": self.scene.url(), "endpoint": self.endpoint(), "organisation": TRAINER,
            "trainer": self.scene.trainer.token(), "reviewer": self.scene.reviewer.token(),
            "weather": name("weather"), "penguins": name("penguins"), "tables": name("penguin-tables"),
            "flights": name("flights"), "hidden": name("depths"), "gated": name(gated), "withdrawn": name("currents"),
            "many": name("many"), "elsewhere": name("sounds"), "own_card": name("own-card"),
            "odd": [name("all-in-one"), name("with-empty")], "files": self.files, "rows": self.rows,
            "revisions": {name("weather"): revision}, "digests": {name("weather"): digest},
        })
    }

    /// Both generations, at once.
    async fn clients(&self) {
        let mut runs = Vec::new();
        for (environment, gated) in [(Environment::Present, "levels"), (Environment::Hub2025, "levels-2025")]
        {
            let home = self.home.path().join(gated);
            std::fs::create_dir(&home).unwrap();
            let settings = self.settings(gated).await.to_string();
            let mut command = environment.command("python", &home);
            command.args(["-c", include_str!("hub/clients.py"), &settings]);
            self.set_up(&mut command, &home, None);
            runs.push(std::thread::spawn(move || command.output().expect("python runs")));
        }
        for run in runs {
            let printed = succeeded(&run.join().unwrap());
            assert!(printed.contains("all done with"), "{printed}");
        }
        self.little_left().await;
    }

    /// Of one column of the flights, each generation read the first rows twice and all of them once; the account says how little
    /// of the file these six readings took.
    async fn little_left(&self) {
        let size = vega("flights-3m.parquet").len() as u64;
        let path = format!("/datasets/{PROVIDER}/flights/deliveries?limit=200");
        let page = self.scene.provider.get(&path).await;
        let deliveries = page["items"].as_array().unwrap();
        let sent: u64 = deliveries.iter().map(|delivery| delivery["bytes"].as_u64().unwrap()).sum();
        assert!(deliveries.len() >= 12, "each reading asked for the end and for a column: {page}");
        assert!(sent > 800_000 && sent < size / 2, "{sent} of {size} bytes");
    }

    /// On the command line, `hf` says nothing of its own accord of where to ask, what else to use, or what to say instead: the
    /// warnings do.
    fn command_line_tells_the_way(&self) {
        let home = self.home.path().join("command-line");
        std::fs::create_dir(&home).unwrap();
        let name = |name: &str| format!("{PROVIDER}/{name}");
        let page = format!("{}/datasets/{}", self.scene.url(), name("levels-closed"));
        for (arguments, said) in [
            (vec![name("levels-closed"), "--repo-type".into(), "dataset".into()], page.as_str()),
            (vec![name("weather")], "--repo-type dataset"),
            (
                vec![name("currents"), "--repo-type=dataset".into(), "--revision=v1.0.0".into()],
                "use 1.0.1 instead",
            ),
            (
                vec![name("sounds"), "raw.bin".into(), "--repo-type=dataset".into()],
                "https://example.org/raw.bin",
            ),
        ] {
            let mut command = Environment::Present.command("hf", &home);
            self.set_up(&mut command, &home, None).arg("download").args(&arguments);
            let output = command.output().unwrap();
            let printed = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && printed.contains(said), "{arguments:?}: {printed}");
        }
    }

    /// The lines of the page, as they stand there.
    fn page_of_the_documentation(&self) {
        let page = include_str!("../../docs/interop/hugging-face.md");
        let home = self.home.path().join("tour");
        std::fs::create_dir(&home).unwrap();
        let blocks = |mark: &str| -> String {
            let opening = format!("```{mark} tour\n");
            let parts = page.split(&opening).skip(1);
            parts.map(|rest| rest.split("\n```").next().unwrap().to_owned() + "\n").collect()
        };
        let venv = Environment::Present.program("python");
        let cadastre = Path::new(env!("CARGO_BIN_EXE_cadastre"));
        let folders =
            [venv.parent().unwrap(), cadastre.parent().unwrap()].map(|folder| folder.display().to_string());
        let path = format!("{}:{}", folders.join(":"), std::env::var("PATH").unwrap());
        let mut login = Command::new(cadastre);
        login.args(["login", "--token-stdin", "--url", self.scene.url()]).env("HOME", &home);
        let mut login = login.stdin(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut login.stdin.take().unwrap(), self.scene.trainer.token().as_bytes())
            .unwrap();
        assert!(login.wait().unwrap().success());
        for (mut command, text) in [
            (Command::new("bash"), format!("set -euo pipefail\n{}", blocks("sh"))),
            // As in clients.py, the interpreter is not left to end by itself.
            (Environment::Present.command("python", &home), blocks("python") + "import os\nos._exit(0)\n"),
        ] {
            assert!(text.lines().count() > 4, "{text}");
            self.set_up(command.env("PATH", &path), &home, Some(self.scene.trainer.token()));
            command.env("CADASTRE_URL", self.scene.url());
            command.env("HOME", &home).current_dir(&home).args(["-c", &text]);
            succeeded(&command.output().unwrap());
        }
        assert!(home.join("weather/train.csv").exists());
    }

    /// Other bytes of the same length in the store: a download does not see it, a check does.
    fn a_tampered_store_is_found(&self) {
        let Stores::Folder(data) = self.scene.deployment.stores() else {
            panic!("files are tampered with here")
        };
        let name = format!("{PROVIDER}/tampered");
        let digest = &self.files[&name]["train.csv"];
        let blob = files_below(data.path())
            .into_iter()
            .find(|path| std::fs::read(path).is_ok_and(|bytes| Digest::of(bytes).to_string() == *digest));
        let blob = blob.expect("the bytes lie in the store");
        let home = self.home.path().join("tampered");
        std::fs::create_dir(&home).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Environment::Present.command("hf", &home);
            self.set_up(&mut command, &home, None).args(arguments).args([&name, "--repo-type", "dataset"]);
            command.output().unwrap()
        };
        succeeded(&run(&["download"]));
        succeeded(&run(&["cache", "verify"]));
        std::fs::remove_dir_all(home.join("hf")).unwrap();
        let mut bytes = std::fs::read(&blob).unwrap();
        bytes[4] = b'9';
        std::fs::write(&blob, bytes).unwrap();
        succeeded(&run(&["download"]));
        let found = run(&["cache", "verify"]);
        let said =
            format!("{}{}", String::from_utf8_lossy(&found.stdout), String::from_utf8_lossy(&found.stderr));
        assert!(!found.status.success() && said.contains("train.csv") && said.contains(digest), "{said}");
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}
