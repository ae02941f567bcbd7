//! The way back: our values for terms of the vocabularies, as others write them. A term that has no value of ours gives
//! nothing, never the nearest one.

use super::formats::FILE_TYPES;
use super::{AUTHORITY, COUNTRIES, LANGUAGES, LICENCES};
use crate::datasets::record::{Identifier, IdentifierScheme, Theme, UpdateFrequency};
use crate::kernel::LanguageTag;

/// The code of a term of one of the authority tables of the EU.
fn code<'t>(iri: &'t str, table: &str) -> Option<&'t str> {
    let path = iri.strip_prefix("https://").or_else(|| iri.strip_prefix("http://"))?;
    let (_, authority) = AUTHORITY.split_once("://")?;
    path.strip_prefix(authority)?.strip_prefix('/')?.strip_prefix(table)?.strip_prefix('/')
}

/// The last part of an address.
fn last(iri: &str) -> &str {
    iri.trim_end_matches('/').rsplit(['/', '#', ':']).next().unwrap_or_default()
}

/// A subject, by its term in the data theme table.
#[must_use]
pub fn theme_of(iri: &str) -> Option<Theme> {
    code(iri, "data-theme")?.parse().ok()
}

/// A rhythm, by its term in the frequency table, in the vocabulary of Dublin Core, or as a repeating interval (ISO 8601).
#[must_use]
pub fn frequency_of(term: &str) -> Option<UpdateFrequency> {
    let known = code(term, "frequency").or_else(|| {
        let dublin_core = ["purl.org/cld/freq/", "purl.org/linked-data/sdmx/2009/code#freq-"];
        (!term.contains("://") || dublin_core.iter().any(|one| term.contains(one))).then(|| last(term))
    })?;
    Some(match known.to_ascii_uppercase().as_str() {
        "CONT" | "UPDATE_CONT" | "CONTINUOUS" => UpdateFrequency::Continuous,
        "HOURLY" | "R/PT1H" => UpdateFrequency::Hourly,
        "DAILY" | "R/P1D" | "P1D" => UpdateFrequency::Daily,
        "WEEKLY" | "R/P1W" | "R/P7D" | "P1W" | "P7D" => UpdateFrequency::Weekly,
        "BIWEEKLY" | "R/P2W" | "P2W" => UpdateFrequency::Biweekly,
        "MONTHLY" | "R/P1M" | "P1M" => UpdateFrequency::Monthly,
        "QUARTERLY" | "R/P3M" | "P3M" => UpdateFrequency::Quarterly,
        "ANNUAL_2" | "SEMIANNUAL" | "R/P6M" | "P6M" => UpdateFrequency::Biannual,
        "ANNUAL" | "R/P1Y" | "P1Y" => UpdateFrequency::Annual,
        "BIENNIAL" | "R/P2Y" | "P2Y" => UpdateFrequency::Biennial,
        "IRREG" | "IRREGULAR" => UpdateFrequency::Irregular,
        "NEVER" | "NOT_PLANNED" | "NOTPLANNED" => UpdateFrequency::Never,
        "UNKNOWN" => UpdateFrequency::Unknown,
        "OTHER" => UpdateFrequency::Other,
        // In the table, and in no rhythm that we have a word for.
        "1MIN" | "5MIN" | "10MIN" | "15MIN" | "30MIN" | "12HRS" | "BIHOURLY" | "TRIHOURLY" | "DAILY_2"
        | "WEEKLY_2" | "WEEKLY_3" | "WEEKLY_5" | "MONTHLY_2" | "MONTHLY_3" | "BIMONTHLY" | "ANNUAL_3"
        | "TRIENNIAL" | "QUADRENNIAL" | "QUINQUENNIAL" | "DECENNIAL" | "BIDECENNIAL" | "TRIDECENNIAL"
        | "AS_NEEDED" => UpdateFrequency::Other,
        _ => return None,
    })
}

/// A language, by its term in the language table, in the vocabularies of the Library of Congress or Lexvo, or by its tag.
#[must_use]
pub fn language_of(term: &str) -> Option<LanguageTag> {
    let known = |code: &str| {
        let tag = LANGUAGES.iter().find(|(_, known, _)| *known == code).map(|(tag, ..)| *tag);
        tag.and_then(|tag| tag.parse().ok())
    };
    if let Some(code) = code(term, "language") {
        return known(code);
    }
    let elsewhere = ["id.loc.gov/vocabulary/iso639", "lexvo.org/id/iso639"];
    if elsewhere.iter().any(|one| term.contains(one)) {
        let code = last(term);
        return known(&code.to_ascii_uppercase()).or_else(|| code.parse().ok());
    }
    if term.contains("://") {
        return None;
    }
    let is_code = (2..=3).contains(&term.split(['-', '_']).next()?.len());
    let written = known(&term.to_ascii_uppercase()).filter(|_| term.len() == 3);
    written.or_else(|| term.replace('_', "-").parse().ok().filter(|_| is_code || term.starts_with("x-")))
}

/// A place as the record has it: a code, by a term of the country table, of NUTS, of GeoNames (the whole Earth), by the code
/// itself, or by the English name of a country.
#[must_use]
pub fn place_of(term: &str) -> Option<String> {
    let two_letters = |code: &str| {
        let known =
            COUNTRIES.iter().find(|(_, known, name)| *known == code || name.eq_ignore_ascii_case(code));
        known.map(|(two, ..)| (*two).to_owned())
    };
    if let Some(code) = code(term, "country") {
        return if code == "EUR" { Some("EU".to_owned()) } else { two_letters(code) };
    }
    if code(term, "continent") == Some("WORLD") || term.contains("sws.geonames.org/6295630") {
        return Some("001".to_owned());
    }
    for nuts in ["data.europa.eu/nuts/code/", "ec.europa.eu/nuts/"] {
        if let Some((_, code)) = term.split_once(nuts) {
            return Some(code.to_owned());
        }
    }
    if term.contains("://") {
        return None;
    }
    let is_code =
        term.len() <= 6 && term.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    two_letters(term).or_else(|| is_code.then(|| term.to_owned()))
}

/// Licences that are known by the address of their page: a part of it, and the identifier of SPDX.
const PAGES: &[(&str, &str)] = &[
    ("creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"),
    ("creativecommons.org/publicdomain/mark/1.0", "CC-PDM-1.0"),
    ("opendatacommons.org/licenses/odbl", "ODbL-1.0"),
    ("opendatacommons.org/licenses/by", "ODC-By-1.0"),
    ("opendatacommons.org/licenses/pddl", "PDDL-1.0"),
    ("nationalarchives.gov.uk/doc/open-government-licence/version/3", "OGL-UK-3.0"),
    ("nationalarchives.gov.uk/doc/open-government-licence/version/2", "OGL-UK-2.0"),
    ("govdata.de/dl-de/by-2-0", "DL-DE-BY-2.0"),
    ("govdata.de/dl-de/zero-2-0", "DL-DE-ZERO-2.0"),
    ("etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0", "etalab-2.0"),
    ("etalab/licence-ouverte/blob/master/LO.md", "etalab-2.0"),
    ("data.norge.no/nlod/no/2.0", "NLOD-2.0"),
    ("data.norge.no/nlod/no/1.0", "NLOD-1.0"),
    ("dati.gov.it/content/italian-open-data-license-v20", "IODL-2.0"),
    ("opensource.org/licenses/MIT", "MIT"),
    ("apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
];

/// Names that licences have in other catalogues (CKAN, Open Definition, the Hub, the licence table of the EU), in lower case.
const NAMES: &[(&str, &str)] = &[
    ("cc-zero", "CC0-1.0"),
    ("cc0", "CC0-1.0"),
    ("cc0 1.0", "CC0-1.0"),
    ("odc-by", "ODC-By-1.0"),
    ("odc-by-1.0", "ODC-By-1.0"),
    ("odc-pddl", "PDDL-1.0"),
    ("odc-pddl-1.0", "PDDL-1.0"),
    ("pddl", "PDDL-1.0"),
    ("odc-odbl", "ODbL-1.0"),
    ("odc-odbl-1.0", "ODbL-1.0"),
    ("odbl", "ODbL-1.0"),
    ("uk-ogl", "OGL-UK-3.0"),
    ("uk-ogl-3.0", "OGL-UK-3.0"),
    ("dl-de-by-2.0", "DL-DE-BY-2.0"),
    ("dl-de-zero-2.0", "DL-DE-ZERO-2.0"),
    ("fr-lo", "etalab-2.0"),
    ("lov2", "etalab-2.0"),
    ("cc-by 4.0", "CC-BY-4.0"),
    ("cc by 4.0", "CC-BY-4.0"),
    ("cc-by-4.0", "CC-BY-4.0"),
    ("cc by-sa 4.0", "CC-BY-SA-4.0"),
];

/// A licence expression of SPDX, by the IRI, the page or the name that others have for it.
#[must_use]
pub fn licence_of(term: &str) -> Option<String> {
    let term = term.trim();
    let listed = |name: &str| {
        let all = spdx::identifiers::LICENSES.iter();
        all.map(|one| one.name).find(|known| known.eq_ignore_ascii_case(name)).map(str::to_owned)
    };
    if let Some(code) = code(term, "licence") {
        return LICENCES.iter().find(|(_, known)| *known == code).map(|(spdx, _)| (*spdx).to_owned());
    }
    if let Some((_, page)) = term.split_once("spdx.org/licenses/") {
        let page = page.trim_end_matches('/');
        return listed(page.strip_suffix(".html").or(page.strip_suffix(".json")).unwrap_or(page));
    }
    if let Some((_, path)) = term.split_once("creativecommons.org/licenses/") {
        let mut parts = path.split('/');
        let (kind, version) = (parts.next()?, parts.next()?);
        let port = parts.next().filter(|part| part.len() == 2);
        let ported = port.and_then(|port| listed(&format!("CC-{kind}-{version}-{port}")));
        return ported.or_else(|| listed(&format!("CC-{kind}-{version}")).filter(|_| port.is_none()));
    }
    if let Some((_, id)) = PAGES.iter().find(|(page, _)| term.contains("://") && term.contains(page)) {
        return Some((*id).to_owned());
    }
    let known =
        NAMES.iter().find(|(name, _)| term.eq_ignore_ascii_case(name)).map(|(_, id)| (*id).to_owned());
    let expression = || spdx::Expression::parse(term).is_ok().then(|| term.to_owned());
    known.or_else(|| listed(term)).or_else(expression)
}

/// A media type, by its entry in the registry of IANA, by its term in the file type table, or as it stands.
#[must_use]
pub fn media_type_of(term: &str) -> Option<String> {
    if let Some(code) = code(term, "file-type") {
        return FILE_TYPES
            .iter()
            .find(|(_, known, _)| *known == code)
            .map(|(media_type, ..)| (*media_type).to_owned());
    }
    for registry in ["iana.org/assignments/media-types/", "w3id.org/mediatype/"] {
        if let Some((_, media_type)) = term.split_once(registry) {
            return Some(media_type.to_owned());
        }
    }
    let plain = term.split(';').next().unwrap_or_default().trim();
    if plain.contains('/') && !plain.contains("://") {
        return Some(plain.to_ascii_lowercase());
    }
    let code = plain.trim_start_matches('.').to_ascii_uppercase();
    FILE_TYPES.iter().find(|(_, known, _)| *known == code).map(|(media_type, ..)| (*media_type).to_owned())
}

/// An identifier with its scheme, by its IRI or as it stands.
#[must_use]
pub fn identifier_of(term: &str) -> Identifier {
    let doi =
        ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:", "DOI:"];
    let doi = doi.iter().find_map(|prefix| term.strip_prefix(prefix)).map(|doi| doi.replace("%23", "#"));
    let doi = doi.or_else(|| Some(term.to_owned())).filter(|doi| doi.starts_with("10.") && doi.contains('/'));
    let urn = || term.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    let uuid = |text: &str| uuid::Uuid::try_parse(text).is_ok() && text.len() == 36;
    let (scheme, value) = match (doi, term.strip_prefix("urn:uuid:")) {
        (Some(doi), _) => (IdentifierScheme::Doi, doi),
        (None, Some(id)) if uuid(id) => (IdentifierScheme::Uuid, id.to_owned()),
        _ if uuid(term) => (IdentifierScheme::Uuid, term.to_owned()),
        _ if urn() => (IdentifierScheme::Urn, term.to_owned()),
        _ => (IdentifierScheme::Other, term.to_owned()),
    };
    Identifier { scheme, value }
}

#[cfg(test)]
mod tests {
    use super::super::{Place, frequency, identifier, language, licence, media_type, place, theme};
    use super::*;

    #[test]
    fn what_we_write_is_found_again() {
        for one in Theme::ALL {
            assert_eq!(theme_of(&theme(*one).iri), Some(*one));
        }
        for one in UpdateFrequency::ALL {
            assert_eq!(frequency_of(&frequency(*one).iri), Some(*one));
        }
        for (tag, ..) in LANGUAGES {
            let tag: LanguageTag = tag.parse().unwrap();
            assert_eq!(language_of(&language(&tag).unwrap().iri), Some(tag));
        }
        for (two, ..) in COUNTRIES {
            let Place::Country(country) = place(two) else { panic!("{two}") };
            assert_eq!(place_of(&country.iri).as_deref(), Some(*two));
        }
        for code in ["EU", "001", "NL33", "EL30"] {
            let iri = match place(code) {
                Place::Country(country) => country.iri,
                Place::Region { iri, .. } => iri,
                Place::Subdivision { .. } => panic!("{code}"),
            };
            assert_eq!(place_of(&iri).as_deref(), Some(code));
        }
        for licence_id in ["CC0-1.0", "CC-BY-4.0", "MIT", "etalab-2.0", "CC-PDM-1.0", "ODC-By-1.0"] {
            assert_eq!(licence_of(&licence(licence_id).unwrap().iri).as_deref(), Some(licence_id));
        }
        assert_eq!(media_type_of(&media_type("text/csv").unwrap()).as_deref(), Some("text/csv"));
        for (scheme, value) in [
            (IdentifierScheme::Doi, "10.5281/zenodo.1234"),
            (IdentifierScheme::Uuid, "0190f3c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f"),
            (IdentifierScheme::Urn, "urn:isbn:9780262033848"),
        ] {
            assert_eq!(
                identifier_of(&identifier(scheme, value).unwrap()),
                Identifier { scheme, value: value.into() }
            );
        }
    }

    #[test]
    fn what_others_write_is_found_and_nothing_is_guessed() {
        let licence = |term: &str| licence_of(term);
        assert_eq!(
            licence("https://creativecommons.org/licenses/by/4.0/deed.de").as_deref(),
            Some("CC-BY-4.0")
        );
        assert_eq!(licence("http://creativecommons.org/publicdomain/zero/1.0/").as_deref(), Some("CC0-1.0"));
        assert_eq!(licence("odc-odbl").as_deref(), Some("ODbL-1.0"));
        assert_eq!(licence("mit").as_deref(), Some("MIT"));
        for none in ["https://opendefinition.org/licenses/cc-by/", "notspecified", "", "other-open"] {
            assert_eq!(licence(none), None, "{none}");
        }
        let language = |term: &str| language_of(term).map(|tag| tag.to_string());
        assert_eq!(language("es").as_deref(), Some("es"));
        assert_eq!(language("ITA").as_deref(), Some("it"));
        assert_eq!(language("http://lexvo.org/id/iso639-3/deu").as_deref(), Some("de"));
        assert_eq!(language("English language"), None);
        assert_eq!(frequency_of("R/P1Y"), Some(UpdateFrequency::Annual));
        assert_eq!(
            frequency_of("http://publications.europa.eu/resource/authority/frequency/WEEKLY_3"),
            Some(UpdateFrequency::Other)
        );
        assert_eq!(frequency_of("driejaarlijks"), None);
        assert_eq!(place_of("http://datos.gob.es/recurso/sector-publico/territorio/Pais/España"), None);
        assert_eq!(place_of("Belgium").as_deref(), Some("BE"));
        assert_eq!(media_type_of(".csv").as_deref(), Some("text/csv"));
    }
}
