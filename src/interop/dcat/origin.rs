//! What a harvested dataset takes along from its origin: its identifier there, its page, its distributions.

use super::distribution::{checksum, licence, media};
use crate::datasets::{Harvested, OriginAccess};
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node};
use crate::interop::vocabulary;
use crate::policies::AccessMode;

/// Says where a dataset was harvested from. Its identifier there is another identifier of the same dataset, not a source that it was
/// made from, as `dct:source` and `prov:wasDerivedFrom` would have it. Its terms are decided there, so that no policy of ours is
/// named.
pub(super) fn describe(node: &mut Node, entry: &Entry, at: &Addresses, graph: &mut Graph) {
    let Some(mark) = entry.described.dataset.harvested.as_deref() else { return };
    let iri = node.iri().to_owned();
    let part = format!("{iri}#origin");
    graph.refer(node, "adms:identifier", &part, "adms:Identifier");
    let mut identifier = Node::new(&part, "adms:Identifier");
    identifier.plain("skos:notation", &mark.identifier);
    graph.share(identifier);
    if let Some(page) = mark.origin.as_ref().filter(|_| entry.described.record.landing_page.is_none()) {
        graph.refer(node, "dcat:landingPage", page, "foaf:Document");
    }
    if let Some(access) = mark.terms.access {
        let mode = match access {
            OriginAccess::Public => AccessMode::Open,
            OriginAccess::Restricted => AccessMode::Review,
            OriginAccess::NonPublic => AccessMode::Secure,
        };
        let right = vocabulary::access_right(mode);
        graph.concept(node, "dct:accessRights", &right, Some("dct:RightsStatement"));
    }
    distributions(node, entry, mark, at, graph);
}

fn distributions(of: &mut Node, entry: &Entry, mark: &Harvested, at: &Addresses, graph: &mut Graph) {
    for (number, one) in mark.distributions.iter().enumerate() {
        // DCAT-AP asks for an address at which it can be asked for.
        let Some(address) = one.access_url.as_ref().or(one.download_url.as_ref()).or(mark.origin.as_ref())
        else {
            continue;
        };
        let name = format!("{}#distribution-{}", of.iri(), number + 1);
        let mut node = Node::new(&name, "dcat:Distribution");
        if let Some(title) = &one.title {
            node.plain("dct:title", title);
        }
        node.link("dcat:accessURL", address);
        if let Some(download) = &one.download_url {
            node.link("dcat:downloadURL", download);
        }
        if let Some(size) = one.size {
            node.typed("dcat:byteSize", &size, "xsd:nonNegativeInteger");
        }
        if let Some(sha256) = one.sha256 {
            checksum(&mut node, sha256, graph);
        }
        if let Some(media_type) = &one.media_type {
            media(&mut node, media_type, graph);
        }
        licence(&mut node, entry, at, graph);
        of.link("dcat:distribution", node.iri());
        graph.add(node);
    }
}
