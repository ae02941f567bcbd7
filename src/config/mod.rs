//! How the service is set up: flags, `CADASTRE_*` environment variables and a TOML file, in this order of weight.
//!
//! Addresses stay text here; `db` and `storage` read them. Secrets never show in debug output.

mod operator;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use url::Url;

pub use operator::Operator;

use crate::kernel::{Error, ExposeSecret as _, Result, Secret};

/// Everything that can be set, as it was given: nothing is required.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// TOML file with any of these settings, named as the flags with underscores
    #[arg(long, env = "CADASTRE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Folder for both embedded stores: DIR/cadastre.sqlite and DIR/blobs [default: cadastre-data]
    #[arg(long, env = "CADASTRE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, env = "CADASTRE_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<Secret>,
    /// Store for the bytes: file:PATH or s3://BUCKET[/PREFIX]?endpoint=…&region=…
    #[arg(long, env = "CADASTRE_BLOBS", value_name = "URL")]
    pub blobs: Option<String>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "CADASTRE_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// URL under which people and programs reach the service [default: as the request says]
    #[arg(long, env = "CADASTRE_BASE_URL", value_name = "URL")]
    pub base_url: Option<Url>,
    /// Apply missing migrations at the start (SQLite: always done)
    #[arg(long, env = "CADASTRE_MIGRATE", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub migrate: Option<bool>,
    /// Threads that answer requests [default: one a core]
    #[arg(long, env = "CADASTRE_WORKERS", value_name = "N")]
    pub workers: Option<NonZeroU32>,
    /// Database connections for reading [default: 8]
    #[arg(long, env = "CADASTRE_CONNECTIONS", value_name = "N")]
    pub connections: Option<NonZeroU32>,
    /// Uploads taken at the same time, half of them from one person; more are told to come back [default: 64]
    #[arg(long, env = "CADASTRE_UPLOADS", value_name = "N")]
    pub uploads: Option<NonZeroU32>,
    /// Requests a minute for a signed-in person [default: 6000]
    #[arg(long, env = "CADASTRE_RATE", value_name = "N")]
    pub rate: Option<NonZeroU32>,
    /// Requests a minute for an address nobody signed in from [default: 600]
    #[arg(long, env = "CADASTRE_ANONYMOUS_RATE", value_name = "N")]
    pub anonymous_rate: Option<NonZeroU32>,
    /// Addresses of proxies whose X-Forwarded fields are believed; may be repeated [default: none]
    #[arg(
        long = "trusted-proxy",
        env = "CADASTRE_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "IP"
    )]
    pub trusted_proxies: Vec<IpAddr>,
    /// Who hands out the bytes of a download plan: store (links into the bucket) or service [default: store]
    #[arg(long, env = "CADASTRE_LINKS", value_name = "WHO")]
    pub links: Option<Links>,
    /// Origins of other sites whose pages may call the API; may be repeated [default: none]
    #[arg(long = "cors-origin", env = "CADASTRE_CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origins: Vec<String>,
    /// Hosts from which referenced files may be fetched for a hash check; may be repeated [default: none]
    #[arg(long = "fetch-host", env = "CADASTRE_FETCH_HOSTS", value_delimiter = ',', value_name = "HOST")]
    pub fetch_hosts: Vec<String>,
    /// Seconds between two seals of the account of deliveries [default: 60]
    #[arg(long, env = "CADASTRE_SEAL_SECONDS", value_name = "N")]
    pub seal_seconds: Option<NonZeroU32>,
    /// Seconds between two dumps of the public catalogue, counted from midnight UTC [default: 86400]
    #[arg(long, env = "CADASTRE_DUMP_SECONDS", value_name = "N")]
    pub dump_seconds: Option<NonZeroU32>,
    /// Name of who runs the register, as harvesters are told [default: made of the host]
    #[arg(long, env = "CADASTRE_OPERATOR", value_name = "NAME")]
    pub operator: Option<String>,
    /// Mailbox of who runs the register, as harvesters are told [default: postmaster at the host]
    #[arg(long, env = "CADASTRE_ADMIN_EMAIL", value_name = "ADDR")]
    pub admin_email: Option<String>,
    /// Licence of the descriptions themselves, by its identifier in the list of SPDX [default: none is named]
    #[arg(long, env = "CADASTRE_METADATA_LICENCE", value_name = "SPDX")]
    pub metadata_licence: Option<String>,
    /// File with the key that signs the journal [default: DIR/log.key, made at the first start]
    #[arg(long, env = "CADASTRE_LOG_KEY_FILE", value_name = "FILE")]
    pub log_key: Option<PathBuf>,
    /// The key itself, in place of a file; by variable alone, since others can see the command line
    #[arg(long = "log-key-text", env = "CADASTRE_LOG_KEY", value_name = "KEY", hide_env_values = true)]
    #[serde(skip)]
    pub log_key_text: Option<Secret>,
    /// Name under which the journal is signed, fixed at the first start [default: made of the base URL]
    #[arg(long, env = "CADASTRE_LOG_ORIGIN", value_name = "NAME")]
    pub log_origin: Option<String>,
    /// C2SP trust policy with the witnesses that are asked to cosign the journal [default: none]
    #[arg(long, env = "CADASTRE_LOG_WITNESSES", value_name = "FILE")]
    pub log_witnesses: Option<PathBuf>,
    /// How the log is written: text or json [default: text on a terminal, else json]
    #[arg(long, env = "CADASTRE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged, in tracing's filter syntax [default: info]
    #[arg(long, env = "CADASTRE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Who hands out the bytes of a download plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Links {
    /// The store, by presigned links, where it can sign; clients must reach it.
    Store,
    /// The service itself; a revoked grant then ends a link at once.
    Service,
}

/// Where the key that signs the journal is.
#[derive(Debug, Clone)]
pub enum LogKey {
    /// The key itself.
    Text(Secret),
    /// A file that must be there.
    File(PathBuf),
    /// A file in the data folder, made at the first start.
    Folder(PathBuf),
    /// Nothing was said.
    Missing,
}

/// A complete set-up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the database.
    pub database: Secret,
    /// Address of the store.
    pub blobs: String,
    /// Address to listen on.
    pub listen: String,
    /// URL under which the service is reached, if it was said.
    pub base_url: Option<Url>,
    /// Apply missing migrations on PostgreSQL too.
    pub migrate: bool,
    /// Threads that answer requests; one a core when not said.
    pub workers: Option<NonZeroU32>,
    /// Database connections for reading.
    pub connections: NonZeroU32,
    /// Uploads at the same time.
    pub uploads: NonZeroU32,
    /// Requests a minute for a signed-in person.
    pub rate: NonZeroU32,
    /// Requests a minute for an unknown address.
    pub anonymous_rate: NonZeroU32,
    /// Proxies whose word on the client's address is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Who hands out the bytes of a download plan.
    pub links: Links,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Hosts from which referenced files may be fetched.
    pub fetch_hosts: Vec<String>,
    /// Seconds between two seals of the account of deliveries.
    pub seal_seconds: NonZeroU32,
    /// Seconds between two dumps of the public catalogue.
    pub dump_seconds: NonZeroU32,
    /// Who runs the register, as harvesters are told.
    pub operator: Operator,
    /// Where the key that signs the journal is.
    pub log_key: LogKey,
    /// Name under which the journal is signed, if it was said.
    pub log_origin: Option<String>,
    /// C2SP trust policy with the witnesses, if there are any.
    pub log_witnesses: Option<PathBuf>,
    /// How the log is written, if it was said.
    pub log_format: Option<LogFormat>,
    /// What is logged.
    pub log: String,
}

/// The file of the journal's key in the data folder.
const LOG_KEY: &str = "log.key";

/// A number that is not zero.
const fn at_least_one(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

impl Settings {
    /// Reads the file that `config` names and fills in what flags and environment left open.
    ///
    /// # Errors
    /// When the file cannot be read or holds an unknown or wrong setting.
    pub fn with_file(self) -> Result<Self> {
        match self.config.clone() {
            None => Ok(self),
            Some(path) => Ok(self.or(read_file(&path)?)),
        }
    }

    fn or(self, file: Self) -> Self {
        // A folder given nearer than an address replaces it: `--data` on the command line is meant.
        let (database, blobs) = if self.data.is_some() { (None, None) } else { (file.database, file.blobs) };
        let log_key = if self.log_key_text.is_some() { None } else { file.log_key };
        Self {
            config: self.config,
            data: self.data.or(file.data),
            database: self.database.or(database),
            blobs: self.blobs.or(blobs),
            listen: self.listen.or(file.listen),
            base_url: self.base_url.or(file.base_url),
            migrate: self.migrate.or(file.migrate),
            workers: self.workers.or(file.workers),
            connections: self.connections.or(file.connections),
            uploads: self.uploads.or(file.uploads),
            rate: self.rate.or(file.rate),
            anonymous_rate: self.anonymous_rate.or(file.anonymous_rate),
            trusted_proxies: if self.trusted_proxies.is_empty() {
                file.trusted_proxies
            } else {
                self.trusted_proxies
            },
            links: self.links.or(file.links),
            cors_origins: if self.cors_origins.is_empty() { file.cors_origins } else { self.cors_origins },
            fetch_hosts: if self.fetch_hosts.is_empty() { file.fetch_hosts } else { self.fetch_hosts },
            seal_seconds: self.seal_seconds.or(file.seal_seconds),
            dump_seconds: self.dump_seconds.or(file.dump_seconds),
            operator: self.operator.or(file.operator),
            admin_email: self.admin_email.or(file.admin_email),
            metadata_licence: self.metadata_licence.or(file.metadata_licence),
            log_key: self.log_key.or(log_key),
            log_key_text: self.log_key_text,
            log_origin: self.log_origin.or(file.log_origin),
            log_witnesses: self.log_witnesses.or(file.log_witnesses),
            log_format: self.log_format.or(file.log_format),
            log: self.log.or(file.log),
        }
    }

    /// The complete set-up, with defaults for what was left open. Makes the data folder when it is used.
    ///
    /// # Errors
    /// When the data folder cannot be made, or what is said of the operator is no name, mailbox or licence.
    pub fn resolve(self) -> Result<Config> {
        let (database, blobs, kept) = match (self.database, self.blobs) {
            (Some(database), Some(blobs)) => (database, blobs, self.data.map(|data| data.join(LOG_KEY))),
            (database, blobs) => {
                let data = self.data.unwrap_or_else(|| PathBuf::from("cadastre-data"));
                make_folder(&data)?;
                let at = |name: &str| data.join(name).display().to_string();
                (
                    database.unwrap_or_else(|| format!("sqlite:{}", at("cadastre.sqlite")).into()),
                    blobs.unwrap_or_else(|| format!("file:{}", at("blobs"))),
                    Some(data.join(LOG_KEY)),
                )
            }
        };
        let log_key = match (self.log_key, self.log_key_text, kept) {
            (Some(path), None, _) => LogKey::File(path),
            (None, Some(text), _) => LogKey::Text(text),
            (None, None, Some(path)) => LogKey::Folder(path),
            (None, None, None) => LogKey::Missing,
            (Some(_), Some(_), _) => {
                let detail = "both CADASTRE_LOG_KEY and a key file are given; keep one of the two";
                return Err(Error::invalid("log_key", "log_key", detail));
            }
        };
        Ok(Config {
            database,
            blobs,
            listen: self.listen.unwrap_or_else(|| "127.0.0.1:8080".into()),
            base_url: self.base_url,
            migrate: self.migrate.unwrap_or(false),
            workers: self.workers,
            connections: self.connections.unwrap_or(at_least_one(8)),
            uploads: self.uploads.unwrap_or(at_least_one(64)),
            rate: self.rate.unwrap_or(at_least_one(6000)),
            anonymous_rate: self.anonymous_rate.unwrap_or(at_least_one(600)),
            trusted_proxies: self.trusted_proxies,
            links: self.links.unwrap_or(Links::Store),
            cors_origins: self.cors_origins,
            fetch_hosts: self.fetch_hosts,
            seal_seconds: self.seal_seconds.unwrap_or(at_least_one(60)),
            dump_seconds: self.dump_seconds.unwrap_or(at_least_one(86_400)),
            operator: Operator::checked(self.operator, self.admin_email, self.metadata_licence)?,
            log_key,
            log_origin: self.log_origin,
            log_witnesses: self.log_witnesses,
            log_format: self.log_format,
            log: self.log.unwrap_or_else(|| "info".into()),
        })
    }
}

impl Config {
    /// The text of the database address, for `db` to read.
    #[must_use]
    pub fn database_text(&self) -> &str {
        self.database.expose_secret()
    }
}

fn read_file(path: &Path) -> Result<Settings> {
    let unusable =
        |reason: String| Error::invalid("config", "config_file", format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    toml::from_str(&text).map_err(|error| {
        // Where, but not what stands there: it may be a password.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        unusable(format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
    })
}

/// Makes the folder, if it is not there, for this user alone: the database holds keys.
fn make_folder(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
        Error::invalid(
            "data",
            "data_folder",
            format!("the data folder {} cannot be made: {error}", path.display()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearer_settings_win_and_the_file_fills_the_rest() {
        let file: Settings = toml::from_str(
            "listen = '0.0.0.0:80'\ndatabase = 'postgres://u:pw@h/d'\nblobs = 's3://b'\nuploads = 3",
        )
        .unwrap();
        let near = Settings { listen: Some("127.0.0.1:1".into()), ..Settings::default() };
        let config = near.or(file.clone()).resolve().unwrap();
        assert_eq!(
            (config.listen.as_str(), config.uploads.get(), config.blobs.as_str()),
            ("127.0.0.1:1", 3, "s3://b")
        );
        assert!(!format!("{config:?}").contains("pw"));
        let folder = tempfile::tempdir().unwrap();
        let near = Settings { data: Some(folder.path().join("new")), ..Settings::default() };
        let config = near.or(file).resolve().unwrap();
        assert!(config.database_text().starts_with("sqlite:") && config.blobs.starts_with("file:"));
    }

    #[test]
    fn an_unknown_setting_in_the_file_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "uploads = 3\nlisen = 'x'").unwrap();
        let error =
            Settings { config: Some(file.path().to_owned()), ..Settings::default() }.with_file().unwrap_err();
        for part in ["line 2", "lisen", "`listen`"] {
            assert!(error.detail().contains(part), "{}", error.detail());
        }
    }
}
