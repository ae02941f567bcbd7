//! People and organisations.

use serde_json::{Map, Value, json};

use super::super::draft::{Draft, excerpt};
use super::super::json::{plain, several};
use super::values::{address, is_of};
use crate::interop::import::dcat::values::is_web;

/// An agent with a name.
pub(super) fn read(draft: &mut Draft, member: &str, value: &Value) -> Option<Value> {
    let parts = || {
        let parts: Vec<String> =
            ["givenName", "familyName"].iter().filter_map(|name| plain(value.get(name)?)).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let name = plain(value)
        .or_else(|| address(value, &["name", "sc:name", "legalName", "prov:label"]))
        .or_else(parts);
    let Some(name) = name else {
        draft.drop(member, &excerpt(value), "the document does not say what this agent is called");
        return None;
    };
    let empty = Map::new();
    let members = value.as_object().unwrap_or(&empty);
    let person = is_of(members, "Person") || members.contains_key("familyName");
    let mut agent = json!({"kind": if person { "person" } else { "organisation" }, "name": name});
    let mut identifiers: Vec<Value> = Vec::new();
    for name in ["sameAs", "@id", "identifier", "url"] {
        for text in members.get(name).map(several).unwrap_or_default().iter().take(20) {
            let text = plain(text).or_else(|| address(text, &["@id", "url", "value"])).unwrap_or_default();
            for (host, scheme) in [("orcid.org/", "orcid"), ("ror.org/", "ror")] {
                if let Some((_, value)) = text.split_once(host).filter(|(before, _)| before.ends_with("//")) {
                    let found = json!({"scheme": scheme, "value": value});
                    if !identifiers.contains(&found) {
                        identifiers.push(found);
                    }
                }
            }
        }
    }
    let url = address(value, &["url", "sc:url"]).filter(|url| is_web(url));
    let email =
        address(value, &["email", "sc:email"]).map(|mail| mail.trim_start_matches("mailto:").to_owned());
    if let Some(out) = agent.as_object_mut() {
        if !identifiers.is_empty() {
            out.insert("identifiers".into(), Value::Array(identifiers));
        }
        out.extend(url.map(|url| ("url".to_owned(), json!(url))));
        out.extend(email.filter(|one| one.contains('@')).map(|email| ("email".to_owned(), json!(email))));
    }
    Some(agent)
}

/// A contact point: a name, and an address of e-mail or of a page.
pub(super) fn contact(draft: &mut Draft, member: &str, value: &Value) {
    let email = address(value, &["email"]).map(|mail| mail.trim_start_matches("mailto:").to_owned());
    let url = address(value, &["url"]).filter(|url| is_web(url));
    let name = address(value, &["name", "contactType"]).or_else(|| email.clone()).or_else(|| url.clone());
    match name.filter(|_| email.is_some() || url.is_some()) {
        Some(name) => {
            let mut contact = json!({"name": name});
            if let Some(members) = contact.as_object_mut() {
                members.extend(email.map(|email| ("email".to_owned(), json!(email))));
                members.extend(url.map(|url| ("url".to_owned(), json!(url))));
            }
            draft.put("/contact", member, contact);
        }
        None => {
            let reason = "a contact needs an address of e-mail or of a page, and there is none";
            draft.drop(member, &excerpt(value), reason);
        }
    }
}

/// Money: who gave it, or a grant with its number.
pub(super) fn funding(draft: &mut Draft, member: &str, value: &Value) {
    let funder = value.get("funder").map(several).and_then(|all| all.first()).unwrap_or(value);
    let Some(name) = plain(funder).or_else(|| address(funder, &["name", "legalName"])) else {
        return draft.drop(member, &excerpt(value), "the document does not say who paid");
    };
    let award = value.get("funder").and_then(|_| address(value, &["identifier", "name"]));
    let mut funding = json!({"funder": name});
    if let (Some(award), Some(members)) = (award, funding.as_object_mut()) {
        members.insert("award".into(), json!(award));
    }
    draft.push("/economics/funding", member, funding);
}
