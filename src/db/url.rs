//! Where the database is: `sqlite:PATH` or `postgres://…`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::kernel::{Error, ExposeSecret, Result, Secret};

/// The address of a database; never shows its password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A SQLite file; made at first start.
    Sqlite(PathBuf),
    /// A PostgreSQL database; the whole connection URL, which may hold a password.
    Postgres(Secret),
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() || path.starts_with("//") || path.contains(['?', '\0']) {
                return Err(Self::unreadable());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Self::Postgres(text.into())),
            _ => Err(Self::unreadable()),
        }
    }
}

impl DatabaseUrl {
    fn unreadable() -> Error {
        Error::invalid("database", "url", "write sqlite:PATH or postgres://USER@HOST/DATABASE")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => match url::Url::parse(url.expose_secret()) {
                Ok(url) => write!(
                    f,
                    "postgres://{}{}{}",
                    url.host_str().unwrap_or_default(),
                    url.port().map(|port| format!(":{port}")).unwrap_or_default(),
                    url.path()
                ),
                Err(_) => f.write_str("postgres:"),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_password_and_refuses_the_rest() {
        let url: DatabaseUrl =
            "postgres://cad:s3cret@db.example.eu:5433/cadastre?sslmode=require".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://db.example.eu:5433/cadastre");
        for bad in ["", "sqlite:", "sqlite://x", "mysql://h/d", "/var/lib/x.db", "sqlite:a?mode=ro"] {
            assert!(bad.parse::<DatabaseUrl>().is_err(), "{bad}");
        }
    }
}
