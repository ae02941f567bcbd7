//! schema.org `Dataset`, and Croissant 1.0 and 1.1, which is one with more said: files with digests, responsible use (RAI), terms
//! of use, provenance (PROV). Read from JSON as it is written: by the names of properties, with the prefixes that everybody
//! uses taken off, rather than by contexts, which would have to be fetched.

mod agent;
mod files;
mod responsible;
mod values;

use serde_json::{Map, Value, json};

use super::dcat::values::{date, instant, is_web};
use super::draft::{Draft, excerpt};
use super::format::ImportFormat;
use super::imported::{Imported, ImportedAccess, ImportedFile, ImportedTerms, Reading, Unreadable};
use super::json::{is_blank, plain, several};
use super::{MOST_RECORDS, licence, name_of};
use crate::datasets::record::{Agent, CollectionMethod, IdentifierScheme};
use crate::interop::json::parse;
use crate::interop::vocabulary::{identifier_of, place_of};
use crate::kernel::{Error, Result, Timestamp};
use values::{Document, address, is_of, local, words};

/// Reads a document: one dataset, a graph, or a catalogue with datasets in it.
pub(super) fn read(text: &str, format: ImportFormat) -> Result<Reading> {
    let (value, mut faults) = parse(text)?;
    let document = Document::of(&value);
    let mut found = Vec::new();
    datasets(&value, 0, &mut found);
    if found.is_empty() {
        return Err(Error::invalid("", "no_dataset", "there is no schema.org Dataset in the document"));
    }
    if found.len() > MOST_RECORDS {
        faults.push(format!("more than {MOST_RECORDS} datasets; the others were not read"));
    }
    let records: Vec<Result<Imported, Unreadable>> =
        found.into_iter().take(MOST_RECORDS).map(|one| Ok(dataset(one, &document))).collect();
    Ok(Reading { format, records, next: None, total: None, faults })
}

/// The datasets in a document, wherever they are in it.
fn datasets<'v>(value: &'v Value, depth: usize, found: &mut Vec<&'v Map<String, Value>>) {
    match value {
        _ if depth > 4 => {}
        Value::Array(items) => items.iter().for_each(|item| datasets(item, depth + 1, found)),
        Value::Object(members) if is_of(members, "Dataset") => found.push(members),
        Value::Object(members) => {
            for inside in ["@graph", "dataset", "mainEntity", "itemListElement", "item"] {
                if let Some(inside) = members.get(inside) {
                    datasets(inside, depth + 1, found);
                }
            }
        }
        _ => {}
    }
}

/// What is said of a dataset beside its record.
#[derive(Default)]
struct Beside {
    publisher: Option<Agent>,
    version: Option<String>,
    files: Vec<ImportedFile>,
    terms: ImportedTerms,
    changed_at: Option<Timestamp>,
}

fn dataset<'v>(members: &'v Map<String, Value>, document: &Document<'v>) -> Imported {
    let mut draft = Draft::default();
    let mut out = Beside::default();
    let id = members.get("@id").and_then(Value::as_str).filter(|id| !id.starts_with("_:"));
    for (member, value) in members {
        if !member.starts_with('@') && !is_blank(value) {
            statement(&mut draft, &mut out, document, members, member, value);
        }
    }
    let (record, report) = draft.finish();
    let url = members.get("url").or_else(|| members.get("sc:url")).and_then(Value::as_str);
    let identifier = id.or(url).map(str::to_owned).or_else(|| {
        let first = record.identifiers.first()?;
        Some(first.value.clone())
    });
    let suggested_name = name_of(record.title.best(&[]), identifier.as_deref());
    let Beside { publisher, version, files, terms, changed_at } = out;
    Imported { identifier, record, publisher, version, files, terms, changed_at, suggested_name, report }
}

fn statement<'v>(
    draft: &mut Draft,
    out: &mut Beside,
    document: &Document<'v>,
    whole: &'v Map<String, Value>,
    member: &str,
    value: &'v Value,
) {
    let all = || several(value).iter().map(|one| document.resolve(one));
    match local(member) {
        "name" => document.texts(draft, "/title", member, value),
        "description" => document.texts(draft, "/description", member, value),
        "keywords" => keywords(draft, document, member, value),
        "identifier" => all().for_each(|one| identifier(draft, member, one)),
        "url" => url(draft, whole, member, value),
        "sameAs" => all().for_each(|one| same_as(draft, member, one)),
        "creator" | "author" => {
            for one in all() {
                if let Some(agent) = agent::read(draft, member, one) {
                    draft.push("/creators", member, agent);
                }
            }
        }
        "copyrightHolder" => {
            for one in all() {
                if let Some(agent) = agent::read(draft, member, one) {
                    draft.push("/rights/rights_holders", member, agent);
                }
            }
        }
        "publisher" | "provider" => {
            let agent = all().next().and_then(|one| agent::read(draft, member, one));
            out.publisher =
                agent.and_then(|agent| serde_json::from_value(agent).ok()).or(out.publisher.take());
            draft.note("", member);
        }
        "contactPoint" => all().for_each(|one| agent::contact(draft, member, one)),
        "license" => all().for_each(|one| {
            let members = one.as_object();
            let of = |name: &str| members.and_then(|members| super::json::text(members, name));
            let term = one.as_str().or_else(|| of("url")).or_else(|| of("@id")).or_else(|| of("name"));
            licence::put(draft, member, term.unwrap_or_default(), of("name"), of("url"));
        }),
        "citation" => all().for_each(|one| work(draft, "described_by", member, one)),
        "isBasedOn" | "wasDerivedFrom" => all().for_each(|one| source(draft, document, member, one)),
        "measurementTechnique" => {
            for word in all().filter_map(plain) {
                match word.parse::<CollectionMethod>() {
                    Ok(method) => draft.push("/origin/collection_methods", member, method.as_str()),
                    Err(_) => draft.drop(member, &word, "no way to collect data that the record knows"),
                }
            }
        }
        "inLanguage" => {
            for one in all() {
                let word = plain(one).or_else(|| address(one, &["alternateName", "name", "@id"]));
                let word = word.unwrap_or_default();
                match crate::interop::vocabulary::language_of(&word) {
                    Some(tag) => draft.push("/content/languages", member, json!({"language": tag})),
                    None => draft.drop(member, &word, "no known language"),
                }
            }
        }
        "temporalCoverage" => all().for_each(|one| period(draft, "/coverage/temporal", member, one)),
        "spatialCoverage" => all().for_each(|one| place(draft, member, one)),
        "funder" | "funding" => all().for_each(|one| agent::funding(draft, member, one)),
        "version" | "softwareVersion" => {
            draft.note("", member);
            out.version = plain(value).or(out.version.take());
        }
        "sdVersion" => {
            words(value).iter().for_each(|word| draft.put("/metadata_version", member, word.as_str()))
        }
        "dateModified" => {
            draft.note("", member);
            out.changed_at = value.as_str().and_then(instant).max(out.changed_at);
        }
        "isLiveDataset" if value == &Value::Bool(true) => {
            draft.put("/coverage/continuously_updated", member, true)
        }
        "isAccessibleForFree" if value == &Value::Bool(true) => {
            draft.note("", member);
            out.terms.access.get_or_insert(ImportedAccess::Public);
        }
        "distribution" => files::read(draft, value, document, &mut out.files),
        "usageInfo" => all().for_each(|one| usage(draft, out, member, one)),
        "wasGeneratedBy" => all().for_each(|one| responsible::step(draft, document, member, one)),
        "recordSet"
        | "conformsTo"
        | "datePublished"
        | "dateCreated"
        | "citeAs"
        | "includedInDataCatalog"
        | "wasAttributedTo"
        | "isAccessibleForFree"
        | "isLiveDataset"
        | "mainEntityOfPage" => {
            not_of_the_record(draft, local(member), member, value);
        }
        name if responsible::statement(draft, document, name, member, value) => {}
        _ => draft.drop(member, &excerpt(value), "the record has no place for it"),
    }
}

/// What is read from the files, or computed here anew; only what a reader would miss is told.
fn not_of_the_record(draft: &mut Draft, name: &str, member: &str, value: &Value) {
    match name {
        "recordSet" => {
            let how_many = format!("{} record sets", several(value).len());
            draft.drop(member, &how_many, "columns are read from the files when they are published");
        }
        "citeAs" => draft.drop(member, &excerpt(value), "a citation is made from the record"),
        _ => {}
    }
}

/// A list of words, or words between commas; of each language where they are by language.
fn keywords(draft: &mut Draft, document: &Document<'_>, member: &str, value: &Value) {
    let alone = matches!(value, Value::String(_));
    for one in several(value) {
        let (word, language) = match one {
            Value::Object(members) => {
                let named =
                    ["@value", "name", "termCode"].iter().find_map(|name| super::json::text(members, name));
                (named.map(str::to_owned), members.get("@language").and_then(Value::as_str))
            }
            other => (plain(other), None),
        };
        let Some(word) = word else {
            draft.drop(member, &excerpt(one), "a keyword is a text");
            continue;
        };
        let language = language.unwrap_or(document.language());
        if alone {
            word.split(',').for_each(|word| draft.keyword(member, language, word.trim()));
        } else {
            draft.keyword(member, language, word.trim());
        }
    }
}

fn identifier(draft: &mut Draft, member: &str, one: &Value) {
    let of = |name: &str| one.get(name).and_then(plain);
    let Some(text) = plain(one).or_else(|| of("value")).or_else(|| of("url")).or_else(|| of("@id")) else {
        return draft.drop(member, &excerpt(one), "an identifier without a value");
    };
    // The value of a DOI may be its suffix alone, with the scheme beside it.
    draft.push("/identifiers", member, json!(identifier_of(&text)));
}

/// The page of the dataset, unless it is the name that it is known by anyway and `sameAs` has another.
fn url(draft: &mut Draft, whole: &Map<String, Value>, member: &str, value: &Value) {
    let Some(url) = several(value).first().and_then(Value::as_str) else {
        return draft.drop(member, &excerpt(value), "no http or https address");
    };
    let other_page = whole.get("sameAs").or_else(|| whole.get("sc:sameAs")).map(several).unwrap_or_default();
    let other =
        other_page.iter().filter_map(Value::as_str).any(|one| is_web(one) && !one.contains("doi.org/"));
    if other {
        draft.note("", member);
    } else {
        draft.put("/landing_page", member, url);
    }
}

fn same_as(draft: &mut Draft, member: &str, one: &Value) {
    let Some(text) = plain(one).or_else(|| address(one, &["@id", "url"])) else { return };
    let identifier = identifier_of(&text);
    if identifier.scheme != IdentifierScheme::Other {
        draft.push("/identifiers", member, json!(identifier));
    } else if is_web(&text) && !draft.has("/landing_page") {
        draft.put("/landing_page", member, text);
    } else if is_web(&text) {
        draft.push("/relations", member, json!({"kind": "same_as", "url": text}));
    } else {
        draft.drop(member, &text, "neither an address of the web nor a known identifier");
    }
}

/// Another work, by its identifier or its address; a citation in words has none.
fn work(draft: &mut Draft, kind: &str, member: &str, one: &Value) {
    let text =
        plain(one).or_else(|| address(one, &["@id", "identifier", "url", "sameAs"])).unwrap_or_default();
    let identifier = identifier_of(&text);
    if identifier.scheme != IdentifierScheme::Other {
        draft.push("/relations", member, json!({"kind": kind, "identifier": identifier}));
    } else if is_web(&text) {
        draft.push("/relations", member, json!({"kind": kind, "url": text}));
    } else {
        draft.drop(member, &excerpt(one), "neither an address of the web nor a known identifier");
    }
}

fn source(draft: &mut Draft, document: &Document<'_>, member: &str, one: &Value) {
    let url = plain(one).or_else(|| address(one, &["@id", "url", "sameAs", "prov:atLocation"]));
    let Some(url) = url.filter(|url| is_web(url)) else {
        return draft.drop(member, &excerpt(one), "a source without an address");
    };
    let label = ["prov:label", "rdfs:label", "name"].iter().find_map(|name| one.get(name).and_then(plain));
    let mut source = json!({"url": url});
    if let (Some(label), Some(members)) = (label, source.as_object_mut()) {
        members.insert("title".into(), json!({document.language(): label}));
    }
    draft.push("/origin/derived_from", member, source);
}

/// A span of time, as ISO 8601 has it: `2020-01/2020-12`, with two dots for an end that is open; or one day.
fn period(draft: &mut Draft, pointer: &str, member: &str, one: &Value) {
    let text = plain(one).unwrap_or_default();
    let (start, end) = text.split_once('/').unwrap_or((&text, &text));
    let mut stated = Map::new();
    for (name, part, last) in [("start", start, false), ("end", end, true)] {
        match date(part, last) {
            Some((date, exact)) => {
                if !exact {
                    draft.change(member, part, format!("kept as {date}"));
                }
                stated.insert(name.to_owned(), json!(date));
            }
            None if matches!(part.trim(), ".." | "") => {}
            None => draft.drop(member, part, "no date"),
        }
    }
    if !stated.is_empty() {
        draft.put(pointer, member, Value::Object(stated));
    }
}

fn place(draft: &mut Draft, member: &str, one: &Value) {
    let all = ["identifier", "sameAs", "@id", "name", "address"]
        .iter()
        .filter_map(|name| one.get(name).and_then(plain));
    let known = plain(one).into_iter().chain(all).find_map(|text| place_of(&text));
    match known {
        Some(code) => draft.push("/coverage/geographic", member, code),
        None => draft.drop(
            member,
            &excerpt(one),
            "no country, region of NUTS or subdivision that is known by its code",
        ),
    }
}

/// Terms of use: of the Data Use Ontology, an ODRL policy, or the address of a page.
fn usage(draft: &mut Draft, out: &mut Beside, member: &str, one: &Value) {
    let code = ["termCode", "name", "url"].iter().find_map(|name| {
        let text = one.get(name).and_then(Value::as_str)?;
        let (_, code) =
            text.split_once("DUO").filter(|(before, _)| before.is_empty() || before.ends_with('/'))?;
        Some(format!("DUO:{}", code.trim_start_matches([':', '_'])))
    });
    let ruled = |members: &Map<String, Value>| {
        members.keys().any(|name| {
            ["permission", "prohibition", "obligation"].contains(&name.strip_prefix("odrl:").unwrap_or(name))
        })
    };
    match (code, one) {
        (Some(code), _) => draft.push("/rights/duo_terms", member, code),
        (None, Value::Object(members)) if ruled(members) => {
            draft.note("", member);
            out.terms.policy_url = address(one, &["url", "@id", "odrl:uid"]).or(out.terms.policy_url.take());
            out.terms.offer = Some(one.clone());
        }
        (None, other) => {
            let url = plain(other).or_else(|| address(other, &["url", "@id"])).filter(|url| is_web(url));
            match url {
                Some(url) => {
                    draft.note("", member);
                    out.terms.policy_url.get_or_insert(url);
                }
                None => {
                    draft.drop(member, &excerpt(other), "neither terms that can be read nor their address")
                }
            }
        }
    }
}
