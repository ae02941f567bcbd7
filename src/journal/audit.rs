//! What an audit asks of a row besides its place in the tree, of the log's keys, and of a signed checkpoint: plain functions
//! over what was read.

use serde_json::Value;

use super::log::LogName;
use super::model::{SALT_BYTES, commitment};
use super::store::KeyRow;
use super::tlog::{Checkpoint, Note, Verifier};
use crate::kernel::{Error, Kind, Result};

/// What an audit says when something is wrong, with the first position at which it is.
pub(super) fn failed(position: u64, what: &str) -> Error {
    Error::new(Kind::Conflict, "audit_failed", format!("at position {position}: {what}"))
}

/// A row as it was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// Where it stands.
    pub(super) position: u64,
    /// The entry, byte for byte.
    pub(super) body: &'a str,
    /// The salt and the text of its payload, if there is one.
    pub(super) payload: Option<(&'a [u8], &'a str)>,
    /// What columns repeat of the entry, by the pointer of the member that they repeat.
    pub(super) columns: &'a [(&'static str, Option<&'a str>)],
    /// Whether the journal says that its payload was erased.
    pub(super) erased: bool,
}

/// Holds the parts of a row against its entry.
///
/// # Errors
/// `row_differs`, with what does not fit.
pub(super) fn check_row(found: &Found<'_>) -> Result<()> {
    let wrong = |what: String| Error::conflict("row_differs", what);
    let entry: Value =
        serde_json::from_str(found.body).map_err(|error| wrong(format!("the entry is not JSON: {error}")))?;
    if entry.get("seq").and_then(Value::as_u64) != Some(found.position) {
        return Err(wrong("the entry is of another position".to_owned()));
    }
    for (pointer, column) in found.columns {
        let said = entry.pointer(pointer).and_then(Value::as_str);
        if said != *column {
            return Err(wrong(format!("a column says {column:?} of {pointer}, and the entry {said:?}")));
        }
    }
    let said = entry.get("payload_commitment").and_then(Value::as_str);
    let fault = match (said, found.payload) {
        (None, Some(_)) => "there is a payload, and the entry commits to none",
        // The entry commits to both in a row: the border between them must be where it was.
        (Some(_), Some((salt, _))) if salt.len() != SALT_BYTES => {
            "the salt of the payload is not 16 bytes long"
        }
        (Some(said), Some((salt, text))) if commitment(salt, text).to_string() != said => {
            "the payload is not the one that the entry commits to"
        }
        (Some(_), Some(_)) if found.erased => "the payload is said to be erased, and is there",
        (Some(_), None) if !found.erased => "the payload is gone, and nothing says that it was erased",
        _ => return Ok(()),
    };
    Err(wrong(fault.to_owned()))
}

/// Holds the log's keys against the entries, by position, that tell of them: the first key is the one of the first start, and
/// each later one came with an entry.
///
/// # Errors
/// `audit_failed`.
pub(super) fn check_keys(keys: &[KeyRow], told: &[(i64, String)]) -> Result<()> {
    let wrong = |position: i64, what: &str| failed(u64::try_from(position).unwrap_or_default(), what);
    let (mut before, mut later) = (keys.first(), keys.iter().skip(1));
    if before.is_some_and(|first| (first.number, first.epoch, first.since) != (1, 1, 0)) {
        return Err(wrong(0, "the first key of the log is not stored as it was at the first start"));
    }
    let first_origin = before.map(|first| first.origin.as_str()).unwrap_or_default();
    for (position, body) in told {
        // One that cannot be read is found here, or where it stands.
        let entry: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |pointer| entry.pointer(pointer).and_then(Value::as_str);
        let (Some(old), Some(new)) = (before, later.next()) else {
            return Err(wrong(*position, "the entry tells of a key of the log that is not stored"));
        };
        let origin =
            if new.epoch == old.epoch { old.origin.clone() } else { format!("{first_origin}/{}", new.epoch) };
        let fits = (new.number, new.since) == (old.number + 1, position + 1)
            && new.origin == origin
            && entry.pointer("/facts/epoch").and_then(Value::as_i64) == Some(new.epoch)
            && text("/subject/id") == Some(&new.origin)
            && text("/facts/vkey") == Some(&new.vkey)
            && text("/facts/old_vkey") == Some(&old.vkey);
        if !fits {
            return Err(wrong(*position, "the key of the log is not stored as the entry tells of it"));
        }
        before = Some(new);
    }
    later.next().map_or(Ok(()), |key| {
        Err(wrong(key.since - 1, &format!("no entry tells of the key with the number {}", key.number)))
    })
}

/// Reads a checkpoint and holds it against what is stored of it, and against the key of the log that held then: of the
/// size that includes the entry of a new key, the old one signed too. Cosignatures of these witnesses must hold; those of
/// others cannot be checked.
///
/// # Errors
/// With what does not fit.
pub(super) fn check_note(
    names: &[LogName],
    witnesses: &[Verifier],
    (epoch, size): (i64, i64),
    note: &str,
) -> Result<Checkpoint> {
    let wrong = |what: String| Error::conflict("checkpoint_differs", what);
    let note = Note::parse(note)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    if i64::try_from(checkpoint.size) != Ok(size) {
        return Err(wrong(format!("it says that it is over {}", checkpoint.size)));
    }
    let then: Vec<&LogName> = names.iter().filter(|name| name.epoch == epoch && name.since <= size).collect();
    let is_new = then.last().is_some_and(|name| name.since == size);
    let signers = then.get(then.len().saturating_sub(if is_new { 2 } else { 1 })..).unwrap_or_default();
    if signers.is_empty() || signers.iter().any(|name| name.origin != checkpoint.origin) {
        return Err(wrong(format!("the log was not called {} then", checkpoint.origin)));
    }
    let known: Vec<Verifier> = signers.iter().map(|name| &name.verifier).chain(witnesses).cloned().collect();
    let verified = note.verified_by(&known)?;
    match signers.iter().find(|name| verified.iter().all(|found| *found.verifier != name.verifier)) {
        Some(name) => {
            Err(wrong(format!("the key {:08x} of the log did not sign it", name.verifier.key_id())))
        }
        None => Ok(checkpoint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tlog::{Signer, cosign};
    use crate::kernel::Digest;

    #[test]
    fn payloads_and_columns_are_held_against_the_entry() {
        let salt = [7_u8; 16];
        let body = format!(r#"{{"seq":0,"type":"a.b","payload_commitment":"{}"}}"#, commitment(&salt, "{}"));
        let fault = |found: Found<'_>| check_row(&found).unwrap_err().detail().to_owned();
        let columns = &[("/type", Some("a.b")), ("/space", None)];
        let good = Found { position: 0, body: &body, payload: Some((&salt, "{}")), columns, erased: false };
        check_row(&good).unwrap();
        check_row(&Found { payload: None, erased: true, ..good }).unwrap();
        assert!(fault(Found { payload: Some((&salt, "[]")), ..good }).contains("commits to"));
        assert!(fault(Found { payload: Some((&[8; 16], "{}")), ..good }).contains("commits to"));
        let moved: Vec<u8> = [salt.as_slice(), b"{"].concat();
        assert!(fault(Found { payload: Some((&moved, "}")), ..good }).contains("16 bytes"));
        assert!(fault(Found { columns: &[("/type", Some("a.c"))], ..good }).contains("column"));
        assert!(fault(Found { columns: &[("/type", None)], ..good }).contains("column"));
        assert!(fault(Found { columns: &[("/space", Some("x"))], ..good }).contains("column"));
        assert!(fault(Found { payload: None, ..good }).contains("gone"));
        assert!(fault(Found { erased: true, ..good }).contains("is there"));
        assert!(fault(Found { body: r#"{"seq":0}"#, columns: &[], ..good }).contains("commits to none"));
        assert!(fault(Found { position: 1, ..good }).contains("another position"));
        assert!(fault(Found { body: "{}", columns: &[], ..good }).contains("another position"));
        assert!(fault(Found { body: "{", ..good }).contains("JSON"));
    }

    fn key(number: i64, epoch: i64, origin: &str, since: i64) -> KeyRow {
        KeyRow { number, epoch, origin: origin.into(), vkey: format!("key {number}"), since }
    }

    fn told(kind: &str, of: &KeyRow) -> (i64, String) {
        let facts = serde_json::json!({
            "epoch": of.epoch, "vkey": of.vkey, "old_vkey": format!("key {}", of.number - 1),
        });
        let entry = serde_json::json!({"type": kind, "subject": {"id": of.origin}, "facts": facts});
        (of.since - 1, entry.to_string())
    }

    #[test]
    fn keys_are_held_against_the_entries_that_tell_of_them() {
        let keys = [key(1, 1, "log", 0), key(2, 1, "log", 7), key(3, 3, "log/3", 20)];
        let told = [told("log.key_rotated", &keys[1]), told("log.epoch_opened", &keys[2])];
        check_keys(&[], &[]).unwrap();
        check_keys(&keys[..1], &[]).unwrap();
        check_keys(&keys, &told).unwrap();
        let fault = |keys: &[KeyRow], told| check_keys(keys, told).unwrap_err().detail().to_owned();
        assert!(fault(&keys, &told[..1]).starts_with("at position 19: no entry tells"));
        assert!(fault(&keys[..2], &told).starts_with("at position 19: the entry tells of a key"));
        assert!(fault(&[], &told).starts_with("at position 6: "));
        assert!(fault(&keys[1..], &told[1..]).starts_with("at position 0: the first key"));
        for (place, other) in [
            (1, KeyRow { number: 4, ..keys[1].clone() }),
            (1, KeyRow { epoch: 2, ..keys[1].clone() }),
            (1, KeyRow { origin: "other".into(), ..keys[1].clone() }),
            (1, KeyRow { vkey: "other".into(), ..keys[1].clone() }),
            (1, KeyRow { since: 8, ..keys[1].clone() }),
            (0, KeyRow { vkey: "other".into(), ..keys[0].clone() }),
            (0, KeyRow { origin: "other".into(), ..keys[0].clone() }),
        ] {
            let mut keys = keys.clone();
            keys[place] = other;
            assert!(fault(&keys, &told).starts_with("at position 6: "), "{keys:?}");
        }
    }

    #[test]
    fn a_checkpoint_is_signed_by_the_key_that_held() {
        let signer = |seed, name| Signer::from_seed(name, [seed; 32]).unwrap();
        let (old, new, later) = (signer(1, "log"), signer(2, "log"), signer(3, "log/2"));
        let witness = signer(4, "witness");
        let name = |epoch, signer: &Signer, since| LogName {
            epoch,
            origin: signer.name().to_owned(),
            verifier: signer.verifier(),
            since,
        };
        let names = [name(1, &old, 0), name(1, &new, 7), name(2, &later, 20)];
        let witnesses = [witness.cosignature_verifier()];
        let says = |(epoch, size), signers: &[&Signer]| {
            let origin = if epoch == 1 { "log" } else { "log/2" }.to_owned();
            let checkpoint = Checkpoint { origin, size: 7.max(size), root: Digest::of("root") };
            let note = checkpoint.signed(signers[0]).unwrap();
            let lines = signers[1..].iter().map(|signer| match signer.name() {
                "witness" => cosign(signer, note.text(), 1_800_000_000).unwrap(),
                _ => signer.sign(note.text()),
            });
            let note = lines.fold(note.clone(), |note, line| note.with(line).unwrap());
            (
                note.to_string(),
                check_note(&names, &witnesses, (epoch, i64::try_from(size).unwrap()), &note.to_string()),
            )
        };
        for (place, signers) in [
            ((1, 7), &[&old, &new][..]),
            ((1, 8), &[&new]),
            ((1, 20), &[&new, &witness]),
            ((2, 20), &[&later]),
        ] {
            says(place, signers).1.unwrap();
        }
        for (place, signers) in [
            ((1, 6), &[&old][..]),
            ((1, 7), &[&old]),
            ((1, 7), &[&new]),
            ((1, 8), &[&old]),
            ((2, 20), &[&new]),
            ((2, 19), &[&later]),
            ((3, 20), &[&later]),
        ] {
            says(place, signers).1.unwrap_err();
        }
        let (note, _) = says((1, 20), &[&new, &witness]);
        let (_, lines) = note.rsplit_once("\n\n").unwrap();
        let cosignature = lines.lines().nth(1).unwrap();
        let other = cosign(&witness, "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", 1).unwrap();
        check_note(&names, &witnesses, (1, 20), &note.replace(cosignature, &other.to_string())).unwrap_err();
        check_note(&names, &[], (1, 20), &note.replace(cosignature, &other.to_string())).unwrap();
    }
}
