//! Values of JSON-LD as they are written.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::draft::{Draft, UNKNOWN_LANGUAGE, excerpt};
use super::super::json::{plain, several};

/// Prefixes that everybody uses for the vocabularies that are read here.
const PREFIXES: [&str; 9] = [
    "https://schema.org/",
    "http://schema.org/",
    "schema:",
    "sc:",
    "http://mlcommons.org/croissant/",
    "cr:",
    "prov:",
    "http://www.w3.org/ns/prov#",
    "dct:",
];

/// The name of a property or class without its prefix; RAI keeps its own.
pub(super) fn local(name: &str) -> &str {
    if name.starts_with("rai:") || name.starts_with("http://mlcommons.org/croissant/RAI/") {
        return name;
    }
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// Whether an object is of a class.
pub(super) fn is_of(members: &Map<String, Value>, class: &str) -> bool {
    let types = members.get("@type").or_else(|| members.get("type")).map(several).unwrap_or_default();
    types.iter().filter_map(Value::as_str).any(|name| local(name) == class)
}

/// The first of some members that is a text, also in a list or in an object of its own.
pub(super) fn address(value: &Value, members: &[&str]) -> Option<String> {
    members.iter().find_map(|name| {
        let found = value.get(name).map(several)?.first()?;
        plain(found).or_else(|| found.get("@id").and_then(plain))
    })
}

/// Texts of a value, whatever their language.
pub(super) fn words(value: &Value) -> Vec<String> {
    several(value).iter().filter_map(|one| plain(one).or_else(|| one.get("@value").and_then(plain))).collect()
}

/// A document: its things by their names, and the language of texts that say none.
pub(super) struct Document<'v> {
    things: HashMap<&'v str, &'v Value>,
    language: String,
}

impl<'v> Document<'v> {
    pub(super) fn of(value: &'v Value) -> Self {
        let mut things = HashMap::new();
        let graph = value.get("@graph").unwrap_or(value);
        for one in several(graph) {
            // Those that say more than their name.
            let name = one.get("@id").and_then(Value::as_str);
            if let Some(name) = name.filter(|_| one.as_object().is_some_and(|members| members.len() > 1)) {
                things.insert(name, one);
            }
        }
        let contexts = value.get("@context").map(several).unwrap_or_default();
        let stated = contexts.iter().find_map(|context| context.get("@language")?.as_str());
        let croissant =
            contexts.iter().any(|context| context.to_string().contains("mlcommons.org/croissant"));
        // Croissant's own context is in English.
        let language = stated.unwrap_or(if croissant { "en" } else { UNKNOWN_LANGUAGE }).to_owned();
        Self { things, language }
    }

    /// The language of texts that say none.
    pub(super) fn language(&self) -> &str {
        &self.language
    }

    /// What a reference names, where the document describes it.
    pub(super) fn resolve(&self, value: &'v Value) -> &'v Value {
        let only_named =
            value.as_object().filter(|members| members.len() == 1).and_then(|members| members.get("@id"));
        let named = only_named.and_then(Value::as_str).and_then(|name| self.things.get(name));
        named.copied().unwrap_or(value)
    }

    /// Puts texts into the record: one, several with their languages, or one for each language.
    pub(super) fn texts(&self, draft: &mut Draft, pointer: &str, member: &str, value: &Value) {
        for one in several(value) {
            match one {
                Value::Object(members) if members.contains_key("@value") => {
                    let language = members.get("@language").and_then(Value::as_str).unwrap_or(&self.language);
                    let text = members.get("@value").and_then(plain).unwrap_or_default();
                    draft.text(pointer, member, language, &text);
                }
                Value::Object(members) => {
                    for (language, text) in members {
                        match text.as_str() {
                            Some(text) => draft.text(pointer, member, language, text),
                            None => draft.drop(member, &excerpt(text), "a text is expected here"),
                        }
                    }
                }
                other => match plain(other) {
                    Some(text) => draft.text(pointer, member, &self.language, &text),
                    None => draft.drop(member, &excerpt(other), "a text is expected here"),
                },
            }
        }
    }
}
