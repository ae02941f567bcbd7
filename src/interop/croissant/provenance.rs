//! Where the data come from, in PROV-O: sources, steps of processing, and who stands for them.

use serde_json::{Map, Value, json};

use super::super::addresses::Addresses;
use super::super::entry::Entry;
use super::super::rdf::iri;
use super::Out;

pub(super) fn properties(entry: &Entry, at: &Addresses) -> Map<String, Value> {
    let origin = &entry.described.record.origin;
    let sources = origin.derived_from.iter().filter_map(|source| {
        let own = source.dataset.as_ref().map(|name| {
            let (name, version) =
                name.split_once('@').map_or((name.as_str(), None), |(name, version)| (name, Some(version)));
            let version = version.map(|version| format!("/{version}")).unwrap_or_default();
            format!("{}/datasets/{name}{version}", at.base())
        });
        let mut out = Out::default();
        out.put("@id", json!(iri(&own.or_else(|| source.url.clone())?)));
        out.put("prov:label", json!(source.title.best(&[])));
        Some(Value::Object(out.0))
    });
    let steps = origin.processing_steps.iter().map(|step| {
        let mut out = Out::default();
        out.put("@type", json!("prov:Activity"));
        out.put("prov:label", json!(step.kind.as_str()));
        out.put("description", json!(step.description.best(&[])));
        out.put("prov:endedAtTime", json!(step.date));
        let agents = [("prov:SoftwareAgent", &step.tool), ("prov:Agent", &step.agent)];
        let agents = agents
            .into_iter()
            .filter_map(|(kind, name)| Some(json!({"@type": kind, "prov:label": name.as_ref()?})));
        out.put("prov:wasAssociatedWith", agents.collect());
        Value::Object(out.0)
    });
    let mut out = Out::default();
    out.put("prov:wasDerivedFrom", sources.collect());
    out.put("prov:wasGeneratedBy", steps.collect());
    // The publisher, described there; the reference library takes no other type of whoever may be the creator too.
    out.put("prov:wasAttributedTo", json!({"@id": at.organisation(&entry.organisation.slug)}));
    out.0
}
