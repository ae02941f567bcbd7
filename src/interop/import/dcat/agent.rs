//! Agents, contact points, funders.

use serde_json::{Map, Value, json};

use super::values::{address, best, email, is_web, label};
use crate::interop::import::draft::{Draft, cut};
use crate::interop::rdf::read::{Term, Thing};
use crate::interop::vocabulary::place_of;

/// The role of whoever paid, after ISO 19115.
const FUNDER: &str = "CI_RoleCode/funder";

/// An agent with a name. What of it has no place is dropped.
pub(super) fn agent(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) -> Option<Value> {
    let Some(thing) = of.follow(value) else {
        let name = value.text().trim();
        return (!name.is_empty()).then(|| json!({"kind": "organisation", "name": name}));
    };
    let Some(name) = label(thing) else {
        draft.drop(property, value.text(), "the document does not say what this agent is called");
        return None;
    };
    let person = ["foaf:Person", "vcard:Individual", "schema:Person", "prov:Person"];
    let kind = if person.iter().any(|class| thing.is(class)) { "person" } else { "organisation" };
    let mut agent = Map::new();
    agent.insert("kind".into(), json!(kind));
    agent.insert("name".into(), json!(cut(name.text().trim(), 300)));
    let identifiers = identifiers(thing);
    if !identifiers.is_empty() {
        agent.insert("identifiers".into(), Value::Array(identifiers));
    }
    let page = ["foaf:homepage", "foaf:page", "foaf:workplaceHomepage", "vcard:hasURL", "schema:url"];
    let url = page.iter().find_map(|name| Some(address(thing, thing.value(name)?))).filter(|url| is_web(url));
    agent.extend(url.map(|url| ("url".to_owned(), json!(url))));
    let mailbox = ["foaf:mbox", "vcard:hasEmail", "schema:email"];
    let mail = mailbox.iter().find_map(|name| Some(email(thing, thing.value(name)?)));
    agent.extend(mail.filter(|mail| mail.contains('@')).map(|mail| ("email".to_owned(), json!(mail))));
    let country = thing.value("dct:spatial").and_then(|place| place_of(place.text()));
    agent.extend(country.filter(|code| code.len() == 2).map(|code| ("country".to_owned(), json!(code))));
    tell_rest(draft, property, thing);
    Some(Value::Object(agent))
}

/// What is read of agents and contacts; what else is said of them has no place.
const READ: [&str; 24] = [
    "rdf:type",
    "rdfs:label",
    "skos:prefLabel",
    "dct:title",
    "dct:identifier",
    "dct:spatial",
    "owl:sameAs",
    "foaf:name",
    "foaf:mbox",
    "foaf:page",
    "foaf:homepage",
    "foaf:workplaceHomepage",
    "schema:name",
    "schema:email",
    "schema:url",
    "vcard:fn",
    "vcard:hasFN",
    "vcard:email",
    "vcard:hasEmail",
    "vcard:url",
    "vcard:hasURL",
    "vcard:organization-name",
    "dct:description",
    "rdf:value",
];

fn tell_rest(draft: &mut Draft, property: &str, thing: Thing<'_>) {
    for (inner, value) in thing.statements().filter(|(inner, _)| !READ.contains(inner)) {
        draft.drop(&format!("{property}/{inner}"), value.text(), "the record has no such field of an agent");
    }
}

/// Identifiers in the registers that the record knows.
fn identifiers(thing: Thing<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    let same = thing.values("owl:sameAs").map(Term::text).chain(thing.iri());
    for iri in same {
        for (host, scheme) in [("orcid.org/", "orcid"), ("ror.org/", "ror")] {
            if let Some(value) = iri.split_once("://").and_then(|(_, path)| path.strip_prefix(host)) {
                found.push(json!({"scheme": scheme, "value": value}));
            }
        }
    }
    for identifier in thing.values("dct:identifier") {
        if let Some((scheme @ ("eori" | "lei" | "vat"), value)) = identifier.text().split_once(':') {
            found.push(json!({"scheme": scheme, "value": value}));
        }
    }
    found
}

/// A contact point: a name, and an address of e-mail or of a page.
pub(super) fn contact(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let Some(thing) = of.follow(value) else {
        return draft.drop(property, value.text(), "a contact is more than a text");
    };
    let mails = ["vcard:hasEmail", "vcard:email", "foaf:mbox", "schema:email"];
    let mail =
        mails.iter().find_map(|name| Some(email(thing, thing.value(name)?))).filter(|one| one.contains('@'));
    let pages = ["vcard:hasURL", "vcard:url", "foaf:homepage", "foaf:page", "schema:url"];
    let url =
        pages.iter().find_map(|name| Some(address(thing, thing.value(name)?))).filter(|url| is_web(url));
    let names = ["vcard:fn", "vcard:hasFN", "vcard:organization-name", "foaf:name", "rdfs:label"];
    let name = names.iter().find_map(|name| best(thing, name)).map(|name| name.text().trim().to_owned());
    let Some(name) = name.or_else(|| mail.clone()).or_else(|| url.clone()) else {
        return draft.drop(property, value.text(), "the document does not say who this is");
    };
    if mail.is_none() && url.is_none() {
        return draft.drop(
            property,
            &name,
            "a contact needs an address of e-mail or of a page, and there is none",
        );
    }
    let mut contact = json!({"name": cut(&name, 300)});
    if let Some(members) = contact.as_object_mut() {
        members.extend(mail.map(|mail| ("email".to_owned(), json!(mail))));
        members.extend(url.map(|url| ("url".to_owned(), json!(url))));
    }
    draft.put("/contact", property, contact);
    tell_rest(draft, property, thing);
}

/// Somebody with a part in the dataset, whose role is said beside: whoever paid has a place.
pub(super) fn attribution(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let thing = of.follow(value).filter(|thing| !thing.is_unknown());
    let role = thing.and_then(|thing| thing.value("dcat:hadRole"));
    let funder = thing.zip(role).filter(|(_, role)| role.text().ends_with(FUNDER));
    let Some((thing, _)) = funder else {
        let role = role.map_or("none", Term::text);
        return draft.drop(property, value.text(), format!("the record has no place for this role: {role}"));
    };
    let name = thing.value("prov:agent").and_then(|agent| label(thing.follow(agent)?));
    let Some(name) = name else {
        return draft.drop(property, value.text(), "the document does not say who paid");
    };
    let mut funding = json!({"funder": name.text().trim()});
    if let Some(members) = funding.as_object_mut() {
        let text = |name: &str| thing.value(name).map(|text| json!(text.text()));
        members.extend(text("dct:description").map(|text| ("programme".to_owned(), text)));
        members.extend(text("dct:identifier").map(|text| ("award".to_owned(), text)));
    }
    draft.push("/economics/funding", property, funding);
}
