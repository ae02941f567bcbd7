//! A record in the making: each statement of a document is put into its place, or dropped with a reason. At the end
//! whatever the record does not take is taken out again, so that what remains passes every check.

use serde_json::{Map, Value, json};

use super::imported::{Dropped, Mapped, Missing, Report};
use crate::datasets::record::Record;
use crate::kernel::{FieldError, LanguageTag};

/// How often what the record does not take is taken out; each time takes a hundred faults.
const ROUNDS: usize = 100;

/// The lengths that lists of the record may have.
const LENGTHS: [usize; 9] = [1000, 500, 300, 200, 100, 64, 50, 40, 10];

/// The language of a text that says none.
pub(super) const UNKNOWN_LANGUAGE: &str = "und";

/// A record in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    record: Map<String, Value>,
    report: Report,
}

impl Draft {
    /// Whether there is something at a place.
    pub(super) fn has(&self, pointer: &str) -> bool {
        self.at(pointer).is_some()
    }

    /// What is at a place.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        let mut parts = pointer.split('/').skip(1);
        let mut here = self.record.get(parts.next()?)?;
        for part in parts {
            here = here.get(part)?;
        }
        Some(here)
    }

    /// Makes the place, with the objects on the way to it.
    fn place(&mut self, pointer: &str) -> Option<&mut Value> {
        let mut parts = pointer.split('/').skip(1);
        let mut here = self.record.entry(parts.next()?.to_owned()).or_insert(Value::Null);
        for part in parts {
            if here.is_null() {
                *here = json!({});
            }
            here = here.as_object_mut()?.entry(part.to_owned()).or_insert(Value::Null);
        }
        Some(here)
    }

    /// Puts a value into its place; a second one for the same place is dropped.
    pub(super) fn put(&mut self, pointer: &str, property: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.at(pointer) {
            Some(there) if *there == value => {}
            Some(_) => {
                self.drop(property, &excerpt(&value), "the record has one value here, and it is taken")
            }
            None => {
                if let Some(place) = self.place(pointer) {
                    *place = value;
                }
                self.note(pointer, property);
            }
        }
    }

    /// Adds a value to a list, unless it is there.
    pub(super) fn push(&mut self, pointer: &str, property: &str, value: impl Into<Value>) {
        let value = value.into();
        self.note(pointer, property);
        let Some(place) = self.place(pointer) else { return };
        if place.is_null() {
            *place = json!([]);
        }
        let Some(list) = place.as_array_mut() else { return };
        if list.len() > LENGTHS.iter().copied().max().unwrap_or_default() {
            self.drop(property, &excerpt(&value), "the list is full");
        } else if !list.contains(&value) {
            list.push(value);
        }
    }

    /// Puts a text into its language; a second one in the same language is dropped, as is one whose language is none.
    pub(super) fn text(&mut self, pointer: &str, property: &str, language: &str, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let Ok(tag) = language.parse::<LanguageTag>() else {
            let reason = format!("its language is no BCP 47 tag: {}", cut(language, 40));
            return self.drop(property, text, reason);
        };
        let place = format!("{pointer}/{tag}");
        match self.at(&place).and_then(Value::as_str) {
            Some(there) if there == text => {}
            Some(_) => {
                self.drop(property, text, format!("there is another text in the same language ({tag})"))
            }
            None => {
                if language == UNKNOWN_LANGUAGE {
                    self.change(property, text, "no language is stated; it is kept as undetermined (und)");
                }
                self.put(&place, property, text);
            }
        }
    }

    /// A keyword in its language.
    pub(super) fn keyword(&mut self, property: &str, language: &str, word: &str) {
        match language.parse::<LanguageTag>() {
            _ if word.trim().is_empty() => {}
            Ok(tag) => self.push(&format!("/keywords/{tag}"), property, word),
            Err(_) => {
                self.drop(property, word, format!("its language is no BCP 47 tag: {}", cut(language, 40)))
            }
        }
    }

    /// Notes that a property was used.
    pub(super) fn note(&mut self, pointer: &str, property: &str) {
        let mapped = Mapped { property: property.to_owned(), pointer: pointer.to_owned() };
        if !self.report.mapped.contains(&mapped) {
            keep(&mut self.report.mapped, mapped, &mut self.report.left_out);
        }
    }

    /// Says that a value was not taken over.
    pub(super) fn drop(&mut self, property: &str, value: &str, reason: impl Into<String>) {
        let dropped = Dropped {
            property: property.to_owned(),
            value: cut(value, Report::EXCERPT),
            reason: reason.into(),
        };
        keep(&mut self.report.dropped, dropped, &mut self.report.left_out);
    }

    /// Says that a value was taken over in another form.
    pub(super) fn change(&mut self, property: &str, value: &str, how: impl Into<String>) {
        let changed =
            Dropped { property: property.to_owned(), value: cut(value, Report::EXCERPT), reason: how.into() };
        keep(&mut self.report.changed, changed, &mut self.report.left_out);
    }

    /// The record, and what became of each statement.
    pub(super) fn finish(mut self) -> (Record, Report) {
        let record = self.settle();
        self.report.missing = record
            .missing_for_publication()
            .into_iter()
            .map(|field| Missing { pointer: field.pointer, detail: field.detail })
            .collect();
        // What was taken out again is not mapped.
        let gone: Vec<Mapped> =
            self.report.mapped.iter().filter(|one| !self.has(&one.pointer)).cloned().collect();
        self.report.mapped.retain(|one| one.pointer.is_empty() || !gone.contains(one));
        self.report.mapped.sort();
        (record, self.report)
    }

    fn settle(&mut self) -> Record {
        for _ in 0..ROUNDS {
            let tried: Result<Record, _> =
                serde_path_to_error::deserialize(Value::Object(self.record.clone()));
            let faults = match tried {
                Err(error) => {
                    let path = error.path().to_string().replace(['.', '['], "/").replace(']', "");
                    vec![FieldError {
                        pointer: format!("/{path}"),
                        code: "type",
                        detail: error.into_inner().to_string(),
                    }]
                }
                Ok(record) => match record.check() {
                    Ok(()) => return record,
                    Err(error) => error.field_errors().to_vec(),
                },
            };
            // From the end, so that the places before stay where they are.
            for fault in faults.iter().rev() {
                self.take_out(fault);
            }
        }
        self.drop(
            "",
            "",
            "the record has more faults than can be taken out of it; nothing of it was taken over",
        );
        self.record.clear();
        Record::default()
    }

    fn take_out(&mut self, fault: &FieldError) {
        let pointer = if fault.pointer.is_empty() { self.longest() } else { fault.pointer.clone() };
        let property = self.source_of(&pointer);
        match fault.code {
            "too_many" => {
                let shorter =
                    |length: usize| LENGTHS.into_iter().find(|most| *most < length).unwrap_or_default();
                match self.place(&pointer) {
                    Some(Value::Array(list)) => list.truncate(shorter(list.len())),
                    Some(Value::Object(members)) => {
                        let most = shorter(members.len());
                        let names: Vec<String> = members.keys().skip(most).cloned().collect();
                        names.iter().for_each(|name| drop(members.remove(name)));
                    }
                    _ => {}
                }
                self.drop(&property, "", format!("{pointer}: {}", fault.detail));
            }
            "too_long" if pointer.starts_with("/title/") || pointer.starts_with("/description/") => {
                let most = if pointer.starts_with("/title/") { Record::MAX_TITLE } else { 20_000 };
                let text = self.at(&pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
                self.change(&property, &text, format!("it was cut: it {}", fault.detail));
                if let Some(place) = self.place(&pointer) {
                    *place = cut(&text, most).into();
                }
            }
            _ => {
                let value = self.remove(&pointer);
                if !value.is_null() {
                    self.drop(&property, &excerpt(&value), fault.detail.clone());
                }
            }
        }
    }

    /// Takes out what is at a place; where nothing is, what lacks it.
    fn remove(&mut self, pointer: &str) -> Value {
        let mut pointer = pointer;
        while !self.has_anywhere(pointer) {
            match pointer.rsplit_once('/') {
                Some((outer, _)) if !outer.is_empty() => pointer = outer,
                _ => break,
            }
        }
        let Some((outer, name)) = pointer.rsplit_once('/') else { return Value::Null };
        if outer.is_empty() {
            return self.record.remove(name).unwrap_or_default();
        }
        let mut whole = Value::Object(std::mem::take(&mut self.record));
        let removed = match whole.pointer_mut(outer) {
            Some(Value::Object(members)) => members.remove(name),
            Some(Value::Array(list)) => {
                let index = name.parse::<usize>().ok().filter(|index| *index < list.len());
                index.map(|index| list.remove(index))
            }
            _ => None,
        };
        if let Value::Object(record) = whole {
            self.record = record;
        }
        removed.unwrap_or_default()
    }

    fn has_anywhere(&self, pointer: &str) -> bool {
        let mut parts = pointer.split('/').skip(1);
        let Some(mut here) = parts.next().and_then(|name| self.record.get(name)) else { return false };
        for part in parts {
            let next = match here {
                Value::Array(list) => part.parse::<usize>().ok().and_then(|index| list.get(index)),
                other => other.get(part),
            };
            match next {
                Some(next) => here = next,
                None => return false,
            }
        }
        true
    }

    /// The member that takes most room.
    fn longest(&self) -> String {
        let size = |value: &Value| value.to_string().len();
        let longest = self.record.iter().max_by_key(|(_, value)| size(value));
        longest.map(|(name, _)| format!("/{name}")).unwrap_or_default()
    }

    /// The property whose value is at a place, or above it.
    fn source_of(&self, pointer: &str) -> String {
        let stated = self.report.mapped.iter().filter(|one| !one.pointer.is_empty());
        let above = stated.filter(|one| pointer.starts_with(&one.pointer));
        above.max_by_key(|one| one.pointer.len()).map(|one| one.property.clone()).unwrap_or_default()
    }
}

fn keep<T>(list: &mut Vec<T>, entry: T, left_out: &mut u64) {
    if list.len() < Report::MOST {
        list.push(entry);
    } else {
        *left_out += 1;
    }
}

/// The beginning of a value, as JSON unless it is a text.
pub(super) fn excerpt(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text, Report::EXCERPT),
        other => cut(&other.to_string(), Report::EXCERPT),
    }
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_record_does_not_take_is_taken_out_and_told() {
        let mut draft = Draft::default();
        draft.text("/title", "title", "en", &"t".repeat(400));
        draft.text("/title", "title", "en", "another");
        draft.text("/title", "title", "en_GB!", "bad tag");
        draft.put("/landing_page", "page", "ftp://example.org/");
        draft.put("/contact", "contact", json!({"name": "Desk"}));
        draft.put("/rights/licence", "licence", "no licence");
        draft.push("/documentation", "doc", "https://example.org/a");
        draft.push("/documentation", "doc", "nonsense");
        draft.put("/economics", "odd", json!({"unknown": 1}));
        for number in 0..150 {
            draft.keyword("keyword", "en", &format!("word {number}"));
        }
        let (record, report) = draft.finish();
        assert!(record.check().is_ok());
        assert_eq!(record.title.best(&[]).chars().count(), Record::MAX_TITLE);
        assert_eq!(record.documentation, ["https://example.org/a"]);
        assert_eq!(record.keywords.values().map(Vec::len).sum::<usize>(), 100);
        assert_eq!(report.changed.len(), 1);
        let dropped: Vec<&str> = report.dropped.iter().map(|one| one.property.as_str()).collect();
        for property in ["title", "page", "contact", "licence", "doc", "odd", "keyword"] {
            assert!(dropped.contains(&property), "{property} in {dropped:?}");
        }
        assert!(report.mapped.iter().any(|one| one.pointer == "/documentation"));
        assert!(!report.mapped.iter().any(|one| one.pointer == "/landing_page"));
        assert!(report.missing.iter().any(|one| one.pointer == "/contact"));
    }

    #[test]
    fn a_record_that_is_too_large_loses_its_longest_part() {
        let mut draft = Draft::default();
        draft.text("/title", "title", "en", "Tides");
        for language in ["en", "fr", "de", "nl", "it", "es", "pt", "pl", "cs", "sv", "fi", "da", "et", "lt"] {
            draft.text("/description", "description", language, &"d".repeat(20_000));
        }
        let (record, report) = draft.finish();
        assert_eq!((record.title.best(&[]), record.description.is_empty()), ("Tides", true));
        assert_eq!(report.dropped.len(), 1);
    }
}
