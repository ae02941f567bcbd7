//! Walks a JSON document and keeps the JSON pointer of every place, so that each mistake can be told where it is.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::kernel::Checks;

/// A place in the document.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Json,
    /// Its JSON pointer (RFC 6901).
    pub(super) at: String,
}

/// The members of an object by their plain names.
#[derive(Debug)]
pub(super) struct Members<'a>(BTreeMap<&'static str, Node<'a>>);

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.0.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// A member that must be there.
    pub(super) fn required(&self, name: &str, of: &Node<'_>, checks: &mut Checks) -> Option<&Node<'a>> {
        let member = self.get(name);
        checks.require(member.is_some(), &of.at, "required", format!("needs the key {name}"));
        member
    }
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Json) -> Self {
        Self { value, at: String::new() }
    }

    fn child(&self, key: &str, value: &'a Json) -> Self {
        Self { value, at: format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1")) }
    }

    /// The members of an object that may have these keys and no others.
    pub(super) fn members(&self, names: &[&'static str], checks: &mut Checks) -> Option<Members<'a>> {
        let Json::Object(object) = self.value else {
            checks.fail(&self.at, "json_type", "must be an object");
            return None;
        };
        let mut members = BTreeMap::new();
        for (key, value) in object {
            let child = self.child(key, value);
            match names.iter().find(|name| **name == plain(key)) {
                None => checks.fail(
                    &child.at,
                    "unknown_key",
                    format!("is not accepted here; use {}", names.join(", ")),
                ),
                Some(name) if members.contains_key(name) => {
                    checks.fail(&child.at, "duplicate_key", format!("{name} is already given"));
                }
                Some(name) => {
                    members.insert(*name, child);
                }
            }
        }
        Some(Members(members))
    }

    /// All entries of an object under their own keys.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), self.child(key, value))).collect()
    }

    /// The elements of an array; anything else is a list of itself.
    pub(super) fn items(&self) -> Vec<Self> {
        match self.value {
            Json::Array(items) => {
                items.iter().enumerate().map(|(i, item)| self.child(&i.to_string(), item)).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// As [`Node::items`], also for a list that JSON-LD writes as `{"@list": […]}`.
    pub(super) fn list(&self) -> Vec<Self> {
        match self.value.as_object() {
            Some(object) if object.len() == 1 => match object.get("@list") {
                Some(list @ Json::Array(_)) => self.child("@list", list).items(),
                _ => vec![self.clone()],
            },
            _ => self.items(),
        }
    }

    pub(super) fn text(&self, checks: &mut Checks) -> Option<&'a str> {
        let text = self.value.as_str();
        checks.require(text.is_some(), &self.at, "json_type", "must be a string");
        text
    }

    /// A name: a string, or `{"@id": …}`.
    pub(super) fn name(&self, checks: &mut Checks) -> Option<&'a str> {
        if self.value.is_object() {
            let members = self.members(&["@id"], checks)?;
            members.required("@id", self, checks)?.text(checks)
        } else {
            self.text(checks)
        }
    }
}

/// The name of a key without the prefix or the namespace of ODRL.
pub(super) fn plain(key: &str) -> &str {
    let name = ["odrl:", "http://www.w3.org/ns/odrl/2/"].iter().find_map(|prefix| key.strip_prefix(prefix));
    match name.unwrap_or(key) {
        "uid" => "@id",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#value" => "rdf:value",
        "type" if name.is_none() => "@type",
        keyword if keyword.starts_with('@') => key,
        plain => plain,
    }
}

/// Where the place that `pointer` names in the written form of a policy lies in the document it was read from.
pub(super) fn locate(document: &Json, pointer: &str) -> String {
    let mut node = Node::root(document);
    for segment in pointer.split('/').skip(1) {
        let next = if segment.bytes().all(|b| b.is_ascii_digit()) {
            segment.parse().ok().and_then(|i| node.list().into_iter().nth(i))
        } else {
            let wanted = plain(segment);
            let node = node.items().into_iter().next();
            node.and_then(|node| node.entries().into_iter().find(|(key, _)| plain(key) == wanted))
                .map(|(_, child)| child)
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node.at
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_found_however_it_is_spelt() {
        let document = json!({"odrl:permission": {"action": [{"@id": "use", "refinement": {"x": 1}}],
            "constraint": [{"or": {"@list": [1, 2]}}]}});
        for (pointer, place) in [
            ("", ""),
            ("/permission/0", "/odrl:permission"),
            ("/permission/0/action/odrl:refinement/0", "/odrl:permission/action/0/refinement"),
            ("/permission/0/constraint/0/or/1", "/odrl:permission/constraint/0/or/@list/1"),
            ("/permission/0/duty/0", "/odrl:permission"),
        ] {
            assert_eq!(locate(&document, pointer), place);
        }
    }

    #[test]
    fn pointers_are_escaped() {
        let document = json!({"a/b~c": 1});
        let mut checks = Checks::new();
        Node::root(&document).members(&["@id"], &mut checks);
        assert_eq!(checks.finish().unwrap_err().field_errors()[0].pointer, "/a~1b~0c");
    }
}
