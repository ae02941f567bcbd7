//! `cadastre log witness`: what it answers, that it remembers through SIGKILL, and that our own log is cosigned by it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cadastre::journal::leaf_hash;
use cadastre::journal::tlog::{
    AddCheckpoint, Audit, Checkpoint, Note, Signature, Signer, Tile, Tiles, Verifier, consistency_proof,
};
use cadastre::kernel::{Digest, Error};
use reqwest::{Client, StatusCode};

use super::person::Person;
use super::support::deployment::{Deployment, Shape};

/// A witness as a process of its own.
struct Witness {
    child: Child,
    url: String,
    vkey: String,
}

impl Witness {
    fn start(folder: &Path, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .current_dir(folder)
            .args(["log", "witness", "--key", "witness.key", "--name", "witness.example/w1"])
            .args(["--trust-policy", "logs.policy", "--state", "state", "--listen", listen])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[..2], ["witness", "witness.example/w1"], "{line}");
        Self { child, vkey: words[2].to_owned(), url: words[3].to_owned() }
    }

    fn verifier(&self) -> Verifier {
        self.vkey.parse().unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A log in memory; its `fork` differs from the entry with this number on.
struct Leaves(Vec<Digest>);

impl Leaves {
    fn of(size: usize, fork: usize) -> Self {
        Self((0..size).map(|i| leaf_hash(format!("{i} {}", i >= fork).as_bytes())).collect())
    }

    fn root(&self, size: u64) -> Digest {
        let mut audit = Audit::default();
        for leaf in self.0.iter().take(usize::try_from(size).unwrap()) {
            audit.leaf(*leaf).unwrap();
        }
        audit.finish().unwrap().0
    }
}

impl Tiles for Leaves {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>, Error> {
        assert_eq!((tile.level, tile.index), (0, 0), "these logs are small");
        Ok(self.0[..usize::from(tile.width)].to_vec())
    }
}

fn log() -> Signer {
    Signer::from_seed("log.example", [1; 32]).unwrap()
}

fn request(leaves: &mut Leaves, old: u64, new: u64) -> AddCheckpoint {
    let proof = consistency_proof(old, new, leaves).unwrap();
    let checkpoint = Checkpoint { origin: "log.example".into(), size: new, root: leaves.root(new) };
    AddCheckpoint { old, proof, checkpoint: checkpoint.signed(&log()).unwrap() }
}

async fn ask(http: &Client, witness: &Witness, body: String) -> (StatusCode, String, String) {
    let answer = http.post(format!("{}/add-checkpoint", witness.url)).body(body).send().await.unwrap();
    let kind = answer.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
    (answer.status(), kind, answer.text().await.unwrap())
}

fn set_up(folder: &Path) -> Client {
    std::fs::write(folder.join("logs.policy"), format!("log {}\nquorum none\n", log().verifier())).unwrap();
    // A connection to a process that was killed is none.
    Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
}

#[tokio::test]
async fn a_witness_answers_as_the_specification_says() {
    let folder = tempfile::tempdir().unwrap();
    let http = set_up(folder.path());
    let witness = Witness::start(folder.path(), "127.0.0.1:0");
    let good = &mut Leaves::of(40, usize::MAX);
    let place = format!("{}/{}/checkpoint", witness.url, Digest::of("log.example"));
    assert_eq!(http.get(&place).send().await.unwrap().status(), 404);

    let first = request(good, 0, 10);
    let (status, _, line) = ask(&http, &witness, first.to_string()).await;
    assert_eq!(status, 200, "{line}");
    let signature: Signature = line.strip_suffix('\n').unwrap().parse().unwrap();
    let note = first.checkpoint.clone().with(signature).unwrap();
    let known = [witness.verifier()];
    let time = note.verified_by(&known).unwrap()[0].time.unwrap();
    assert!(time > 1_700_000_000);
    let kept = http.get(&place).send().await.unwrap().text().await.unwrap();
    assert_eq!(Note::parse(&kept).unwrap(), note);

    assert_eq!(ask(&http, &witness, request(good, 10, 25).to_string()).await.0, 200);
    let (status, kind, size) = ask(&http, &witness, request(good, 10, 30).to_string()).await;
    assert_eq!((status.as_u16(), kind.as_str(), size.as_str()), (409, "text/x.tlog.size", "25\n"));
    assert_eq!(ask(&http, &witness, request(&mut Leaves::of(40, 20), 25, 30).to_string()).await.0, 422);
    let mut unsigned = request(good, 25, 30);
    let text = unsigned.checkpoint.text().to_owned();
    let stranger = Signer::from_seed("log.example", [5; 32]).unwrap();
    unsigned.checkpoint = Note::new(text.clone(), vec![stranger.sign(&text)]).unwrap();
    assert_eq!(ask(&http, &witness, unsigned.to_string()).await.0, 403);
    let unknown = text.replace("log.example", "other.example");
    unsigned.checkpoint = Note::new(unknown.clone(), vec![stranger.sign(&unknown)]).unwrap();
    assert_eq!(ask(&http, &witness, unsigned.to_string()).await.0, 404);
    assert_eq!(ask(&http, &witness, "old x\n".into()).await.0, 400);
    assert_eq!(ask(&http, &witness, "x".repeat(300_000)).await.0, 413);
    assert_eq!(ask(&http, &witness, request(good, 25, 30).to_string()).await.0, 200, "it goes on");
}

/// Two trees that differ from the eleventh entry on are offered while the process is killed again and again: what was
/// answered stays, and never are two trees cosigned that do not continue each other.
#[tokio::test]
async fn a_killed_witness_has_not_forgotten_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let http = set_up(folder.path());
    let mut witness = Witness::start(folder.path(), "127.0.0.1:0");
    let listen = witness.url.trim_start_matches("http://").to_owned();
    let mut trees = [Leaves::of(200, usize::MAX), Leaves::of(200, 10)];
    let mut cosigned: Vec<(usize, u64)> = Vec::new();
    for round in 0..14_u64 {
        let known = cosigned.last().map_or(0, |(_, size)| *size);
        let requests: Vec<(usize, u64, String)> = (0..8)
            .map(|i| (usize::try_from(i % 2).unwrap(), known + 11 + i / 2))
            .map(|(tree, new)| (tree, new, request(&mut trees[tree], known, new).to_string()))
            .collect();
        let answers = requests.into_iter().map(|(tree, new, body)| {
            let answer = http.post(format!("{}/add-checkpoint", witness.url)).body(body).send();
            tokio::spawn(async move { answer.await.ok().map(|it| (tree, new, it.status())) })
        });
        let answers: Vec<_> = answers.collect();
        tokio::time::sleep(Duration::from_millis(round * 3)).await;
        witness.kill();
        for answer in answers {
            if let Some((tree, new, StatusCode::OK)) = answer.await.unwrap() {
                cosigned.push((tree, new));
            }
        }
        witness = Witness::start(folder.path(), &listen);
        cosigned.sort_by_key(|(_, size)| *size);
        assert!(cosigned.windows(2).all(|two| two[0].0 == two[1].0), "a fork was cosigned: {cosigned:?}");
        // What it remembers is at least what it said, and the next round goes on from there.
        let probe = request(&mut trees[0], 1, 199).to_string();
        let (status, _, size) = ask(&http, &witness, probe).await;
        assert_eq!(status, StatusCode::CONFLICT, "{size}");
        let size: u64 = size.trim().parse().unwrap();
        assert!(size >= cosigned.last().map_or(0, |(_, said)| *said), "{size}: {cosigned:?}");
        for (tree, leaves) in trees.iter_mut().enumerate() {
            let again = request(leaves, size, size).to_string();
            if size > 0 && ask(&http, &witness, again).await.0 == StatusCode::OK {
                cosigned.push((tree, size));
            }
        }
    }
    assert!(cosigned.len() > 3, "{cosigned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_log_is_cosigned_and_its_readers_ask_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut deployment = Deployment::start(Shape::Embedded);
    let http = Client::builder().no_proxy().build().unwrap();
    let policy = |url: String| {
        let http = http.clone();
        async move {
            let answer = http.get(format!("{url}/api/v1/journal/trust-policy")).send().await.unwrap();
            answer.text().await.unwrap()
        }
    };
    let logs = policy(deployment.url(0).to_owned()).await;
    std::fs::write(folder.path().join("logs.policy"), &logs).unwrap();
    let witness = Witness::start(folder.path(), "127.0.0.1:0");
    let witnesses = format!("witness W {} {}\nquorum W\n", witness.vkey, witness.url);
    std::fs::write(folder.path().join("witnesses.policy"), witnesses).unwrap();
    deployment.kill(0);
    deployment.set("CADASTRE_LOG_WITNESSES", folder.path().join("witnesses.policy").display().to_string());
    deployment.restart(0);
    let admin = Person::new(deployment.url(0), "admin");
    admin.sign_in(deployment.first_code());
    let asked = policy(deployment.url(0).to_owned()).await;
    assert!(asked.contains("quorum W"), "{asked}");
    let begun = Instant::now();
    loop {
        let head = admin.run(&["--json", "log", "head"]);
        if head.status.success() {
            let head: serde_json::Value = serde_json::from_slice(&head.stdout).unwrap();
            assert_eq!(head["cosigned_by"][0]["witness"], "W", "{head}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{head:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
