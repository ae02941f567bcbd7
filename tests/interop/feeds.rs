//! Harvesters and followers: OAI-PMH with sickle, changes with deletions while others write, Atom, sitemap, dumps.

mod lists;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::{Duration, Instant};

use base64::Engine as _;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::python::{Environment, succeeded};
use crate::scene::{Api, PROVIDER, SPACE, Scene};
use crate::support::deployment::Shape;

/// Datasets in the catalogue: three parts of a list of OAI-PMH.
const MANY: usize = 205;

/// The formats that records have.
const FORMATS: [&str; 4] = ["oai_dc", "datacite", "oai_datacite", "dcat_ap"];

#[tokio::test(flavor = "multi_thread")]
async fn feeds_on_sqlite_and_files() {
    feeds(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_on_postgresql_and_s3_with_two_replicas() {
    feeds(Shape::Scaled).await;
}

async fn feeds(shape: Shape) {
    let mut scene = Scene::start(shape).await;
    // A dump every few seconds, so that the test need not wait for midnight.
    scene.deployment.set("CADASTRE_DUMP_SECONDS", "3".to_owned());
    scene.deployment.set("CADASTRE_ADMIN_EMAIL", "register@example.org".to_owned());
    for replica in 0..scene.deployment.replicas() {
        scene.deployment.kill(replica);
        scene.deployment.restart(replica);
    }
    let world = World::fill(&scene).await;
    world.is_harvested().await;
    world.harvesters_err().await;
    world.is_hidden_between_two_pages().await;
    world.nothing_is_left_of_a_list().await;
    world.documents_are_datacite().await;
    world.changes_are_followed_while_others_write().await;
    world.feeds_and_sitemap_are_read().await;
    world.is_dumped().await;
    world.moves_are_told_to_who_follows_a_space().await;
    world.pages_work_as_written();
}

struct World<'a> {
    scene: &'a Scene,
    nobody: Api,
    home: tempfile::TempDir,
    /// A dataset that was never public.
    secret: Value,
    /// A published one with everything in its record.
    full: String,
}

fn record(title: &str) -> Value {
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    record["title"]["en"] = json!(title);
    record
}

/// What is stated of a dataset that is announced.
fn statement(title: &str, visibility: &str) -> Value {
    json!({"space": SPACE, "visibility": visibility, "announced": true, "record": record(title)})
}

impl<'a> World<'a> {
    async fn fill(scene: &'a Scene) -> Self {
        let bases: Vec<String> =
            (0..scene.deployment.replicas()).map(|at| scene.deployment.url(at).to_owned()).collect();
        let full: Value = serde_json::from_str(include_str!("../fixtures/record-full.json")).unwrap();
        let full =
            scene.publish("full", "open", json!({"record": full}), &[("a.csv", b"a\n1\n".to_vec())]).await;
        let register = |name: String, visibility: &'static str| async move {
            let mut new = statement(&format!("Tides <&> of {name}"), visibility);
            new["organisation"] = json!(PROVIDER);
            new["name"] = json!(name);
            scene.provider.post("/datasets", new).await
        };
        let secret = register("secret-depths".to_owned(), "space").await;
        for part in (0..MANY - 1).collect::<Vec<_>>().chunks(20) {
            join_all(part.iter().map(|number| register(format!("many-{number:03}"), "public"))).await;
        }
        let home = tempfile::tempdir().unwrap();
        Self { scene, nobody: Api::nobody(&bases), home, secret, full }
    }

    /// Asks with sickle.
    fn harvest(&self, questions: &Value) -> Vec<Value> {
        let questions = questions.to_string();
        let arguments = [self.scene.url(), &questions];
        let program = concat!(include_str!("datacite.py"), include_str!("feeds/harvest.py"));
        let output = Environment::Present.python(self.home.path(), program, &arguments);
        serde_json::from_str(&succeeded(&output)).unwrap()
    }

    async fn change(&self, name: &str, stated: Value) -> Value {
        self.scene.provider.put_matching(&format!("/datasets/{PROVIDER}/{name}"), stated).await
    }

    async fn oai(&self, query: &str) -> String {
        let answer = self.nobody.at(Method::GET, &format!("/oai?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{query}");
        assert_eq!(answer.headers()["content-type"], "text/xml; charset=utf-8");
        answer.text().await.unwrap()
    }

    async fn is_harvested(&self) {
        let list =
            |verb: &str, prefix: &str| json!([verb, {"metadataPrefix": prefix, "ignore_deleted": false}]);
        let told = self.harvest(&json!([
            ["Identify", {}],
            ["ListMetadataFormats", {}],
            ["ListSets", {}],
            list("ListIdentifiers", "oai_dc"),
            list("ListRecords", "oai_dc"),
            list("ListRecords", "datacite"),
            list("ListRecords", "oai_datacite"),
            list("ListRecords", "dcat_ap"),
            ["ListRecords", {"metadataPrefix": "oai_dc", "set": format!("space:{SPACE}")}],
            ["ListRecords", {"metadataPrefix": "oai_dc", "set": format!("organisation:{PROVIDER}")}],
            ["ListRecords", {"metadataPrefix": "oai_dc", "set": "space:health"}],
        ]));
        assert_eq!(told[0]["adminEmail"], "register@example.org");
        assert_eq!(told[0]["granularity"], "YYYY-MM-DDThh:mm:ssZ");
        assert_eq!(
            (&told[0]["deletedRecord"], &told[0]["protocolVersion"]),
            (&json!("persistent"), &json!("2.0"))
        );
        assert_eq!(told[1], json!(FORMATS));
        let sets = [
            "space".to_owned(),
            format!("space:{SPACE}"),
            "organisation".to_owned(),
            format!("organisation:{PROVIDER}"),
        ];
        assert_eq!(told[2], json!(sets));
        for (number, found) in told.iter().enumerate().take(10).skip(3) {
            let ids: BTreeSet<&str> =
                found.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
            assert_eq!((ids.len(), found.as_array().unwrap().len()), (MANY, MANY), "{number}");
            assert!(!ids.contains(self.secret["id"].as_str().unwrap()));
            assert!(found.as_array().unwrap().iter().all(|one| one["deleted"] == false));
        }
        assert_eq!(told[10], json!({"error": "NoRecordsMatch"}));
        // One is hidden, one changed, one removed; who comes again for what is new since the latest datestamp learns of all.
        let stamps = told[4].as_array().unwrap().iter().map(|one| one["datestamp"].as_str().unwrap());
        let latest = stamps.max().unwrap().to_owned();
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let hidden = self.change("many-001", statement("Hidden", "space")).await;
        let changed = self.change("many-002", statement("Changed", "public")).await;
        let path = format!("/datasets/{PROVIDER}/many-003");
        let removed = self.scene.provider.get(&path).await;
        let gone =
            self.scene.provider.request(Method::DELETE, &path).header("If-Match", "*").send().await.unwrap();
        assert_eq!(gone.status(), 204);
        self.change(
            "secret-depths",
            statement("Still hidden", "organisations").pipe(|mut stated| {
                stated["audience"] = json!([PROVIDER]);
                stated
            }),
        )
        .await;
        let identifier = |dataset: &Value| {
            let all = told[4].as_array().unwrap();
            all.iter().find(|one| one["id"] == dataset["id"]).unwrap()["identifier"].clone()
        };
        let told = self.harvest(&json!([
            ["ListRecords", {"metadataPrefix": "datacite", "from": latest, "ignore_deleted": false}],
            ["ListRecords", {"metadataPrefix": "datacite", "until": latest, "ignore_deleted": false}],
            ["GetRecord", {"metadataPrefix": "oai_dc", "identifier": identifier(&hidden)}],
            ["GetRecord", {"metadataPrefix": "oai_dc", "identifier": identifier(&changed)}],
            ["ListMetadataFormats", {"identifier": identifier(&changed)}],
            ["GetRecord", {"metadataPrefix": "oai_dc", "identifier":
                identifier(&changed).as_str().unwrap().replace(changed["id"].as_str().unwrap(), self.secret["id"].as_str().unwrap())}],
        ]));
        let since: BTreeMap<&str, bool> = told[0]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["id"].as_str().unwrap(), one["deleted"] == true))
            .collect();
        for (dataset, deleted) in [(&hidden, true), (&changed, false), (&removed, true)] {
            assert_eq!(since.get(dataset["id"].as_str().unwrap()), Some(&deleted), "{dataset}");
        }
        assert!(!since.contains_key(self.secret["id"].as_str().unwrap()));
        let before = told[1].as_array().unwrap();
        assert_eq!(before.len(), MANY - 3, "what changed or left since then is not of then");
        assert_eq!((&told[2][0]["deleted"], &told[3][0]["deleted"]), (&json!(true), &json!(false)));
        assert_eq!(told[4], json!(FORMATS));
        assert_eq!(told[5], json!({"error": "IdDoesNotExist"}));
        // It comes back, and is no longer told of as deleted.
        self.change("many-001", statement("Back", "public")).await;
        let told = self.harvest(
            &json!([["GetRecord", {"metadataPrefix": "oai_dc", "identifier": identifier(&hidden)}]]),
        );
        assert_eq!(told[0][0]["deleted"], false);
    }

    async fn harvesters_err(&self) {
        let first = self.oai("verb=ListRecords&metadataPrefix=oai_dc").await;
        let token = token_of(&first).unwrap();
        let tampered = token.replace('.', "A.");
        for (query, code) in [
            ("verb=Nonsense".to_owned(), "badVerb"),
            ("verb=ListRecords".to_owned(), "badArgument"),
            ("verb=ListRecords&metadataPrefix=marc21".to_owned(), "cannotDisseminateFormat"),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2001-01-01&until=2001-12-31".to_owned(),
                "noRecordsMatch",
            ),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:nowhere:1".to_owned(), "idDoesNotExist"),
            ("verb=ListMetadataFormats&identifier=x".to_owned(), "idDoesNotExist"),
            (format!("verb=ListRecords&resumptionToken={tampered}"), "badResumptionToken"),
            (format!("verb=ListIdentifiers&resumptionToken={token}"), "badResumptionToken"),
            ("verb=&&=".to_owned(), "badVerb"),
        ] {
            let answer = self.oai(&query).await;
            assert!(answer.contains(&format!("<error code=\"{code}\">")), "{query}: {answer}");
        }
        let form = "verb=ListIdentifiers&metadataPrefix=datacite";
        let posted = self
            .nobody
            .at(Method::POST, "/oai")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), 200);
        let posted = posted.text().await.unwrap();
        assert!(
            posted.contains("<ListIdentifiers>") && posted.contains("verb=\"ListIdentifiers\""),
            "{posted}"
        );
        let other =
            self.nobody.at(Method::POST, "/oai").json(&json!({"verb": "Identify"})).send().await.unwrap();
        assert_eq!(other.status(), 415);
        let head = self.nobody.at(Method::HEAD, "/oai?verb=Identify").send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
    }

    /// A dataset that is hidden while a harvester is under way is told of as deleted, and never whole afterwards.
    async fn is_hidden_between_two_pages(&self) {
        let mut part = self.oai("verb=ListRecords&metadataPrefix=oai_dc").await;
        // Two of those that come later.
        let victim = self
            .change(
                "many-150",
                statement("Going", "organisations").pipe(|mut stated| {
                    stated["audience"] = json!([PROVIDER]);
                    stated
                }),
            )
            .await;
        let (victim, moved) =
            (victim["id"].as_str().unwrap(), self.change("many-151", statement("Moving", "public")).await);
        assert!(!part.contains(victim));
        let mut whole = String::new();
        while let Some(token) = token_of(&part) {
            part = self.oai(&format!("verb=ListRecords&resumptionToken={token}")).await;
            whole.push_str(&part);
        }
        let record = |id: &str| {
            let records: Vec<&str> = whole.split("<record>").filter(|one| one.contains(id)).collect();
            assert_eq!(records.len(), 1, "{id}");
            records[0].to_owned()
        };
        assert!(record(victim).contains("status=\"deleted\"") && !record(victim).contains("<metadata>"));
        assert!(record(moved["id"].as_str().unwrap()).contains("Moving"));
        assert!(part.contains("<resumptionToken cursor=\"200\"/>"), "the list has an end");
    }

    async fn documents_are_datacite(&self) {
        let path = format!("/datasets/{}", self.full);
        let get = |name: &str| self.nobody.at(Method::GET, &format!("{path}/{name}")).send();
        let json: Value = get("datacite.json").await.unwrap().json().await.unwrap();
        assert_eq!((&json["doi"], &json["version"]), (&json!("10.5281/zenodo.1234567"), &json!("1.0.0")));
        assert_eq!(
            json["creators"][0]["nameIdentifiers"][0]["nameIdentifier"],
            "https://orcid.org/0000-0002-1825-0097"
        );
        let answer = get("datacite.xml").await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/vnd.datacite.datacite+xml");
        let xml = answer.text().await.unwrap();
        assert!(
            xml.contains("<identifier identifierType=\"DOI\">10.5281/zenodo.1234567</identifier>"),
            "{xml}"
        );
        let path = format!("/datasets/{PROVIDER}/many-000");
        let asked =
            self.nobody.at(Method::GET, &path).header("Accept", "application/vnd.datacite.datacite+xml");
        let xml = asked.send().await.unwrap().text().await.unwrap();
        assert!(xml.contains("<identifier identifierType=\"URL\">http://127.0.0.1:"), "{xml}");
        assert!(xml.contains("Tides &lt;&amp;&gt; of many-000"), "{xml}");
    }

    /// Followers of the changes end with what the catalogue shows, whatever happens meanwhile, and never hear of what is hidden.
    async fn changes_are_followed_while_others_write(&self) {
        let writers = join_all((0..4_usize).map(|writer| async move {
            for round in 0..12_usize {
                let name = format!("many-{:03}", 20 + writer * 7 + round % 5);
                let visibility = if (round + writer).is_multiple_of(3) { "space" } else { "public" };
                self.change(&name, statement(&format!("Round {round}"), visibility)).await;
                self.change("secret-depths", statement(&format!("Round {round}"), "space")).await;
            }
        }));
        let done = std::sync::atomic::AtomicBool::new(false);
        let follow = async {
            let mut follower = Follower::default();
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                follower.go_on(self, 7).await;
            }
            follower.go_on(self, 50).await;
            follower
        };
        let write = async {
            writers.await;
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        };
        let (follower, ()) = tokio::join!(follow, write);
        assert_eq!(follower.present, self.catalogue().await, "nothing is missed, nothing stays");
        assert!(
            !follower.heard.contains(self.secret["id"].as_str().unwrap()),
            "what never was public is never told"
        );
        // From the beginning in one answer it is the same.
        let asked = self.nobody.request(Method::GET, "/changes").header("Accept", "application/x-ndjson");
        let lines = asked.send().await.unwrap().text().await.unwrap();
        let mut anew = Follower::default();
        lines.lines().for_each(|line| anew.hear(&serde_json::from_str(line).unwrap()));
        assert_eq!(anew.present, follower.present);
        // A member of the space sees what is hidden from others, and is told of no departure from what it sees.
        let hidden = self.change("many-001", statement("Hidden", "space")).await;
        let since = hidden["updated_at"].as_str().unwrap();
        let ask = |api: &Api| {
            let asked = api.request(Method::GET, &format!("/changes?modified_since={since}")).send();
            async move { asked.await.unwrap().json::<Value>().await.unwrap()["items"].clone() }
        };
        let of = |items: Value| {
            let found = items.as_array().unwrap().iter().find(|one| one["id"] == hidden["id"]).cloned();
            found.unwrap_or_else(|| panic!("{items}"))
        };
        let (told, seen) = (of(ask(&self.nobody).await), of(ask(&self.scene.trainer).await));
        assert_eq!((&told["gone"], &told["dataset"]), (&json!(true), &Value::Null));
        assert_eq!((&seen["gone"], &seen["dataset"]["title"]["en"]), (&json!(false), &json!("Hidden")));
        let ahead = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("[\"999999999\"]");
        let asked =
            self.nobody.request(Method::GET, &format!("/changes?after={ahead}")).send().await.unwrap();
        assert!(asked.status().is_client_error());
        assert!(asked.text().await.unwrap().contains("cursor_ahead"));
    }

    /// What the catalogue shows to everybody: ids, and when each changed.
    async fn catalogue(&self) -> BTreeMap<String, String> {
        let (mut all, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = self.nobody.get(&format!("/datasets?limit=200{after}")).await;
            for one in page["items"].as_array().unwrap() {
                all.insert(text(&one["id"]), text(&one["updated_at"]));
            }
            match page["next_after"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return all,
            }
        }
    }

    async fn feeds_and_sitemap_are_read(&self) {
        let arguments = [self.scene.url(), SPACE];
        let output =
            Environment::Present.python(self.home.path(), include_str!("feeds/feeds.py"), &arguments);
        let told: Value = serde_json::from_str(&succeeded(&output)).unwrap();
        let pages: Vec<&str> =
            told["pages"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        assert!(pages.len() > 150 && pages.len() < MANY, "{}", pages.len());
        assert!(pages.contains(&format!("{}/datasets/{}", self.scene.url(), self.full).as_str()));
        for hidden in ["secret-depths", "many-001", "many-003", "many-150"] {
            let page = format!("{}/datasets/{PROVIDER}/{hidden}", self.scene.url());
            assert!(!pages.contains(&page.as_str()), "{hidden}");
        }
        let head = self.nobody.at(Method::HEAD, "/sitemaps/1.xml").send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert!(head.headers().get("content-length").is_none(), "nobody counted: {head:?}");
        let feed = self.nobody.at(Method::GET, "/feed.atom").send().await.unwrap();
        assert!(feed.headers()["etag"].to_str().unwrap().starts_with("W/"), "{feed:?}");
        assert!(
            feed.headers()["cache-control"].to_str().unwrap().contains("private"),
            "without a base URL: {feed:?}"
        );
        assert_eq!(told["feed"].as_array().unwrap().len(), 50);
        assert_eq!(told["feed"], told["space"], "everything is in one space");
    }

    /// A dump and the changes after it are the catalogue.
    async fn is_dumped(&self) {
        let last = self.change("many-010", statement("The last word", "public")).await;
        self.change("many-011", statement("Gone for good", "space")).await;
        let gone = text(&self.scene.provider.get(&format!("/datasets/{PROVIDER}/many-011")).await["id"]);
        let begun = Instant::now();
        let (lines, dumps) = loop {
            let lines = self.latest_dump().await;
            let dumps: Value =
                self.nobody.at(Method::GET, "/dumps/").send().await.unwrap().json().await.unwrap();
            let is_new = lines.iter().any(|line| {
                line["dataset"]["revision"] == last["revision"] && line["dataset"]["id"] == last["id"]
            });
            if is_new && lines.iter().all(|line| line["dataset"]["id"] != json!(gone)) {
                break (lines, dumps);
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no new dump: {dumps}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        };
        let names: Vec<String> =
            dumps["items"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
        assert!((1..=3).contains(&names.len()), "{dumps}");
        let mut follower = Follower::default();
        for line in &lines {
            assert!(line["dataset"]["visibility"] == "public" && line["dataset"]["audience"].is_null());
            follower.present.insert(text(&line["dataset"]["id"]), text(&line["dataset"]["updated_at"]));
        }
        let full = lines.iter().find(|line| line["dataset"]["name"] == "full").unwrap();
        assert_eq!((&full["policy"]["mode"], &full["version"]["files"]), (&json!("open"), &json!(1)));
        follower.after = text(&dumps["items"].as_array().unwrap().last().unwrap()["changes_after"]);
        follower.go_on(self, 200).await;
        assert_eq!(follower.present, self.catalogue().await);
        // By name, in parts, conditionally.
        let path = format!("/dumps/{}", names[0]);
        let whole = self.nobody.at(Method::GET, &path).send().await.unwrap();
        let tag = whole.headers()["etag"].clone();
        let whole = whole.bytes().await.unwrap();
        let part = self.nobody.at(Method::GET, &path).header("Range", "bytes=5-14").send().await.unwrap();
        assert_eq!(part.headers()["content-range"], format!("bytes 5-14/{}", whole.len()));
        assert_eq!((part.status().as_u16(), part.bytes().await.unwrap()), (206, whole.slice(5..15)));
        let beyond =
            self.nobody.at(Method::GET, &path).header("Range", "bytes=99999999-").send().await.unwrap();
        assert_eq!(beyond.status(), 416);
        let same = self.nobody.at(Method::GET, &path).header("If-None-Match", tag).send().await.unwrap();
        assert_eq!(same.status(), 304);
        assert_eq!(self.nobody.at(Method::GET, "/dumps/nothing").send().await.unwrap().status(), 404);
    }

    /// What the pages of the documentation say to copy.
    fn pages_work_as_written(&self) {
        let block = |page: &'static str, mark: &str| -> Vec<&'static str> {
            let mark = format!("```{mark}\n");
            let parts = page.split(mark.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap());
            let blocks: Vec<&str> = parts.collect();
            assert!(!blocks.is_empty());
            blocks
        };
        let program = block(include_str!("../../docs/interop/oai-pmh.md"), "python")[0];
        let mut python = Environment::Present.command("python", self.home.path());
        let output = python.args(["-c", program]).env("CADASTRE_URL", self.scene.url()).output().unwrap();
        let printed = succeeded(&output);
        assert!(
            printed.contains("Parliamentary speech corpus") && printed.contains("gone oai:"),
            "{printed}"
        );
        let tour = block(include_str!("../../docs/interop/feeds.md"), "sh tour").join("\n");
        let output = std::process::Command::new("bash")
            .args(["-euo", "pipefail", "-c", &tour])
            .current_dir(self.home.path())
            .env("CADASTRE_URL", self.scene.url())
            .env("no_proxy", "*")
            .output()
            .unwrap();
        assert!(succeeded(&output).contains("changes_after"));
        for file in ["changes.ndjson", "catalogue.ndjson"] {
            let text = std::fs::read_to_string(self.home.path().join(file)).unwrap();
            assert!(text.lines().count() > 150, "{file}");
            text.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
        }
    }

    async fn latest_dump(&self) -> Vec<Value> {
        let answer = self.nobody.at(Method::GET, "/dumps/latest.ndjson.gz").send().await.unwrap();
        if answer.status() == 404 {
            return Vec::new();
        }
        let bytes = answer.bytes().await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Somebody who keeps a copy of the catalogue.
#[derive(Default)]
struct Follower {
    after: String,
    present: BTreeMap<String, String>,
    heard: BTreeSet<String>,
}

impl Follower {
    /// Asks for what is new, a page after the other.
    async fn go_on(&mut self, world: &World<'_>, limit: u32) {
        loop {
            let after = if self.after.is_empty() { String::new() } else { format!("&after={}", self.after) };
            let page = world.nobody.get(&format!("/changes?limit={limit}{after}")).await;
            page["items"].as_array().unwrap().iter().for_each(|change| self.hear(change));
            match page["next_after"].as_str() {
                Some(next) => next.clone_into(&mut self.after),
                None => return,
            }
        }
    }

    fn hear(&mut self, change: &Value) {
        let id = text(&change["id"]);
        self.heard.insert(id.clone());
        self.after = text(&change["cursor"]);
        if change["gone"] == true {
            self.present.remove(&id);
        } else {
            assert_eq!(change["dataset"]["visibility"], "public", "{change}");
            self.present.insert(id, text(&change["dataset"]["updated_at"]));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The text of the resumption token, if the list goes on.
fn token_of(answer: &str) -> Option<String> {
    let element = answer.split("<resumptionToken").nth(1)?;
    let text = element.split_once('>')?.1.split('<').next()?;
    (!text.is_empty() && !element.starts_with("/>"))
        .then(|| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Changes a value in passing.
trait Pipe: Sized {
    fn pipe(self, change: impl FnOnce(Self) -> Self) -> Self {
        change(self)
    }
}

impl Pipe for Value {}
