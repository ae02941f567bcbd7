//! The key that signs the journal in tests, where no data folder has one.

use cadastre::journal::tlog::Signer;
use cadastre::kernel::Secret;

/// The key of an instance; another number, another key.
pub fn key(number: u8) -> Signer {
    Signer::from_seed("tests", [number; 32]).expect("a key")
}

/// The same, as the set-up takes it.
pub fn key_text(number: u8) -> Secret {
    key(number).encode()
}
