//! Names of types in the contract. Where two have the same, one takes the other's place in the document without a word.

use super::source::{Keep, Source, attributes, words};

/// The types that the contract may describe, each with where it is declared: what derives `ToSchema`, and the enums that the
/// two macros for closed lists make.
pub fn described(source: &Source) -> Vec<(String, String)> {
    let code = source.only(Keep::Code);
    let mut found = Vec::new();
    for (at, run) in attributes(&code) {
        if words(&run, "ToSchema").next().is_some() {
            let item = ["struct ", "enum "]
                .iter()
                .filter_map(|kind| code[at..].find(kind).map(|begin| begin + kind.len()));
            let name = item.min().map(|begin| identifier(&code[at + begin..])).unwrap_or_default();
            found.push((alias(&run).unwrap_or(name), source.place(at)));
        }
    }
    for (opening, in_front) in [("text_enum! {", "pub enum "), ("vocabulary! {", "")] {
        for (at, _) in code.match_indices(opening) {
            let block = code[at..].split("\n}").next().unwrap_or_default();
            let mut stated = None;
            for line in block.lines().skip(1) {
                stated = alias(line).or(stated);
                let declared = line.strip_prefix("    ").and_then(|line| line.strip_prefix(in_front));
                let Some(name) = declared.filter(|line| line.ends_with('{')).map(identifier) else {
                    continue;
                };
                found.push((stated.take().unwrap_or(name), source.place(at)));
            }
        }
    }
    found.retain(|(name, _)| name.starts_with(|c: char| c.is_ascii_uppercase()));
    found
}

fn identifier(code: &str) -> String {
    code.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// The name that the contract is told instead.
fn alias(attribute: &str) -> Option<String> {
    let (_, rest) = attribute.split_once("schema(as = ")?;
    Some(identifier(rest))
}
