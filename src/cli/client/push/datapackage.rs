//! Frictionless data packages (`datapackage.json`, v1 and v2 of datapackage.org) as metadata of a push.
//!
//! What has a place in the record goes there, what has none is reported.

use serde_json::{Map, Value, json};
use spdx::Expression;

use super::super::error::{CliError, Result};
use super::metadata::{Metadata, Referenced, Resource};
use crate::datasets::files::{FilePath, MediaType, Reference};
use crate::kernel::Digest;

/// The descriptor's name.
pub const FILE: &str = "datapackage.json";

/// Licence names of the Open Definition that SPDX has under another one.
const OPEN_DEFINITION: [(&str, &str); 6] = [
    ("ODC-BY-1.0", "ODC-By-1.0"),
    ("ODC-PDDL-1.0", "PDDL-1.0"),
    ("ODC-ODbL-1.0", "ODbL-1.0"),
    ("CC-ZERO", "CC0-1.0"),
    ("CC0", "CC0-1.0"),
    ("UK-OGL-3.0", "OGL-UK-3.0"),
];

/// Members of a resource that are used; those that only tell a reader how to parse are left to the descriptor.
const RESOURCE_USED: [&str; 14] = [
    "name",
    "path",
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
];

/// What a descriptor states, and notes on what of it has no place.
///
/// # Errors
/// When it is no descriptor.
pub fn read(descriptor: &Value) -> Result<(Metadata, Vec<String>)> {
    let Some(package) = descriptor.as_object() else {
        return Err(CliError::usage(format!("{FILE} holds no JSON object")));
    };
    let mut mapping = Mapping { metadata: Metadata::default(), record: json!({}), notes: Vec::new() };
    for (member, value) in package {
        mapping.member(member, value);
    }
    let Mapping { mut metadata, record, notes } = mapping;
    if let Value::Object(record) = record {
        metadata.record = record;
    }
    Ok((metadata, notes))
}

struct Mapping {
    metadata: Metadata,
    record: Value,
    notes: Vec<String>,
}

impl Mapping {
    fn member(&mut self, member: &str, value: &Value) {
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        match (member, text) {
            ("name", Some(name)) => self.metadata.package_name = Some(name.to_owned()),
            ("title", Some(title)) => self.set("title", json!({"en": title})),
            ("description", Some(description)) => self.set("description", json!({"en": description})),
            ("homepage", Some(url)) if is_http(url) => self.set("landing_page", json!(url)),
            ("homepage", Some(other)) => self.drop(format!("homepage {other}: no http or https address")),
            ("version", Some(version)) => match version.parse() {
                Ok(version) => self.metadata.version = Some(version),
                Err(_) => self.drop(format!("version {version}: not MAJOR.MINOR.PATCH; use --version")),
            },
            ("id", Some(id)) => self.set("identifiers", json!([identifier(id)])),
            ("keywords", _) => self.set("keywords", json!({"en": value})),
            ("licenses", _) => self.licences(&objects(value)),
            ("contributors", _) => self.contributors(&objects(value)),
            ("sources", _) => self.sources(&objects(value)),
            ("resources", _) => self.resources(&objects(value)),
            // They describe the descriptor, not the data.
            ("$schema" | "profile", _) => {}
            _ => self.drop(format!("{member}: has no place in the record")),
        }
    }

    fn set(&mut self, member: &str, value: Value) {
        if let Some(record) = self.record.as_object_mut() {
            record.insert(member.to_owned(), value);
        }
    }

    fn drop(&mut self, what: String) {
        self.notes.push(format!("{FILE}: {what}"));
    }

    /// All licences apply together, since the standard does not say that one may choose.
    fn licences(&mut self, licences: &[&Map<String, Value>]) {
        let (mut terms, mut url) = (Vec::new(), None);
        for licence in licences {
            let (name, path) = (text(licence, "name"), text(licence, "path").filter(|path| is_http(path)));
            match (name.and_then(spdx_id), path) {
                (Some(id), _) => terms.push(id),
                (None, Some(path)) if url.is_none() => {
                    terms.push(format!("LicenseRef-{}", reference_name(name.or_else(|| text(licence, "title")))));
                    url = Some(path);
                }
                _ => self.drop(format!(
                    "licence {}: neither an SPDX identifier nor the only one with an address; use --set licence=…",
                    name.or_else(|| text(licence, "title")).unwrap_or("without a name")
                )),
            }
        }
        if terms.is_empty() {
            return;
        }
        if terms.len() > 1 {
            self.drop(format!(
                "{} licences: taken to apply together; if one may choose, use --set 'licence=A OR B'",
                terms.len()
            ));
        }
        let mut rights = json!({"licence": terms.join(" AND ")});
        if let (Some(url), Some(rights)) = (url, rights.as_object_mut()) {
            rights.insert("licence_url".into(), json!(url));
        }
        self.set("rights", rights);
    }

    fn contributors(&mut self, contributors: &[&Map<String, Value>]) {
        let mut creators = Vec::new();
        for contributor in contributors {
            let roles = roles(contributor);
            let has = |wanted: &str| roles.iter().any(|role| role.eq_ignore_ascii_case(wanted));
            let (email, url) =
                (text(contributor, "email"), text(contributor, "path").filter(|url| is_http(url)));
            let Some(name) = name(contributor) else {
                self.drop("a contributor without a name".to_owned());
                continue;
            };
            let reachable = email.is_some() || url.is_some();
            if (has("contact") || has("publisher") || has("maintainer"))
                && reachable
                && self.record.get("contact").is_none()
            {
                self.set("contact", agent(json!({"name": name}), email, url));
            }
            if roles.is_empty() || has("author") || has("creator") || has("contributor") {
                creators.push(agent(json!({"kind": kind(contributor), "name": name}), email, url));
            } else {
                self.drop(format!("contributor {name}, {}: not among the creators", roles.join(", ")));
            }
        }
        if !creators.is_empty() {
            self.set("creators", Value::Array(creators));
        }
    }

    fn sources(&mut self, sources: &[&Map<String, Value>]) {
        let mut derived = Vec::new();
        for source in sources {
            let title = text(source, "title").unwrap_or("without a title");
            match text(source, "path").filter(|path| is_http(path)) {
                Some(url) => derived.push(json!({"url": url, "title": {"en": title}})),
                None => self.drop(format!("source {title}: has no address")),
            }
        }
        if !derived.is_empty() {
            self.set("origin", json!({"derived_from": derived}));
        }
    }

    fn resources(&mut self, resources: &[&Map<String, Value>]) {
        let mut unused = std::collections::BTreeMap::<&str, usize>::new();
        let mut found = Vec::new();
        for resource in resources {
            for member in resource.keys().filter(|member| !RESOURCE_USED.contains(&member.as_str())) {
                *unused.entry(member).or_default() += 1;
            }
            match resource.get("path") {
                Some(Value::String(path)) if is_http(path) => self.remote(resource, path),
                Some(Value::String(path)) => found.push(local(resource, path, true)),
                // The hash and size of a resource in several files are those of all of them together.
                Some(Value::Array(paths)) => {
                    found.extend(
                        paths.iter().filter_map(Value::as_str).map(|path| local(resource, path, false)),
                    );
                }
                _ => self
                    .drop(format!("resource {}: has its data inline", text(resource, "name").unwrap_or("?"))),
            }
        }
        for (member, count) in unused {
            self.drop(format!("resources/*/{member} ({count} times): files have no such field"));
        }
        self.metadata.resources = Some(found);
    }

    fn remote(&mut self, resource: &Map<String, Value>, url: &str) {
        let (size, sha256) = (resource.get("bytes").and_then(Value::as_u64), sha256(resource));
        let last = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let path = last.parse::<FilePath>().ok().or_else(|| text(resource, "name")?.parse().ok());
        match (path, size, sha256) {
            (Some(path), Some(size), Some(sha256)) => self.metadata.references.push(Referenced {
                path,
                size: Some(size),
                sha256: Some(sha256),
                media_type: media_type(resource),
                sample: false,
                reference: Reference::DownloadUrl { url: url.to_owned() },
            }),
            _ => self.drop(format!("resource {url}: to refer to it, declare bytes and a hash of sha256:…")),
        }
    }
}

fn objects(value: &Value) -> Vec<&Map<String, Value>> {
    value.as_array().map(|items| items.iter().filter_map(Value::as_object).collect()).unwrap_or_default()
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn is_http(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// The identifier of the SPDX list that a licence name means.
fn spdx_id(name: &str) -> Option<String> {
    let known = OPEN_DEFINITION.iter().find(|(open, _)| open.eq_ignore_ascii_case(name));
    let name = known.map_or(name, |(_, spdx)| spdx);
    let listed = spdx::identifiers::LICENSES.iter().find(|licence| licence.name.eq_ignore_ascii_case(name));
    let name = listed.map_or(name, |licence| licence.name);
    Expression::parse(name).is_ok().then(|| name.to_owned())
}

/// What may follow `LicenseRef-`: letters, digits, dots and hyphens.
fn reference_name(name: Option<&str>) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = name.unwrap_or("data-package").chars().map(kept).collect();
    name.trim_matches('-').to_owned()
}

fn identifier(id: &str) -> Value {
    let doi =
        ["https://doi.org/", "http://doi.org/", "doi:"].iter().find_map(|prefix| id.strip_prefix(prefix));
    match doi.or_else(|| id.starts_with("10.").then_some(id)) {
        Some(doi) => json!({"scheme": "doi", "value": doi}),
        None if id.starts_with("urn:") => json!({"scheme": "urn", "value": id}),
        None => json!({"scheme": "other", "value": id}),
    }
}

/// Version 1 has one role, version 2 a list.
fn roles(contributor: &Map<String, Value>) -> Vec<&str> {
    let many = contributor.get("roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    text(contributor, "role").into_iter().chain(many.iter().filter_map(Value::as_str)).collect()
}

fn name(contributor: &Map<String, Value>) -> Option<String> {
    let parts = [text(contributor, "givenName"), text(contributor, "familyName")];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    text(contributor, "title").map(str::to_owned).or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
}

/// A contributor with a name of two parts, or who belongs to an organisation, is a person.
fn kind(contributor: &Map<String, Value>) -> &'static str {
    let person =
        ["givenName", "familyName", "organization"].iter().any(|member| contributor.contains_key(*member));
    if person { "person" } else { "organisation" }
}

fn agent(mut agent: Value, email: Option<&str>, url: Option<&str>) -> Value {
    if let Some(fields) = agent.as_object_mut() {
        fields.extend(email.map(|email| ("email".to_owned(), json!(email))));
        fields.extend(url.map(|url| ("url".to_owned(), json!(url))));
    }
    agent
}

fn local(resource: &Map<String, Value>, path: &str, whole: bool) -> Resource {
    Resource {
        path: path.strip_prefix("./").unwrap_or(path).to_owned(),
        bytes: resource.get("bytes").and_then(Value::as_u64).filter(|_| whole),
        sha256: sha256(resource).filter(|_| whole),
        media_type: media_type(resource),
    }
}

fn sha256(resource: &Map<String, Value>) -> Option<Digest> {
    text(resource, "hash")?.strip_prefix("sha256:")?.to_ascii_lowercase().parse().ok()
}

fn media_type(resource: &Map<String, Value>) -> Option<MediaType> {
    text(resource, "mediatype")?.split(';').next()?.trim().parse().ok()
}

#[cfg(test)]
#[path = "datapackage_tests.rs"]
mod tests;
