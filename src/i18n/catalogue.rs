//! The texts of each language, read once from the Fluent files beside this one.

use std::borrow::Cow;
use std::sync::LazyLock;

pub use fluent_bundle::FluentValue as Arg;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Language;

/// The name of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(&'static str);

impl Key {
    /// For `key!`, the one way by which keys are written.
    #[doc(hidden)]
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }
}

/// A key of the catalogue, found by the test that looks for texts nobody uses and for keys without a text.
macro_rules! key {
    ($name:literal) => {
        $crate::i18n::Key::named($name)
    };
}
pub(crate) use key;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::En));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Fr));

/// The Fluent file of a language.
pub(super) fn source(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("en.ftl"),
        Language::Fr => include_str!("fr.ftl"),
    }
}

fn bundle(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // What cannot be read is left out, and found by a test.
    let texts = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(texts, _)| texts);
    bundle.add_resource_overriding(texts);
    // Marks that isolate the direction of what is put in would show up in terminals and in searches.
    bundle.set_use_isolating(false);
    if language == Language::Fr {
        bundle.set_transform(Some(french_spaces));
    }
    bundle
}

/// French sets a space that does not break before these marks and inside quotation marks.
fn french_spaces(text: &str) -> Cow<'_, str> {
    const SPACED: [(&str, &str); 6] = [
        (" :", "\u{a0}:"),
        (" ;", "\u{202f};"),
        (" ?", "\u{202f}?"),
        (" !", "\u{202f}!"),
        ("« ", "«\u{a0}"),
        (" »", "\u{a0}»"),
    ];
    let spaced = SPACED.iter().filter(|(plain, _)| text.contains(plain));
    spaced.fold(Cow::Borrowed(text), |text, (plain, spaced)| Cow::Owned(text.replace(plain, spaced)))
}

/// The text of a key in a language, with what its variables stand for.
#[must_use]
pub fn text(language: Language, key: Key, args: &[(&'static str, Arg<'_>)]) -> String {
    let bundle = match language {
        Language::En => &*ENGLISH,
        Language::Fr => &*FRENCH,
    };
    let Some(pattern) = bundle.get_message(key.0).and_then(|message| message.value()) else {
        return key.0.to_owned();
    };
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    // A variable that is not given stays visible as its name; a test holds each text against its use.
    bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
}
