//! The log's identity: the name and the key under which the journal is signed, fixed in the database at the first start.

use std::sync::Arc;

use super::key::{make_log_key, read};
use super::store::{self, KeyRow};
use super::tlog::{Envelope, Signer, Verifier};
use crate::config::{Config, LogKey};
use crate::db::{Conn, Db};
use crate::kernel::{Error, Result, random_bytes};

/// The longest name of a log, in bytes; a later epoch adds a few.
const MAX_ORIGIN: usize = 400;

/// The key of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log(Arc<Signer>);

/// A name and a public key under which the log was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogName {
    /// The epoch, counted from 1.
    pub epoch: i64,
    /// The log's name in this epoch.
    pub origin: String,
    /// The public key, under this name.
    pub verifier: Verifier,
    /// How many entries there were when it came to be.
    pub since: i64,
}

impl Log {
    /// Takes the key that the set-up names. At the first start it makes one where a data folder is used, and fixes name and
    /// key in the database; later it holds them against what is fixed.
    ///
    /// # Errors
    /// `log_key_missing`, `log_key_unreadable`, `log_key_differs`, `log_origin_differs`, `log_origin`, each with what to
    /// do.
    pub async fn open(db: &Db, config: &Config) -> Result<Self> {
        let fixed = db.read(store::keys).await?;
        let key = match read(&config.log_key)? {
            Some(key) => key,
            None if fixed.is_empty() => make(config)?,
            None => return Err(missing(&config.log_key, true)),
        };
        let first = if fixed.is_empty() { name(config)? } else { String::new() };
        let fixed = if fixed.is_empty() { fix(db, &key, first).await? } else { fixed };
        let (Some(oldest), Some(current)) = (fixed.first(), fixed.last()) else {
            return Err(Error::internal("name of the log", "it is not there after it was stored"));
        };
        if let Some(wanted) = config.log_origin.as_ref().filter(|wanted| **wanted != oldest.origin) {
            return Err(Error::conflict(
                "log_origin_differs",
                format!(
                    "the log of this database is called `{}` for ever, not `{wanted}`; leave --log-origin out, or give the name it has",
                    oldest.origin
                ),
            ));
        }
        let log = Self(Arc::new(key));
        log.signer(current)?;
        Ok(log)
    }

    /// The log of a key that was taken elsewhere.
    pub(super) fn of(key: Signer) -> Self {
        Self(Arc::new(key))
    }

    /// The key under this name, if it is the one that holds.
    ///
    /// # Errors
    /// `log_key_differs`.
    pub(super) fn signer(&self, current: &KeyRow) -> Result<Signer> {
        let signer = self.0.with_name(&current.origin)?;
        if signer.verifier().to_string() == current.vkey {
            return Ok(signer);
        }
        Err(Error::conflict(
            "log_key_differs",
            format!(
                "the log is signed with the key {}, and this process has {}; copy the log's key to this replica, or change it for all with `cadastre admin rotate-log-key --new-key FILE`",
                short(&current.vkey),
                short(&signer.verifier().to_string())
            ),
        ))
    }

    /// Puts something into an envelope that the log's present key signs (DSSE): what else it vouches for than its tree.
    ///
    /// # Errors
    /// `log_key_differs`; or when the database fails.
    pub async fn envelope(&self, db: &Db, payload_type: &str, payload: &[u8]) -> Result<Envelope> {
        let current = db.read(current).await?;
        Ok(Envelope::sign(&self.signer(&current)?, payload_type, payload))
    }

    /// The key under this name, whether it holds or not.
    pub(super) fn named(&self, origin: &str) -> Result<Signer> {
        self.0.with_name(origin)
    }
}

/// Name and number of a public key, without the key itself.
fn short(vkey: &str) -> &str {
    vkey.rsplit_once('+').map_or(vkey, |(short, _)| short)
}

fn make(config: &Config) -> Result<Signer> {
    match &config.log_key {
        LogKey::Folder(path) => {
            let key = make_log_key(path, &name(config)?)?;
            tracing::info!(file = %path.display(), "made the key that signs the journal; keep a copy of it");
            Ok(key)
        }
        other => Err(missing(other, false)),
    }
}

fn missing(key: &LogKey, fixed: bool) -> Error {
    let detail = match (key, fixed) {
        (LogKey::Folder(path), true) => format!(
            "the log of this database has a key, and it is not at {}; copy it there, or name its file with --log-key",
            path.display()
        ),
        (_, true) => "the log of this database has a key; name its file with --log-key FILE (CADASTRE_LOG_KEY_FILE), or put the key into CADASTRE_LOG_KEY".to_owned(),
        (_, false) => "the journal needs a key that signs it, the same for all replicas: make one with `cadastre admin new-log-key FILE` and name it with --log-key FILE (CADASTRE_LOG_KEY_FILE)".to_owned(),
    };
    Error::invalid("", "log_key_missing", detail)
}

/// The name that was said, else the place of the journal's API, else one that is nobody's.
fn name(config: &Config) -> Result<String> {
    let name = match (&config.log_origin, &config.base_url) {
        (Some(name), _) => name.clone(),
        (None, Some(url)) => {
            let place = url.as_str().trim_end_matches('/');
            let place = place.split_once("://").map_or(place, |(_, place)| place);
            format!("{place}/api/v1/journal")
        }
        (None, None) => format!("cadastre.invalid/{}", hex::encode(random_bytes::<8>()?)),
    };
    let fits = !name.is_empty()
        && name.len() <= MAX_ORIGIN
        && !name.ends_with('/')
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+');
    if fits {
        Ok(name)
    } else {
        Err(Error::invalid(
            "log_origin",
            "log_origin",
            format!(
                "the log cannot be called `{name}`; give a name of visible ASCII characters without `+`, such as register.example.org/log, with --log-origin"
            ),
        ))
    }
}

/// Stores name and key, unless another replica was faster; tells what is stored.
async fn fix(db: &Db, key: &Signer, origin: String) -> Result<Vec<KeyRow>> {
    let vkey = key.with_name(&origin)?.verifier().to_string();
    db.write("name_log", move |tx| {
        let there = store::keys(tx)?;
        if !there.is_empty() {
            return Ok(there);
        }
        let row = KeyRow { number: 1, epoch: 1, origin, vkey, since: 0 };
        store::add_key(tx, &row)?;
        Ok(vec![row])
    })
    .await
}

/// The names and keys under which the log has been signed, in order; the last one holds now.
///
/// # Errors
/// When the database fails or holds what is no key.
pub(super) fn names(conn: &mut Conn) -> Result<Vec<LogName>> {
    store::keys(conn)?.into_iter().map(name_of).collect()
}

/// The name and key of a row.
///
/// # Errors
/// When it holds what is no key.
pub(super) fn name_of(row: KeyRow) -> Result<LogName> {
    let verifier = row.vkey.parse().map_err(|error| Error::internal("stored key of the log", error))?;
    Ok(LogName { epoch: row.epoch, origin: row.origin, verifier, since: row.since })
}

/// The row of the name and key that hold now.
///
/// # Errors
/// When there is none, or the database fails.
pub(super) fn current(conn: &mut Conn) -> Result<KeyRow> {
    store::keys(conn)?.pop().ok_or_else(|| {
        Error::conflict("log_unnamed", "the log of this database has no key yet; start the service once")
    })
}
