//! Typed values in words: dates, spans of time, numbers, amounts of money, as each language writes them.

use time::Date;

use super::terms;
use super::voice::Voice;
use crate::i18n::{Key, Language, key};
use crate::kernel::Timestamp;
use crate::policies::model::{Duration, Iri, LeftOperand, Value};

/// How a value stands in its clause.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Form<'a> {
    /// The currency or other unit of a number.
    pub(super) unit: Option<&'a Iri>,
    /// Whether a place is where something lies: `in Germany`, not `Germany`.
    pub(super) within: bool,
}

/// A right operand in words.
pub(super) fn value(voice: Voice, left: LeftOperand, value: &Value, form: Form<'_>) -> String {
    match value {
        Value::DateTime(at) => instant(voice, *at),
        Value::Date(day) => date(voice, *day),
        Value::Duration(span) => duration(voice, *span),
        Value::Decimal(decimal) => quantity(voice, left, &decimal.to_string(), form),
        Value::Integer(whole) => quantity(voice, left, &whole.to_string(), form),
        Value::Boolean(true) => voice.say(key!("value-true"), &[]),
        Value::Boolean(false) => voice.say(key!("value-false"), &[]),
        Value::Text(text) => terms::text(voice, left, text),
        Value::Iri(iri) => terms::iri(voice, left, iri, form.within),
    }
}

/// A number of whatever the operand measures.
fn quantity(voice: Voice, left: LeftOperand, plain: &str, form: Form<'_>) -> String {
    let number = number(voice, plain);
    match (left, form.unit) {
        (LeftOperand::PayAmount, unit) => money(voice, plain, unit),
        (LeftOperand::Percentage, _) => voice.say(key!("value-percent"), &[("number", number.into())]),
        (_, Some(unit)) => in_unit(voice, number, unit),
        (_, None) => number,
    }
}

fn in_unit(voice: Voice, number: String, unit: &Iri) -> String {
    voice.say(key!("value-in-unit"), &[("number", number.into()), ("unit", unit.as_str().into())])
}

const MONTHS: [Key; 12] = [
    key!("month-1"),
    key!("month-2"),
    key!("month-3"),
    key!("month-4"),
    key!("month-5"),
    key!("month-6"),
    key!("month-7"),
    key!("month-8"),
    key!("month-9"),
    key!("month-10"),
    key!("month-11"),
    key!("month-12"),
];

pub(super) fn date(voice: Voice, day: Date) -> String {
    let month = MONTHS.get(usize::from(u8::from(day.month())) - 1).map(|key| voice.say(*key, &[]));
    let args = [
        ("day", day.day().into()),
        ("month", month.unwrap_or_default().into()),
        ("year", day.year().to_string().into()),
    ];
    voice.say(key!("value-date"), &args)
}

/// To the minute, or as fine as it was given.
pub(super) fn instant(voice: Voice, at: Timestamp) -> String {
    let written = at.to_string();
    let parts = written.split_once('T').and_then(|(day, clock)| {
        let clock = clock.strip_suffix('Z')?;
        let clock = clock.strip_suffix(".000").unwrap_or(clock);
        let clock = clock.strip_suffix(":00").filter(|short| short.len() == "00:00".len()).unwrap_or(clock);
        match Value::parse(crate::policies::model::Datatype::Date, day)? {
            Value::Date(day) => Some((day, clock)),
            _ => None,
        }
    });
    let Some((day, clock)) = parts else { return written };
    voice.say(key!("value-instant"), &[("date", date(voice, day).into()), ("time", clock.into())])
}

fn duration(voice: Voice, span: Duration) -> String {
    const DAY: u64 = 86_400;
    let clock = span.seconds % DAY;
    let amounts = [
        (key!("span-years"), span.months / 12),
        (key!("span-months"), span.months % 12),
        (key!("span-days"), span.seconds / DAY),
        (key!("span-hours"), clock / 3600),
        (key!("span-minutes"), clock / 60 % 60),
        (key!("span-seconds"), clock % 60),
    ];
    let say = |key: Key, amount: u64| {
        let number = number(voice, &amount.to_string());
        voice.say(key, &[("count", amount.into()), ("number", number.into())])
    };
    let parts: Vec<_> =
        amounts.into_iter().filter(|(_, amount)| *amount > 0).map(|(key, amount)| say(key, amount)).collect();
    if parts.is_empty() { say(key!("span-seconds"), 0) } else { voice.all_of(parts) }
}

/// Digits in groups of three, with the language's decimal sign.
pub(super) fn number(voice: Voice, plain: &str) -> String {
    let (group, sign) = match voice.0 {
        Language::En => (",", "."),
        Language::Fr => ("\u{202f}", ","),
    };
    let (minus, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("\u{2212}", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push_str(group);
        }
        grouped.push(digit);
    }
    let sign = if fraction.is_empty() { "" } else { sign };
    format!("{minus}{grouped}{sign}{fraction}")
}

/// Currencies have two decimals or none; more stay as they are given.
fn money(voice: Voice, plain: &str, unit: Option<&Iri>) -> String {
    let padded = match plain.split_once('.') {
        Some((_, fraction)) if fraction.len() == 1 => format!("{plain}0"),
        _ => plain.to_owned(),
    };
    let number = number(voice, &padded);
    match unit.map(|unit| (terms::currency(unit), unit)) {
        None => voice.say(key!("value-in-no-currency"), &[("number", number.into())]),
        Some((Some(code), _)) => {
            voice.say(key!("value-money"), &[("number", number.into()), ("currency", code.into())])
        }
        Some((None, unit)) => in_unit(voice, number, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::model::Datatype;

    fn both(datatype: Datatype, text: &str, left: LeftOperand, unit: Option<&str>) -> [String; 2] {
        let parsed = Value::parse(datatype, text).unwrap();
        let unit = unit.map(|unit| Iri::parse(unit).unwrap());
        let form = Form { unit: unit.as_ref(), within: false };
        [Language::En, Language::Fr].map(|language| value(Voice(language), left, &parsed, form))
    }

    #[test]
    fn each_language_writes_dates_spans_and_numbers_its_own_way() {
        const EURO: &str = "http://publications.europa.eu/resource/authority/currency/EUR";
        for (datatype, text, left, unit, english, french) in [
            (Datatype::Date, "2026-01-01", LeftOperand::DateTime, None, "1 January 2026", "1er janvier 2026"),
            (
                Datatype::DateTime,
                "2026-12-31T23:59:59Z",
                LeftOperand::DateTime,
                None,
                "31 December 2026 at 23:59:59 UTC",
                "31 décembre 2026 à 23:59:59 UTC",
            ),
            (
                Datatype::DateTime,
                "2026-08-02T09:30:00+02:00",
                LeftOperand::DateTime,
                None,
                "2 August 2026 at 07:30 UTC",
                "2 août 2026 à 07:30 UTC",
            ),
            (
                Datatype::DateTime,
                "2026-08-02T00:00:00.250Z",
                LeftOperand::DateTime,
                None,
                "2 August 2026 at 00:00:00.250 UTC",
                "2 août 2026 à 00:00:00.250 UTC",
            ),
            (Datatype::Duration, "P365D", LeftOperand::GrantElapsed, None, "365 days", "365 jours"),
            (
                Datatype::Duration,
                "P14M1DT1H1M1S",
                LeftOperand::GrantElapsed,
                None,
                "1 year, 2 months, 1 day, 1 hour, 1 minute and 1 second",
                "1 an, 2 mois, 1 jour, 1 heure, 1 minute et 1 seconde",
            ),
            (Datatype::Duration, "PT0S", LeftOperand::DelayPeriod, None, "0 seconds", "0 seconde"),
            (Datatype::Integer, "1234567", LeftOperand::Count, None, "1,234,567", "1\u{202f}234\u{202f}567"),
            (Datatype::Integer, "-100", LeftOperand::Count, None, "\u{2212}100", "\u{2212}100"),
            (
                Datatype::Decimal,
                "1500.5",
                LeftOperand::PayAmount,
                Some(EURO),
                "EUR 1,500.50",
                "1\u{202f}500,50\u{a0}EUR",
            ),
            (
                Datatype::Decimal,
                "2",
                LeftOperand::PayAmount,
                Some("urn:x:shells"),
                "2 (urn:x:shells)",
                "2 (urn:x:shells)",
            ),
            (Datatype::Decimal, "12.5", LeftOperand::Percentage, None, "12.5%", "12,5\u{a0}%"),
        ] {
            assert_eq!(both(datatype, text, left, unit), [english, french], "{text}");
        }
    }
}
