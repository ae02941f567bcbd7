//! An event: what happened to what, and the canonical entry that is hashed.

use serde_json::{Map, Value, json};

use super::merkle::leaf_hash;
use crate::db::{Entry, Tx};
use crate::kernel::{
    Caller, Ctx, Digest, Error, Hasher, OrganisationId, Result, Slug, canonical_json, random_bytes,
};

/// The version of the entry format; written into every entry.
const FORMAT: u32 = 1;

/// The most bytes of an entry: bundles of entries give each a length of 16 bits (C2SP tlog-tiles).
const MOST_BYTES: usize = u16::MAX as usize;

/// How many random bytes keep a payload from being guessed.
pub(super) const SALT_BYTES: usize = 16;

/// One change of state, before it has a position.
#[derive(Debug, Clone)]
pub struct Event {
    kind: &'static str,
    subject_kind: &'static str,
    subject: String,
    space: Option<Slug>,
    concerning: Option<OrganisationId>,
    provided_by: Option<OrganisationId>,
    facts: Map<String, Value>,
    payload: Option<Value>,
}

impl Event {
    /// Something happened. `kind` reads `aggregate.past_tense`; the subject's kind is its first half.
    #[must_use]
    pub fn new(kind: &'static str, subject: impl ToString) -> Self {
        let subject_kind = kind.split('.').next().unwrap_or(kind);
        Self {
            kind,
            subject_kind,
            subject: subject.to_string(),
            space: None,
            concerning: None,
            provided_by: None,
            facts: Map::new(),
            payload: None,
        }
    }

    /// The data space concerned.
    #[must_use]
    pub fn in_space(mut self, space: &Slug) -> Self {
        self.space = Some(space.clone());
        self
    }

    /// The organisation that asks or holds: its members may see the event.
    #[must_use]
    pub fn concerning(mut self, organisation: &OrganisationId) -> Self {
        self.concerning = Some(organisation.clone());
        self
    }

    /// The organisation that provides the dataset: its publishers may see the event.
    #[must_use]
    pub fn provided_by(mut self, organisation: &OrganisationId) -> Self {
        self.provided_by = Some(organisation.clone());
        self
    }

    /// A fact that stays in the log for ever: an id, a digest, a state, a date. No personal data, no free text.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// What is personal or confidential: stored beside the entry, which only commits to it.
    #[must_use]
    pub fn payload(mut self, payload: Value) -> Self {
        self.payload = Some(payload);
        self
    }

    fn into_entry(
        self,
        ctx: &Ctx,
        position: i64,
        payload: Option<([u8; SALT_BYTES], String)>,
    ) -> Result<Entry> {
        let (actor_kind, actor) = match &ctx.caller {
            Caller::Person(principal) => ("person", principal.person.to_string()),
            Caller::Anonymous => ("service", "service".to_owned()),
        };
        let mut envelope = json!({
            "v": FORMAT,
            "seq": position,
            "type": self.kind,
            "time": ctx.now,
            "actor": { "kind": actor_kind, "id": actor },
            "subject": { "kind": self.subject_kind, "id": self.subject },
        });
        if let Some(members) = envelope.as_object_mut() {
            if let Some(space) = &self.space {
                members.insert("space".into(), json!(space));
            }
            if let Some(organisation) = &self.concerning {
                members.insert("concerning".into(), json!(organisation));
            }
            if let Some(organisation) = &self.provided_by {
                members.insert("provided_by".into(), json!(organisation));
            }
            if !self.facts.is_empty() {
                members.insert("facts".into(), Value::Object(self.facts));
            }
            if let Some((salt, text)) = &payload {
                members.insert("payload_commitment".into(), json!(commitment(salt, text)));
            }
        }
        let body = canonical_json(&envelope)?;
        if body.len() > MOST_BYTES {
            return Err(Error::internal("journal", format!("an entry of {} bytes is too long", body.len())));
        }
        let leaf = leaf_hash(body.as_bytes());
        let space = self.space.map(|space| space.to_string());
        Ok(Entry {
            position,
            kind: self.kind,
            subject: self.subject,
            actor,
            space,
            concerning: self.concerning.map(|organisation| organisation.to_string()),
            provided_by: self.provided_by.map(|organisation| organisation.to_string()),
            at: ctx.now,
            body,
            leaf,
            payload,
        })
    }
}

/// What an entry says of its payload: SHA-256 over the salt and the canonical text. The salt keeps a short payload
/// from being guessed.
pub(super) fn commitment(salt: &[u8], text: &str) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(salt);
    hasher.update(text.as_bytes());
    hasher.finish()
}

/// Appends an event to the journal and tells its position, which is final if the write commits.
///
/// # Errors
/// When the system's random generator fails, or the entry is longer than 65,535 bytes; the write then fails as a whole.
pub fn append(tx: &mut Tx<'_>, ctx: &Ctx, event: Event) -> Result<i64> {
    append_leaf(tx, ctx, event).map(|(position, _)| position)
}

/// The same, telling the leaf hash too.
pub(super) fn append_leaf(tx: &mut Tx<'_>, ctx: &Ctx, event: Event) -> Result<(i64, Digest)> {
    let payload = match &event.payload {
        Some(value) => Some((random_bytes::<SALT_BYTES>()?, canonical_json(value)?)),
        None => None,
    };
    let entry = event.into_entry(ctx, tx.next_position(), payload)?;
    let leaf = entry.leaf;
    Ok((tx.append(|_| entry), leaf))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    #[test]
    fn the_entry_is_canonical_and_holds_no_payload() {
        let ctx = Ctx::anonymous(Timestamp::from_millis(1_000), "r");
        let event =
            Event::new("dataset.registered", "ds_1").fact("revision", 1).payload(json!({"title": "secret"}));
        let entry = event.into_entry(&ctx, 7, Some(([0; 16], "{\"title\":\"secret\"}".into()))).unwrap();
        assert!(!entry.body.contains("secret"));
        assert!(
            entry.body.starts_with(r#"{"actor":{"id":"service","kind":"service"},"facts":{"revision":1},"#),
            "{}",
            entry.body
        );
        assert_eq!(entry.leaf, leaf_hash(entry.body.as_bytes()));
    }
}
