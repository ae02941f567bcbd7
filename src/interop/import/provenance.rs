//! Where data come from and what was done to them, in the words that DCAT-AP has for it.

use serde_json::json;

use super::dcat::values::{best, date, label};
use super::draft::Draft;
use crate::datasets::record::{CollectionMethod, ProcessingKind, SourceCategory};
use crate::interop::rdf::read::{Term, Thing};

/// A statement on provenance. Free text has no place; the sentence that this register writes is understood again.
pub(super) fn statement(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let text = of.follow(value).and_then(label).unwrap_or(value).text();
    let mut known = false;
    for sentence in text.split_inclusive('.').map(|sentence| sentence.trim().trim_end_matches('.')) {
        let term = |words: &str| words.trim().replace(' ', "_");
        if let Some(category) =
            sentence.strip_prefix("Source: ").and_then(|words| term(words).parse::<SourceCategory>().ok())
        {
            draft.put("/origin/source_category", property, category.as_str());
            known = true;
        }
        let methods = sentence.strip_prefix("Collected by: ").into_iter().flat_map(|words| words.split(','));
        for method in methods.filter_map(|words| term(words).parse::<CollectionMethod>().ok()) {
            draft.push("/origin/collection_methods", property, method.as_str());
            known = true;
        }
    }
    if !known {
        draft.drop(property, text, "the record has no place for free text on provenance");
    }
}

/// A step of preparation, as an activity of PROV.
pub(super) fn step(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let thing = of.follow(value).filter(|thing| !thing.is_unknown());
    let kind = thing.and_then(|thing| best(thing, "rdfs:label")).map(Term::text);
    let known = kind.and_then(|kind| kind.parse::<ProcessingKind>().ok());
    let (Some(thing), Some(kind)) = (thing, known) else {
        let reason = "no kind of preparation that the record knows";
        return draft.drop(property, kind.unwrap_or(value.text()), reason);
    };
    let mut step = json!({"kind": kind});
    if let Some(members) = step.as_object_mut() {
        let mut texts = serde_json::Map::new();
        for text in thing.values("dct:description") {
            let language = text.language().and_then(|tag| tag.parse::<crate::kernel::LanguageTag>().ok());
            let tag = language.map_or_else(|| "und".to_owned(), |tag| tag.to_string());
            texts.entry(tag).or_insert_with(|| json!(text.text()));
        }
        if !texts.is_empty() {
            members.insert("description".into(), texts.into());
        }
        let at = thing.value("dct:date").and_then(|at| date(at.text(), false));
        members.extend(at.map(|(at, _)| ("date".to_owned(), json!(at))));
        for agent in thing.things("prov:wasAssociatedWith") {
            let member = if agent.is("prov:SoftwareAgent") { "tool" } else { "agent" };
            members.extend(label(agent).map(|name| (member.to_owned(), json!(name.text()))));
        }
    }
    draft.push("/origin/processing_steps", property, step);
}

/// A kind of dataset, of the dataset type table of the EU.
pub(super) fn kind(draft: &mut Draft, property: &str, value: &Term) {
    match value.text().rsplit('/').next().unwrap_or_default() {
        "SYNTHETIC_DATA" if !draft.has("/origin/source_category") => {
            draft.put("/origin/source_category", property, SourceCategory::Synthetic.as_str());
        }
        "SYNTHETIC_DATA" => draft.note("/origin/source_category", property),
        "PERSONAL_DATA" => draft.put("/privacy/personal_data", property, "personal"),
        _ => draft.drop(property, value.text(), "the record has no place for this kind of dataset"),
    }
}
