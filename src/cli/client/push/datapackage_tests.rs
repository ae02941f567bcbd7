//! Data packages as they occur, and what becomes of them.

use serde_json::json;

use super::*;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn package() -> Value {
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "tide-gauges",
        "id": "https://doi.org/10.5281/zenodo.1234567",
        "title": "Tide gauges of the southern North Sea",
        "description": "Water levels every ten minutes.",
        "version": "2.1.0",
        "created": "2025-03-01T00:00:00Z",
        "homepage": "https://example.org/tides",
        "keywords": ["tide", "sea level"],
        "image": "tide.png",
        "licenses": [{"name": "ODC-BY-1.0", "path": "https://opendatacommons.org/licenses/by/1-0/"}],
        "contributors": [
            {"title": "Harbour Institute", "path": "https://example.org", "email": "data@example.org", "roles": ["publisher"]},
            {"givenName": "Ada", "familyName": "Vos", "role": "author", "email": "ada@example.org"},
            {"title": "Sea Survey", "path": "not an address"}
        ],
        "sources": [{"title": "Survey archive", "path": "https://example.org/archive"}, {"title": "Log books"}],
        "resources": [
            {"name": "levels", "path": "./data/levels.csv", "bytes": 3, "hash": format!("sha256:{}", ABC.to_uppercase()),
             "mediatype": "text/csv; charset=utf-8", "title": "Levels", "schema": {"fields": []}},
            {"name": "stations", "path": "stations.json", "hash": "d41d8cd98f00b204e9800998ecf8427e"},
            {"name": "split", "path": ["part-1.csv", "part-2.csv"], "bytes": 10},
            {"name": "raw", "path": "https://example.org/raw.tar?v=2", "bytes": 3, "hash": format!("sha256:{ABC}")},
            {"name": "vague", "path": "https://example.org/vague.tar", "hash": "sha1:x"},
            {"name": "inline", "data": [1, 2]}
        ]
    })
}

#[test]
fn what_has_a_place_goes_there() {
    let (metadata, _) = read(&package()).unwrap();
    assert_eq!(metadata.package_name.as_deref(), Some("tide-gauges"));
    assert_eq!(metadata.version.as_ref().unwrap().to_string(), "2.1.0");
    let expected = json!({
        "identifiers": [{"scheme": "doi", "value": "10.5281/zenodo.1234567"}],
        "title": {"en": "Tide gauges of the southern North Sea"},
        "description": {"en": "Water levels every ten minutes."},
        "landing_page": "https://example.org/tides",
        "keywords": {"en": ["tide", "sea level"]},
        "rights": {"licence": "ODC-By-1.0"},
        "contact": {"name": "Harbour Institute", "email": "data@example.org", "url": "https://example.org"},
        "creators": [
            {"kind": "person", "name": "Ada Vos", "email": "ada@example.org"},
            {"kind": "organisation", "name": "Sea Survey"}
        ],
        "origin": {"derived_from": [{"url": "https://example.org/archive", "title": {"en": "Survey archive"}}]}
    });
    assert_eq!(Value::Object(metadata.record.clone()), expected);
    metadata.check_record().unwrap();
}

#[test]
fn resources_are_files_and_remote_ones_with_digest_references() {
    let (metadata, _) = read(&package()).unwrap();
    let resources = metadata.resources.unwrap();
    let paths: Vec<_> = resources.iter().map(|resource| resource.path.as_str()).collect();
    assert_eq!(paths, ["data/levels.csv", "stations.json", "part-1.csv", "part-2.csv"]);
    assert_eq!(resources[0].sha256.unwrap().to_string(), ABC);
    assert_eq!((resources[0].bytes, resources[2].bytes), (Some(3), None));
    assert_eq!(resources[0].media_type.as_ref().unwrap().as_str(), "text/csv");

    assert_eq!(metadata.references.len(), 1);
    assert_eq!(metadata.references[0].path.as_str(), "raw.tar");
}

#[test]
fn what_has_no_place_is_reported() {
    let (_, notes) = read(&package()).unwrap();
    for expected in [
        "created: has no place",
        "image: has no place",
        "contributor Harbour Institute, publisher: not among the creators",
        "source Log books: has no address",
        "vague.tar: to refer to it",
        "resource inline: has its data inline",
        "resources/*/title (1 times)",
    ] {
        assert!(notes.iter().any(|note| note.contains(expected)), "{expected}: {notes:#?}");
    }
    assert!(read(&json!([])).is_err());
}

#[test]
fn licences_become_spdx_expressions() {
    let licence = |licences: Value| {
        let (metadata, notes) = read(&json!({"licenses": licences})).unwrap();
        metadata.check_record().unwrap();
        let rights = metadata.record.get("rights").cloned().unwrap_or_default();
        (
            rights["licence"].as_str().unwrap_or("none").to_owned(),
            rights.get("licence_url").is_some(),
            notes.len(),
        )
    };
    let path = "https://example.org/terms";
    for (licences, expected, url, notes) in [
        (json!([{"name": "CC-BY-4.0"}]), "CC-BY-4.0", false, 0),
        (json!([{"name": "cc-by-4.0"}]), "CC-BY-4.0", false, 0),
        (json!([{"name": "ODC-PDDL-1.0", "path": path}]), "PDDL-1.0", false, 0),
        (json!([{"name": "other-open", "path": path}]), "LicenseRef-other-open", true, 0),
        (json!([{"title": "Terms of the port!", "path": path}]), "LicenseRef-Terms-of-the-port", true, 0),
        (json!([{"name": "MIT"}, {"name": "CC0-1.0"}]), "MIT AND CC0-1.0", false, 1),
        (json!([{"name": "other-open"}]), "none", false, 1),
        (json!([{"name": "a", "path": path}, {"name": "b", "path": path}]), "LicenseRef-a", true, 1),
    ] {
        assert_eq!(licence(licences.clone()), (expected.to_owned(), url, notes), "{licences}");
    }
}
