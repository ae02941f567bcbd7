//! The front matter of a dataset card: a small tree of values, as YAML and as JSON.
//!
//! Lists and maps stand in blocks, texts always between double quotes, so that none is taken for a number, a date or a word
//! of YAML, by readers of version 1.1 and 1.2 alike. Members keep the order they were given in.

use serde_json::Value;

/// Members of a map, in order.
pub type Members = Vec<(&'static str, Node)>;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Members),
}

impl Node {
    /// A list of texts.
    pub(super) fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.into())).collect())
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(items) => items.is_empty(),
            Self::Map(members) => members.is_empty(),
        }
    }
}

/// The same as JSON.
#[must_use]
pub fn to_json(members: &[(&'static str, Node)]) -> Value {
    fn value(node: &Node) -> Value {
        match node {
            Node::Text(text) => Value::String(text.clone()),
            Node::List(items) => items.iter().map(value).collect(),
            Node::Map(members) => to_json(members),
        }
    }
    Value::Object(members.iter().map(|(name, node)| ((*name).to_owned(), value(node))).collect())
}

/// The members, one below the other.
#[must_use]
pub fn to_yaml(members: &[(&'static str, Node)]) -> String {
    let mut out = String::new();
    block(&mut out, members, 0, "");
    out
}

/// Writes members at a depth; `first` stands before the first of them in place of two spaces.
fn block(out: &mut String, members: &[(&'static str, Node)], depth: usize, first: &str) {
    for (index, (name, node)) in members.iter().enumerate() {
        let indent = "  ".repeat(depth);
        let before = if index == 0 && !first.is_empty() {
            format!("{}{first}", indent.get(2..).unwrap_or_default())
        } else {
            indent
        };
        out.push_str(&format!("{before}{name}:"));
        match node {
            Node::Map(members) if !members.is_empty() => {
                out.push('\n');
                block(out, members, depth + 1, "");
            }
            Node::List(items) if !node.is_empty() => {
                out.push('\n');
                for item in items {
                    match item {
                        Node::Map(members) if !members.is_empty() => block(out, members, depth + 1, "- "),
                        other => {
                            out.push_str(&format!("{}- ", "  ".repeat(depth)));
                            scalar(out, other);
                        }
                    }
                }
            }
            other => {
                out.push(' ');
                scalar(out, other);
            }
        }
    }
}

fn scalar(out: &mut String, node: &Node) {
    match node {
        Node::Text(text) => quoted(out, text),
        Node::List(_) => out.push_str("[]"),
        Node::Map(_) => out.push_str("{}"),
    }
    out.push('\n');
}

/// A text between double quotes, with everything escaped that YAML does not take as it stands or would fold.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_lists_stand_in_blocks_and_texts_between_quotes() {
        let text = |text: &str| Node::Text(text.to_owned());
        let file = vec![("split", text("train")), ("path", Node::texts(["a.csv", "b.csv"]))];
        let members: Members = vec![
            ("license", text("no")),
            ("tags", Node::texts(["a: b", "été"])),
            ("none", Node::List(Vec::new())),
            (
                "configs",
                Node::List(vec![Node::Map(vec![
                    ("config_name", text("default")),
                    ("data_files", Node::List(vec![Node::Map(file)])),
                ])]),
            ),
            ("text", text("x\u{85}\n---\n\"\\\u{7f}")),
        ];
        let expected = r#"license: "no"
tags:
- "a: b"
- "été"
none: []
configs:
- config_name: "default"
  data_files:
  - split: "train"
    path:
    - "a.csv"
    - "b.csv"
text: "x\u0085\n---\n\"\\\u007f"
"#;
        assert_eq!(to_yaml(&members), expected);
        assert_eq!(to_json(&members)["configs"][0]["data_files"][0]["path"][1], "b.csv");
    }
}
