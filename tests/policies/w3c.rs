//! The nine examples of the ODRL Formal Semantics of the W3C community group: a policy, a request, a state, and the answer.
//!
//! The drafts have slips that are mended on the way in and asserted, so that it is noticed when they are gone: instants
//! without a zone, a party whose name is written in two ways, and an agreement that names its parties in its rule alone.

use std::path::{Path, PathBuf};

use cadastre::policies::{EvaluationScope, Facts, Iri, Outcome, Policy, evaluate};
use serde_json::{Value as Json, json};

const EXAMPLES: &str = "../shared/data/odrl/w3c-formal-semantics/formal-semantics/examples";

/// Where an example lies, and what comes of it here.
struct Example {
    name: &'static str,
    folder: &'static str,
    here: Here,
}

#[derive(Debug, PartialEq, Eq)]
enum Here {
    /// The same answer.
    Alike,
    /// People are asked, where the example knows.
    AskPeople,
    /// The policy is refused at this place.
    Refused(&'static str),
}

const A1: &str = "A Evaluation of Constraints/A1 Example of a constrained permission";
const B1: &str = "B Evaluation of Refinements/B1 Example of a permission with refinement";
const C1: &str = "C Evaluation of Conditions (Duties)/C1 Conditioned Permission";
const C2: &str =
    "C Evaluation of Conditions (Duties)/C2 Conditioned Permission whose Condition has Constraints";

/// The day of the week is an operand that the example invents.
const DAY_OF_WEEK: Here = Here::Refused("/permission/0/duty/0/constraint/0/leftOperand");

const NINE: [Example; 9] = [
    Example { name: "A11", folder: A1, here: Here::Alike },
    Example { name: "A12", folder: A1, here: Here::Alike },
    // The resolution of a print is legal text here: no record shows it.
    Example { name: "B11", folder: B1, here: Here::AskPeople },
    Example { name: "B12", folder: B1, here: Here::Alike },
    Example { name: "C11", folder: C1, here: Here::Alike },
    Example { name: "C12", folder: C1, here: Here::Alike },
    Example { name: "C21", folder: C2, here: DAY_OF_WEEK },
    Example { name: "C22", folder: C2, here: DAY_OF_WEEK },
    Example { name: "C23", folder: C2, here: DAY_OF_WEEK },
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

#[test]
fn the_nine_examples_are_answered_alike_but_for_those_that_are_named() {
    let Some(home) = home() else { return };
    for example in NINE {
        let name = example.name;
        let folder = home.join(example.folder);
        let document = read(&folder, "policy").unwrap();
        let inner = folder.join(name);
        let request = read(&inner, "evaluationrequest").unwrap();
        let facts = facts(&request, read(&inner, "state").as_ref(), &document);
        let permits = permits(&read(&inner, "compliancereport").unwrap());
        let policy = match Policy::parse(&with_parties(document)) {
            Ok(policy) => policy,
            Err(error) => {
                let told: Vec<_> = error.field_errors().iter().map(|field| field.pointer.as_str()).collect();
                let Here::Refused(pointer) = example.here else { panic!("{name}: {told:?}") };
                assert_eq!(told, [pointer], "{name}");
                continue;
            }
        };
        let outcome = evaluate(&policy, &facts).outcome;
        let here = match outcome {
            Outcome::Undetermined if permits => Here::AskPeople,
            outcome if (outcome == Outcome::Satisfied) == permits => Here::Alike,
            outcome => panic!("{name}: {outcome}"),
        };
        assert_eq!(here, example.here, "{name} is {outcome}");
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
