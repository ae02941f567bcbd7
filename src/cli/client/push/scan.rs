//! Which files of the folder become files of the version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::error::{CliError, Result};
use super::super::globs::Globs;
use super::super::local::{Folder, LocalFile};
use super::super::output::Output;
use super::metadata::{Metadata, Resource};
use super::{metadata, others};
use crate::datasets::files::{FilePath, MediaType, clashes};

/// Files at the top of the folder that steer a push or come of a pull, and are no data.
const OWN: [&str; 2] = [metadata::FILE, "cadastre.lock"];

/// A file of the folder on its way into the version.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its path in the version.
    pub path: FilePath,
    /// Where it is.
    pub file: LocalFile,
    /// Its media type, where one is stated.
    pub media_type: Option<MediaType>,
    /// Whether it is a sample.
    pub sample: bool,
    /// What a data package declares of it.
    pub declared: Resource,
}

/// The files of the folder that belong to the version. A data package names them; without one, or where
/// patterns are given, they are all that match.
///
/// # Errors
/// When a named file is missing (unless that is accepted), or paths cannot be in one version.
pub fn scan(folder: &Path, metadata: &Metadata, skip_missing: bool, out: Output) -> Result<Vec<Entry>> {
    let selection = &metadata.files;
    let named = metadata.resources.as_ref().filter(|_| selection.include.is_empty());
    let walked = Folder::walk(folder, selection.hidden || named.is_some())?;
    for skipped in &walked.skipped {
        out.note(&format!("left out: {skipped}"));
    }
    if walked.hidden > 0 {
        out.note(&format!("left out: {} hidden files and folders; --hidden takes them in", walked.hidden));
    }
    let files: BTreeMap<String, PathBuf> = walked.files.into_iter().collect();
    let mut wanted: Vec<String> = match named {
        Some(resources) => named_files(resources, &files, skip_missing, out)?,
        None => {
            let include = Globs::new(&selection.include)?;
            files
                .keys()
                .filter(|path| selection.include.is_empty() || include.matches(path))
                .cloned()
                .collect()
        }
    };
    let (exclude, sample) = (Globs::new(&selection.exclude)?, Globs::new(&selection.sample)?);
    wanted.retain(|path| !exclude.matches(path) && !OWN.contains(&path.as_str()));
    let declared: BTreeMap<&str, &Resource> =
        metadata.resources.iter().flatten().map(|resource| (resource.path.as_str(), resource)).collect();
    let entries = wanted
        .into_iter()
        .filter_map(|path| files.get(&path).map(|file| (path, file)))
        .map(|(path, file)| {
            let declared = declared.get(path.as_str()).copied().cloned().unwrap_or_default();
            Ok(Entry {
                sample: sample.matches(&path),
                path: path.parse().map_err(|error| unfit(&path, &error))?,
                file: LocalFile::at(file.clone())?,
                media_type: declared.media_type.clone(),
                declared,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    check_paths(&entries, metadata)?;
    Ok(entries)
}

/// The files that a data package names, and its descriptor.
fn named_files(
    resources: &[Resource],
    files: &BTreeMap<String, PathBuf>,
    skip_missing: bool,
    out: Output,
) -> Result<Vec<String>> {
    let (there, missing): (Vec<_>, Vec<_>) =
        resources.iter().map(|resource| resource.path.clone()).partition(|path| files.contains_key(path));
    if !missing.is_empty() && !skip_missing {
        let error =
            CliError::usage(format!("{} files that {} names are missing", missing.len(), others::PACKAGE));
        return Err(error.details(missing.into_iter().take(20)).hint(
            "paths count from the folder that is pushed: if the files lie deeper, push that folder with --metadata FILE; --skip-missing goes on without them",
        ));
    }
    for path in missing {
        out.note(&format!("left out: {path}: missing"));
    }
    let descriptor = files.keys().filter(|path| *path == others::PACKAGE).cloned();
    let mut wanted: Vec<_> = there.into_iter().chain(descriptor).collect();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(wanted)
}

fn unfit(path: &str, error: &crate::kernel::Error) -> CliError {
    CliError::usage(format!("{path}: {}", error.detail()))
        .hint("rename the file, or leave it out with --exclude")
}

fn check_paths(entries: &[Entry], metadata: &Metadata) -> Result<()> {
    let referenced = metadata.references.iter().map(|file| file.path.clone());
    let paths: Vec<FilePath> = entries.iter().map(|entry| entry.path.clone()).chain(referenced).collect();
    let clashes = clashes(&paths);
    if clashes.is_empty() {
        return Ok(());
    }
    let error =
        CliError::usage("some paths cannot be in one version, since not every file system holds both");
    Err(error.details(clashes.iter().take(20).map(|clash| format!("{} and {}", clash.path, clash.with))))
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Selection;
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        dir
    }

    fn paths(dir: &Path, metadata: &Metadata, skip_missing: bool) -> Result<Vec<String>> {
        let found = scan(dir, metadata, skip_missing, Output::new(false, true))?;
        Ok(found
            .into_iter()
            .map(|entry| format!("{}{}", entry.path, if entry.sample { "*" } else { "" }))
            .collect())
    }

    #[test]
    fn patterns_select_and_own_and_hidden_files_stay_out() {
        let dir = folder(&[
            "a.csv",
            "b.tmp",
            "sub/c.csv",
            ".git/x",
            "cadastre.toml",
            "cadastre.lock",
            "sub/cadastre.toml",
        ]);
        let select = |include: &[&str], exclude: &[&str], hidden| {
            let own = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect();
            let files =
                Selection { include: own(include), exclude: own(exclude), sample: own(&["/a.*"]), hidden };
            paths(dir.path(), &Metadata { files, ..Metadata::default() }, false).unwrap()
        };
        assert_eq!(select(&[], &["*.tmp"], false), ["a.csv*", "sub/c.csv", "sub/cadastre.toml"]);
        assert_eq!(select(&["*.csv"], &["sub/**"], false), ["a.csv*"]);
        assert_eq!(select(&["*", "**/*"], &["*.tmp", "*.toml"], true), [".git/x", "a.csv*", "sub/c.csv"]);
    }

    #[test]
    fn a_data_package_names_its_files() {
        let dir = folder(&["a.csv", "other.csv", "datapackage.json"]);
        let resource = |path: &str| Resource { path: path.to_owned(), ..Resource::default() };
        let metadata = Metadata {
            resources: Some(vec![resource("a.csv"), resource("gone.csv")]),
            ..Metadata::default()
        };
        assert_eq!(paths(dir.path(), &metadata, true).unwrap(), ["a.csv", "datapackage.json"]);
        let error = paths(dir.path(), &metadata, false).unwrap_err();
        assert!(error.to_string().contains("\n  gone.csv\n"), "{error}");
        let metadata = Metadata { resources: Some(vec![resource("../etc/passwd")]), ..Metadata::default() };
        assert!(paths(dir.path(), &metadata, false).is_err(), "a path that leads out is never there");
    }

    #[test]
    fn paths_that_cannot_be_in_one_version_are_named() {
        let dir = folder(&["a:b.csv"]);
        let error = paths(dir.path(), &Metadata::default(), false).unwrap_err();
        assert!(error.what().starts_with("a:b.csv: "), "{error}");
        let dir = folder(&["Data.csv", "data.csv"]);
        let error = paths(dir.path(), &Metadata::default(), false).unwrap_err();
        assert!(error.to_string().contains("data.csv and Data.csv"), "{error}");
    }
}
