//! SHA-256 digests, the names of all content.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::Error;

/// A SHA-256 digest; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A digest from its raw bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 40 hexadecimal digits: the revision that git-minded clients expect.
    #[must_use]
    pub fn revision(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(40);
        hex
    }

    /// The `Repr-Digest` field value of RFC 9530: `sha-256=:BASE64:`.
    #[must_use]
    pub fn to_repr_digest(&self) -> String {
        format!("sha-256=:{}:", BASE64.encode(self.0))
    }

    /// Reads the `sha-256` member of a `Repr-Digest` field value (RFC 9530, a structured-field dictionary).
    ///
    /// Other algorithms beside it are ignored, as the RFC wants.
    ///
    /// # Errors
    /// When the field has no readable `sha-256` member.
    pub fn from_repr_digest(value: &str) -> Result<Self, Error> {
        let bytes = value
            .split(',')
            .filter_map(|member| member.trim().strip_prefix("sha-256=:")?.strip_suffix(':'))
            .find_map(|encoded| BASE64.decode(encoded).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| {
            Error::invalid(
                "Repr-Digest",
                "digest",
                "send it as sha-256=:BASE64:, the base64 form of 32 bytes",
            )
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{self}")
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
        if lower && hex::decode_to_slice(text, &mut bytes).is_ok() {
            Ok(Self(bytes))
        } else {
            Err(Error::invalid("", "digest", "a SHA-256 digest is 64 lower-case hexadecimal digits"))
        }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A running SHA-256 over a stream.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_empty_digest_is_the_published_one() {
        assert_eq!(Digest::of(b"").to_string(), EMPTY);
        assert_eq!(Hasher::default().finish().to_string(), EMPTY);
        assert_eq!(Digest::of(b"").revision().len(), 40);
    }

    #[test]
    fn repr_digest_reads_what_it_writes_and_ignores_other_algorithms() {
        let digest = Digest::of(b"data");
        let field = format!("sha-512=:AAAA:, {}", digest.to_repr_digest());
        assert_eq!(Digest::from_repr_digest(&field).unwrap(), digest);
        for bad in ["", "sha-256=abc", "sha-256=:AAAA:", "md5=:AAAA:"] {
            assert!(Digest::from_repr_digest(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn upper_case_and_wrong_lengths_are_refused() {
        assert!(EMPTY.to_uppercase().parse::<Digest>().is_err());
        assert!(EMPTY[..62].parse::<Digest>().is_err());
    }
}
