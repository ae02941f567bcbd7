//! `cadastre verify` of receipts, and the program of `docs/verify-receipt.md`, on receipts made here.

use std::path::Path;
use std::process::{Command, Output};

use cadastre::journal::tlog::{Checkpoint, Receipt, Signer, TrustPolicy, cosign};
use cadastre::journal::{Frontier, leaf_hash};
use cadastre::kernel::{Digest, canonical_json};
use serde_json::{Value, json};

use super::{exits, run_python};

const GOLDEN: &str = "c2sp.org/tlog-proof@v1
index 2
daB+J5Kbkfijest4z9LLQxJ/Ej/PCfbDkm+j6cDmLVk=
1HotOphGgjQaXXPynpPYq/wQUVP1ziDMG5D6bvZVN9Q=
9BhQ5AyMEhtBXwPakdZ0fJANog5SaaA025OPMejr0+s=

catalogue.example.eu/log
5
eFgKkMm1b+CEOHcfI2fuN88Por72+1fHTdU9L2DBY7A=

— catalogue.example.eu/log qb0gZnAwC/yMP4OZYMkn/0CHDWFMBAnhij5XFRv6oMN0GdxndPAZDLmsC43uO7Fmwwc55d6ybFgs1LQrNS5A6RdEZAA=
";
const GOLDEN_ENTRY: &str = r#"{"actor":"did:web:acme.example","decision":"approved","request":"rq_01","seq":2,"time":"2026-01-02T03:04:02Z","type":"request.decided","v":1}"#;
const GOLDEN_POLICY: &str =
    "log catalogue.example.eu/log+a9bd2066+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\nquorum none\n";

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
    command.current_dir(folder).env("CADASTRE_CONFIG_DIR", folder).arg("verify").args(arguments);
    command.output().unwrap()
}

fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn the_golden_receipt_is_verified_offline_with_the_exit_codes_that_scripts_rely_on() {
    let folder = files(&[
        ("r.tlog-proof", GOLDEN),
        ("broken.tlog-proof", &GOLDEN.replace("index 2", "index 3")),
        ("cut.tlog-proof", &GOLDEN[..200]),
        ("entry.json", GOLDEN_ENTRY),
        ("pretty.json", &format!("{:#}\n", serde_json::from_str::<Value>(GOLDEN_ENTRY).unwrap())),
        ("changed.json", &GOLDEN_ENTRY.replace("approved", "rejected")),
        ("trust.policy", GOLDEN_POLICY),
        ("other.policy", &format!("log {}\nquorum none\n", key(7, "catalogue.example.eu/log").verifier())),
        ("no.policy", "trust everybody\n"),
    ]);
    let run = |arguments: &[&str]| verify(folder.path(), arguments);
    let said = exits(&run(&["r.tlog-proof", "--entry", "entry.json", "--trust-policy", "trust.policy"]), 0);
    for word in ["proved", "request.decided", "catalogue.example.eu/log", "2", "5"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    exits(&run(&["r.tlog-proof", "--entry", "pretty.json", "--trust-policy", "trust.policy"]), 0);
    exits(&run(&["r.tlog-proof", "--entry", "changed.json", "--trust-policy", "trust.policy"]), 6);
    exits(&run(&["broken.tlog-proof", "--entry", "entry.json", "--trust-policy", "trust.policy"]), 6);
    exits(&run(&["cut.tlog-proof", "--entry", "entry.json", "--trust-policy", "trust.policy"]), 6);
    exits(&run(&["r.tlog-proof", "--entry", "entry.json", "--trust-policy", "other.policy"]), 6);
    exits(&run(&["r.tlog-proof", "--entry", "entry.json", "--trust-policy", "no.policy"]), 2);
    exits(&run(&["r.tlog-proof", "--entry", "entry.json"]), 2);
    exits(&run(&["r.tlog-proof", "--trust-policy", "trust.policy"]), 2);
    exits(&run(&["gone.tlog-proof", "--entry", "entry.json", "--trust-policy", "trust.policy"]), 2);
    exits(
        &run(&["r.tlog-proof", "--entry", "entry.json", "--trust-policy", "trust.policy", "--salt", "00"]),
        2,
    );
}

fn key(seed: u8, name: &str) -> Signer {
    Signer::from_seed(name, [seed; 32]).unwrap()
}

/// A receipt bundle over three entries, with a payload and a cosignature.
fn bundle() -> Value {
    let payload = json!({"remark": "Böen, wie gewünscht", "at": 3});
    let salt = [9_u8; 16];
    let text = [&salt[..], canonical_json(&payload).unwrap().as_bytes()].concat();
    let entry = json!({"v": 1, "seq": 2, "type": "request.approved", "subject": {"kind": "request", "id": "rq_1"},
        "payload_commitment": Digest::of(text)});
    let leaves =
        [leaf_hash(b"zero"), leaf_hash(b"one"), leaf_hash(canonical_json(&entry).unwrap().as_bytes())];
    let mut tree = Frontier::default();
    tree.push(leaves[0]);
    tree.push(leaves[1]);
    let two = tree.root();
    tree.push(leaves[2]);
    let checkpoint = Checkpoint { origin: "log.example".into(), size: 3, root: tree.root() };
    let note = checkpoint.signed(&key(1, "log.example")).unwrap();
    let cosignature = cosign(&key(2, "witness.example"), &checkpoint.to_string(), 1_800_000_000).unwrap();
    let receipt = Receipt {
        index: 2,
        proof: vec![two],
        checkpoint: note.with(cosignature).unwrap(),
        extra: Some(vec![1]),
    };
    json!({"entry": entry, "payload": payload, "salt": hex::encode(salt), "receipt": receipt.to_string()})
}

/// The block of the page, as it stands there.
fn program() -> &'static str {
    let page = include_str!("../../docs/verify-receipt.md");
    page.split("```python\n").nth(1).unwrap().split("```").next().unwrap()
}

#[test]
fn the_program_of_the_page_and_the_command_agree_on_what_is_proved() {
    let vkey = key(1, "log.example").verifier();
    let witness = key(2, "witness.example").cosignature_verifier();
    let quorum = format!("log {vkey}\nwitness W {witness}\nquorum W\n");
    assert!(TrustPolicy::parse(&quorum).is_ok());
    let good = bundle();
    let changed = |pointer: &str, value: Value| {
        let mut bundle = good.clone();
        *bundle.pointer_mut(pointer).unwrap() = value;
        bundle
    };
    let receipt = good["receipt"].as_str().unwrap();
    let last_hash = receipt.split("\n\n").next().unwrap().lines().last().unwrap();
    let again = format!("\n{last_hash}\n\n");
    let (before, signature) = receipt.split_once("— log.example ").unwrap();
    let other_digit = if signature.as_bytes()[20] == b'A' { "B" } else { "A" };
    let other_signature =
        format!("{before}— log.example {}{other_digit}{}", &signature[..20], &signature[21..]);
    let without_payload = json!({"entry": good["entry"], "receipt": receipt});
    for (name, bundle, right) in [
        ("as it is", good.clone(), true),
        ("without its payload", without_payload, true),
        ("another entry", changed("/entry/type", json!("request.rejected")), false),
        ("another position", changed("/entry/seq", json!(1)), false),
        ("another payload", changed("/payload/remark", json!("Boen")), false),
        ("another salt", changed("/salt", json!("00".repeat(16))), false),
        ("another index", changed("/receipt", json!(receipt.replace("index 2", "index 1"))), false),
        ("another size", changed("/receipt", json!(receipt.replace("\n3\n", "\n4\n"))), false),
        ("another log", changed("/receipt", json!(receipt.replace("log.example", "lag.example"))), false),
        ("a hash too many", changed("/receipt", json!(receipt.replacen("\n\n", &again, 1))), false),
        ("another signature", changed("/receipt", json!(other_signature)), false),
    ] {
        let folder = files(&[("receipt.json", &bundle.to_string()), ("trust.policy", &quorum)]);
        let command = verify(folder.path(), &["receipt.json", "--trust-policy", "trust.policy"]);
        exits(&command, if right { 0 } else { 6 });
        let path = folder.path().join("receipt.json");
        let python = run_python(program(), &[path.to_str().unwrap(), &vkey.to_string()]);
        let said = exits(&python, if right { 0 } else { 1 });
        assert_eq!(
            said.contains("proved: request.approved of rq_1 in log.example, 3 entries"),
            right,
            "{name}: {said}"
        );
        assert!(!said.contains("ModuleNotFoundError") && !said.contains("SyntaxError"), "{name}: {said}");
    }
}

/// Root of some leaves, and the hashes that lead from one of them to it: RFC 9162, 2.1.1 and 2.1.3.1, as they stand there.
fn root_and_path(leaves: &[Digest], at: usize) -> (Digest, Vec<Digest>) {
    if let [leaf] = leaves {
        return (*leaf, Vec::new());
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let ((left, left_path), (right, right_path)) =
        (root_and_path(left, at), root_and_path(right, at.saturating_sub(half)));
    let both = Digest::of([&[1], left.as_bytes().as_slice(), right.as_bytes()].concat());
    let (mut path, other) = if at < half { (left_path, right) } else { (right_path, left) };
    path.push(other);
    (both, path)
}

#[test]
fn the_program_of_the_page_finds_its_way_from_every_place_in_trees_of_every_shape() {
    let signer = key(1, "log.example");
    let vkey = signer.verifier().to_string();
    for size in [1, 2, 3, 6, 7, 11] {
        let entry = |seq| json!({"seq": seq, "type": "t", "subject": {"id": "s"}});
        let leaves: Vec<Digest> =
            (0..size).map(|seq| leaf_hash(canonical_json(&entry(seq)).unwrap().as_bytes())).collect();
        for at in 0..size {
            let (root, proof) = root_and_path(&leaves, at);
            let checkpoint = Checkpoint { origin: "log.example".into(), size: size as u64, root };
            let receipt = Receipt {
                index: at as u64,
                proof,
                checkpoint: checkpoint.signed(&signer).unwrap(),
                extra: None,
            };
            let bundle = json!({"entry": entry(at), "receipt": receipt.to_string()});
            let folder = files(&[("receipt.json", &bundle.to_string())]);
            let path = folder.path().join("receipt.json");
            let said = exits(&run_python(program(), &[path.to_str().unwrap(), &vkey]), 0);
            assert!(said.contains(&format!("proved: t of s in log.example, {size} entries")), "{at}: {said}");
        }
    }
}
