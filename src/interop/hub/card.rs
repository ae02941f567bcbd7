//! The dataset card: `README.md`, front matter in YAML and the record in words.
//!
//! It is in English, and says nothing of who reads it, where from, or when: the same revision has the same card for ever,
//! and a client that compares digests finds what it was given. What the program writes here is therefore changed with care;
//! a test holds it against a card written before.

use super::splits;
use super::yaml::{Members, Node, to_yaml};
use crate::datasets::files::{File, Reference};
use crate::datasets::record::{Record, SizeUnit, UseKind};
use crate::kernel::{Digest, LangText};

/// The name of the file.
pub const FILE_NAME: &str = "README.md";
/// Its media type.
pub const MEDIA_TYPE: &str = "text/markdown; charset=utf-8";
/// The most files in our store that are looked at for splits.
pub const MOST_HELD: i64 = 1000;
/// The most files elsewhere that are named.
pub const MOST_ELSEWHERE: i64 = 100;

/// A card that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The text.
    pub text: String,
    /// Its SHA-256.
    pub sha256: Digest,
}

impl Card {
    /// How many bytes the text has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.text.len() as u64
    }
}

/// Writes the card of a dataset for the revision with this digest: its record, the files in our store and those elsewhere,
/// of each so many that too many can be told.
#[must_use]
pub fn write(name: &str, digest: &Digest, record: &Record, held: &[File], elsewhere: &[File]) -> Card {
    let mut members = front_matter(record);
    members.extend(configs(record, held).map(|configs| ("configs", configs)));
    let mut text = format!("---\n{}---\n", to_yaml(&members));
    let mut body = Body(&mut text);
    body.heading(1, &line(title(record, name)));
    body.paragraph(english(&record.description));
    body.facts(record, name, digest);
    body.columns(record);
    body.statements(record);
    body.elsewhere(elsewhere);
    let sha256 = Digest::of(&text);
    Card { text, sha256 }
}

/// What the front matter says of a record: the fields of the Hub's dataset cards.
#[must_use]
pub fn front_matter(record: &Record) -> Members {
    let mut members: Members = Vec::new();
    let text = |text: &str| Node::Text(text.to_owned());
    if !record.title.is_empty() {
        members.push(("pretty_name", Node::Text(line(english(&record.title)))));
    }
    if let Some(licence) = &record.rights.licence {
        match hub_licence(licence) {
            Some(known) => members.push(("license", Node::Text(known))),
            None => {
                members.push(("license", text("other")));
                members.push(("license_name", text(licence)));
                let listed = spdx::license_id(licence);
                let page = listed.map(|id| format!("https://spdx.org/licenses/{}", id.name));
                let page = record.rights.licence_url.clone().or(page);
                members.extend(page.map(|page| ("license_link", Node::Text(page))));
            }
        }
    }
    let languages = languages(record);
    if !languages.is_empty() {
        members.push(("language", Node::texts(languages)));
    }
    let keywords = keywords(record);
    if !keywords.is_empty() {
        members.push(("tags", Node::texts(keywords)));
    }
    if let Some(category) = size_category(record) {
        members.push(("size_categories", Node::texts([category])));
    }
    members
}

/// The splits to load, where every file was looked at.
fn configs(record: &Record, held: &[File]) -> Option<Node> {
    if i64::try_from(held.len()).is_ok_and(|files| files > MOST_HELD) {
        return None;
    }
    let files: Vec<(&str, u64)> =
        held.iter().map(|file| (file.path.as_str(), file.size.unwrap_or_default())).collect();
    let declared: Vec<&str> = record.content.splits.iter().map(|split| split.name.as_str()).collect();
    splits::configs(&files, &declared)
}

/// The licences that the Hub has a name for, which is the SPDX identifier in lower case but for a few.
const HUB_LICENCES: [&str; 39] = [
    "Apache-2.0",
    "MIT",
    "CC0-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "CDLA-Sharing-1.0",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "WTFPL",
    "ECL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "etalab-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "MPL-2.0",
    "MS-PL",
    "OSL-3.0",
    "PostgreSQL",
    "OFL-1.1",
    "NCSA",
    "Unlicense",
    "Zlib",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
];

/// What the Hub calls a licence that it knows.
#[must_use]
pub fn hub_licence(expression: &str) -> Option<String> {
    match expression {
        "ODbL-1.0" => Some("odbl".to_owned()),
        "ODC-By-1.0" => Some("odc-by".to_owned()),
        "PDDL-1.0" => Some("pddl".to_owned()),
        known if HUB_LICENCES.contains(&known) => Some(known.to_ascii_lowercase()),
        _ => None,
    }
}

/// The licence that the Hub's name stands for, as an SPDX identifier.
#[must_use]
pub fn licence_of_hub(name: &str) -> Option<String> {
    let special = ["ODbL-1.0", "ODC-By-1.0", "PDDL-1.0"];
    let mut all = special.into_iter().chain(HUB_LICENCES);
    all.find(|spdx| hub_licence(spdx).as_deref() == Some(name)).map(str::to_owned)
}

/// The languages of the content, without region or script, as the Hub names them.
#[must_use]
pub fn languages(record: &Record) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for share in &record.content.languages {
        let language = share.language.as_str().split('-').next().unwrap_or_default().to_owned();
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

/// The keywords in every language, each once.
#[must_use]
pub fn keywords(record: &Record) -> Vec<String> {
    let mut keywords: Vec<String> = Vec::new();
    for keyword in record.keywords.values().flatten() {
        if !keywords.contains(keyword) {
            keywords.push(keyword.clone());
        }
    }
    keywords
}

/// How many records there are, as one of the Hub's classes.
#[must_use]
pub fn size_category(record: &Record) -> Option<&'static str> {
    const CLASSES: [(u64, &str); 10] = [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"),
        (1_000_000_000, "100M<n<1B"),
        (10_000_000_000, "1B<n<10B"),
        (100_000_000_000, "10B<n<100B"),
        (1_000_000_000_000, "100B<n<1T"),
    ];
    let sizes = record.content.sizes.iter().filter(|size| size.unit == SizeUnit::Records);
    let stated = sizes.map(|size| size.value).reduce(u64::saturating_add);
    let split = record.content.splits.iter().filter_map(|split| split.records).reduce(u64::saturating_add);
    let records = stated.or(split)?;
    Some(CLASSES.iter().find(|(limit, _)| records < *limit).map_or("n>1T", |(_, class)| class))
}

fn english(text: &LangText) -> &str {
    text.best(&["en"])
}

fn title<'a>(record: &'a Record, name: &'a str) -> &'a str {
    if record.title.is_empty() { name } else { english(&record.title) }
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of the card, below the front matter.
struct Body<'a>(&'a mut String);

impl Body<'_> {
    fn heading(&mut self, level: usize, text: &str) {
        self.0.push_str(&format!("\n{} {text}\n", "#".repeat(level)));
    }

    fn paragraph(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.0.push_str(&format!("\n{}\n", text.trim().replace("\r\n", "\n")));
        }
    }

    fn fact(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.push_str(&format!("- **{name}**: {value}\n"));
        }
    }

    fn facts(&mut self, record: &Record, name: &str, digest: &Digest) {
        self.heading(2, "At a glance");
        self.0.push('\n');
        self.fact("Dataset", &format!("`{name}`"));
        self.fact("SHA-256 of the manifest", &format!("`{digest}`"));
        let (rights, origin) = (&record.rights, &record.origin);
        let licence = rights.licence.as_ref().map(|licence| format!("`{licence}`")).unwrap_or_default();
        let link = rights.licence_url.as_ref().map(|url| format!(" (<{url}>)")).unwrap_or_default();
        self.fact("Licence", &format!("{licence}{link}"));
        let tdm = rights.tdm.as_ref();
        self.fact("Text and data mining", tdm.map_or("", |tdm| tdm.reservation.as_str()));
        self.fact("Policy for text and data mining", &link_of(tdm.and_then(|tdm| tdm.policy_url.as_ref())));
        self.fact("Personal data", record.privacy.personal_data.map_or("", |data| data.as_str()));
        self.fact("Where the content is from", origin.source_category.map_or("", |source| source.as_str()));
        self.fact("Intended uses", &uses(&record.uses.intended));
        self.fact("Prohibited uses", &uses(&record.uses.prohibited));
        let creators: Vec<String> = record.creators.iter().map(|creator| line(&creator.name)).collect();
        self.fact("Creators", &creators.join("; "));
        if let Some(contact) = &record.contact {
            let reach = contact.email.as_ref().map(|email| format!(" <{email}>")).unwrap_or_default();
            self.fact("Contact", &format!("{}{reach}", line(&contact.name)));
        }
        self.fact("Page", &link_of(record.landing_page.as_ref()));
    }

    fn statements(&mut self, record: &Record) {
        let quality = &record.quality;
        let sections = [
            ("Design choices", one(&quality.design_choices)),
            ("Suitability", one(&quality.suitability)),
            ("Representativeness", one(&quality.representativeness)),
            ("Known errors", one(&quality.known_errors)),
            ("Gaps", one(&quality.gaps)),
            ("Biases", several(&quality.biases)),
            ("Limitations", several(&quality.limitations)),
            ("Social impact", one(&quality.social_impact)),
        ];
        for (name, text) in sections {
            if !text.is_empty() {
                self.heading(2, name);
                self.paragraph(&text);
            }
        }
    }

    /// Columns that the provider states. They are told and not put into `dataset_info`: a card can never be changed, and features that
    /// do not fit the files would keep the library from loading them for good.
    fn columns(&mut self, record: &Record) {
        for table in &record.content.tables {
            self.heading(2, &format!("Columns of `{}`", line(&table.files).replace('`', "'")));
            self.paragraph(english(&table.description));
            self.0.push('\n');
            for column in &table.columns {
                let name = line(&column.name).replace('`', "'");
                let list = if column.repeated { "list of " } else { "" };
                let missing = if column.nullable { ", may be missing" } else { "" };
                let said = line(english(&column.description));
                let said = if said.is_empty() { said } else { format!(": {said}") };
                self.0.push_str(&format!("- `{name}` ({list}{}{missing}){said}\n", column.kind));
            }
        }
    }

    /// Files that cannot be had here, so that nobody takes what can for the whole.
    fn elsewhere(&mut self, files: &[File]) {
        if files.is_empty() {
            return;
        }
        self.heading(2, "Files that stay with their holders");
        self.paragraph(
            "They belong to this version and are not listed among its files here. Fetch them there, and compare the digest.",
        );
        self.0.push('\n');
        let most = usize::try_from(MOST_ELSEWHERE).unwrap_or(usize::MAX);
        for file in files.iter().take(most) {
            let digest = file.sha256.map(|digest| format!(", SHA-256 `{digest}`")).unwrap_or_default();
            let size = file.size.map(|size| format!(", {size} bytes")).unwrap_or_default();
            let place = match &file.reference {
                Some(Reference::AccessUrl { url }) => format!("<{url}>"),
                Some(Reference::DownloadUrl { url }) if file.sample => format!("<{url}>"),
                Some(Reference::Service { endpoint_url, .. }) => format!("<{endpoint_url}>"),
                // The card is the same for everybody and for ever; who may have the file is not.
                Some(Reference::DownloadUrl { .. }) | None => {
                    "at an address that is told to those who may have it".to_owned()
                }
            };
            self.0.push_str(&format!("- `{}`: {place}{size}{digest}\n", file.path));
        }
        if files.len() > most {
            self.0.push_str("- and more\n");
        }
    }
}

fn link_of(url: Option<&String>) -> String {
    url.map(|url| format!("<{url}>")).unwrap_or_default()
}

fn uses(kinds: &[UseKind]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

fn one(text: &LangText) -> String {
    english(text).trim().to_owned()
}

fn several(texts: &[LangText]) -> String {
    texts.iter().map(|text| format!("- {}", line(english(text)))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
