//! Reads a policy from JSON: total, strict, and telling everything that is wrong at once.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Value as Json, json};

use super::iri::{Iri, PREFIXES};
use super::operand::LeftOperand;
use super::policy::{Constraint, Permission, Policy, PolicyKind, Profile, Rule};
use super::reader::{Members, Node, plain};
use super::value::{Datatype, Value};
use super::vocabulary::{Action, LogicalOperator, Operator};
use crate::kernel::{Checks, Error, Result};

/// The context of ODRL in the Dataspace Protocol 2025-1.
pub(super) const DSP_CONTEXT: &str = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";
/// Those that data spaces send: what their terms mean is built in, and nothing is ever fetched.
const CONTEXTS: &[&str] = &[
    DSP_CONTEXT,
    "https://w3id.org/dspace/2025/1/context.jsonld",
    "http://www.w3.org/ns/odrl.jsonld",
    "https://www.w3.org/ns/odrl.jsonld",
];

const MAX_BYTES: usize = 256 * 1024;
const MAX_DEPTH: usize = 8;
const MAX_RULES: usize = 64;
const MAX_CONSTRAINTS: usize = 1024;
const MAX_VALUES: usize = 1000;
const MAX_TEXT: usize = 1000;

/// What any rule may say of itself.
const RULE_KEYS: &[&str] = &["@id", "@type", "assigner", "assignee", "target", "action", "constraint"];

/// Reads a policy; see [`Policy::parse`].
pub(super) fn policy(document: &Json) -> Result<Policy> {
    let size = document.to_string().len();
    if size > MAX_BYTES {
        return Err(Error::invalid(
            "",
            "too_large",
            format!("has {size} bytes, at most {MAX_BYTES} are allowed"),
        ));
    }
    let mut parser = Parser::default();
    let policy = parser.policy(&Node::root(document));
    parser.checks.finish()?;
    policy.ok_or_else(|| Error::invalid("", "policy", "is not a policy"))
}

/// Every method notes what is wrong in `checks` and answers `None` only if it noted something.
#[derive(Default)]
struct Parser {
    checks: Checks,
    rules: usize,
    constraints: usize,
}

impl Parser {
    fn policy(&mut self, node: &Node<'_>) -> Option<Policy> {
        let keys = &[
            "@context",
            "@id",
            "@type",
            "profile",
            "conflict",
            "assigner",
            "assignee",
            "target",
            "permission",
            "prohibition",
            "obligation",
        ];
        let members = node.members(keys, &mut self.checks)?;
        self.context(members.get("@context"));
        self.conflict(members.get("conflict"));
        let id = members.required("@id", node, &mut self.checks).and_then(|id| self.iri(id));
        let kind = members
            .required("@type", node, &mut self.checks)
            .and_then(|kind| self.term(kind, "unknown_type", PolicyKind::ALL));
        if kind == Some(PolicyKind::Agreement) {
            for key in ["assigner", "assignee", "target"] {
                members.required(key, node, &mut self.checks);
            }
        }
        // An empty list is no rule.
        let rules = ["permission", "prohibition"].map(|key| members.get(key));
        if rules.into_iter().flatten().all(|rules| rules.value.as_array().is_some_and(Vec::is_empty)) {
            self.checks.fail(&node.at, "no_rules", "needs a permission or a prohibition");
        }
        let [assigner, assignee, target] = self.parties(&members);
        let policy = Policy {
            profiles: self.profiles(members.get("profile")),
            assigner,
            assignee,
            target,
            permissions: self.rules(members.get("permission"), Self::permission),
            prohibitions: self
                .rules(members.get("prohibition"), |parser, node| parser.rule(node, "Prohibition")),
            obligations: self.rules(members.get("obligation"), |parser, node| parser.rule(node, "Duty")),
            id: id?,
            kind: kind?,
        };
        Some(policy)
    }

    /// A context that is not built in could change the meaning of every word, so it is refused.
    fn context(&mut self, context: Option<&Node<'_>>) {
        for part in context.into_iter().flat_map(Node::items) {
            match part.value {
                Json::String(url) => self.checks.require(
                    CONTEXTS.contains(&url.as_str()),
                    &part.at,
                    "unknown_context",
                    format!("contexts are not fetched; use {}", CONTEXTS.join(" or ")),
                ),
                Json::Object(_) => self.prefixes(&part),
                _ => self.checks.fail(&part.at, "json_type", "must be a URL or an object of prefixes"),
            }
        }
    }

    fn prefixes(&mut self, part: &Node<'_>) {
        for (prefix, node) in part.entries() {
            match PREFIXES.iter().find(|(known, _)| *known == prefix) {
                Some((_, namespace)) => {
                    let spelt_out = json!({"@id": namespace, "@prefix": true});
                    self.checks.require(
                        node.value == *namespace || *node.value == spelt_out,
                        &node.at,
                        "prefix",
                        format!("{prefix} always stands for {namespace}"),
                    );
                }
                None => {
                    let known: Vec<_> = PREFIXES.iter().map(|(known, _)| *known).collect();
                    let detail = format!("only these prefixes are known: {}", known.join(", "));
                    self.checks.fail(&node.at, "prefix", detail);
                }
            }
        }
    }

    /// There is one strategy, so that a document that asks for another one is not misread.
    fn conflict(&mut self, conflict: Option<&Node<'_>>) {
        let Some(node) = conflict else { return };
        let Some(name) = node.name(&mut self.checks) else { return };
        let known = matches!(name, "prohibit" | "odrl:prohibit" | "http://www.w3.org/ns/odrl/2/prohibit");
        let detail = "prohibitions always win; write prohibit or leave it out";
        self.checks.require(known, &node.at, "conflict", detail);
    }

    fn profiles(&mut self, profile: Option<&Node<'_>>) -> Vec<Profile> {
        let known = "only http://www.w3.org/ns/odrl/2/core and urn:cadastre:policy: are known";
        let mut profiles: Vec<_> = profile
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|node| {
                let iri = self.iri(&node)?;
                let profile = iri.as_str().parse().ok();
                self.checks.require(profile.is_some(), &node.at, "unknown_profile", known);
                profile
            })
            .collect();
        profiles.sort_unstable();
        profiles.dedup();
        profiles
    }

    fn rules<T>(
        &mut self,
        list: Option<&Node<'_>>,
        read: impl Fn(&mut Self, &Node<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut rules = Vec::new();
        for node in list.into_iter().flat_map(Node::items) {
            self.rules += 1;
            if self.rules > MAX_RULES {
                self.checks.fail(&node.at, "too_many", format!("a policy has at most {MAX_RULES} rules"));
                break;
            }
            rules.extend(read(self, &node));
        }
        rules
    }

    fn permission(&mut self, node: &Node<'_>) -> Option<Permission> {
        let members = node.members(&[RULE_KEYS, &["duty"]].concat(), &mut self.checks)?;
        let rule = self.rule_members(node, &members, "Permission");
        let duties = self.rules(members.get("duty"), |parser, node| parser.rule(node, "Duty"));
        Some(Permission { rule: rule?, duties })
    }

    fn rule(&mut self, node: &Node<'_>, class: &str) -> Option<Rule> {
        let members = node.members(RULE_KEYS, &mut self.checks)?;
        self.rule_members(node, &members, class)
    }

    fn rule_members(&mut self, node: &Node<'_>, members: &Members<'_>, class: &str) -> Option<Rule> {
        self.class(members, &[class]);
        let action = members.required("action", node, &mut self.checks).and_then(|node| self.action(node));
        let [assigner, assignee, target] = self.parties(members);
        let constraints = self.constraints(members.get("constraint"), 1);
        self.name(members);
        let (action, refinements) = action?;
        Some(Rule { assigner, assignee, target, action, refinements, constraints })
    }

    fn parties(&mut self, members: &Members<'_>) -> [Option<Iri>; 3] {
        ["assigner", "assignee", "target"].map(|key| members.get(key).and_then(|party| self.iri(party)))
    }

    /// A name that nothing refers to; it must be one all the same.
    fn name(&mut self, members: &Members<'_>) {
        if let Some(id) = members.get("@id") {
            self.iri(id);
        }
    }

    /// `@type` on a part says nothing new, but must not say anything wrong.
    fn class(&mut self, members: &Members<'_>, classes: &[&str]) {
        let Some(node) = members.get("@type") else { return };
        if let Some(text) = node.text(&mut self.checks) {
            let detail = format!("write {} or leave it out", classes.join(" or "));
            self.checks.require(classes.contains(&plain(text)), &node.at, "unknown_type", detail);
        }
    }

    fn action(&mut self, node: &Node<'_>) -> Option<(Action, Vec<Constraint>)> {
        let items = node.items();
        let [node] = items.as_slice() else {
            self.checks.fail(&node.at, "one_value", "write one rule for each action");
            return None;
        };
        if !node.value.is_object() {
            return Some((self.term(node, "unknown_action", Action::ALL)?, Vec::new()));
        }
        let members = node.members(&["@id", "rdf:value", "refinement"], &mut self.checks)?;
        let refinements = self.constraints(members.get("refinement"), 1);
        let name = match (members.get("@id"), members.get("rdf:value")) {
            (Some(name), None) | (None, Some(name)) => name,
            (Some(own), Some(name)) => {
                let is_action = self.iri(own)?.compact().parse::<Action>().is_ok();
                let detail = "rdf:value names the action; an action of a vocabulary has no other name";
                self.checks.require(!is_action, &node.at, "one_value", detail);
                name
            }
            (None, None) => {
                self.checks.fail(&node.at, "required", "needs the key rdf:value, which names the action");
                return None;
            }
        };
        Some((self.term(name, "unknown_action", Action::ALL)?, refinements))
    }

    fn constraints(&mut self, list: Option<&Node<'_>>, depth: usize) -> Vec<Constraint> {
        let nodes = list.map(Node::items).unwrap_or_default();
        nodes.iter().filter_map(|node| self.constraint(node, depth)).collect()
    }

    fn constraint(&mut self, node: &Node<'_>, depth: usize) -> Option<Constraint> {
        self.constraints += 1;
        if self.constraints == MAX_CONSTRAINTS + 1 {
            let detail = format!("a policy has at most {MAX_CONSTRAINTS} constraints");
            self.checks.fail(&node.at, "too_many", detail);
        }
        if self.constraints > MAX_CONSTRAINTS {
            return None;
        }
        if depth > MAX_DEPTH {
            let detail = format!("constraints are nested at most {MAX_DEPTH} deep");
            self.checks.fail(&node.at, "too_deep", detail);
            return None;
        }
        let mut entries = node.entries().into_iter();
        if entries.any(|(key, _)| plain(key).parse::<LogicalOperator>().is_ok()) {
            self.logical(node, depth)
        } else {
            self.atomic(node)
        }
    }

    fn logical(&mut self, node: &Node<'_>, depth: usize) -> Option<Constraint> {
        let members =
            node.members(&["@id", "@type", "and", "or", "xone", "andSequence"], &mut self.checks)?;
        self.name(&members);
        self.class(&members, &["LogicalConstraint", "Constraint"]);
        let mut operators = members.names().filter_map(|name| name.parse::<LogicalOperator>().ok());
        let (Some(operator), None) = (operators.next(), operators.next()) else {
            self.checks.fail(&node.at, "one_value", "use one of and, or, xone, andSequence");
            return None;
        };
        let list = members.get(operator.as_str())?;
        let parts = list.list();
        self.checks.require(!parts.is_empty(), &list.at, "empty_list", "list at least one constraint");
        let parts = parts.iter().filter_map(|part| self.constraint(part, depth + 1)).collect();
        Some(Constraint::Logical(operator, parts))
    }

    fn atomic(&mut self, node: &Node<'_>) -> Option<Constraint> {
        let keys = &["@id", "@type", "leftOperand", "operator", "rightOperand", "unit"];
        let members = node.members(keys, &mut self.checks)?;
        self.name(&members);
        self.class(&members, &["AtomicConstraint", "Constraint"]);
        let left = members
            .required("leftOperand", node, &mut self.checks)
            .and_then(|left| self.term(left, "unknown_operand", LeftOperand::ALL));
        let operator_node = members.required("operator", node, &mut self.checks);
        let operator =
            operator_node.and_then(|operator| self.term(operator, "unknown_operator", Operator::ALL));
        let right_node = members.required("rightOperand", node, &mut self.checks);
        let right = right_node.and_then(|right| self.right(right, left));
        if let (Some(left), Some(operator), Some(at)) = (left, operator, operator_node) {
            let allowed: Vec<_> = left.operators().iter().map(Operator::as_str).collect();
            let detail = format!("{left} takes the operators {}", allowed.join(", "));
            self.checks.require(left.operators().contains(&operator), &at.at, "operator_not_allowed", detail);
        }
        let unit = members.get("unit").and_then(|node| self.unit(node, left));
        let (left, operator, right, at) = (left?, operator?, right?, right_node?);
        if !operator.takes_list() && right.len() != 1 {
            self.checks.fail(
                &at.at,
                "one_value",
                format!("{operator} takes one value; for a list use isAnyOf"),
            );
        }
        Some(Constraint::Atomic { left, operator, right, unit })
    }

    fn unit(&mut self, node: &Node<'_>, left: Option<LeftOperand>) -> Option<Iri> {
        let fits = left.is_none_or(LeftOperand::takes_unit);
        self.checks.require(fits, &node.at, "unit", "only odrl:payAmount and odrl:resolution have a unit");
        self.iri(node)
    }

    fn right(&mut self, node: &Node<'_>, left: Option<LeftOperand>) -> Option<Vec<Value>> {
        let items = node.list();
        if items.is_empty() {
            self.checks.fail(&node.at, "empty_list", "list at least one value");
            return None;
        }
        if items.len() > MAX_VALUES {
            self.checks.at_most(&node.at, items.len(), MAX_VALUES);
            return None;
        }
        let mut values = Vec::new();
        for item in &items {
            let Some(value) = self.value(item) else { continue };
            if let Some(Err((code, detail))) = left.map(|left| left.check(&value)) {
                self.checks.fail(&item.at, code, detail);
            }
            values.push(value);
        }
        (values.len() == items.len()).then_some(values)
    }

    fn value(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.value {
            Json::String(text) => {
                self.checks.text(&node.at, text, MAX_TEXT);
                Some(Value::Text(text.clone()))
            }
            Json::Object(_) => self.typed_value(node),
            _ => {
                let detail = r#"write a value as a string, as {"@id": …}, or as {"@value": "3", "@type": "xsd:integer"}"#;
                self.checks.fail(&node.at, "json_type", detail);
                None
            }
        }
    }

    fn typed_value(&mut self, node: &Node<'_>) -> Option<Value> {
        let members = node.members(&["@id", "@value", "@type"], &mut self.checks)?;
        if let Some(id) = members.get("@id") {
            let alone = members.names().count() == 1;
            self.checks.require(alone, &node.at, "one_value", "has either @id or @value and @type");
            return self.iri(id).map(Value::Iri);
        }
        let datatype = match members.get("@type") {
            None => Datatype::Text,
            Some(node) => self.datatype(node)?,
        };
        let lexical = members.required("@value", node, &mut self.checks)?;
        let text = lexical.text(&mut self.checks)?;
        if datatype == Datatype::Text {
            self.checks.text(&lexical.at, text, MAX_TEXT);
        }
        let value = Value::parse(datatype, text);
        let detail = format!("is not of this type; write it like {}", datatype.example());
        self.checks.require(value.is_some(), &lexical.at, "value", detail);
        value
    }

    fn datatype(&mut self, node: &Node<'_>) -> Option<Datatype> {
        let name = Iri::parse(node.text(&mut self.checks)?).map(|iri| iri.compact());
        let datatype = name.and_then(|name| name.parse().ok());
        let detail = "use xsd:dateTime, date, duration, decimal, integer, boolean or string";
        self.checks.require(datatype.is_some(), &node.at, "unknown_datatype", detail);
        datatype
    }

    fn iri(&mut self, node: &Node<'_>) -> Option<Iri> {
        let iri = Iri::parse(node.name(&mut self.checks)?);
        let detail = "must be an absolute IRI of at most 2048 bytes, in full or with a known prefix";
        self.checks.require(iri.is_some(), &node.at, "iri", detail);
        iri
    }

    /// A word of a closed list. A bare name is one of ODRL's.
    fn term<T>(&mut self, node: &Node<'_>, code: &'static str, known: &[T]) -> Option<T>
    where
        T: FromStr + Display,
    {
        let name = node.name(&mut self.checks)?;
        let full = if name.contains(':') { name.to_owned() } else { format!("odrl:{name}") };
        let term = Iri::parse(&full).map(|iri| iri.compact()).unwrap_or(full);
        let found = term.parse().or_else(|_| plain(&term).parse()).ok();
        if found.is_none() {
            let known: Vec<_> = known.iter().map(T::to_string).collect();
            self.checks.fail(&node.at, code, format!("is not known here; use one of {}", known.join(", ")));
        }
        found
    }
}
