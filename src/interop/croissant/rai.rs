//! Properties of the RAI vocabulary 1.0, as far as the record states what they ask.

use serde_json::{Map, Value, json};

use super::Out;
use crate::datasets::record::{CollectionMethod, Period, ProcessingKind, Record, SpecialCategory, UseKind};
use crate::kernel::LangText;

fn one(text: &LangText) -> Value {
    json!(text.best(&[]))
}

fn joined(texts: &[&LangText]) -> Value {
    let said: Vec<&str> = texts.iter().map(|text| text.best(&[])).filter(|text| !text.is_empty()).collect();
    json!(said.join("\n\n"))
}

fn many(texts: &[LangText]) -> Value {
    texts.iter().map(one).collect()
}

pub(super) fn properties(record: &Record) -> Map<String, Value> {
    let (origin, quality, coverage) = (&record.origin, &record.quality, &record.coverage);
    let mut out = Out::default();
    let nothing = LangText::default();
    let crawl = origin.crawl.as_ref();
    out.put(
        "rai:dataCollection",
        joined(&[
            crawl.map_or(&nothing, |crawl| &crawl.purpose),
            crawl.map_or(&nothing, |crawl| &crawl.behaviour),
            origin.synthetic.as_ref().map_or(&nothing, |synthesis| &synthesis.method),
        ]),
    );
    out.put(
        "rai:dataCollectionType",
        distinct(origin.collection_methods.iter().map(|method| collection(*method))),
    );
    out.put("rai:dataCollectionMissingData", one(&quality.gaps));
    out.put(
        "rai:dataCollectionRawData",
        origin.derived_from.iter().map(|source| one(&source.title)).next().unwrap_or_default(),
    );
    out.put(
        "rai:dataCollectionTimeframe",
        coverage.collection_period.as_ref().map(timeframe).unwrap_or_default(),
    );
    let steps = |wanted: fn(ProcessingKind) -> bool| -> Value {
        let steps = origin.processing_steps.iter().filter(|step| wanted(step.kind));
        let said = steps.map(|step| match step.description.best(&[]) {
            "" => step.kind.as_str().to_owned(),
            text => format!("{}: {text}", step.kind),
        });
        said.collect()
    };
    let annotates = |kind| matches!(kind, ProcessingKind::Annotation | ProcessingKind::Labelling);
    out.put(
        "rai:dataPreprocessingProtocol",
        steps(|kind| !matches!(kind, ProcessingKind::Annotation | ProcessingKind::Labelling)),
    );
    if let Some(annotation) = &record.annotation {
        out.put("rai:dataAnnotationProtocol", one(&annotation.protocol));
        out.put("rai:dataAnnotationPlatform", annotation.platform.iter().map(|name| json!(name)).collect());
        out.put("rai:dataAnnotationAnalysis", several(&annotation.agreement));
        out.put("rai:annotationsPerItem", json!(annotation.per_item.map(|number| number.to_string())));
        out.put("rai:annotatorDemographics", several(&annotation.demographics));
        out.put("rai:machineAnnotationTools", json!(annotation.tools));
    } else {
        out.put("rai:dataAnnotationProtocol", first(steps(annotates)));
    }
    out.put(
        "rai:dataReleaseMaintenancePlan",
        record.update_frequency.iter().map(|often| json!(often.as_str())).collect(),
    );
    out.put(
        "rai:personalSensitiveInformation",
        distinct(record.privacy.special_categories.iter().map(|category| sensitive(*category))),
    );
    out.put("rai:dataSocialImpact", one(&quality.social_impact));
    out.put("rai:dataBiases", many(&quality.biases));
    out.put("rai:dataLimitations", many(&quality.limitations));
    out.put("rai:dataUseCases", distinct(record.uses.intended.iter().map(|kind| use_case(*kind))));
    out.0
}

fn several(text: &LangText) -> Value {
    if text.is_empty() { Value::Null } else { json!([text.best(&[])]) }
}

fn first(values: Value) -> Value {
    values.as_array().and_then(|values| values.first().cloned()).unwrap_or_default()
}

fn distinct(words: impl Iterator<Item = &'static str>) -> Value {
    let mut out: Vec<&str> = Vec::new();
    for word in words {
        if !out.contains(&word) {
            out.push(word);
        }
    }
    json!(out)
}

fn timeframe(period: &Period) -> Value {
    period.start.iter().chain(&period.end).map(|date| json!(date)).collect()
}

const fn collection(method: CollectionMethod) -> &'static str {
    match method {
        CollectionMethod::Crawling => "Web Scraping",
        CollectionMethod::Feeds | CollectionMethod::Syndication => "Web API",
        CollectionMethod::DataMining => "Secondary Data analysis",
        CollectionMethod::MachineGenerated | CollectionMethod::Simulation => "Software Collection",
        CollectionMethod::SocialMedia | CollectionMethod::UserGenerated => "User-generated content data",
        CollectionMethod::PrimaryUserSource => "Self-reporting",
        CollectionMethod::Sensor => "Direct measurement",
        CollectionMethod::DataAugmentation | CollectionMethod::TransferLearning | CollectionMethod::Other => {
            "Others"
        }
    }
}

const fn sensitive(category: SpecialCategory) -> &'static str {
    match category {
        SpecialCategory::RacialEthnic | SpecialCategory::Religious => "Culture",
        SpecialCategory::Orientation | SpecialCategory::SexLife => "Gender",
        SpecialCategory::Political
        | SpecialCategory::Union
        | SpecialCategory::Genetic
        | SpecialCategory::Biometric
        | SpecialCategory::Health => "Others",
    }
}

const fn use_case(kind: UseKind) -> &'static str {
    match kind {
        UseKind::PreTraining | UseKind::Alignment => "Training",
        UseKind::FineTuning => "Fine Tuning",
        UseKind::Evaluation => "Validation",
        UseKind::Testing => "Testing",
        UseKind::Production => "Development or Production Use",
        UseKind::Retrieval | UseKind::SyntheticGeneration | UseKind::Research | UseKind::Education => {
            "Others"
        }
    }
}
