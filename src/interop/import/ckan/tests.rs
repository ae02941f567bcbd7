//! Tests of reading CKAN packages.

use super::*;

#[test]
fn a_package_is_read_with_its_extras() {
    let package = json!({
        "id": "0190f3c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f", "name": "wind-am-pier", "title": "Wind am Pier",
        "notes": "Jede Minute.", "license_id": "cc-by", "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "license_title": "Creative Commons Attribution", "tags": [{"name": "wind", "display_name": "Wind"}],
        "author": "Hafenamt", "author_email": "amt@o.example", "maintainer": "Desk", "maintainer_email": "desk@o.example",
        "organization": {"title": "Hafen"}, "groups": [{"name": "envi"}, {"name": "sea"}], "private": false,
        "metadata_modified": "2024-05-06T07:08:09.123456", "version": "2", "state": "active",
        "extras": [
            {"key": "language", "value": "[\"http://publications.europa.eu/resource/authority/language/DEU\"]"},
            {"key": "frequency", "value": "R/P1D"}, {"key": "temporal_start", "value": "2020"},
            {"key": "spatial_uri", "value": "http://publications.europa.eu/resource/authority/country/DEU"},
            {"key": "access_rights", "value": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"},
            {"key": "harvest_object_id", "value": "x"},
        ],
        "resources": [
            {"name": "2024", "url": "https://o.example/2024.csv", "format": "CSV", "size": "12", "url_type": "upload"},
            {"url": "https://o.example/page", "format": "HTML", "hash": "abc"},
        ],
    });
    let answer = json!({"success": true, "result": {"count": 7, "results": [package, "only-a-name"]}});
    let reading = read(&answer.to_string()).unwrap();
    assert_eq!((reading.total, reading.records.len()), (Some(7), 2));
    assert_eq!(reading.records[1].as_ref().unwrap_err().identifier.as_deref(), Some("only-a-name"));
    let imported = reading.records[0].as_ref().unwrap();
    let record = &imported.record;
    assert_eq!(record.title.iter().next().map(|(tag, _)| tag.as_str()), Some("de"));
    assert_eq!(record.rights.licence.as_deref(), Some("CC-BY-4.0"));
    assert_eq!(record.contact.as_ref().and_then(|contact| contact.email.as_deref()), Some("desk@o.example"));
    assert_eq!(record.themes, ["ENVI".parse().unwrap()]);
    assert_eq!(record.coverage.geographic, ["DE"]);
    assert_eq!(record.coverage.temporal.as_ref().and_then(|period| period.start.as_deref()), Some("2020-01"));
    assert_eq!(imported.publisher.as_ref().map(|agent| agent.name.as_str()), Some("Hafen"));
    assert_eq!(imported.suggested_name.as_ref().map(Slug::as_str), Some("wind-am-pier"));
    assert_eq!(imported.terms.access, Some(ImportedAccess::Public));
    assert_eq!(imported.changed_at.map(|at| at.to_string()).as_deref(), Some("2024-05-06T07:08:09.123Z"));
    assert_eq!(imported.files[0].size, Some(12));
    assert_eq!(
        (imported.files[0].download_url.is_some(), imported.files[1].download_url.is_some()),
        (true, false)
    );
    let dropped: Vec<&str> = imported.report.dropped.iter().map(|one| one.property.as_str()).collect();
    assert!(
        ["groups", "extras/harvest_object_id", "resources/hash"].iter().all(|one| dropped.contains(one)),
        "{dropped:?}"
    );
}
