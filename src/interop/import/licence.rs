//! Licences, as others name them.

use super::dcat::values::is_web;
use super::draft::{Draft, cut};
use crate::interop::vocabulary::licence_of;

/// Puts a licence into the record: `term` is its IRI, page or name, `name` what it is called, `page` where else its text is.
/// One outside of the SPDX list keeps its name, as `LicenseRef-`, and the address of its text, without which it is dropped.
pub(super) fn put(draft: &mut Draft, property: &str, term: &str, name: Option<&str>, page: Option<&str>) {
    let known = licence_of(term).or_else(|| licence_of(name?));
    let web = |text: &&str| is_web(text);
    if let Some(expression) = known {
        let own = expression.contains("LicenseRef-") || expression.contains("AdditionRef-");
        // The page of a licence with a name of its own is its text; one on the list needs none.
        let url = page.filter(web).or_else(|| Some(term).filter(web).filter(|_| own));
        if own && url.is_none() {
            let reason =
                "a licence outside of the SPDX list needs the address of its text, and there is none";
            return draft.drop(property, &expression, reason);
        }
        put_both(draft, property, &expression, url);
        return;
    }
    let Some(url) = Some(term).filter(web).or(page.filter(web)) else {
        let shown = name.unwrap_or(term);
        return draft.drop(property, shown, "no licence of the SPDX list, and no address of its text");
    };
    let words = name.filter(|name| !name.trim().is_empty()).unwrap_or(url);
    put_both(draft, property, &format!("LicenseRef-{}", reference_name(words)), Some(url));
}

fn put_both(draft: &mut Draft, property: &str, expression: &str, url: Option<&str>) {
    let taken = draft.at("/rights/licence").and_then(serde_json::Value::as_str).map(str::to_owned);
    match taken {
        Some(there) if there == expression => {}
        Some(there) => {
            let reason = format!("the record has one licence, and it is {}", cut(&there, 60));
            draft.drop(property, expression, reason);
        }
        None => {
            draft.put("/rights/licence", property, expression);
            if let Some(url) = url {
                draft.put("/rights/licence_url", property, url);
            }
        }
    }
}

/// What may follow `LicenseRef-`: letters, digits, dots and hyphens.
pub(super) fn reference_name(words: &str) -> String {
    let words = words.split_once("://").map_or(words, |(_, path)| path);
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = words.chars().map(kept).take(80).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "other".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_keep_what_they_are() {
        let record = |term: &str, name: Option<&str>, page: Option<&str>| {
            let mut draft = Draft::default();
            put(&mut draft, "license", term, name, page);
            let (record, report) = draft.finish();
            (record.rights.licence.unwrap_or_default(), record.rights.licence_url, report.dropped.len())
        };
        let page = "https://opendefinition.org/licenses/cc-by/";
        assert_eq!(
            record("https://creativecommons.org/licenses/by/4.0/", None, None),
            ("CC-BY-4.0".into(), None, 0)
        );
        assert_eq!(
            record(page, None, None),
            ("LicenseRef-opendefinition.org-licenses-cc-by".into(), Some(page.into()), 0)
        );
        assert_eq!(record("_:b", Some("MIT OR Apache-2.0"), None), ("MIT OR Apache-2.0".into(), None, 0));
        assert_eq!(record("notspecified", None, None), (String::new(), None, 1));
        assert_eq!(
            record(page, Some("LicenseRef-own"), None),
            ("LicenseRef-own".into(), Some(page.into()), 0)
        );
    }
}
