//! Frictionless Data Packages, version 1 and 2, and what was written before version 1 (`license`, `web`).

use serde_json::{Map, Value, json};

use super::dcat::values::{instant, is_web};
use super::draft::{Draft, UNKNOWN_LANGUAGE, excerpt};
use super::format::ImportFormat;
use super::imported::{Imported, ImportedFile, ImportedTerms, Reading};
use super::json::{is_blank, plain, several, text, whole};
use super::{licence, name_of};
use crate::interop::json::parse;
use crate::interop::vocabulary::{identifier_of, licence_of, media_type_of};
use crate::kernel::{Error, Result, Slug};

/// Members of a resource that are read, or that only tell how to take the file apart.
const OF_RESOURCE: [&str; 17] = [
    "name",
    "path",
    "title",
    "description",
    "bytes",
    "hash",
    "mediatype",
    "format",
    "encoding",
    "schema",
    "dialect",
    "profile",
    "$schema",
    "type",
    "scheme",
    "compression",
    "url",
];

/// Reads a package.
pub(super) fn read(text: &str) -> Result<Reading> {
    let (value, faults) = parse(text)?;
    let known = |package: &Map<String, Value>| {
        ["resources", "name", "title", "profile", "$schema"]
            .iter()
            .any(|member| package.contains_key(*member))
    };
    let Some(package) = value.as_object().filter(|package| known(package)) else {
        return Err(Error::invalid(
            "",
            "no_dataset",
            "a data package is an object with `resources`, and this is none",
        ));
    };
    let imported = Ok(package_of(package));
    let format = ImportFormat::DataPackage;
    Ok(Reading { format, records: vec![imported], next: None, total: Some(1), faults })
}

fn package_of(package: &Map<String, Value>) -> Imported {
    let mut draft = Draft::default();
    let mut files = Vec::new();
    let (mut version, mut changed_at, mut publisher) = (None, None, None);
    for (member, value) in package {
        let of = text(package, member);
        match (member.as_str(), of) {
            _ if is_blank(value) => {}
            ("title" | "description", Some(text)) => {
                draft.text(&format!("/{member}"), member, UNKNOWN_LANGUAGE, text);
            }
            ("homepage", Some(url)) if is_web(url) => draft.put("/landing_page", member, url),
            ("version", _) => {
                draft.note("", member);
                version = plain(value);
            }
            // An address is what the origin knows the package by.
            ("id", Some(id)) if !is_web(id) || id.contains("doi.org/") => {
                draft.push("/identifiers", member, json!(identifier_of(id)));
            }
            ("keywords", _) => {
                for word in several(value).iter().filter_map(Value::as_str) {
                    draft.keyword(member, UNKNOWN_LANGUAGE, word.trim());
                }
            }
            ("licenses" | "licences", _) => licences(&mut draft, member, value),
            ("license" | "licence", _) => one_licence(&mut draft, member, value),
            ("contributors" | "author" | "maintainers" | "publisher", _) => {
                for one in several(value) {
                    publisher = contributor(&mut draft, member, one).or(publisher);
                }
            }
            ("sources", _) => several(value).iter().for_each(|one| source(&mut draft, member, one)),
            ("resources", _) => several(value).iter().for_each(|one| resource(&mut draft, one, &mut files)),
            ("created" | "last_updated" | "modified", Some(at)) => {
                draft.note("", member);
                changed_at = instant(at).max(changed_at);
            }
            // Kept as the name and the identifier here, or said of the descriptor alone.
            ("name" | "id" | "$schema" | "profile", _) => {}
            ("homepage", Some(other)) => draft.drop(member, other, "no http or https address"),
            _ => draft.drop(member, &excerpt(value), "the record has no place for it"),
        }
    }
    let (record, report) = draft.finish();
    let name = text(package, "name");
    let identifier = text(package, "id").or(name).map(str::to_owned);
    let suggested_name = name.and_then(Slug::from_words).or_else(|| name_of(record.title.best(&[]), None));
    let terms = ImportedTerms::default();
    Imported { identifier, record, publisher, version, files, terms, changed_at, suggested_name, report }
}

/// All licences apply together, since the standard does not say that one may choose. Where each has the same expression for its
/// title, as this register writes it, that is what was meant.
fn licences(draft: &mut Draft, member: &str, value: &Value) {
    let all: Vec<&Map<String, Value>> = several(value).iter().filter_map(Value::as_object).collect();
    let titles: Vec<&str> = all.iter().filter_map(|one| text(one, "title")).collect();
    let same = titles
        .first()
        .filter(|first| titles.len() == all.len() && titles.iter().all(|title| title == *first));
    if let Some(expression) = same.filter(|expression| spdx::Expression::parse(expression).is_ok()) {
        let outside =
            all.iter().filter(|one| text(one, "name").is_some_and(|name| name.starts_with("LicenseRef-")));
        let page = outside.filter_map(|one| text(one, "path")).next();
        return licence::put(draft, member, expression, None, page);
    }
    let known: Vec<String> = all
        .iter()
        .filter_map(|one| {
            text(one, "name").and_then(licence_of).or_else(|| text(one, "path").and_then(licence_of))
        })
        .collect();
    if known.len() == all.len() && all.len() > 1 {
        let expression = known.join(" AND ");
        draft.change(member, &expression, "several licences; taken to apply together");
        return licence::put(draft, member, &expression, None, None);
    }
    several(value).iter().for_each(|one| one_licence(draft, member, one));
}

fn one_licence(draft: &mut Draft, member: &str, value: &Value) {
    match value {
        Value::String(name) => licence::put(draft, member, name, None, None),
        Value::Object(one) => {
            let name = text(one, "name").or_else(|| text(one, "type")).or_else(|| text(one, "title"));
            let page = text(one, "path").or_else(|| text(one, "url"));
            let known = name.filter(|name| licence_of(name).is_some());
            licence::put(draft, member, known.or(page).or(name).unwrap_or_default(), name, page);
        }
        other => draft.drop(member, &excerpt(other), "neither a name nor an object"),
    }
}

/// Somebody with a role: version 1 has one, version 2 a list. Gives the publisher.
fn contributor(draft: &mut Draft, member: &str, value: &Value) -> Option<crate::datasets::record::Agent> {
    let written;
    let one = match value {
        Value::Object(one) => one,
        // `Name <address> (page)`, as packages of npm have it.
        Value::String(line) => {
            let (name, rest) = line.split_once('<').unwrap_or((line, ""));
            let email = rest.split('>').next().unwrap_or_default();
            let path = line.split_once('(').and_then(|(_, rest)| rest.split(')').next()).unwrap_or_default();
            let name = name.split('(').next().unwrap_or_default().trim();
            written = json!({"title": name, "email": email, "path": path});
            written.as_object()?
        }
        other => {
            draft.drop(member, &excerpt(other), "neither a name nor an object");
            return None;
        }
    };
    let parts: Vec<&str> = [text(one, "givenName"), text(one, "familyName")].into_iter().flatten().collect();
    let name = text(one, "title").or_else(|| text(one, "name")).map(str::to_owned);
    let Some(name) = name.or_else(|| (!parts.is_empty()).then(|| parts.join(" "))) else {
        draft.drop(member, &excerpt(value), "it has no name");
        return None;
    };
    let page = ["path", "web", "url"].iter().find_map(|name| text(one, name)).filter(|url| is_web(url));
    let email = text(one, "email");
    let roles = one.get("roles").map(several).unwrap_or_default().iter().filter_map(Value::as_str);
    let role = text(one, "role").or_else(|| matches!(member, "publisher").then_some("publisher"));
    let roles: Vec<String> = roles.chain(role).map(str::to_ascii_lowercase).collect();
    let has = |wanted: &str| roles.iter().any(|role| role == wanted);
    let person = ["givenName", "familyName", "organization"].iter().any(|part| one.contains_key(*part))
        || page.is_some_and(|page| page.contains("orcid.org/"));
    let mut agent = json!({"kind": if person { "person" } else { "organisation" }, "name": name});
    if let Some(members) = agent.as_object_mut() {
        let register = page.and_then(|page| {
            let known = [("orcid.org/", "orcid"), ("ror.org/", "ror")];
            let (host, scheme) = known.iter().find(|(host, _)| page.contains(host))?;
            Some(json!([{"scheme": scheme, "value": page.split_once(host)?.1}]))
        });
        let url = page.filter(|_| register.is_none());
        members.extend(register.map(|register| ("identifiers".to_owned(), register)));
        members.extend(url.map(|url| ("url".to_owned(), json!(url))));
        members.extend(email.map(|email| ("email".to_owned(), json!(email))));
    }
    let reach = |draft: &mut Draft| {
        let mut contact = json!({"name": name});
        if let Some(members) = contact.as_object_mut() {
            members.extend(email.map(|email| ("email".to_owned(), json!(email))));
            members.extend(page.map(|page| ("url".to_owned(), json!(page))));
        }
        draft.put("/contact", member, contact);
    };
    if (has("contact") || has("maintainer")) && (email.is_some() || page.is_some()) && !draft.has("/contact")
    {
        reach(draft);
    }
    if has("rightsholder") {
        draft.push("/rights/rights_holders", member, agent);
    } else if roles.is_empty() || has("author") || has("creator") || has("contributor") {
        draft.push("/creators", member, agent);
    } else if has("publisher") {
        draft.note("", member);
        return serde_json::from_value(agent).ok();
    } else if !has("contact") && !has("maintainer") {
        draft.drop(member, &name, format!("the record has no place for the role {}", roles.join(", ")));
    }
    None
}

fn source(draft: &mut Draft, member: &str, value: &Value) {
    let one = value.as_object();
    let of = |name: &str| one.and_then(|one| text(one, name));
    let url = of("path").or_else(|| of("web")).or_else(|| of("url")).or_else(|| value.as_str());
    match url.filter(|url| is_web(url)) {
        Some(url) => {
            let title = of("title").or_else(|| of("name")).filter(|title| *title != url);
            let mut source = json!({"url": url});
            if let (Some(title), Some(members)) = (title, source.as_object_mut()) {
                members.insert("title".into(), json!({UNKNOWN_LANGUAGE: title}));
            }
            draft.push("/origin/derived_from", member, source);
        }
        None => draft.drop(member, &excerpt(value), "a source without an address"),
    }
}

fn resource(draft: &mut Draft, value: &Value, files: &mut Vec<ImportedFile>) {
    let Some(resource) = value.as_object() else {
        return draft.drop("resources", &excerpt(value), "a resource is an object");
    };
    for member in resource.keys().filter(|member| !OF_RESOURCE.contains(&member.as_str())) {
        let shown = resource.get(member).map(excerpt).unwrap_or_default();
        draft.drop(&format!("resources/{member}"), &shown, "files have no such field");
    }
    let paths = resource.get("path").or_else(|| resource.get("url"));
    let paths: Vec<&str> = paths.map(several).unwrap_or_default().iter().filter_map(Value::as_str).collect();
    if paths.is_empty() {
        let name = text(resource, "name").unwrap_or_default();
        return draft.drop("resources", name, "it has no path: its data are inline, or nowhere");
    }
    draft.note("", "resources");
    // The hash and size of a resource in several files are those of all of them together.
    let alone = paths.len() == 1;
    let media_type =
        ["mediatype", "format"].iter().find_map(|name| media_type_of(text(resource, name)?)?.parse().ok());
    let hash = text(resource, "hash").map(str::to_ascii_lowercase);
    let sha256 =
        hash.as_deref().and_then(|hash| hash.strip_prefix("sha256:")?.parse().ok()).filter(|_| alone);
    if let Some(hash) = hash.as_deref().filter(|_| sha256.is_none()) {
        draft.drop("resources/hash", hash, "not the SHA-256 of one file");
    }
    for path in paths {
        let remote = is_web(path);
        let relative = path.strip_prefix("./").unwrap_or(path);
        files.push(ImportedFile {
            name: text(resource, "title").or_else(|| text(resource, "name")).map(str::to_owned),
            path: (!remote).then(|| relative.to_owned()),
            download_url: remote.then(|| path.to_owned()),
            access_url: None,
            media_type: Clone::clone(&media_type),
            size: resource.get("bytes").and_then(whole).filter(|_| alone),
            sha256,
            description: text(resource, "description").map(str::to_owned),
        });
    }
}
