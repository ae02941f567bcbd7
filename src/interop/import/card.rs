//! Dataset cards of the Hugging Face Hub: `README.md` with front matter in YAML; the text below (`prose`) says what the dataset
//! is.

mod prose;

use serde_json::{Map, Value, json};

use super::dcat::values::is_web;
use super::draft::{Draft, excerpt};
use super::format::ImportFormat;
use super::imported::{Imported, ImportedTerms, Reading};
use super::json::{is_blank, plain, several, text};
use super::yaml;
use super::{licence, name_of};
use crate::interop::hub::licence_of_hub;
use crate::interop::vocabulary::language_of;
use crate::kernel::{Error, Result};

/// Cards are in English, as the Hub asks for it; `language` is that of the data.
const LANGUAGE: &str = "en";

/// Reads a card.
pub(super) fn read(text: &str) -> Result<Reading> {
    let (front, body) = split(text)?;
    let value = yaml::parse(front).map_err(|what| {
        Error::invalid("", "yaml", format!("the front matter is no YAML that can be read: {what}"))
    })?;
    let Some(front) = value.as_object() else {
        return Err(Error::invalid("", "no_dataset", "the front matter holds no names with values"));
    };
    let imported = Ok(card(front, body));
    let format = ImportFormat::DatasetCard;
    Ok(Reading { format, records: vec![imported], next: None, total: Some(1), faults: Vec::new() })
}

/// The front matter between two lines of three hyphens, and what follows.
fn split(text: &str) -> Result<(&str, &str)> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let missing = || {
        Error::invalid("", "no_dataset", "a dataset card begins with front matter between two lines of ---")
    };
    let inner = text.strip_prefix("---").ok_or_else(missing)?;
    let inner = inner.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n').ok_or_else(missing)?;
    if let Some(body) = inner.strip_prefix("---") {
        return Ok(("", body));
    }
    let (front, body) = inner.split_once("\n---").ok_or_else(missing)?;
    Ok((front, body.trim_start_matches('-')))
}

fn card(front: &Map<String, Value>, body: &str) -> Imported {
    let mut draft = Draft::default();
    for (member, value) in front {
        let words = || several(value).iter().filter_map(plain);
        match member.as_str() {
            _ if is_blank(value) => {}
            "pretty_name" => words().for_each(|name| draft.text("/title", member, LANGUAGE, &name)),
            "license" => licence_of(&mut draft, front, value),
            "license_name" | "license_link" if front.contains_key("license") => {}
            "language" | "languages" => {
                for word in words() {
                    match language_of(&word) {
                        Some(tag) => draft.push("/content/languages", member, json!({"language": tag})),
                        None => draft.drop(member, &word, "no known language"),
                    }
                }
            }
            "tags" => words().for_each(|word| tag(&mut draft, member, &word)),
            "task_categories" | "task_ids" => words().for_each(|word| draft.keyword(member, LANGUAGE, &word)),
            "modalities" | "modality" => words().for_each(|word| modality(&mut draft, member, &word)),
            "source_datasets" => words().for_each(|word| source(&mut draft, member, &word)),
            "paperswithcode_id" | "doi" => {
                words().for_each(|word| {
                    draft.push("/identifiers", member, json!({"scheme": "other", "value": word}))
                });
            }
            "annotations_creators"
            | "language_creators"
            | "multilinguality"
            | "size_categories"
            | "configs"
            | "dataset_info"
            | "train-eval-index"
            | "viewer"
            | "extra_gated_prompt"
            | "extra_gated_fields" => {
                draft.drop(
                    member,
                    &excerpt(value),
                    "it is read from the files, or the record has no place for it",
                );
            }
            _ => draft.drop(member, &excerpt(value), "the record has no place for it"),
        }
    }
    prose::read(&mut draft, body);
    let (record, report) = draft.finish();
    let suggested_name = name_of(record.title.best(&[]), None);
    Imported {
        identifier: None,
        record,
        publisher: None,
        version: None,
        files: Vec::new(),
        terms: ImportedTerms::default(),
        changed_at: None,
        suggested_name,
        report,
    }
}

/// A licence by the Hub's name for it; `other` has its name and address beside.
fn licence_of(draft: &mut Draft, front: &Map<String, Value>, value: &Value) {
    for word in several(value).iter().filter_map(plain) {
        let (name, link) =
            (text(front, "license_name"), text(front, "license_link").filter(|link| is_web(link)));
        match (word.as_str(), licence_of_hub(&word)) {
            ("other", _) => licence::put(draft, "license", name.or(link).unwrap_or("other"), name, link),
            ("unknown", _) => draft.drop("license", &word, "it says that the licence is not known"),
            (_, Some(known)) => licence::put(draft, "license", &known, None, None),
            _ => licence::put(draft, "license", &word, None, None),
        }
    }
}

/// A tag; some have a prefix that says what they are.
fn tag(draft: &mut Draft, member: &str, word: &str) {
    match word.split_once(':') {
        Some(("doi" | "arxiv", id)) => {
            let scheme = if word.starts_with("doi") { "doi" } else { "other" };
            let value = if scheme == "doi" { id } else { word };
            draft.push("/identifiers", member, json!({"scheme": scheme, "value": value}));
        }
        Some(("modality", of)) => modality(draft, member, of),
        Some(("region" | "library" | "format" | "size_categories", _)) => {
            draft.drop(member, word, "it is computed by the Hub");
        }
        _ => draft.keyword(member, LANGUAGE, word),
    }
}

fn modality(draft: &mut Draft, member: &str, word: &str) {
    match word {
        "text" | "image" | "audio" | "video" | "tabular" | "timeseries" | "geospatial" | "3d" => {
            draft.push("/content/modalities", member, word);
        }
        "time-series" => draft.push("/content/modalities", member, "timeseries"),
        _ => draft.drop(member, word, "no modality that the record knows"),
    }
}

fn source(draft: &mut Draft, member: &str, word: &str) {
    let name = word.strip_prefix("extended|").unwrap_or(word);
    if is_web(name) {
        draft.push("/origin/derived_from", member, json!({"url": name}));
    } else if name == "original" {
        draft.drop(member, word, "it says that there is no earlier dataset");
    } else {
        draft.drop(member, word, "a source without an address");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::record::Record;
    use crate::interop::hub::card::write;
    use crate::kernel::Digest;

    #[test]
    fn what_we_write_is_read_again() {
        let text = include_str!("../../../tests/fixtures/record-full.json");
        let out: Record = serde_json::from_str(text).unwrap();
        let card = write("harbour/tides", &Digest::of("x"), &out, &[], &[]).text;
        let reading = read(&card).unwrap();
        let back = &reading.records[0].as_ref().unwrap().record;
        let primary = |record: &Record| -> Vec<String> {
            let tags = record.content.languages.iter();
            tags.map(|share| share.language.as_str().split('-').next().unwrap().to_owned()).collect()
        };
        assert_eq!(back.title.best(&["en"]), out.title.best(&["en"]));
        assert_eq!(back.description.best(&["en"]), out.description.best(&["en"]));
        assert_eq!(back.rights.licence, out.rights.licence);
        assert_eq!(primary(back), primary(&out));
        let words = |record: &Record| {
            record.keywords.values().flatten().cloned().collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(words(back), words(&out));
        for (back, out) in [
            (&back.quality.design_choices, &out.quality.design_choices),
            (&back.quality.suitability, &out.quality.suitability),
            (&back.quality.representativeness, &out.quality.representativeness),
            (&back.quality.known_errors, &out.quality.known_errors),
            (&back.quality.gaps, &out.quality.gaps),
            (&back.quality.social_impact, &out.quality.social_impact),
        ] {
            assert_eq!(back.best(&["en"]), out.best(&["en"]));
        }
    }

    #[test]
    fn headings_in_our_texts_end_no_section_and_facts_are_read() {
        let mut out: Record =
            serde_json::from_str(include_str!("../../../tests/fixtures/record-minimal.json")).unwrap();
        let text = "<!-- By hand -->\n## Sources\n\n# None\n\n```sh\n# a comment\n```";
        out.description = crate::kernel::LangText::english(text);
        out.quality.gaps = out.description.clone();
        let card = write("harbour/tides", &Digest::of("x"), &out, &[], &[]).text;
        let reading = read(&card).unwrap();
        let back = &reading.records[0].as_ref().unwrap().record;
        assert_eq!((&back.description, &back.quality.gaps), (&out.description, &out.quality.gaps));
        assert_eq!((&back.contact, &back.privacy, &back.rights), (&out.contact, &out.privacy, &out.rights));
        assert!(back.missing_for_publication().is_empty());
        // In the card of somebody else they are words like any other.
        let theirs = card.replace("- **Dataset**: ", "- **Data**: ");
        let reading = read(&theirs).unwrap();
        let back = &reading.records[0].as_ref().unwrap().record;
        assert_eq!((&back.contact, back.privacy.personal_data), (&None, None));
        assert_eq!(back.quality.gaps.best(&[]), "<!-- By hand -->");
    }

    #[test]
    fn a_card_of_the_hub_is_read_with_what_it_knows() {
        let card = "---\r\nlicense: other\r\nlicense_name: own-terms\r\nlicense_link: https://o.example/terms\r\nlanguage: [fr, deu]\r\n\
            tags: [wind, 'doi:10.57967/hf/0001', 'modality:audio', 'region:us']\r\nsource_datasets: [original]\r\n---\r\n\
            # Dataset Card for Wind\r\n\r\n## Table of Contents\r\n- x\r\n\r\n## Dataset Description\r\n\r\nEvery minute.\r\n\r\n\
            ## Biases\r\n\r\n- day\r\n- night\r\n\r\n## Limitations\r\n\r\nNone that\r\nwe know.\r\n";
        let reading = read(card).unwrap();
        let imported = reading.records[0].as_ref().unwrap();
        let record = &imported.record;
        assert_eq!((record.title.best(&[]), record.description.best(&[])), ("Wind", "Every minute."));
        assert_eq!(record.rights.licence.as_deref(), Some("LicenseRef-own-terms"));
        assert_eq!(record.rights.licence_url.as_deref(), Some("https://o.example/terms"));
        assert_eq!(record.content.languages.len(), 2);
        let biases: Vec<&str> = record.quality.biases.iter().map(|bias| bias.best(&[])).collect();
        assert_eq!(biases, ["day", "night"]);
        assert_eq!(record.quality.limitations[0].best(&[]), "None that\nwe know.");
        assert_eq!(record.identifiers[0].value, "10.57967/hf/0001");
        let dropped: Vec<&str> = imported.report.dropped.iter().map(|one| one.value.as_str()).collect();
        assert!(dropped.contains(&"region:us") && dropped.contains(&"original"), "{dropped:?}");
    }
}
