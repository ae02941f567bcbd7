//! Patterns of paths, read as `.gitignore` reads them: without a slash they match a name in any folder.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::error::{CliError, Result};

/// Patterns of which one has to match.
#[derive(Debug, Clone)]
pub struct Globs(GlobSet);

impl Globs {
    /// The set of these patterns; `*` and `?` stay within a folder, `**` goes through folders.
    ///
    /// # Errors
    /// When one of them is no pattern.
    pub fn new(patterns: &[String]) -> Result<Self> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(glob(pattern)?);
        }
        let set =
            set.build().map_err(|error| CliError::usage(format!("the patterns are too large: {error}")))?;
        Ok(Self(set))
    }

    /// Whether one of the patterns matches the path.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

fn glob(pattern: &str) -> Result<Glob> {
    let anchored = pattern.strip_prefix('/');
    let written = match anchored {
        Some(rest) => rest.to_owned(),
        None if pattern.contains('/') => pattern.to_owned(),
        None => format!("**/{pattern}"),
    };
    GlobBuilder::new(&written)
        .literal_separator(true)
        .build()
        .map_err(|error| CliError::usage(format!("`{pattern}` is no pattern: {}", error.kind())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_gitignore() {
        for (pattern, path, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "deep/er/a.csv", true),
            ("/*.csv", "a.csv", true),
            ("/*.csv", "deep/a.csv", false),
            ("data/*", "data/a.csv", true),
            ("data/*", "data/deep/a.csv", false),
            ("data/**", "data/deep/a.csv", true),
            ("{a,b}.txt", "x/b.txt", true),
            ("part-[0-9].bin", "part-7.bin", true),
            ("a.csv", "ba.csv", false),
        ] {
            assert_eq!(
                Globs::new(&[pattern.to_owned()]).unwrap().matches(path),
                expected,
                "{pattern} {path}"
            );
        }
        assert!(!Globs::new(&[]).unwrap().matches("a"));
        assert!(Globs::new(&["[".to_owned()]).unwrap_err().what().contains('['));
    }
}
