//! HealthDCAT-AP: what the European Health Data Space wants said of its datasets beside DCAT-AP, and the grounds of
//! processing in the words of the Data Privacy Vocabulary.

use super::dataset::annotate;
use crate::datasets::record::SizeUnit;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node};
use crate::interop::vocabulary;
use crate::spaces::Space;

/// Whether it is the European Health Data Space.
pub(super) fn is_space_of_health(space: &Space) -> bool {
    space.slug.as_str() == "health"
}

/// Whether the dataset is of the European Health Data Space.
fn is_of_health(entry: &Entry) -> bool {
    is_space_of_health(&entry.space) || entry.described.record.health.is_some()
}

/// The act that applies to everything in that space.
pub(super) fn applies_in_space(node: &mut Node, graph: &mut Graph) {
    graph.refer(node, "dcatap:applicableLegislation", vocabulary::EHDS, "eli:LegalResource");
}

/// The act, where the dataset is of that space.
pub(super) fn applies(node: &mut Node, entry: &Entry, graph: &mut Graph) {
    if is_of_health(entry) {
        applies_in_space(node, graph);
    }
}

/// Says of a dataset what HealthDCAT-AP has words for.
pub(super) fn describe(node: &mut Node, entry: &Entry, iri: &str, graph: &mut Graph) {
    let record = &entry.described.record;
    for basis in &record.privacy.legal_bases {
        graph.refer(node, "dpv:hasLegalBasis", vocabulary::legal_basis(*basis), "dpv:LegalBasis");
    }
    if !is_of_health(entry) {
        return;
    }
    applies(node, entry, graph);
    node.texts("healthdcatap:populationCoverage", &record.coverage.demographic_notes);
    let records = record.content.sizes.iter().filter(|size| size.unit == SizeUnit::Records);
    // The property holds one number; records of two modalities do not add up to one.
    if let ([size], false) = (records.clone().collect::<Vec<_>>().as_slice(), record.content.sizes.is_empty())
    {
        node.typed("healthdcatap:numberOfRecords", &size.value, "xsd:nonNegativeInteger");
    }
    let Some(health) = &record.health else { return };
    for category in &health.categories {
        let concept = vocabulary::health_category(*category);
        graph.concept(node, "healthdcatap:healthCategory", &concept, None);
    }
    for purpose in &health.purposes {
        let part = format!("{iri}#purpose-{purpose}");
        let mut stated = Node::new(&part, "dpv:Purpose");
        stated.english("dct:description", &purpose.as_str().replace('_', " "));
        node.link("dpv:hasPurpose", &part);
        graph.add(stated);
    }
    if let Some(body) = &health.access_body {
        let part = format!("{iri}#access-body");
        let mut agent = Node::new(&part, "foaf:Agent").also("foaf:Organization");
        agent.plain("foaf:name", body);
        node.link("healthdcatap:hdab", &part);
        graph.add(agent);
    }
    if let Some(label) = &health.quality_label {
        annotate(node, iri, &format!("{iri}#quality-label"), label, graph);
    }
}
