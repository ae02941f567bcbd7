//! The front matter of dataset cards: YAML, as far as JSON says the same. Aliases are refused, since a few of them can stand
//! for any number of values; anchors without them say nothing.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// The most bytes of front matter.
pub(super) const MOST_BYTES: usize = 256 * 1024;

/// How deep values may lie in others.
const DEEPEST: usize = 32;

/// A list or a map that is not complete yet, and the name that waits for its value.
enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

/// Reads one document.
///
/// # Errors
/// A sentence on what is wrong, with its line.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("it has {} bytes, at most {MOST_BYTES} are read", text.len()));
    }
    let mut open: Vec<Open> = Vec::new();
    let mut whole = Value::Null;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string().chars().take(200).collect::<String>())?;
        let line = span.start.line();
        let done = match event {
            Event::Alias(_) => return Err(format!("line {line}: aliases are not read")),
            Event::Scalar(text, style, ..) => Some(scalar(&text, style)),
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|one| match one {
                Open::List(items) => Value::Array(items),
                Open::Map(members, _) => Value::Object(members),
            }),
            _ => None,
        };
        if open.len() > DEEPEST {
            return Err(format!("line {line}: values lie more than {DEEPEST} deep in others"));
        }
        let Some(value) = done else { continue };
        match open.last_mut() {
            None => whole = value,
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(_, name @ None)) => {
                *name = Some(super::json::plain(&value).unwrap_or_else(|| value.to_string()));
            }
            Some(Open::Map(members, name)) => {
                let name = name.take().unwrap_or_default();
                if members.insert(name.clone(), value).is_some() {
                    return Err(format!("line {line}: {name} is there twice"));
                }
            }
        }
    }
    Ok(whole)
}

/// A value of the core schema; what is between quotes is a text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return text.into();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => match text.parse::<i64>() {
            Ok(number) if !text.starts_with('+') => number.into(),
            _ => text.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_json_can_say_is_read_and_bombs_are_not() {
        let text = "license: mit\ntags:\n- a\n- 'no'\n- 5\nempty:\nconfigs: [{config_name: default}]\n";
        let read = parse(text).unwrap();
        let same = json!({"license": "mit", "tags": ["a", "no", 5], "empty": null, "configs": [{"config_name": "default"}]});
        assert_eq!(read, same);
        let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        assert!(parse(bomb).unwrap_err().contains("aliases"));
        assert!(parse(&"[".repeat(1000)).is_err());
        assert!(parse(&"- ".repeat(1000)).unwrap_err().contains("deep"));
        assert!(parse("a: 1\na: 2\n").unwrap_err().contains("twice"));
        assert!(parse("a: [1, 2\nb: }").is_err());
        assert!(parse(&"a".repeat(MOST_BYTES + 1)).is_err());
    }
}
