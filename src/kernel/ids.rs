//! Typed identifiers: a two-letter prefix that names the kind, and a lower-case UUIDv7.
//!
//! An id of one kind never parses as another, so a mixed-up argument is a compile error in Rust and a clear
//! problem at the API. They are text on both databases, and sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::Error;

/// Length of the text form: prefix, underscore, 32 hexadecimal digits.
const TEXT_LENGTH: usize = 2 + 1 + 32;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The two letters that name the kind.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids made later sort later.
            #[must_use]
            pub fn generate() -> Self {
                Self(format!("{}_{}", Self::PREFIX, Uuid::now_v7().simple()))
            }

            /// The text form, as the API and the databases carry it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                let hex = text.strip_prefix(Self::PREFIX).and_then(|rest| rest.strip_prefix('_'));
                let valid = hex.is_some_and(|hex| {
                    text.len() == TEXT_LENGTH && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                });
                if valid {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Error::invalid("", "id", format!("an id of this kind reads {}_ and 32 lower-case hexadecimal digits", Self::PREFIX)))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// A person who signs in.
    PersonId "pe"
}
id! {
    /// A legal person taking part.
    OrganisationId "og"
}
id! {
    /// A verified copy of a version.
    ReplicaId "rp"
}
id! {
    /// An API token.
    TokenId "tk"
}
id! {
    /// A browser session.
    SessionId "se"
}
id! {
    /// A dataset; its public name is `{organisation}/{name}`.
    DatasetId "ds"
}
id! {
    /// A version of a dataset.
    VersionId "vr"
}
id! {
    /// One upload in progress; names the bytes in the store before their digest is known.
    UploadId "up"
}
id! {
    /// A request for access.
    RequestId "rq"
}
id! {
    /// A grant, the right an approval creates.
    GrantId "gr"
}
id! {
    /// A catalogue elsewhere from which records are harvested.
    SourceId "so"
}
id! {
    /// One harvest of a source.
    RunId "ru"
}
id! {
    /// One delivery of bytes.
    DeliveryId "dl"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_parses_back_and_no_other_kind_takes_it() {
        let id = DatasetId::generate();
        assert_eq!(id.as_str().parse::<DatasetId>().unwrap(), id);
        assert!(id.as_str().parse::<GrantId>().is_err());
        for bad in [
            "",
            "ds_",
            "ds_xyz",
            "DS_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f",
            "ds_0190F3C2A1B27C3D8E4F5A6B7C8D9E0F",
        ] {
            assert!(bad.parse::<DatasetId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let ids: Vec<_> = (0..1000).map(|_| RequestId::generate()).collect();
        assert!(ids.is_sorted());
    }
}
