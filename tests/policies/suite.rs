//! Our own cases: each is evaluated, and what came of it is held against what the semantics say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cadastre::policies::{Facts, Outcome, Policy, evaluate};
use serde::Deserialize;
use serde_json::Value as Json;

/// As many as are promised.
const LEAST: usize = 500;

/// A case as it is written in `cases/*.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub policy: Json,
    /// Left out where the policy is refused.
    pub facts: Option<Json>,
    pub expected: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub outcome: Option<Outcome>,
    #[serde(default)]
    pub lines: BTreeMap<String, Outcome>,
    #[serde(default)]
    pub refused: Vec<Refusal>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    pub pointer: String,
    pub code: String,
}

/// All cases, each with the name of its file.
pub fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/cases");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let theme = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let read: Vec<Case> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        cases.extend(read.into_iter().map(|case| (theme.clone(), case)));
    }
    cases
}

/// What is wrong with the answer to a case.
fn wrong(case: &Case) -> Vec<String> {
    let refused = match Policy::parse(&case.policy) {
        Err(error) => {
            let fields = error.field_errors().iter();
            let mut told: Vec<_> = fields
                .map(|field| Refusal { pointer: field.pointer.clone(), code: field.code.to_owned() })
                .collect();
            told.sort();
            told
        }
        Ok(policy) => {
            let Some(facts) = &case.facts else { return vec!["is accepted".to_owned()] };
            let facts: Facts = match serde_json::from_value(facts.clone()) {
                Ok(facts) => facts,
                Err(error) => return vec![format!("facts: {error}")],
            };
            return answered(case, &policy, &facts);
        }
    };
    if refused.iter().eq(&case.expected.refused) { Vec::new() } else { vec![format!("refused {refused:?}")] }
}

fn answered(case: &Case, policy: &Policy, facts: &Facts) -> Vec<String> {
    let verdict = evaluate(policy, facts);
    let mut wrong = Vec::new();
    if Some(verdict.outcome) != case.expected.outcome {
        wrong.push(format!("is {}", verdict.outcome));
    }
    for (pointer, expected) in &case.expected.lines {
        match verdict.lines.iter().find(|line| line.pointer == *pointer) {
            None => wrong.push(format!("{pointer:?} is no line")),
            Some(line) if line.outcome != *expected => {
                wrong.push(format!("{pointer} is {}: {}", line.outcome, line.reason));
            }
            Some(_) => {}
        }
    }
    wrong
}

#[test]
fn every_case_is_answered_as_the_semantics_say() {
    let mut failures = Vec::new();
    for (theme, case) in cases() {
        for wrong in wrong(&case) {
            failures.push(format!("{theme}: {}: {wrong}", case.name));
        }
    }
    assert!(failures.is_empty(), "{} answers are wrong:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_case_is_one_of_a_kind_and_says_what_it_expects() {
    let cases = cases();
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
    let (mut names, mut questions) = (BTreeSet::new(), BTreeMap::new());
    for (theme, case) in &cases {
        let name = format!("{theme}: {}", case.name);
        assert!(names.insert(name.clone()), "{name} is there twice");
        let question = format!("{} {:?}", case.policy, case.facts.as_ref().map(Json::to_string));
        if let Some(other) = questions.insert(question, name.clone()) {
            panic!("{name} asks what {other} asks");
        }
        let Expected { outcome, lines, refused } = &case.expected;
        let sound = if refused.is_empty() {
            outcome.is_some() && case.facts.is_some()
        } else {
            outcome.is_none() && case.facts.is_none() && lines.is_empty() && refused.is_sorted()
        };
        assert!(sound, "{name} expects {:?}", case.expected);
    }
}
