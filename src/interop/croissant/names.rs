//! Names for the records of files, each made of its path alone, so that it stays whatever else is read or added.

use std::collections::BTreeMap;

/// Endings that tell a format, the longest first.
const ENDINGS: &[&str] = &[
    "tar.gz",
    "csv.gz",
    "tsv.gz",
    "jsonl.gz",
    "ndjson.gz",
    "parquet",
    "ndjson",
    "jsonl",
    "json",
    "csv",
    "tsv",
    "tgz",
    "tar",
    "zip",
    "txt",
    "gz",
];

/// The paths of files that lie beside each other.
pub(super) struct Names<'a>(BTreeMap<&'a str, usize>);

impl<'a> Names<'a> {
    pub fn of(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = BTreeMap::new();
        for path in paths {
            *counts.entry(stem(path).0).or_default() += 1;
        }
        Self(counts)
    }

    /// The name of the records of a file: its path without the ending that tells its format. Where several files would have
    /// that name, the ending follows.
    pub fn of_records(&self, path: &str) -> String {
        let (stem, ending) = stem(path);
        match self.0.get(stem) {
            // The path itself is the file's.
            _ if ending.is_empty() => format!("{stem}-records"),
            Some(2..) => format!("{stem}-{}", ending.replace('.', "-")),
            _ => stem.to_owned(),
        }
    }
}

/// A path, and its ending where that is one that is known.
fn stem(path: &str) -> (&str, &str) {
    let parts = ENDINGS.iter().filter_map(|ending| {
        let at = path.len().checked_sub(ending.len())?;
        let (before, after) = path.split_at_checked(at)?;
        let stem = before.strip_suffix('.').filter(|stem| !stem.is_empty() && !stem.ends_with('/'))?;
        after.eq_ignore_ascii_case(ending).then_some((stem, after))
    });
    parts.into_iter().next().unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_path_without_the_ending_that_tells_the_format() {
        let paths = [
            "data.train.csv",
            "data.test.csv",
            "a/b.tar.gz",
            "x.csv",
            "X.csv",
            "x.JSONL",
            "tides",
            "tides.csv",
            ".csv",
        ];
        let names = Names::of(paths.into_iter());
        let told: Vec<String> = paths.iter().map(|path| names.of_records(path)).collect();
        assert_eq!(
            told,
            [
                "data.train",
                "data.test",
                "a/b",
                "x-csv",
                "X",
                "x-JSONL",
                "tides-records",
                "tides-csv",
                ".csv-records"
            ]
        );
    }
}
