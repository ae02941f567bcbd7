//! Typed right operands: read from their lexical forms (XML Schema 1.1 Part 2), written in one canonical form.

use std::fmt;

use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::iri::Iri;
use crate::kernel::{Timestamp, text_enum};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

text_enum! {
    /// The type of a right operand.
    pub enum Datatype {
        /// An instant with its time zone, to the millisecond.
        DateTime = "xsd:dateTime",
        /// A calendar day, in UTC.
        Date = "xsd:date",
        /// A span of time, not negative, to the second.
        Duration = "xsd:duration",
        /// A decimal number with at most 18 digits before and 9 after the point.
        Decimal = "xsd:decimal",
        /// A whole number of 64 bits.
        Integer = "xsd:integer",
        /// True or false.
        Boolean = "xsd:boolean",
        /// A text.
        Text = "xsd:string",
        /// An IRI; JSON-LD writes it as `{"@id": …}`.
        Iri = "@id",
    }
}

impl Datatype {
    /// How such a value is written in a policy.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::DateTime => r#"{"@value": "2026-11-22T12:00:00Z", "@type": "xsd:dateTime"}"#,
            Self::Date => r#"{"@value": "2026-11-22", "@type": "xsd:date"}"#,
            Self::Duration => r#"{"@value": "P30D", "@type": "xsd:duration"}"#,
            Self::Decimal => r#"{"@value": "1500.00", "@type": "xsd:decimal"}"#,
            Self::Integer => r#"{"@value": "3", "@type": "xsd:integer"}"#,
            Self::Boolean => r#"{"@value": "true", "@type": "xsd:boolean"}"#,
            Self::Text => r#""a text""#,
            Self::Iri => r#"{"@id": "https://example.org/term"}"#,
        }
    }
}

/// A right operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// An instant.
    DateTime(Timestamp),
    /// A calendar day, in UTC.
    Date(Date),
    /// A span of time.
    Duration(Duration),
    /// A decimal number.
    Decimal(Decimal),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A text.
    Text(String),
    /// An IRI.
    Iri(Iri),
}

impl Value {
    /// Reads the lexical form of a type; `None` when the text is not of that form.
    #[must_use]
    pub fn parse(datatype: Datatype, text: &str) -> Option<Self> {
        match datatype {
            Datatype::DateTime => date_time(text).map(Self::DateTime),
            Datatype::Date => date(text).map(Self::Date),
            Datatype::Duration => Duration::parse(text).map(Self::Duration),
            Datatype::Decimal => Decimal::parse(text).map(Self::Decimal),
            Datatype::Integer => text.parse().ok().map(Self::Integer),
            Datatype::Boolean => match text {
                "true" | "1" => Some(Self::Boolean(true)),
                "false" | "0" => Some(Self::Boolean(false)),
                _ => None,
            },
            Datatype::Text => Some(Self::Text(text.to_owned())),
            Datatype::Iri => Iri::parse(text).map(Self::Iri),
        }
    }

    /// The type.
    #[must_use]
    pub fn datatype(&self) -> Datatype {
        match self {
            Self::DateTime(_) => Datatype::DateTime,
            Self::Date(_) => Datatype::Date,
            Self::Duration(_) => Datatype::Duration,
            Self::Decimal(_) => Datatype::Decimal,
            Self::Integer(_) => Datatype::Integer,
            Self::Boolean(_) => Datatype::Boolean,
            Self::Text(_) => Datatype::Text,
            Self::Iri(_) => Datatype::Iri,
        }
    }
}

/// The canonical lexical form; IRIs are shortened.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DateTime(at) => f.write_str(&at.to_string().replace(".000Z", "Z")),
            Self::Date(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()),
            Self::Duration(span) => span.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Boolean(truth) => truth.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Iri(iri) => f.write_str(&iri.compact()),
        }
    }
}

/// An instant finer than a millisecond would be cut, and the policy would say another thing than it is held to.
fn date_time(text: &str) -> Option<Timestamp> {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 3 { None } else { text.parse().ok() }
}

fn date(text: &str) -> Option<Date> {
    if text.len() == "2026-11-22".len() { Date::parse(text, DATE).ok() } else { None }
}

/// A span of time: months and seconds, which have no fixed relation (XML Schema 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    /// Whole months; a year is twelve.
    pub months: u64,
    /// Whole seconds; a day is 86 400.
    pub seconds: u64,
}

impl Duration {
    const MAX_MONTHS: u64 = 12 * 10_000;
    const MAX_SECONDS: u64 = 366 * 10_000 * Self::DAY;
    const DAY: u64 = 86_400;

    /// Reads `P1Y2M3DT4H5M6S`: no sign, no fraction, at most ten thousand years.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('P')?;
        let (calendar, clock) = text.split_once('T').unwrap_or((text, ""));
        if text.is_empty() || text.ends_with('T') {
            return None;
        }
        let [years, months, days] = amounts(calendar, ['Y', 'M', 'D'])?;
        let [hours, minutes, seconds] = amounts(clock, ['H', 'M', 'S'])?;
        let span = Self {
            months: 12 * years + months,
            seconds: Self::DAY * days + 3600 * hours + 60 * minutes + seconds,
        };
        (span.months <= Self::MAX_MONTHS && span.seconds <= Self::MAX_SECONDS).then_some(span)
    }
}

/// The months are counted on the calendar, in UTC; a day that the month lacks is its last one.
impl Duration {
    /// The instant at which the span is over that began at this one; nothing beyond the year 9999.
    pub(super) fn after(self, start: Timestamp) -> Option<Timestamp> {
        let millis = i128::from(start.as_millis());
        let at = time::OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).ok()?;
        let months = u64::from(u8::from(at.month())) - 1 + self.months;
        let year = at.year().checked_add(i32::try_from(months / 12).ok()?)?;
        let month = time::Month::try_from(u8::try_from(months % 12 + 1).ok()?).ok()?;
        let day = at.day().min(month.length(year));
        let day = Date::from_calendar_date(year, month, day).ok()?;
        let at =
            at.replace_date(day).checked_add(time::Duration::seconds(i64::try_from(self.seconds).ok()?))?;
        let millis = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()?;
        let end = Timestamp::from_millis(millis);
        (end.as_millis() == millis).then_some(end)
    }
}

/// The amounts before each unit, in order; a missing unit counts nothing.
fn amounts(mut text: &str, units: [char; 3]) -> Option<[u64; 3]> {
    let mut amounts = [0; 3];
    for (amount, unit) in amounts.iter_mut().zip(units) {
        if let Some((digits, rest)) = text.split_once(unit) {
            *amount = unsigned(digits)?;
            text = rest;
        }
    }
    text.is_empty().then_some(amounts)
}

/// Up to twelve digits and nothing else.
fn unsigned(digits: &str) -> Option<u64> {
    let good = digits.len() <= 12 && digits.bytes().all(|b| b.is_ascii_digit());
    if good { digits.parse().ok() } else { None }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("PT0S");
        }
        let write = |f: &mut fmt::Formatter<'_>, amount: u64, unit: char| match amount {
            0 => Ok(()),
            _ => write!(f, "{amount}{unit}"),
        };
        f.write_str("P")?;
        write(f, self.months / 12, 'Y')?;
        write(f, self.months % 12, 'M')?;
        write(f, self.seconds / Self::DAY, 'D')?;
        let clock = self.seconds % Self::DAY;
        if clock > 0 {
            f.write_str("T")?;
        }
        write(f, clock / 3600, 'H')?;
        write(f, clock / 60 % 60, 'M')?;
        write(f, clock % 60, 'S')
    }
}

/// A decimal number, exact, in billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(i128);

impl Decimal {
    const SCALE: u32 = 9;
    const ONE: u128 = 10_u128.pow(Self::SCALE);

    /// Reads `-12.50`: at most 18 digits before and 9 after the point, no exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction:0<9}");
        let good = !(whole.is_empty() && fraction.is_empty())
            && whole.len() <= 18
            && fraction.len() <= 9
            && digits.bytes().all(|b| b.is_ascii_digit());
        let billionths: i128 = if good { digits.parse().ok()? } else { return None };
        Some(Self(if text.starts_with('-') { -billionths } else { billionths }))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / Self::ONE, self.0.unsigned_abs() % Self::ONE);
        let fraction = format!("{rest:09}");
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_type_has_one_canonical_form() {
        for (datatype, text, canonical) in [
            (Datatype::DateTime, "2026-01-01T01:00:00.000+01:00", "2026-01-01T00:00:00Z"),
            (Datatype::DateTime, "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.500Z"),
            (Datatype::Date, "2024-02-29", "2024-02-29"),
            (Datatype::Duration, "P365D", "P365D"),
            (Datatype::Duration, "P14MT36H90M", "P1Y2M1DT13H30M"),
            (Datatype::Duration, "P0D", "PT0S"),
            (Datatype::Decimal, "+01500.00", "1500"),
            (Datatype::Decimal, "-.50", "-0.5"),
            (Datatype::Decimal, "-0", "0"),
            (Datatype::Integer, "+007", "7"),
            (Datatype::Boolean, "1", "true"),
            (Datatype::Iri, "urn:cadastre:policy:EEA", "cad:EEA"),
        ] {
            let value = Value::parse(datatype, text).unwrap();
            assert_eq!(value.to_string(), canonical, "{text}");
            assert_eq!(value.datatype(), datatype);
        }
    }

    #[test]
    fn other_lexical_forms_are_refused() {
        for (datatype, bad) in [
            (Datatype::DateTime, "2026-01-01"),
            (Datatype::DateTime, "2026-01-01T00:00:00"),
            (Datatype::DateTime, "2026-01-01T00:00:00.0001Z"),
            (Datatype::DateTime, "2026-02-30T00:00:00Z"),
            (Datatype::Date, "2026-1-01"),
            (Datatype::Date, "2026-02-29"),
            (Datatype::Date, "2026-01-01Z"),
            (Datatype::Duration, "P"),
            (Datatype::Duration, "PT"),
            (Datatype::Duration, "P1DT"),
            (Datatype::Duration, "30D"),
            (Datatype::Duration, "-P1D"),
            (Datatype::Duration, "P1.5D"),
            (Datatype::Duration, "P1M1Y"),
            (Datatype::Duration, "PD"),
            (Datatype::Duration, "P999999999999Y"),
            (Datatype::Decimal, ""),
            (Datatype::Decimal, "."),
            (Datatype::Decimal, "1e3"),
            (Datatype::Decimal, "1.2.3"),
            (Datatype::Decimal, "+-1"),
            (Datatype::Decimal, "1.0000000001"),
            (Datatype::Integer, "3.0"),
            (Datatype::Integer, "9223372036854775808"),
            (Datatype::Boolean, "True"),
            (Datatype::Iri, "EEA"),
        ] {
            assert_eq!(Value::parse(datatype, bad), None, "{datatype} {bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_readers_and_canonical_forms_read_back(text in "[-+PT.:0-9YMDHSZa-e]{0,24}|\\PC{0,24}") {
            for datatype in Datatype::ALL {
                if let Some(value) = Value::parse(*datatype, &text) {
                    prop_assert_eq!(Value::parse(*datatype, &value.to_string()), Some(value));
                }
            }
        }

        #[test]
        fn decimals_compare_as_numbers(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
            let text = |n: i64| format!("{}{}.{:03}", if n < 0 { "-" } else { "" }, n.abs() / 1000, n.abs() % 1000);
            let (x, y) = (Decimal::parse(&text(a)).unwrap(), Decimal::parse(&text(b)).unwrap());
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        }
    }
}
