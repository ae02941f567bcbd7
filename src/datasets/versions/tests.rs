//! Tests of version numbers, states and manifests.

use proptest::prelude::*;

use super::*;
use crate::datasets::files::{Content, FileEntry, Reference};
use crate::kernel::{Digest, Kind, canonical_json};

fn number(text: &str) -> VersionNumber {
    text.parse().unwrap()
}

fn file(path: &str, bytes: &str) -> FileEntry {
    let content = Content { size: bytes.len() as u64, sha256: Digest::of(bytes) };
    FileEntry::held(path.parse().unwrap(), content, None, false).unwrap()
}

fn service(path: &str) -> FileEntry {
    let reference = Reference::Service {
        endpoint_url: "https://example.org/api".into(),
        description: "Rows".into(),
        documentation: None,
    };
    FileEntry::referenced(
        path.parse().unwrap(),
        None,
        Some("application/json".parse().unwrap()),
        false,
        reference,
    )
    .unwrap()
}

#[test]
fn numbers_are_semantic_versions_and_nothing_else() {
    for good in [
        "0.0.0",
        "1.2.3",
        "2.0.0-rc.1",
        "10.20.30-alpha.0+".trim_end_matches('+'),
        "18446744073709551615.0.0",
    ] {
        assert_eq!(number(good).to_string(), good);
    }
    let long = format!("1.0.0-{}", "a".repeat(59));
    for bad in [
        "",
        "latest",
        "1",
        "1.0",
        "v1.0.0",
        "1.0.0.0",
        "01.0.0",
        "1.0.0-01",
        "1.0.0+build",
        "1.0.0-",
        " 1.0.0",
        "1.0.0\n",
        "-1.0.0",
        "１.0.0",
        "18446744073709551616.0.0",
        &long,
    ] {
        assert!(bad.parse::<VersionNumber>().is_err(), "{bad:?}");
    }
    assert!(long[..64].parse::<VersionNumber>().is_ok());
}

#[test]
fn latest_is_the_highest_release_or_else_the_highest_prerelease() {
    for (published, expected) in [
        (vec!["1.0.0", "1.10.0", "1.9.0"], Some("1.10.0")),
        (vec!["1.0.0", "2.0.0-rc.1"], Some("1.0.0")),
        (vec!["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-2"], Some("1.0.0-alpha.1")),
        (vec![], None),
    ] {
        let numbers: Vec<_> = published.into_iter().map(number).collect();
        assert_eq!(latest(&numbers).map(ToString::to_string).as_deref(), expected);
    }
}

#[test]
fn a_version_only_moves_forward() {
    use VersionState::{Draft, Published, Withdrawn};
    let code =
        |result: crate::kernel::Result<VersionState>| result.map_err(|error| (error.kind(), error.code()));
    let conflict = |code| Err((Kind::Conflict, code));

    assert_eq!(code(Draft.publish(1)), Ok(Published));
    assert_eq!(code(Draft.publish(0)), conflict("version_without_files"));
    assert_eq!(code(Published.publish(1)), conflict("version_not_draft"));
    assert_eq!(code(Withdrawn.publish(1)), conflict("version_not_draft"));
    assert!(
        Draft.require_draft().is_ok()
            && Published.require_draft().is_err()
            && Withdrawn.require_draft().is_err()
    );

    let plain = Withdrawal { reason: "wrong column".into(), successor: None };
    assert_eq!(code(Draft.withdraw(&number("1.0.0"), &plain, None)), conflict("version_not_published"));
    assert_eq!(code(Withdrawn.withdraw(&number("1.0.0"), &plain, None)), conflict("version_not_published"));
    assert_eq!(code(Published.withdraw(&number("1.0.0"), &plain, None)), Ok(Withdrawn));
    for blank in ["", " \n", &"x".repeat(2001)] {
        let withdrawal = Withdrawal { reason: blank.into(), successor: None };
        let error = Published.withdraw(&number("1.0.0"), &withdrawal, None).unwrap_err();
        assert_eq!(error.field_errors()[0].pointer, "/reason");
    }

    let replaced = Withdrawal { successor: Some(number("1.0.1")), ..plain };
    let withdraw = |own: &str, successor| code(Published.withdraw(&number(own), &replaced, successor));
    assert_eq!(withdraw("1.0.0", Some(Published)), Ok(Withdrawn));
    for wrong in [None, Some(Draft), Some(Withdrawn)] {
        assert_eq!(withdraw("1.0.0", wrong), conflict("successor_not_published"));
    }
    assert_eq!(withdraw("1.0.1", Some(Published)), conflict("successor_not_published"));
}

#[test]
fn states_read_back_from_their_names() {
    for state in VersionState::ALL {
        assert_eq!(state.as_str().parse::<VersionState>().unwrap(), state);
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
    assert!("deleted".parse::<VersionState>().is_err());
}

/// The digest was computed by hand from the text, with another implementation of SHA-256.
#[test]
fn the_manifest_is_the_text_that_others_can_write_too() {
    let (text, manifest) =
        Manifest::of(vec![file("data/é.csv", ""), file("README.md", "hello"), file("data/a.csv", "abc")])
            .unwrap();
    let expected = concat!(
        r#"{"files":[{"media_type":"text/markdown","path":"README.md","sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","size":5},"#,
        r#"{"media_type":"text/csv","path":"data/a.csv","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3},"#,
        r#"{"media_type":"text/csv","path":"data/é.csv","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}]}"#,
    );
    assert_eq!(text, expected);
    assert_eq!(
        manifest.digest.to_string(),
        "8be278e2bde279bb235314451d008c7eb128c588bd174824186559987a3f37a4"
    );
    assert_eq!(
        (manifest.files, manifest.bytes, manifest.length, manifest.covers_all_bytes),
        (3, 8, 409, true)
    );
}

#[test]
fn an_empty_manifest_has_a_digest_too() {
    let (text, manifest) = Manifest::of(Vec::new()).unwrap();
    assert_eq!((text.as_str(), manifest.files), (r#"{"files":[]}"#, 0));
    assert_eq!(
        manifest.digest.to_string(),
        "602e35a92eec4bc0a2ec6ae113f07bfc6933322fb69fe8dee416e5a67217e2a2"
    );
}

#[test]
fn only_content_counts_for_the_digest() {
    let digest = |files| Manifest::of(files).unwrap().1.digest;
    let held = file("a.csv", "abc");
    let url = Reference::DownloadUrl { url: "https://example.org/a.csv".into() };
    let elsewhere = FileEntry::referenced(held.path.clone(), held.content, None, true, url).unwrap();
    assert_eq!(digest(vec![held.clone()]), digest(vec![elsewhere]));

    for other in [
        file("b.csv", "abc"),
        file("a.csv", "abd"),
        FileEntry { media_type: "text/plain".parse().unwrap(), ..held.clone() },
    ] {
        assert_ne!(digest(vec![held.clone()]), digest(vec![other]));
    }
}

#[test]
fn a_service_without_declared_content_is_named_and_owned_up_to() {
    let (text, manifest) = Manifest::of(vec![service("api"), file("a.csv", "abc")]).unwrap();
    assert!(text.ends_with(r#"{"media_type":"application/json","path":"api"}]}"#), "{text}");
    assert_eq!((manifest.files, manifest.bytes, manifest.covers_all_bytes), (2, 3, false));
}

#[test]
fn the_same_path_twice_and_a_wrong_order_are_refused() {
    let error = Manifest::of(vec![file("a", "x"), file("b", "y"), file("a", "x")]).unwrap_err();
    assert_eq!(error.code(), "path_clash");
    let mut writer = ManifestWriter::default();
    writer.push(&file("b", "")).unwrap();
    assert!(writer.push(&file("a", "")).is_err());
    assert!(writer.push(&file("b", "")).is_err());
}

fn any_number() -> impl Strategy<Value = String> {
    (
        "(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]?)\\.(0|[1-9][0-9]?)",
        "(-(0|[1-9][0-9]?|[a-z][a-z0-9-]{0,3})(\\.(0|[1-9]|[a-z]{1,3})){0,2})?",
    )
        .prop_map(|(core, pre)| core + &pre)
}

proptest! {
    #[test]
    fn numbers_order_as_the_standard_does(a in any_number(), b in any_number()) {
        let (left, right) = (semver::Version::parse(&a).unwrap(), semver::Version::parse(&b).unwrap());
        prop_assert_eq!(number(&a).cmp(&number(&b)), left.cmp_precedence(&right));
        prop_assert_eq!(number(&a).to_string(), a);
    }

    #[test]
    fn the_order_in_which_files_come_changes_nothing(
        files in proptest::collection::btree_map("[a-zA-Zé/.-]{1,8}x", "[a-z]{0,5}", 0..12),
        seed in any::<u64>(),
    ) {
        let sorted: Vec<_> = files
            .iter()
            .filter(|(path, _)| path.parse::<crate::datasets::files::FilePath>().is_ok())
            .map(|(path, bytes)| file(path, bytes))
            .collect();
        let mut shuffled = sorted.clone();
        shuffled.sort_by_key(|file| Digest::of(format!("{seed}{}", file.path)));

        let (text, manifest) = Manifest::of(shuffled).unwrap();
        prop_assert_eq!(&text, &Manifest::of(sorted.clone()).unwrap().0);
        prop_assert_eq!(manifest.digest, Digest::of(&text));
        prop_assert_eq!(manifest.length, text.len() as u64);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&canonical_json(&value).unwrap(), &text);

        let mut writer = ManifestWriter::default();
        let mut pieces: String = sorted.iter().map(|file| writer.push(file).unwrap()).collect();
        let (end, streamed) = writer.finish();
        pieces.push_str(end);
        prop_assert_eq!((pieces, streamed), (text, manifest));
    }
}
