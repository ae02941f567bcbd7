//! Our values in the controlled vocabularies of the EU (authority tables of the Publications Office) and of others: one
//! mapping for every rendering. A value that a vocabulary does not have gives nothing, never the nearest one.

mod countries;
mod formats;
mod languages;
mod reverse;

use countries::COUNTRIES;
pub use formats::{file_type, is_non_proprietary, media_type};
use languages::LANGUAGES;
pub use reverse::{frequency_of, identifier_of, language_of, licence_of, media_type_of, place_of, theme_of};

use crate::datasets::record::{IdentifierScheme, Theme, UpdateFrequency};
use crate::identity::OrganisationKind;
use crate::kernel::{LanguageTag, Slug};
use crate::policies::AccessMode;

/// Where the authority tables of the EU are.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

/// A term of a controlled vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concept {
    /// Its IRI.
    pub iri: String,
    /// The vocabulary: the IRI of the concept scheme.
    pub scheme: String,
    /// Its name in English, as the vocabulary has it.
    pub label: String,
}

impl Concept {
    fn of(table: &str, code: &str, label: &str) -> Self {
        let scheme = format!("{AUTHORITY}/{table}");
        Self { iri: format!("{scheme}/{code}"), scheme, label: label.to_owned() }
    }
}

/// A subject, in the data theme table.
#[must_use]
pub fn theme(theme: Theme) -> Concept {
    let label = match theme {
        Theme::Agriculture => "Agriculture, fisheries, forestry and food",
        Theme::Economy => "Economy and finance",
        Theme::Education => "Education, culture and sport",
        Theme::Energy => "Energy",
        Theme::Environment => "Environment",
        Theme::Government => "Government and public sector",
        Theme::Health => "Health",
        Theme::International => "International issues",
        Theme::Justice => "Justice, legal system and public safety",
        Theme::Regions => "Regions and cities",
        Theme::Society => "Population and society",
        Theme::Technology => "Science and technology",
        Theme::Transport => "Transport",
        Theme::Provisional => "Provisional data",
    };
    Concept::of("data-theme", theme.as_str(), label)
}

/// The subject of a dataset whose record names none: that of the official space it is listed in.
#[must_use]
pub fn theme_of_space(space: &Slug) -> Option<Theme> {
    Some(match space.as_str() {
        "agriculture" => Theme::Agriculture,
        "cultural-heritage" | "language" | "media" | "skills" => Theme::Education,
        "energy" => Theme::Energy,
        "finance" | "industry" | "tourism" => Theme::Economy,
        "green-deal" => Theme::Environment,
        "health" => Theme::Health,
        "mobility" => Theme::Transport,
        "public-administration" => Theme::Government,
        "research-innovation" => Theme::Technology,
        _ => return None,
    })
}

/// A rhythm, in the frequency table.
#[must_use]
pub fn frequency(frequency: UpdateFrequency) -> Concept {
    let (code, label) = match frequency {
        UpdateFrequency::Continuous => ("CONT", "Continuous"),
        UpdateFrequency::Hourly => ("HOURLY", "Hourly"),
        UpdateFrequency::Daily => ("DAILY", "Daily"),
        UpdateFrequency::Weekly => ("WEEKLY", "Weekly"),
        UpdateFrequency::Biweekly => ("BIWEEKLY", "Biweekly"),
        UpdateFrequency::Monthly => ("MONTHLY", "Monthly"),
        UpdateFrequency::Quarterly => ("QUARTERLY", "Quarterly"),
        UpdateFrequency::Biannual => ("ANNUAL_2", "Twice yearly"),
        UpdateFrequency::Annual => ("ANNUAL", "Annual"),
        UpdateFrequency::Biennial => ("BIENNIAL", "Biennial"),
        UpdateFrequency::Irregular => ("IRREG", "Irregular"),
        UpdateFrequency::Never => ("NEVER", "Never"),
        UpdateFrequency::Unknown => ("UNKNOWN", "Unknown"),
        UpdateFrequency::Other => ("OTHER", "Other"),
    };
    Concept::of("frequency", code, label)
}

/// How access is given, in the access right table.
#[must_use]
pub fn access_right(mode: AccessMode) -> Concept {
    let (code, label) = match mode {
        AccessMode::Open => ("PUBLIC", "public"),
        AccessMode::Automatic | AccessMode::Review => ("RESTRICTED", "restricted"),
        AccessMode::Secure => ("NON_PUBLIC", "non-public"),
    };
    Concept::of("access-right", code, label)
}

/// A language, in the language table; its regions and scripts are left aside. The table has more languages than are known
/// here: all two-letter codes, and three-letter codes of languages of Europe.
#[must_use]
pub fn language(tag: &LanguageTag) -> Option<Concept> {
    let primary = tag.as_str().split('-').next()?;
    let (_, code, name) = LANGUAGES.iter().find(|(known, ..)| *known == primary)?;
    Some(Concept::of("language", code, name))
}

/// A place that the record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A country, or the European Union, of the country table.
    Country(Concept),
    /// A region with an IRI of its own: of the nomenclature NUTS, or the whole Earth.
    Region {
        /// Its IRI.
        iri: String,
        /// Its code or name.
        label: String,
    },
    /// A part of a country after ISO 3166-2, which has no IRIs.
    Subdivision {
        /// Its code.
        code: String,
        /// The country, where the table has it.
        country: Option<Concept>,
    },
}

/// A place after the code that the record has for it: ISO 3166, NUTS, `EU`, or `001` for the world.
#[must_use]
pub fn place(code: &str) -> Place {
    match code {
        "EU" => Place::Country(Concept::of("country", "EUR", "European Union")),
        // UN M.49 has no IRIs; GeoNames, which DCAT-AP allows beside the tables, has the Earth.
        "001" => {
            Place::Region { iri: "https://sws.geonames.org/6295630/".to_owned(), label: "World".to_owned() }
        }
        _ => match (country(code), code.split_once('-')) {
            (Some(country), _) => Place::Country(country),
            (None, Some((of, _))) => {
                Place::Subdivision { code: code.to_owned(), country: country_of_two_letters(of) }
            }
            (None, None) => Place::Region {
                iri: format!("http://data.europa.eu/nuts/code/{code}"),
                label: code.to_owned(),
            },
        },
    }
}

/// A country by its two letters (ISO 3166-1), in the country table.
#[must_use]
pub fn country(code: &str) -> Option<Concept> {
    if code.len() == 2 { country_of_two_letters(code) } else { None }
}

fn country_of_two_letters(code: &str) -> Option<Concept> {
    let (_, code, name) = COUNTRIES.iter().find(|(known, ..)| *known == code)?;
    Some(Concept::of("country", code, name))
}

/// The kind of a publisher, in the vocabulary of ADMS. A public body may be of any level, which we do not know.
#[must_use]
pub fn publisher_type(kind: OrganisationKind) -> Option<Concept> {
    let (code, label) = match kind {
        OrganisationKind::Company | OrganisationKind::Sme => ("Company", "Company"),
        OrganisationKind::Research => ("Academia-ScientificOrganisation", "Academia/Scientific organisation"),
        OrganisationKind::PublicBody => return None,
    };
    let scheme = "http://purl.org/adms/publishertype/1.0".to_owned();
    Some(Concept {
        iri: format!("http://purl.org/adms/publishertype/{code}"),
        scheme,
        label: label.to_owned(),
    })
}

/// The state of a distribution, in the distribution status table.
#[must_use]
pub fn distribution_status(state: crate::datasets::versions::VersionState) -> Concept {
    use crate::datasets::versions::VersionState;
    let (code, label) = match state {
        VersionState::Draft => ("DEVELOP", "under development"),
        VersionState::Published => ("COMPLETED", "completed"),
        VersionState::Withdrawn => ("WITHDRAWN", "withdrawn"),
    };
    Concept::of("distribution-status", code, label)
}

/// How long a distribution is meant to stay, in the planned availability table: what is published stays.
#[must_use]
pub fn stable() -> Concept {
    Concept::of("planned-availability", "STABLE", "stable")
}

/// A kind of dataset, in the dataset type table.
#[must_use]
pub fn dataset_type(code: DatasetType) -> Concept {
    let (code, label) = match code {
        DatasetType::Synthetic => ("SYNTHETIC_DATA", "Synthetic data"),
        DatasetType::Personal => ("PERSONAL_DATA", "Personal data"),
    };
    Concept::of("dataset-type", code, label)
}

/// The kinds of dataset that we tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetType {
    /// Made by a model or a simulation.
    Synthetic,
    /// With data of persons who can be identified.
    Personal,
}

/// A licence of the SPDX list by its identifier: in the licence table where it is there, else by the page of SPDX. Nothing
/// for an expression, or for a licence that is not on the list.
#[must_use]
pub fn licence(spdx: &str) -> Option<Licence> {
    let id = spdx::license_id(spdx).filter(|id| id.name == spdx)?;
    let known = LICENCES.iter().find(|(known, _)| *known == id.name);
    let iri = known.map_or_else(
        || format!("https://spdx.org/licenses/{}", id.name),
        |(_, code)| format!("{AUTHORITY}/licence/{code}"),
    );
    Some(Licence { iri, name: id.full_name.to_owned(), of_the_eu_table: known.is_some() })
}

/// A licence that others know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Its IRI.
    pub iri: String,
    /// Its full name.
    pub name: String,
    /// Whether the licence authority table of the EU has it.
    pub of_the_eu_table: bool,
}

/// Identifiers of SPDX, and codes of the licence authority table.
const LICENCES: &[(&str, &str)] = &[
    ("CC0-1.0", "CC0"),
    ("CC-BY-4.0", "CC_BY_4_0"),
    ("CC-BY-SA-4.0", "CC_BYSA_4_0"),
    ("CC-BY-NC-4.0", "CC_BYNC_4_0"),
    ("CC-BY-ND-4.0", "CC_BYND_4_0"),
    ("CC-BY-NC-SA-4.0", "CC_BYNCSA_4_0"),
    ("CC-BY-NC-ND-4.0", "CC_BYNCND_4_0"),
    ("CC-PDM-1.0", "CC_PDM_1_0"),
    ("ODbL-1.0", "ODC_BL"),
    ("ODC-By-1.0", "ODC_BY"),
    ("PDDL-1.0", "ODC_PDDL"),
    ("OGL-UK-3.0", "OGL_3_0"),
    ("EUPL-1.1", "EUPL_1_1"),
    ("EUPL-1.2", "EUPL_1_2"),
    ("GFDL-1.3-only", "GNU_FDL_1_3"),
];

/// An identifier as an IRI; nothing for one whose scheme is not known.
#[must_use]
pub fn identifier(scheme: IdentifierScheme, value: &str) -> Option<String> {
    match scheme {
        IdentifierScheme::Doi => Some(format!("https://doi.org/{}", value.replace('#', "%23"))),
        IdentifierScheme::Uuid => Some(format!("urn:uuid:{}", value.to_ascii_lowercase())),
        IdentifierScheme::Urn => Some(value.to_owned()),
        IdentifierScheme::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_codes_of_the_language_table() {
        let code = |tag: &str| language(&tag.parse().unwrap()).map(|concept| concept.iri);
        let iri = |code: &str| Some(format!("{AUTHORITY}/language/{code}"));
        let of_the_eu = [
            "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv",
            "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
        ];
        assert!(of_the_eu.iter().all(|tag| code(tag).is_some()));
        assert_eq!((code("el"), code("pt-BR"), code("sr-Latn")), (iri("ELL"), iri("POR"), iri("SRP")));
        assert_eq!((code("hsb"), code("tlh"), code("x-own")), (iri("HSB"), None, None));
    }

    #[test]
    fn places_are_found_in_the_vocabulary_that_has_them() {
        let country = |code: &str, label: &str| Place::Country(Concept::of("country", code, label));
        assert_eq!(place("BE"), country("BEL", "Belgium"));
        assert_eq!(place("XK"), country("1A0", "Kosovo"));
        assert_eq!(place("EU"), country("EUR", "European Union"));
        assert!(matches!(place("NL33"), Place::Region { iri, .. } if iri.ends_with("/nuts/code/NL33")));
        assert!(matches!(place("EL30"), Place::Region { iri, .. } if iri.ends_with("/nuts/code/EL30")));
        assert!(matches!(place("001"), Place::Region { label, .. } if label == "World"));
        assert!(matches!(place("BE-VLG"), Place::Subdivision { country: Some(_), .. }));
    }

    #[test]
    fn licences_are_of_the_eu_where_the_table_has_them_and_of_spdx_else() {
        let iri = |id: &str| licence(id).map(|found| (found.iri, found.of_the_eu_table));
        assert_eq!(iri("CC-BY-4.0"), Some((format!("{AUTHORITY}/licence/CC_BY_4_0"), true)));
        assert_eq!(iri("MIT"), Some(("https://spdx.org/licenses/MIT".to_owned(), false)));
        for none in ["CC-BY-4.0 OR MIT", "LicenseRef-own", "mit", ""] {
            assert_eq!(iri(none), None, "{none}");
        }
        assert!(LICENCES.iter().all(|(id, _)| licence(id).is_some()), "each is on the list of SPDX");
    }

    #[test]
    fn every_official_space_has_a_theme_and_no_other() {
        let official = [
            "agriculture",
            "cultural-heritage",
            "energy",
            "finance",
            "green-deal",
            "health",
            "industry",
            "language",
            "media",
            "mobility",
            "public-administration",
            "research-innovation",
            "skills",
            "tourism",
        ];
        assert!(official.iter().all(|space| theme_of_space(&space.parse().unwrap()).is_some()));
        assert_eq!(theme_of_space(&"ocean".parse().unwrap()), None);
    }
}
