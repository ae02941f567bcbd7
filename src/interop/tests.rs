//! What holds for renderings of any record: texts stay in their place, and a header stays within its limit.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::format::Format;
use super::signposting::link_field;
use super::*;
use crate::datasets::Described;
use crate::datasets::record::Record;

const FULL: &str = include_str!("../../tests/fixtures/record-full.json");

/// A published dataset with these files and the full record, changed by hand.
fn published(paths: &[&str], change: impl FnOnce(&mut Value)) -> Entry {
    let mut record: Value = serde_json::from_str(FULL).unwrap();
    change(&mut record);
    let (at, id) = ("2026-03-02T08:00:00.000Z", "0190f3c2a1b27c3d8e4f5a6b7c8d9e4f");
    let dataset = json!({
        "id": format!("ds_{id}"), "organisation": "harbour", "organisation_id": format!("og_{id}"), "name": "tides",
        "space": "mobility", "visibility": "public", "announced": false, "listed": true, "access_mode": "open",
        "policy_revision": 1, "record": record, "completeness": 100, "latest_version": "1.0.0", "revision": 1,
        "created_at": at, "updated_at": at,
    });
    let version = json!({
        "id": format!("vr_{id}"), "dataset": "harbour/tides", "dataset_id": format!("ds_{id}"), "version": "1.0.0",
        "state": "published", "digest": "ab".repeat(32), "files": paths.len(), "bytes": 3, "revision": 1,
        "created_at": at, "published_at": at,
    });
    let file = |path: &&str| json!({"path": path, "size": 3, "sha256": "cd".repeat(32), "media_type": "text/csv", "sample": false, "held": true});
    let organisation = json!({
        "id": format!("og_{id}"), "slug": "harbour", "name": "Harbour & <Institute>", "kind": "research", "country": "NL",
        "quota_bytes": 1, "max_file_bytes": 1, "revision": 1, "created_at": at,
    });
    let space = json!({
        "slug": "mobility", "names": {"en": "Mobility"}, "descriptions": {}, "extension_version": 0, "revision": 1,
        "created_at": at,
    });
    // By way of text, as a stored record is kept as it stands.
    let read = |value: Value| value.to_string();
    Entry {
        described: Described {
            dataset: serde_json::from_str(&read(dataset)).unwrap(),
            record: serde_json::from_value::<Record>(record).unwrap(),
            terms: None,
            version: serde_json::from_str(&read(version)).unwrap(),
            files: paths.iter().map(|path| serde_json::from_str(&read(file(path))).unwrap()).collect(),
            structures: std::collections::BTreeMap::new(),
            structures_at: None,
        },
        organisation: serde_json::from_str(&read(organisation)).unwrap(),
        space: serde_json::from_str(&read(space)).unwrap(),
    }
}

fn at() -> Addresses {
    Addresses::below("https://register.example.org".to_owned())
}

fn text(entry: &Entry, format: Format) -> String {
    String::from_utf8(format.render(entry, &at()).unwrap().body.to_vec()).unwrap()
}

fn document(entry: &Entry, format: Format) -> Value {
    serde_json::from_str(&text(entry, format)).unwrap()
}

#[test]
fn file_names_suffixes_and_offers_are_each_of_one_format() {
    for (index, format) in Format::ALL.iter().enumerate() {
        let (about, others) = (format.about(), &Format::ALL[index + 1..]);
        assert!(others.iter().all(|other| other.about().file_name != about.file_name), "{format:?}");
        assert!(others.iter().all(|other| other.about().offer != about.offer), "{format:?}");
        let same = |other: &Format| about.suffix.is_some() && other.about().suffix == about.suffix;
        assert!(!others.iter().any(same), "{format:?}");
    }
    assert_eq!(Format::ALL[0], Format::Page, "what is sent to those without a wish");
}

#[test]
fn a_data_package_says_what_the_record_says() {
    let entry = published(&["a.csv", "Tables/B.CSV", "tables/b.csv.gz"], |_| {});
    let package = document(&entry, Format::DataPackage);
    assert_eq!(package["id"], "https://doi.org/10.5281/zenodo.1234567");
    assert_eq!((&package["name"], &package["version"]), (&json!("tides"), &json!("1.0.0")));
    assert_eq!(package["licenses"][0]["path"], "https://spdx.org/licenses/CC-BY-4.0");
    assert_eq!(
        package["licenses"][1],
        json!({
            "name": "LicenseRef-Parliament-Terms", "path": "https://example.org/terms",
            "title": "CC-BY-4.0 OR LicenseRef-Parliament-Terms",
        })
    );
    assert_eq!(
        package["sources"][0],
        json!({
            "title": "Sittings", "path": "https://register.example.org/datasets/example-institute/sittings/1.0.0",
        })
    );
    let roles = |role: &str| {
        let all = package["contributors"].as_array().unwrap();
        all.iter().filter(|one| one["roles"] == json!([role])).collect::<Vec<_>>()
    };
    assert_eq!((roles("author").len(), roles("rightsHolder").len()), (2, 1));
    assert_eq!((roles("publisher").len(), roles("contact").len()), (1, 1));
    assert_eq!(roles("author")[0]["path"], "https://orcid.org/0000-0002-1825-0097");
    assert!(roles("author")[0].get("email").is_none(), "a person's");
    let resources = package["resources"].as_array().unwrap();
    assert_eq!(
        resources[0],
        json!({
            "name": "a.csv", "title": "a.csv", "mediatype": "text/csv", "format": "csv", "bytes": 3,
            "path": "https://register.example.org/api/v1/datasets/harbour/tides/versions/1.0.0/files/a.csv",
            "hash": format!("sha256:{}", "cd".repeat(32)),
        })
    );
    assert!(resources[1]["name"].as_str().unwrap().starts_with("tables-b.csv-"), "{}", resources[1]);
    assert_eq!((&resources[1]["format"], &resources[2]["format"]), (&json!("csv"), &json!("gz")));
}

#[test]
fn what_only_its_holder_gives_is_listed_where_it_can_be_checked() {
    let mut entry = published(&["here.csv", "page.csv", "there.csv", "query"], |_| {});
    let referenced = [
        (1, json!({"kind": "access_url", "url": "https://example.org/how"})),
        (2, json!({"kind": "download_url", "url": "https://example.org/there.csv?a=1&b=2"})),
        (3, json!({"kind": "service", "endpoint_url": "https://example.org/api", "description": "Rows"})),
    ];
    for (index, reference) in referenced {
        let file = &mut entry.described.files[index];
        (file.held, file.reference) = (false, Some(serde_json::from_value(reference).unwrap()));
    }
    (entry.described.files[3].size, entry.described.files[3].sha256) = (None, None);
    let metalink = text(&entry, Format::Metalink);
    assert_eq!(metalink.matches("<file ").count(), 2, "{metalink}");
    assert!(metalink.contains("<url>https://example.org/there.csv?a=1&amp;b=2</url>"), "{metalink}");
    assert!(metalink.contains("name=\"Harbour &amp; &lt;Institute&gt;\""), "{metalink}");
    assert_eq!(text(&entry, Format::Sha256Sums).lines().count(), 3);
    assert_eq!(document(&entry, Format::DataPackage)["resources"].as_array().unwrap().len(), 2);
    let files = document(&entry, Format::Spdx3)["@graph"].to_string().matches("\"software_File\"").count();
    assert_eq!(files, 4);
}

#[test]
fn a_citation_names_makers_version_and_doi() {
    let entry = published(&["a.csv"], |_| {});
    assert_eq!(
        text(&entry, Format::BibTex),
        "@dataset{harbour-tides-1.0.0,\n  author = {Josiah Carberry and {Example Institute for Language}},\n  \
         title = {{Parliamentary speech corpus of the Benelux}},\n  year = {2026},\n  month = {3},\n  \
         publisher = {{Harbour \\& \\textless{}Institute\\textgreater{}}},\n  version = {1.0.0},\n  \
         doi = {10.5281/zenodo.1234567},\n  url = {https://register.example.org/datasets/harbour/tides/1.0.0},\n}\n"
    );
    let item = &document(&entry, Format::CslJson)[0];
    assert_eq!(item["issued"], json!({"date-parts": [[2026, 3, 2]]}));
    assert_eq!((&item["type"], &item["version"]), (&json!("dataset"), &json!("1.0.0")));
    let nobody = published(&["a.csv"], |record| record["creators"] = json!([]));
    assert_eq!(
        document(&nobody, Format::CslJson)[0]["author"],
        json!([{"literal": "Harbour & <Institute>"}])
    );
}

#[test]
fn the_header_leaves_out_what_it_cannot_carry_and_stays_within_its_limit() {
    let paths: Vec<String> = (0..60).map(|index| format!("{}/{index:02}.csv", "d".repeat(200))).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let entry = published(&paths, |record| {
        record["rights"]["licence_url"] = json!("https://example.org/<a>\"b\"?ü");
    });
    let field = link_field(&entry, &at(), None, Format::Page);
    assert!(field.len() <= 6 * 1024 && field.is_ascii(), "{field}");
    assert!(field.contains("<https://example.org/%3Ca%3E%22b%22?%C3%BC>;rel=\"license\""), "{field}");
    assert!((1..60).contains(&field.matches("rel=\"item\"").count()), "{field}");
    let all = document(&entry, Format::Linkset);
    assert_eq!(all["linkset"][0]["item"].as_array().unwrap().len(), 60);
}

proptest! {
    #[test]
    fn no_text_leaves_its_place(title in ".{1,60}", text_of in ".{1,80}|[<>&\"'/!\\-\\[\\]{}\\\\]{1,40}") {
        let entry = published(&["a b.csv"], |record| {
            record["title"] = json!({"en": title});
            record["description"] = json!({"en": text_of});
            record["creators"] = json!([{"kind": "organisation", "name": text_of}]);
        });
        let page = text(&entry, Format::Page);
        prop_assert_eq!(page.matches("<script").count(), 1);
        prop_assert_eq!(page.matches("</script").count(), 1);
        prop_assert_eq!(page.matches("<!--").count(), 0);
        prop_assert_eq!(page.matches(['\u{202e}', '\u{2066}', '\u{202a}']).count(), 0);
        for format in [Format::DataPackage, Format::Linkset, Format::Spdx3, Format::CslJson] {
            prop_assert!(document(&entry, format).is_object() || format == Format::CslJson);
        }
        let metalink = text(&entry, Format::Metalink);
        let mark = |c: char| metalink.matches(c).count();
        let tags = if super::by_file::one_line(&title).is_empty() { 26 } else { 28 };
        prop_assert_eq!((mark('<'), mark('>')), (tags, tags), "{}", metalink);
        let cited = text(&entry, Format::BibTex);
        prop_assert_eq!(cited.lines().count(), 10, "{}", cited);
        prop_assert_eq!(cited.matches('{').count(), cited.matches('}').count());
    }
}
