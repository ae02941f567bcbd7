//! Whom to believe: the trust policy that is named or was pinned at first use, and the last checkpoint that was seen.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::super::credentials::config_dir;
use super::super::error::{CliError, Result};
use super::super::http::{Client, limited};
use super::super::output::Output;
use super::mismatch;
use crate::journal::tlog::{Checkpoint, Note, TrustPolicy};
use crate::kernel::Digest;

/// The largest policy or checkpoint that is read, in bytes.
const MAX_FILE: usize = 1024 * 1024;

/// A trust policy, and where the last checkpoint of each log is remembered.
#[derive(Debug)]
pub struct Trusted {
    /// The policy.
    pub policy: TrustPolicy,
    folder: PathBuf,
}

impl Trusted {
    /// The policy in a file; without one, that which was pinned when this server was first asked.
    ///
    /// # Errors
    /// When it cannot be read, fetched or kept.
    pub async fn of(client: &Client, file: Option<&Path>, out: &Output) -> Result<Self> {
        let folder = config_dir()?.join("logs");
        if let Some(file) = file {
            return Ok(Self { policy: read_policy(file)?, folder });
        }
        let server = client.server().to_string();
        let pinned = folder.join(format!("{}.policy", Digest::of(&server).revision()));
        if pinned.is_file() {
            return Ok(Self { policy: read_policy(&pinned)?, folder });
        }
        let response = client.get(&["journal", "trust-policy"]).send().await?;
        let bytes = limited(response, MAX_FILE).await.map_err(CliError::failure)?;
        let text = String::from_utf8_lossy(&bytes);
        let policy = TrustPolicy::parse(&text).map_err(mismatch)?;
        replace(&pinned, &format!("# {server}, pinned at first use\n{policy}"))?;
        out.warn(&format!("from now on the log of {server} is known by the keys in {}", pinned.display()));
        for log in policy.logs() {
            out.note(&format!("{}: compare this key with what the operator says elsewhere", log.verifier));
        }
        Ok(Self { policy, folder })
    }

    /// The last checkpoint of a log that was seen here.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn seen(&self, origin: &str) -> Result<Option<Checkpoint>> {
        let path = self.place(origin);
        if path.is_file() { read_checkpoint(&path).map(Some) } else { Ok(None) }
    }

    /// Remembers a checkpoint that was checked.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn see(&self, origin: &str, note: &Note) -> Result<()> {
        replace(&self.place(origin), &note.to_string())
    }

    fn place(&self, origin: &str) -> PathBuf {
        self.folder.join(format!("{}.checkpoint", Digest::of(origin).revision()))
    }
}

/// The policy in a file.
///
/// # Errors
/// `Usage` when it is not there or none.
pub fn read_policy(path: &Path) -> Result<TrustPolicy> {
    let text = read(path)?;
    TrustPolicy::parse(&text)
        .map_err(|error| CliError::usage(format!("{}: {}", path.display(), error.detail())))
}

/// The checkpoint in a file that this program wrote.
///
/// # Errors
/// `Usage` when it is not there or none.
pub fn read_checkpoint(path: &Path) -> Result<Checkpoint> {
    let note = Note::parse(&read(path)?);
    note.and_then(|note| Checkpoint::parse(note.text()))
        .map_err(|error| CliError::usage(format!("{}: {}", path.display(), error.detail())))
}

/// A text file that must be there.
///
/// # Errors
/// `Usage` when it cannot be read or is larger than a mebibyte.
pub fn read(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path).map(|found| found.len());
    if size.is_ok_and(|size| size > MAX_FILE as u64) {
        return Err(CliError::usage(format!("{} has more than {MAX_FILE} bytes", path.display())));
    }
    std::fs::read_to_string(path).map_err(|error| CliError::usage(format!("{}: {error}", path.display())))
}

/// Puts a text into a file, which after a break is the old one or the new one.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let new = path.with_file_name(name);
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    };
    write().map_err(|error| CliError::file(path, &error))
}
