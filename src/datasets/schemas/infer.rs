//! What texts are: numbers, days, instants, or just texts.

use std::ops::Range;

use super::model::ColumnKind;

/// What stands for a missing value in a row of text, as the readers of data frames take it.
pub const MISSING: &[&str] = &[
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
    "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// What is known of a column so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    kind: Option<ColumnKind>,
    missing: bool,
}

impl Seen {
    /// Takes in one more value.
    pub(super) fn take(&mut self, text: &str) {
        if MISSING.contains(&text) {
            self.missing = true;
        } else if self.kind != Some(ColumnKind::Text) {
            // Whatever stands beside texts is a text.
            self.add(of_text(text));
        }
    }

    /// Takes in that a row has no such value.
    pub(super) const fn take_missing(&mut self) {
        self.missing = true;
    }

    fn add(&mut self, kind: ColumnKind) {
        self.kind = Some(self.kind.map_or(kind, |before| common(before, kind)));
    }

    /// Whether a value was missing.
    pub(super) const fn is_missing(&self) -> bool {
        self.missing
    }

    /// The kind that fits all values; of none, [`ColumnKind::Any`].
    pub(super) fn kind(&self) -> ColumnKind {
        self.kind.unwrap_or(ColumnKind::Any)
    }
}

/// The kind that holds values of both.
pub(super) fn common(a: ColumnKind, b: ColumnKind) -> ColumnKind {
    use ColumnKind::{Boolean, Date, Datetime, Float, Integer, Text, Time};
    match (a, b) {
        (a, b) if a == b => a,
        (Integer, Float) | (Float, Integer) => Float,
        (Date, Datetime) | (Datetime, Date) => Datetime,
        (
            Boolean | Integer | Float | Text | Date | Datetime | Time,
            Boolean | Integer | Float | Text | Date | Datetime | Time,
        ) => Text,
        _ => ColumnKind::Any,
    }
}

/// What this text is.
pub(super) fn of_text(text: &str) -> ColumnKind {
    if matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE") {
        return ColumnKind::Boolean;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        // A leading zero is part of a code, not of a number; and what no machine word holds would lose digits as a number.
        let code = digits.len() > 1 && digits.starts_with('0');
        let fits = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
        return if fits && !code { ColumnKind::Integer } else { ColumnKind::Text };
    }
    if is_float(digits) {
        return ColumnKind::Float;
    }
    of_moment(text).unwrap_or(ColumnKind::Text)
}

fn is_float(digits: &str) -> bool {
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
    let code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    plain
        && !code
        && digits.len() <= 40
        && digits.bytes().any(|b| b.is_ascii_digit())
        && digits.parse::<f64>().is_ok()
}

/// A day, a time or an instant in the forms of ISO 8601 and RFC 3339.
pub(super) fn of_moment(text: &str) -> Option<ColumnKind> {
    if !text.is_ascii() || !(8..=40).contains(&text.len()) {
        return None;
    }
    if is_time(text) {
        return Some(ColumnKind::Time);
    }
    let (day, rest) = text.split_at_checked(10)?;
    if !is_day(day) {
        return None;
    }
    if rest.is_empty() {
        return Some(ColumnKind::Date);
    }
    let time = rest.strip_prefix(['T', ' '])?;
    let (time, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at_checked(at)?,
        None => (time, ""),
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let fraction = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
    let offset = match offset.strip_prefix(['+', '-']) {
        None => matches!(offset, "" | "Z"),
        Some(offset) => {
            is_clock(offset)
                || shape(offset, "9999") && number(offset, 0..4).is_some_and(is_offset)
                || shape(offset, "99") && number(offset, 0..2).is_some_and(|hours| hours <= 23)
        }
    };
    let time = is_time(time) || is_clock(time);
    (time && fraction && offset).then_some(ColumnKind::Datetime)
}

fn number(text: &str, at: Range<usize>) -> Option<u16> {
    text.get(at)?.parse().ok()
}

/// Hours and minutes as one number.
const fn is_offset(number: u16) -> bool {
    number / 100 <= 23 && number % 100 <= 59
}

fn is_time(text: &str) -> bool {
    text.get(..5).is_some_and(is_clock)
        && shape(text, "99:99:99")
        && number(text, 6..8).is_some_and(|seconds| seconds <= 59)
}

/// `23:59`
fn is_clock(text: &str) -> bool {
    shape(text, "99:99")
        && number(text, 0..2).is_some_and(|hours| hours <= 23)
        && number(text, 3..5).is_some_and(|minutes| minutes <= 59)
}

/// A day that the calendar has, from the year 1 on, which is the first that readers know.
fn is_day(text: &str) -> bool {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    shape(text, "9999-99-99") && time::Date::parse(text, &form).is_ok_and(|day| day.year() >= 1)
}

/// Whether this is an address of a person or of the web, which no column is called.
pub(super) fn is_address(text: &str) -> bool {
    let mail = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains(char::is_whitespace)
    });
    mail || text.contains("://") || text.starts_with("www.")
}

/// Whether the text has this form, `9` standing for any digit.
fn shape(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(b, wanted)| if wanted == b'9' { b.is_ascii_digit() } else { b == wanted })
}
