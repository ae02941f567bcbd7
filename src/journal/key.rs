//! The log's secret key: read from where the operator put it, or made at the first start.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::tlog::Signer;
use crate::config::LogKey;
use crate::kernel::{Error, ExposeSecret as _, Result};

/// The key that the set-up names; none when it names none, or the file in the data folder is not there.
///
/// # Errors
/// `log_key_unreadable` when a file that was named cannot be read, or what is there is no key. Neither tells the key.
pub(super) fn read(key: &LogKey) -> Result<Option<Signer>> {
    match key {
        LogKey::Missing => Ok(None),
        LogKey::Text(text) => {
            Signer::parse(text.expose_secret()).map(Some).map_err(|error| no_key("CADASTRE_LOG_KEY", &error))
        }
        LogKey::File(path) => of_file(path)?.map(Some).ok_or_else(|| {
            unreadable(format!("there is no file {}; name the file that holds the log's key", path.display()))
        }),
        LogKey::Folder(path) => of_file(path),
    }
}

fn of_file(path: &Path) -> Result<Option<Signer>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(format!("{} cannot be read: {error}", path.display()))),
    };
    let shared = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if shared {
        tracing::warn!(file = %path.display(), "others on this machine may read the log's key; run chmod 600 on it");
    }
    Signer::parse(&text).map(Some).map_err(|error| no_key(&path.display().to_string(), &error))
}

/// Makes a key and writes it to a new file that its owner alone may read.
///
/// # Errors
/// `log_key_unreadable` when the file is there already or cannot be written.
pub fn make_log_key(path: &Path, name: &str) -> Result<Signer> {
    let signer = Signer::generate(name)?;
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", signer.encode().expose_secret())?;
        file.sync_all()?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => fs::File::open(folder)?.sync_all(),
            None => fs::File::open(".")?.sync_all(),
        }
    };
    write()
        .map_err(|error| unreadable(format!("the key file {} cannot be made: {error}", path.display())))?;
    Ok(signer)
}

fn no_key(place: &str, error: &Error) -> Error {
    unreadable(format!("{place} holds no key of a log: {}", error.detail()))
}

fn unreadable(detail: String) -> Error {
    Error::invalid("", "log_key_unreadable", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.key");
        assert!(read(&LogKey::Folder(path.clone())).unwrap().is_none());
        let made = make_log_key(&path, "log.example").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = read(&LogKey::Folder(path.clone())).unwrap().unwrap();
        assert_eq!(again.verifier(), made.verifier());
        assert!(make_log_key(&path, "log.example").is_err(), "a key is never overwritten");

        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("log.example", "other.example")).unwrap();
        let error = read(&LogKey::File(path.clone())).unwrap_err();
        let seed = text.trim().rsplit('+').next().unwrap();
        assert!(!format!("{error} {error:?}").contains(seed));
        assert!(read(&LogKey::File(folder.path().join("none"))).is_err());
    }
}
