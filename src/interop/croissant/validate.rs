//! Holds a Croissant document, ours or anybody's, against what the specification requires (1.0 and 1.1), where the reference
//! library is laxer. Each problem has a JSON pointer. Documents that are compacted otherwise than with the usual context, which the
//! specification allows too, are not understood.

mod fields;
mod terms;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{V1_0, V1_1};

/// Something that the specification does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, and how it is right.
    pub detail: String,
}

/// Everything that is wrong with a document, up to a hundred things; nothing where it is right.
#[must_use]
pub fn check(document: &Value) -> Vec<Problem> {
    let mut look = Look::default();
    let Some(root) = document.as_object() else {
        look.say("", "a Croissant document is one JSON object");
        return look.found;
    };
    look.context(root);
    look.dataset(root);
    for (member, at) in [("distribution", "/distribution"), ("recordSet", "/recordSet")] {
        look.identifiers(root.get(member), at);
    }
    let live = root.get("isLiveDataset").is_some_and(|live| live == &Value::Bool(true));
    look.distribution(root.get("distribution"), live);
    look.record_sets(root.get("recordSet"));
    look.responsible(root);
    look.usage(root.get("usageInfo"));
    look.provenance(root);
    look.found
}

const MOST: usize = 100;

#[derive(Default)]
struct Look {
    found: Vec<Problem>,
    ids: BTreeSet<String>,
    /// Whether the document conforms to 1.0 and to no later version.
    first: bool,
}

/// The items of a member that may be one or a list, each with its pointer.
fn each<'a>(value: Option<&'a Value>, at: &str) -> Vec<(String, &'a Value)> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => {
            items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect()
        }
        Some(one) => vec![(at.to_owned(), one)],
    }
}

fn says(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty() && items.iter().all(|item| says(Some(item))),
        Some(Value::Object(members)) => !members.is_empty(),
        Some(_) => true,
    }
}

/// A type without the prefix or namespace it is written with.
fn is_type(node: &Map<String, Value>, name: &str) -> bool {
    each(node.get("@type"), "")
        .iter()
        .any(|(_, kind)| kind.as_str().is_some_and(|kind| kind.rsplit([':', '/', '#']).next() == Some(name)))
}

fn is_http(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_str)
        .and_then(|text| url::Url::parse(text).ok())
        .is_some_and(|url| url.has_host())
}

/// `2026-11-26`, or an instant that begins so.
fn is_date(value: Option<&Value>) -> bool {
    let Some(text) = value.and_then(Value::as_str) else { return false };
    let form = time::macros::format_description!("[year]-[month]-[day]");
    let (day, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let instant =
        || time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok();
    // An instant without an offset.
    let local = |rest: &str| {
        let clock = rest.strip_prefix(['T', ' ']).unwrap_or_default();
        let (minutes, seconds) = (
            time::macros::format_description!("[hour]:[minute]"),
            time::macros::format_description!("[hour]:[minute]:[second]"),
        );
        let whole = clock.split_once('.').map_or(clock, |(whole, _)| whole);
        time::Time::parse(clock, &minutes).is_ok() || time::Time::parse(whole, &seconds).is_ok()
    };
    time::Date::parse(day, &form).is_ok() && (rest.is_empty() || instant() || local(rest))
}

/// Whether the document says that it conforms to this.
fn conforms_to(root: &Map<String, Value>, standard: &str) -> bool {
    each(root.get("conformsTo"), "")
        .iter()
        .any(|(_, iri)| iri.as_str().or_else(|| id_of(Some(iri))) == Some(standard))
}

fn id_of(value: Option<&Value>) -> Option<&str> {
    value?.get("@id")?.as_str()
}

impl Look {
    fn say(&mut self, pointer: &str, detail: &str) {
        if self.found.len() < MOST {
            self.found.push(Problem { pointer: pointer.to_owned(), detail: detail.to_owned() });
        }
    }

    fn require(&mut self, good: bool, pointer: &str, detail: &str) {
        if !good {
            self.say(pointer, detail);
        }
    }

    fn context(&mut self, root: &Map<String, Value>) {
        let Some(context) = root.get("@context").and_then(Value::as_object) else {
            return self.say("/@context", "required: the context of Croissant, as an object");
        };
        let schema_org = ["https://schema.org/", "http://schema.org/"];
        let vocabulary = context.get("@vocab").and_then(Value::as_str);
        self.require(
            vocabulary.is_some_and(|vocabulary| schema_org.contains(&vocabulary)),
            "/@context/@vocab",
            "has to be https://schema.org/",
        );
        self.require(
            context.get("cr").and_then(Value::as_str) == Some("http://mlcommons.org/croissant/"),
            "/@context/cr",
            "has to be http://mlcommons.org/croissant/",
        );
    }

    fn dataset(&mut self, root: &Map<String, Value>) {
        self.require(is_type(root, "Dataset"), "/@type", "has to be sc:Dataset");
        let known = conforms_to(root, V1_0) || conforms_to(root, V1_1);
        self.require(known, "/conformsTo", "has to name http://mlcommons.org/croissant/1.1, or 1.0");
        self.first = conforms_to(root, V1_0) && !conforms_to(root, V1_1);
        for (member, what) in [
            ("name", "the name of the dataset"),
            ("description", "what the dataset is"),
            ("license", "the address of the licence, or a CreativeWork"),
            ("creator", "who made the dataset"),
        ] {
            self.require(says(root.get(member)), &format!("/{member}"), &format!("required: {what}"));
        }
        for (at, licence) in each(root.get("license"), "/license") {
            let work = licence.as_object().is_some_and(|work| {
                is_type(work, "CreativeWork") && (says(work.get("name")) || is_http(work.get("url")))
            });
            self.require(
                is_http(Some(licence)) || work,
                &at,
                "has to be an address, or a CreativeWork with a name or an address",
            );
        }
        self.require(is_http(root.get("url")), "/url", "required: the address of the dataset's page");
        self.require(
            is_date(root.get("datePublished")),
            "/datePublished",
            "required: a date as YYYY-MM-DD, or an instant",
        );
        for (at, creator) in each(root.get("creator"), "/creator") {
            let good = creator.as_object().is_some_and(|creator| {
                says(creator.get("name")) && (is_type(creator, "Person") || is_type(creator, "Organization"))
            });
            self.require(good, &at, "has to be a Person or Organization with a name");
        }
        for member in ["dateCreated", "dateModified"] {
            self.require(
                root.get(member).is_none_or(|date| is_date(Some(date))),
                &format!("/{member}"),
                "is no date",
            );
        }
        let live = root.get("isLiveDataset");
        self.require(live.is_none_or(Value::is_boolean), "/isLiveDataset", "has to be true or false");
        let version = root.get("version");
        let good =
            version.is_none_or(|version| version.is_number() || says(Some(version)) && version.is_string());
        self.require(good, "/version", "has to be a text, such as 1.0.0");
        self.later(root.get("sdVersion"), "/sdVersion");
        for (member, at) in [("sameAs", "/sameAs"), ("sdLicense", "/sdLicense")] {
            for (at, address) in each(root.get(member), at) {
                self.require(is_http(Some(address)) || address.is_object(), &at, "has to be an address");
            }
        }
    }

    /// Says so of a member that 1.0 does not have.
    fn later(&mut self, member: Option<&Value>, pointer: &str) {
        self.require(
            !self.first || member.is_none(),
            pointer,
            "is not there in 1.0, which the document conforms to",
        );
    }

    /// Takes note of every identifier, those within included; none may be there twice.
    fn identifiers(&mut self, nodes: Option<&Value>, at: &str) {
        for (at, node) in each(nodes, at) {
            match node.get("@id").and_then(Value::as_str) {
                None | Some("") => self.say(&format!("{at}/@id"), "required"),
                Some(id) => {
                    let whole = !id.contains(char::is_whitespace);
                    self.require(whole, &format!("{at}/@id"), "is no IRI: it holds white space");
                    let new = self.ids.insert(id.to_owned());
                    self.require(new, &format!("{at}/@id"), "is the identifier of something else too");
                }
            }
            for inner in ["field", "subField"] {
                self.identifiers(node.get(inner), &format!("{at}/{inner}"));
            }
        }
    }

    fn refers(&mut self, value: Option<&Value>, at: &str) {
        for (at, reference) in each(value, at) {
            match id_of(Some(reference)).or_else(|| reference.as_str()) {
                Some(id) if self.ids.contains(id) => {}
                Some(_) => self.say(&at, "refers to nothing in this document"),
                None => self.say(&at, "has to be a reference: {\"@id\": …}"),
            }
        }
    }

    fn distribution(&mut self, items: Option<&Value>, live: bool) {
        let items = each(items, "/distribution");
        self.require(!items.is_empty(), "/distribution", "required: at least one FileObject or FileSet");
        for (at, item) in items {
            let Some(item) = item.as_object() else {
                self.say(&at, "has to be a FileObject or FileSet");
                continue;
            };
            let (object, set) = (is_type(item, "FileObject"), is_type(item, "FileSet"));
            self.require(object || set, &format!("{at}/@type"), "has to be cr:FileObject or cr:FileSet");
            self.require(says(item.get("name")), &format!("{at}/name"), "required");
            self.require(
                says(item.get("encodingFormat")),
                &format!("{at}/encodingFormat"),
                "required: a media type",
            );
            for (at, format) in each(item.get("encodingFormat"), &format!("{at}/encodingFormat")) {
                let good = format.as_str().is_some_and(|text| text.contains('/') || text.starts_with("git+"));
                self.require(good, &at, "is no media type");
            }
            let contained = item.get("containedIn");
            self.refers(contained, &format!("{at}/containedIn"));
            if object {
                self.file_object(item, &at, contained.is_some(), live);
            }
            if set {
                self.require(
                    contained.is_some(),
                    &format!("{at}/containedIn"),
                    "required: what the files lie in",
                );
                self.require(
                    says(item.get("includes")),
                    &format!("{at}/includes"),
                    "required: patterns of paths",
                );
            }
        }
    }

    fn file_object(&mut self, file: &Map<String, Value>, at: &str, contained: bool, live: bool) {
        let url = file.get("contentUrl");
        let good = if contained { says(url) } else { is_http(url) };
        self.require(
            good,
            &format!("{at}/contentUrl"),
            "required: an absolute address, or a path within `containedIn`",
        );
        let digest = file.get("sha256").and_then(Value::as_str);
        let good =
            digest.is_some_and(|digest| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()));
        let none = digest.is_none() && (live || contained);
        self.require(
            good || none,
            &format!("{at}/sha256"),
            "required: the SHA-256 of the bytes in hexadecimal digits",
        );
        if let Some(size) = file.get("contentSize") {
            let number = size
                .as_str()
                .and_then(|size| size.split(' ').next())
                .is_some_and(|n| n.parse::<f64>().is_ok());
            self.require(number, &format!("{at}/contentSize"), "is no size, such as `15241 B`");
        }
    }
}
