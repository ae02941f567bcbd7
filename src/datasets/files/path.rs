//! Paths of files in a version: safe to unpack on every file system, and looking like what they are.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::kernel::{Error, text_schema};

/// A relative path in Unicode normalisation form C, its segments separated by `/`.
///
/// A segment is no `.` or `..`, neither starts nor ends with white space, does not end with a dot, holds no
/// backslash, control or invisible character nor any of `<>:"|?*`, and is no device name of Windows. Paths
/// order by their bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct FilePath(String);

impl FilePath {
    /// The longest path, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 1024;
    /// The longest segment, in bytes of UTF-8; the limit of most file systems.
    pub const MAX_SEGMENT_BYTES: usize = 255;
    /// The most segments.
    pub const MAX_SEGMENTS: usize = 32;

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment: the name of the file.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The form in which paths are compared for clashes: paths that differ only in case, in any alphabet, have
    /// the same key. It is at least as coarse as the full case folding of Unicode, and in normal form C.
    #[must_use]
    pub fn case_key(&self) -> String {
        // Lower case first, for the capital sharp s, whose upper case is itself.
        let lower = self.0.nfd().flat_map(char::to_lowercase);
        lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
    }

    /// The case keys of the folders that the file lies in, outermost first: `A/b/c.csv` gives `a` and `a/b`. No
    /// file of the version may have one of them as its own key.
    #[must_use]
    pub fn folder_keys(&self) -> Vec<String> {
        let key = self.case_key();
        key.match_indices('/').filter_map(|(at, _)| key.get(..at)).map(str::to_owned).collect()
    }
}

impl FromStr for FilePath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match fault(text) {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(Error::invalid("", "path", fault)),
        }
    }
}

text_schema! {
    FilePath, "FilePath", r#"^[^\\<>:"|?*\u0000-\u001f\u007f-\u009f/]{1,255}(/[^\\<>:"|?*\u0000-\u001f\u007f-\u009f/]{1,255}){0,31}$"#, Self::MAX_BYTES, "data/stations.csv", "A relative path, its segments separated by `/`, safe to unpack on every file system.";
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What is wrong with a path, if anything.
fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("a path must not be empty");
    }
    if path.len() > FilePath::MAX_BYTES {
        return Some("a path has at most 1024 bytes of UTF-8");
    }
    if path.starts_with('/') {
        return Some("a path is relative: leave out the leading /");
    }
    if path.split('/').count() > FilePath::MAX_SEGMENTS {
        return Some("a path has at most 32 segments");
    }
    if path.chars().any(is_invisible) {
        return Some("a path must not hold control, invisible or direction-changing characters");
    }
    if path.contains(['\\', '<', '>', ':', '"', '|', '?', '*']) {
        return Some(r#"a path must not hold any of \ < > : " | ? *; segments are separated by /"#);
    }
    if !is_nfc(path) {
        return Some("a path must be in Unicode normalisation form C");
    }
    path.split('/').find_map(segment_fault)
}

fn segment_fault(segment: &str) -> Option<&'static str> {
    if segment.is_empty() {
        return Some("a path must not have empty segments");
    }
    if matches!(segment, "." | "..") {
        return Some("a path must not have . or .. as a segment");
    }
    if segment.len() > FilePath::MAX_SEGMENT_BYTES {
        return Some("a segment of a path has at most 255 bytes of UTF-8");
    }
    if segment.trim() != segment || segment.ends_with('.') {
        return Some("a segment must not start or end with white space, nor end with a dot");
    }
    is_device(segment).then_some("a segment must not be a device name of Windows, such as CON, NUL or COM1")
}

/// Characters that cannot be seen, or that change how those beside them are shown.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' // soft hyphen
            | '\u{34f}' // combining grapheme joiner
            | '\u{61c}' // Arabic letter mark
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{17b4}' | '\u{17b5}' // Khmer inherent vowels
            | '\u{180b}'..='\u{180f}' // Mongolian selectors and vowel separator
            | '\u{200b}'..='\u{200f}' // zero-width characters and direction marks
            | '\u{2028}'..='\u{202e}' // line separators, direction embeddings and overrides
            | '\u{2060}'..='\u{206f}' // word joiner, invisible operators, direction isolates
            | '\u{feff}' // byte order mark
            | '\u{fff0}'..='\u{fffb}' // unassigned and interlinear annotation
            | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
            | '\u{1d173}'..='\u{1d17a}' // musical format controls
            | '\u{e0000}'..='\u{e0fff}') // tags and variation selectors
}

/// Names that Windows gives to devices, with any extension and in any case ("Naming Files, Paths, and
/// Namespaces", Win32).
fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    port.is_some_and(|number| {
        let mut digits = number.chars();
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    })
}

/// Why two paths cannot be in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClashKind {
    /// They are the same, or differ only in case.
    SameName,
    /// The second would be a folder that the first lies in.
    FileIsFolder,
}

/// Two paths that cannot be in one version, since a file system could not hold both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// A path.
    pub path: FilePath,
    /// The path that it clashes with.
    pub with: FilePath,
    /// Why.
    pub kind: ClashKind,
}

/// All clashes among paths: first those of names, each path against the first of its name, then those of files
/// with folders; both in the order of the paths.
#[must_use]
pub fn clashes(paths: &[FilePath]) -> Vec<Clash> {
    let mut by_key: HashMap<String, &FilePath> = HashMap::with_capacity(paths.len());
    let mut found = Vec::new();
    for path in paths {
        let first = *by_key.entry(path.case_key()).or_insert(path);
        if !std::ptr::eq(first, path) {
            found.push(Clash { path: path.clone(), with: first.clone(), kind: ClashKind::SameName });
        }
    }
    for path in paths {
        let folders = path.folder_keys();
        let file = folders.iter().find_map(|folder| by_key.get(folder));
        found.extend(file.map(|file| Clash {
            path: path.clone(),
            with: (*file).clone(),
            kind: ClashKind::FileIsFolder,
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> FilePath {
        text.parse().unwrap()
    }

    #[test]
    fn ordinary_paths_are_taken() {
        for good in [
            "a",
            "data.csv",
            "train/part-0001.parquet",
            ".gitattributes",
            "a/..b/c..d",
            "données/été.csv",
            "数据/文件.txt",
            "α b (c) [d] {e}#%&+,;=@!~'$^`.x",
            "CONSOLE",
            "COM",
            "COM10",
            "nullable.csv",
            "🛰.tif",
            &"a".repeat(255),
            &["a"; 32].join("/"),
        ] {
            assert_eq!(path(good).as_str(), good);
        }
    }

    #[test]
    fn hostile_paths_are_refused() {
        let too_long = vec!["a".repeat(255); 5].join("/");
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "//server/share",
            ".",
            "..",
            "../x",
            "a/..",
            "a/../b",
            "./a",
            "a/./b",
            "a//b",
            "a/",
            "...",
            "a/...",
            "C:",
            "C:/x",
            "C:\\x",
            "a\\b",
            "..\\x",
            "\\\\server\\share",
            "a\0b",
            "a\nb",
            "a\rb",
            "a\tb",
            "\u{7f}",
            "a\u{85}b",
            " a",
            "a ",
            "a/ b",
            "a /b",
            "\u{a0}a",
            "a\u{3000}",
            "a.",
            "a./b",
            "a\u{202e}gpj.exe",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\u{200d}b",
            "a\u{feff}b",
            "\u{61c}a",
            "a\u{2028}b",
            "a\u{ad}b",
            "\u{3164}",
            "a\u{e0041}b",
            "a<b",
            "a>b",
            "a:b",
            "a\"b",
            "a|b",
            "a?b",
            "a*b",
            "CON",
            "con",
            "nul.txt",
            "Aux.tar.gz",
            "prn .csv",
            "x/COM1",
            "lpt9.log",
            "COM¹",
            "CONIN$",
            "file:stream",
            "e\u{301}.csv",
            "\u{212b}",
            &"a".repeat(256),
            &"é".repeat(128),
            &["a"; 33].join("/"),
            &too_long,
        ] {
            let error = bad.parse::<FilePath>().expect_err(bad);
            assert_eq!(error.field_errors()[0].code, "path", "{bad:?}");
        }
    }

    #[test]
    fn names_that_differ_only_in_case_have_one_key() {
        for (a, b) in [
            ("Data/A.csv", "data/a.CSV"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("É.csv", "é.csv"),
            ("ﬁle", "FILE"),
            ("ǅ", "ǆ"),
            ("ᾳ", "ΑΙ"),
        ] {
            assert_eq!(path(a).case_key(), path(b).case_key(), "{a} {b}");
        }
        assert_ne!(path("a/b").case_key(), path("a-b").case_key());
        assert_eq!(path("A/b/C.csv").folder_keys(), ["a", "a/b"]);
        assert_eq!((path("a/b.csv").file_name(), path("b").file_name()), ("b.csv", "b"));
    }

    #[test]
    fn clashes_are_found_whatever_lies_between() {
        let paths = ["a", "a-b", "B/c", "x/y", "b/C", "A/d/e", "X"].map(path);
        let found: Vec<_> = clashes(&paths).into_iter().map(|c| (c.path.0, c.with.0, c.kind)).collect();
        let expected = [
            ("b/C", "B/c", ClashKind::SameName),
            ("x/y", "X", ClashKind::FileIsFolder),
            ("A/d/e", "a", ClashKind::FileIsFolder),
        ];
        assert_eq!(found, expected.map(|(a, b, kind)| (a.to_owned(), b.to_owned(), kind)));
        assert!(clashes(&["a/b", "a/c", "ab", "a.b"].map(path)).is_empty());
    }

    proptest! {
        #[test]
        fn every_text_is_taken_unchanged_or_refused(text in "\\PC{0,40}|[a./ \\\\A:]{0,40}|.{0,40}") {
            if let Ok(path) = text.parse::<FilePath>() {
                prop_assert_eq!(path.as_str(), &text);
                prop_assert!(!text.starts_with('/') && !text.contains('\\'));
                prop_assert!(text.split('/').all(|segment| !segment.is_empty() && segment != "." && segment != ".."));
                prop_assert!(std::path::Path::new(&text).components().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }

        #[test]
        fn a_key_is_in_normal_form_and_blind_to_case(text in "[a-zA-Zà-žÀ-Žα-ωΑ-Ωа-яА-Я0-9]{1,20}") {
            let path: FilePath = text.nfc().collect::<String>().parse().unwrap();
            let upper: FilePath = text.to_uppercase().nfc().collect::<String>().parse().unwrap();
            prop_assert!(is_nfc(&path.case_key()));
            prop_assert_eq!(path.case_key(), upper.case_key());
        }
    }
}
