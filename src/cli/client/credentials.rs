//! The tokens that `cadastre login` stores: one per server, in a file that only its owner can read.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{CliError, Result};
use super::http::ServerUrl;
use crate::kernel::{ExposeSecret as _, Secret};

const FILE: &str = "credentials.toml";

/// What is stored, by server.
#[derive(Debug)]
pub struct Credentials {
    path: PathBuf,
    stored: Stored,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    servers: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    #[serde(serialize_with = "reveal")]
    token: Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// The one place where a token is written out: its owner's file.
fn reveal<S: serde::Serializer>(token: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}

impl Credentials {
    /// Those of this user; none when nobody ever signed in.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn load() -> Result<Self> {
        Self::from_dir(&config_dir()?)
    }

    fn from_dir(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let stored = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                // The whole message would quote the line, and with it a token.
                CliError::failure(format!("{}: {}", path.display(), error.message()))
                    .hint("remove the file and sign in again: cadastre login")
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Stored::default(),
            Err(error) => return Err(CliError::file(&path, &error)),
        };
        Ok(Self { path, stored })
    }

    /// The token for a server.
    #[must_use]
    pub fn token(&self, server: &ServerUrl) -> Option<Secret> {
        self.stored.servers.get(&server.to_string()).map(|entry| entry.token.clone())
    }

    /// The id of the stored token, with which it is revoked.
    #[must_use]
    pub fn token_id(&self, server: &ServerUrl) -> Option<&str> {
        self.stored.servers.get(&server.to_string())?.id.as_deref()
    }

    /// The servers somebody is signed in to.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.stored.servers.keys().map(String::as_str)
    }

    /// Keeps a token for a server, in the place of an earlier one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn store(&mut self, server: &ServerUrl, token: Secret, id: Option<String>) -> Result<()> {
        self.stored.servers.insert(server.to_string(), Entry { token, id });
        self.save()
    }

    /// Forgets the token for a server; whether there was one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&mut self, server: &ServerUrl) -> Result<bool> {
        let known = self.stored.servers.remove(&server.to_string()).is_some();
        if known {
            self.save()?;
        }
        Ok(known)
    }

    /// Writes beside the file and moves into place, so that a break leaves the old one.
    fn save(&self) -> Result<()> {
        let text = toml::to_string(&self.stored)
            .map_err(|error| CliError::failure(format!("credentials cannot be written: {error}")))?;
        let write = || -> std::io::Result<()> {
            if let Some(dir) = self.path.parent() {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
            }
            let new = self.path.with_extension(format!("{}.new", std::process::id()));
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)
        };
        write().map_err(|error| CliError::file(&self.path, &error))
    }
}

/// The folder of this program's settings (XDG Base Directory Specification).
///
/// # Errors
/// When there is no home directory and none is named.
pub(super) fn config_dir() -> Result<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("CADASTRE_CONFIG_DIR")
        .or_else(|| named("XDG_CONFIG_HOME").map(|dir| dir.join("cadastre")))
        .or_else(|| named("HOME").map(|home| home.join(".config/cadastre")))
        .ok_or_else(|| {
            CliError::usage("there is no home directory to keep credentials in")
                .hint("set CADASTRE_CONFIG_DIR")
        })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn tokens_are_kept_by_server_in_a_file_for_the_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("cadastre");
        let server = |text: &str| text.parse::<ServerUrl>().unwrap();
        let mut credentials = Credentials::from_dir(&dir).unwrap();
        credentials.store(&server("https://a.example.org/"), "cad_a".into(), Some("tk_a".into())).unwrap();
        credentials.store(&server("https://b.example.org"), "cad_b".into(), None).unwrap();

        let mut again = Credentials::from_dir(&dir).unwrap();
        let token = again.token(&server("https://a.example.org")).unwrap();
        assert_eq!(token.expose_secret(), "cad_a");
        assert_eq!(again.token_id(&server("https://a.example.org")), Some("tk_a"));
        assert!(!format!("{again:?}").contains("cad_a"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir.join(FILE)), mode(&dir)), (0o600, 0o700));

        assert!(again.forget(&server("https://a.example.org")).unwrap());
        assert!(!again.forget(&server("https://a.example.org")).unwrap());
        assert_eq!(
            Credentials::from_dir(&dir).unwrap().servers().collect::<Vec<_>>(),
            ["https://b.example.org"]
        );
    }

    #[test]
    fn a_broken_file_is_reported_without_its_content() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "[servers.x]\ntoken = cad_secret").unwrap();
        let error = Credentials::from_dir(dir.path()).unwrap_err();
        assert!(!error.to_string().contains("cad_secret"), "{error}");
    }
}
