//! The `@context` of Croissant documents, as its readers expect it word for word.

use serde_json::{Value, json};

use super::Edition;

/// The IRI that the RAI vocabulary is conformed to by.
pub(super) const RAI: &str = "http://mlcommons.org/croissant/RAI/1.0";

/// The context. The specification writes `http://schema.org/` and its own library refuses that; everybody reads `https`.
pub(super) fn context(edition: Edition, language: &str) -> Value {
    let mut out = json!({
        "@language": language,
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileObject": "cr:fileObject",
        "fileProperty": "cr:fileProperty",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "prov": "http://www.w3.org/ns/prov#",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
        "wd": "https://www.wikidata.org/wiki/",
    });
    if let (Edition::V1_1, Some(members)) = (edition, out.as_object_mut()) {
        for (name, meaning) in [
            ("annotation", json!("cr:annotation")),
            ("arrayShape", json!("cr:arrayShape")),
            ("containedIn", json!("cr:containedIn")),
            ("description", json!({"@container": "@language"})),
            ("excludes", json!("cr:excludes")),
            ("isArray", json!("cr:isArray")),
            ("name", json!({"@container": "@language"})),
            ("readLines", json!("cr:readLines")),
            ("sdVersion", json!("cr:sdVersion")),
            ("unArchive", json!("cr:unArchive")),
            ("value", json!("cr:value")),
        ] {
            members.insert(name.to_owned(), meaning);
        }
    }
    out
}
