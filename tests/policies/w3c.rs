//! The nine examples of the ODRL Formal Semantics of the W3C community group: a policy, a request, a state, and the answer.
//!
//! The drafts have slips that are mended on the way in and asserted, so that it is noticed when they are gone: instants
//! without a zone, a party whose name is written in two ways, and an agreement that names its parties in its rule alone.

use std::path::{Path, PathBuf};

use cadastre::policies::{EvaluationScope, Facts, Iri, Outcome, Policy, evaluate};
use serde_json::{Value as Json, json};

use super::others::{differs, refuses};

const EXAMPLES: &str = "../shared/data/odrl/w3c-formal-semantics/formal-semantics/examples";

/// Where an example lies, and, if it is not answered alike, what comes of it here and why that is right.
struct Example {
    name: &'static str,
    folder: &'static str,
    otherwise: Option<(&'static str, &'static str)>,
}

const A1: &str = "A Evaluation of Constraints/A1 Example of a constrained permission";
const B1: &str = "B Evaluation of Refinements/B1 Example of a permission with refinement";
const C1: &str = "C Evaluation of Conditions (Duties)/C1 Conditioned Permission";
const C2: &str =
    "C Evaluation of Conditions (Duties)/C2 Conditioned Permission whose Condition has Constraints";

const UNKNOWN_OPERAND: &str = "refuses: /permission/0/duty/0/constraint/0/leftOperand unknown_operand";

const NINE: [Example; 9] = [
    Example { name: "A11", folder: A1, otherwise: None },
    Example { name: "A12", folder: A1, otherwise: None },
    Example {
        name: "B11",
        folder: B1,
        otherwise: Some((
            "asks people: /permission/0/action/odrl:refinement/0",
            "permits 1000 dpi because the request says so. A print happens where the register sees nothing of it: \
             its resolution is legal text here, and holds when a reviewer confirms it",
        )),
    },
    // Nothing is given, as in the example, but because people have not answered yet.
    Example {
        name: "B12",
        folder: B1,
        otherwise: Some((
            "withholds until people answer: /permission/0/action/odrl:refinement/0",
            "denies 1300 dpi because the request says so. Nothing here asks for the resolution of a print",
        )),
    },
    Example {
        name: "C11",
        folder: C1,
        otherwise: Some((
            "withholds until people answer: /permission/0/duty/0",
            "takes a payment that no state shows for one that was not made. Reviewers confirm that a duty was done, \
             and nothing records that it was not",
        )),
    },
    Example { name: "C12", folder: C1, otherwise: None },
    Example {
        name: "C21",
        folder: C2,
        otherwise: Some((
            UNKNOWN_OPERAND,
            "permits without payment, because it is not Sunday. The day of the week is an operand that the example \
             makes up, and a policy is never read without one of its conditions. Were it known, people would be \
             asked: by ODRL 2.2 (2.6.3) a duty whose constraint does not hold is not fulfilled, by the example it is \
             not owed",
        )),
    },
    Example {
        name: "C22",
        folder: C2,
        otherwise: Some((
            UNKNOWN_OPERAND,
            "denies without payment, because it is Sunday. Nothing can be had under a policy that is refused; were \
             the operand known, nothing could be had before people confirm the payment",
        )),
    },
    Example {
        name: "C23",
        folder: C2,
        otherwise: Some((
            UNKNOWN_OPERAND,
            "permits after payment, on a Sunday. Were the operand known, so would we",
        )),
    },
];

fn home() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLES);
    if !folder.is_dir() {
        println!("left out: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// The one file of a folder whose name begins so and ends in `.json`.
fn read(folder: &Path, begin: &str) -> Option<Json> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap().to_str().unwrap();
        name.starts_with(begin) && name.ends_with(".json")
    });
    assert!(files.len() < 2, "{files:?}");
    let text = std::fs::read_to_string(files.pop()?).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// The parties of an agreement with one rule are those of the rule (ODRL 2.2 Information Model, 2.7.1, read backwards).
fn with_parties(mut policy: Json) -> Json {
    if policy["@type"] == "Agreement" {
        for key in ["assigner", "assignee", "target"] {
            assert_eq!(policy.get(key), None, "the example names its parties itself by now");
            policy[key] = policy["permission"][0][key].clone();
        }
    }
    policy
}

fn facts(request: &Json, state: Option<&Json>, policy: &Json) -> Facts {
    let iri = |key: &str| request[key].as_str().map(|name| Iri::parse(name).unwrap());
    let parameter = &request["requestParameters"]["value"];
    let now = parameter["@value"].as_str().map_or("2025-01-01T00:00:00Z".to_owned(), |now| {
        assert!(!now.ends_with('Z'), "the example has a time zone by now");
        format!("{now}Z")
    });
    let party = iri("evaluatedParty").map(|party| {
        let slip = party.as_str() == "http://example.com/party/billie1";
        if slip { Iri::parse("http://example.com/party/billie").unwrap() } else { party }
    });
    let duty = &policy["permission"][0]["duty"][0]["@id"];
    let done = state.is_some_and(|state| !duty.is_null() && state["context"]["conditionId"] == *duty);
    Facts {
        action: Some(request["evaluatedAction"].as_str().unwrap().parse().unwrap()),
        parties: party.into_iter().collect(),
        targets: iri("evaluatedTarget").into_iter().collect(),
        confirmed: if done { vec!["/permission/0/duty/0".to_owned()] } else { Vec::new() },
        ..Facts::at(now.parse().unwrap(), EvaluationScope::Download)
    }
}

/// Whether the report permits. B12 has a rule that is active and denies: what counts is what becomes of the request.
fn permits(report: &Json) -> bool {
    let members = report.as_object().unwrap().values();
    let states: Vec<_> = members.filter_map(|member| member.get("report:controlState")).collect();
    match states.as_slice() {
        [state] if **state == json!("report:Permit") => true,
        [state] if **state == json!("report:Deny") => false,
        other => panic!("{other:?}"),
    }
}

/// An example as it is put to the evaluator, and what is expected of it.
struct Question {
    document: Json,
    facts: Facts,
    permits: bool,
}

impl Question {
    fn read(home: &Path, example: &Example) -> Self {
        let folder = home.join(example.folder);
        let document = read(&folder, "policy").unwrap();
        let inner = folder.join(example.name);
        let request = read(&inner, "evaluationrequest").unwrap();
        Self {
            facts: facts(&request, read(&inner, "state").as_ref(), &document),
            permits: permits(&read(&inner, "compliancereport").unwrap()),
            document: with_parties(document),
        }
    }

    /// How the answer is not the expected one, if it is not.
    fn differs(&self) -> Option<String> {
        let policy = match Policy::parse(&self.document) {
            Ok(policy) => policy,
            Err(error) => return Some(refuses(&error)),
        };
        let verdict = evaluate(&policy, &self.facts);
        differs(self.permits, verdict.outcome, &verdict.lines)
    }
}

#[test]
fn the_nine_examples_are_answered_alike_but_for_those_that_are_named() {
    let Some(home) = home() else { return };
    for example in NINE {
        let Example { name, otherwise, .. } = example;
        if let Some((how, why)) = otherwise {
            println!("{name} {how}: {why}");
        }
        let different = Question::read(&home, &example).differs();
        assert_eq!(different.as_deref(), otherwise.map(|(how, _)| how), "{name}");
    }
}

#[test]
fn nothing_but_what_its_reason_names_keeps_an_example_from_being_answered_alike() {
    let Some(home) = home() else { return };
    let is_owed = json!({"leftOperand": "odrl:dateTime", "operator": "eq",
        "rightOperand": {"@value": "2025-08-03", "@type": "xsd:date"}});
    for (name, otherwise) in [
        ("B11", None),
        ("C21", Some("asks people: /permission/0/duty/0")),
        ("C22", Some("withholds until people answer: /permission/0/duty/0")),
        ("C23", None),
    ] {
        let example = NINE.into_iter().find(|example| example.name == name).unwrap();
        let mut question = Question::read(&home, &example);
        if example.folder == C2 {
            // The one Sunday that the examples ask about, in an operand that is known.
            question.document["permission"][0]["duty"][0]["constraint"] = is_owed.clone();
        } else {
            question.facts.confirmed.push("/permission/0/action/odrl:refinement/0".to_owned());
        }
        assert_eq!(question.differs().as_deref(), otherwise, "{name}");
    }
}

#[test]
fn the_prohibition_that_comes_without_requests_is_in_force_until_its_day() {
    let Some(home) = home() else { return };
    let folder = home.join("A Evaluation of Constraints/A2 Example of a constrained prohibition");
    let mut document = read(&folder, "policy").unwrap();
    for key in ["assigner", "assignee", "target"] {
        document[key] = document["prohibition"][0][key].clone();
    }
    let policy = Policy::parse(&document).unwrap();
    for (now, outcome) in [
        ("2024-12-31T23:59:59.999Z", Outcome::Violated),
        // It permits nothing: what it does not prohibit, people decide.
        ("2025-01-01T00:00:00Z", Outcome::Undetermined),
    ] {
        let facts = Facts {
            action: Some("odrl:archive".parse().unwrap()),
            parties: policy.assignee.clone().into_iter().collect(),
            targets: policy.target.clone().into_iter().collect(),
            ..Facts::at(now.parse().unwrap(), EvaluationScope::Download)
        };
        assert_eq!(evaluate(&policy, &facts).outcome, outcome, "{now}");
    }
}
