//! Keys of signed notes: the signer, which is secret, and the verifier, which everybody may have.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{SigningKey, VerifyingKey, ed25519};

use super::cosignature;
use super::note::Signature;
use super::text::{from_base64, is_name, refused, to_base64};
use crate::kernel::{Error, Hasher, Result, Secret, random_bytes};

/// The longest name of a key, in bytes.
const MAX_NAME: usize = 512;

/// What a signature is made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// Type 0x01: Ed25519 over the text of the note. Logs sign with it.
    Ed25519,
    /// Type 0x04: Ed25519 over a time and a checkpoint (cosignature/v1). Witnesses sign with it.
    CosignatureV1,
}

impl Algorithm {
    /// The byte that stands for it in keys.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

/// The first four bytes of a hash over name, type and public key, as a number: what tells keys of a name apart.
fn key_id(name: &str, algorithm: Algorithm, public: &VerifyingKey) -> u32 {
    let mut hasher = Hasher::default();
    hasher.update(name.as_bytes());
    hasher.update(&[b'\n', algorithm.byte()]);
    hasher.update(public.as_bytes());
    let [first, second, third, fourth, ..] = *hasher.finish().as_bytes();
    u32::from_be_bytes([first, second, third, fourth])
}

fn checked_name(name: &str) -> Result<String> {
    if is_name(name) && name.len() <= MAX_NAME {
        Ok(name.to_owned())
    } else {
        Err(malformed(format!(
            "the name of a key has 1 to {MAX_NAME} bytes without spaces or plus signs, such as data.example.org/log"
        )))
    }
}

fn malformed(detail: impl Into<String>) -> Error {
    refused("key_malformed", detail)
}

/// A secret Ed25519 key with the name it signs under. Its `Debug` form does not show the secret.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: SigningKey,
}

impl Signer {
    /// A new key from the system's random generator.
    ///
    /// # Errors
    /// `key_malformed` for a name that cannot stand in a note; internal when the system has no random bytes.
    pub fn generate(name: &str) -> Result<Self> {
        Self::from_seed(name, random_bytes()?)
    }

    /// The key of a seed.
    ///
    /// # Errors
    /// `key_malformed` for a name that cannot stand in a note.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self> {
        Ok(Self { name: checked_name(name)?, key: SigningKey::from_bytes(&seed) })
    }

    /// Reads `PRIVATE+KEY+<name>+<hash>+<base64>`, the form of Go's sumdb notes; space around it is ignored.
    ///
    /// # Errors
    /// `key_malformed`, which never repeats the text.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            malformed(
                "a secret key reads PRIVATE+KEY+<name>+<8 hexadecimal digits>+<base64>; make a new one if it is lost",
            )
        };
        let rest = text.trim().strip_prefix("PRIVATE+KEY+").ok_or_else(wrong)?;
        let mut parts = rest.split('+');
        let (name, id) = (parts.next().ok_or_else(wrong)?, parts.next().ok_or_else(wrong)?);
        let encoded = rest.get(name.len() + id.len() + 2..).ok_or_else(wrong)?;
        let seed = match from_base64(encoded).as_deref() {
            Some([0x01, seed @ ..]) => <[u8; 32]>::try_from(seed).map_err(|_| wrong())?,
            _ => return Err(wrong()),
        };
        let signer = Self::from_seed(name, seed)?;
        if format!("{:08x}", signer.key_id()) == id {
            Ok(signer)
        } else {
            Err(malformed("the secret key does not belong to its name: the digits after the name are others"))
        }
    }

    /// The form that [`Signer::parse`] reads. It holds the secret.
    #[must_use]
    pub fn encode(&self) -> Secret {
        let mut bytes = vec![Algorithm::Ed25519.byte()];
        bytes.extend(self.key.as_bytes());
        format!("PRIVATE+KEY+{}+{:08x}+{}", self.name, self.key_id(), to_base64(bytes)).into()
    }

    /// The same secret under another name.
    ///
    /// # Errors
    /// `key_malformed` for a name that cannot stand in a note.
    pub fn with_name(&self, name: &str) -> Result<Self> {
        Ok(Self { name: checked_name(name)?, key: self.key.clone() })
    }

    /// The name it signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, Algorithm::Ed25519, &self.key.verifying_key())
    }

    /// What checks this key's signatures of notes.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::new(self.name.clone(), Algorithm::Ed25519, self.key.verifying_key())
    }

    /// What checks this key's cosignatures.
    #[must_use]
    pub fn cosignature_verifier(&self) -> Verifier {
        Verifier::new(self.name.clone(), Algorithm::CosignatureV1, self.key.verifying_key())
    }

    /// Signs the text of a note, its last newline included.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        Signature::new(self.name.clone(), self.key_id(), self.sign_bytes(text.as_bytes()).to_vec())
    }

    pub(super) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        ed25519::signature::Signer::sign(&self.key, message).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}+{:08x})", self.name, self.key_id())
    }
}

/// A public key with its name; written as a vkey: `<name>+<8 hexadecimal digits>+<base64>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: u32,
    algorithm: Algorithm,
    public: VerifyingKey,
}

impl Verifier {
    fn new(name: String, algorithm: Algorithm, public: VerifyingKey) -> Self {
        Self { id: key_id(&name, algorithm, &public), name, algorithm, public }
    }

    /// The name in its signature lines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number in its signature lines.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        self.id
    }

    /// What its signatures are made over.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    /// Whether a signature line says to be of this key.
    #[must_use]
    pub fn made(&self, signature: &Signature) -> bool {
        signature.key_id() == self.id && signature.name() == self.name
    }

    /// Checks the bytes of a signature over the text of a note; of a cosignature, tells its time in Unix seconds.
    pub(super) fn check(&self, text: &str, signature: &[u8]) -> Result<Option<u64>> {
        let wrong = || {
            refused(
                "signature_invalid",
                format!("the signature of {} does not fit the text; do not trust it", self.name),
            )
        };
        match self.algorithm {
            Algorithm::Ed25519 => {
                let holds = self.verifies(text.as_bytes(), signature);
                if holds { Ok(None) } else { Err(wrong()) }
            }
            Algorithm::CosignatureV1 => {
                let (time, signature) = cosignature::split(signature).ok_or_else(wrong)?;
                let holds = self.verifies(cosignature::message(text, time).as_bytes(), signature);
                if holds { Ok(Some(time)) } else { Err(wrong()) }
            }
        }
    }

    /// Whether 64 bytes are this key's signature of a message.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519::Signature::from_slice(signature)
            .is_ok_and(|signature| self.public.verify_strict(message, &signature).is_ok())
    }
}

impl FromStr for Verifier {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || malformed("a public key reads <name>+<8 hexadecimal digits>+<base64>; copy it whole");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let bytes = from_base64(encoded).ok_or_else(wrong)?;
        let (kind, public) = bytes.split_first().ok_or_else(wrong)?;
        let algorithm = match kind {
            0x01 => Algorithm::Ed25519,
            0x04 => Algorithm::CosignatureV1,
            other => {
                return Err(malformed(format!(
                    "keys of type {other:#04x} are not known here; use Ed25519 (0x01) for logs and cosignature/v1 (0x04) for witnesses"
                )));
            }
        };
        let public = <[u8; 32]>::try_from(public).map_err(|_| wrong())?;
        let public = VerifyingKey::from_bytes(&public).ok().filter(|key| !key.is_weak()).ok_or_else(wrong)?;
        let verifier = Self::new(checked_name(name)?, algorithm, public);
        if verifier.to_string() == text {
            Ok(verifier)
        } else {
            Err(malformed(format!(
                "the public key does not belong to the name {name}: the digits after it are others"
            )))
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm.byte()];
        bytes.extend(self.public.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, to_base64(bytes))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::ExposeSecret as _;

    const GOLDEN: &str = "catalogue.example.eu/log+a9bd2066+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

    fn golden() -> Signer {
        Signer::from_seed("catalogue.example.eu/log", std::array::from_fn(|i| u8::try_from(i).unwrap()))
            .unwrap()
    }

    #[test]
    fn the_golden_key_has_its_public_form() {
        assert_eq!(golden().verifier().to_string(), GOLDEN);
        assert_eq!(GOLDEN.parse::<Verifier>().unwrap(), golden().verifier());
        let witness = golden().cosignature_verifier();
        assert_ne!(witness.key_id(), golden().verifier().key_id());
        assert_eq!(witness.to_string().parse::<Verifier>().unwrap(), witness);
    }

    #[test]
    fn the_key_of_gos_own_tests_is_read_and_signs_as_there() {
        let signer =
            Signer::parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n")
                .unwrap();
        assert_eq!(
            signer.verifier().to_string(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        assert_eq!(
            signer.sign(text).to_string(),
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        );
    }

    #[test]
    fn a_secret_key_reads_back_and_never_prints() {
        let signer = Signer::generate("a.example/log").unwrap();
        let text = signer.encode();
        let again = Signer::parse(text.expose_secret()).unwrap();
        assert_eq!(again.verifier(), signer.verifier());
        assert_eq!(
            again.with_name("b.example").unwrap().verifier().public_key(),
            signer.verifier().public_key()
        );
        // The seed is the fifth part; it may hold a plus sign of its own.
        let seed = text.expose_secret().splitn(5, '+').nth(4).unwrap().to_owned();
        assert!(!format!("{signer:?} {text:?}").contains(&seed));
        let renamed = text.expose_secret().replace("a.example", "c.example");
        let error = Signer::parse(&renamed).unwrap_err();
        assert_eq!(error.code(), "key_malformed");
        assert!(!error.to_string().contains(&seed));
    }

    #[test]
    fn keys_that_are_not_whole_are_refused() {
        for bad in [
            "",
            "a+b",
            "a+00000000+",
            "catalogue.example.eu/log+A9BD2066+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "catalogue.example.eu/loh+a9bd2066+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "catalogue.example.eu/log+a9bd2066+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "catalogue.example.eu/log+a9bd2066+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 ",
        ] {
            assert_eq!(bad.parse::<Verifier>().unwrap_err().code(), "key_malformed", "{bad}");
        }
        // The identity of the curve: every signature of zeroes would hold.
        let mut weak = [0; 32];
        weak[0] = 1;
        let weak = Verifier::new("a".into(), Algorithm::Ed25519, VerifyingKey::from_bytes(&weak).unwrap());
        assert!(weak.to_string().parse::<Verifier>().is_err());
        for bad in ["a b", "", "a+b", "a\nb", &"x".repeat(513)] {
            assert!(Signer::from_seed(bad, [7; 32]).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_keys_never_panics(text in ".{0,120}", tail in "[+A-Za-z0-9/=]{0,80}") {
            Signer::parse(&text).ok();
            Signer::parse(&format!("PRIVATE+KEY+{tail}")).ok();
            if let Ok(verifier) = tail.parse::<Verifier>() {
                prop_assert_eq!(verifier.to_string(), tail);
            }
        }

        #[test]
        fn what_is_signed_is_verified_and_nothing_else(seed: [u8; 32], text in ".{0,40}", flip in 0usize..512) {
            let signer = Signer::from_seed("a.example", seed).unwrap();
            let mut signature = signer.sign_bytes(text.as_bytes());
            prop_assert!(signer.verifier().verifies(text.as_bytes(), &signature));
            let other = format!("{text} ");
            prop_assert!(!signer.verifier().verifies(other.as_bytes(), &signature));
            signature[flip / 8] ^= 1 << (flip % 8);
            prop_assert!(!signer.verifier().verifies(text.as_bytes(), &signature));
        }
    }
}
