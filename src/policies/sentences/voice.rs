//! One language: its texts, and how it joins words to lists.

use crate::i18n::{Arg, Key, Language, key, text};

/// Speaks one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice(pub(super) Language);

impl Voice {
    pub(super) fn say(self, key: Key, args: &[(&'static str, Arg<'_>)]) -> String {
        text(self.0, key, args)
    }

    /// `a, b and c`.
    pub(super) fn all_of(self, items: Vec<String>) -> String {
        self.join(items, key!("list-between"), key!("list-and"))
    }

    /// `a, b or c`.
    pub(super) fn any_of(self, items: Vec<String>) -> String {
        self.join(items, key!("list-between"), key!("list-or"))
    }

    /// What follows `is` when none of them is meant: `not a`, `neither a, b nor c`.
    pub(super) fn none_of(self, items: Vec<String>) -> String {
        match items.as_slice() {
            [one] => self.say(key!("list-not"), &[("value", one.as_str().into())]),
            _ => self.join(items, key!("list-between-nor"), key!("list-nor")),
        }
    }

    /// `a; b; c`, for parts that are clauses of their own.
    pub(super) fn parts(self, items: &[String]) -> String {
        items.join(&self.say(key!("list-between-parts"), &[]))
    }

    fn join(self, mut items: Vec<String>, between: Key, last: Key) -> String {
        let Some(end) = items.pop() else { return String::new() };
        if items.is_empty() {
            return end;
        }
        let first = items.join(&self.say(between, &[]));
        self.say(last, &[("first", first.into()), ("last", end.into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_joined_as_each_language_does() {
        let items = |n: usize| ["a", "b", "c"].into_iter().take(n).map(str::to_owned).collect::<Vec<_>>();
        for (language, all, any, none) in [
            (Language::En, "a, b and c", "a, b or c", "neither a, b nor c"),
            (Language::Fr, "a, b et c", "a, b ou c", "ni a, ni b, ni c"),
        ] {
            let voice = Voice(language);
            assert_eq!(voice.all_of(items(3)), all);
            assert_eq!(voice.any_of(items(3)), any);
            assert_eq!(voice.none_of(items(3)), none);
            assert_eq!(voice.all_of(items(1)), "a");
        }
        assert_eq!(Voice(Language::En).none_of(items(1)), "not a");
        assert_eq!(Voice(Language::Fr).none_of(items(2)), "ni a, ni b");
    }
}
