//! The agreement as a page: headings, the parties, and a table of what each line says.

use askama::Template;

use super::super::agreement::ShownAgreement;
use crate::i18n::{Key, Language, key, text};
use crate::kernel::{Error, Result};
use crate::policies::{Iri, Sentence, describe, moment};

#[derive(Template)]
#[template(path = "access/api/agreement.html")]
struct Page<'a> {
    words: Words,
    shown: &'a ShownAgreement,
    assigner: &'a str,
    assignee: &'a str,
    target: &'a str,
    from: String,
    until: String,
    versions: Option<String>,
    rules: Vec<Line>,
    accepted: Option<String>,
}

/// A line of the agreement.
struct Line {
    pointer: String,
    text: String,
    /// Whether it is a part of the rule above it.
    part: bool,
}

/// The texts of the page.
struct Words {
    lang: &'static str,
    other: &'static str,
    other_name: String,
    title: String,
    parties: String,
    provider: String,
    holder: String,
    data: String,
    agreement: String,
    from: String,
    until: String,
    versions: String,
    all_versions: String,
    terms: String,
    terms_about: String,
    line: String,
    says: String,
    conditions: String,
    acceptance: String,
    not_accepted: String,
    digest: String,
    digest_about: String,
}

/// The page in a language.
///
/// # Errors
/// When the page cannot be rendered.
pub(super) fn render(shown: &ShownAgreement, language: Language) -> Result<String> {
    let policy = &shown.agreement.policy;
    let name = |iri: &'_ Option<Iri>| iri.as_ref().map(|iri| iri.as_str().to_owned()).unwrap_or_default();
    let (assigner, assignee, target) = (name(&policy.assigner), name(&policy.assignee), name(&policy.target));
    let accepted = shown.acceptance.as_ref().map(|acceptance| {
        let at = moment(language, acceptance.accepted_at);
        let by = acceptance.accepted_by.name.clone();
        text(language, key!("agreement-accepted"), &[("by", by.into()), ("at", at.into())])
    });
    let versions = shown
        .grant
        .versions
        .as_ref()
        .map(|versions| versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let page = Page {
        words: Words::of(language, &shown.grant.dataset),
        assigner: &assigner,
        assignee: &assignee,
        target: &target,
        from: moment(language, shown.grant.from),
        until: moment(language, shown.grant.until),
        versions,
        rules: describe(policy, language).into_iter().map(Line::of).collect(),
        accepted,
        shown,
    };
    page.render().map_err(|error| Error::internal("agreement page", error))
}

impl Line {
    fn of(sentence: Sentence) -> Self {
        let depth = sentence.pointer.split('/').skip(1).count();
        let leads = sentence.pointer.ends_with("/action") || depth < 3;
        Self { part: !leads, pointer: sentence.pointer, text: sentence.text }
    }
}

impl Words {
    fn of(language: Language, dataset: &str) -> Self {
        let say = |key: Key| text(language, key, &[]);
        let other = language.other();
        Self {
            lang: language.as_str(),
            other: other.as_str(),
            other_name: text(other, key!("in-this-language"), &[]),
            title: text(language, key!("agreement-title"), &[("dataset", dataset.into())]),
            parties: say(key!("agreement-parties")),
            provider: say(key!("agreement-provider")),
            holder: say(key!("agreement-holder")),
            data: say(key!("agreement-data")),
            agreement: say(key!("agreement-name")),
            from: say(key!("agreement-from")),
            until: say(key!("agreement-until")),
            versions: say(key!("agreement-versions")),
            all_versions: say(key!("agreement-all-versions")),
            terms: say(key!("agreement-terms")),
            terms_about: say(key!("agreement-terms-about")),
            line: say(key!("agreement-line")),
            says: say(key!("agreement-says")),
            conditions: say(key!("agreement-conditions")),
            acceptance: say(key!("agreement-acceptance")),
            not_accepted: say(key!("agreement-not-accepted")),
            digest: say(key!("agreement-digest")),
            digest_about: say(key!("agreement-digest-about")),
        }
    }
}
