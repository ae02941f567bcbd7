//! What datasets are listed in: the whole catalogue, a data space, or what one organisation provides.

use super::{agent, dataset, distribution};
use crate::identity::Organisation;
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node};
use crate::kernel::Timestamp;
use crate::spaces::Space;

/// Which list.
#[derive(Debug, Clone)]
pub enum Catalogue {
    /// Everything.
    Whole,
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
            Self::Whole => at.catalogue(),
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
    /// When one of them last changed.
    pub modified: Option<Timestamp>,
}

/// The profile that everything here follows.
const PROFILE: &str = "https://semiceu.github.io/DCAT-AP/releases/3.0.1";

/// Describes a catalogue and one page of it, with Hydra's words for pages.
pub fn describe_catalogue(catalogue: &Catalogue, view: &View, at: &Addresses, graph: &mut Graph) {
    let iri = catalogue.iri(at);
    let mut node = Node::new(&iri, "dcat:Catalog").also("hydra:Collection");
    match catalogue {
        Catalogue::Whole => {
            node.english("dct:title", "Cadastre: catalogue of datasets for the training of models");
            node.english(
                "dct:description",
                "Datasets of the common European data spaces, with their terms of use.",
            );
        }
        Catalogue::Space(space) => {
            node.texts("dct:title", &space.names);
            node.texts("dct:description", &space.descriptions);
            node.instant("dct:issued", space.created_at);
            if space.descriptions.is_empty() {
                node.texts("dct:description", &space.names);
            }
            if let Some(theme) = crate::interop::vocabulary::theme_of_space(&space.slug) {
                let theme = crate::interop::vocabulary::theme(theme);
                graph.concept(&mut node, "dcat:theme", &theme, None);
            }
        }
        Catalogue::Organisation(organisation) => {
            let name = &organisation.name;
            node.english("dct:title", &format!("Datasets of {name}"));
            node.english("dct:description", &format!("The datasets that {name} provides."));
            node.instant("dct:issued", organisation.created_at);
        }
    }
    let publisher = match catalogue {
        Catalogue::Organisation(organisation) => agent::organisation(organisation, at, graph),
        Catalogue::Whole | Catalogue::Space(_) => operator(at, graph),
    };
    node.link("dct:publisher", &publisher);
    graph.refer(&mut node, "foaf:homepage", &format!("{}/", at.base()), "foaf:Document");
    let english = "en".parse().ok().and_then(|tag| crate::interop::vocabulary::language(&tag));
    if let Some(english) = english {
        graph.concept(&mut node, "dct:language", &english, Some("dct:LinguisticSystem"));
    }
    let themes = "http://publications.europa.eu/resource/authority/data-theme";
    node.link("dcat:themeTaxonomy", themes);
    let mut scheme = Node::new(themes, "skos:ConceptScheme");
    scheme.english("dct:title", "data theme");
    graph.share(scheme);
    if let Some(modified) = view.modified {
        node.instant("dct:modified", modified);
    }
    let service = distribution::service(at, graph);
    node.link("dcat:service", service.iri());
    graph.share(service);
    for dataset in &view.datasets {
        node.link("dcat:dataset", dataset);
        node.link("dcat:record", &record(dataset));
    }
    node.link("hydra:view", &view.this);
    graph.add(node);
    let mut page = Node::new(&view.this, "hydra:PartialCollectionView");
    page.link("hydra:first", &view.first);
    if let Some(next) = &view.next {
        page.link("hydra:next", next);
    }
    graph.add(page);
}

/// Whoever runs the register; all that is known of them is the name of the host.
fn operator(at: &Addresses, graph: &mut Graph) -> String {
    let iri = format!("{}#operator", at.catalogue());
    let mut node = Node::new(&iri, "foaf:Agent");
    let host = at.base().split_once("://").map_or(at.base(), |(_, host)| host);
    node.plain("foaf:name", &format!("Operator of {host}"));
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
