//! What a caller declares about a body before it arrives, and what is known once it is stored.

use std::fmt;

use crate::kernel::{Digest, Error, Kind, Result};

use super::BlobKey;

/// What a body must keep to. Whatever does not hold is an error, and nothing is stored.
#[derive(Debug, Clone, Copy)]
pub struct Expect {
    /// The most bytes that are taken.
    pub max_bytes: u64,
    /// The exact number of bytes, when it was declared.
    pub size: Option<u64>,
    /// The SHA-256 digest of the bytes, when it was declared.
    pub digest: Option<Digest>,
}

/// Bytes that are durable in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where they lie.
    pub key: BlobKey,
    /// How many they are.
    pub size: u64,
    /// Their SHA-256 digest.
    pub digest: Digest,
}

impl Expect {
    /// Refuses a body whose declared size is already too much.
    pub(super) fn begin(&self) -> Result<()> {
        self.allow(self.size.unwrap_or(0))
    }

    /// Says whether a body may have grown to `size` bytes.
    pub(super) fn admit(&self, size: u64) -> Result<()> {
        self.allow(size)?;
        match self.size {
            Some(declared) if size > declared => Err(size_mismatch(declared, "more")),
            _ => Ok(()),
        }
    }

    /// Says whether the whole body is what was declared.
    pub(super) fn verify(&self, size: u64, digest: Digest) -> Result<()> {
        if let Some(declared) = self.size.filter(|declared| *declared != size) {
            return Err(size_mismatch(declared, size));
        }
        match self.digest {
            Some(declared) if declared != digest => Err(Error::invalid(
                "Repr-Digest",
                "digest_mismatch",
                format!(
                    "the declared SHA-256 is {declared}, the bytes that arrived have {digest}; send them again"
                ),
            )),
            _ => Ok(()),
        }
    }

    fn allow(&self, size: u64) -> Result<()> {
        if size <= self.max_bytes {
            return Ok(());
        }
        let detail = format!("at most {} bytes are taken here; split the file", self.max_bytes);
        Err(Error::new(Kind::TooLarge, "upload_too_large", detail))
    }
}

fn size_mismatch(declared: u64, arrived: impl fmt::Display) -> Error {
    let detail = format!("{declared} bytes were declared, {arrived} arrived; send the file again");
    Error::invalid("Content-Length", "size_mismatch", detail)
}

/// Bytes that are in the store and go again when this is dropped before [`Landed::keep`].
///
/// It covers the last moment of an upload: the caller may hang up after the bytes became visible and before it
/// could learn of them.
pub(super) struct Landed {
    size: u64,
    digest: Digest,
    discard: Option<Box<dyn FnOnce() + Send>>,
}

impl Landed {
    pub(super) fn new(size: u64, digest: Digest, discard: impl FnOnce() + Send + 'static) -> Self {
        Self { size, digest, discard: Some(Box::new(discard)) }
    }

    pub(super) fn keep(mut self, key: BlobKey) -> Stored {
        self.discard = None;
        Stored { key, size: self.size, digest: self.digest }
    }
}

impl Drop for Landed {
    fn drop(&mut self) {
        if let Some(discard) = self.discard.take() {
            discard();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_promise_has_its_own_code() {
        let digest = Digest::of(b"abc");
        let expect = Expect { max_bytes: 10, size: Some(3), digest: Some(digest) };
        assert!(expect.begin().is_ok() && expect.admit(3).is_ok() && expect.verify(3, digest).is_ok());

        let code = |result: Result<()>| {
            let error = result.unwrap_err();
            error.field_errors().first().map_or(error.code(), |field| field.code)
        };
        assert_eq!(code(Expect { size: Some(11), ..expect }.begin()), "upload_too_large");
        assert_eq!(code(expect.admit(11)), "upload_too_large");
        assert_eq!(code(expect.admit(4)), "size_mismatch");
        assert_eq!(code(expect.verify(2, digest)), "size_mismatch");
        assert_eq!(code(expect.verify(3, Digest::of(b"abd"))), "digest_mismatch");
    }

    #[test]
    fn a_digest_mismatch_names_both() {
        let (declared, arrived) = (Digest::of(b"a"), Digest::of(b"b"));
        let expect = Expect { max_bytes: 10, size: None, digest: Some(declared) };
        let error = expect.verify(1, arrived).unwrap_err();
        assert!(
            error.detail().contains(&declared.to_string()) && error.detail().contains(&arrived.to_string())
        );
    }
}
