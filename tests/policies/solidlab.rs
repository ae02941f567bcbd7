//! The ODRL test suite of SolidLab (MIT): Turtle policies, requests and states of the world, turned into ours, and the
//! activation that it expects of each rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cadastre::policies::{EvaluationScope, Facts, Iri, Outcome, Policy, Verdict, evaluate};
use oxrdf::Term;
use oxttl::TurtleParser;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
const REPORT: &str = "https://w3id.org/force/compliance-report#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const ISSUED: &str = "http://purl.org/dc/terms/issued";

/// Cases that mean something else here, each with the reason.
const INAPPLICABLE: [(&str, &str); 8] = [
    ("testcase-001-alice", "the permission has no action, which ODRL 2.2 requires; it is refused"),
    ("testcase-002-bob", "the permission has no action, which ODRL 2.2 requires; it is refused"),
    ("testcase-003-bob-write-y", "the permission has no action, which ODRL 2.2 requires; it is refused"),
    ("testcase-004-alice", "the prohibition has no action, which ODRL 2.2 requires; it is refused"),
    ("testcase-005-bob", "the prohibition has no action, which ODRL 2.2 requires; it is refused"),
    ("testcase-006-bob-write-y", "the prohibition has no action, which ODRL 2.2 requires; it is refused"),
    ("testcase-059-nonset", "a duty of which nothing is known is undetermined here, and people are asked"),
    ("testcase-065-alice", "the duty that is said to be fulfilled is that of another policy"),
];

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

/// Whether a rule is in force: every line of a permission holds, the line of a prohibition does not.
fn active(verdict: &Verdict, class: &str, index: usize) -> bool {
    if class == "ProhibitionReport" {
        let at = format!("/prohibition/{index}");
        return verdict.lines.iter().any(|line| line.pointer == at && line.outcome == Outcome::Violated);
    }
    let at = format!("/permission/{index}/");
    let within_a_group = |pointer: &str| ["/and/", "/or/", "/xone/"].iter().any(|key| pointer.contains(key));
    let mut lines = verdict.lines.iter().filter(|line| line.pointer.starts_with(&at)).peekable();
    assert!(lines.peek().is_some());
    lines.filter(|line| !within_a_group(&line.pointer)).all(|line| line.outcome == Outcome::Satisfied)
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

fn differs(folder: &Path, case: &Case) -> Option<String> {
    let (source, request) = (std::slice::from_ref(&case.policy), std::slice::from_ref(&case.request));
    let (source, request) = (Graph::read(folder, source), Graph::read(folder, request));
    let world = Graph::read(folder, &case.sotw);
    let (document, rules) = policy(&source);
    let policy = match Policy::parse(&document) {
        Ok(policy) => policy,
        Err(error) => {
            let fields = error.field_errors();
            return Some(format!("refused: {} {}", fields[0].pointer, fields[0].code));
        }
    };
    let verdict =
        evaluate(&policy, &facts(&request, &world, fulfilled(&source, &rules["permission"], &world)));
    for report in &case.expected {
        let list = if report.class == "ProhibitionReport" { "prohibition" } else { "permission" };
        let index = rules[list].iter().position(|name| *name == report.rule).expect("a rule of the policy");
        if active(&verdict, &report.class, index) != (report.activation == "Active") {
            return Some(format!("{} is expected to be {}", report.class, report.activation));
        }
        let wrong = if list == "permission" { premises(&verdict, report, index) } else { Vec::new() };
        assert!(wrong.is_empty(), "{}: {wrong:#?}", case.file);
    }
    None
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
    let index = std::fs::read_to_string(home.join("solidlab-index.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&index).unwrap();
    assert_eq!(cases.len(), 68);
    let mut different = BTreeMap::new();
    for case in &cases {
        if let Some(how) = differs(&home.join("solidlab/data"), case) {
            let name = Path::new(&case.file).file_stem().unwrap().to_str().unwrap().to_owned();
            different.insert(name, how);
        }
    }
    let names: Vec<_> = different.keys().map(String::as_str).collect();
    assert_eq!(names, INAPPLICABLE.map(|(name, _)| name), "{different:#?}");
    for (name, why) in INAPPLICABLE {
        println!("{name}: {why}");
        let refused = if name < "testcase-004" { "/permission/0" } else { "/prohibition/0" };
        let expected = match name {
            "testcase-059-nonset" | "testcase-065-alice" => {
                "PermissionReport is expected to be Active".to_owned()
            }
            _ => format!("refused: {refused} required"),
        };
        assert_eq!(different[name], expected, "{name}");
    }
}
