//! What texts are: numbers, days, instants, or just texts.

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
    /// Takes in one more value; what is not UTF-8 is a text too.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) if MISSING.contains(&text) => self.missing = true,
            Ok(text) => self.add(of_text(text)),
            Err(_) => self.add(ColumnKind::Text),
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
    if digits.bytes().all(|b| b.is_ascii_digit()) && (1..=18).contains(&digits.len()) {
        // A leading zero is part of a code, not of a number.
        return if digits.len() > 1 && digits.starts_with('0') {
            ColumnKind::Text
        } else {
            ColumnKind::Integer
        };
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
        Some(offset) => shape(offset, "99:99") || shape(offset, "9999") || shape(offset, "99"),
    };
    let time = is_time(time) || shape(time, "99:99");
    (time && fraction && offset).then_some(ColumnKind::Datetime)
}

fn is_time(text: &str) -> bool {
    let within = |at: usize, most: u8| {
        text.get(at..at + 2).and_then(|n| n.parse::<u8>().ok()).is_some_and(|n| n <= most)
    };
    shape(text, "99:99:99") && within(0, 23) && within(3, 59) && within(6, 59)
}

fn is_day(text: &str) -> bool {
    let within = |at: usize, most: u8| {
        text.get(at..at + 2).and_then(|n| n.parse::<u8>().ok()).is_some_and(|n| (1..=most).contains(&n))
    };
    shape(text, "9999-99-99") && within(5, 12) && within(8, 31)
}

/// Whether the text has this form, `9` standing for any digit.
fn shape(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(b, wanted)| if wanted == b'9' { b.is_ascii_digit() } else { b == wanted })
}
