//! The ODRL test suite of SolidLab (MIT): Turtle policies, requests and states of the world, turned into ours, and the
//! activation that it expects of each rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cadastre::policies::{EvaluationScope, Facts, Iri, Line, Outcome, Policy, Verdict, evaluate};
use oxrdf::Term;
use oxttl::TurtleParser;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::others::{differs, refuses};

const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
const REPORT: &str = "https://w3id.org/force/compliance-report#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const ISSUED: &str = "http://purl.org/dc/terms/issued";

const PERMITS_ANYTHING: &str = "a permission without an action is to permit everything. A rule has an action \
    (ODRL 2.2, 2.6), and what none names is not permitted here; with odrl:use written out the answer is the same";
const PROHIBITS_ANYTHING: &str = "a prohibition without an action is to prohibit everything. A rule has an action \
    (ODRL 2.2, 2.6); nothing can be had under what is refused, and with odrl:use written out the answer is the same";

/// Cases that mean something else here: what comes of each, and why that is right.
const INAPPLICABLE: [(&str, &str, &str); 8] = [
    ("testcase-001-alice", "refuses: /permission/0 required", PERMITS_ANYTHING),
    ("testcase-002-bob", "refuses: /permission/0 required", PERMITS_ANYTHING),
    ("testcase-003-bob-write-y", "refuses: /permission/0 required", PERMITS_ANYTHING),
    ("testcase-004-alice", "refuses: /prohibition/0 required", PROHIBITS_ANYTHING),
    ("testcase-005-bob", "refuses: /prohibition/0 required", PROHIBITS_ANYTHING),
    ("testcase-006-bob-write-y", "refuses: /prohibition/0 required", PROHIBITS_ANYTHING),
    (
        "testcase-059-nonset",
        "asks people: /permission/0/duty/0",
        "a permission is to be active while nothing is known of its duty. A duty is a pre-condition of its permission \
         (ODRL 2.2, 2.6.5), and C11 of the W3C's examples denies the same; what may be done later is an obligation",
    ),
    (
        "testcase-065-alice",
        "asks people: /permission/0/duty/0",
        "a permission is to be active while nothing is known of its duty, as in 059: the duty that the state reports \
         to be fulfilled is the one of 059's policy",
    ),
];

/// Cases in which nothing is given, as expected, but because people have not answered yet.
const WITHHELD: [(&str, &str, &str); 1] = [(
    "testcase-061-violated",
    "withholds until people answer: /permission/0/duty/0",
    "the duty is reported to be violated. Reviewers confirm that a duty was done, and nothing records that it was not",
)];

/// An entry of the index.
#[derive(Debug, Deserialize)]
struct Case {
    file: String,
    policy: String,
    request: String,
    sotw: Vec<String>,
    expected: Vec<Report>,
}

/// What is expected of a rule.
#[derive(Debug, Deserialize)]
struct Report {
    #[serde(rename = "type")]
    class: String,
    rule: String,
    activation: String,
    premises: BTreeMap<String, Vec<Option<String>>>,
}

/// Triples of one or several files.
struct Graph(Vec<(String, String, Term)>);

impl Graph {
    fn read(folder: &Path, files: &[String]) -> Self {
        let mut triples = Vec::new();
        for file in files {
            let text = std::fs::read(folder.join(file)).unwrap();
            for triple in TurtleParser::new().for_slice(&text) {
                let triple = triple.unwrap_or_else(|error| panic!("{file}: {error}"));
                let subject = triple.subject.to_string();
                triples.push((
                    bare(&subject).to_owned(),
                    triple.predicate.as_str().to_owned(),
                    triple.object,
                ));
            }
        }
        Self(triples)
    }

    fn all(&self, subject: &str, predicate: &str) -> Vec<&Term> {
        let found = self.0.iter().filter(|(s, p, _)| s == subject && p == predicate);
        found.map(|(_, _, object)| object).collect()
    }

    fn iris(&self, subject: &str, predicate: &str) -> Vec<String> {
        self.all(subject, predicate).into_iter().map(|term| bare(&term.to_string()).to_owned()).collect()
    }

    fn subjects(&self, predicate: &str, object: &str) -> Vec<&str> {
        let found = self.0.iter().filter(|(_, p, o)| p == predicate && bare(&o.to_string()) == object);
        found.map(|(subject, _, _)| subject.as_str()).collect()
    }
}

/// An IRI without the angle brackets of N-Triples.
fn bare(term: &str) -> &str {
    term.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(term)
}

fn odrl(name: &str) -> String {
    format!("{ODRL}{name}")
}

/// The policy as JSON, and the names of its rules in the order in which they stand there.
fn policy(graph: &Graph) -> (Json, BTreeMap<&'static str, Vec<String>>) {
    let subjects = graph.subjects(TYPE, &odrl("Set"));
    let [subject] = subjects.as_slice() else { panic!("{subjects:?}") };
    let mut document = json!({"@id": subject, "@type": "Set"});
    let mut names = BTreeMap::new();
    for list in ["permission", "prohibition"] {
        let rules = graph.iris(subject, &odrl(list));
        document[list] = rules.iter().map(|name| rule(graph, name)).collect();
        names.insert(list, rules);
    }
    (document, names)
}

fn rule(graph: &Graph, name: &str) -> Json {
    let mut object = Map::from_iter([("@id".to_owned(), json!(name))]);
    for key in ["assigner", "assignee", "target", "action"] {
        if let Some(iri) = graph.iris(name, &odrl(key)).first() {
            object.insert(key.to_owned(), json!(iri));
        }
    }
    let constraints = graph.iris(name, &odrl("constraint"));
    object.insert("constraint".to_owned(), constraints.iter().map(|name| constraint(graph, name)).collect());
    let duties = graph.iris(name, &odrl("duty"));
    if !duties.is_empty() {
        object.insert("duty".to_owned(), duties.iter().map(|name| rule(graph, name)).collect());
    }
    Json::Object(object)
}

fn constraint(graph: &Graph, name: &str) -> Json {
    for operator in ["and", "or", "xone"] {
        let parts = graph.iris(name, &odrl(operator));
        if !parts.is_empty() {
            return json!({operator: parts.iter().map(|part| constraint(graph, part)).collect::<Vec<_>>()});
        }
    }
    let one = |key: &str| graph.iris(name, &odrl(key)).remove(0);
    let right = graph.all(name, &odrl("rightOperand")).remove(0);
    let right = match right {
        Term::Literal(literal) => json!({"@value": literal.value(), "@type": literal.datatype().as_str()}),
        other => json!({"@id": bare(&other.to_string())}),
    };
    json!({"leftOperand": one("leftOperand"), "operator": one("operator"), "rightOperand": right})
}

/// What a name is part of, and the name itself.
fn names(world: &Graph, name: &str) -> Vec<Iri> {
    let wider = world.iris(name, &odrl("partOf"));
    std::iter::once(name)
        .chain(wider.iter().map(String::as_str))
        .map(|iri| Iri::parse(iri).unwrap())
        .collect()
}

/// `odrl:write` was given up with ODRL 2.2: what changes the data in place is `odrl:modify`.
fn action(name: &str) -> String {
    name.replace(&odrl("write"), &odrl("modify")).replace(ODRL, "odrl:")
}

fn facts(request: &Graph, world: &Graph, confirmed: Vec<String>) -> Facts {
    let requests = request.subjects(TYPE, &odrl("Request"));
    let asked = request.iris(requests[0], &odrl("permission")).remove(0);
    let one = |key: &str| request.iris(&asked, &odrl(key)).remove(0);
    let Term::Literal(now) = world.all("http://example.com/request/currentTime", ISSUED)[0] else {
        panic!("it is some time")
    };
    Facts {
        action: Some(action(&one("action")).parse().unwrap()),
        parties: names(world, &one("assignee")),
        targets: names(world, &one("target")),
        confirmed,
        ..Facts::at(now.value().parse().unwrap(), EvaluationScope::Download)
    }
}

/// Duties that the state of the world reports to be fulfilled, by their pointers in our policy.
fn fulfilled(policy: &Graph, rules: &[String], world: &Graph) -> Vec<String> {
    let reports = world.subjects(&format!("{REPORT}deonticState"), &format!("{REPORT}Fulfilled"));
    let done: Vec<_> =
        reports.iter().flat_map(|report| world.iris(report, &format!("{REPORT}rule"))).collect();
    let mut pointers = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        for (j, duty) in policy.iris(rule, &odrl("duty")).iter().enumerate() {
            if done.contains(duty) {
                pointers.push(format!("/permission/{i}/duty/{j}"));
            }
        }
    }
    pointers
}

/// Whether a rule is in force, and the lines that say so: all lines of a permission hold, the one of a prohibition does not.
fn in_force<'a>(verdict: &'a Verdict, list: &str, index: usize) -> (Outcome, Vec<&'a Line>) {
    let at = format!("/{list}/{index}");
    if list == "prohibition" {
        let line = verdict.lines.iter().find(|line| line.pointer == at).unwrap();
        let outcome = match line.outcome {
            Outcome::Satisfied => Outcome::Violated,
            Outcome::Violated => Outcome::Satisfied,
            Outcome::Undetermined => Outcome::Undetermined,
        };
        return (outcome, vec![line]);
    }
    let within_a_group = |pointer: &str| ["/and/", "/or/", "/xone/"].iter().any(|key| pointer.contains(key));
    let mut lines: Vec<_> =
        verdict.lines.iter().filter(|line| line.pointer.starts_with(&format!("{at}/"))).collect();
    lines.retain(|line| !within_a_group(&line.pointer));
    assert!(!lines.is_empty());
    let any = |outcome| lines.iter().any(|line| line.outcome == outcome);
    let outcome = if any(Outcome::Violated) {
        Outcome::Violated
    } else if any(Outcome::Undetermined) {
        Outcome::Undetermined
    } else {
        Outcome::Satisfied
    };
    (outcome, lines)
}

/// The premises of a permission, as far as the suite reports them.
fn premises(verdict: &Verdict, report: &Report, index: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    for (class, key) in [
        ("ActionReport", "action"),
        ("PartyReport", "assignee"),
        ("TargetReport", "target"),
        ("ConstraintReport", "constraint/0"),
    ] {
        let Some([Some(state)]) = report.premises.get(class).map(Vec::as_slice) else { continue };
        let expected = if state == "Satisfied" { Outcome::Satisfied } else { Outcome::Violated };
        let at = format!("/permission/{index}/{key}");
        let line = verdict.lines.iter().find(|line| line.pointer == at);
        if line.map(|line| line.outcome) != Some(expected) {
            wrong.push(format!("{class} is {state}, {line:?}"));
        }
    }
    wrong
}

/// A case as it is put to the evaluator.
struct Question {
    document: Json,
    rules: BTreeMap<&'static str, Vec<String>>,
    facts: Facts,
}

impl Question {
    fn read(folder: &Path, case: &Case) -> Self {
        let read = |file: &String| Graph::read(folder, std::slice::from_ref(file));
        let (source, request) = (read(&case.policy), read(&case.request));
        let world = Graph::read(folder, &case.sotw);
        let (document, rules) = policy(&source);
        let done = fulfilled(&source, &rules["permission"], &world);
        Self { document, rules, facts: facts(&request, &world, done) }
    }

    /// How the answer is not the one that the case expects, if it is not.
    fn differs(&self, case: &Case) -> Option<String> {
        let policy = match Policy::parse(&self.document) {
            Ok(policy) => policy,
            Err(error) => return Some(refuses(&error)),
        };
        let verdict = evaluate(&policy, &self.facts);
        for report in &case.expected {
            let list = if report.class == "ProhibitionReport" { "prohibition" } else { "permission" };
            let names = &self.rules[list];
            let index = names.iter().position(|name| *name == report.rule).expect("a rule of the policy");
            let (outcome, lines) = in_force(&verdict, list, index);
            if let Some(how) = differs(report.activation == "Active", outcome, lines) {
                return Some(how);
            }
            let wrong = if list == "permission" { premises(&verdict, report, index) } else { Vec::new() };
            assert!(wrong.is_empty(), "{}: {wrong:#?}", case.file);
        }
        None
    }
}

/// All cases by name, each as it is put.
fn questions(home: &Path) -> BTreeMap<String, (Case, Question)> {
    let index = std::fs::read_to_string(home.join("solidlab-index.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&index).unwrap();
    let named = cases.into_iter().map(|case| {
        let name = Path::new(&case.file).file_stem().unwrap().to_str().unwrap().to_owned();
        let question = Question::read(&home.join("solidlab/data"), &case);
        (name, (case, question))
    });
    named.collect()
}

fn home() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/odrl");
    if !folder.is_dir() {
        println!("left out: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn the_cases_of_solidlab_are_answered_alike_but_for_those_that_are_named() {
    let Some(home) = home() else { return };
    let questions = questions(&home);
    assert_eq!(questions.len(), 68);
    let different: BTreeMap<_, _> = questions
        .iter()
        .filter_map(|(name, (case, question))| Some((name.as_str(), question.differs(case)?)))
        .collect();
    let mut named = BTreeMap::new();
    for (name, how, why) in INAPPLICABLE.into_iter().chain(WITHHELD) {
        println!("{name} {how}: {why}");
        named.insert(name, how.to_owned());
    }
    assert_eq!(different, named);
}

#[test]
fn nothing_but_what_its_reason_names_keeps_a_case_from_being_answered_alike() {
    let Some(home) = home() else { return };
    let mut questions = questions(&home);
    for (name, ..) in INAPPLICABLE {
        let (case, question) = questions.get_mut(name).unwrap();
        for list in ["permission", "prohibition"] {
            for rule in question.document[list].as_array_mut().unwrap() {
                // All that the cases ask for is a use.
                rule.as_object_mut().unwrap().entry("action").or_insert(json!("odrl:use"));
            }
        }
        question.facts.confirmed.push("/permission/0/duty/0".to_owned());
        assert_eq!(question.differs(case), None, "{name}");
    }
}
