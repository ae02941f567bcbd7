//! What the readers make of pages, and of what is none.

use serde_json::{Value, json};
use url::Url;

use super::{From, Page, Read, first_page, page_instead, read_page};
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
    let at = |kind, url: &str, continuation: Option<&str>, complete| {
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
    let oai = |query: &str, continuation: Option<&str>, complete| {
        let (url, complete): (String, bool) =
            at(SourceKind::OaiPmh, &format!("https://r.example.org/oai{query}"), continuation, complete);
        (url.strip_prefix("https://r.example.org/oai?verb=").unwrap().to_owned(), complete)
    };
    let told = |asked: &str, complete| (asked.to_owned(), complete);
    let kept = Some("dcat_ap 2026-11-26T12:00:00Z");
    assert_eq!(oai("?set=a", None, false), told("ListMetadataFormats", true));
    assert_eq!(
        oai("?set=a", kept, false),
        told("ListRecords&metadataPrefix=dcat_ap&set=a&from=2026-11-26T12%3A00%3A00Z", false)
    );
    assert_eq!(oai("?set=a", kept, true), told("ListMetadataFormats", true));
    let named = "?metadataPrefix=oai_dc";
    assert_eq!(oai(named, None, false), told("ListRecords&metadataPrefix=oai_dc", true));
    assert_eq!(oai(named, kept, false), told("ListRecords&metadataPrefix=oai_dc", true), "another format");
    assert_eq!(oai("", Some("2026-11-26T12:00:00Z"), false), told("ListMetadataFormats", true), "of none");
}

/// The answer of a repository with these formats.
fn formats(formats: &[(&str, &str)]) -> String {
    let one = |(prefix, namespace): &(&str, &str)| {
        format!(
            "<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>https://r.example.org/s.xsd</schema>\
            <metadataNamespace>{namespace}</metadataNamespace></metadataFormat>"
        )
    };
    let all: String = formats.iter().map(one).collect();
    format!(
        "<OAI-PMH><responseDate>2026-11-26T12:00:00Z</responseDate><request/><ListMetadataFormats>{all}</ListMetadataFormats></OAI-PMH>"
    )
}

#[test]
fn a_repository_is_asked_for_the_richest_format_that_is_read_here() {
    const DC: (&str, &str) = ("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/");
    const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    let source = source(SourceKind::OaiPmh, "https://r.example.org/oai?set=a", None);
    let next = |answer: &str| {
        let page = read(&source, answer.as_bytes()).unwrap();
        assert!(page.found.is_empty() && page.continuation.is_none());
        let next = page.next.unwrap();
        let asked = "https://r.example.org/oai?verb=ListRecords&metadataPrefix=";
        next.as_str().strip_prefix(asked).unwrap().strip_suffix("&set=a").unwrap().to_owned()
    };
    let long = format!("dcat{}", "x".repeat(200));
    for (offered, taken) in [
        (vec![DC, ("datacite", "http://datacite.org/schema/kernel-4"), ("dcat_ap", RDF)], "dcat_ap"),
        (vec![("dcat", RDF), ("GeoDCAT-AP", RDF), ("dcat_ap", RDF), DC], "GeoDCAT-AP"),
        (vec![DC, ("export", "http://www.w3.org/ns/dcat#"), ("my.dcat", RDF)], "my.dcat"),
        (vec![DC, ("export", "http://www.w3.org/ns/dcat#")], "export"),
        // What others call RDF describes publications.
        (vec![("rdf", RDF), ("rdf", "http://www.openarchives.org/OAI/2.0/rdf/")], "oai_dc"),
        (vec![("", "http://www.w3.org/ns/dcat#"), ("d cat dcat", RDF), (long.as_str(), RDF)], "oai_dc"),
        (vec![], "oai_dc"),
    ] {
        assert_eq!(next(&formats(&offered)), taken, "{offered:?}");
    }
    let error = "<OAI-PMH><error code=\"badVerb\">there is no such verb</error></OAI-PMH>";
    assert_eq!(next(error), "oai_dc", "it does not tell its formats");
    let refused = first_page(&source, false).unwrap().0;
    let page = page_instead(&source, &refused).unwrap();
    assert!(page.next.as_ref().unwrap().as_str().contains("metadataPrefix=oai_dc&set=a"));
    assert!(page_instead(&source, &page.next.unwrap()).is_none(), "the records cannot be done without");
    let dcat = self::source(SourceKind::Dcat, "https://r.example.org/oai?verb=ListMetadataFormats", None);
    assert!(page_instead(&dcat, &refused).is_none());
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
    let source = source(SourceKind::OaiPmh, "https://r.example.org/oai?metadataPrefix=mixed", None);
    let page = read(&source, OAI.as_bytes()).unwrap();
    let gone: Vec<&str> =
        page.found.iter().filter(|one| matches!(one.read, Read::Gone)).map(|one| one.key.as_str()).collect();
    assert_eq!(gone, ["oai:r:2"]);
    assert_eq!(page.continuation.as_deref(), Some("mixed 2026-11-26T12:00:00Z"));
    let url = page.next.unwrap();
    let from = From { source: &source, url: &url, media_type: None, own: None, pages: 1 };
    assert_eq!(read_page(OAI.as_bytes(), &from).unwrap().continuation, None, "the first part says when");
    assert!(url.as_str().ends_with("?verb=ListRecords&resumptionToken=next+one"));
    let told: Vec<_> = page
        .found
        .iter()
        .filter_map(|one| match &one.read {
            Read::Draft(draft, _) => Some((one.key.as_str(), draft.identifier())),
            Read::Gone => None,
            _ => panic!("{} is not read", one.key),
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
    let kinds = SourceKind::ALL.iter().flat_map(|kind| [(kind, ""), (kind, "?metadataPrefix=oai_dc")]);
    for (kind, query) in kinds {
        let source = source(*kind, &format!("https://r.example.org/{query}"), None);
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
    assert!(matches!(page.found[1].read, Read::Copy(_)));
    assert_eq!(page.checkpoint, Some(checkpoint));
}

#[test]
fn what_may_have_lost_half_of_its_members_is_broken() {
    let package =
        r#"{"success": true, "result": {"count": 1, "results": [{"id": "1", "name": "a", "title": "A"}]}}"#;
    let dcat = r#"{"@id": "https://r.example.org/1", "@type": "http://www.w3.org/ns/dcat#Dataset", "http://purl.org/dc/terms/title": "A"}"#;
    for (kind, whole, once, twice) in [
        (SourceKind::Ckan, package, "\"results\"", "\"results\": [], \"results\""),
        (
            SourceKind::Dcat,
            dcat,
            "\"http://purl.org",
            "\"@id\": \"https://r.example.org/1\", \"http://purl.org",
        ),
    ] {
        let source = source(kind, "https://r.example.org/", None);
        assert_eq!(read(&source, whole.as_bytes()).unwrap().found.len(), 1, "{kind}");
        let reason = read(&source, whole.replacen(once, twice, 1).as_bytes()).err().unwrap();
        assert!(reason.contains("is broken") && reason.contains("more than once"), "{kind}: {reason}");
    }
}

#[test]
fn what_stands_in_the_query_of_a_source_comes_into_no_identifier() {
    let source = source(SourceKind::Dcat, "https://r.example.org/sec.ttl?key=SECRET", None);
    let document = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n\
        <#d1> a dcat:Dataset ; dct:title \"A\"@en . <> a dcat:Dataset ; dct:title \"B\"@en .";
    let page = read(&source, document.as_bytes()).unwrap();
    let keys: Vec<&str> = page.found.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["https://r.example.org/sec.ttl#d1", "https://r.example.org/sec.ttl"]);
}
