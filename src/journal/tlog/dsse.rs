//! DSSE envelopes: bytes of a stated type with signatures over both, as in-toto attestations travel.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

use super::key::{Algorithm, Signer, Verifier};
use super::text::{refused, to_base64};
use crate::kernel::{Error, Result};

/// The largest envelope that is read, in bytes.
const MAX_ENVELOPE: usize = 64 * 1024 * 1024;

/// The most signatures of an envelope.
const MAX_SIGNATURES: usize = 16;

fn malformed(detail: impl Into<String>) -> Error {
    refused("envelope_malformed", detail)
}

/// Bytes, what they are, and signatures over both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DsseEnvelope)]
pub struct Envelope {
    /// What the payload is: a media type such as `application/vnd.in-toto+json`.
    payload_type: String,
    /// The payload in base64.
    payload: String,
    /// Signatures over type and payload.
    signatures: Vec<EnvelopeSignature>,
}

/// A signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DsseSignature)]
pub struct EnvelopeSignature {
    /// Which key made it: the name and number of the vkey, as `<name>+<8 hexadecimal digits>`. Only a hint.
    #[serde(default)]
    keyid: String,
    /// 64 bytes of Ed25519 in base64.
    sig: String,
}

/// The bytes that are signed: DSSE's pre-authentication encoding.
fn encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend(payload);
    bytes
}

fn key_hint(verifier: &Verifier) -> String {
    format!("{}+{:08x}", verifier.name(), verifier.key_id())
}

/// DSSE lets writers choose the alphabet and leave out the padding.
fn lenient(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&STANDARD, config).decode(text);
    decoded.or_else(|_| GeneralPurpose::new(&URL_SAFE, config).decode(text)).ok()
}

impl Envelope {
    /// Puts a payload into an envelope and signs it.
    #[must_use]
    pub fn sign(signer: &Signer, payload_type: &str, payload: &[u8]) -> Self {
        let sig = to_base64(signer.sign_bytes(&encoding(payload_type, payload)));
        let keyid = key_hint(&signer.verifier());
        Self {
            payload_type: payload_type.to_owned(),
            payload: to_base64(payload),
            signatures: vec![EnvelopeSignature { keyid, sig }],
        }
    }

    /// Reads an envelope; says nothing about whether its signatures hold.
    ///
    /// # Errors
    /// `envelope_malformed`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_ENVELOPE {
            return Err(malformed(format!("an envelope has at most {MAX_ENVELOPE} bytes")));
        }
        let envelope: Self = serde_json::from_str(text).map_err(|_| {
            malformed("an envelope is a JSON object with payloadType, payload and signatures")
        })?;
        match envelope.signatures.len() {
            1..=MAX_SIGNATURES => Ok(envelope),
            count => Err(malformed(format!("an envelope has 1 to {MAX_SIGNATURES} signatures, not {count}"))),
        }
    }

    /// What the payload is, to be believed only after [`Envelope::verify`].
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The payload, if this key signed it as being of this type.
    ///
    /// # Errors
    /// `payload_type_unexpected`; `signature_missing` when no signature is of this key; `signature_invalid` when
    /// those that may be do not hold; `envelope_malformed`.
    pub fn verify(&self, verifier: &Verifier, payload_type: &str) -> Result<Vec<u8>> {
        if self.payload_type != payload_type {
            let detail = format!("the envelope holds {}, not {payload_type}", self.payload_type);
            return Err(refused("payload_type_unexpected", detail));
        }
        let payload =
            lenient(&self.payload).ok_or_else(|| malformed("the payload of an envelope is base64"))?;
        let message = encoding(payload_type, &payload);
        let hint = key_hint(verifier);
        let mut candidates =
            self.signatures.iter().filter(|it| it.keyid.is_empty() || it.keyid == hint).peekable();
        if candidates.peek().is_none() || verifier.algorithm() != Algorithm::Ed25519 {
            return Err(refused("signature_missing", format!("no signature of {hint} is on this envelope")));
        }
        let holds =
            |it: &EnvelopeSignature| lenient(&it.sig).is_some_and(|sig| verifier.verifies(&message, &sig));
        if candidates.any(holds) {
            Ok(payload)
        } else {
            Err(refused(
                "signature_invalid",
                format!("the signature of {hint} does not fit the payload; do not trust it"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "application/vnd.in-toto+json";

    fn signer(name: &str) -> Signer {
        Signer::from_seed(name, [5; 32]).unwrap()
    }

    #[test]
    fn what_is_signed_is_that_of_the_specification() {
        assert_eq!(
            encoding("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn an_envelope_opens_with_its_key_and_type_alone() {
        let signer = signer("log.example");
        let envelope = Envelope::sign(&signer, TYPE, b"{\"a\":1}");
        let text = serde_json::to_string(&envelope).unwrap();
        assert!(text.starts_with(r#"{"payloadType":"application/vnd.in-toto+json","payload":"eyJhIjoxfQ==","signatures":[{"keyid":"log.example+"#));
        let read = Envelope::parse(&text).unwrap();
        assert_eq!(read, envelope);
        let code = |envelope: &Envelope, verifier: &Verifier, kind: &str| {
            envelope.verify(verifier, kind).map_or_else(|error| error.code(), |_| "opened")
        };
        assert_eq!(read.verify(&signer.verifier(), TYPE).unwrap(), b"{\"a\":1}");
        assert_eq!(code(&read, &signer.verifier(), "text/plain"), "payload_type_unexpected");
        assert_eq!(code(&read, &signer.cosignature_verifier(), TYPE), "signature_missing");
        assert_eq!(
            code(&read, &Signer::from_seed("log.example", [6; 32]).unwrap().verifier(), TYPE),
            "signature_missing"
        );
        let changed = Envelope { payload: to_base64("{\"a\":2}"), ..read.clone() };
        assert_eq!(code(&changed, &signer.verifier(), TYPE), "signature_invalid");
        let retyped = Envelope { payload_type: "text/plain".into(), ..read.clone() };
        assert_eq!(code(&retyped, &signer.verifier(), "text/plain"), "signature_invalid");

        let unhinted = text
            .replace(&key_hint(&signer.verifier()), "")
            .replace("==", "")
            .replace('+', "-")
            .replace('/', "_");
        let unhinted = unhinted.replace("application_vnd.in-toto-json", TYPE);
        assert_eq!(code(&Envelope::parse(&unhinted).unwrap(), &signer.verifier(), TYPE), "opened");
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"payloadType":"a","payload":"","signatures":[]}"#,
            r#"{"payloadType":1,"payload":"","signatures":[{"sig":""}]}"#,
        ] {
            assert_eq!(Envelope::parse(bad).unwrap_err().code(), "envelope_malformed", "{bad}");
        }
        let broken =
            Envelope::parse(r#"{"payloadType":"a","payload":"*","signatures":[{"sig":"AAAA"}]}"#).unwrap();
        assert_eq!(broken.verify(&signer("a").verifier(), "a").unwrap_err().code(), "envelope_malformed");
    }

    proptest! {
        #[test]
        fn whatever_is_signed_opens(payload: Vec<u8>, kind in "[a-z/+. ]{0,20}") {
            let signer = signer("a");
            let text = serde_json::to_string(&Envelope::sign(&signer, &kind, &payload)).unwrap();
            prop_assert_eq!(Envelope::parse(&text).unwrap().verify(&signer.verifier(), &kind).unwrap(), payload);
        }

        #[test]
        fn reading_never_panics(text in "(?s).{0,100}") {
            Envelope::parse(&text).ok();
        }
    }
}
