//! Tests of trust policies: what is read, what is refused, and who suffices.

use proptest::prelude::*;

use super::*;
use crate::journal::tlog::{Signer, cosign};
use crate::kernel::Digest;

fn signer(name: &str) -> Signer {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    Signer::from_seed(name, seed).unwrap()
}

fn log_line() -> String {
    format!("log {} https://log.example/\n", signer("log.example").verifier())
}

fn witness_line(name: &str) -> String {
    format!("witness {name} {}\n", signer(name).cosignature_verifier())
}

fn note(witnesses: &[&str]) -> Note {
    let checkpoint = Checkpoint { origin: "log.example".into(), size: 2, root: Digest::of("root") };
    let note = checkpoint.signed(&signer("log.example")).unwrap();
    let text = note.text().to_owned();
    witnesses
        .iter()
        .zip(100..)
        .fold(note, |note, (name, time)| note.with(cosign(&signer(name), &text, time).unwrap()).unwrap())
}

fn code<T>(result: Result<T>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "accepted")
}

/// The two levels of groups in the specification's example.
fn example() -> TrustPolicy {
    let witnesses: String = ["X1", "X2", "X3", "Y1", "Y2", "Y3"].map(witness_line).concat();
    let text = format!(
        "# who we trust\n{}\n{witnesses}\tgroup  X-witnesses 2 X1 X2\tX3 \ngroup Y-witnesses any Y1 Y2 Y3\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log_line()
    );
    TrustPolicy::parse(&text).unwrap()
}

#[test]
fn the_quorum_of_the_example_is_two_of_one_group_and_one_of_the_other() {
    let policy = example();
    for (witnesses, expected) in [
        (&["X1", "X2", "Y3"][..], "accepted"),
        (&["Y1", "X3", "X1", "Y2"], "accepted"),
        (&["X1", "X2", "X3"], "quorum_missing"),
        (&["X1", "Y1", "Y2", "Y3"], "quorum_missing"),
        (&[], "quorum_missing"),
        (&["X1", "X1", "Y1", "Z1"], "quorum_missing"),
    ] {
        assert_eq!(code(policy.check(&note(witnesses))), expected, "{witnesses:?}");
    }
    let endorsed = policy.examine(&note(&["X1", "Y3", "X2", "Z9"])).unwrap();
    assert_eq!(endorsed.witnesses, [("X1".into(), 100), ("Y3".into(), 101), ("X2".into(), 102)]);
    assert_eq!(endorsed.logs, [signer("log.example").verifier()]);
    assert_eq!(endorsed.checkpoint.size, 2);
    assert_eq!(TrustPolicy::parse(&policy.to_string()).unwrap(), policy);
}

#[test]
fn a_checkpoint_counts_only_with_the_signature_of_its_own_log() {
    let policy = TrustPolicy::parse(&format!("{}{}quorum none\n", log_line(), witness_line("W"))).unwrap();
    assert_eq!(code(policy.check(&note(&[]))), "accepted");
    let text = note(&[]).text().to_owned();
    let by_witness = Note::new(text.clone(), vec![cosign(&signer("W"), &text, 1).unwrap()]).unwrap();
    assert_eq!(code(policy.check(&by_witness)), "signature_missing");
    let forged = Note::new(text.clone(), vec![signer("log.example").sign("other\n")]).unwrap();
    assert_eq!(code(policy.check(&forged)), "signature_invalid");
    let wrong_witness = cosign(&signer("W"), &text.replace("\n2\n", "\n3\n"), 1).unwrap();
    assert_eq!(code(policy.check(&note(&[]).with(wrong_witness).unwrap())), "signature_invalid");

    let both = policy.clone().with_log(signer("other.example").verifier(), None).unwrap();
    let by_other = Note::new(text, vec![signer("other.example").sign(note(&[]).text())]).unwrap();
    assert_eq!(code(both.check(&by_other)), "signature_missing", "another known log signs only for itself");
    let elsewhere = Checkpoint { origin: "elsewhere.example".into(), size: 0, root: Digest::of("") };
    assert_eq!(code(both.check(&elsewhere.signed(&signer("elsewhere.example")).unwrap())), "log_unknown");
}

#[test]
fn a_log_may_have_two_keys_while_it_rotates_them() {
    let new = Signer::from_seed("log.example", [9; 32]).unwrap();
    let policy = TrustPolicy::of_log(signer("log.example").verifier(), None);
    let policy = policy.with_log(new.verifier(), Some("https://log.example".into())).unwrap();
    assert_eq!(TrustPolicy::parse(&policy.to_string()).unwrap(), policy);
    let old_alone = note(&[]);
    assert_eq!(policy.examine(&old_alone).unwrap().logs.len(), 1);
    let both = old_alone.clone().with(new.sign(old_alone.text())).unwrap();
    assert_eq!(policy.examine(&both).unwrap().logs.len(), 2);
    assert!(policy.clone().with_log(new.verifier(), None).is_err());
    let renamed = new.with_name("log.example/2").unwrap();
    assert!(
        policy.with_log(renamed.verifier(), None).is_err(),
        "C2SP wants every key once, whatever its name"
    );
}

#[test]
fn what_is_no_policy_is_refused() {
    let (log, a, b) = (log_line(), witness_line("a"), witness_line("b"));
    let renamed = a.replacen("witness a", "witness c", 1);
    let log_as_witness = format!("witness w {}\n", signer("w").verifier());
    let witness_as_log = format!("log {}\n", signer("w").cosignature_verifier());
    for (bad, line) in [
        (String::new(), None),
        (log.clone(), None),
        (format!("{log}quorum none\nquorum none\n"), Some(3)),
        (format!("{log}quorum a\n"), Some(2)),
        (format!("{log}{log}quorum none\n"), Some(2)),
        (format!("{a}{renamed}quorum none\n"), Some(2)),
        (format!("{a}{}quorum none\n", b.replacen("witness b", "witness a", 1)), Some(2)),
        (format!("{a}group g 2 a\nquorum g\n"), Some(2)),
        (format!("{a}group g 0 a\nquorum g\n"), Some(2)),
        (format!("{a}group g 01 a\nquorum g\n"), Some(2)),
        (format!("{a}group g all\nquorum g\n"), Some(2)),
        (format!("{a}group g all a a\nquorum g\n"), Some(2)),
        (format!("{a}group g all g\nquorum g\n"), Some(2)),
        (format!("{a}group g any a\ngroup h any a\nquorum h\n"), Some(3)),
        (format!("{a}group a any a\nquorum a\n"), Some(2)),
        (format!("{a}group none any a\nquorum none\n"), Some(2)),
        (format!("{a}group g any none\nquorum g\n"), Some(2)),
        (log_as_witness, Some(1)),
        (witness_as_log, Some(1)),
        (log.replace("https://", "ftp://"), Some(1)),
        (format!("{} x\nquorum none\n", log.trim_end()), Some(1)),
        ("logs x\n".into(), Some(1)),
        ("log x\nquorum none\n".into(), Some(1)),
        ("quorum none\r\n".into(), Some(1)),
    ] {
        let error = TrustPolicy::parse(&bad).unwrap_err();
        assert!(matches!(error.code(), "trust_policy_malformed" | "key_malformed"), "{bad}");
        let named = line.map(|line| format!("line {line}: "));
        assert!(named.is_none_or(|line| error.detail().starts_with(&line)), "{bad}: {error}");
    }
    let many: String = (0..=MAX_LINES).map(|i| witness_line(&format!("w{i}"))).collect();
    assert!(TrustPolicy::parse(&format!("{many}quorum none\n")).is_err());
    assert!(TrustPolicy::parse("quorum none").is_ok(), "a last line may lack its newline");
}

proptest! {
    #[test]
    fn reading_never_panics(text in "(?s).{0,200}", line in "(log|witness|group|quorum)( [a-z0-9+/=:]{0,8}){0,4}") {
        TrustPolicy::parse(&text).ok();
        TrustPolicy::parse(&format!("{line}\nquorum none\n")).ok();
    }

    #[test]
    fn what_is_written_reads_back(count in 1usize..8, k in 1usize..8, all: bool, quorum in 0usize..3) {
        let names: Vec<String> = (0..count).map(|i| format!("w{i}")).collect();
        let witnesses: String = names.iter().map(|name| witness_line(name)).collect();
        let threshold = if all { "all".to_owned() } else { k.min(count).to_string() };
        let quorum = ["none", "w0", "g"][quorum];
        let text = format!("{}{witnesses}group g {threshold} {}\nquorum {quorum}\n", log_line(), names.join(" "));
        let policy = TrustPolicy::parse(&text).unwrap();
        prop_assert_eq!(policy.to_string(), text);
    }
}
