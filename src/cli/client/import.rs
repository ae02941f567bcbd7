//! `cadastre import`: what others wrote of a dataset becomes a draft of one here, with an account of every statement.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::error::{CliError, Result};
use super::local::read_limited;
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use crate::interop::import::{Hint, ImportFormat, MOST_BYTES};
use crate::kernel::Slug;

/// Registers a dataset by what others wrote of it.
#[derive(Debug, Args)]
pub struct Import {
    /// The document; - reads standard input
    file: PathBuf,
    /// Its format, where neither its name nor its content tells: turtle, rdf-xml, json-ld, n-triples, croissant, schema-org,
    /// data-package, dataset-card or ckan
    #[arg(long)]
    format: Option<ImportFormat>,
    /// The organisation that provides the dataset
    #[arg(long, required_unless_present = "dry_run")]
    organisation: Option<Slug>,
    /// The data space to list it in
    #[arg(long, required_unless_present = "dry_run")]
    space: Option<Slug>,
    /// Its name within the organisation; made of the title when not given
    #[arg(long)]
    name: Option<Slug>,
    /// Which dataset of the document: what its origin knows it by
    #[arg(long, value_name = "IRI")]
    identifier: Option<String>,
    /// The address that the document was got from; it is not fetched
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Only tell what would come of it
    #[arg(long)]
    dry_run: bool,
}

const STATEMENTS: [Column; 4] = [
    column("STATEMENT", "/property"),
    column("OUTCOME", "/outcome"),
    column("PLACE OR VALUE", "/value"),
    column("REASON", "/reason"),
];

const DATASETS: [Column; 7] = [
    column("IDENTIFIER", "/identifier"),
    column("TITLE", "/record/title"),
    column("NAME", "/suggested_name"),
    column("MAPPED", "/mapped"),
    column("CHANGED", "/changed"),
    column("DROPPED", "/dropped"),
    column("MISSING", "/missing"),
];

/// Runs `cadastre import`.
///
/// # Errors
/// When the document cannot be read, holds several datasets and none is named, or the server refuses it.
pub async fn import(options: &GlobalOptions, args: Import) -> Result<()> {
    let text = read(&args.file)?;
    let file_name = args.file.file_name().and_then(|name| name.to_str());
    let format = match args.format {
        Some(format) => format,
        None => ImportFormat::detect(&text, &Hint { file_name, ..Hint::default() })?,
    };
    let (client, out) = options.connect()?;
    let slug = |slug: Option<Slug>| slug.map(|slug| slug.to_string());
    let answer: Value = client
        .call(Method::POST, &["imports"])
        .query("format", Some(format.to_string()))
        .query("organisation", slug(args.organisation))
        .query("space", slug(args.space))
        .query("name", slug(args.name))
        .query("identifier", args.identifier)
        .query("base", args.base)
        .query("dry_run", args.dry_run.then(|| "true".to_owned()))
        .text("application/octet-stream", text)
        .read()
        .await?;
    show(out, &answer)
}

fn read(file: &Path) -> Result<String> {
    let most = MOST_BYTES as u64;
    if file != Path::new("-") {
        return read_limited(file, most);
    }
    let mut text = String::new();
    let stdin = std::io::stdin().lock();
    stdin.take(most + 1).read_to_string(&mut text).map_err(|error| CliError::file(file, &error))?;
    if text.len() as u64 > most {
        return Err(CliError::usage(format!("standard input has more than {most} bytes")));
    }
    Ok(text)
}

/// The account of one dataset statement by statement; of several, how many of each.
fn show(out: Output, answer: &Value) -> Result<()> {
    let items = |name: &str| answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    for fault in items("faults") {
        out.warn(fault.as_str().unwrap_or_default());
    }
    for one in items("unreadable") {
        let of = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
        out.warn(&format!("{}: {}", of("identifier"), of("reason")));
    }
    if let Some(next) = answer.get("next").and_then(Value::as_str) {
        out.note(&format!("the catalogue goes on at {next}"));
    }
    if !out.is_table() {
        return out.document(answer);
    }
    let found = items("items");
    match found.as_slice() {
        [one] => out.list(&STATEMENTS, &statements(one))?,
        many => out.list(&DATASETS, &many.iter().map(counts).collect::<Vec<_>>())?,
    }
    if let Some(dataset) = answer.get("dataset") {
        let part = |name: &str| dataset.get(name).and_then(Value::as_str).unwrap_or_default();
        out.note(&format!("registered {}/{} as a draft", part("organisation"), part("name")));
    }
    Ok(())
}

/// Every statement with its outcome, what is missing first, since that is what there is to do.
fn statements(imported: &Value) -> Vec<Value> {
    let list = |name: &str| {
        let found = imported.get("report").and_then(|report| report.get(name)).and_then(Value::as_array);
        found.cloned().unwrap_or_default()
    };
    let mut all = Vec::new();
    for (outcome, value) in
        [("missing", "pointer"), ("dropped", "value"), ("changed", "value"), ("mapped", "pointer")]
    {
        all.extend(list(outcome).into_iter().map(|one| {
            let reason = one.get("reason").or_else(|| one.get("detail"));
            json!({"property": one.get("property"), "outcome": outcome, "value": one.get(value), "reason": reason})
        }));
    }
    all
}

fn counts(imported: &Value) -> Value {
    let mut counted = imported.clone();
    if let Some(members) = counted.as_object_mut() {
        for name in ["mapped", "changed", "dropped", "missing"] {
            let list = imported.get("report").and_then(|report| report.get(name)).and_then(Value::as_array);
            members.insert(name.to_owned(), json!(list.map_or(0, Vec::len)));
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_first_and_every_statement_has_an_outcome() {
        let imported = json!({"report": {
            "mapped": [{"property": "dct:title", "pointer": "/title"}],
            "dropped": [{"property": "odd", "value": "x", "reason": "no place"}],
            "changed": [], "missing": [{"pointer": "/contact", "detail": "name the desk"}],
        }});
        let outcomes: Vec<Value> =
            statements(&imported).into_iter().map(|one| one["outcome"].clone()).collect();
        assert_eq!(outcomes, ["missing", "dropped", "mapped"]);
        assert_eq!(
            (counts(&imported)["dropped"].clone(), counts(&imported)["changed"].clone()),
            (json!(1), json!(0))
        );
    }
}
