//! What others wrote is read: every real catalogue that is at hand, with a truthful account.

use std::path::{Path, PathBuf};

use cadastre::interop::import::{Hint, ImportFormat, Imported, Reading, read};

/// Files below a folder of shared data; nothing, with a word, where there is none.
fn originals() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/catalogue/originals");
    let Ok(kinds) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = kinds
        .flat_map(|kind| std::fs::read_dir(kind.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

fn read_file(path: &Path) -> Result<Reading, cadastre::kernel::Error> {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    read(
        &bytes,
        &Hint { file_name: Some(name), base: Some("https://origin.example/catalogue"), ..Hint::default() },
    )
}

fn kind(path: &Path) -> &str {
    path.parent().unwrap().file_name().unwrap().to_str().unwrap()
}

/// What is said of every dataset that was read.
fn check(imported: &Imported, whence: &str) {
    imported.record.check().unwrap_or_else(|error| panic!("{whence}: {:?}", error.field_errors()));
    for mapped in &imported.report.mapped {
        let json = serde_json::to_value(&imported.record).unwrap();
        let there = mapped.pointer.is_empty() || json.pointer(&mapped.pointer).is_some();
        assert!(there, "{whence}: {} is said to be at {}", mapped.property, mapped.pointer);
    }
    assert!(imported.report.dropped.iter().all(|one| !one.reason.is_empty()), "{whence}");
    let missing: Vec<String> =
        imported.record.missing_for_publication().into_iter().map(|one| one.pointer).collect();
    let told: Vec<String> = imported.report.missing.iter().map(|one| one.pointer.clone()).collect();
    assert_eq!(missing, told, "{whence}");
}

#[test]
fn every_original_is_read_or_refused_with_a_reason() {
    let mut counts = std::collections::BTreeMap::<String, [usize; 6]>::new();
    for path in originals() {
        let (kind, shown) = (kind(&path).to_owned(), path.display().to_string());
        let of_kind = counts.entry(kind).or_default();
        of_kind[0] += 1;
        match read_file(&path) {
            Err(error) => {
                of_kind[1] += 1;
                assert!(!error.field_errors().is_empty(), "{shown}: {error}");
                println!("{shown}: {error}");
            }
            Ok(reading) => {
                of_kind[2] += reading.faults.len();
                reading.faults.iter().for_each(|fault| println!("{shown}: {fault}"));
                for one in &reading.records {
                    match one {
                        Ok(imported) => {
                            of_kind[3] += 1;
                            of_kind[4] += imported.report.dropped.len();
                            of_kind[5] += imported.report.missing.len();
                            check(imported, &shown);
                            let titled = !imported.record.title.is_empty();
                            assert!(
                                titled,
                                "{shown}: {:?} has no title: {:?}",
                                imported.identifier, imported.report
                            );
                        }
                        Err(one) => println!("{shown}: {:?}: {}", one.identifier, one.reason),
                    }
                }
            }
        }
    }
    println!("kind: files, refused, faults, datasets, dropped, missing\n{counts:#?}");
    for (kind, [files, refused, _, datasets, ..]) in counts {
        match kind.as_str() {
            // A schema language of its own, which is none of the formats.
            "nl-amsterdam" => assert_eq!((refused, datasets), (files, 0)),
            "be-datagovbe" => assert!(datasets > 500, "{datasets}"),
            "es-ua" => assert_eq!(datasets, 225),
            "x-piveau-examples" | "x-dcat-ap-es-examples" => assert!(datasets > 0),
            "cz-lkod" | "pt-centraldedados" => assert_eq!((refused, datasets), (0, files), "{kind}"),
            "it-comuni" => assert!(datasets >= 80, "{datasets}"),
            _ => {}
        }
    }
}

#[test]
fn formats_have_names_that_stay() {
    let names: Vec<&str> = ImportFormat::ALL.iter().map(ImportFormat::as_str).collect();
    assert_eq!(
        names,
        [
            "turtle",
            "n-triples",
            "rdf-xml",
            "json-ld",
            "croissant",
            "schema-org",
            "data-package",
            "dataset-card",
            "ckan"
        ]
    );
}
