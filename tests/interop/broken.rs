//! Documents that are broken or hostile: each is refused with its problem, or read with a report that says what was lost; none
//! takes long, and none brings anything down.

use std::time::{Duration, Instant};

use cadastre::interop::import::{Hint, ImportFormat, Reading, read};
use proptest::prelude::*;

/// What is to become of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    /// It is refused with this code.
    Refused(&'static str),
    /// It is read, and what was lost of it is told.
    Faulty,
    /// It is read, and this is told as lost: a member of an object that comes twice.
    Twice(&'static str),
    /// It is read, and a value of this property is dropped.
    Dropped(&'static str),
    /// It is read, and a value of this property is kept in another form.
    Changed(&'static str),
    /// It is refused, or what was lost is told, or it is a whole document again.
    Any,
}

use ImportFormat::{Ckan, Croissant, DataPackage, DatasetCard, JsonLd, NTriples, RdfXml, SchemaOrg, Turtle};
use Outcome::{Any, Changed, Dropped, Faulty, Refused, Twice};

const TTL: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
    <https://o.example/1> a dcat:Dataset ; dct:title \"One\"@en ; dct:description \"First\"@en .\n\
    <https://o.example/2> a dcat:Dataset ; dct:title \"Two\"@en ; dct:description \"Second\"@en .\n";
const NT: &str = "<https://o.example/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n\
    <https://o.example/1> <http://purl.org/dc/terms/title> \"One\"@en .\n\
    <https://o.example/1> <http://purl.org/dc/terms/description> \"First\"@en .\n";
const RDF: &str = "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
    xmlns:dcat=\"http://www.w3.org/ns/dcat#\" xmlns:dct=\"http://purl.org/dc/terms/\">\n\
    <dcat:Dataset rdf:about=\"https://o.example/1\"><dct:title xml:lang=\"en\">One</dct:title></dcat:Dataset>\n\
    <dcat:Dataset rdf:about=\"https://o.example/2\"><dct:title xml:lang=\"en\">Two</dct:title></dcat:Dataset>\n</rdf:RDF>\n";
const JSONLD: &str = "{\"@context\": {\"dcat\": \"http://www.w3.org/ns/dcat#\", \"dct\": \"http://purl.org/dc/terms/\"}, \
    \"@id\": \"https://o.example/1\", \"@type\": \"dcat:Dataset\", \"dct:title\": {\"@value\": \"One\", \"@language\": \"en\"}}";
const CROISSANT: &str = "{\"@context\": {\"@language\": \"en\", \"@vocab\": \"https://schema.org/\", \"cr\": \"http://mlcommons.org/croissant/\"}, \
    \"@type\": \"sc:Dataset\", \"conformsTo\": \"http://mlcommons.org/croissant/1.0\", \"name\": \"One\", \
    \"license\": \"https://creativecommons.org/licenses/by/4.0/\", \"distribution\": []}";
const PACKAGE: &str =
    "{\"name\": \"one\", \"title\": \"One\", \"resources\": [{\"name\": \"a\", \"path\": \"a.csv\"}]}";
const CARD: &str =
    "---\npretty_name: One\nlicense: mit\nlanguage:\n- en\ntags:\n- wind\n---\n# One\n\nWind at the pier.\n";
const CKAN: &str = "{\"success\": true, \"result\": {\"id\": \"1\", \"name\": \"one\", \"title\": \"One\", \"resources\": []}}";

const SEEDS: [(ImportFormat, &str); 8] = [
    (Turtle, TTL),
    (NTriples, NT),
    (RdfXml, RDF),
    (JsonLd, JSONLD),
    (Croissant, CROISSANT),
    (DataPackage, PACKAGE),
    (DatasetCard, CARD),
    (Ckan, CKAN),
];

fn ttl(statement: &str) -> Vec<u8> {
    TTL.replacen("dct:description \"First\"@en", statement, 1).into_bytes()
}

fn rdf(inner: &str) -> Vec<u8> {
    RDF.replacen("</dcat:Dataset>", &format!("{inner}</dcat:Dataset>"), 1).into_bytes()
}

fn package(member: &str) -> Vec<u8> {
    PACKAGE.replacen("\"title\": \"One\"", &format!("\"title\": \"One\", {member}"), 1).into_bytes()
}

fn croissant(member: &str) -> Vec<u8> {
    CROISSANT.replacen("\"name\": \"One\"", &format!("\"name\": \"One\", {member}"), 1).into_bytes()
}

fn ckan(member: &str) -> Vec<u8> {
    CKAN.replacen("\"title\": \"One\"", &format!("\"title\": \"One\", {member}"), 1).into_bytes()
}

fn card(member: &str) -> Vec<u8> {
    CARD.replacen("license: mit", member, 1).into_bytes()
}

/// Everything points to one thing of which everything is said.
fn crowd(many: usize) -> Vec<u8> {
    let names: String = (0..many).map(|number| format!("<http://o.example/p{number}> \"x\" ; ")).collect();
    let links = "<https://o.example/desk>, ".repeat(many);
    let links = links.trim_end_matches(", ");
    let mut text =
        ttl(&format!("dcat:contactPoint {links} ; dct:creator {links} ; dcat:distribution {links}"));
    text.extend(format!("<https://o.example/desk> {names} a dcat:Distribution .\n").into_bytes());
    text
}

type Case = (String, Option<ImportFormat>, Vec<u8>, Outcome);

/// Written by hand, each for what it breaks.
fn by_hand() -> Vec<Case> {
    let long = "x".repeat(30_000);
    let entity = "<!DOCTYPE rdf:RDF [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let external = "<!DOCTYPE rdf:RDF SYSTEM \"http://127.0.0.1/evil.dtd\">";
    let deep = |open: &str, close: &str, times: usize| {
        format!("{}{}", open.repeat(times), close.repeat(times)).into_bytes()
    };
    let cases: Vec<(&str, Option<ImportFormat>, Vec<u8>, Outcome)> = vec![
        ("nothing", None, vec![], Refused("unknown_format")),
        ("white space", None, b" \n\t ".to_vec(), Refused("unknown_format")),
        ("a page of a server that failed", None, b"<html><body>502</body></html>".to_vec(), Refused("unknown_format")),
        ("a table", None, b"a,b\n1,2\n".to_vec(), Refused("unknown_format")),
        ("a picture", None, vec![0x89, b'P', b'N', b'G', 0xff, 0xfe], Refused("encoding")),
        ("UTF-16", None, TTL.encode_utf16().flat_map(u16::to_le_bytes).chain([0xff]).collect(), Refused("encoding")),
        ("Latin-1", Some(Turtle), [b"\"\xe9\xe8\"".as_slice(), TTL.as_bytes()].concat(), Refused("encoding")),
        ("too many bytes", Some(Turtle), vec![b' '; 16 * 1024 * 1024 + 1], Refused("too_large")),
        // Turtle.
        ("an undeclared prefix", Some(Turtle), ttl("odd:p \"x\""), Faulty),
        ("a text that does not end", Some(Turtle), ttl("dct:description \"First"), Faulty),
        ("a missing dot", Some(Turtle), TTL.replacen("@en .\n", "@en\n", 1).into_bytes(), Faulty),
        ("no dataset", Some(Turtle), b"<https://o.example/1> <https://o.example/p> 1 .".to_vec(), Refused("no_dataset")),
        ("only a prefix", Some(Turtle), b"@prefix a: <http://a.example/> .".to_vec(), Refused("no_dataset")),
        ("lists without end", Some(Turtle), ttl(&format!("dct:relation {}", "(".repeat(5000))), Any),
        ("blank nodes without end", Some(Turtle), ttl(&format!("dct:relation {}", "[ dct:relation ".repeat(5000))), Any),
        ("a huge text", Some(Turtle), ttl(&format!("dct:description \"{}\"@en", "y".repeat(2 * 1024 * 1024))), Refused("too_large")),
        ("a long title", Some(Turtle), ttl(&format!("dct:title \"{}\"@fr", &long)), Changed("dct:title")),
        ("a long description", Some(Turtle), ttl(&format!("dct:description \"{long}\"@en")), Changed("dct:description")),
        ("no language", Some(Turtle), ttl("dct:description \"First\""), Changed("dct:description")),
        ("a language that is none", Some(Turtle), ttl("dct:description \"First\"@abcdefghi"), Any),
        ("two texts in one language", Some(Turtle), ttl("dct:title \"Uno\"@en"), Dropped("dct:title")),
        ("an address with a space", Some(Turtle), ttl("dcat:landingPage <http://o.example/a b>"), Any),
        ("a page that is none", Some(Turtle), ttl("dcat:landingPage \"see our site\""), Dropped("dcat:landingPage")),
        ("a script for a page", Some(Turtle), ttl("dcat:landingPage <javascript:alert(1)>"), Dropped("dcat:landingPage")),
        ("a page with a password", Some(Turtle), ttl("dcat:landingPage <https://a:b@o.example/>"), Dropped("dcat:landingPage")),
        ("an unknown theme", Some(Turtle), ttl("dcat:theme <http://o.example/theme/x>"), Dropped("dcat:theme")),
        ("an unknown rhythm", Some(Turtle), ttl("dct:accrualPeriodicity \"often\""), Dropped("dct:accrualPeriodicity")),
        ("an unknown language", Some(Turtle), ttl("dct:language <http://o.example/lang>"), Dropped("dct:language")),
        ("an unknown place", Some(Turtle), ttl("dct:spatial \"Atlantis\""), Dropped("dct:spatial")),
        ("a licence in words", Some(Turtle), ttl("dct:license \"free for all\""), Dropped("dct:license")),
        ("a contact without a way", Some(Turtle), ttl("dcat:contactPoint [ <http://www.w3.org/2006/vcard/ns#fn> \"Desk\" ]"), Dropped("dcat:contactPoint")),
        ("a contact in words", Some(Turtle), ttl("dcat:contactPoint \"the desk\""), Dropped("dcat:contactPoint")),
        ("an agent without a name", Some(Turtle), ttl("dct:creator <https://o.example/who>"), Dropped("dct:creator")),
        ("a date in words", Some(Turtle), ttl("dct:modified \"last week\""), Dropped("dct:modified")),
        ("the 30th of February", Some(Turtle), ttl("dct:temporal [ dcat:startDate \"2024-02-30\" ]"), Dropped("dct:temporal")),
        ("a year alone", Some(Turtle), ttl("dct:temporal [ dcat:startDate \"2024\" ]"), Changed("dct:temporal")),
        ("an end before its beginning", Some(Turtle), ttl("dct:temporal [ dcat:startDate \"2024-02-03\" ; dcat:endDate \"2020-01-01\" ]"), Dropped("dct:temporal")),
        ("a period without ends", Some(Turtle), ttl("dct:temporal [ a dct:PeriodOfTime ]"), Dropped("dct:temporal")),
        ("a distribution that is not there", Some(Turtle), ttl("dcat:distribution <https://o.example/d>"), Dropped("dcat:distribution")),
        ("a size in words", Some(Turtle), ttl("dcat:distribution [ dcat:byteSize \"2 MB\" ]"), Dropped("dcat:distribution/dcat:byteSize")),
        ("a size that is NaN", Some(Turtle), ttl("dcat:distribution [ dcat:byteSize \"NaN\" ]"), Dropped("dcat:distribution/dcat:byteSize")),
        ("a size below nothing", Some(Turtle), ttl("dcat:distribution [ dcat:byteSize -1 ]"), Dropped("dcat:distribution/dcat:byteSize")),
        ("an MD5", Some(Turtle), ttl("dcat:distribution [ <http://spdx.org/rdf/terms#checksum> [ <http://spdx.org/rdf/terms#checksumValue> \"d41d8cd98f00b204e9800998ecf8427e\" ] ]"), Dropped("dcat:distribution/spdx:checksum")),
        ("a circle", Some(Turtle), ttl("dct:relation <https://o.example/1> ; dct:provenance <https://o.example/1>"), Dropped("dct:provenance")),
        ("a policy in a circle", Some(Turtle), ttl("<http://www.w3.org/ns/odrl/2/hasPolicy> _:p"), Any),
        ("many that point to one", Some(Turtle), crowd(5_000), Dropped("dcat:contactPoint")),
        ("a property of nobody's", Some(Turtle), ttl("<https://o.example/odd> \"x\""), Dropped("https://o.example/odd")),
        ("a keyword that is too long", Some(Turtle), ttl(&format!("dcat:keyword \"{}\"@en", "k".repeat(101))), Dropped("dcat:keyword")),
        // N-Triples.
        ("a line of nonsense", Some(NTriples), format!("{NT}nonsense\n").into_bytes(), Faulty),
        ("a line without its dot", Some(NTriples), NT.replacen("> .\n", ">\n", 1).into_bytes(), Faulty),
        ("nonsense alone", Some(NTriples), b"nonsense\n".to_vec(), Refused("unreadable")),
        // RDF/XML.
        ("an entity bomb", Some(RdfXml), RDF.replacen("?>\n", &format!("?>\n{entity}"), 1).into_bytes(), Refused("doctype")),
        ("an external document type", Some(RdfXml), RDF.replacen("?>\n", &format!("?>\n{external}"), 1).into_bytes(), Refused("doctype")),
        ("an unknown entity", Some(RdfXml), rdf("<dct:description>a&nbsp;b</dct:description>"), Faulty),
        ("a bare ampersand", Some(RdfXml), rdf("<dct:description>a & b</dct:description>"), Faulty),
        ("a character that is none", Some(RdfXml), rdf("<dct:description>&#0;</dct:description>"), Faulty),
        ("tags that cross", Some(RdfXml), rdf("<dct:description><b></dct:description></b>"), Faulty),
        ("an attribute twice", Some(RdfXml), rdf("<dct:description xml:lang=\"en\" xml:lang=\"fr\">a</dct:description>"), Faulty),
        ("an undeclared prefix in XML", Some(RdfXml), rdf("<odd:p>a</odd:p>"), Faulty),
        ("text between elements", Some(RdfXml), rdf("loose words"), Faulty),
        ("elements without end", Some(RdfXml), rdf(&"<dct:relation><dcat:Dataset>".repeat(5000)), Refused("too_deep")),
        ("attributes without end", Some(RdfXml), rdf(&format!("<dct:relation {}/>", (0..5000).map(|n| format!("dct:a{n}=\"1\" ")).collect::<String>())), Refused("too_large")),
        ("namespaces without end", Some(RdfXml), rdf(&format!("<dct:relation {}/>", (0..190).map(|n| format!("xmlns:n{n}=\"http://n{n}.example/\" ")).collect::<String>())), Any),
        ("SVG", Some(RdfXml), b"<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>".to_vec(), Refused("no_dataset")),
        ("aboutEach", Some(RdfXml), rdf("<dct:relation><rdf:Description rdf:aboutEach=\"x\"/></dct:relation>"), Faulty),
        ("a second node in a property", Some(RdfXml), rdf("<dct:relation><dcat:Dataset/><dcat:Dataset/></dct:relation>"), Faulty),
        // JSON-LD.
        ("an unknown context", Some(JsonLd), JSONLD.replacen("{\"dcat\"", "[\"https://x.example/c.jsonld\", {\"dcat\"", 1).replacen("terms/\"}", "terms/\"}]", 1).into_bytes(), Any),
        ("only an unknown context", Some(JsonLd), b"{\"@context\": \"https://x.example/c.jsonld\", \"@id\": \"http://a.example/\", \"title\": \"x\"}".to_vec(), Refused("unreadable")),
        ("a context that names itself", Some(JsonLd), b"{\"@context\": {\"a\": \"b:a\", \"b\": \"a:b\"}, \"a:x\": 1}".to_vec(), Any),
        ("objects without end", Some(JsonLd), deep("{\"http://a.example/p\":", "}", 5000), Refused("json")),
        ("lists without end in JSON-LD", Some(JsonLd), deep("[", "]", 100_000), Refused("json")),
        ("a member of JSON-LD twice", Some(JsonLd), JSONLD.replacen("\"dct:title\"", "\"dct:title\": \"Two\", \"dct:title\"", 1).into_bytes(), Twice("the document has the member dct:title more than once")),
        ("a language of JSON-LD twice", Some(JsonLd), JSONLD.replacen("\"@language\": \"en\"", "\"@language\": \"fr\", \"@language\": \"en\"", 1).into_bytes(), Twice("/dct:title has the member @language more than once")),
        ("an identifier of JSON-LD twice", Some(JsonLd), JSONLD.replacen("\"@id\"", "\"@id\": \"https://o.example/0\", \"@id\"", 1).into_bytes(), Twice("the document has the member @id more than once")),
        ("a list of nulls", Some(JsonLd), b"[null, null]".to_vec(), Refused("no_dataset")),
        // Data packages.
        ("a list for a package", Some(DataPackage), b"[1, 2]".to_vec(), Refused("no_dataset")),
        ("a text for a package", Some(DataPackage), b"\"package\"".to_vec(), Refused("no_dataset")),
        ("an empty object", Some(DataPackage), b"{}".to_vec(), Refused("no_dataset")),
        ("NaN", Some(DataPackage), package("\"size\": NaN"), Refused("json")),
        ("a comma too many", Some(DataPackage), package("\"a\": 1,"), Refused("json")),
        ("half a surrogate", Some(DataPackage), package("\"description\": \"\\ud800\""), Refused("json")),
        ("a number for a homepage", Some(DataPackage), package("\"homepage\": 5"), Dropped("homepage")),
        ("a homepage that is none", Some(DataPackage), package("\"homepage\": \"ours\""), Dropped("homepage")),
        ("a licence nobody knows", Some(DataPackage), package("\"licenses\": [{\"name\": \"ours\"}]"), Dropped("licenses")),
        ("a number for licences", Some(DataPackage), package("\"licenses\": 5"), Dropped("licenses")),
        ("a contributor without a name", Some(DataPackage), package("\"contributors\": [{}]"), Dropped("contributors")),
        ("a source without an address", Some(DataPackage), package("\"sources\": [{\"title\": \"x\"}]"), Dropped("sources")),
        ("a resource that is a text", Some(DataPackage), PACKAGE.replacen("{\"name\": \"a\", \"path\": \"a.csv\"}", "\"a.csv\"", 1).into_bytes(), Dropped("resources")),
        ("data inline", Some(DataPackage), PACKAGE.replacen("\"path\": \"a.csv\"", "\"data\": [1]", 1).into_bytes(), Dropped("resources")),
        ("a digest of another kind", Some(DataPackage), PACKAGE.replacen("\"path\": \"a.csv\"", "\"path\": \"a.csv\", \"hash\": \"abc\"", 1).into_bytes(), Dropped("resources/hash")),
        ("a member of nobody's", Some(DataPackage), package("\"odd\": {\"a\": 1}"), Dropped("odd")),
        ("a member twice", Some(DataPackage), package("\"title\": \"Two\""), Twice("the document has the member title more than once")),
        ("a member of a resource twice", Some(DataPackage), PACKAGE.replacen("\"path\"", "\"name\": \"b\", \"path\"", 1).into_bytes(), Twice("/resources/0 has the member name more than once")),
        // Croissant and schema.org.
        ("no dataset in JSON-LD", Some(Croissant), b"{\"@type\": \"sc:Person\", \"name\": \"x\"}".to_vec(), Refused("no_dataset")),
        ("a member of Croissant twice", Some(Croissant), croissant("\"license\": \"https://spdx.org/licenses/MIT\""), Twice("the document has the member license more than once")),
        ("an object for a name", Some(Croissant), croissant("\"description\": {\"a\": {\"b\": 1}}"), Dropped("description")),
        ("a number for a creator", Some(Croissant), croissant("\"creator\": {\"@type\": \"Person\"}"), Dropped("creator")),
        ("a list for a file", Some(Croissant), CROISSANT.replacen("\"distribution\": []", "\"distribution\": [[1]]", 1).into_bytes(), Dropped("distribution")),
        ("a digest of nothing", Some(Croissant), CROISSANT.replacen("\"distribution\": []", "\"distribution\": [{\"@type\": \"cr:FileObject\", \"sha256\": \"zz\"}]", 1).into_bytes(), Dropped("distribution/sha256")),
        ("an unknown use", Some(Croissant), croissant("\"rai:dataUseCases\": [\"Anything\"]"), Dropped("rai:dataUseCases")),
        ("a step nobody knows", Some(Croissant), croissant("\"prov:wasGeneratedBy\": {\"prov:label\": \"magic\"}"), Dropped("prov:wasGeneratedBy")),
        ("an unknown DUO term", Some(Croissant), croissant("\"usageInfo\": {\"termCode\": \"DUO_9999999\"}"), Dropped("usageInfo")),
        ("a time that is none", Some(SchemaOrg), croissant("\"temporalCoverage\": \"yesterday\""), Dropped("temporalCoverage")),
        ("a place that is none", Some(SchemaOrg), croissant("\"spatialCoverage\": {\"@type\": \"Place\", \"name\": \"Atlantis\"}"), Dropped("spatialCoverage")),
        // Cards.
        ("no front matter", Some(DatasetCard), b"# Only words\n".to_vec(), Refused("no_dataset")),
        ("front matter without an end", Some(DatasetCard), b"---\nlicense: mit\n".to_vec(), Refused("no_dataset")),
        ("a list for front matter", Some(DatasetCard), b"---\n- a\n---\n".to_vec(), Refused("no_dataset")),
        ("a YAML bomb", Some(DatasetCard), card("a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]"), Refused("yaml")),
        ("a YAML circle", Some(DatasetCard), card("a: &a [*a]"), Refused("yaml")),
        ("YAML without end", Some(DatasetCard), card(&format!("a: {}", "[".repeat(5000))), Refused("yaml")),
        ("YAML that is deep", Some(DatasetCard), card(&format!("a: {}1{}", "[".repeat(50), "]".repeat(50))), Refused("yaml")),
        ("YAML with a member twice", Some(DatasetCard), card("license: mit\nlicense: gpl"), Refused("yaml")),
        ("YAML with a tab", Some(DatasetCard), card("a:\n\t- b"), Refused("yaml")),
        ("a licence that is not known", Some(DatasetCard), card("license: unknown"), Dropped("license")),
        ("a language that is a number", Some(DatasetCard), CARD.replacen("- en", "- 5", 1).into_bytes(), Dropped("language")),
        ("a member of nobody's in a card", Some(DatasetCard), card("odd: 1"), Dropped("odd")),
        // CKAN.
        ("a member of CKAN twice", Some(Ckan), ckan("\"name\": \"two\""), Twice("/result has the member name more than once")),
        ("CKAN that failed", Some(Ckan), b"{\"success\": false, \"error\": {\"message\": \"Not found\"}}".to_vec(), Refused("no_dataset")),
        ("a result that is a number", Some(Ckan), b"{\"success\": true, \"result\": 5}".to_vec(), Refused("no_dataset")),
        ("an empty package", Some(Ckan), b"{\"success\": true, \"result\": {}}".to_vec(), Refused("no_dataset")),
        ("a licence that nobody specified", Some(Ckan), ckan("\"license_id\": \"notspecified\""), Dropped("license_id")),
        ("an address that is none", Some(Ckan), ckan("\"url\": \"ours\""), Dropped("url")),
        ("a maintainer nobody reaches", Some(Ckan), ckan("\"maintainer\": \"Desk\""), Dropped("maintainer")),
        ("an extra of nobody's", Some(Ckan), ckan("\"extras\": [{\"key\": \"odd\", \"value\": \"1\"}]"), Dropped("extras/odd")),
        ("a frequency that is none", Some(Ckan), ckan("\"extras\": [{\"key\": \"frequency\", \"value\": \"http://o.example/f\"}]"), Dropped("extras/frequency")),
        ("a resource that is a number", Some(Ckan), CKAN.replacen("\"resources\": []", "\"resources\": [5]", 1).into_bytes(), Dropped("resources")),
    ];
    cases
        .into_iter()
        .map(|(name, format, bytes, outcome)| (name.to_owned(), format, bytes, outcome))
        .collect()
}

/// Every seed, broken in every way.
fn mutated() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, seed) in SEEDS {
        let bytes = seed.as_bytes();
        let json = matches!(format, JsonLd | Croissant | DataPackage | Ckan);
        let cut = |part: usize| bytes[..bytes.len() * part / 8].to_vec();
        let broken = if json { Refused("json") } else { Any };
        for part in 0..8 {
            cases.push((format!("{format} cut at {part}/8"), Some(format), cut(part), broken));
        }
        cases.push((
            format!("{format} with a byte of no text"),
            Some(format),
            [bytes, &[0xc3]].concat(),
            Refused("encoding"),
        ));
        cases.push((
            format!("{format} backwards"),
            Some(format),
            bytes.iter().rev().copied().collect(),
            broken,
        ));
        cases.push((
            format!("{format} twice"),
            Some(format),
            [bytes, bytes].concat(),
            if json { Refused("json") } else { Any },
        ));
        cases.push((
            format!("{format} with zeros"),
            Some(format),
            [&bytes[..20], &[0; 8], &bytes[20..]].concat(),
            broken,
        ));
        let other = if json { TTL } else { CKAN };
        let outcome = if json { Refused("json") } else { Any };
        cases.push((
            format!("{format} that is another format"),
            Some(format),
            other.as_bytes().to_vec(),
            outcome,
        ));
    }
    cases
}

fn judge(outcome: Outcome, found: &Result<Reading, cadastre::kernel::Error>) -> Result<(), String> {
    let reading = match (outcome, found) {
        (Refused(code), Err(error)) => {
            let field = error.field_errors().first().ok_or("a problem without a field")?;
            return if field.code == code {
                Ok(())
            } else {
                Err(format!("{}: {}", field.code, field.detail))
            };
        }
        (Any, Err(error)) if !error.detail().is_empty() => return Ok(()),
        (_, Err(error)) => return Err(format!("refused: {error}")),
        (Refused(_), Ok(reading)) => return Err(format!("read: {reading:#?}")),
        (_, Ok(reading)) => reading,
    };
    for imported in reading.records.iter().flatten() {
        imported.record.check().map_err(|error| format!("{:?}", error.field_errors()))?;
    }
    let reports = || reading.records.iter().flatten().map(|imported| &imported.report);
    let shown = || format!("{:#?}\n{:#?}", reading.faults, reports().collect::<Vec<_>>());
    let holds = match outcome {
        Faulty => !reading.faults.is_empty(),
        // The last one counts, and nothing else is lost.
        Twice(told) => matches!(&*reading.faults, [fault] if fault.starts_with(told)),
        Dropped(property) => {
            reports().any(|report| report.dropped.iter().any(|one| one.property == property))
        }
        Changed(property) => {
            reports().any(|report| report.changed.iter().any(|one| one.property == property))
        }
        Refused(_) | Any => true,
    };
    if holds { Ok(()) } else { Err(shown()) }
}

#[test]
fn broken_documents_give_clear_problems() {
    let cases = [by_hand(), mutated()].concat();
    assert!(cases.len() >= 200, "{}", cases.len());
    let mut wrong = Vec::new();
    for (name, format, bytes, outcome) in cases {
        let began = Instant::now();
        let found = read(&bytes, &Hint { format, ..Hint::default() });
        if let Err(what) = judge(outcome, &found) {
            let what: String = what.chars().take(1500).collect();
            wrong.push(format!("{name}: expected {outcome:?}, found {what}"));
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{name} took {:?}", began.elapsed());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_seeds_are_whole() {
    for (format, seed) in SEEDS {
        let reading = read(seed.as_bytes(), &Hint { format: Some(format), ..Hint::default() }).unwrap();
        assert_eq!(reading.faults, Vec::<String>::new(), "{format}");
        assert!(!reading.records[0].as_ref().unwrap().record.title.is_empty(), "{format}");
        let found = ImportFormat::detect(seed, &Hint::default()).unwrap();
        assert_eq!(found, format);
    }
}

/// What real catalogues look like once they are cut, or pieces of them are lost or doubled.
#[test]
fn broken_originals_bring_nothing_down() {
    let small = |path: &std::path::PathBuf| std::fs::metadata(path).is_ok_and(|file| file.len() < 30_000);
    for path in super::import::originals().iter().filter(|path| small(path)).step_by(4) {
        let bytes = std::fs::read(path).unwrap();
        let format = ImportFormat::detect(&String::from_utf8_lossy(&bytes), &Hint::default()).ok();
        for part in 1..6 {
            let (from, to) = (bytes.len() * part / 7, bytes.len() * part / 7 + bytes.len() / 11);
            sound(&bytes[..to], format);
            sound(&[&bytes[..from], &bytes[to..]].concat(), format);
            sound(&[&bytes[..to], &bytes[from..]].concat(), format);
        }
    }
}

fn a_format() -> impl Strategy<Value = Option<ImportFormat>> {
    proptest::sample::select(ImportFormat::ALL.iter().copied().map(Some).chain([None]).collect::<Vec<_>>())
}

/// A seed in which some pieces are replaced, doubled or taken out.
fn a_mutation() -> impl Strategy<Value = (ImportFormat, Vec<u8>)> {
    let pieces = proptest::sample::select(vec![
        "", "\"", "<", ">", "{", "}", "[", "]", "(", ")", "&", ";", ".", "@en", "^^", "_:", "\\u", "\u{0}",
        "---", "\n", "null", "1e999", "<x:y/>", "rdf:", "*a", "&a ", "é",
    ]);
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0..12_usize, pieces), 1..6);
    (proptest::sample::select(SEEDS.to_vec()), edits).prop_map(|((format, seed), edits)| {
        let mut text: Vec<char> = seed.chars().collect();
        for (at, length, piece) in edits {
            let at = at.index(text.len() + 1).min(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.chars());
        }
        (format, text.into_iter().collect::<String>().into_bytes())
    })
}

/// Reading ends in time, and what it gives is a record.
fn sound(bytes: &[u8], format: Option<ImportFormat>) {
    let began = Instant::now();
    if let Ok(reading) = read(bytes, &Hint { format, ..Hint::default() }) {
        for imported in reading.records.iter().flatten() {
            imported.record.check().unwrap();
        }
    }
    assert!(began.elapsed() < Duration::from_secs(5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes_bring_nothing_down(bytes in proptest::collection::vec(any::<u8>(), 0..300), format in a_format()) {
        sound(&bytes, format);
    }

    #[test]
    fn arbitrary_text_brings_nothing_down(text in "\\PC{0,200}", format in a_format()) {
        sound(text.as_bytes(), format);
    }

    #[test]
    fn mutations_bring_nothing_down((format, bytes) in a_mutation()) {
        sound(&bytes, Some(format));
    }
}
