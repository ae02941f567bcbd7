//! Contents to upload: as many different ones as wanted, made on the fly, with the digest known beforehand.

use std::sync::LazyLock;

use cadastre::kernel::Digest;
use sha2::{Digest as _, Sha256};

use super::http::Connection;

/// A mebibyte that does not compress.
static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut words = std::iter::repeat_with(move || {
        // xorshift64, by Marsaglia.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.by_ref().take(1024 * 1024 / 8).flatten().collect()
});

/// A content that no other number has: the number, then the block over and over.
#[derive(Debug, Clone, Copy)]
pub struct Blob {
    /// What tells it from others.
    pub number: u64,
    /// Its size in bytes.
    pub size: u64,
}

impl Blob {
    /// Its bytes, piece by piece.
    pub fn pieces(self, mut sink: impl FnMut(&[u8])) {
        let stamp = self.number.to_be_bytes();
        sink(&stamp);
        let mut left = self.size - stamp.len() as u64;
        while left > 0 {
            let here = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK.len());
            sink(&BLOCK[..here]);
            left -= here as u64;
        }
    }

    /// The digest of its bytes.
    pub fn digest(self) -> Digest {
        let mut hasher = Sha256::new();
        self.pieces(|bytes| hasher.update(bytes));
        Digest::from_bytes(hasher.finalize().into())
    }

    /// Uploads it, with its digest declared; the answer must repeat it.
    pub fn upload(self, connection: &mut Connection, path: &str, digest: Digest) {
        let fields = format!("Repr-Digest: {}\r\n", digest.to_repr_digest());
        if self.size < 64 * 1024 {
            let mut request = connection.head("PUT", path, &fields, self.size).into_bytes();
            self.pieces(|bytes| request.extend_from_slice(bytes));
            connection.send(&request);
        } else {
            connection.begin("PUT", path, &fields, self.size);
            self.pieces(|bytes| connection.send(bytes));
        }
        let head = connection.finish(201, path, |_| ());
        assert_eq!(head.field("etag"), Some(format!("\"{digest}\"").as_str()), "{path}");
    }
}
