//! JSON as others write it. That a member of an object comes twice is told: most readers keep the last one and say nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::kernel::{Error, Result};

/// The most members that are told to come twice.
const MOST_TOLD: usize = 20;
/// The most characters of a place, and of a name, that are shown.
const SHOWN: usize = 200;

/// Reads a document, and tells which members of which objects come twice: the last one counts, as readers of JSON have it.
///
/// # Errors
/// 422 `json` with line and column; also where values lie more than 127 deep in others.
pub(super) fn parse(text: &str) -> Result<(Value, Vec<String>)> {
    let mut twice = Twice::default();
    let mut reader = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let read = Reader(&mut twice).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = read.map_err(|error| {
        Error::invalid("", "json", format!("the document is no JSON that can be read: {error}"))
    })?;
    Ok((value, twice.told()))
}

/// A step from a value to one in it.
enum Step {
    Member(String),
    Item(usize),
}

/// Members that came twice, and where the reader is.
#[derive(Default)]
struct Twice {
    path: Vec<Step>,
    told: Vec<String>,
    untold: usize,
}

impl Twice {
    fn note(&mut self, name: &str) {
        if self.told.len() == MOST_TOLD {
            self.untold += 1;
            return;
        }
        let at: String = self.path.iter().map(Step::pointer).collect();
        let place = if at.is_empty() { "the document" } else { at.as_str() };
        let told = format!("{} has the member {} more than once; the last one counts", cut(place), cut(name));
        self.told.push(told);
    }

    fn told(mut self) -> Vec<String> {
        if self.untold > 0 {
            self.told.push(format!("and {} more members that come more than once", self.untold));
        }
        self.told
    }
}

impl Step {
    /// As a JSON Pointer (RFC 6901) has it.
    fn pointer(&self) -> String {
        match self {
            Self::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Self::Item(number) => format!("/{number}"),
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// Reads a value.
struct Reader<'t>(&'t mut Twice);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> std::result::Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_u64<E>(self, number: u64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            self.0.path.push(Step::Item(list.len()));
            let item = items.next_element_seed(Reader(self.0))?;
            self.0.path.pop();
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let (mut object, mut noted) = (Map::new(), BTreeSet::new());
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) && noted.insert(name.clone()) {
                self.0.note(&name);
            }
            self.0.path.push(Step::Member(name));
            let value = members.next_value_seed(Reader(self.0))?;
            if let Some(Step::Member(name)) = self.0.path.pop() {
                object.insert(name, value);
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_come_twice_are_told_with_their_place_and_the_last_one_counts() {
        let text =
            r#"{"a": 1, "b": [0, {"c/~": {"d": [true, null, -2, 1.5, "x"], "d": 3, "d": 4}}], "a": "2"}"#;
        let (value, told) = parse(text).unwrap();
        assert_eq!(value, serde_json::json!({"a": "2", "b": [0, {"c/~": {"d": 4}}]}));
        assert_eq!(
            told,
            [
                "/b/1/c~1~0 has the member d more than once; the last one counts",
                "the document has the member a more than once; the last one counts",
            ]
        );
        assert_eq!(parse(r#"[{"a": 1}, {"a": 2}]"#).unwrap().1, Vec::<String>::new());
        assert!(parse("{} x").is_err());
        assert!(parse(&"[".repeat(1000)).is_err());
    }

    #[test]
    fn what_is_told_has_limits() {
        let long = "n".repeat(100_000);
        let many: String = (0..1000).map(|number| format!(r#", "m{number}": 1, "m{number}": 2"#)).collect();
        let (_, told) = parse(&format!(r#"{{"{long}": {{"a": 1{many}}}}}"#)).unwrap();
        assert_eq!(told.len(), MOST_TOLD + 1);
        assert!(told.iter().all(|one| one.chars().count() < 3 * SHOWN), "{told:?}");
        assert_eq!(told.last().unwrap(), "and 980 more members that come more than once");
    }
}
