//! Trust policies: whom somebody trusts to have signed a checkpoint, and the check against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::checkpoint::Checkpoint;
use super::key::Verifier;
use super::note::Note;
use super::policy::{Group, Line, Log, Witness, malformed};
use super::text::refused;
use crate::kernel::{Error, Result};

/// The largest policy that is read, in bytes.
const MAX_POLICY: usize = 256 * 1024;

/// The most logs, witnesses and groups of a policy, each.
const MAX_LINES: usize = 128;

/// Known logs, known witnesses, and which of these must have cosigned (C2SP tlog-policy).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustPolicy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// A witness or a group; nobody need cosign without it.
    quorum: Option<String>,
}

/// A checkpoint that a policy accepts, and who stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endorsed {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The keys of the log whose signatures hold.
    pub logs: Vec<Verifier>,
    /// Names of the witnesses whose cosignatures hold, with their times in Unix seconds.
    pub witnesses: Vec<(String, u64)>,
}

impl TrustPolicy {
    /// A policy that accepts one log and asks for no witness.
    #[must_use]
    pub fn of_log(verifier: Verifier, url: Option<String>) -> Self {
        Self { logs: vec![Log { verifier, url }], ..Self::default() }
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// `trust_policy_malformed` or `key_malformed`, naming the line.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_POLICY {
            return Err(malformed(format!("a trust policy has at most {MAX_POLICY} bytes")));
        }
        let mut policy = Self::default();
        let mut quorum = None;
        for (line, number) in lines(text).zip(1..) {
            let added = line.and_then(|line| policy.add(line, &mut quorum));
            added.map_err(|error| refused(error.code(), format!("line {number}: {}", error.detail())))?;
        }
        let quorum = quorum.ok_or_else(|| {
            malformed(
                "a trust policy has one line “quorum <name>”; write “quorum none” to ask for no witness",
            )
        })?;
        policy.quorum = Some(quorum).filter(|name| name != "none");
        Ok(policy)
    }

    fn add(&mut self, line: &str, quorum: &mut Option<String>) -> Result<()> {
        match Line::parse(line)? {
            None => {}
            Some(Line::Log(log)) => self.add_log(log)?,
            Some(Line::Witness(witness)) => self.add_witness(witness)?,
            Some(Line::Group(group)) => self.add_group(group)?,
            Some(Line::Quorum(name)) => {
                if name != "none" && !self.defines(&name) {
                    return Err(malformed(format!("no line before this one defines {name}")));
                }
                if quorum.replace(name).is_some() {
                    return Err(malformed("there is a quorum already; keep one"));
                }
            }
        }
        Ok(())
    }

    fn add_log(&mut self, log: Log) -> Result<()> {
        if self.logs.iter().any(|known| known.verifier.public_key() == log.verifier.public_key()) {
            return Err(malformed("this key of a log is there already"));
        }
        self.unambiguous(&log.verifier)?;
        within(self.logs.len())?;
        self.logs.push(log);
        Ok(())
    }

    fn add_witness(&mut self, witness: Witness) -> Result<()> {
        if self.witnesses.iter().any(|known| known.verifier.public_key() == witness.verifier.public_key()) {
            return Err(malformed("this key of a witness is there already"));
        }
        if self.defines(&witness.name) {
            return Err(malformed(format!("{} is defined already", witness.name)));
        }
        self.unambiguous(&witness.verifier)?;
        within(self.witnesses.len())?;
        self.witnesses.push(witness);
        Ok(())
    }

    fn add_group(&mut self, group: Group) -> Result<()> {
        if self.defines(&group.name) {
            return Err(malformed(format!("{} is defined already", group.name)));
        }
        let mut taken: BTreeSet<&str> =
            self.groups.iter().flat_map(|group| group.members.iter().map(String::as_str)).collect();
        for member in &group.members {
            if !self.defines(member) {
                return Err(malformed(format!("no line before this one defines {member}")));
            }
            if !taken.insert(member) {
                return Err(malformed(format!("{member} may be a member once, so that it counts once")));
            }
        }
        within(self.groups.len())?;
        self.groups.push(group);
        Ok(())
    }

    /// Two keys that signature lines cannot tell apart would make every note of theirs unreadable.
    fn unambiguous(&self, new: &Verifier) -> Result<()> {
        if self.verifiers().any(|known| known.name() == new.name() && known.key_id() == new.key_id()) {
            return Err(malformed(format!("another key has the name {} and the same number", new.name())));
        }
        Ok(())
    }

    fn defines(&self, name: &str) -> bool {
        self.witnesses.iter().any(|witness| witness.name == name)
            || self.groups.iter().any(|group| group.name == name)
    }

    fn verifiers(&self) -> impl Iterator<Item = &Verifier> {
        let logs = self.logs.iter().map(|log| &log.verifier);
        logs.chain(self.witnesses.iter().map(|witness| &witness.verifier))
    }

    /// The policy with another log beside those it has: another key of the same log after a rotation, or another log.
    ///
    /// # Errors
    /// `trust_policy_malformed` when the key is there already.
    pub fn with_log(mut self, verifier: Verifier, url: Option<String>) -> Result<Self> {
        self.add_log(Log { verifier, url })?;
        Ok(self)
    }

    /// The logs whose checkpoints are accepted.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses that are known.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// The groups of witnesses.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The witness or group that must have cosigned; nothing if nobody need.
    #[must_use]
    pub fn quorum(&self) -> Option<&str> {
        self.quorum.as_deref()
    }

    /// The checkpoint in a note, if this policy accepts it.
    ///
    /// # Errors
    /// As [`TrustPolicy::examine`].
    pub fn check(&self, note: &Note) -> Result<Checkpoint> {
        self.examine(note).map(|endorsed| endorsed.checkpoint)
    }

    /// The checkpoint in a note, if this policy accepts it, and who signed it.
    ///
    /// # Errors
    /// `log_unknown` when no log has its origin; `signature_missing` when none of that log's keys signed it;
    /// `signature_invalid` when a known key did not sign what it seems to have signed; `quorum_missing` when too few
    /// witnesses cosigned; `checkpoint_malformed`.
    pub fn examine(&self, note: &Note) -> Result<Endorsed> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let of_log = |verifier: &Verifier| {
            verifier.name() == checkpoint.origin && self.logs.iter().any(|log| log.verifier == *verifier)
        };
        if !self.logs.iter().any(|log| of_log(&log.verifier)) {
            return Err(refused(
                "log_unknown",
                format!("the trust policy does not know the log {}; add its key", checkpoint.origin),
            ));
        }
        let known: Vec<Verifier> = self.verifiers().cloned().collect();
        let verified = note.verified_by(&known)?;
        let logs: Vec<Verifier> = verified
            .iter()
            .filter(|signed| of_log(signed.verifier))
            .map(|signed| signed.verifier.clone())
            .collect();
        if logs.is_empty() {
            let detail = format!(
                "the log {} did not sign this checkpoint with a key of the trust policy",
                checkpoint.origin
            );
            return Err(refused("signature_missing", detail));
        }
        let witnesses: Vec<(String, u64)> = verified
            .iter()
            .filter_map(|signed| {
                let witness = self.witnesses.iter().find(|witness| witness.verifier == *signed.verifier)?;
                Some((witness.name.clone(), signed.time?))
            })
            .collect();
        self.reaches_quorum(&witnesses)?;
        Ok(Endorsed { checkpoint, logs, witnesses })
    }

    fn reaches_quorum(&self, cosigned: &[(String, u64)]) -> Result<()> {
        let Some(quorum) = &self.quorum else { return Ok(()) };
        let mut reached: BTreeMap<&str, bool> =
            cosigned.iter().map(|(name, _)| (name.as_str(), true)).collect();
        for group in &self.groups {
            let cosigning = group.members.iter().filter(|member| reached.get(member.as_str()) == Some(&true));
            reached.insert(&group.name, cosigning.count() >= group.needed());
        }
        if reached.get(quorum.as_str()) == Some(&true) {
            return Ok(());
        }
        let names: Vec<&str> = cosigned.iter().map(|(name, _)| name.as_str()).collect();
        let by = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        Err(refused(
            "quorum_missing",
            format!("the quorum {quorum} has not cosigned this checkpoint; cosigned by {by}"),
        ))
    }
}

fn within(count: usize) -> Result<()> {
    if count < MAX_LINES {
        Ok(())
    } else {
        Err(malformed(format!("a trust policy has at most {MAX_LINES} logs, witnesses and groups each")))
    }
}

/// Lines as the format has them: ended by a newline alone.
fn lines(text: &str) -> impl Iterator<Item = Result<&str>> {
    text.split('\n').map(|line| {
        if line.bytes().any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f) {
            Err(malformed("the only control characters are tabs and newlines; save it with Unix line ends"))
        } else {
            Ok(line)
        }
    })
}

impl FromStr for TrustPolicy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for TrustPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.logs.iter().try_for_each(|log| writeln!(f, "{log}"))?;
        self.witnesses.iter().try_for_each(|witness| writeln!(f, "{witness}"))?;
        self.groups.iter().try_for_each(|group| writeln!(f, "{group}"))?;
        writeln!(f, "quorum {}", self.quorum.as_deref().unwrap_or("none"))
    }
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
