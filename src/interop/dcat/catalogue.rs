//! What datasets are listed in: the whole catalogue, a data space, or what one organisation provides.

use super::{agent, dataset, distribution, health};
use crate::config::Operator;
use crate::identity::Organisation;
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node};
use crate::interop::vocabulary::{self, Place};
use crate::kernel::Timestamp;
use crate::spaces::Space;

/// Which list.
#[derive(Debug, Clone)]
pub enum Catalogue {
    /// Everything, with the data spaces it consists of.
    Whole(Vec<Space>),
    /// What is listed in a data space.
    Space(Box<Space>),
    /// What an organisation provides.
    Organisation(Box<Organisation>),
}

impl Catalogue {
    /// Its IRI.
    #[must_use]
    pub fn iri(&self, at: &Addresses) -> String {
        match self {
            Self::Whole(_) => at.catalogue(),
            Self::Space(space) => at.space(&space.slug),
            // The address itself is the organisation's, which is no catalogue.
            Self::Organisation(organisation) => format!("{}#catalogue", at.organisation(&organisation.slug)),
        }
    }
}

/// The page of a list that a document shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Where this page is.
    pub this: String,
    /// Where the first page is.
    pub first: String,
    /// Where the next page is; none on the last one.
    pub next: Option<String>,
    /// The datasets on this page, in their order.
    pub datasets: Vec<String>,
    /// When one of the whole list last changed, where this page is to tell it.
    pub modified: Option<Timestamp>,
}

/// The profile that everything here follows.
const PROFILE: &str = "https://semiceu.github.io/DCAT-AP/releases/3.0.1";

/// Describes a catalogue and one page of it, with Hydra's words for pages; without a page, the catalogue alone.
pub fn describe_catalogue(
    catalogue: &Catalogue,
    view: Option<&View>,
    operator: &Operator,
    at: &Addresses,
    graph: &mut Graph,
) {
    let mut node = Node::new(&catalogue.iri(at), "dcat:Catalog");
    match catalogue {
        Catalogue::Whole(spaces) => whole(&mut node, spaces, operator, at, graph),
        Catalogue::Space(space) => self::space(&mut node, space, operator, at, graph),
        Catalogue::Organisation(organisation) => {
            let name = &organisation.name;
            node.english("dct:title", &format!("Datasets of {name}"));
            node.english("dct:description", &format!("The datasets that {name} provides."));
            node.instant("dct:issued", organisation.created_at);
            node.link("dct:publisher", &agent::organisation(organisation, at, graph));
            languages(&mut node, &[], graph);
        }
    }
    let themes = "http://publications.europa.eu/resource/authority/data-theme";
    node.link("dcat:themeTaxonomy", themes);
    let mut scheme = Node::new(themes, "skos:ConceptScheme");
    scheme.english("dct:title", "data theme");
    graph.share(scheme);
    rights(&mut node, operator, at, graph);
    graph.refer(&mut node, "dct:conformsTo", PROFILE, "dct:Standard");
    let service = distribution::service(at, graph);
    node.link("dcat:service", service.iri());
    graph.share(service);
    match view {
        None => graph.add(node),
        Some(view) => page(node, view, graph),
    }
}

/// Datasets as members of the whole catalogue.
pub fn list(entries: &[Entry], at: &Addresses, graph: &mut Graph) {
    let mut node = Node::new(&at.catalogue(), "dcat:Catalog");
    for entry in entries {
        member(&mut node, &dataset::subject(entry, at));
    }
    graph.add(node);
}

fn member(catalogue: &mut Node, dataset: &str) {
    catalogue.link("dcat:dataset", dataset);
    catalogue.link("dcat:record", &record(dataset));
}

fn page(node: Node, view: &View, graph: &mut Graph) {
    let mut node = node.also("hydra:Collection");
    if let Some(modified) = view.modified {
        node.instant("dct:modified", modified);
    }
    view.datasets.iter().for_each(|dataset| member(&mut node, dataset));
    node.link("hydra:view", &view.this);
    graph.add(node);
    let mut page = Node::new(&view.this, "hydra:PartialCollectionView");
    page.link("hydra:first", &view.first);
    if let Some(next) = &view.next {
        page.link("hydra:next", next);
    }
    graph.add(page);
}

/// The catalogue as a whole, with the data spaces as the catalogues it consists of.
fn whole(node: &mut Node, spaces: &[Space], operator: &Operator, at: &Addresses, graph: &mut Graph) {
    node.english("dct:title", "Cadastre: catalogue of datasets for the training of models");
    node.english("dct:description", "Datasets of the common European data spaces, with their terms of use.");
    node.link("dct:publisher", &publisher(operator, at, graph));
    europe(node, graph);
    languages(node, spaces, graph);
    for space in spaces {
        let iri = at.space(&space.slug);
        node.link("dcat:catalog", &iri);
        let mut part = Node::new(&iri, "dcat:Catalog");
        self::space(&mut part, space, operator, at, graph);
        rights(&mut part, operator, at, graph);
        graph.add(part);
    }
}

/// A data space as a catalogue.
fn space(node: &mut Node, space: &Space, operator: &Operator, at: &Addresses, graph: &mut Graph) {
    node.texts("dct:title", &space.names);
    node.texts(
        "dct:description",
        if space.descriptions.is_empty() { &space.names } else { &space.descriptions },
    );
    node.instant("dct:issued", space.created_at);
    node.link("dct:publisher", &publisher(operator, at, graph));
    europe(node, graph);
    languages(node, std::slice::from_ref(space), graph);
    if let Some(theme) = vocabulary::theme_of_space(&space.slug) {
        graph.concept(node, "dcat:theme", &vocabulary::theme(theme), None);
    }
    if health::is_space_of_health(space) {
        health::applies_in_space(node, graph);
    }
}

/// The languages of the descriptions: English, which everything has that the register itself says, and those of the names.
fn languages(node: &mut Node, spaces: &[Space], graph: &mut Graph) {
    let english = "en".parse().ok();
    let of_names = spaces.iter().flat_map(|space| space.names.iter().map(|(language, _)| language.clone()));
    for tag in english.into_iter().chain(of_names) {
        if let Some(language) = vocabulary::language(&tag) {
            graph.concept(node, "dct:language", &language, Some("dct:LinguisticSystem"));
        }
    }
}

/// The data spaces are European; where data of a dataset are from is said of the dataset.
fn europe(node: &mut Node, graph: &mut Graph) {
    if let Place::Country(union) = vocabulary::place("EU") {
        graph.concept(node, "dct:spatial", &union, Some("dct:Location"));
    }
}

/// Where the service is, and under which licence the descriptions are, which is for the operator to say.
fn rights(node: &mut Node, operator: &Operator, at: &Addresses, graph: &mut Graph) {
    graph.refer(node, "foaf:homepage", &format!("{}/", at.base()), "foaf:Document");
    if let Some(licence) = operator.metadata_licence.as_deref().and_then(vocabulary::licence) {
        let mut document = Node::new(&licence.iri, "dct:LicenseDocument");
        document.english("rdfs:label", &licence.name);
        node.link("dct:license", &licence.iri);
        graph.share(document);
    }
}

/// Whoever runs the register; unless they said who they are, all that is known of them is the name of the host.
fn publisher(operator: &Operator, at: &Addresses, graph: &mut Graph) -> String {
    let iri = format!("{}#operator", at.catalogue());
    let mut node = Node::new(&iri, "foaf:Agent");
    let host = at.base().split_once("://").map_or(at.base(), |(_, host)| host);
    node.plain("foaf:name", operator.name.as_deref().unwrap_or(&format!("Operator of {host}")));
    if let Some(email) = &operator.email {
        node.link("foaf:mbox", &format!("mailto:{email}"));
    }
    graph.share(node);
    iri
}

fn record(dataset: &str) -> String {
    format!("{dataset}#record")
}

/// The entry of a dataset in the catalogue: since when it is there, and which profile its description follows.
pub fn record_of(entry: &Entry, at: &Addresses, graph: &mut Graph) {
    let subject = dataset::subject(entry, at);
    let mut node = Node::new(&record(&subject), "dcat:CatalogRecord");
    node.link("foaf:primaryTopic", &subject);
    node.instant("dct:issued", entry.described.dataset.created_at);
    node.instant("dct:modified", entry.described.dataset.updated_at);
    graph.refer(&mut node, "dct:conformsTo", PROFILE, "dct:Standard");
    graph.add(node);
}
