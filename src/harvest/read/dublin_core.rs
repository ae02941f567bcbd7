//! Unqualified Dublin Core, as every OAI-PMH repository has it, said in the words of DCAT: so that it is read as any other
//! record is.

/// A statement of Dublin Core: the element, its text, its language.
pub(super) struct Element {
    pub name: String,
    pub text: String,
    pub language: Option<String>,
}

const DCT: &str = "http://purl.org/dc/terms/";
const DCAT: &str = "http://www.w3.org/ns/dcat#";
const FOAF: &str = "http://xmlns.com/foaf/0.1/";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// A dataset with this IRI, as N-Triples.
pub(super) fn as_dcat(iri: &str, elements: &[Element]) -> String {
    let mut text = String::new();
    link(&mut text, &node(iri), TYPE, &node(&format!("{DCAT}Dataset")));
    for (number, element) in
        elements.iter().enumerate().filter(|(_, element)| !element.text.trim().is_empty())
    {
        let word =
            |property: &str| (property.to_owned(), literal(&element.text, element.language.as_deref()));
        let (property, value) = match element.name.as_str() {
            "title" => word(&format!("{DCT}title")),
            "description" => word(&format!("{DCT}description")),
            "subject" => word(&format!("{DCAT}keyword")),
            "identifier" if is_web(&element.text) && element.text != iri => {
                (format!("{DCAT}landingPage"), node(&element.text))
            }
            "identifier" => (format!("{DCT}identifier"), literal(&element.text, None)),
            "date" => (format!("{DCT}issued"), literal(&element.text, None)),
            "language" => (format!("{DCT}language"), literal(&element.text, None)),
            "rights" if is_web(&element.text) => (format!("{DCT}license"), node(&element.text)),
            "publisher" | "creator" => {
                let agent = format!("_:agent{number}");
                link(&mut text, &agent, TYPE, &node(&format!("{FOAF}Agent")));
                link(&mut text, &agent, &format!("{FOAF}name"), &literal(&element.text, None));
                (format!("{DCT}{}", element.name), agent)
            }
            _ => continue,
        };
        link(&mut text, &node(iri), &property, &value);
    }
    text
}

fn link(text: &mut String, subject: &str, property: &str, value: &str) {
    text.push_str(&format!("{subject} <{property}> {value} .\n"));
}

pub(super) fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// An IRI as N-Triples writes it: what may not stand in one is written by its number.
fn node(iri: &str) -> String {
    let mut node = String::from("<");
    for c in iri.trim().chars() {
        if c <= ' ' || "<>\"{}|^`\\".contains(c) {
            node.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            node.push(c);
        }
    }
    node.push('>');
    node
}

fn literal(text: &str, language: Option<&str>) -> String {
    let mut literal = String::from("\"");
    for c in text.trim().chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            c if c.is_control() && c != '\t' => {}
            c => literal.push(c),
        }
    }
    literal.push('"');
    let is_tag = |tag: &&str| {
        !tag.is_empty()
            && tag
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
            && tag.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    if let Some(tag) = language.filter(is_tag) {
        literal.push('@');
        literal.push_str(tag);
    }
    literal
}
