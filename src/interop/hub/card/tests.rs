//! Tests of the card: its bytes, and that its front matter is one whatever the record says.

use proptest::prelude::*;

use super::*;
use crate::datasets::files::{MediaType, Reference};

const FULL: &str = include_str!("../../../../tests/fixtures/record-full.json");
const MINIMAL: &str = include_str!("../../../../tests/fixtures/record-minimal.json");

fn record(json: &str) -> Record {
    serde_json::from_str(json).unwrap()
}

fn file(path: &str, size: u64, reference: Option<&str>) -> File {
    let media_type = MediaType::guess(&path.parse().unwrap());
    File {
        path: path.parse().unwrap(),
        size: Some(size),
        sha256: Some(Digest::of(path)),
        media_type,
        sample: false,
        held: reference.is_none(),
        reference: reference.map(|url| Reference::DownloadUrl { url: url.to_owned() }),
        check: None,
    }
}

/// A card as it was written before: whoever changes it changes what clients have under a revision that never changes, and
/// `hf cache verify` will say so to everybody who keeps one.
#[test]
fn a_card_is_written_as_ever() {
    let held = [file("test.csv", 10, None), file("train.csv", 20, None)];
    let elsewhere = [file("raw.bin", 7, Some("https://example.org/raw.bin"))];
    let card = write("harbour/wind", &Digest::of(""), &record(MINIMAL), &held, &elsewhere);
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/src/interop/hub/card/golden.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(golden, &card.text).unwrap();
    }
    assert_eq!(card.text, std::fs::read_to_string(golden).unwrap());
    assert_eq!(card.sha256, Digest::of(card.text.as_bytes()));
    assert_eq!(card.size(), card.text.len() as u64);
}

#[test]
fn a_full_record_gives_every_field_of_the_front_matter() {
    let members = front_matter(&record(FULL));
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    for name in ["pretty_name", "license", "language", "tags"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn licences_have_the_names_of_the_hub_or_their_own() {
    for listed in HUB_LICENCES {
        assert!(spdx::license_id(listed).is_some(), "{listed}");
        assert_eq!(hub_licence(listed).unwrap(), listed.to_ascii_lowercase());
    }
    assert_eq!(hub_licence("ODbL-1.0").unwrap(), "odbl");
    let mut own = record(MINIMAL);
    own.rights.licence = Some("DL-DE-BY-2.0".to_owned());
    let yaml = to_yaml(&front_matter(&own));
    assert!(yaml.contains("license: \"other\"\nlicense_name: \"DL-DE-BY-2.0\"\nlicense_link: \"https://spdx.org/licenses/DL-DE-BY-2.0\""), "{yaml}");
}

proptest! {
    /// The front matter ends where it should, each member stands on a line of its own, and the same record gives the same
    /// bytes, whatever texts there are in it.
    #[test]
    fn no_text_breaks_out_of_the_front_matter(title in "\\PC{1,40}(\n|---|\r|\u{85}|\u{2028})\\PC{0,20}", keyword in ".{1,30}") {
        let mut said = record(MINIMAL);
        said.title = LangText::english(title.clone());
        said.keywords.insert("en".parse().unwrap(), vec![keyword]);
        let card = write("harbour/wind", &Digest::of(""), &said, &[], &[]);
        let (matter, _) = card.text.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
        let starts = ["pretty_name: \"", "license: \"", "tags:", "- \""];
        for line in matter.split('\n') {
            prop_assert!(starts.iter().any(|start| line.starts_with(start)), "{line:?}");
            prop_assert!(line == "tags:" || line.ends_with('"'), "{line:?}");
            let breaks = line.contains(['\r', '\u{85}', '\u{2028}']);
            prop_assert!(!breaks);
        }
        prop_assert_eq!(card, write("harbour/wind", &Digest::of(""), &said, &[], &[]));
    }
}
