//! An entry for tests of renderings: a public dataset with one published version.

use super::entry::Entry;
use crate::datasets::Described;
use crate::datasets::record::Record;
use crate::identity::Organisation;
use crate::kernel::{DatasetId, LangText, OrganisationId, Timestamp};
use crate::spaces::Space;

/// An entry with this record.
pub fn entry(record: Record) -> Entry {
    let at: Timestamp = "2026-11-26T12:00:00.5Z".parse().unwrap();
    let organisation: Organisation = serde_json::from_value(serde_json::json!({
        "id": OrganisationId::generate(), "slug": "harbour-institute", "name": "Harbour Institute", "kind": "research",
        "country": "NL", "quota_bytes": 1, "max_file_bytes": 1, "revision": 1, "created_at": at,
    }))
    .unwrap();
    let dataset = serde_json::json!({
        "id": DatasetId::generate(), "organisation": organisation.slug, "organisation_id": organisation.id,
        "name": "tides", "space": "mobility", "visibility": "public", "announced": false, "listed": true,
        "access_mode": "open", "policy_revision": 1, "record": record, "completeness": 1, "latest_version": "1.0.0",
        "revision": 1, "created_at": at, "updated_at": at,
    });
    // A record is kept as its text, which only a text gives.
    let dataset = serde_json::from_str(&dataset.to_string()).unwrap();
    let space: Space = Space {
        slug: "mobility".parse().unwrap(),
        names: LangText::english("Mobility"),
        descriptions: LangText::default(),
        charter: None,
        extension_version: 0,
        revision: 1,
        created_at: at,
    };
    let described = Described {
        dataset,
        record,
        terms: None,
        version: None,
        files: Vec::new(),
        structures: Default::default(),
        structures_at: None,
    };
    Entry { described, organisation, space }
}
