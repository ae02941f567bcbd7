//! What the readers make of pages, and of what is none.

use serde_json::{Value, json};
use url::Url;

use super::{From, Page, Read, first_page, read_page};
use crate::harvest::model::{Source, SourceKind};
use crate::journal::tlog::{Checkpoint, Receipt, Signer, TrustPolicy};
use crate::journal::{leaf_hash, node_hash};
use crate::kernel::{Digest, canonical_json};

fn source(kind: SourceKind, url: &str, continuation: Option<&str>) -> Source {
    let mut source: Source = serde_json::from_value(json!({
        "id": "so_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "space": "mobility", "organisation": "lab-one",
        "organisation_id": "og_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "kind": kind, "url": url, "hosts": [],
        "threshold": 20, "deadline_minutes": 1, "most_records": 10, "state": "idle", "revision": 1,
        "created_at": "2026-11-26T12:00:00Z", "updated_at": "2026-11-26T12:00:00Z",
    }))
    .unwrap();
    source.kept.continuation = continuation.map(str::to_owned);
    source
}

fn read(source: &Source, bytes: &[u8]) -> Result<Page, String> {
    let url = first_page(source, false).unwrap().0;
    let from = From { source, url: &url, media_type: None, own: Some("https://own.example.eu/"), pages: 0 };
    read_page(bytes, &from)
}

#[test]
fn a_run_begins_where_the_last_one_ended_unless_everything_is_asked_for() {
    let at = |kind, url, continuation, complete| {
        let (url, complete) = first_page(&source(kind, url, continuation), complete).unwrap();
        (Url::into(url), complete)
    };
    let cadastre = "https://there.example.eu/register/?space=health&token=x";
    let base = "https://there.example.eu/register/api/v1/changes?space=health&receipts=true&limit=100";
    assert_eq!(at(SourceKind::Cadastre, cadastre, None, false), (base.to_owned(), true));
    assert_eq!(at(SourceKind::Cadastre, cadastre, Some("abc"), false), (format!("{base}&after=abc"), false));
    assert_eq!(at(SourceKind::Cadastre, cadastre, Some("abc"), true), (base.to_owned(), true));
    let ckan = "https://data.example.org/api/3/action/package_search?fq=tags:tides";
    let (first, complete): (String, bool) = at(SourceKind::Ckan, ckan, None, false);
    assert!(
        complete && first.starts_with("https://data.example.org/api/3/action/package_search?fq=tags"),
        "{first}"
    );
    assert!(first.ends_with("&rows=100&start=0"), "{first}");
    let oai = at(SourceKind::OaiPmh, "https://r.example.org/oai?set=a", Some("2026-11-26T12:00:00Z"), false);
    let asked = "https://r.example.org/oai?verb=ListRecords&metadataPrefix=oai_dc&set=a&from=2026-11-26T12%3A00%3A00Z";
    assert_eq!(oai, (asked.to_owned(), false));
}

const OAI: &str = r#"<?xml version="1.0"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-26T12:00:00Z</responseDate>
<request verb="ListRecords">https://r.example.org/oai</request>
<ListRecords>
 <record><header><identifier>oai:r:1</identifier><datestamp>2026-11-26</datestamp></header>
  <metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:title xml:lang="fr">Mar&#233;es &amp; courants</dc:title><dc:identifier>https://r.example.org/1</dc:identifier>
   <dc:description>Line "one" \ two</dc:description></oai_dc:dc></metadata></record>
 <record><header status="deleted"><identifier>oai:r:2</identifier><datestamp>2026-11-26</datestamp></header></record>
 <record><header><identifier>oai:r:3</identifier></header><metadata>
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#">
   <dcat:Dataset rdf:about="https://r.example.org/3"><dct:title xml:lang="en">Three</dct:title></dcat:Dataset></rdf:RDF></metadata></record>
 <resumptionToken cursor="0">next one</resumptionToken>
</ListRecords></OAI-PMH>"#;

#[test]
fn a_part_of_a_repository_is_read_with_what_is_gone() {
    let source = source(SourceKind::OaiPmh, "https://r.example.org/oai", None);
    let page = read(&source, OAI.as_bytes()).unwrap();
    assert_eq!(page.gone, ["oai:r:2"]);
    assert_eq!(page.continuation.as_deref(), Some("2026-11-26T12:00:00Z"));
    assert!(page.next.unwrap().as_str().ends_with("?verb=ListRecords&resumptionToken=next+one"));
    let told: Vec<_> = page
        .found
        .iter()
        .map(|one| match &one.read {
            Read::Draft(draft, _) => (one.key.as_str(), draft.identifier()),
            Read::Failed(reason) | Read::Skipped(reason) => panic!("{}: {reason}", one.key),
        })
        .collect();
    assert_eq!(told, [("oai:r:1", "https://r.example.org/1"), ("oai:r:3", "https://r.example.org/3")]);
    let none = OAI.replace("<ListRecords>", "<error code=\"noRecordsMatch\">none</error><ListRecords>");
    assert!(read(&source, none.as_bytes()).unwrap().found.is_empty());
    let wrong = OAI.replace("<ListRecords>", "<error code=\"badArgument\">from</error><ListRecords>");
    assert!(read(&source, wrong.as_bytes()).err().unwrap().contains("badArgument: from"));
}

#[test]
fn what_is_no_page_is_told_and_never_ends_the_program() {
    let bombs: [Vec<u8>; 9] = [
        Vec::new(),
        b"{}".to_vec(),
        b"null".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        "[".repeat(100_000).into_bytes(),
        "<a>".repeat(100_000).into_bytes(),
        b"<!DOCTYPE a [<!ENTITY b \"c\">]><OAI-PMH>&b;</OAI-PMH>".to_vec(),
        OAI.as_bytes()[..OAI.len() / 2].to_vec(),
        br#"{"items": [{"cursor": 7}]}"#.to_vec(),
    ];
    for kind in SourceKind::ALL {
        let source = source(*kind, "https://r.example.org/", None);
        for bomb in &bombs {
            let outcome = read(&source, bomb);
            assert!(outcome.is_err(), "{kind}: {:?}", String::from_utf8_lossy(&bomb[..bomb.len().min(40)]));
        }
        // Every part of a good page, cut anywhere.
        for end in (0..OAI.len()).step_by(97).filter(|end| OAI.is_char_boundary(*end)) {
            drop(read(&source, &OAI.as_bytes()[..end]));
        }
    }
}

#[test]
fn what_is_registered_here_is_no_copy() {
    let signer = Signer::from_seed("there.example.eu/log", [3; 32]).unwrap();
    let mut source = source(SourceKind::Cadastre, "https://there.example.eu/", None);
    source.trust_policy = Some(TrustPolicy::of_log(signer.verifier(), None).to_string());
    let record = json!({"title": {"en": "Tides"}});
    let of = |value: &Value| Digest::of(canonical_json(value).unwrap());
    let two = [
        ("mine", "https://own.example.eu/datasets/lab-one/mine"),
        ("theirs", "https://own.example.eu.evil.example/datasets/lab-one/theirs"),
    ];
    let marks = two.map(|(_, iri)| json!({"identifier": iri, "origin": iri, "source": "so_x"}));
    let entries: Vec<Value> = (0..2)
        .map(|at: usize| {
            json!({"seq": at, "type": "dataset.registered", "subject": {"id": two[at].0}, "facts": {
                "name": format!("lab-two/{}", two[at].0), "record": of(&record), "harvested": of(&marks[at])}})
        })
        .collect();
    let leaves: Vec<Digest> =
        entries.iter().map(|entry| leaf_hash(canonical_json(entry).unwrap().as_bytes())).collect();
    let root = node_hash(&leaves[0], &leaves[1]);
    let checkpoint = Checkpoint { origin: signer.name().into(), size: 2, root }.signed(&signer).unwrap();
    let change = |at: usize| {
        let proof = vec![leaves[1 - at]];
        let receipt = Receipt { index: at as u64, proof, checkpoint: checkpoint.clone(), extra: None };
        json!({"cursor": "c", "gone": false, "organisation": "lab-two", "name": two[at].0, "whole": {
            "dataset": {"id": two[at].0, "record": record, "harvested": marks[at]},
            "receipts": [{"entry": entries[at], "receipt": receipt.to_string()}]}})
    };
    let page = json!({"items": [change(0), change(1)]});
    let page = read(&source, page.to_string().as_bytes()).unwrap();
    assert!(matches!(page.found[0].read, Read::Skipped(_)));
    assert!(matches!(page.found[1].read, Read::Draft(..)));
    assert_eq!(page.checkpoint, Some(checkpoint));
}
