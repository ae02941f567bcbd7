//! DataCite's JSON as its XML. Lists are turned by one table; what is shaped otherwise stands by itself.

use serde_json::Value;

use super::json;
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::xml::Xml;

/// The namespace of kernel 4.
const NAMESPACE: &str = "http://datacite.org/schema/kernel-4";
/// Where its schema is found.
const SCHEMA: &str = "https://schema.datacite.org/meta/kernel-4.6/metadata.xsd";

/// A list: its member in JSON, the element around it, the element of an item, the member with its text, and its attributes with
/// the members they come from.
type List = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const LANGUAGE: (&str, &str) = ("xml:lang", "lang");

const LISTS: [List; 7] = [
    ("titles", "title", "title", &[("titleType", "titleType"), LANGUAGE]),
    (
        "subjects",
        "subject",
        "subject",
        &[("subjectScheme", "subjectScheme"), ("schemeURI", "schemeUri"), ("valueURI", "valueUri"), LANGUAGE],
    ),
    ("dates", "date", "date", &[("dateType", "dateType"), ("dateInformation", "dateInformation")]),
    (
        "alternateIdentifiers",
        "alternateIdentifier",
        "alternateIdentifier",
        &[("alternateIdentifierType", "alternateIdentifierType")],
    ),
    (
        "relatedIdentifiers",
        "relatedIdentifier",
        "relatedIdentifier",
        &[("relatedIdentifierType", "relatedIdentifierType"), ("relationType", "relationType")],
    ),
    (
        "rightsList",
        "rights",
        "rights",
        &[
            ("rightsURI", "rightsUri"),
            ("rightsIdentifier", "rightsIdentifier"),
            ("rightsIdentifierScheme", "rightsIdentifierScheme"),
            ("schemeURI", "schemeUri"),
            LANGUAGE,
        ],
    ),
    ("descriptions", "description", "description", &[("descriptionType", "descriptionType"), LANGUAGE]),
];

/// The entry as an XML document.
#[must_use]
pub fn render(entry: &Entry, at: &Addresses) -> String {
    let mut xml = Xml::document();
    xml.insert(&resource(&json::render(entry, at)));
    xml.finish()
}

/// The element `resource` for what was said in JSON, to stand alone or within another document.
#[must_use]
pub fn resource(said: &Value) -> String {
    let mut xml = Xml::part();
    let location = format!("{NAMESPACE} {SCHEMA}");
    xml.begin(
        "resource",
        &[
            ("xmlns", NAMESPACE),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", &location),
        ],
    );
    // An identifier there must be. Without a DOI it is the address of the page, and says so.
    match said.get("doi") {
        Some(doi) => xml.leaf("identifier", &[("identifierType", "DOI")], text(doi)),
        None => xml.leaf("identifier", &[("identifierType", "URL")], member(said, "url")),
    };
    agents(&mut xml, said, ("creators", "creator", "creatorName"));
    let publisher = said.get("publisher").map_or("", |publisher| member(publisher, "name"));
    xml.leaf("publisher", &[], publisher);
    xml.leaf("publicationYear", &[], member(said, "publicationYear"));
    xml.leaf("resourceType", &[("resourceTypeGeneral", "Dataset")], "Dataset");
    for (list, item, content, attributes) in LISTS {
        wrapped(&mut xml, list, items(said, list), |xml, one| {
            let given: Vec<(&str, &str)> = attributes
                .iter()
                .map(|(attribute, from)| (*attribute, member(one, from)))
                .filter(|(_, value)| !value.is_empty())
                .collect();
            xml.leaf(item, &given, member(one, content));
        });
    }
    agents(&mut xml, said, ("contributors", "contributor", "contributorName"));
    wrapped(&mut xml, "geoLocations", items(said, "geoLocations"), |xml, place| {
        xml.begin("geoLocation", &[]);
        xml.leaf("geoLocationPlace", &[], member(place, "geoLocationPlace")).end();
    });
    wrapped(&mut xml, "fundingReferences", items(said, "fundingReferences"), |xml, one| {
        xml.begin("fundingReference", &[]);
        for name in ["funderName", "awardNumber", "awardTitle"] {
            if one.get(name).is_some() {
                xml.leaf(name, &[], member(one, name));
            }
        }
        xml.end();
    });
    wrapped(&mut xml, "sizes", items(said, "sizes"), |xml, size| {
        xml.leaf("size", &[], text(size));
    });
    for name in ["language", "version"] {
        if said.get(name).is_some() {
            xml.leaf(name, &[], member(said, name));
        }
    }
    xml.finish()
}

fn agents(xml: &mut Xml, said: &Value, (list, item, name): (&'static str, &'static str, &'static str)) {
    wrapped(xml, list, items(said, list), |xml, agent| {
        let kind = member(agent, "contributorType");
        let attributes = [("contributorType", kind)];
        xml.begin(item, if kind.is_empty() { &[] } else { &attributes });
        xml.leaf(name, &[("nameType", member(agent, "nameType"))], member(agent, "name"));
        for one in items(agent, "nameIdentifiers") {
            let attributes = [
                ("nameIdentifierScheme", member(one, "nameIdentifierScheme")),
                ("schemeURI", member(one, "schemeUri")),
            ];
            xml.leaf("nameIdentifier", &attributes, member(one, "nameIdentifier"));
        }
        xml.end();
    });
}

fn wrapped(xml: &mut Xml, name: &'static str, items: &[Value], mut each: impl FnMut(&mut Xml, &Value)) {
    if !items.is_empty() {
        xml.begin(name, &[]);
        items.iter().for_each(|item| each(xml, item));
        xml.end();
    }
}

fn items<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn member<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).map_or("", text)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
