//! `cadastre policy check` and `explain` with the real binary, on a machine without a server.

use std::path::PathBuf;
use std::process::{Command, Output};

use cadastre::policies::{Facts, Outcome, Policy, Trace};
use serde_json::{Value as Json, json};

use super::suite::cases;

/// A folder with the files of one call.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &Json) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        path
    }

    /// Runs `cadastre` where nobody is signed in and the server that is named does not answer.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .args(arguments)
            .env("CADASTRE_CONFIG_DIR", self.0.path().join("config"))
            .env("CADASTRE_URL", "http://127.0.0.1:1")
            .env_remove("CADASTRE_TOKEN")
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn offer() -> Json {
    json!({"@id": "urn:x:offer", "@type": "Offer", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": [{"@id": "cad:ModelTraining"}]},
        {"leftOperand": "odrl:version", "operator": "eq", "rightOperand": "1.0.0"},
        {"leftOperand": "cad:ethicsApproval", "operator": "eq", "rightOperand": {"@id": "cad:Verified"}},
    ]}], "obligation": [{"action": "odrl:attribute"}]})
}

fn facts(more: Json) -> Json {
    let mut facts = json!({"now": "2026-06-15T12:00:00Z", "scope": "request"});
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    facts
}

const ETHICS: &str = "/permission/0/constraint/2";

#[test]
fn check_reads_a_policy_and_lists_everything_that_is_wrong() {
    let desk = Desk::new();
    desk.file("good.json", &offer());
    let good = desk.run(&["policy", "check", "good.json"]);
    assert_eq!((good.status.code(), text(&good.stdout)), (Some(0), "pointer\tcode\tdetail\n"), "{good:?}");
    assert!(text(&good.stderr).contains("good.json is a policy"), "{good:?}");

    let mut bad = offer();
    bad["permission"][0]["action"] = json!("cad:trian");
    bad["permission"][0]["constraint"][1]["operator"] = json!("lt");
    desk.file("bad.json", &bad);
    let listed = desk.run(&["policy", "check", "bad.json"]);
    assert_eq!(listed.status.code(), Some(9), "{listed:?}");
    let rows: Vec<_> = text(&listed.stdout).lines().skip(1).map(|row| row.split('\t').take(2)).collect();
    let rows: Vec<Vec<_>> = rows.into_iter().map(Iterator::collect).collect();
    assert_eq!(
        rows,
        [
            ["/permission/0/action", "unknown_action"],
            ["/permission/0/constraint/1/operator", "operator_not_allowed"]
        ]
    );
    assert!(text(&listed.stderr).contains("bad.json is refused in 2 places"), "{listed:?}");
}

#[test]
fn check_holds_an_offer_against_the_access_mode() {
    let desk = Desk::new();
    desk.file("offer.json", &offer());
    for (mode, code, pointers) in [
        ("review", 0, vec![]),
        ("secure", 0, vec![]),
        ("automatic", 9, vec![ETHICS]),
        ("open", 9, vec!["/permission/0/constraint"]),
    ] {
        let checked = desk.run(&["--json", "policy", "check", "offer.json", "--mode", mode]);
        assert_eq!(checked.status.code(), Some(code), "{mode}: {checked:?}");
        let findings: Vec<Json> = serde_json::from_slice(&checked.stdout).unwrap();
        let told: Vec<_> = findings.iter().map(|finding| finding["pointer"].as_str().unwrap()).collect();
        assert_eq!(told, pointers, "{mode}");
    }
}

#[test]
fn explain_shows_each_line_and_what_is_open() {
    let desk = Desk::new();
    desk.file("offer.json", &offer());
    for (more, code, ethics, says) in [
        (json!({"purpose": "pre_training"}), 5, "undetermined\tpeople", "is not known"),
        (
            json!({"purpose": "pre_training", "confirmed": [ETHICS]}),
            0,
            "satisfied\t",
            "satisfies the policy, and what is open",
        ),
        (json!({"purpose": "education", "confirmed": [ETHICS]}), 9, "satisfied\t", "violates the policy"),
    ] {
        desk.file("facts.json", &facts(more));
        let explained = desk.run(&["policy", "explain", "offer.json", "--facts", "facts.json"]);
        assert_eq!(explained.status.code(), Some(code), "{explained:?}");
        assert!(text(&explained.stderr).contains(says), "{explained:?}");
        let rows: Vec<_> = text(&explained.stdout).lines().collect();
        assert_eq!(rows[0], "line\tlabel\toutcome\topen\treason");
        let row = |pointer: &str| rows.iter().find(|row| row.starts_with(pointer)).copied().unwrap();
        assert!(row(ETHICS).starts_with(&format!("{ETHICS}\tattested\t{ethics}\t")), "{rows:#?}");
        assert!(row("/permission/0/constraint/1").contains("\tundetermined\teach download\t"), "{rows:#?}");
        assert!(
            row("/obligation/0").starts_with("/obligation/0\tduty\tundetermined\tafterwards\t"),
            "{rows:#?}"
        );
    }
}

#[test]
fn explain_prints_the_trace_to_the_byte() {
    let desk = Desk::new();
    desk.file("offer.json", &offer());
    let known = facts(json!({"purpose": "rag", "spaces": ["health"]}));
    desk.file("facts.json", &known);
    let explained = desk.run(&["--json", "policy", "explain", "offer.json", "--facts", "facts.json"]);
    let known: Facts = serde_json::from_value(known).unwrap();
    let trace = Trace::of(&Policy::parse(&offer()).unwrap(), known).unwrap();
    assert_eq!(text(&explained.stdout), format!("{}\n", trace.text().unwrap()));
    assert_eq!(explained.status.code(), Some(9));
    let error: Json = serde_json::from_slice(&explained.stderr).unwrap();
    assert_eq!(error["exit_code"], 9, "{error}");
}

#[test]
fn what_cannot_be_read_is_told() {
    let desk = Desk::new();
    desk.file("offer.json", &offer());
    let mut refused = offer();
    refused["permission"][0]["note"] = json!("please");
    desk.file("refused.json", &refused);
    desk.file("facts.json", &facts(json!({})));
    desk.file("misspelt.json", &facts(json!({"purposes": "rag"})));
    desk.file("place.json", &facts(json!({"statement": {"processing_location": "Europe"}})));
    std::fs::write(desk.0.path().join("broken.json"), "{").unwrap();
    for (policy, facts, code, says) in [
        ("refused.json", "facts.json", 9, "refused.json is refused in 1 place"),
        ("offer.json", "misspelt.json", 2, "purposes"),
        ("offer.json", "place.json", 2, "ISO 3166-1"),
        ("offer.json", "broken.json", 2, "broken.json"),
        ("broken.json", "facts.json", 2, "broken.json"),
        ("nowhere.json", "facts.json", 1, "nowhere.json"),
    ] {
        let explained = desk.run(&["policy", "explain", policy, "--facts", facts]);
        assert_eq!(explained.status.code(), Some(code), "{explained:?}");
        assert!(text(&explained.stderr).contains(says), "{explained:?}");
    }
}

/// Some of every theme: the exit code says what the suite says.
#[test]
fn the_command_answers_cases_of_the_suite() {
    let desk = Desk::new();
    let mut asked = 0;
    for (theme, case) in cases().into_iter().step_by(31) {
        desk.file("policy.json", &case.policy);
        desk.file("facts.json", &case.facts.unwrap_or_else(|| facts(json!({}))));
        let explained = desk.run(&["policy", "explain", "policy.json", "--facts", "facts.json"]);
        let expected = match case.expected.outcome {
            Some(Outcome::Satisfied) => 0,
            Some(Outcome::Undetermined) => 5,
            Some(Outcome::Violated) | None => 9,
        };
        assert_eq!(explained.status.code(), Some(expected), "{theme}: {}: {explained:?}", case.name);
        asked += 1;
    }
    assert!(asked > 20, "{asked} cases were asked");
}
