//! The catalogue is whole: the same keys and variables in every language, no key unused, no text missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_bundle::FluentResource;

use super::catalogue::source;
use super::*;

/// The variables of each text of a language.
fn texts(language: Language) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut texts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut present = "";
    for line in source(language).lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| !key.starts_with([' ', '}', '['])) {
            assert!(texts.insert(key, BTreeSet::new()).is_none(), "{language}: {key} stands there twice");
            present = key;
        }
        let variables = line.split('$').skip(1).map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
        });
        texts.entry(present).or_default().extend(variables);
    }
    texts.remove("");
    texts
}

/// The keys that the sources name.
fn used(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            used(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("i18n/tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code: String = code.flat_map(|line| [line, "\n"]).collect();
            let keys = code.split("key!(").skip(1);
            found.extend(
                keys.filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split_once('"')?.0.into())),
            );
        }
    }
}

#[test]
fn every_file_is_fluent() {
    for language in Language::ALL {
        let read = FluentResource::try_new(source(*language).to_owned());
        assert!(read.is_ok(), "{language}: {:?}", read.err().map(|(_, errors)| errors));
        assert_eq!(read.unwrap().entries().filter(is_message).count(), texts(*language).len());
    }
}

fn is_message(entry: &impl std::fmt::Debug) -> bool {
    format!("{entry:?}").starts_with("Message")
}

#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let english = texts(Language::En);
    assert!(english.len() > 100, "the files are read");
    for language in Language::ALL {
        assert_eq!(texts(*language), english, "{language}");
    }
}

#[test]
fn every_text_is_used_and_every_key_has_a_text() {
    let mut keys = BTreeSet::new();
    used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut keys);
    let texts: BTreeSet<String> = texts(Language::En).into_keys().map(str::to_owned).collect();
    let missing: Vec<_> = keys.difference(&texts).collect();
    let unused: Vec<_> = texts.difference(&keys).collect();
    assert!(missing.is_empty() && unused.is_empty(), "without a text: {missing:#?}\nunused: {unused:#?}");
}

#[test]
fn french_marks_keep_to_their_words() {
    let quoted = text(Language::Fr, key!("value-text"), &[("value", "texte".into())]);
    assert_eq!(quoted, "«\u{a0}texte\u{a0}»");
    assert_eq!(text(Language::En, key!("value-text"), &[("value", "text".into())]), "“text”");
}
