//! What a command says: data on standard output, everything else on standard error.
//!
//! On a terminal data are a table, in a pipe tab-separated values, with `--json` one document.

use std::io::{IsTerminal as _, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::error::{CliError, Result};

/// A column of a list, or a line of a single thing.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Where its value is in the item: a JSON pointer (RFC 6901).
    pub pointer: &'static str,
    /// Whether objects are shown with their names, and never taken for a text in several languages.
    pub pairs: bool,
}

/// Shorthand for a list of columns.
#[must_use]
pub const fn column(title: &'static str, pointer: &'static str) -> Column {
    Column { title, pointer, pairs: false }
}

/// As [`column`], for objects whose names count as much as their values.
#[must_use]
pub const fn pairs(title: &'static str, pointer: &'static str) -> Column {
    Column { title, pointer, pairs: true }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Tsv,
    Json,
}

/// Where a command writes to.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    format: Format,
    quiet: bool,
}

impl Output {
    /// The output for these wishes and this terminal.
    #[must_use]
    pub fn new(json: bool, quiet: bool) -> Self {
        let format = match (json, std::io::stdout().is_terminal()) {
            (true, _) => Format::Json,
            (false, true) => Format::Table,
            (false, false) => Format::Tsv,
        };
        Self { format, quiet }
    }

    /// Whether progress may be drawn.
    #[must_use]
    pub fn draws_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Whether a person reads along, to whom a second table is a help and not a riddle.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        self.format == Format::Table && !self.quiet
    }

    /// Whether rows are written, for people or for programs that cut out columns; else one document.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.format != Format::Json
    }

    /// Writes a JSON document as it is, whatever the format.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn document(&self, document: &Value) -> Result<()> {
        write_out(&pretty(document))
    }

    /// Writes a text of the server as it is, whatever the format.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn text(&self, text: &str) -> Result<()> {
        write_out(text)
    }

    /// Writes a list; the first column is the id, which stands alone with `--quiet`.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn list(&self, columns: &[Column], items: &[Value]) -> Result<()> {
        write_out(&self.render_list(columns, items))
    }

    /// Writes a list; with `--json` this document in place of the items.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn list_or(&self, columns: &[Column], items: &[Value], document: &str) -> Result<()> {
        match self.format {
            Format::Json => write_out(&line(document.to_owned())),
            Format::Table | Format::Tsv => self.list(columns, items),
        }
    }

    /// Writes a single thing, a line for each column.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn one(&self, columns: &[Column], item: &Value) -> Result<()> {
        write_out(&self.render_one(columns, item))
    }

    /// Writes a JSON document as it is, for other programs.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn raw(&self, document: &Value) -> Result<()> {
        write_out(&pretty(document))
    }

    /// Writes a line of a list that has no end: with `--json` the item, else the text.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn line(&self, text: &str, item: &Value) -> Result<()> {
        match self.format {
            Format::Json => write_out(&line(item.to_string())),
            Format::Table | Format::Tsv => write_out(&line(clean(text))),
        }
    }

    /// Says something in passing, on standard error.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            complain(&clean(text));
        }
    }

    /// Says more than [`Output::note`]: what the user must know even with `--quiet`.
    pub fn warn(&self, text: &str) {
        complain(&format!("warning: {}", clean(text)));
    }

    /// Says why the command failed, on standard error.
    pub fn error(&self, error: &CliError) {
        match self.format {
            Format::Json => complain(&error.to_json().to_string()),
            Format::Table | Format::Tsv => {
                let text = error.to_string();
                complain(&text.lines().map(clean).collect::<Vec<_>>().join("\n"));
            }
        }
    }

    fn render_list(&self, columns: &[Column], items: &[Value]) -> String {
        let rows = || items.iter().map(|item| columns.iter().map(|column| cell(item, column)).collect());
        match self.format {
            Format::Json => pretty(&Value::Array(items.to_vec())),
            _ if self.quiet => {
                rows().filter_map(|row: Vec<String>| row.into_iter().next()).map(line).collect()
            }
            Format::Tsv => {
                let header =
                    columns.iter().map(|column| column.title.to_lowercase().replace(' ', "_")).collect();
                std::iter::once(header).chain(rows()).map(|row: Vec<String>| line(row.join("\t"))).collect()
            }
            Format::Table => {
                let mut table = table();
                table.set_header(columns.iter().map(|column| column.title));
                table.add_rows(rows());
                line(table.to_string())
            }
        }
    }

    fn render_one(&self, columns: &[Column], item: &Value) -> String {
        let rows = || {
            columns
                .iter()
                .map(|column| (column.title, cell(item, column)))
                .filter(|(_, text)| !text.is_empty())
        };
        match self.format {
            Format::Json => pretty(item),
            _ if self.quiet => rows().take(1).map(|(_, text)| line(text)).collect(),
            Format::Tsv => rows()
                .map(|(title, text)| line(format!("{}\t{text}", title.to_lowercase().replace(' ', "_"))))
                .collect(),
            Format::Table => {
                let mut table = table();
                table.add_rows(rows().map(|(title, text)| vec![title.to_owned(), text]));
                line(table.to_string())
            }
        }
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

fn line(mut text: String) -> String {
    text.push('\n');
    text
}

fn pretty(value: &Value) -> String {
    line(format!("{value:#}"))
}

/// The text of a cell.
fn cell(item: &Value, column: &Column) -> String {
    match item.pointer(column.pointer) {
        Some(Value::Object(object)) if column.pairs => named(object),
        Some(Value::Array(objects)) if column.pairs => {
            objects.iter().filter_map(Value::as_object).map(named).collect::<Vec<_>>().join(", ")
        }
        Some(value) => text(value),
        None => String::new(),
    }
}

/// A value as one line for people: a text in several languages in the one preferred, a list with commas.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(object) => match serde_json::from_value::<crate::kernel::LangText>(value.clone()) {
            Ok(languages) => clean(languages.best(&[])),
            Err(_) => named(object),
        },
    }
}

fn named(object: &serde_json::Map<String, Value>) -> String {
    let pairs = object.iter().map(|(name, value)| format!("{}={}", clean(name), text(value)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Without control characters: what others wrote must not steer this terminal or break a line in two.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn write_out(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(CliError::failure(format!("standard output cannot be written: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Nothing can be done when not even standard error can be written.
fn complain(text: &str) {
    writeln!(std::io::stderr().lock(), "{text}").ok();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: [Column; 3] =
        [column("DATASET", "/dataset"), column("TITLE", "/title"), column("IN USE", "/uses")];

    fn items() -> Vec<Value> {
        vec![
            json!({"dataset": "harbour/wind", "title": {"en": "Wind", "fr": "Vent"}, "uses": ["a", "b"], "more": 1}),
            json!({"dataset": "harbour/x", "title": {"de": "tab\there\u{1b}[31m"}}),
        ]
    }

    fn output(format: Format, quiet: bool) -> Output {
        Output { format, quiet }
    }

    #[test]
    fn a_pipe_gets_tab_separated_values_without_control_characters() {
        let text = output(Format::Tsv, false).render_list(&COLUMNS, &items());
        assert_eq!(text, "dataset\ttitle\tin_use\nharbour/wind\tWind\ta, b\nharbour/x\ttab here [31m\t\n");
    }

    #[test]
    fn json_is_one_document_with_everything_the_server_said() {
        let text = output(Format::Json, true).render_list(&COLUMNS, &items());
        assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap(), items());
        assert_eq!(output(Format::Json, false).render_list(&COLUMNS, &[]), "[]\n");
    }

    #[test]
    fn names_that_could_be_languages_are_shown_where_they_count() {
        let item = json!({"roles": [{"org": "a", "role": "owner"}], "title": {"org": "Wind"}});
        let text = output(Format::Tsv, false)
            .render_one(&[pairs("ROLES", "/roles"), column("TITLE", "/title")], &item);
        assert_eq!(text, "roles\torg=a role=owner\ntitle\tWind\n");
    }

    #[test]
    fn quiet_lists_have_ids_alone() {
        assert_eq!(output(Format::Table, true).render_list(&COLUMNS, &items()), "harbour/wind\nharbour/x\n");
    }

    #[test]
    fn a_terminal_gets_a_table() {
        let text = output(Format::Table, false).render_list(&COLUMNS, &items());
        assert!(text.contains("DATASET") && text.contains("Wind"), "{text}");
        let text = output(Format::Table, false).render_one(&COLUMNS, &items()[1]);
        assert!(!text.contains("IN USE"), "what is not there is left out: {text}");
    }
}
