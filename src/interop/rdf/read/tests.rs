//! Tests of reading RDF.

use super::*;

fn statements(text: &str, syntax: Syntax) -> Vec<String> {
    let read = read(text, syntax, Some("http://example.org/doc")).unwrap();
    assert_eq!(read.faults, Vec::<String>::new());
    let mut all: Vec<String> = read
        .graph
        .statements()
        .map(|(subject, property, value)| match value {
            Term::Node(name) => format!("{subject} {property} <{name}>"),
            Term::Literal { text, language, datatype } => {
                let tag = language.as_ref().map(|tag| format!("@{tag}")).unwrap_or_default();
                let datatype = datatype.as_ref().map(|datatype| format!("^^{datatype}")).unwrap_or_default();
                format!("{subject} {property} \"{text}\"{tag}{datatype}")
            }
        })
        .collect();
    all.sort();
    all
}

/// A document of RDF/XML without the declarations that all of them have.
fn xml(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns:dct=\"http://purl.org/dc/terms/\" xmlns:e=\"http://e.example/\">{inner}</rdf:RDF>"
    )
}

#[test]
fn rdf_xml_says_what_the_same_turtle_says() {
    let prefixes = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix dct: <http://purl.org/dc/terms/> . \
                    @prefix e: <http://e.example/> . @base <http://example.org/doc> .\n";
    for (inner, turtle) in [
        (
            r##"<e:A rdf:about="a"><dct:title xml:lang="fr">x &amp; &#233;<!-- - --><![CDATA[<b>]]></dct:title></e:A>"##,
            r#"<a> a e:A ; dct:title "x & é<b>"@fr ."#,
        ),
        (
            r##"<rdf:Description rdf:ID="i" dct:title="t" rdf:type="http://e.example/A"/>"##,
            r#"<#i> a e:A ; dct:title "t" ."#,
        ),
        (
            r##"<rdf:Description rdf:about=""><e:p rdf:resource="../b"/><e:p rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2024-01-01</e:p></rdf:Description>"##,
            r#"<> e:p <../b> , "2024-01-01"^^<http://www.w3.org/2001/XMLSchema#date> ."#,
        ),
        (
            r##"<rdf:Description rdf:about="a" xml:lang="de"><e:p>x</e:p><e:p xml:lang="">y</e:p></rdf:Description>"##,
            r#"<a> e:p "x"@de , "y" ."#,
        ),
        (
            r##"<rdf:Description rdf:about="a" xml:base="http://b.example/x/"><e:p rdf:resource="y"/></rdf:Description>"##,
            r#"<http://b.example/x/a> e:p <http://b.example/x/y> ."#,
        ),
        (
            r##"<rdf:Bag rdf:about="a"><rdf:li>x</rdf:li><rdf:li rdf:resource="http://b.example/"/></rdf:Bag>"##,
            r#"<a> a rdf:Bag ; rdf:_1 "x" ; rdf:_2 <http://b.example/> ."#,
        ),
        (
            r##"<rdf:Description rdf:about="a"><e:p><e:B rdf:about="b"><e:q>z</e:q></e:B></e:p><e:p></e:p></rdf:Description>"##,
            r#"<a> e:p <b> , "" . <b> a e:B ; e:q "z" ."#,
        ),
        (
            r##"<rdf:Description rdf:about="a"><e:p rdf:parseType="Literal"><b xmlns="">x &amp; <i/></b></e:p></rdf:Description>"##,
            r#"<a> e:p "<b xmlns=\"\">x &amp; <i/></b>"^^rdf:XMLLiteral ."#,
        ),
    ] {
        assert_eq!(
            statements(&xml(inner), Syntax::RdfXml),
            statements(&format!("{prefixes}{turtle}"), Syntax::Turtle),
            "{inner}"
        );
    }
}

#[test]
fn rdf_xml_makes_things_without_names() {
    let count = |inner: &str, subject: &str, property: &str| {
        let text = xml(inner);
        let found = statements(&text, Syntax::RdfXml);
        found.iter().filter(|one| one.starts_with(subject) && one.contains(&format!(" {property} "))).count()
    };
    let resource = r#"<rdf:Description rdf:about="a"><e:p rdf:parseType="Resource"><e:q>1</e:q><e:q>2</e:q></e:p></rdf:Description>"#;
    assert_eq!(count(resource, "_:", "http://e.example/q"), 2);
    let attributes =
        r#"<rdf:Description rdf:about="a"><e:p dct:title="x"/><e:p rdf:nodeID="n"/></rdf:Description>"#;
    assert_eq!(
        (count(attributes, "_:", "dct:title"), count(attributes, "http", "http://e.example/p")),
        (1, 2)
    );
    let list = r#"<rdf:Description rdf:about="a"><e:p rdf:parseType="Collection"><e:A/><e:A rdf:about="b"/></e:p></rdf:Description>"#;
    assert_eq!((count(list, "_:", "rdf:first"), count(list, "_:", "rdf:rest")), (2, 2));
}

#[test]
fn what_is_broken_costs_as_little_as_it_can() {
    let turtle =
        "@prefix e: <http://e.example/> .\ne:a e:p \"1\" .\ne:b e:p oops oops ; e:q 2 .\ne:c e:p \"3\" .\n";
    let found = read(turtle, Syntax::Turtle, None).unwrap();
    assert!(found.faults[0].starts_with("line 3"), "{:?}", found.faults);
    assert!(!found.graph.thing("http://e.example/c").is_unknown());
    let lines = "<http://a.example/> <http://b.example/> \"1\" .\nnonsense\n<http://c.example/> <http://b.example/> \"2\" .\n";
    let found = read(lines, Syntax::NTriples, None).unwrap();
    assert_eq!((found.graph.len(), found.faults.len()), (2, 1), "{:?}", found.faults);
    let cut = xml(
        r#"<e:A rdf:about="http://a.example/"><e:p>1</e:p></e:A><e:B rdf:about="http://b.example/"><e:p"#,
    );
    let found = read(cut.strip_suffix("</rdf:RDF>").unwrap(), Syntax::RdfXml, None).unwrap();
    assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
    assert!(found.graph.thing("http://a.example/").is("http://e.example/A"));
}

#[test]
fn hostile_xml_is_refused() {
    let bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><x>&b;</x>";
    assert_eq!(read(bomb, Syntax::RdfXml, None).unwrap_err().field_errors()[0].code, "doctype");
    let deep = xml(&"<e:A><e:p>".repeat(10_000));
    assert_eq!(read(&deep, Syntax::RdfXml, None).unwrap_err().field_errors()[0].code, "too_deep");
    let many = format!("<e:A {}/>", (0..300).map(|number| format!("e:a{number}=\"x\" ")).collect::<String>());
    assert_eq!(read(&xml(&many), Syntax::RdfXml, None).unwrap_err().field_errors()[0].code, "too_large");
    let twice = xml("<e:A e:p=\"1\" e:p=\"2\"/>");
    assert!(read(&twice, Syntax::RdfXml, None).unwrap_err().detail().contains("comes twice"));
    let unknown = xml("<e:A><e:p>1</e:p><e:p>&nbsp;</e:p></e:A>");
    assert!(read(&unknown, Syntax::RdfXml, None).unwrap().faults[0].contains("&nbsp;"));
    assert!(read("<html><body>Not found</body></html>", Syntax::RdfXml, None).is_ok());
}

#[test]
fn contexts_are_never_fetched() {
    let other =
        r#"{"@context": "https://other.example/context.jsonld", "@id": "http://a.example/", "title": "x"}"#;
    let error = read(other, Syntax::JsonLd, None).unwrap_err();
    assert!(error.detail().contains("https://other.example/context.jsonld"), "{error}");
    let known = r#"{"@context": "https://semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld",
        "@id": "http://a.example/", "@type": "Dataset", "title": {"@value": "x", "@language": "en"}}"#;
    assert_eq!(
        statements(known, Syntax::JsonLd),
        ["http://a.example/ dct:title \"x\"@en", "http://a.example/ rdf:type <dcat:Dataset>"]
    );
}

#[test]
fn of_a_member_of_json_ld_that_comes_twice_the_last_one_counts() {
    let text = r#"{"@id": "http://a.example/0", "@id": "http://a.example/", "http://a.example/p": 1, "http://a.example/p": "2"}"#;
    let reading = read(text, Syntax::JsonLd, None).unwrap();
    assert_eq!(reading.graph.to_n_triples(), "<http://a.example/> <http://a.example/p> \"2\" .\n");
    assert_eq!(reading.faults.len(), 2, "{:?}", reading.faults);
    assert!(read(&"[".repeat(1000), Syntax::JsonLd, None).is_err());
}
