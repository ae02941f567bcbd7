//! The list that `sha256sum --check` takes (GNU coreutils, "sha2 utilities"): a digest, two spaces, a path.

use super::addresses::Addresses;
use super::by_file::{ByFile, Next};
use super::entry::Entry;
use crate::datasets::files::File;
use crate::kernel::{Error, Result};

/// The list of a version. Data services stand not in it, since what they give has no digest.
pub(super) struct Checksums;

impl Checksums {
    /// # Errors
    /// 404 when nothing is published.
    pub(super) fn of(entry: &Entry, _: &Addresses) -> Result<Self> {
        entry.described.version.as_ref().map(|_| Self).ok_or_else(|| Error::not_found("version"))
    }
}

impl ByFile for Checksums {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()> {
        if let Some(digest) = file.sha256 {
            out.extend(line(&digest.to_string(), file.path.as_str()).into_bytes());
        }
        Ok(())
    }

    fn turn(&mut self, _: &mut Vec<u8>) -> Result<Next> {
        Ok(Next::Done)
    }
}

/// A backslash before the line says that backslashes and line breaks in the path are escaped. Paths of versions have none,
/// and a reader that meets one all the same is not led astray.
fn line(digest: &str, path: &str) -> String {
    if !path.contains(['\\', '\n', '\r']) {
        return format!("{digest}  {path}\n");
    }
    let path = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    format!("\\{digest}  {path}\n")
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_are_those_of_coreutils() {
        assert_eq!(line("e3b0", "a b/é.csv"), "e3b0  a b/é.csv\n");
        assert_eq!(line("e3b0", "a\\b\nc"), "\\e3b0  a\\\\b\\nc\n");
    }
}
