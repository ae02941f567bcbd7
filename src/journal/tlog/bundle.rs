//! What is handed out to people as their receipt: an entry, its payload if they may see it, and the proof, in one
//! JSON document.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::super::model::commitment;
use super::note::Note;
use super::receipt::{Proved, Receipt};
use super::text::refused;
use super::trust::{Endorsed, TrustPolicy};
use crate::kernel::{Digest, Error, Result, canonical_json};

/// The media type of a receipt bundle in a file.
pub const RECEIPT_BUNDLE: &str = "application/vnd.cadastre.receipt+json";

/// The largest bundle that is read, in bytes.
const MAX_BUNDLE: usize = 4 * 1024 * 1024;

/// An entry with its receipt: what somebody keeps to prove it, with the log's trust policy and nothing else.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptBundle {
    /// The entry: its canonical JSON (RFC 8785) is what was hashed.
    #[schema(value_type = Object)]
    pub entry: Box<RawValue>,
    /// The payload that the entry commits to, in its canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Box<RawValue>>,
    /// The salt of the commitment, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The receipt, as a `.tlog-proof` file (C2SP tlog-proof).
    pub receipt: String,
}

/// What a bundle proves.
#[derive(Debug, Clone)]
pub struct ProvedBundle {
    /// The entry, read.
    pub entry: Value,
    /// The place in the log, and who stands behind it.
    pub proved: Proved,
    /// Whether there is a payload, which then is the one that the entry commits to.
    pub payload: bool,
}

fn malformed(detail: impl Into<String>) -> Error {
    refused("receipt_malformed", detail)
}

impl ReceiptBundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// `receipt_malformed`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_BUNDLE {
            return Err(malformed(format!("a receipt bundle has at most {MAX_BUNDLE} bytes")));
        }
        serde_json::from_str(text).map_err(|_| {
            malformed(
                "a receipt bundle is a JSON object with entry and receipt, and perhaps payload and salt",
            )
        })
    }

    /// Checks entry and payload against the proof and the policy, in whatever way the JSON is written.
    ///
    /// # Errors
    /// As [`Receipt::parse`] and [`Receipt::verify`]; `position_differs` when the entry names another position than the
    /// proof; `payload_differs` when the payload is not the one that the entry commits to.
    pub fn verify(&self, policy: &TrustPolicy) -> Result<ProvedBundle> {
        self.verify_under(|note| policy.examine(note))
    }

    /// The same, the checkpoint being examined by the caller: many receipts under one checkpoint need that once.
    ///
    /// # Errors
    /// As [`ReceiptBundle::verify`].
    pub fn verify_under(&self, examine: impl FnOnce(&Note) -> Result<Endorsed>) -> Result<ProvedBundle> {
        let entry = canonical(&self.entry)?;
        let proved = Receipt::parse(&self.receipt)?.verify_under(entry.as_bytes(), examine)?;
        stands_at(entry.as_bytes(), proved.index)?;
        match (&self.payload, &self.salt) {
            (None, None) => {}
            (Some(payload), Some(salt)) => committed(&entry, &canonical(payload)?, salt)?,
            _ => return Err(malformed("a payload and its salt come together")),
        }
        let entry = serde_json::from_str(&entry).map_err(|_| malformed("the entry is no JSON"))?;
        Ok(ProvedBundle { entry, proved, payload: self.payload.is_some() })
    }
}

fn canonical(json: &RawValue) -> Result<String> {
    let value: Value = serde_json::from_str(json.get()).map_err(|_| malformed("the entry is no JSON"))?;
    canonical_json(&value)
}

/// An entry of this service names its position; one that names another was moved.
pub(super) fn stands_at(entry: &[u8], position: u64) -> Result<()> {
    #[derive(Deserialize)]
    struct Entry {
        seq: Option<u64>,
    }
    match serde_json::from_slice(entry) {
        Ok(Entry { seq: Some(seq) }) if seq != position => Err(refused(
            "position_differs",
            format!("the entry at position {position} says that it stands at {seq}"),
        )),
        _ => Ok(()),
    }
}

fn committed(entry: &str, payload: &str, salt: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Entry {
        payload_commitment: Option<Digest>,
    }
    let salt: [u8; 16] = hex::decode(salt)
        .ok()
        .filter(|bytes| hex::encode(bytes) == salt)
        .and_then(|salt| salt.try_into().ok())
        .ok_or_else(|| malformed("a salt is 32 hexadecimal digits"))?;
    let entry: Entry = serde_json::from_str(entry)
        .map_err(|_| malformed("the entry is no JSON object, so it has no payload"))?;
    if entry.payload_commitment == Some(commitment(&salt, payload)) {
        Ok(())
    } else {
        Err(refused("payload_differs", "the payload is not the one that the entry commits to"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::leaf_hash;
    use crate::journal::tlog::{Checkpoint, Signer};

    const PAYLOAD: &str = r#"{"justification":"Gusts"}"#;

    fn signer() -> Signer {
        Signer::from_seed("log.example", [1; 32]).unwrap()
    }

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn bundle(seq: u64) -> ReceiptBundle {
        let commitment = commitment(&[7; 16], PAYLOAD);
        let entry =
            format!(r#"{{"payload_commitment":"{commitment}","seq":{seq},"type":"request.submitted"}}"#);
        let root = leaf_hash(entry.as_bytes());
        let checkpoint =
            Checkpoint { origin: "log.example".into(), size: 1, root }.signed(&signer()).unwrap();
        let receipt = Receipt { index: 0, proof: Vec::new(), checkpoint, extra: None }.to_string();
        ReceiptBundle {
            entry: raw(&entry),
            payload: Some(raw(PAYLOAD)),
            salt: Some("07".repeat(16)),
            receipt,
        }
    }

    fn code(bundle: &ReceiptBundle) -> &'static str {
        let policy = TrustPolicy::of_log(signer().verifier(), None);
        bundle.verify(&policy).map_or_else(|error| error.code(), |_| "proved")
    }

    #[test]
    fn a_bundle_proves_entry_and_payload() {
        let good = bundle(0);
        let policy = TrustPolicy::of_log(signer().verifier(), None);
        let proved = good.verify(&policy).unwrap();
        assert!(proved.payload);
        assert_eq!(proved.entry["type"], "request.submitted");
        let bare = ReceiptBundle { payload: None, salt: None, ..good.clone() };
        assert!(!bare.verify(&policy).unwrap().payload);
        assert!(
            !serde_json::to_string(&bare).unwrap().contains("payload\":"),
            "what is absent is not written"
        );

        let other = |payload: &str, salt: &str| ReceiptBundle {
            payload: Some(raw(payload)),
            salt: Some(salt.into()),
            ..good.clone()
        };
        assert_eq!(code(&other("{}", &"07".repeat(16))), "payload_differs");
        assert_eq!(code(&other(PAYLOAD, &"08".repeat(16))), "payload_differs");
        assert_eq!(code(&other(PAYLOAD, "07")), "receipt_malformed");
        assert_eq!(code(&ReceiptBundle { salt: None, ..good.clone() }), "receipt_malformed");
        let changed = raw(&good.entry.get().replace("submitted", "granted"));
        assert_eq!(code(&ReceiptBundle { entry: changed, ..good }), "proof_invalid");
        assert_eq!(code(&bundle(1)), "position_differs");
    }

    #[test]
    fn a_bundle_that_a_tool_has_written_anew_is_as_good() {
        let value: Value = serde_json::to_value(bundle(0)).unwrap();
        let again = ReceiptBundle::parse(&format!("{value:#}")).unwrap();
        assert!(again.entry.get().contains('\n'), "it is indented");
        assert_eq!(code(&again), "proved");
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        for bad in ["", "[]", "{}", r#"{"entry":{}}"#, r#"{"entry":{},"receipt":{}}"#] {
            assert_eq!(ReceiptBundle::parse(bad).unwrap_err().code(), "receipt_malformed", "{bad}");
        }
    }
}
