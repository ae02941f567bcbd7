//! Unqualified Dublin Core, as every harvester of OAI-PMH understands it, from what DataCite's JSON says.

use serde_json::Value;

use crate::interop::xml::Xml;

/// The element `oai_dc:dc` for what was said in JSON.
#[must_use]
pub fn render(said: &Value) -> String {
    let mut xml = Xml::part();
    xml.begin(
        "oai_dc:dc",
        &[
            ("xmlns:oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
            ),
        ],
    );
    texts(&mut xml, said, "titles", "title", "dc:title");
    texts(&mut xml, said, "creators", "name", "dc:creator");
    texts(&mut xml, said, "subjects", "subject", "dc:subject");
    texts(&mut xml, said, "descriptions", "description", "dc:description");
    xml.leaf(
        "dc:publisher",
        &[],
        said.pointer("/publisher/name").and_then(Value::as_str).unwrap_or_default(),
    );
    texts(&mut xml, said, "contributors", "name", "dc:contributor");
    let dates = said.get("dates").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let dated = |kind: &str| {
        let found = dates.iter().find(|date| date.get("dateType").and_then(Value::as_str) == Some(kind));
        found.and_then(|date| date.get("date")?.as_str())
    };
    if let Some(date) = dated("Issued").or_else(|| dated("Created")) {
        // Dublin Core dates in OAI are days.
        xml.leaf("dc:date", &[], date.get(..10).unwrap_or(date));
    }
    xml.leaf("dc:type", &[], "Dataset");
    xml.leaf("dc:identifier", &[], said.get("url").and_then(Value::as_str).unwrap_or_default());
    if let Some(doi) = said.get("doi").and_then(Value::as_str) {
        xml.leaf("dc:identifier", &[], &format!("https://doi.org/{doi}"));
    }
    if let Some(language) = said.get("language").and_then(Value::as_str) {
        xml.leaf("dc:language", &[], language);
    }
    texts(&mut xml, said, "relatedIdentifiers", "relatedIdentifier", "dc:relation");
    texts(&mut xml, said, "geoLocations", "geoLocationPlace", "dc:coverage");
    if let Some(span) = dated("Coverage") {
        xml.leaf("dc:coverage", &[], span);
    }
    texts(&mut xml, said, "rightsList", "rights", "dc:rights");
    texts(&mut xml, said, "rightsList", "rightsUri", "dc:rights");
    xml.finish()
}

fn texts(xml: &mut Xml, said: &Value, list: &str, member: &str, element: &'static str) {
    for item in said.get(list).and_then(Value::as_array).into_iter().flatten() {
        if let Some(text) = item.get(member).and_then(Value::as_str) {
            match item.get("lang").and_then(Value::as_str) {
                Some(language) => xml.leaf(element, &[("xml:lang", language)], text),
                None => xml.leaf(element, &[], text),
            };
        }
    }
}
