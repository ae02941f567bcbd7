//! How a line of the log looks: one JSON object, or text for a terminal; either names the request it belongs to.

use std::fmt::{self, Debug, Display, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::http::current_request_id;

/// One JSON object a line, with the fields of the event beside what every line has. The formatter of the tracing library
/// takes several times as long, and this runs for every request.
pub(super) struct JsonLine;

/// The library's own text, after the id of the request.
pub(super) struct TextLine<F>(pub(super) F);

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        for part in
            ["\",\"level\":\"", metadata.level().as_str(), "\",\"target\":\"", metadata.target(), "\""]
        {
            writer.write_str(part)?;
        }
        let mut members = Members { writer, outcome: Ok(()) };
        if let Some(id) = current_request_id() {
            members.text("request_id", |value| value.write_str(&id));
        }
        event.record(&mut members);
        members.outcome?;
        members.writer.write_str("}\n")
    }
}

impl<S, N, F> FormatEvent<S, N> for TextLine<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if let Some(id) = current_request_id() {
            write!(writer, "{id} ")?;
        }
        self.0.format_event(ctx, writer, event)
    }
}

/// Writes fields as members of an object that has some already.
struct Members<'w> {
    writer: Writer<'w>,
    outcome: fmt::Result,
}

impl Members<'_> {
    /// A member whose value needs no quotes.
    fn plain(&mut self, name: &str, value: impl Display) {
        self.member(name, |writer| write!(writer, "{value}"));
    }

    /// A member that is a text.
    fn text(&mut self, name: &str, write: impl FnOnce(&mut Escaped<'_, '_>) -> fmt::Result) {
        self.member(name, |writer| {
            writer.write_char('"')?;
            write(&mut Escaped(writer))?;
            writer.write_char('"')
        });
    }

    fn member(&mut self, name: &str, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.outcome.is_ok() {
            let parts = [",\"", name, "\":"];
            self.outcome = parts.into_iter().try_for_each(|part| self.writer.write_str(part));
            self.outcome = self.outcome.and_then(|()| value(&mut self.writer));
        }
    }
}

impl Visit for Members<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), |text| write!(text, "{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), |text| text.write_str(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field.name(), value);
    }
}

/// Escapes what JSON does not take within a text (RFC 8259, 7), so that nobody can begin a line or a member of their own.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        if text.bytes().all(is_plain) {
            return self.0.write_str(text);
        }
        let special = |c: char| c == '"' || c == '\\' || c.is_control();
        let mut rest = text;
        while let Some(at) = rest.find(special) {
            let (plain, after) = rest.split_at(at);
            let mut after = after.chars();
            self.0.write_str(plain)?;
            match after.next() {
                Some(c @ ('"' | '\\')) => write!(self.0, "\\{c}")?,
                Some('\n') => self.0.write_str("\\n")?,
                // Control characters all lie in the basic plane.
                Some(c) => write!(self.0, "\\u{:04x}", u32::from(c))?,
                None => {}
            }
            rest = after.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_comes_out_of_the_json_as_it_went_in() {
        for text in
            ["", "plain", "\"quoted\" and \\", "two\nlines\r\n", "\u{0}\u{1b}[31m\u{7f}\u{85}", "é 漢 😀"]
        {
            let mut line = String::new();
            let mut members = Members { writer: Writer::new(&mut line), outcome: Ok(()) };
            members.text("text", |value| value.write_str(text));
            members.plain("number", 3);
            members.outcome.unwrap();
            assert!(!line.contains(char::is_control), "{line}");
            let read: serde_json::Value = serde_json::from_str(&format!("{{\"a\":1{line}}}")).unwrap();
            assert_eq!((read["text"].as_str(), read["number"].as_i64()), (Some(text), Some(3)));
        }
    }
}
