//! The text formats that fields of a record follow, as plain predicates with the sentence that tells how to
//! write the value right.

use crate::datasets::versions::VersionNumber;
use crate::kernel::Slug;

/// A format: how it is checked, the code of its error and what to write instead.
pub(super) struct Format {
    pub(super) code: &'static str,
    pub(super) hint: &'static str,
    pub(super) valid: fn(&str) -> bool,
}

/// A month or a day.
pub(super) const DATE: Format =
    Format { code: "date", hint: "write a month as YYYY-MM or a day as YYYY-MM-DD", valid: is_date };

/// A country.
pub(super) const COUNTRY: Format = Format {
    code: "country",
    hint: "write a country as its two capital letters (ISO 3166-1 alpha-2), for example FR",
    valid: is_country,
};

/// A country or a part of one.
pub(super) const REGION: Format = Format {
    code: "region",
    hint: "write a country (FR), a NUTS region (FRK2), an ISO 3166-2 subdivision (FR-69), EU, or 001 for the world",
    valid: is_region,
};

/// An e-mail address.
pub(super) const EMAIL: Format =
    Format { code: "email", hint: "write an e-mail address as name@example.org", valid: is_email };

/// A semantic version.
pub(super) const VERSION: Format = Format {
    code: "version",
    hint: "write a semantic version without build metadata, for example 1.2.0",
    valid: |text| text.parse::<VersionNumber>().is_ok(),
};

/// A dataset of this register.
pub(super) const DATASET: Format = Format {
    code: "dataset",
    hint: "write a dataset of this register as organisation/name or organisation/name@1.2.0",
    valid: is_dataset,
};

/// The codes of ISO 3166-1 alpha-2 in force, two letters each, and XK, which the statistics of the EU use for Kosovo.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

fn is_country(text: &str) -> bool {
    text.len() == 2 && COUNTRIES.split(' ').any(|country| country == text)
}

fn is_region(text: &str) -> bool {
    if matches!(text, "EU" | "001") || is_country(text) {
        return true;
    }
    if let Some((country, part)) = text.split_once('-') {
        return is_country(country) && (1..=3).contains(&part.len()) && is_capitals_or_digits(part);
    }
    // NUTS says EL for Greece and UK for the United Kingdom.
    text.split_at_checked(2).is_some_and(|(country, part)| {
        (is_country(country) || matches!(country, "EL" | "UK"))
            && (1..=3).contains(&part.len())
            && is_capitals_or_digits(part)
    })
}

fn is_capitals_or_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts.next().and_then(|part| digits(part, 4));
    let month = parts.next().and_then(|part| digits(part, 2)).filter(|month| (1..=12).contains(month));
    let (Some(year), Some(month)) = (year, month) else { return false };
    match (parts.next(), parts.next()) {
        (None, _) => true,
        (Some(day), None) => digits(day, 2).is_some_and(|day| (1..=days_in(year, month)).contains(&day)),
        (Some(_), Some(_)) => false,
    }
}

fn digits(text: &str, length: usize) -> Option<u16> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn days_in(year: u16, month: u16) -> u16 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_email(text: &str) -> bool {
    let allowed =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.contains('.')
                && host.split('.').all(|label| !label.is_empty())
                && name.chars().chain(host.chars()).all(allowed)
        })
}

fn is_dataset(text: &str) -> bool {
    let (dataset, version) =
        text.split_once('@').map_or((text, None), |(dataset, version)| (dataset, Some(version)));
    dataset.split_once('/').is_some_and(|(organisation, name)| {
        organisation.parse::<Slug>().is_ok() && name.parse::<Slug>().is_ok()
    }) && version.is_none_or(|version| version.parse::<VersionNumber>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(format: &Format, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!((format.valid)(text), "{} should take {text}", format.code);
        }
        for text in bad {
            assert!(!(format.valid)(text), "{} should refuse {text}", format.code);
        }
    }

    #[test]
    fn formats_take_the_right_and_refuse_the_wrong() {
        table(
            &DATE,
            &["2024-02", "2024-02-29", "1850-12-31", "2000-02-29"],
            &[
                "",
                "2024",
                "2024-13",
                "2024-00",
                "2023-02-29",
                "1900-02-29",
                "2024-04-31",
                "2024-2",
                "24-02",
                "2024-02-01T00",
                "2024-02-01-01",
                "+024-02",
                "２０２４-02",
            ],
        );
        table(&COUNTRY, &["FR", "GB", "XK"], &["", "fr", "FRA", "EU", "ZZ", "A ", " F"]);
        table(
            &REGION,
            &["FR", "EU", "001", "FRK2", "EL30", "UKI31", "FR-69", "US-CA"],
            &["", "Fr", "ZZ1", "FRK234", "FR-", "FR-abcd", "F€", "002", "FR-A-B"],
        );
        table(
            &EMAIL,
            &["data@example.org", "a.b+c@x.eu", "jürgen@müller.example"],
            &[
                "",
                "@example.org",
                "a@b",
                "a b@example.org",
                "a@b@example.org",
                "a@.org",
                "a@example.",
                "<a@example.org>",
            ],
        );
        table(&VERSION, &["1.0.0", "0.1.0-rc.1"], &["", "1", "1.0", "v1.0.0", "1.0.0+build", "latest"]);
        table(
            &DATASET,
            &["meteo/wind", "meteo/wind@1.0.0"],
            &["", "meteo", "meteo/", "Meteo/wind", "meteo/wind@latest", "a/b/c"],
        );
    }

    #[test]
    fn the_country_list_is_whole_and_sorted() {
        let countries: Vec<_> = COUNTRIES.split(' ').collect();
        assert_eq!(countries.len(), 250, "249 of ISO 3166-1 and XK");
        assert!(countries.is_sorted());
        assert!(countries.iter().all(|country| country.len() == 2));
    }
}
