//! The page of a dataset: what it is, who provides it, how to get at it, its files and its renderings.

use askama::Template;
use bytes::Bytes;

use super::addresses::Addresses;
use super::by_file::{Subject, one_line};
use super::entry::Entry;
use super::format::Format;
use super::signposting::is_there;
use super::{citation, schema_org, vocabulary};
use crate::datasets::files::File;
use crate::datasets::versions::{Version, VersionNumber, VersionState};
use crate::datasets::{Dataset, Visibility};
use crate::i18n::{Key, Language, key, text};
use crate::kernel::{Error, LangText, Result};
use crate::policies::{AccessMode, moment};

/// The most files that the page shows.
pub(super) const MOST_FILES: i64 = 100;

/// What is shown, and how.
pub(super) struct View<'a> {
    pub(super) entry: &'a Entry,
    pub(super) at: &'a Addresses,
    /// The version, where the page is of one.
    pub(super) number: Option<&'a VersionNumber>,
    /// The newest versions, as far as the caller may see them.
    pub(super) versions: &'a [Version],
    pub(super) language: Language,
    /// The way from the page up to the root of the service: `../../`.
    pub(super) root: String,
}

impl<'a> View<'a> {
    /// The page of a dataset in English, seen from its own address.
    pub(super) fn plain(entry: &'a Entry, at: &'a Addresses) -> Self {
        Self { entry, at, number: None, versions: &[], language: Language::En, root: "../../".to_owned() }
    }
}

#[derive(Template)]
#[template(path = "interop/page.html")]
struct Page<'a> {
    words: Words,
    root: &'a str,
    title: Tagged,
    description: Tagged,
    name: String,
    address: String,
    provider: String,
    provider_address: String,
    space: String,
    space_address: String,
    licence: Option<Link>,
    contact: Option<String>,
    updated: String,
    mode: String,
    /// The terms of use; of a harvested dataset, its page at the origin.
    terms: Link,
    /// Command lines to ask with, where one must ask.
    ask: Option<(String, String)>,
    /// Command lines to download with, where one can.
    pull: Option<(String, Vec<String>)>,
    version: Option<Shown>,
    versions: Vec<Row>,
    files: Vec<Line>,
    cut: Option<String>,
    formats: Vec<Link>,
    citation: String,
    json_ld: String,
}

/// A text and its language.
struct Tagged {
    lang: String,
    text: String,
}

struct Link {
    text: String,
    address: String,
    media_type: &'static str,
}

/// The version that the page is of.
struct Shown {
    number: String,
    published: Option<String>,
    digest: Option<String>,
    withdrawn: Option<String>,
    successor: Option<Link>,
}

/// A version in the list.
struct Row {
    number: String,
    address: String,
    state: String,
    at: Option<String>,
    here: bool,
}

/// A file in the list.
struct Line {
    path: String,
    address: Option<String>,
    size: String,
    sha256: String,
    remark: Option<String>,
}

macro_rules! words {
    ($($field:ident = $key:expr),+ $(,)?) => {
        /// The texts of the page.
        struct Words { lang: &'static str, other: &'static str, other_name: String, $($field: String),+ }

        impl Words {
            fn of(language: Language) -> Self {
                let other = language.other();
                Self {
                    lang: language.as_str(),
                    other: other.as_str(),
                    other_name: text(other, key!("in-this-language"), &[]),
                    $($field: text(language, $key, &[])),+
                }
            }
        }
    };
}

words! {
    about = key!("page-about"),
    provider = key!("page-provider"),
    space = key!("page-space"),
    licence = key!("page-licence"),
    not_stated = key!("page-not-stated"),
    contact = key!("page-contact"),
    updated = key!("page-updated"),
    access = key!("page-access"),
    ask = key!("page-ask"),
    ask_api = key!("page-ask-api"),
    pull = key!("page-pull"),
    fetch = key!("page-fetch"),
    version = key!("page-version"),
    nothing = key!("page-nothing"),
    published = key!("page-published"),
    digest = key!("page-digest"),
    versions = key!("page-versions"),
    state = key!("page-state"),
    files = key!("page-files"),
    path = key!("page-path"),
    size = key!("page-size"),
    formats = key!("page-formats"),
    citation = key!("page-citation"),
}

/// Renders the page.
///
/// # Errors
/// When it cannot be rendered.
pub(super) fn render(view: &View<'_>) -> Result<Bytes> {
    let View { entry, at, language, .. } = *view;
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let version = entry.described.version.as_ref();
    let subject = Subject::of(entry, at).ok();
    let address = view.number.map_or_else(|| at.dataset(dataset), |number| at.version(dataset, number));
    let cut = version.filter(|_| entry.is_cut()).map(|version| {
        let shown = entry.described.files.len().to_string();
        text(
            language,
            key!("page-files-cut"),
            &[("shown", shown.into()), ("all", version.files.to_string().into())],
        )
    });
    let page = Page {
        words: Words::of(language),
        root: &view.root,
        title: tagged(&record.title, language, true),
        description: tagged(&record.description, language, false),
        name: dataset.full_name(),
        provider: plain(&entry.organisation.name),
        provider_address: at.organisation(&dataset.organisation),
        space: tagged(&entry.space.names, language, true).text,
        space_address: at.space(&dataset.space),
        licence: licence(entry),
        contact: record.contact.as_ref().map(|contact| {
            let reach = contact.email.as_deref().or(contact.url.as_deref()).unwrap_or_default();
            plain(&format!("{}, {reach}", contact.name))
        }),
        updated: moment(language, dataset.updated_at),
        mode: text(language, mode(dataset), &[]),
        terms: terms(dataset, at, language),
        ask: ask(entry, at),
        pull: subject.as_ref().and_then(pull),
        version: version.map(|version| shown(version, view)),
        versions: view.versions.iter().map(|version| row(version, view)).collect(),
        files: subject
            .iter()
            .flat_map(|subject| entry.described.files.iter().map(|file| line(subject, file, language)))
            .collect(),
        cut,
        formats: formats(view),
        citation: plain(&citation::sentence(entry, at)),
        json_ld: embedded(&schema_org::render(entry, at)),
        address,
    };
    page.render().map(Bytes::from).map_err(|error| Error::internal("the page of a dataset", error))
}

/// The text in the reader's language, else in English, else in any; without marks that turn the direction of what is around
/// it.
fn tagged(texts: &LangText, language: Language, line: bool) -> Tagged {
    let find = |wanted: &str| texts.iter().find(|(tag, _)| tag.as_str().eq_ignore_ascii_case(wanted));
    let found = find(language.as_str()).or_else(|| find("en")).or_else(|| texts.iter().next());
    let (lang, text) = found.map_or(("", ""), |(tag, text)| (tag.as_str(), text));
    let text = if line { one_line(text) } else { text.to_owned() };
    Tagged { lang: lang.to_owned(), text: straight(&text) }
}

fn plain(text: &str) -> String {
    straight(&one_line(text))
}

/// Leaves out embeddings, overrides and isolates of direction (Unicode Standard Annex 9), which can make a text read as
/// another one.
fn straight(text: &str) -> String {
    text.chars().filter(|c| !is_turning(*c)).collect()
}

const fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON within a `script` element: nothing in it can end the element, or start a comment in it.
fn embedded(document: &serde_json::Value) -> String {
    let mut out = String::new();
    for c in document.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if is_turning(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            other => out.push(other),
        }
    }
    out
}

fn licence(entry: &Entry) -> Option<Link> {
    let record = &entry.described.record;
    let stated = plain(record.rights.licence.as_deref()?);
    Some(Link {
        text: stated,
        address: vocabulary::licence_address(record).unwrap_or_default(),
        media_type: "",
    })
}

fn terms(dataset: &Dataset, at: &Addresses, language: Language) -> Link {
    let origin = dataset.harvested.as_ref().and_then(|mark| mark.origin.clone());
    let key = if origin.is_some() { key!("page-origin") } else { key!("page-terms") };
    Link {
        text: text(language, key, &[]),
        address: origin.unwrap_or_else(|| at.policy(dataset)),
        media_type: "",
    }
}

fn mode(dataset: &Dataset) -> Key {
    match dataset.access_mode {
        _ if dataset.harvested.is_some() => key!("page-mode-harvested"),
        Some(AccessMode::Open) => key!("page-mode-open"),
        Some(AccessMode::Automatic) => key!("page-mode-automatic"),
        Some(AccessMode::Review) => key!("page-mode-review"),
        Some(AccessMode::Secure) => key!("page-mode-secure"),
        None => key!("page-mode-unset"),
    }
}

/// How to ask: on the command line, and with a request to the API.
fn ask(entry: &Entry, at: &Addresses) -> Option<(String, String)> {
    let dataset = &entry.described.dataset;
    dataset.access_mode.filter(|mode| *mode != AccessMode::Open)?;
    let name = dataset.full_name();
    let base = at.base();
    let line = format!(
        "cadastre --url {base} request new {name} --organisation YOUR-ORGANISATION --purpose pre_training \
         --justification \"What for\" --wait"
    );
    Some((line, format!("POST {base}/api/v1/requests")))
}

/// How to download: on the command line, and with tools that everybody has.
fn pull(subject: &Subject) -> Option<(String, Vec<String>)> {
    if subject.version.state == VersionState::Withdrawn {
        return None;
    }
    let dataset = &subject.dataset;
    let mode = dataset.access_mode.filter(|mode| mode.allows_download())?;
    let (base, number) = (subject.at.base(), &subject.version.version);
    let line = format!("cadastre --url {base} pull {}@{number}", dataset.full_name());
    // A token stands in `~/.netrc`, which curl and aria2 read for the host that they speak to. As a header field of its own it
    // would go to every host that the list names.
    let is_for_all = mode == AccessMode::Open && dataset.visibility == Visibility::Public;
    let key = if is_for_all { "" } else { "--netrc " };
    let list = subject.at.document(dataset, Some(number), Format::Metalink);
    let sums = subject.at.document(dataset, Some(number), Format::Sha256Sums);
    Some((
        line,
        vec![
            format!("curl --fail {key}--remote-name {list} && aria2c --metalink-file files.meta4"),
            format!("curl --fail --silent {key}{sums} | sha256sum --check --ignore-missing"),
        ],
    ))
}

fn shown(version: &Version, view: &View<'_>) -> Shown {
    let language = view.language;
    let withdrawal = version.withdrawal.as_ref();
    let successor = withdrawal.and_then(|withdrawal| withdrawal.successor.as_ref()).map(|number| Link {
        text: text(language, key!("page-successor"), &[("version", number.to_string().into())]),
        address: view.at.version(&view.entry.described.dataset, number),
        media_type: "",
    });
    Shown {
        number: version.version.to_string(),
        published: version.published_at.map(|at| moment(language, at)),
        digest: version.digest.map(|digest| digest.to_string()),
        withdrawn: withdrawal.map(|withdrawal| {
            text(language, key!("page-withdrawn"), &[("reason", plain(&withdrawal.reason).into())])
        }),
        successor,
    }
}

fn row(version: &Version, view: &View<'_>) -> Row {
    let state = match version.state {
        VersionState::Draft => key!("page-state-draft"),
        VersionState::Published => key!("page-state-published"),
        VersionState::Withdrawn => key!("page-state-withdrawn"),
    };
    Row {
        number: version.version.to_string(),
        address: view.at.version(&view.entry.described.dataset, &version.version),
        state: text(view.language, state, &[]),
        at: version.published_at.map(|at| moment(view.language, at)),
        here: view.number == Some(&version.version),
    }
}

fn line(subject: &Subject, file: &File, language: Language) -> Line {
    let remark = match (file.held, file.sample) {
        (false, _) => Some(key!("page-elsewhere")),
        (true, true) => Some(key!("page-sample")),
        (true, false) => None,
    };
    let size =
        file.size.map(|size| text(language, key!("page-bytes"), &[("bytes", size.to_string().into())]));
    Line {
        path: file.path.to_string(),
        address: subject.address(file),
        size: size.unwrap_or_default(),
        sha256: file.sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        remark: remark.map(|key| text(language, key, &[])),
    }
}

fn formats(view: &View<'_>) -> Vec<Link> {
    let all = Format::ALL.iter().filter(|format| **format != Format::Page);
    let all = all.filter(|format| is_there(**format, view.entry, view.at));
    all.map(|format| Link {
        text: format.about().standard.to_owned(),
        address: view.at.document(&view.entry.described.dataset, view.number, *format),
        media_type: format.about().offer.media_type,
    })
    .collect()
}
