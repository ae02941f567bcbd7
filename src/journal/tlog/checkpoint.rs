//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log's tree at one moment.

use std::fmt;

use super::key::Signer;
use super::note::Note;
use super::text::{GREATEST, digest, number, refused, to_base64};
use crate::kernel::{Digest, Error, Result};

/// A head of a log's tree. Written, it is the text of a note, without signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name such as `data.example.org/log`, the same in all its checkpoints.
    pub origin: String,
    /// How many entries the tree has.
    pub size: u64,
    /// The root of the tree.
    pub root: Digest,
}

fn malformed(detail: impl Into<String>) -> Error {
    refused("checkpoint_malformed", detail)
}

impl Checkpoint {
    /// Reads the text of a note. Lines after the third belong to nobody here and are left out; they are signed with
    /// the note all the same.
    ///
    /// # Errors
    /// `checkpoint_malformed`.
    pub fn parse(text: &str) -> Result<Self> {
        let body = text.strip_suffix('\n').ok_or_else(|| malformed("a checkpoint ends with a newline"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(malformed("a checkpoint has three lines: origin, size, and root in base64"));
        };
        if origin.is_empty() || lines.any(str::is_empty) || text.chars().any(|c| c.is_control() && c != '\n')
        {
            return Err(malformed("no line of a checkpoint is empty or has control characters"));
        }
        let size = number(size).ok_or_else(|| {
            malformed("the second line of a checkpoint is a number of entries, without leading zeroes")
        })?;
        let root =
            digest(root).ok_or_else(|| malformed("the third line of a checkpoint is 32 bytes in base64"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// The checkpoint as a note with the signature of its log.
    ///
    /// # Errors
    /// `checkpoint_malformed` when origin or size are such that nobody could read it.
    pub fn signed(&self, signer: &Signer) -> Result<Note> {
        let text = self.to_string();
        if self.size > GREATEST || Self::parse(&text)? != *self {
            return Err(malformed("this checkpoint could not be read back; choose an origin of one line"));
        }
        let signature = signer.sign(&text);
        Note::new(text, vec![signature])
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, to_base64(self.root.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of C2SP's tlog-checkpoint.
    const EXAMPLE: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_example_of_the_specification_is_read_and_written() {
        let read = Checkpoint::parse(EXAMPLE).unwrap();
        assert_eq!((read.origin.as_str(), read.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(read.to_string(), EXAMPLE);
        assert_eq!(Checkpoint::parse(&format!("{EXAMPLE}more\n")).unwrap(), read);
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        for bad in [
            String::new(),
            EXAMPLE.trim_end().into(),
            EXAMPLE.replace("20852163", "020852163"),
            EXAMPLE.replace("20852163", "-1"),
            EXAMPLE.replace("20852163", "9223372036854775808"),
            EXAMPLE.replace("q2I=", "q2I"),
            EXAMPLE.replace("q2I=", "q2J="),
            EXAMPLE.replace("example.com/behind-the-sofa", ""),
            format!("{EXAMPLE}\n"),
            format!("{EXAMPLE}\nmore\n"),
            EXAMPLE.replace('\n', "\r\n"),
        ] {
            assert_eq!(Checkpoint::parse(&bad).unwrap_err().code(), "checkpoint_malformed", "{bad:?}");
        }
    }

    #[test]
    fn only_what_reads_back_is_signed() {
        let signer = Signer::from_seed("a.example", [1; 32]).unwrap();
        let good = Checkpoint { origin: "a.example".into(), size: 3, root: Digest::of("x") };
        let note = good.signed(&signer).unwrap();
        assert_eq!(note.verified_by(&[signer.verifier()]).unwrap().len(), 1);
        assert_eq!(Checkpoint::parse(note.text()).unwrap(), good);
        for bad in ["", "a\n5", "a\u{7f}"] {
            assert!(Checkpoint { origin: bad.into(), ..good.clone() }.signed(&signer).is_err(), "{bad:?}");
        }
        assert!(Checkpoint { size: u64::MAX, ..good }.signed(&signer).is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(?s).{0,120}", size in "[0-9]{0,22}", root in "[A-Za-z0-9+/]{42,44}=?") {
            Checkpoint::parse(&text).ok();
            let text = format!("a\n{size}\n{root}\n");
            if let Ok(read) = Checkpoint::parse(&text) {
                prop_assert_eq!(read.to_string(), text);
            }
        }

        #[test]
        fn what_is_written_reads_back(origin in "[^\\pC\\pZ]{1,40}", size in 0..=GREATEST, root: [u8; 32]) {
            let checkpoint = Checkpoint { origin, size, root: Digest::from_bytes(root) };
            prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()).unwrap(), checkpoint);
        }
    }
}
