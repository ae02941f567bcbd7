//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

use std::fmt;
use std::str::FromStr;

use super::key::Verifier;
use super::text::{from_base64, is_name, refused, to_base64};
use crate::kernel::{Error, Result};

/// The largest note that is read, in bytes.
pub const MAX_NOTE: usize = 1_000_000;

/// The most signatures a note may have.
pub const MAX_SIGNATURES: usize = 100;

/// What begins a signature line: an em dash and a space.
const DASH: &str = "— ";

fn malformed(detail: impl Into<String>) -> Error {
    refused("note_malformed", detail)
}

/// A signature line, `— <name> <base64 of key id and signature>`, written without its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    key_id: u32,
    bytes: Vec<u8>,
}

impl Signature {
    pub(super) fn new(name: String, key_id: u32, bytes: Vec<u8>) -> Self {
        Self { name, key_id, bytes }
    }

    /// The name of the key that says to have made it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of that key.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The signature itself: 64 bytes of Ed25519; of a cosignature, eight bytes of time before them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromStr for Signature {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self> {
        let wrong = || malformed("a signature line reads “— <name> <base64>”");
        let (name, encoded) =
            line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or_else(wrong)?;
        let bytes = from_base64(encoded).ok_or_else(wrong)?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if is_name(name) && !signature.is_empty() => {
                Ok(Self::new(name.to_owned(), u32::from_be_bytes(*id), signature.to_vec()))
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.to_be_bytes().to_vec();
        bytes.extend(&self.bytes);
        write!(f, "{DASH}{} {}", self.name, to_base64(bytes))
    }
}

/// A text with signatures. Nothing in the text means anything before [`Note::verified_by`] has said who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A key whose signature of a note holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The key.
    pub verifier: &'a Verifier,
    /// When it signed, in Unix seconds; the latest time if it did so more than once. Only cosignatures tell.
    pub time: Option<u64>,
}

impl Note {
    /// A note of a text and its signatures.
    ///
    /// # Errors
    /// `note_malformed` when the text does not end with a newline or has other control characters, or there is no
    /// signature or more than [`MAX_SIGNATURES`].
    pub fn new(text: impl Into<String>, signatures: Vec<Signature>) -> Result<Self> {
        let note = Self { text: text.into(), signatures };
        note.check()?;
        Ok(note)
    }

    fn check(&self) -> Result<()> {
        if self.text.len() > MAX_NOTE {
            return Err(malformed(format!("a note has at most {MAX_NOTE} bytes")));
        }
        if !self.text.ends_with('\n') || has_control(&self.text) {
            return Err(malformed(
                "the text of a note ends with a newline and has no other control characters",
            ));
        }
        match self.signatures.len() {
            1..=MAX_SIGNATURES => Ok(()),
            count => Err(malformed(format!("a note has 1 to {MAX_SIGNATURES} signatures, not {count}"))),
        }
    }

    /// Reads a note; says nothing about whether its signatures hold.
    ///
    /// # Errors
    /// `note_malformed`.
    pub fn parse(note: &str) -> Result<Self> {
        if note.len() > MAX_NOTE {
            return Err(malformed(format!("a note has at most {MAX_NOTE} bytes")));
        }
        let (text, lines) = note
            .rsplit_once("\n\n")
            .ok_or_else(|| malformed("a note is a text, an empty line, and signature lines"))?;
        let lines = lines.strip_suffix('\n').ok_or_else(|| {
            malformed("the last line of a note ends with a newline; it may have been cut off")
        })?;
        let lines: Vec<&str> = lines.split('\n').take(MAX_SIGNATURES + 1).collect();
        let signatures = lines.into_iter().map(str::parse).collect::<Result<_>>()?;
        Self::new(format!("{text}\n"), signatures)
    }

    /// The text, its last newline included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, whether they hold or not.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The note with another signature. One that is there already is not added again.
    ///
    /// # Errors
    /// `note_malformed` when there would be more than [`MAX_SIGNATURES`].
    pub fn with(mut self, signature: Signature) -> Result<Self> {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
        self.check()?;
        Ok(self)
    }

    /// Which of the known keys signed it, each once, in the order of their first signatures. Signatures of unknown
    /// keys count for nothing, even under a known name.
    ///
    /// # Errors
    /// `signature_invalid` when a signature says to be of a known key and is not; `signature_missing` when none is
    /// of a known key; `key_ambiguous` when a signature fits two of the keys by name and number.
    pub fn verified_by<'a>(&self, known: &'a [Verifier]) -> Result<Vec<Verified<'a>>> {
        let mut found: Vec<Verified<'a>> = Vec::new();
        for signature in &self.signatures {
            let mut candidates = known.iter().filter(|verifier| verifier.made(signature));
            let Some(verifier) = candidates.next() else { continue };
            if candidates.any(|other| other != verifier) {
                return Err(refused(
                    "key_ambiguous",
                    format!(
                        "two known keys have the name {} and the same number; give one another name",
                        verifier.name()
                    ),
                ));
            }
            let time = verifier.check(&self.text, signature.bytes())?;
            match found.iter_mut().find(|verified| verified.verifier == verifier) {
                Some(verified) => verified.time = verified.time.max(time),
                None => found.push(Verified { verifier, time }),
            }
        }
        if found.is_empty() {
            return Err(refused(
                "signature_missing",
                "none of the known keys signed this note; check the trust policy",
            ));
        }
        Ok(found)
    }
}

impl FromStr for Note {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// Whether a text has an ASCII control character other than a newline.
fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 && byte != b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::tlog::{Signer, cosign};

    /// The example of C2SP's signed-note.
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn signer(name: &str) -> Signer {
        Signer::from_seed(name, [7; 32]).unwrap()
    }

    fn code(result: Result<Vec<Verified<'_>>>) -> &'static str {
        result.map_or_else(|error| error.code(), |_| "")
    }

    #[test]
    fn the_example_of_the_specification_verifies() {
        let known = [KEY.parse().unwrap()];
        let note = Note::parse(NOTE).unwrap();
        assert_eq!(note.to_string(), NOTE);
        assert_eq!(note.text(), "This is an example message.\n");
        assert_eq!(note.verified_by(&known).unwrap(), [Verified { verifier: &known[0], time: None }]);
        let changed = Note::parse(&NOTE.replace("example message", "example massage")).unwrap();
        assert_eq!(code(changed.verified_by(&known)), "signature_invalid");
        assert_eq!(code(note.verified_by(&[])), "signature_missing");
    }

    #[test]
    fn unknown_keys_are_ignored_and_a_known_one_that_fails_is_not() {
        let (ours, theirs) = (signer("ours.example"), Signer::from_seed("ours.example", [8; 32]).unwrap());
        let text = "text\n";
        let known = [ours.verifier()];
        let note = Note::new(text, vec![theirs.sign("other\n"), ours.sign(text)]).unwrap();
        assert_eq!(note.verified_by(&known).unwrap().len(), 1, "same name, other number: unknown");
        let note = Note::new(text, vec![ours.sign(text), ours.sign("other\n")]).unwrap();
        assert_eq!(code(note.verified_by(&known)), "signature_invalid", "a second line must hold as well");
        let note = Note::new(text, vec![theirs.sign(text)]).unwrap();
        assert_eq!(code(note.verified_by(&known)), "signature_missing");
    }

    #[test]
    fn a_key_counts_once_with_its_latest_time() {
        let witness = signer("witness.example");
        let text = "log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        let at = |time| cosign(&witness, text, time).unwrap();
        let known = [witness.cosignature_verifier()];
        let note = Note::new(text, vec![at(10), at(30), at(20)]).unwrap();
        assert_eq!(note.verified_by(&known).unwrap(), [Verified { verifier: &known[0], time: Some(30) }]);
        assert_eq!(note.clone().with(at(10)).unwrap(), note);
    }

    #[test]
    fn the_text_ends_at_the_last_empty_line() {
        let ours = signer("ours.example");
        let text = "one\n\ntwo\n";
        let note = Note::new(text, vec![ours.sign(text)]).unwrap();
        assert_eq!(Note::parse(&note.to_string()).unwrap().text(), text);
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let line = signer("a.example").sign("text\n").to_string();
        let note = |text: &str| format!("{text}\n{line}\n");
        assert!(Note::parse(&note("text\n")).is_ok());
        for bad in [
            String::new(),
            "text\n".into(),
            "text\n\n".into(),
            "text\n\n\n".into(),
            format!("\n{line}\n"),
            format!("text\n\n{line}"),
            note("te\txt\n"),
            note("te\rxt\n"),
            note("te\0xt\n"),
            format!("text\n\n{}\n", line.replace('—', "-")),
            format!("text\n\n{line} \n"),
            format!("text\n\n{}\n", line.replace("a.example", "a+example")),
            "text\n\n— a.example AAAA\n".into(),
            format!("text\n\n{}", format!("{line}\n").repeat(MAX_SIGNATURES + 1)),
            note(&format!("{}\n", "x".repeat(MAX_NOTE))),
        ] {
            let start: String = bad.chars().take(60).collect();
            assert_eq!(Note::parse(&bad).unwrap_err().code(), "note_malformed", "{start:?}");
        }
        assert!(Note::parse(&format!("text\n\n{}", format!("{line}\n").repeat(MAX_SIGNATURES))).is_ok());
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_read_is_written_the_same(text in "(?s).{0,200}", lines in "(— [a-c ]{0,3} [A-Za-z0-9+/=]{0,16}\n?){0,3}") {
            for note in [&text, &format!("{text}\n\n{lines}")] {
                if let Ok(read) = Note::parse(note) {
                    prop_assert_eq!(&read.to_string(), note);
                }
            }
        }

        #[test]
        fn what_is_written_reads_back(text in "[^\u{0}-\u{1f}]{0,30}(\n[^\u{0}-\u{1f}]{0,30}){0,4}", count in 1usize..4) {
            let text = format!("{text}\n");
            let signatures = (0..count).map(|i| signer(&format!("s{i}.example")).sign(&text)).collect();
            let note = Note::new(text, signatures).unwrap();
            prop_assert_eq!(Note::parse(&note.to_string()).unwrap(), note);
        }
    }
}
