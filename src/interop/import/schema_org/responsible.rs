//! Properties of the RAI vocabulary 1.0, and steps of preparation in the words of PROV. Words of a closed list that stand for
//! several of ours are dropped rather than guessed.

use serde_json::{Map, Value, json};

use super::super::draft::{Draft, excerpt};
use super::super::json::{plain, several};
use super::values::{Document, address, words};
use crate::datasets::record::{ProcessingKind, UpdateFrequency};
use crate::interop::import::dcat::values::date;

const NAMESPACE: &str = "http://mlcommons.org/croissant/RAI/";

/// A statement on responsible use; whether the property is one of them.
pub(super) fn statement(
    draft: &mut Draft,
    document: &Document<'_>,
    name: &str,
    member: &str,
    value: &Value,
) -> bool {
    let Some(name) = name.strip_prefix("rai:").or_else(|| name.strip_prefix(NAMESPACE)) else { return false };
    let all = words(value);
    let joined = || all.join("\n\n");
    let mut text = |pointer: &str| draft.text(pointer, member, document.language(), &joined());
    match name {
        "dataCollectionMissingData" => text("/quality/gaps"),
        "dataSocialImpact" => text("/quality/social_impact"),
        "dataAnnotationProtocol" => text("/annotation/protocol"),
        "dataAnnotationAnalysis" => text("/annotation/agreement"),
        "annotatorDemographics" => text("/annotation/demographics"),
        "dataAnnotationPlatform" => draft.put("/annotation/platform", member, all.join(", ")),
        "machineAnnotationTools" => {
            all.iter().for_each(|tool| draft.push("/annotation/tools", member, tool.as_str()))
        }
        "annotationsPerItem" => match all.first().and_then(|number| number.parse::<u32>().ok()) {
            Some(number) => draft.put("/annotation/per_item", member, number),
            None => draft.drop(member, &excerpt(value), "no whole number"),
        },
        "dataBiases" | "dataLimitations" => {
            let pointer = if name == "dataBiases" { "/quality/biases" } else { "/quality/limitations" };
            all.iter().for_each(|text| draft.push(pointer, member, json!({document.language(): text})));
        }
        "dataCollectionTimeframe" => timeframe(draft, member, &all),
        "dataReleaseMaintenancePlan" => match joined().parse::<UpdateFrequency>() {
            Ok(frequency) => draft.put("/update_frequency", member, frequency.as_str()),
            Err(_) => {
                draft.drop(member, &joined(), "the record has a rhythm here, and this is none that it knows")
            }
        },
        "dataCollectionType" => exact(
            draft,
            "/origin/collection_methods",
            member,
            &all,
            &[
                ("Web Scraping", "crawling"),
                ("Self-reporting", "primary_user_source"),
                ("Direct measurement", "sensor"),
                ("Secondary Data analysis", "data_mining"),
            ],
        ),
        "dataUseCases" => exact(
            draft,
            "/uses/intended",
            member,
            &all,
            &[
                ("Fine Tuning", "fine_tuning"),
                ("Validation", "evaluation"),
                ("Testing", "testing"),
                ("Development or Production Use", "production"),
            ],
        ),
        _ => draft.drop(member, &excerpt(value), "the record has no place for it"),
    }
    true
}

/// Words that stand for one of ours.
fn exact(draft: &mut Draft, pointer: &str, member: &str, all: &[String], known: &[(&str, &str)]) {
    for word in all {
        match known.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(word)) {
            Some((_, ours)) => draft.push(pointer, member, *ours),
            None => draft.drop(member, word, "no one term of the record's says the same"),
        }
    }
}

/// One or two dates: a beginning, and an end.
fn timeframe(draft: &mut Draft, member: &str, all: &[String]) {
    let parts: Vec<&str> = all.iter().flat_map(|text| text.split('/')).collect();
    let mut period = Map::new();
    for (name, text, last) in [("start", parts.first(), false), ("end", parts.get(1), true)] {
        match text.and_then(|text| date(text, last)) {
            Some((date, exact)) => {
                if !exact {
                    draft.change(member, text.map_or("", |text| text), format!("kept as {date}"));
                }
                period.insert(name.to_owned(), json!(date));
            }
            None => {
                if let Some(text) = text {
                    draft.drop(member, text, "no date");
                }
            }
        }
    }
    if !period.is_empty() {
        draft.put("/coverage/collection_period", member, Value::Object(period));
    }
}

/// A step of preparation: an activity with a kind that the record knows.
pub(super) fn step(draft: &mut Draft, document: &Document<'_>, member: &str, value: &Value) {
    let label = address(value, &["prov:label", "rdfs:label", "prov:type", "name"]).unwrap_or_default();
    if label.parse::<ProcessingKind>().is_err() {
        return draft.drop(member, &excerpt(value), "no kind of preparation that the record knows");
    }
    let mut step = Map::new();
    step.insert("kind".into(), json!(label));
    if let Some(text) = address(value, &["description", "sc:description"]) {
        step.insert("description".into(), json!({document.language(): text}));
    }
    let at = address(value, &["prov:endedAtTime"]).and_then(|at| date(&at, true));
    step.extend(at.map(|(at, _)| ("date".to_owned(), json!(at))));
    for agent in value.get("prov:wasAssociatedWith").map(several).unwrap_or_default() {
        let software = agent.get("@type").and_then(Value::as_str) == Some("prov:SoftwareAgent");
        if let Some(name) = plain(agent).or_else(|| address(agent, &["prov:label", "name"])) {
            step.insert(if software { "tool" } else { "agent" }.to_owned(), json!(name));
        }
    }
    draft.push("/origin/processing_steps", member, Value::Object(step));
}
