//! Whether what another Cadastre sends is what its own journal has: each dataset comes with receipts, which lead from entries that
//! commit to it to a checkpoint that the log has signed.
//!
//! That something is withheld, or is not the newest, is not shown by this; what was never registered there does not pass.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::journal::tlog::{Endorsed, Note, ReceiptBundle, TrustPolicy};
use crate::kernel::{Digest, Error, canonical_json};

/// What is claimed of a dataset.
pub(super) struct Claim<'a> {
    /// Its id there.
    pub id: &'a str,
    /// Its name there, as `organisation/name`.
    pub name: &'a str,
    /// Its record.
    pub record: &'a Value,
    /// Where it was harvested from in its turn.
    pub harvested: Option<&'a Value>,
    /// Access mode and offer.
    pub terms: Option<(&'a str, Option<&'a Value>)>,
    /// Id, number and bytes of the newest version.
    pub version: Option<(&'a str, &'a str, u64)>,
}

/// What an entry says.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    subject: Subject,
    #[serde(default)]
    facts: Facts,
}

#[derive(Deserialize)]
struct Subject {
    id: String,
}

#[derive(Default, Deserialize)]
struct Facts {
    name: Option<String>,
    dataset: Option<String>,
    version: Option<String>,
    bytes: Option<u64>,
    record: Option<Digest>,
    harvested: Option<Digest>,
    digest: Option<Digest>,
}

/// The log of the other side, as one page shows it.
pub(super) struct Log<'a> {
    policy: &'a TrustPolicy,
    /// The checkpoint that all receipts of the page are under.
    under: Option<(Note, Endorsed)>,
}

impl<'a> Log<'a> {
    pub(super) fn known_by(policy: &'a TrustPolicy) -> Self {
        Self { policy, under: None }
    }

    /// The checkpoint that the receipts so far were under.
    pub(super) fn checkpoint(self) -> Option<Note> {
        self.under.map(|(note, _)| note)
    }

    /// Checks what is claimed of a dataset.
    ///
    /// # Errors
    /// What the log does not confirm.
    pub(super) fn check(&mut self, claim: &Claim<'_>, receipts: &[ReceiptBundle]) -> Result<(), String> {
        // One of the record, one of the terms, one of the version.
        if receipts.len() > 3 {
            return Err("more receipts came than there is to prove".into());
        }
        let read = |receipt| self.entry(receipt).map_err(|error| error.detail().to_owned());
        let entries = receipts.iter().map(read).collect::<Result<Vec<Entry>, String>>()?;
        let any = |kinds: &[&str], id: &str, says: &dyn Fn(&Facts) -> bool| {
            entries.iter().any(|entry| {
                kinds.contains(&entry.kind.as_str()) && entry.subject.id == id && says(&entry.facts)
            })
        };
        let (record, harvested) = (digest(claim.record)?, claim.harvested.map(digest).transpose()?);
        let is_same = |facts: &Facts| {
            facts.name.as_deref() == Some(claim.name)
                && facts.record == Some(record)
                && facts.harvested == harvested
        };
        if !any(&["dataset.registered", "dataset.updated"], claim.id, &is_same) {
            return Err("its log does not confirm this record".into());
        }
        if let Some((mode, offer)) = claim.terms {
            let terms = digest(&json!({ "mode": mode, "offer": offer }))?;
            if !any(&["policy.attached"], claim.id, &|facts| facts.digest == Some(terms)) {
                return Err("its log does not confirm these terms".into());
            }
        }
        if let Some((id, version, bytes)) = claim.version {
            let is_same = |facts: &Facts| {
                facts.dataset.as_deref() == Some(claim.id)
                    && facts.version.as_deref() == Some(version)
                    && facts.bytes == Some(bytes)
            };
            if !any(&["version.published"], id, &is_same) {
                return Err("its log does not confirm this version".into());
            }
        }
        Ok(())
    }

    fn entry(&mut self, receipt: &ReceiptBundle) -> Result<Entry, Error> {
        let proved = receipt.verify_under(|note| self.examine(note))?;
        serde_json::from_value(proved.entry)
            .map_err(|error| Error::invalid("entry", "entry_malformed", error.to_string()))
    }

    /// Signatures are costly to check; that is done once for a page.
    fn examine(&mut self, note: &Note) -> Result<Endorsed, Error> {
        match &self.under {
            Some((known, endorsed)) if known == note => Ok(endorsed.clone()),
            Some(_) => Err(Error::conflict(
                "checkpoints_differ",
                "the receipts of a page are under different checkpoints",
            )),
            None => {
                let endorsed = self.policy.examine(note)?;
                self.under = Some((note.clone(), endorsed.clone()));
                Ok(endorsed)
            }
        }
    }
}

fn digest(value: &Value) -> Result<Digest, String> {
    canonical_json(value).map(Digest::of).map_err(|error| error.detail().to_owned())
}
