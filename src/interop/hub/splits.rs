//! What of a version is a table to load, and in which splits, from the names of its files: by the rules that the `datasets`
//! library itself infers by, so that a card says the same as no card would, and says it where the library would go wrong:
//! where there are files beside the data, or the same data in two formats.

use std::collections::BTreeMap;

use super::yaml::{Members, Node};

/// More data files than this are left to the library, which finds them by their names too.
const MOST_FILES: usize = 200;

/// A format of tables that the library loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Parquet,
    JsonLines,
    Csv,
    Tsv,
    Arrow,
    Json,
}

impl Table {
    const ALL: [Self; 6] = [Self::Parquet, Self::JsonLines, Self::Csv, Self::Tsv, Self::Arrow, Self::Json];

    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Parquet => &["parquet", "geoparquet", "gpq"],
            Self::JsonLines => &["jsonl", "ndjson"],
            Self::Csv => &["csv"],
            Self::Tsv => &["tsv"],
            Self::Arrow => &["arrow"],
            Self::Json => &["json"],
        }
    }
}

/// Endings of compressed files that the library reads through.
const COMPRESSED: [&str; 5] = ["gz", "bz2", "xz", "zst", "lz4"];

/// Endings of data that are no tables: the library knows what to do with them.
const MEDIA: [&str; 24] = [
    "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "dcm", "nii", "wav", "mp3", "flac", "ogg",
    "opus", "m4a", "mp4", "mkv", "mov", "avi", "webm", "tar", "pdf", "zip",
];

/// Files that speak about the data.
const NOT_DATA: [&str; 8] = [
    "datapackage.json",
    "croissant.json",
    "package.json",
    "config.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dataset_dict.json",
    "metadata.json",
];

/// Names of splits, and the words in names of files and folders that mean them.
const SPLITS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];

/// The member `configs` of a card for these files, given by path and size, with the splits that the record names. None when
/// the library is better left to itself.
#[must_use]
pub(super) fn configs(files: &[(&str, u64)], declared: &[&str]) -> Option<Node> {
    let mut tables: BTreeMap<Table, Vec<(&str, u64)>> = BTreeMap::new();
    for (path, size) in files {
        let segments: Vec<&str> = path.split('/').collect();
        let name = segments.last().copied().unwrap_or_default();
        // The library passes over what is hidden, and fails at a table without a byte.
        if *size == 0 || NOT_DATA.contains(&name) || segments.iter().any(|part| part.starts_with(['.', '_']))
        {
            continue;
        }
        let ending = ending(name);
        if MEDIA.contains(&ending.as_str()) {
            return None;
        }
        let table = Table::ALL.into_iter().find(|table| table.endings().contains(&ending.as_str()));
        if let Some(table) = table {
            tables.entry(table).or_default().push((*path, *size));
        }
    }
    let mut best: Option<(bool, u64, Table, Splits<'_>)> = None;
    for (table, files) in tables {
        let bytes: u64 = files.iter().map(|(_, size)| size).sum();
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let (named, splits) = splits(&paths, declared)?;
        if best.as_ref().is_none_or(|(before, most, ..)| (named, bytes) > (*before, *most)) {
            best = Some((named, bytes, table, splits));
        }
    }
    let (_, _, table, splits) = best?;
    let paths = || splits.iter().flat_map(|(_, paths)| paths);
    // What stands there is taken for patterns: a name that would be one is better left to the library too.
    if paths().count() > MOST_FILES || !paths().all(|path| is_plain(path)) {
        return None;
    }
    let files = splits.iter().map(|(split, paths)| {
        Node::Map(vec![
            ("split", Node::Text((*split).to_owned())),
            ("path", Node::texts(paths.iter().copied())),
        ])
    });
    let mut config: Members =
        vec![("config_name", Node::Text("default".to_owned())), ("data_files", Node::List(files.collect()))];
    if table == Table::Tsv {
        config.push(("sep", Node::Text("\t".to_owned())));
    }
    Some(Node::List(vec![Node::Map(config)]))
}

/// The ending that tells the format, lower case.
fn ending(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let mut endings = lower.rsplit('.');
    let last = endings.next().unwrap_or_default();
    let told = if COMPRESSED.contains(&last) { endings.next().unwrap_or_default() } else { last };
    if lower.contains('.') { told.to_owned() } else { String::new() }
}

fn is_plain(path: &str) -> bool {
    path.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ' ' | '+' | '=' | ','))
}

/// Splits with their files, in the order in which the library shows them.
type Splits<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// The splits of these files, and whether the names tell any; all are for training when they tell none. None when a name
/// tells two.
fn splits<'a>(paths: &[&'a str], declared: &[&'a str]) -> Option<(bool, Splits<'a>)> {
    for told in [sharded as Teller<'a>, by_folder as Teller<'a>, by_name as Teller<'a>] {
        let mut found: Splits<'a> = Vec::new();
        for &path in paths {
            let mut names = told(path, declared);
            names.dedup();
            match names.as_slice() {
                [] => {}
                [split] => match found.iter_mut().find(|(name, _)| name == split) {
                    Some((_, paths)) => paths.push(path),
                    None => found.push((*split, vec![path])),
                },
                _ => return None,
            }
        }
        if !found.is_empty() {
            let place =
                |name: &str| SPLITS.iter().position(|(split, _)| *split == name).unwrap_or(SPLITS.len());
            found.sort_by_key(|(name, _)| place(name));
            return Some((true, found));
        }
    }
    Some((false, vec![("train", paths.to_vec())]))
}

/// Tells the splits that a path names.
type Teller<'a> = fn(&'a str, &[&'a str]) -> Vec<&'a str>;

/// `data/train-00000-of-00003.parquet`, whatever the split is called.
fn sharded<'a>(path: &'a str, _: &[&'a str]) -> Vec<&'a str> {
    let five = |text: &str| text.len() >= 5 && text.bytes().take(5).all(|b| b.is_ascii_digit());
    let split = path.strip_prefix("data/").and_then(|name| {
        let (before, last) = name.rsplit_once("-of-")?;
        let (split, first) = before.rsplit_once('-')?;
        (five(first) && first.len() == 5 && five(last) && is_split(split)).then_some(split)
    });
    split.into_iter().collect()
}

fn by_folder<'a>(path: &'a str, declared: &[&'a str]) -> Vec<&'a str> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').flat_map(|folder| named(folder, declared)).collect()
}

fn by_name<'a>(path: &'a str, declared: &[&'a str]) -> Vec<&'a str> {
    named(path.rsplit('/').next().unwrap_or_default(), declared)
}

/// The splits whose words stand in a name, with what separates words on either side.
fn named<'a>(name: &str, declared: &[&'a str]) -> Vec<&'a str> {
    let separates = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '_' | ' ');
    let holds = |word: &str| {
        name.match_indices(word).any(|(at, _)| {
            let before = name.get(..at).and_then(|before| before.chars().next_back());
            let after = name.get(at + word.len()..).and_then(|after| after.chars().next());
            before.is_none_or(separates) && after.is_none_or(separates)
        })
    };
    let known =
        SPLITS.iter().filter(|(_, words)| words.iter().any(|word| holds(word))).map(|(split, _)| *split);
    let own = declared.iter().copied().filter(|name| is_split(name) && holds(name));
    let own = own.filter(|name| !SPLITS.iter().any(|(_, words)| words.contains(name)));
    known.chain(own).collect()
}

/// Whether the library takes this as the name of a split: `all` stands for all of them.
fn is_split(name: &str) -> bool {
    !name.is_empty()
        && !name.eq_ignore_ascii_case("all")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::super::yaml::to_json;
    use super::*;
    use serde_json::{Value, json};

    fn found(files: &[(&str, u64)], declared: &[&str]) -> Value {
        configs(files, declared)
            .map_or(Value::Null, |node| to_json(&[("configs", node)])["configs"][0].clone())
    }

    fn splits_of(paths: &[&str], declared: &[&str]) -> Value {
        let files: Vec<(&str, u64)> = paths.iter().map(|path| (*path, 1)).collect();
        let found = found(&files, declared);
        let list = found["data_files"].as_array().cloned().unwrap_or_default();
        list.iter().map(|file| json!([file["split"], file["path"]])).collect()
    }

    #[test]
    fn splits_are_told_by_shards_then_folders_then_names() {
        for (paths, expected) in [
            (&["test.csv", "train.csv"][..], json!([["train", ["train.csv"]], ["test", ["test.csv"]]])),
            (&["a.csv", "b.csv"], json!([["train", ["a.csv", "b.csv"]]])),
            (
                &["dev/a.jsonl", "training/train.jsonl", "notes.jsonl"],
                json!([["train", ["training/train.jsonl"]], ["validation", ["dev/a.jsonl"]]]),
            ),
            (
                &["data/calib-00000-of-00002.parquet", "data/calib-00001-of-00002.parquet"],
                json!([[
                    "calib",
                    ["data/calib-00000-of-00002.parquet", "data/calib-00001-of-00002.parquet"]
                ]]),
            ),
            (
                &["weather_train_2.csv.gz", "my-test-1.csv.gz"],
                json!([["train", ["weather_train_2.csv.gz"]], ["test", ["my-test-1.csv.gz"]]]),
            ),
            // A word within a word tells nothing.
            (&["trainers.csv", "contest.csv"], json!([["train", ["trainers.csv", "contest.csv"]]])),
            // What stands for all splits is none.
            (
                &["data/all-00000-of-00001.parquet", "data/ALL-00000-of-00001.parquet"],
                json!([["train", ["data/all-00000-of-00001.parquet", "data/ALL-00000-of-00001.parquet"]]]),
            ),
            // Two splits in one name: nobody can tell.
            (&["train-test.csv", "a.csv"], json!([])),
        ] {
            assert_eq!(splits_of(paths, &[]), expected, "{paths:?}");
        }
        let own = splits_of(&["calibration.csv", "train.csv"], &["calibration", "train", "test-clean"]);
        assert_eq!(own, json!([["train", ["train.csv"]], ["calibration", ["calibration.csv"]]]));
        assert_eq!(splits_of(&["all.csv"], &["all", "All"]), json!([["train", ["all.csv"]]]));
    }

    #[test]
    fn one_format_is_named_and_what_is_beside_the_data_is_not() {
        let config = found(
            &[("data.csv", 100), ("datapackage.json", 900), (".hidden.csv", 900), ("LICENSE.txt", 9)],
            &[],
        );
        assert_eq!(config["data_files"], json!([{"split": "train", "path": ["data.csv"]}]));
        let larger = found(&[("readings.csv", 100), ("summary.parquet", 5)], &[]);
        assert_eq!(larger["data_files"][0]["path"], json!(["readings.csv"]));
        let named = found(&[("readings.csv", 100), ("train.parquet", 5)], &[]);
        assert_eq!(named["data_files"][0]["path"], json!(["train.parquet"]));
        assert_eq!(found(&[("a.tsv", 1)], &[])["sep"], "\t");
        let empty = found(&[("a.csv", 1), ("none.csv", 0)], &[]);
        assert_eq!(empty["data_files"][0]["path"], json!(["a.csv"]));
        for left in
            [&[("a.csv", 1), ("b.png", 1)][..], &[("none.csv", 0)], &[("a[1].csv", 1)], &[("a.txt", 1)], &[]]
        {
            assert_eq!(found(left, &[]), Value::Null, "{left:?}");
        }
        let names: Vec<String> = (0..=MOST_FILES).map(|index| format!("{index}.csv")).collect();
        let many: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        assert_eq!(found(&many, &[]), Value::Null);
        assert_ne!(found(&many[1..], &[]), Value::Null);
    }
}
