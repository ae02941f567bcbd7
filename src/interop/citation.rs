//! How a version is cited: BibTeX, and CSL-JSON 1.0 as citation managers read it.

use serde_json::{Map, Value, json};

use super::addresses::Addresses;
use super::by_file::one_line;
use super::entry::Entry;
use super::vocabulary;
use crate::datasets::record::AgentKind;
use crate::kernel::Timestamp;

/// Whom and what to cite.
struct Citation {
    key: String,
    /// Who made it, and whether that is a person.
    authors: Vec<(String, bool)>,
    title: String,
    publisher: String,
    version: Option<String>,
    doi: Option<String>,
    url: String,
    /// Year, month and day of publication.
    date: [u16; 3],
}

impl Citation {
    fn of(entry: &Entry, at: &Addresses) -> Self {
        let (dataset, record) = (&entry.described.dataset, &entry.described.record);
        let version = entry.described.version.as_ref();
        let mut key = format!("{}-{}", dataset.organisation, dataset.name);
        if let Some(version) = version {
            key.push_str(&format!("-{}", version.version));
        }
        let creators = record.creators.iter();
        let mut authors: Vec<(String, bool)> =
            creators.map(|one| (one_line(&one.name), one.kind == AgentKind::Person)).collect();
        if authors.is_empty() {
            authors.push((one_line(&entry.organisation.name), false));
        }
        let published = version.and_then(|version| version.published_at);
        Self {
            key,
            authors,
            title: one_line(record.title.best(&[])),
            publisher: one_line(&entry.organisation.name),
            version: version.map(|version| version.version.to_string()),
            doi: vocabulary::doi(record).map(str::to_owned),
            url: version.map_or_else(|| at.dataset(dataset), |version| at.version(dataset, &version.version)),
            date: date(published.unwrap_or(dataset.created_at)),
        }
    }
}

fn date(at: Timestamp) -> [u16; 3] {
    let text = at.to_string();
    let part = |range| text.get(range).and_then(|part: &str| part.parse().ok()).unwrap_or_default();
    [part(0..4), part(5..7), part(8..10)]
}

/// The entry of type `@dataset`, which styles that do not know it set as `@misc`.
pub(super) fn bibtex(entry: &Entry, at: &Addresses) -> String {
    let citation = Citation::of(entry, at);
    let mut out = format!("@dataset{{{},\n", citation.key);
    let mut put = |field: &str, value: &str| {
        out.push_str(&format!("  {field} = {{{value}}},\n"));
    };
    let authors = citation.authors.iter().map(|(name, person)| {
        let tex = latex(name);
        // BibTeX takes the names of persons apart; a comma or an `and` in them, and any other name, is kept as it is.
        if *person && !name.contains(',') && !name.contains(" and ") { tex } else { format!("{{{tex}}}") }
    });
    put("author", &authors.collect::<Vec<_>>().join(" and "));
    put("title", &format!("{{{}}}", latex(&citation.title)));
    put("year", &citation.date[0].to_string());
    put("month", &citation.date[1].to_string());
    put("publisher", &format!("{{{}}}", latex(&citation.publisher)));
    if let Some(version) = &citation.version {
        put("version", version);
    }
    if let Some(doi) = &citation.doi {
        // Braces are part of a DOI, and stand as they are where they leave the entry whole.
        put("doi", &if is_balanced(doi) { doi.replace('\\', "%5C") } else { verbatim(doi) });
    }
    put("url", &verbatim(&citation.url));
    out.push_str("}\n");
    out
}

/// The item, in a list of one as CSL-JSON wants it.
pub(super) fn csl(entry: &Entry, at: &Addresses) -> Value {
    let citation = Citation::of(entry, at);
    let mut item = Map::new();
    let mut put = |member: &str, value: Value| item.insert(member.to_owned(), value);
    put("id", json!(citation.key));
    put("type", json!("dataset"));
    put("title", json!(citation.title));
    // Names are not taken apart: which word is the family's is not known.
    put("author", citation.authors.iter().map(|(name, _)| json!({"literal": name})).collect());
    put("publisher", json!(citation.publisher));
    put("issued", json!({"date-parts": [citation.date]}));
    citation.version.and_then(|version| put("version", json!(version)));
    citation.doi.and_then(|doi| put("DOI", json!(doi)));
    put("URL", json!(citation.url));
    if let Some(licence) = vocabulary::licence_address(&entry.described.record) {
        put("license", json!(licence));
    }
    json!([item])
}

/// One line in words, for people to copy.
pub(super) fn sentence(entry: &Entry, at: &Addresses) -> String {
    let citation = Citation::of(entry, at);
    let authors: Vec<&str> = citation.authors.iter().map(|(name, _)| name.as_str()).collect();
    let mut out = format!("{} ({}). {}", authors.join("; "), citation.date[0], citation.title);
    if let Some(version) = &citation.version {
        out.push_str(&format!(" ({version})"));
    }
    let address = citation.doi.map_or(citation.url, |doi| format!("https://doi.org/{doi}"));
    out.push_str(&format!(". {}. {address}", citation.publisher));
    out
}

/// Text for a field: what TeX gives a meaning to is written as what it looks like. Braces become commands, since BibTeX
/// counts them even behind a backslash.
fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' => out.push_str("\\textbraceleft{}"),
            '}' => out.push_str("\\textbraceright{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '$' | '&' | '#' | '_' | '%' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    out
}

/// Text for the fields that styles take as it stands; braces would unbalance the entry.
fn verbatim(text: &str) -> String {
    text.replace('{', "%7B").replace('}', "%7D").replace('\\', "%5C")
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth >= 0
    }) && depth == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn braces_are_balanced_where_each_is_closed_after_it_was_opened() {
        let found = ["10.1000/{a}{b{c}}", "10.1000/}{", "10.1000/{a"].map(is_balanced);
        assert_eq!(found, [true, false, false]);
    }

    proptest! {
        #[test]
        fn no_text_unbalances_an_entry(text in ".{0,60}") {
            let mut depth = 0_i32;
            for c in latex(&one_line(&text)).chars() {
                depth += i32::from(c == '{') - i32::from(c == '}');
                prop_assert!((0..=1).contains(&depth) && !c.is_control());
            }
            prop_assert_eq!(depth, 0);
            let braces = verbatim(&text).matches(['{', '}']).count();
            prop_assert_eq!(braces, 0);
        }
    }

    #[test]
    fn what_tex_gives_a_meaning_to_is_written_out() {
        assert_eq!(
            latex("50 % of A&B_{1} \\ ~"),
            "50 \\% of A\\&B\\_\\textbraceleft{}1\\textbraceright{} \\textbackslash{} \\textasciitilde{}"
        );
    }
}
