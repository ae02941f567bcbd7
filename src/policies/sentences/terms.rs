//! Terms of known vocabularies in words. What is foreign is shown in full: a shortened name would hide whose it is.

use super::countries::COUNTRIES;
use super::nace::NACE;
use super::voice::Voice;
use crate::i18n::{Key, Language, key};
use crate::policies::model::{Iri, LeftOperand};

/// The terms of our own vocabulary and of TDMRep.
const TERMS: &[(&str, Key)] = &[
    ("cad:ModelTraining", key!("purpose-model-training")),
    ("cad:PreTraining", key!("purpose-pre-training")),
    ("cad:FineTuning", key!("purpose-fine-tuning")),
    ("cad:Alignment", key!("purpose-alignment")),
    ("cad:ModelEvaluation", key!("purpose-model-evaluation")),
    ("cad:RetrievalAugmentedGeneration", key!("purpose-retrieval-augmented-generation")),
    ("cad:SyntheticDataGeneration", key!("purpose-synthetic-data-generation")),
    ("cad:NonCommercialResearch", key!("purpose-non-commercial-research")),
    ("cad:Education", key!("purpose-education")),
    ("cad:Production", key!("purpose-production")),
    ("tdm:research", key!("purpose-tdm-research")),
    ("tdm:non-research", key!("purpose-tdm-non-research")),
    ("cad:PublicBody", key!("organisation-public-body")),
    ("cad:Company", key!("organisation-company")),
    ("cad:Sme", key!("organisation-sme")),
    ("cad:Research", key!("organisation-research")),
    ("cad:grantEnded", key!("occasion-grant-ended")),
    ("odrl:policyUsage", key!("occasion-policy-usage")),
    ("cad:Verified", key!("state-verified")),
    ("cad:InternalOnly", key!("state-internal-only")),
    ("cad:Hosted", key!("state-hosted")),
    ("cad:OpenWeights", key!("state-open-weights")),
];

/// Code, short name and label of the terms of the Data Use Ontology (GA4GH DUO).
const DUO: &[(&str, &str, Key)] = &[
    ("0000004", "NRES", key!("duo-0000004")),
    ("0000006", "HMB", key!("duo-0000006")),
    ("0000007", "DS", key!("duo-0000007")),
    ("0000011", "POA", key!("duo-0000011")),
    ("0000012", "RS", key!("duo-0000012")),
    ("0000015", "NMDS", key!("duo-0000015")),
    ("0000016", "GSO", key!("duo-0000016")),
    ("0000018", "NPUNCU", key!("duo-0000018")),
    ("0000019", "PUB", key!("duo-0000019")),
    ("0000020", "COL", key!("duo-0000020")),
    ("0000021", "IRB", key!("duo-0000021")),
    ("0000022", "GS", key!("duo-0000022")),
    ("0000024", "MOR", key!("duo-0000024")),
    ("0000025", "TS", key!("duo-0000025")),
    ("0000026", "US", key!("duo-0000026")),
    ("0000027", "PS", key!("duo-0000027")),
    ("0000028", "IS", key!("duo-0000028")),
    ("0000029", "RTN", key!("duo-0000029")),
    ("0000042", "GRU", key!("duo-0000042")),
    ("0000043", "CC", key!("duo-0000043")),
    ("0000044", "NPOA", key!("duo-0000044")),
    ("0000045", "NPU", key!("duo-0000045")),
    ("0000046", "NCU", key!("duo-0000046")),
];

/// The official languages of the European Union.
const LANGUAGES: &[(&str, Key)] = &[
    ("bg", key!("language-bg")),
    ("cs", key!("language-cs")),
    ("da", key!("language-da")),
    ("de", key!("language-de")),
    ("el", key!("language-el")),
    ("en", key!("language-en")),
    ("es", key!("language-es")),
    ("et", key!("language-et")),
    ("fi", key!("language-fi")),
    ("fr", key!("language-fr")),
    ("ga", key!("language-ga")),
    ("hr", key!("language-hr")),
    ("hu", key!("language-hu")),
    ("it", key!("language-it")),
    ("lt", key!("language-lt")),
    ("lv", key!("language-lv")),
    ("mt", key!("language-mt")),
    ("nl", key!("language-nl")),
    ("pl", key!("language-pl")),
    ("pt", key!("language-pt")),
    ("ro", key!("language-ro")),
    ("sk", key!("language-sk")),
    ("sl", key!("language-sl")),
    ("sv", key!("language-sv")),
];

/// Where countries have their names: ISO 3166-1, and the EU's authority table.
const COUNTRY_NAMES: [&str; 2] =
    ["urn:iso:3166:", "http://publications.europa.eu/resource/authority/country/"];
/// The names of NACE Rev. 2.1 codes.
pub(in crate::policies) const NACE_NAMES: &str = "http://data.europa.eu/ux2/nace2.1/";
/// Where currencies have their names: the EU's authority table.
pub(in crate::policies) const CURRENCY_NAMES: &str =
    "http://publications.europa.eu/resource/authority/currency/";

/// A term in words, or the whole IRI; a place also as where something lies.
pub(super) fn iri(voice: Voice, left: LeftOperand, iri: &Iri, within: bool) -> String {
    if matches!(left, LeftOperand::ProcessingLocation | LeftOperand::Spatial) {
        return place(voice, iri, within);
    }
    let compact = iri.compact();
    if let Some((_, key)) = TERMS.iter().find(|(term, _)| *term == compact) {
        return voice.say(*key, &[]);
    }
    if let Some(term) = compact.strip_prefix("duo:").and_then(|code| duo(voice, code)) {
        return term;
    }
    let known = match left {
        LeftOperand::Industry => iri.as_str().strip_prefix(NACE_NAMES).and_then(|code| nace(voice, code)),
        LeftOperand::SpaceMembership => space(voice, iri),
        _ => None,
    };
    known.unwrap_or_else(|| iri.as_str().to_owned())
}

fn duo(voice: Voice, code: &str) -> Option<String> {
    let (code, shorthand, label) = DUO.iter().find(|(known, _, _)| *known == code)?;
    let label = voice.say(*label, &[]);
    let args = [("label", label.into()), ("shorthand", (*shorthand).into()), ("code", (*code).into())];
    Some(voice.say(key!("term-duo"), &args))
}

/// Whether this is a code of NACE Rev. 2.1.
pub(in crate::policies) fn is_nace(code: &str) -> bool {
    nace(Voice(Language::En), code).is_some()
}

/// A section or a division by its label, a finer code with the label of its division; the letter of the section
/// may be left out.
fn nace(voice: Voice, code: &str) -> Option<String> {
    let letter = usize::from(code.starts_with(|c: char| c.is_ascii_uppercase()));
    let (section, digits) = code.split_at_checked(letter)?;
    let division = digits.get(..digits.len().min(2))?;
    let finer = digits.get(division.len()..)?;
    if finer.len() > 3 || !finer.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let (known, label) = NACE.iter().find(|(known, _)| {
        known
            .strip_prefix(section)
            .is_some_and(|rest| rest.trim_start_matches(char::is_alphabetic) == division)
    })?;
    let key = if finer.is_empty() { key!("term-nace") } else { key!("term-nace-within") };
    let label = voice.say(*label, &[]);
    Some(voice.say(key, &[("label", label.into()), ("code", format!("{known}{finer}").into())]))
}

fn place(voice: Voice, iri: &Iri, within: bool) -> String {
    let code = COUNTRY_NAMES.iter().find_map(|names| iri.as_str().strip_prefix(names));
    let country =
        code.and_then(|code| COUNTRIES.iter().find(|(two, three, _)| [*two, *three].contains(&code)));
    let key = match (iri.compact().as_str(), country) {
        ("cad:EU", _) => key!("place-eu"),
        ("cad:EEA", _) => key!("place-eea"),
        (_, Some((_, _, name))) => *name,
        (_, None) => key!("place-other"),
    };
    let case = if within { "within" } else { "plain" };
    voice.say(key, &[("case", case.into()), ("iri", iri.as_str().into())])
}

fn space(voice: Voice, iri: &Iri) -> Option<String> {
    let (_, slug) = iri.as_str().rsplit_once('/').filter(|(_, slug)| !slug.is_empty())?;
    let args = [("slug", slug.into()), ("iri", iri.as_str().into())];
    Some(voice.say(key!("value-space-iri"), &args))
}

/// A text, on one line and in quotation marks; an official language of the Union by its name.
pub(super) fn text(voice: Voice, left: LeftOperand, text: &str) -> String {
    let language = LANGUAGES.iter().find(|(tag, _)| left == LeftOperand::Language && *tag == text);
    if let Some((_, key)) = language {
        return voice.say(*key, &[]);
    }
    let line: Vec<_> = text.split_whitespace().collect();
    voice.say(key!("value-text"), &[("value", line.join(" ").into())])
}

/// The ISO 4217 code of a currency.
pub(super) fn currency(unit: &Iri) -> Option<&str> {
    let code = unit.as_str().strip_prefix(CURRENCY_NAMES)?;
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(left: LeftOperand, text: &str) -> String {
        iri(Voice(Language::En), left, &Iri::parse(text).unwrap(), false)
    }

    #[test]
    fn sectors_are_told_by_their_labels_and_unknown_codes_in_full() {
        let sector = |code: &str| english(LeftOperand::Industry, &format!("{NACE_NAMES}{code}"));
        assert_eq!(sector("C"), "“Manufacturing” (NACE C)");
        for same in ["C29", "29"] {
            assert_eq!(
                sector(same),
                "“Manufacture of motor vehicles, trailers and semi-trailers” (NACE C29)"
            );
        }
        let finer = "NACE C29.10, within “Manufacture of motor vehicles, trailers and semi-trailers”";
        for same in ["C29.10", "29.10"] {
            assert_eq!(sector(same), finer);
        }
        for unknown in ["W", "A29", "2", "04", "29.1.1x", "é"] {
            assert_eq!(sector(unknown), format!("{NACE_NAMES}{unknown}"));
        }
    }

    #[test]
    fn terms_of_listed_vocabularies_have_words_and_foreign_ones_stay_whole() {
        for (left, term, words) in [
            (LeftOperand::Purpose, "cad:Education", "the teaching and training of people"),
            (LeftOperand::Purpose, "https://w3id.org/dpv#Marketing", "https://w3id.org/dpv#Marketing"),
            (LeftOperand::ProcessingLocation, "cad:EEA", "the European Economic Area"),
            (LeftOperand::Spatial, "urn:iso:3166:DEU", "Germany"),
            (LeftOperand::Spatial, "urn:iso:3166:USA", "urn:iso:3166:USA"),
            (LeftOperand::DuoModifiers, "duo:0000021", "“ethics approval required” (IRB, DUO:0000021)"),
            (
                LeftOperand::SpaceMembership,
                "https://e.eu/spaces/health",
                "“health” (https://e.eu/spaces/health)",
            ),
        ] {
            assert_eq!(english(left, term), words);
        }
    }

    #[test]
    fn texts_stand_on_one_line_in_quotation_marks() {
        let voice = Voice(Language::Fr);
        assert_eq!(text(voice, LeftOperand::Citation, " a\n b"), "«\u{a0}a b\u{a0}»");
        assert_eq!(text(voice, LeftOperand::Language, "de"), "l’allemand");
        assert_eq!(text(voice, LeftOperand::Language, "de-AT"), "«\u{a0}de-AT\u{a0}»");
    }
}
