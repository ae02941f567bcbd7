//! The lines of a trust policy (C2SP tlog-policy): which logs and witnesses are known, and how many of them suffice.

use std::fmt;

use url::Url;

use super::key::{Algorithm, Verifier};
use super::text::{number, refused};
use crate::kernel::{Error, Result};

/// The longest name or address, in bytes.
const MAX_WORD: usize = 2048;

pub(super) fn malformed(detail: impl Into<String>) -> Error {
    refused("trust_policy_malformed", detail)
}

/// `log <vkey> [<url>]`: a log whose checkpoints are accepted. Its name is the origin of its checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key, of Ed25519.
    pub verifier: Verifier,
    /// Where it is, as it was written.
    pub url: Option<String>,
}

/// `witness <name> <vkey> [<url>]`: somebody who cosigns checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// What groups and the quorum call it.
    pub name: String,
    /// Its key, of cosignature/v1.
    pub verifier: Verifier,
    /// Where it takes checkpoints: the address before `/add-checkpoint`, as it was written.
    pub url: Option<String>,
}

/// How many members of a group must cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// One.
    Any,
    /// Each.
    All,
    /// So many.
    AtLeast(usize),
}

/// `group <name> any|all|<k> <name>…`: members of which some must cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What other groups and the quorum call it.
    pub name: String,
    /// How many must.
    pub threshold: Threshold,
    /// Names of witnesses and of groups before it.
    pub members: Vec<String>,
}

impl Group {
    /// How many members must cosign.
    #[must_use]
    pub fn needed(&self) -> usize {
        match self.threshold {
            Threshold::Any => 1,
            Threshold::All => self.members.len(),
            Threshold::AtLeast(count) => count,
        }
    }
}

/// A line of a policy.
pub(super) enum Line {
    Log(Log),
    Witness(Witness),
    Group(Group),
    Quorum(String),
}

impl Line {
    /// Reads a line; nothing for an empty one or a comment.
    pub(super) fn parse(line: &str) -> Result<Option<Self>> {
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let parsed = match words.as_slice() {
            [] => return Ok(None),
            [first, ..] if first.starts_with('#') => return Ok(None),
            ["log", vkey, url @ ..] if url.len() < 2 => {
                Self::Log(Log { verifier: key(vkey, Algorithm::Ed25519)?, url: address(url.first())? })
            }
            ["witness", name, vkey, url @ ..] if url.len() < 2 => Self::Witness(Witness {
                name: defined(name)?,
                verifier: key(vkey, Algorithm::CosignatureV1)?,
                url: address(url.first())?,
            }),
            ["group", name, threshold, members @ ..] if !members.is_empty() => Self::Group(Group {
                name: defined(name)?,
                threshold: read_threshold(threshold, members.len())?,
                members: members.iter().map(|&member| member.to_owned()).collect(),
            }),
            ["quorum", name] => Self::Quorum((*name).to_owned()),
            _ => {
                return Err(malformed(
                    "write “log <vkey> [<url>]”, “witness <name> <vkey> [<url>]”, “group <name> any|all|<k> <name>…” or “quorum <name>”",
                ));
            }
        };
        Ok(Some(parsed))
    }
}

fn key(vkey: &str, algorithm: Algorithm) -> Result<Verifier> {
    let verifier: Verifier = vkey.parse()?;
    if verifier.algorithm() == algorithm {
        return Ok(verifier);
    }
    Err(malformed(match algorithm {
        Algorithm::Ed25519 => "the key of a log is of type 0x01 (Ed25519)",
        Algorithm::CosignatureV1 => "the key of a witness is of type 0x04 (cosignature/v1)",
    }))
}

fn address(url: Option<&&str>) -> Result<Option<String>> {
    let Some(&url) = url else { return Ok(None) };
    let usable =
        url.len() <= MAX_WORD && Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if usable {
        Ok(Some(url.to_owned()))
    } else {
        Err(malformed(format!("{url} is no http or https address")))
    }
}

/// A name that a line gives.
fn defined(name: &str) -> Result<String> {
    if name == "none" || name.len() > MAX_WORD {
        return Err(malformed("“none” is the quorum of nobody; choose another name"));
    }
    Ok(name.to_owned())
}

fn read_threshold(text: &str, members: usize) -> Result<Threshold> {
    let count =
        || number(text).and_then(|count| usize::try_from(count).ok()).filter(|k| (1..=members).contains(k));
    match text {
        "any" => Ok(Threshold::Any),
        "all" => Ok(Threshold::All),
        _ => count().map(Threshold::AtLeast).ok_or_else(|| {
            malformed(format!("a group of {members} needs “any”, “all”, or a number from 1 to {members}"))
        }),
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {}", self.verifier)?;
        self.url.iter().try_for_each(|url| write!(f, " {url}"))
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "witness {} {}", self.name, self.verifier)?;
        self.url.iter().try_for_each(|url| write!(f, " {url}"))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.threshold {
            Threshold::Any => write!(f, "group {} any", self.name)?,
            Threshold::All => write!(f, "group {} all", self.name)?,
            Threshold::AtLeast(count) => write!(f, "group {} {count}", self.name)?,
        }
        self.members.iter().try_for_each(|member| write!(f, " {member}"))
    }
}
