//! Metadata that others wrote beside the data: a Croissant file, a dataset card. What has a place in the record goes there, what
//! has none is reported.

use std::path::Path;

use serde_json::Value;

use super::super::error::{CliError, Result};
use super::super::local::read_text;
use super::metadata::{Metadata, Referenced, Resource};
use crate::datasets::files::Reference;
use crate::interop::import::{Hint, Imported, ImportedFile, read as import};

/// The name of a Croissant file.
pub const CROISSANT: &str = "croissant.json";
/// The name of a dataset card.
pub const CARD: &str = "README.md";

/// Whether a file is a dataset card: front matter, and not just a text to read.
pub fn is_card(file: &Path) -> bool {
    file.exists()
        && read_text(file).is_ok_and(|text| text.trim_start_matches('\u{feff}').starts_with("---\n"))
}

/// What a document states, and notes on what of it has no place.
///
/// # Errors
/// When it cannot be read, or describes another number of datasets than one.
pub fn read(file: &Path) -> Result<(Metadata, Vec<String>)> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let text = read_text(file)?;
    let wrong = |what: &str| CliError::usage(format!("{}: {what}", file.display()));
    let reading = import(text.as_bytes(), &Hint { file_name: Some(name), ..Hint::default() })
        .map_err(|error| wrong(error.detail()))?;
    let mut notes: Vec<String> = reading.faults.iter().map(|fault| format!("{name}: {fault}")).collect();
    let mut records = reading.records.into_iter();
    let imported = match (records.next(), records.next()) {
        (Some(Ok(imported)), None) => imported,
        (Some(Err(one)), None) => return Err(wrong(&one.reason)),
        _ => return Err(wrong("it describes another number of datasets than one")),
    };
    let report = imported.report.changed.iter().chain(&imported.report.dropped);
    notes.extend(report.map(|one| format!("{name}: {} {}: {}", one.property, one.value, one.reason)));
    let metadata = stated(imported, &mut notes)?;
    Ok((metadata, notes))
}

fn stated(imported: Imported, notes: &mut Vec<String>) -> Result<Metadata> {
    let record = serde_json::to_value(&imported.record);
    let record = record.map_err(|error| CliError::failure(format!("the record as JSON: {error}")))?;
    let mut metadata = Metadata {
        version: imported.version.as_deref().and_then(|version| version.parse().ok()),
        record: if let Value::Object(members) = record { members } else { Default::default() },
        package_name: imported.suggested_name.map(|name| name.to_string()),
        ..Metadata::default()
    };
    let mut local = Vec::new();
    for file in imported.files {
        match (&file.path, referenced(&file)) {
            (Some(path), _) => local.push(Resource {
                path: path.clone(),
                bytes: file.size,
                sha256: file.sha256,
                media_type: file.media_type,
            }),
            (None, Some(one)) => metadata.references.push(one),
            (None, None) => {
                let shown = file.name.or(file.download_url).unwrap_or_default();
                notes.push(format!("file {shown}: to refer to it, its address, size and SHA-256 are needed"));
            }
        }
    }
    metadata.resources = (!local.is_empty()).then_some(local);
    Ok(metadata)
}

/// A file elsewhere whose content is known.
fn referenced(file: &ImportedFile) -> Option<Referenced> {
    let url = file.download_url.clone()?;
    let last = url.split(['?', '#']).next()?.rsplit('/').next()?;
    Some(Referenced {
        path: last.parse().ok()?,
        size: Some(file.size?),
        sha256: Some(file.sha256?),
        media_type: file.media_type.clone(),
        sample: false,
        reference: Reference::DownloadUrl { url },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_croissant_file_and_a_card_state_what_they_know() {
        let dir = tempfile::tempdir().unwrap();
        let croissant = dir.path().join(CROISSANT);
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let document = serde_json::json!({
            "@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"}, "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "Wind", "version": "1.2.0",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "distribution": [
                {"@type": "cr:FileObject", "@id": "wind.csv", "contentUrl": "wind.csv", "sha256": sha256},
                {"@type": "cr:FileObject", "@id": "far", "contentUrl": "https://example.org/far.csv"},
            ],
        });
        std::fs::write(&croissant, document.to_string()).unwrap();
        let (metadata, notes) = read(&croissant).unwrap();
        assert_eq!(metadata.record["rights"]["licence"], "CC-BY-4.0");
        assert_eq!(metadata.version.as_ref().unwrap().to_string(), "1.2.0");
        assert_eq!(metadata.resources.as_ref().unwrap()[0].sha256.unwrap().to_string(), sha256);
        assert!(notes.iter().any(|note| note.contains("far")), "{notes:?}");
        let card = dir.path().join(CARD);
        std::fs::write(&card, "# Only words\n").unwrap();
        assert!(!is_card(&card));
        std::fs::write(
            &card,
            "---\nlicense: mit\npretty_name: Wind\nlanguage: fr\n---\n# Wind\n\nEvery minute.\n",
        )
        .unwrap();
        assert!(is_card(&card));
        let (metadata, _) = read(&card).unwrap();
        assert_eq!(metadata.record["title"]["en"], "Wind");
        assert_eq!(metadata.record["description"]["en"], "Every minute.");
        assert!(metadata.resources.is_none());
    }
}
