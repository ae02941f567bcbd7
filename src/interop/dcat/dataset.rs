//! A dataset, or one of its earlier versions, as `dcat:Dataset`.

use super::{agent, distribution, health, origin};
use crate::datasets::record::{PersonalData, Record, Relation, RelationKind, SourceCategory};
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node};
use crate::interop::vocabulary::{self, DatasetType, Place};

/// What the description of an entry is about: the dataset, which shows its newest version, or an earlier version or a draft,
/// which has an IRI of its own.
#[must_use]
pub fn subject(entry: &Entry, at: &Addresses) -> String {
    let dataset = &entry.described.dataset;
    match &entry.described.version {
        Some(version) if dataset.latest_version.as_ref() != Some(&version.version) => {
            at.version(dataset, &version.version)
        }
        _ => at.dataset(dataset),
    }
}

/// Describes a dataset with everything that belongs to it. A version with more files than `most_files` is one distribution.
pub fn describe(entry: &Entry, at: &Addresses, most_files: i64, graph: &mut Graph) {
    let iri = subject(entry, at);
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let mut node = Node::new(&iri, "dcat:Dataset");
    titles(&mut node, entry);
    subjects(&mut node, entry, graph);
    let identifier = node.iri().to_owned();
    node.plain("dct:identifier", &identifier);
    for (number, identifier) in record.identifiers.iter().enumerate() {
        let other = format!("{iri}#identifier-{}", number + 1);
        graph.refer(&mut node, "adms:identifier", &other, "adms:Identifier");
        let mut other = Node::new(&other, "adms:Identifier");
        let known = vocabulary::identifier(identifier.scheme, &identifier.value);
        other.plain("skos:notation", &known.unwrap_or_else(|| identifier.value.clone()));
        graph.share(other);
    }
    let publisher = agent::organisation(&entry.organisation, at, graph);
    node.link("dct:publisher", &publisher);
    let people = [
        ("dct:creator", "creator", &record.creators),
        ("dct:rightsHolder", "rights-holder", &record.rights.rights_holders),
    ];
    for (property, part, agents) in people {
        for (number, one) in agents.iter().enumerate() {
            let part = format!("{iri}#{part}-{}", number + 1);
            node.link(property, &part);
            agent::agent(&part, one, graph);
        }
    }
    for (number, funding) in record.economics.funding.iter().enumerate() {
        let part = format!("{iri}#funder-{}", number + 1);
        node.link("prov:qualifiedAttribution", &part);
        agent::funder(&part, funding, graph);
    }
    if let Some(contact) = &record.contact {
        let part = format!("{iri}#contact");
        node.link("dcat:contactPoint", &part);
        agent::contact(&part, contact, graph);
    }
    coverage(&mut node, record, &iri, graph);
    origin(&mut node, record, &iri, at, graph);
    documents(&mut node, record, graph);
    if let Some(frequency) = record.update_frequency {
        graph.concept(
            &mut node,
            "dct:accrualPeriodicity",
            &vocabulary::frequency(frequency),
            Some("dct:Frequency"),
        );
    }
    if let Some(mode) = dataset.access_mode {
        graph.concept(
            &mut node,
            "dct:accessRights",
            &vocabulary::access_right(mode),
            Some("dct:RightsStatement"),
        );
    }
    for (number, certificate) in record.quality.certificates.iter().enumerate() {
        annotate(&mut node, &iri, &format!("{iri}#certificate-{}", number + 1), certificate, graph);
    }
    node.instant("dct:modified", dataset.updated_at);
    versions(&mut node, entry, &iri, at);
    health::describe(&mut node, entry, &iri, graph);
    distribution::describe(&mut node, entry, at, most_files, graph);
    origin::describe(&mut node, entry, at, graph);
    graph.add(node);
}

fn titles(node: &mut Node, entry: &Entry) {
    let record = &entry.described.record;
    node.texts("dct:title", &record.title);
    node.texts("dct:description", &record.description);
    // Only what is announced and not published yet may lack them, and then there is still something to call it.
    if record.title.is_empty() {
        node.plain("dct:title", &entry.described.dataset.full_name());
    }
    if record.description.is_empty() {
        node.english("dct:description", "There is no description yet.");
    }
    for (language, words) in &record.keywords {
        for word in words {
            node.tagged("dcat:keyword", word, language.as_str());
        }
    }
}

fn subjects(node: &mut Node, entry: &Entry, graph: &mut Graph) {
    let record = &entry.described.record;
    let by_space = vocabulary::theme_of_space(&entry.space.slug).filter(|_| record.themes.is_empty());
    for theme in record.themes.iter().copied().chain(by_space) {
        graph.concept(node, "dcat:theme", &vocabulary::theme(theme), None);
    }
    for share in &record.content.languages {
        if let Some(language) = vocabulary::language(&share.language) {
            graph.concept(node, "dct:language", &language, Some("dct:LinguisticSystem"));
        }
    }
    let synthetic = record.origin.source_category == Some(SourceCategory::Synthetic);
    let personal =
        matches!(record.privacy.personal_data, Some(PersonalData::Personal | PersonalData::Pseudonymised));
    for (kind, holds) in [(DatasetType::Synthetic, synthetic), (DatasetType::Personal, personal)] {
        if holds {
            graph.concept(node, "dct:type", &vocabulary::dataset_type(kind), None);
        }
    }
}

fn coverage(node: &mut Node, record: &Record, iri: &str, graph: &mut Graph) {
    for code in &record.coverage.geographic {
        match vocabulary::place(code) {
            Place::Country(country) => graph.concept(node, "dct:spatial", &country, Some("dct:Location")),
            Place::Region { iri, label } => {
                node.link("dct:spatial", &iri);
                let mut region = Node::new(&iri, "dct:Location");
                region.plain("rdfs:label", &label);
                graph.share(region);
            }
            Place::Subdivision { code, country } => {
                let part = format!("{iri}#place-{code}");
                node.link("dct:spatial", &part);
                let mut place = Node::new(&part, "dct:Location");
                place.plain("dct:identifier", &code);
                if let Some(country) = country {
                    place.english("locn:adminUnitL1", &country.label);
                }
                graph.share(place);
            }
        }
    }
    if let Some(period) = &record.coverage.temporal {
        let part = format!("{iri}#temporal");
        let mut span = Node::new(&part, "dct:PeriodOfTime");
        put_date(&mut span, "dcat:startDate", period.start.as_deref());
        put_date(&mut span, "dcat:endDate", period.end.as_deref());
        node.link("dct:temporal", &part);
        graph.add(span);
    }
}

/// A month or a day; the year 0 is in no calendar that readers of XML Schema agree on.
fn put_date(node: &mut Node, property: &'static str, date: Option<&str>) {
    if let Some(date) = date.filter(|date| !date.starts_with("0000")) {
        node.typed(property, &date, if date.len() == 7 { "xsd:gYearMonth" } else { "xsd:date" });
    }
}

/// Where the data come from and what was done to them.
fn origin(node: &mut Node, record: &Record, iri: &str, at: &Addresses, graph: &mut Graph) {
    let origin = &record.origin;
    if let Some(category) = origin.source_category {
        let words = |term: &str| term.replace('_', " ");
        let mut label = format!("Source: {}.", words(category.as_str()));
        let methods: Vec<String> = origin.collection_methods.iter().map(|one| words(one.as_str())).collect();
        if !methods.is_empty() {
            label.push_str(&format!(" Collected by: {}.", methods.join(", ")));
        }
        let part = format!("{iri}#provenance");
        let mut statement = Node::new(&part, "dct:ProvenanceStatement");
        statement.english("rdfs:label", &label);
        node.link("dct:provenance", &part);
        graph.add(statement);
    }
    for source in &origin.derived_from {
        let known = source.dataset.as_ref().map(|dataset| at.named(dataset));
        if let Some(source) = known.as_ref().or(source.url.as_ref()) {
            node.link("prov:wasDerivedFrom", source);
        }
    }
    for (number, step) in origin.processing_steps.iter().enumerate() {
        let part = format!("{iri}#step-{}", number + 1);
        let mut activity = Node::new(&part, "prov:Activity");
        activity.english("rdfs:label", step.kind.as_str());
        activity.texts("dct:description", &step.description);
        put_date(&mut activity, "dct:date", step.date.as_deref());
        let agents = [("tool", "prov:SoftwareAgent", &step.tool), ("agent", "prov:Agent", &step.agent)];
        for (end, class, name) in agents {
            if let Some(name) = name {
                let mut agent = Node::new(&format!("{part}-{end}"), class);
                agent.plain("rdfs:label", name);
                activity.link("prov:wasAssociatedWith", agent.iri());
                graph.add(agent);
            }
        }
        node.link("prov:wasGeneratedBy", &part);
        graph.add(activity);
    }
}

/// Pages, standards, acts and other works.
fn documents(node: &mut Node, record: &Record, graph: &mut Graph) {
    if let Some(page) = &record.landing_page {
        graph.refer(node, "dcat:landingPage", page, "foaf:Document");
    }
    let api = &record.technical_access;
    let pages = record.documentation.iter().chain(&api.api_description).chain(&api.api_terms_url);
    for page in pages {
        graph.refer(node, "foaf:page", page, "foaf:Document");
    }
    for standard in &record.quality.conforms_to {
        graph.refer(node, "dct:conformsTo", standard, "dct:Standard");
    }
    for act in &record.rights.applicable_legislation {
        graph.refer(node, "dcatap:applicableLegislation", act, "eli:LegalResource");
    }
    for relation in &record.relations {
        if let Some(work) = work(relation) {
            let property = match relation.kind {
                RelationKind::DescribedBy | RelationKind::UsedBy => "dct:isReferencedBy",
                RelationKind::Replaces => "dct:replaces",
                RelationKind::SameAs => "owl:sameAs",
                _ => "dct:relation",
            };
            node.link(property, &work);
        }
    }
}

fn work(relation: &Relation) -> Option<String> {
    let identifier = relation.identifier.as_ref();
    let known = identifier.and_then(|one| vocabulary::identifier(one.scheme, &one.value));
    known.or_else(|| relation.url.clone())
}

/// A certificate of quality, as an annotation of the dataset.
pub(super) fn annotate(node: &mut Node, iri: &str, part: &str, certificate: &str, graph: &mut Graph) {
    let mut annotation = Node::new(part, "dqv:QualityCertificate");
    annotation.link("oa:hasTarget", iri);
    annotation.link("oa:hasBody", certificate);
    node.link("dqv:hasQualityAnnotation", part);
    graph.add(annotation);
}

fn versions(node: &mut Node, entry: &Entry, iri: &str, at: &Addresses) {
    let dataset = &entry.described.dataset;
    let Some(version) = &entry.described.version else { return };
    node.plain("dcat:version", &version.version.to_string());
    if let Some(notes) = &version.notes {
        node.plain("adms:versionNotes", notes);
    }
    if let Some(published) = version.published_at {
        node.instant("dct:issued", published);
    }
    if iri == at.dataset(dataset) {
        node.link("dcat:hasCurrentVersion", &at.version(dataset, &version.version));
    } else {
        node.link("dcat:isVersionOf", &at.dataset(dataset));
    }
}
