//! Documents claim nothing that is not so, and say what they leave out.

use serde_json::{Value, json};

use super::{MINIMAL, at, entry, read, some_files, structure};
use crate::datasets::versions::VersionState;
use crate::interop::croissant::{Edition, check, render};
use crate::interop::schema_org;
use crate::kernel::Kind;

/// An expression of several licences keeps its words, and the address of what is not on the list.
#[test]
fn a_licence_is_an_address_or_a_work() {
    let mut record: Value = serde_json::from_str(MINIMAL).unwrap();
    for (expression, url, told) in [
        ("MIT", None, json!("https://spdx.org/licenses/MIT")),
        ("CC-BY-4.0 AND MIT", None, json!({"@type": "CreativeWork", "name": "CC-BY-4.0 AND MIT"})),
        (
            "CC-BY-4.0 OR LicenseRef-X",
            Some("https://example.org/x"),
            json!({"@type": "CreativeWork", "name": "CC-BY-4.0 OR LicenseRef-X", "url": "https://example.org/x"}),
        ),
    ] {
        record["rights"]["licence"] = json!(expression);
        record["rights"]["licence_url"] = json!(url);
        let document = render(&entry(&record, &some_files()), &at(), Edition::V1_1).unwrap();
        assert_eq!((&document["license"], check(&document)), (&told, vec![]), "{expression}");
    }
}

#[test]
fn of_a_withdrawn_version_there_is_no_document() {
    let record: Value = serde_json::from_str(MINIMAL).unwrap();
    let mut entry = entry(&record, &some_files());
    entry.described.version.as_mut().unwrap().state = VersionState::Withdrawn;
    let error = render(&entry, &at(), Edition::V1_1).unwrap_err();
    assert_eq!(error.kind(), Kind::Gone);
    let page = schema_org::render(&entry, &at());
    assert_eq!(page["creativeWorkStatus"], "Withdrawn");
    assert_eq!(page["@id"], "https://register.example.org/datasets/harbour/tides");
    entry.described.dataset.latest_version = Some("2.0.0".parse().unwrap());
    let older = schema_org::render(&entry, &at());
    assert_eq!(
        (&older["@id"], &older["isPartOf"]),
        (&json!("https://register.example.org/datasets/harbour/tides/1.0.0"), &page["@id"])
    );
    for claim in ["isAccessibleForFree", "conditionsOfAccess", "distribution"] {
        assert!(page.get(claim).is_none(), "{claim}");
    }
}

/// Many paths to one wide file are no way to a document without end; what is left out is told where it is left out.
#[test]
fn what_there_is_no_room_for_is_told() {
    let record: Value = serde_json::from_str(MINIMAL).unwrap();
    let columns: Vec<Value> =
        (0..1990).map(|at| json!({"name": format!("c{at}"), "kind": "text", "nullable": true})).collect();
    let wide = json!({"whole": true, "rows": 1, "separator": "comma", "columns": columns});
    let paths: Vec<String> = (0..40).map(|at| format!("{at:02}.csv")).collect();
    let files: Vec<_> = paths.iter().map(|path| (path.as_str(), "text/csv", wide.clone())).collect();
    let document = render(&entry(&record, &files), &at(), Edition::V1_1).unwrap();
    assert_eq!(check(&document), []);
    assert_eq!(document["recordSet"].as_array().unwrap().len(), 10);
    let told =
        |at: usize| document["distribution"][at]["description"].as_str().unwrap_or_default().to_owned();
    assert_eq!(told(9), "");
    assert!(told(10).starts_with("Its records are left out") && told(39) == told(10));

    let includes: Vec<String> = (0..100).map(|at| format!("{at:03}.txt")).collect();
    let members = json!({"whole": false, "members": [
        {"media_type": "text/plain", "files": 130, "includes": includes},
        {"media_type": "text/csv", "files": 1, "includes": ["a.csv"]}]});
    let paths: Vec<String> = (0..120).map(|at| format!("{at:03}.tar")).collect();
    let files: Vec<_> =
        paths.iter().map(|path| (path.as_str(), "application/x-tar", members.clone())).collect();
    let document = render(&entry(&record, &files), &at(), Edition::V1_1).unwrap();
    assert_eq!(check(&document), []);
    let items = document["distribution"].as_array().unwrap();
    let told: Vec<&str> = items.iter().filter_map(|item| item["description"].as_str()).collect();
    let of = |words: &str| told.iter().filter(|text| text.contains(words)).count();
    assert_eq!((of("What it holds is left out"), of("as far as its beginning was read")), (21, 99));
    assert_eq!((of("Of its 130 members"), of("the first 20 tables")), (99, 99));
}

/// Where only the beginning was read, nothing is claimed of what follows.
#[test]
fn kinds_that_are_not_certain_are_texts() {
    let record: Value = serde_json::from_str(MINIMAL).unwrap();
    let mut part = structure();
    part["whole"] = json!(false);
    let mut stated = part.clone();
    stated["declared"] = json!(true);
    let files = [
        ("part.csv", "text/csv", part),
        ("stated.csv", "text/csv", stated),
        ("all.csv", "text/csv", structure()),
    ];
    let document = render(&entry(&record, &files), &at(), Edition::V1_1).unwrap();
    assert_eq!(check(&document), []);
    let kind = |at: usize| document["recordSet"][at]["field"][0]["dataType"].clone();
    assert_eq!([kind(0), kind(1), kind(2)], ["sc:Text", "sc:Integer", "sc:Integer"]);
    assert!(document["recordSet"][0]["description"].as_str().unwrap().contains("Every value is a text"));
}

/// A file that cannot be among the others is not passed over without a word, and one elsewhere that the caller may not have has
/// our address.
#[test]
fn files_elsewhere_have_our_address_or_are_counted() {
    let record: Value = serde_json::from_str(MINIMAL).unwrap();
    let mut entry = entry(&record, &some_files());
    entry.described.files[0].held = false;
    let service = &mut entry.described.files[1];
    (service.held, service.sha256, service.size) = (false, None, None);
    service.reference = Some(read(
        json!({"kind": "service", "endpoint_url": "https://example.org/api", "description": "Rows"}),
    ));
    entry.described.terms.as_mut().unwrap().offer = None;
    let document = render(&entry, &at(), Edition::V1_1).unwrap();
    assert_eq!(check(&document), []);
    let url = document["distribution"][0]["contentUrl"].as_str().unwrap();
    assert_eq!(
        url,
        "https://register.example.org/api/v1/datasets/harbour/tides/versions/1.0.0/files/tides.csv"
    );
    assert!(document["comment"]["text"].as_str().unwrap().starts_with("A further file"));
    assert_eq!(document["usageInfo"][0]["@type"], "CreativeWork", "{}", document["usageInfo"]);
    assert!(document["conditionsOfAccess"].as_str().unwrap().starts_with("Open"));
}
