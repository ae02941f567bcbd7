//! The countries of the European Economic Area, Switzerland and the United Kingdom, by their codes (ISO 3166-1).

use crate::i18n::{Key, key};

/// Two letters, three letters, name.
pub(super) const COUNTRIES: &[(&str, &str, Key)] = &[
    ("AT", "AUT", key!("country-AT")),
    ("BE", "BEL", key!("country-BE")),
    ("BG", "BGR", key!("country-BG")),
    ("CH", "CHE", key!("country-CH")),
    ("CY", "CYP", key!("country-CY")),
    ("CZ", "CZE", key!("country-CZ")),
    ("DE", "DEU", key!("country-DE")),
    ("DK", "DNK", key!("country-DK")),
    ("EE", "EST", key!("country-EE")),
    ("ES", "ESP", key!("country-ES")),
    ("FI", "FIN", key!("country-FI")),
    ("FR", "FRA", key!("country-FR")),
    ("GB", "GBR", key!("country-GB")),
    ("GR", "GRC", key!("country-GR")),
    ("HR", "HRV", key!("country-HR")),
    ("HU", "HUN", key!("country-HU")),
    ("IE", "IRL", key!("country-IE")),
    ("IS", "ISL", key!("country-IS")),
    ("IT", "ITA", key!("country-IT")),
    ("LI", "LIE", key!("country-LI")),
    ("LT", "LTU", key!("country-LT")),
    ("LU", "LUX", key!("country-LU")),
    ("LV", "LVA", key!("country-LV")),
    ("MT", "MLT", key!("country-MT")),
    ("NL", "NLD", key!("country-NL")),
    ("NO", "NOR", key!("country-NO")),
    ("PL", "POL", key!("country-PL")),
    ("PT", "PRT", key!("country-PT")),
    ("RO", "ROU", key!("country-RO")),
    ("SE", "SWE", key!("country-SE")),
    ("SI", "SVN", key!("country-SI")),
    ("SK", "SVK", key!("country-SK")),
];
