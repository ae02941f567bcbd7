//! What CKAN answers: one package, or a page of a search, with the extras that `ckanext-dcat` knows.

use serde_json::{Map, Value, json};

use super::dcat::values::{date, instant, is_web};
use super::draft::{Draft, UNKNOWN_LANGUAGE, excerpt};
use super::format::ImportFormat;
use super::imported::{Imported, ImportedAccess, ImportedFile, ImportedTerms, Reading, Unreadable};
use super::json::{is_blank, plain, several, text, whole};
use super::{MOST_RECORDS, licence, name_of};
use crate::interop::json::parse;
use crate::interop::vocabulary::{
    frequency_of, identifier_of, language_of, media_type_of, place_of, theme_of,
};
use crate::kernel::{Error, Result, Slug};

/// Reads an answer, or the package alone.
pub(super) fn read(text: &str) -> Result<Reading> {
    let (value, mut faults) = parse(text)?;
    if value.get("success") == Some(&Value::Bool(false)) {
        let error = value.pointer("/error/message").map(excerpt).unwrap_or_default();
        return Err(Error::invalid(
            "/success",
            "no_dataset",
            format!("CKAN answers that it failed: {error}"),
        ));
    }
    let result = value.get("result").unwrap_or(&value);
    let (packages, total) = match result {
        Value::Array(packages) => (packages.as_slice(), None),
        Value::Object(members) => match members.get("results") {
            Some(Value::Array(packages)) => (packages.as_slice(), members.get("count").and_then(whole)),
            _ => (std::slice::from_ref(result), Some(1)),
        },
        _ => {
            return Err(Error::invalid(
                "/result",
                "no_dataset",
                "`result` is no package and no list of packages",
            ));
        }
    };
    if packages.len() > MOST_RECORDS {
        faults.push(format!("more than {MOST_RECORDS} packages; the others were not read"));
    }
    let records: Vec<_> = packages.iter().take(MOST_RECORDS).map(package).collect();
    if let [Err(only)] = records.as_slice()
        && total == Some(1)
    {
        return Err(Error::invalid("", "no_dataset", only.reason.clone()));
    }
    Ok(Reading { format: ImportFormat::Ckan, records, next: None, total, faults })
}

fn package(value: &Value) -> Result<Imported, Unreadable> {
    let unreadable = |reason: &str| Unreadable { identifier: plain(value), reason: reason.to_owned() };
    let Some(package) = value.as_object() else {
        return Err(unreadable("only its name is there; ask for `package_show`"));
    };
    if !["title", "name", "id"].iter().any(|member| package.contains_key(*member)) {
        return Err(unreadable("a package has an id, a name or a title, and this has none"));
    }
    let mut draft = Draft::default();
    let mut out = Beside::default();
    // The language of a package is one of its extras, and is needed before the texts.
    let language =
        extra(package, "language").and_then(|text| language_of(text.trim_matches(['[', ']', '"'])));
    let language = language.map_or_else(|| UNKNOWN_LANGUAGE.to_owned(), |tag| tag.to_string());
    for (member, value) in package {
        if !is_blank(value) {
            statement(&mut draft, &mut out, package, member, value, &language);
        }
    }
    let uri = extra(package, "uri").filter(|uri| is_web(uri));
    let identifier = uri.or_else(|| text(package, "id")).or_else(|| text(package, "name")).map(str::to_owned);
    let (record, report) = draft.finish();
    let suggested_name = text(package, "name").and_then(Slug::from_words);
    let suggested_name = suggested_name.or_else(|| name_of(record.title.best(&[]), identifier.as_deref()));
    let Beside { publisher, version, files, terms, changed_at } = out;
    Ok(Imported { identifier, record, publisher, version, files, terms, changed_at, suggested_name, report })
}

#[derive(Default)]
struct Beside {
    publisher: Option<crate::datasets::record::Agent>,
    version: Option<String>,
    files: Vec<ImportedFile>,
    terms: ImportedTerms,
    changed_at: Option<crate::kernel::Timestamp>,
}

/// An extra by its name, or a member where a schema made one of it.
fn extra<'p>(package: &'p Map<String, Value>, wanted: &str) -> Option<&'p str> {
    let extras = package.get("extras").map(several).unwrap_or_default().iter().filter_map(Value::as_object);
    let mut found =
        extras.filter(|one| text(one, "key") == Some(wanted)).filter_map(|one| text(one, "value"));
    found.next().or_else(|| text(package, wanted))
}

fn statement(
    draft: &mut Draft,
    out: &mut Beside,
    package: &Map<String, Value>,
    member: &str,
    value: &Value,
    language: &str,
) {
    match member {
        "title" | "title_translated" => texts(draft, "/title", member, value, language),
        "notes" | "notes_translated" | "description" => texts(draft, "/description", member, value, language),
        "tags" => {
            for one in several(value) {
                let word = one.get("display_name").or_else(|| one.get("name")).unwrap_or(one);
                match word.as_str() {
                    Some(word) => draft.keyword(member, language, word.trim()),
                    None => draft.drop(member, &excerpt(one), "a tag is a text"),
                }
            }
        }
        "keywords_translated" | "tags_translated" => {
            for (tag, words) in value.as_object().into_iter().flatten() {
                several(words)
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|word| draft.keyword(member, tag, word));
            }
        }
        "license_id" | "license_url" | "license_title" => licence_of(draft, package, member),
        "url" => match value.as_str().filter(|url| is_web(url)) {
            Some(url) => draft.put("/landing_page", member, url),
            None => draft.drop(member, &excerpt(value), "no http or https address"),
        },
        "author" | "author_email" => agent(draft, package, "author", "author_email", "/creators", member),
        "maintainer" | "maintainer_email" => contact(draft, package, member),
        "organization" => {
            let name = value.get("title").or_else(|| value.get("name")).and_then(plain);
            let agent = name.map(|name| json!({"kind": "organisation", "name": name}));
            out.publisher = agent.and_then(|agent| serde_json::from_value(agent).ok());
            draft.note("", member);
        }
        "groups" => {
            for one in several(value) {
                let name = one.get("name").and_then(Value::as_str).unwrap_or_default();
                match name.to_ascii_uppercase().parse::<crate::datasets::record::Theme>() {
                    Ok(theme) => draft.push("/themes", member, json!(theme)),
                    Err(_) => draft.drop(member, &excerpt(one), "no theme of the data theme table of the EU"),
                }
            }
        }
        "resources" => several(value).iter().for_each(|one| resource(draft, one, &mut out.files)),
        "version" => {
            draft.note("", member);
            out.version = plain(value);
        }
        "metadata_modified" => {
            draft.note("", member);
            out.changed_at = value.as_str().and_then(instant).max(out.changed_at);
        }
        "private" => {
            draft.note("", member);
            let access =
                if value == &Value::Bool(true) { ImportedAccess::NonPublic } else { ImportedAccess::Public };
            out.terms.access.get_or_insert(access);
        }
        "extras" => {
            for one in several(value).iter().filter_map(Value::as_object) {
                if let (Some(key), Some(value)) =
                    (text(one, "key"), one.get("value").filter(|one| !is_blank(one)))
                {
                    self::dcat(draft, out, key, value, true);
                }
            }
        }
        // Names of the package, and how CKAN keeps it.
        "id"
        | "name"
        | "type"
        | "state"
        | "isopen"
        | "owner_org"
        | "creator_user_id"
        | "num_tags"
        | "num_resources"
        | "metadata_created"
        | "revision_id"
        | "relationships_as_object"
        | "relationships_as_subject" => {}
        _ => self::dcat(draft, out, member, value, false),
    }
}

/// Properties of DCAT, as `ckanext-dcat` names them among the extras, or as members.
fn dcat(draft: &mut Draft, out: &mut Beside, key: &str, value: &Value, extra: bool) {
    let property = if extra { format!("extras/{key}") } else { key.to_owned() };
    let all = listed(value);
    let first = all.first().map(String::as_str).unwrap_or_default();
    match key {
        "language" => all.iter().for_each(|word| match language_of(word) {
            Some(tag) => draft.push("/content/languages", &property, json!({"language": tag})),
            None => draft.drop(&property, word, "no known language"),
        }),
        "theme" | "theme-primary" | "dcat_theme" => all.iter().for_each(|word| match theme_of(word) {
            Some(theme) => draft.push("/themes", &property, json!(theme)),
            None => draft.drop(&property, word, "no theme of the data theme table of the EU"),
        }),
        "frequency" | "update_frequency" => match frequency_of(first) {
            Some(frequency) => draft.put("/update_frequency", &property, frequency.as_str()),
            None => draft.drop(&property, first, "no frequency of the table of the EU"),
        },
        "temporal_start" | "temporal_end" => {
            let end = key == "temporal_end";
            match date(first, end) {
                Some((date, exact)) => {
                    draft.put(
                        if end { "/coverage/temporal/end" } else { "/coverage/temporal/start" },
                        &property,
                        date,
                    );
                    if !exact {
                        draft.change(&property, first, "kept as a day or a month");
                    }
                }
                None => draft.drop(&property, first, "no date"),
            }
        }
        "spatial_uri" | "spatial_text" | "spatial" => match place_of(first) {
            Some(code) => draft.push("/coverage/geographic", &property, code),
            None => draft.drop(&property, first, "no country or region that is known by its code"),
        },
        "identifier" | "alternate_identifier" | "doi" => {
            all.iter().for_each(|one| draft.push("/identifiers", &property, json!(identifier_of(one))));
        }
        "conforms_to" | "documentation" => {
            let pointer = if key == "documentation" { "/documentation" } else { "/quality/conforms_to" };
            all.iter().for_each(|one| draft.push(pointer, &property, one.as_str()));
        }
        "applicable_legislation" => {
            all.iter().for_each(|one| draft.push("/rights/applicable_legislation", &property, one.as_str()));
        }
        "contact_name" | "contact_email" | "contact_uri" => {
            let place = if key == "contact_email" { "/contact/email" } else { "/contact/name" };
            if key != "contact_uri" {
                draft.put(place, &property, first.trim_start_matches("mailto:"));
                if !draft.has("/contact/name") {
                    draft.put("/contact/name", &property, first.trim_start_matches("mailto:"));
                }
            }
        }
        "publisher_name" => {
            draft.note("", &property);
            let agent = json!({"kind": "organisation", "name": first});
            out.publisher = serde_json::from_value(agent).ok().or(out.publisher.take());
        }
        "access_rights" => {
            let word = first.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            out.terms.access = match word.as_str() {
                "public" => Some(ImportedAccess::Public),
                "restricted" => Some(ImportedAccess::Restricted),
                "non_public" => Some(ImportedAccess::NonPublic),
                _ => return draft.drop(&property, first, "no access right of the table of the EU"),
            };
            draft.note("", &property);
        }
        "modified" => {
            draft.note("", &property);
            out.changed_at = instant(first).max(out.changed_at);
        }
        "dcat_version" | "version_notes" | "issued" | "uri" | "guid" => draft.note("", &property),
        _ => draft.drop(&property, &excerpt(value), "the record has no place for it"),
    }
}

/// One text, a list, or a list that was written down as JSON in a text.
fn listed(value: &Value) -> Vec<String> {
    let written = value.as_str().filter(|text| text.trim_start().starts_with('['));
    let inner = written.and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    inner.as_deref().unwrap_or_else(|| several(value)).iter().filter_map(plain).collect()
}

fn texts(draft: &mut Draft, pointer: &str, member: &str, value: &Value, language: &str) {
    match value {
        Value::String(text) => draft.text(pointer, member, language, text.trim()),
        Value::Object(by_language) => {
            for (tag, text) in by_language {
                if let Some(text) = text.as_str() {
                    draft.text(pointer, member, tag, text.trim());
                }
            }
        }
        other => draft.drop(member, &excerpt(other), "a text is expected here"),
    }
}

fn licence_of(draft: &mut Draft, package: &Map<String, Value>, member: &str) {
    let (id, url, title) =
        (text(package, "license_id"), text(package, "license_url"), text(package, "license_title"));
    // Each of the three would say it again.
    let first =
        ["license_id", "license_url", "license_title"].into_iter().find(|one| text(package, one).is_some());
    if first == Some(member) {
        let known = [id, url, title]
            .into_iter()
            .flatten()
            .find(|one| crate::interop::vocabulary::licence_of(one).is_some());
        let term = known.or(url).or(id).unwrap_or_default();
        licence::put(draft, member, term, title.or(id), url);
    }
}

fn agent(
    draft: &mut Draft,
    package: &Map<String, Value>,
    name: &str,
    email: &str,
    pointer: &str,
    member: &str,
) {
    if member == name || text(package, name).is_none() {
        let Some(who) = text(package, name).or_else(|| text(package, email)) else { return };
        let mut agent = json!({"kind": "organisation", "name": who});
        if let (Some(email), Some(members)) =
            (text(package, email).filter(|one| one.contains('@')), agent.as_object_mut())
        {
            members.insert("email".into(), json!(email));
        }
        draft.push(pointer, member, agent);
    }
}

fn contact(draft: &mut Draft, package: &Map<String, Value>, member: &str) {
    let (name, email) = (text(package, "maintainer"), text(package, "maintainer_email"));
    match (member, email.filter(|one| one.contains('@'))) {
        // The name has said it.
        ("maintainer_email", Some(_)) if name.is_some() => draft.note("/contact", member),
        (_, Some(email)) => {
            draft.put("/contact", member, json!({"name": name.unwrap_or(email), "email": email}))
        }
        (_, None) => {
            let shown = name.or(email).unwrap_or_default();
            draft.drop(member, shown, "a contact needs an address of e-mail or of a page, and there is none");
        }
    }
}

fn resource(draft: &mut Draft, value: &Value, files: &mut Vec<ImportedFile>) {
    let Some(one) = value.as_object() else {
        return draft.drop("resources", &excerpt(value), "a resource is an object");
    };
    draft.note("", "resources");
    let url = text(one, "download_url").or_else(|| text(one, "url")).filter(|url| is_web(url));
    let uploaded = text(one, "url_type") == Some("upload") || text(one, "download_url").is_some();
    let hash =
        text(one, "hash").map(|hash| hash.strip_prefix("sha256:").unwrap_or(hash).to_ascii_lowercase());
    let sha256 = hash.as_deref().and_then(|hash| hash.parse().ok());
    if let Some(hash) = hash.as_deref().filter(|_| sha256.is_none()) {
        draft.drop("resources/hash", hash, "no SHA-256");
    }
    if url.is_none() {
        draft.drop("resources/url", text(one, "url").unwrap_or_default(), "no http or https address");
    }
    let media_type =
        ["mimetype", "format"].iter().find_map(|name| media_type_of(text(one, name)?)?.parse().ok());
    files.push(ImportedFile {
        name: text(one, "name").or_else(|| text(one, "title")).map(str::to_owned),
        path: None,
        // An address may be a page; one of an upload is the file.
        download_url: url.filter(|_| uploaded).map(str::to_owned),
        access_url: text(one, "access_url").or(url).map(str::to_owned),
        media_type,
        size: one.get("size").and_then(whole),
        sha256,
        description: text(one, "description").map(str::to_owned),
    });
}

#[cfg(test)]
mod tests;
