//! Who stands behind a dataset: its publisher, creators, holders of rights, funders, and the desk that answers questions.

use crate::datasets::record::{Agent, AgentKind, Contact, Funding};
use crate::identity::Organisation;
use crate::interop::addresses::Addresses;
use crate::interop::rdf::{Graph, Node};
use crate::interop::vocabulary;

/// The organisation that publishes.
pub(super) fn organisation(organisation: &Organisation, at: &Addresses, graph: &mut Graph) -> String {
    let iri = at.organisation(&organisation.slug);
    let mut node = Node::new(&iri, "foaf:Agent").also("foaf:Organization");
    node.plain("foaf:name", &organisation.name);
    node.plain("dct:identifier", organisation.slug.as_str());
    if let Some(kind) = vocabulary::publisher_type(organisation.kind) {
        graph.concept(&mut node, "dct:type", &kind, None);
    }
    if let Some(country) = vocabulary::country(&organisation.country) {
        graph.concept(&mut node, "dct:spatial", &country, Some("dct:Location"));
    }
    // What is stated as the way to reach it is an address of a page or of a mailbox, or a text.
    if let Some(contact) = &organisation.contact {
        if contact.starts_with("https://") || contact.starts_with("http://") {
            graph.refer(&mut node, "foaf:homepage", contact, "foaf:Document");
        } else if contact.contains('@') && !contact.contains(char::is_whitespace) {
            node.link("foaf:mbox", &format!("mailto:{contact}"));
        }
    }
    graph.share(node);
    iri
}

/// Somebody with a part in the dataset; the IRI is a fragment of the dataset's, since two records may say different things
/// of one and the same agent. Addresses of persons are left out.
pub(super) fn agent(iri: &str, agent: &Agent, graph: &mut Graph) {
    let class = if agent.kind == AgentKind::Person { "foaf:Person" } else { "foaf:Organization" };
    let mut node = Node::new(iri, "foaf:Agent").also(class);
    node.plain("foaf:name", &agent.name);
    for identifier in &agent.identifiers {
        match vocabulary::agent_identifier(identifier) {
            Some(iri) => node.link("owl:sameAs", &iri),
            None => node.plain("dct:identifier", &format!("{}:{}", identifier.scheme, identifier.value)),
        }
    }
    if let Some(url) = &agent.url {
        graph.refer(&mut node, "foaf:homepage", url, "foaf:Document");
    }
    if let Some(email) = agent.email.as_ref().filter(|_| agent.kind != AgentKind::Person) {
        node.link("foaf:mbox", &format!("mailto:{email}"));
    }
    if let Some(country) = agent.country.as_deref().and_then(vocabulary::country) {
        graph.concept(&mut node, "dct:spatial", &country, Some("dct:Location"));
    }
    graph.add(node);
}

/// The desk that answers questions.
pub(super) fn contact(iri: &str, contact: &Contact, graph: &mut Graph) {
    let mut node = Node::new(iri, "vcard:Kind").also("vcard:Organization");
    node.plain("vcard:fn", &contact.name);
    if let Some(email) = &contact.email {
        node.link("vcard:hasEmail", &format!("mailto:{email}"));
    }
    if let Some(url) = &contact.url {
        node.link("vcard:hasURL", url);
    }
    graph.add(node);
}

/// Who paid for it, as an attribution with the role of ISO 19115.
pub(super) fn funder(iri: &str, funding: &Funding, graph: &mut Graph) {
    let mut node = Node::new(iri, "prov:Attribution");
    let agent = format!("{iri}-agent");
    node.link("prov:agent", &agent);
    let role = "http://registry.it.csiro.au/def/isotc211/CI_RoleCode/funder";
    graph.refer(&mut node, "dcat:hadRole", role, "dcat:Role");
    if let Some(programme) = &funding.programme {
        node.plain("dct:description", programme);
    }
    if let Some(award) = &funding.award {
        node.plain("dct:identifier", award);
    }
    graph.add(node);
    let mut node = Node::new(&agent, "foaf:Agent");
    node.plain("foaf:name", &funding.funder);
    graph.add(node);
}
