//! The text of a dataset card: its sections by their headings, and the facts that this register writes into it.

use serde_json::json;

use super::super::dcat::values::is_web;
use super::super::draft::{Draft, cut};
use super::LANGUAGE;

/// The section of facts, which only cards of this register have.
const FACTS: &str = "At a glance";
/// How it begins.
const FIRST_FACT: &str = "- **Dataset**: `";

/// Sections of one text, by heading.
const TEXTS: [(&str, &str); 6] = [
    ("Design choices", "/quality/design_choices"),
    ("Suitability", "/quality/suitability"),
    ("Representativeness", "/quality/representativeness"),
    ("Known errors", "/quality/known_errors"),
    ("Gaps", "/quality/gaps"),
    ("Social impact", "/quality/social_impact"),
];

/// Sections of several, one in a line.
const LISTS: [(&str, &str); 2] = [("Biases", "/quality/biases"), ("Limitations", "/quality/limitations")];

/// Sections that other cards have the description in, where it does not follow the title.
const SUMMARIES: [&str; 5] =
    ["dataset summary", "dataset description", "description", "summary", "dataset details"];

/// Reads the text: the first heading is the title, and what follows it the description; sections have names of their own.
pub(super) fn read(draft: &mut Draft, body: &str) {
    let lines: Vec<&str> = body.lines().collect();
    let heading = lines.iter().position(|line| line.starts_with("# "));
    if let Some(title) = heading.and_then(|at| lines.get(at)).map(|line| line.trim_start_matches("# ").trim())
        && !draft.has("/title")
    {
        let title = title.strip_prefix("Dataset Card for ").unwrap_or(title).trim_matches(['*', '`']);
        draft.text("/title", "# heading", LANGUAGE, title);
    }
    let rest: Vec<&str> = lines.into_iter().skip(heading.map_or(0, |at| at + 1)).collect();
    let (sections, is_ours) = sections(&rest);
    let after_title = sections.first().filter(|section| section.heading.is_empty());
    let summaries = sections.iter().filter(|one| SUMMARIES.contains(&one.heading.to_lowercase().as_str()));
    let mut described = after_title.into_iter().chain(summaries);
    if let Some(one) =
        described.find(|one| !one.text.is_empty() && (is_ours || !one.text.starts_with("<!--")))
    {
        draft.text("/description", "text", LANGUAGE, &one.text);
    }
    for section in &sections {
        let property = format!("## {}", section.heading);
        let named = |name: &str| section.level == 2 && section.heading.eq_ignore_ascii_case(name);
        if let Some((_, pointer)) = TEXTS.iter().find(|(name, _)| named(name)) {
            draft.text(pointer, &property, LANGUAGE, &section.text);
        } else if let Some((_, pointer)) = LISTS.iter().find(|(name, _)| named(name)) {
            for text in items(&section.text) {
                draft.push(pointer, &property, json!({LANGUAGE: text}));
            }
        } else if is_ours && named(FACTS) {
            section.text.lines().for_each(|line| fact(draft, line));
        }
    }
    let left: usize = rest.iter().map(|line| line.len() + 1).sum();
    if left > 0 {
        let shown = cut(&rest.join(" "), 120);
        draft.drop("text", &shown, "of the text, the title, the summary and sections known by name are kept");
    }
}

/// A heading, its level, and the text up to the next one; what follows the title has none.
#[derive(Default)]
struct Section<'a> {
    heading: &'a str,
    level: usize,
    text: String,
}

/// The sections of a text, and whether this register wrote it: then only its own headings count, whatever other ones a provider
/// wrote into a description.
fn sections<'a>(lines: &[&'a str]) -> (Vec<Section<'a>>, bool) {
    let facts = format!("## {FACTS}");
    let is_ours = lines.windows(3).any(
        |three| matches!(three, [heading, "", first] if *heading == facts && first.starts_with(FIRST_FACT)),
    );
    let mut sections = vec![Section::default()];
    for line in lines {
        let heading = line.trim_start_matches('#');
        let level = line.len() - heading.len();
        let heading = heading.trim();
        if level > 0 && (!is_ours || level == 2 && is_own(heading)) {
            sections.push(Section { heading, level, text: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    for section in &mut sections {
        section.text = section.text.trim().to_owned();
    }
    (sections, is_ours)
}

/// Whether it is a heading that this register writes.
fn is_own(heading: &str) -> bool {
    let known = TEXTS.iter().chain(&LISTS).any(|(name, _)| *name == heading);
    known
        || heading == FACTS
        || heading == "Files that stay with their holders"
        || heading.starts_with("Columns of `")
}

/// The items of a list, or the whole text where it is none.
fn items(text: &str) -> Vec<&str> {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let listed: Option<Vec<&str>> = lines().map(|line| line.strip_prefix("- ").map(str::trim)).collect();
    listed.unwrap_or_else(|| vec![text])
}

/// A fact, as this register writes it: `- **Contact**: Desk <desk@example.org>`. Creators stay out, since it is not said which of
/// them are people.
fn fact(draft: &mut Draft, line: &str) {
    let Some((name, value)) = line.strip_prefix("- **").and_then(|fact| fact.split_once("**: ")) else {
        return;
    };
    let property = format!("## {FACTS}: {name}");
    let address = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).filter(|url| is_web(url));
    let mut put = |pointer: &str, value: &str| draft.put(pointer, &property, value);
    match name {
        "Licence" => {
            let page =
                value.strip_suffix(">)").and_then(|rest| rest.split_once("` (<")).map(|(_, page)| page);
            if let Some(page) = page.filter(|page| is_web(page)) {
                put("/rights/licence_url", page);
            }
        }
        "Text and data mining" => put("/rights/tdm/reservation", value),
        "Policy for text and data mining" => {
            address.into_iter().for_each(|url| put("/rights/tdm/policy_url", url))
        }
        "Personal data" => put("/privacy/personal_data", value),
        "Where the content is from" => put("/origin/source_category", value),
        "Page" => address.into_iter().for_each(|url| put("/landing_page", url)),
        "Intended uses" => value.split(", ").for_each(|kind| draft.push("/uses/intended", &property, kind)),
        "Prohibited uses" => {
            value.split(", ").for_each(|kind| draft.push("/uses/prohibited", &property, kind))
        }
        "Contact" => {
            if let Some((name, email)) = value.strip_suffix('>').and_then(|text| text.rsplit_once(" <")) {
                draft.put("/contact", &property, json!({"name": name, "email": email}));
            }
        }
        _ => {}
    }
}
