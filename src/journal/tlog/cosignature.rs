//! Cosignatures of witnesses (C2SP tlog-cosignature, version 1), and what is sent to a witness to get one
//! (C2SP tlog-witness).

use std::fmt;
use std::str::FromStr;

use super::checkpoint::Checkpoint;
use super::key::Signer;
use super::note::{Note, Signature};
use super::text::{GREATEST, digest, number, refused, to_base64};
use crate::kernel::{Digest, Error, Result};

/// The most hashes a proof of consistency can have.
pub const MAX_CONSISTENCY_HASHES: usize = 63;

/// What a witness signs: that at this time the tree with this text was the largest it saw of the log, and consistent.
pub(super) fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The time and the signature in the bytes of a cosignature.
pub(super) fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    (time <= GREATEST).then_some((time, signature))
}

/// Cosigns the text of a checkpoint at a time, in Unix seconds. [`Signer::cosignature_verifier`] checks it.
///
/// # Errors
/// `checkpoint_malformed` when the text is none; `time_invalid` for a time of zero or beyond 2^63 - 1.
pub fn cosign(signer: &Signer, text: &str, time: u64) -> Result<Signature> {
    Checkpoint::parse(text)?;
    if time == 0 || time > GREATEST {
        return Err(refused(
            "time_invalid",
            "a cosignature tells its time in seconds since 1970; set the clock",
        ));
    }
    let mut bytes = time.to_be_bytes().to_vec();
    bytes.extend(signer.sign_bytes(message(text, time).as_bytes()));
    let verifier = signer.cosignature_verifier();
    Ok(Signature::new(verifier.name().to_owned(), verifier.key_id(), bytes))
}

/// The body of `POST add-checkpoint`: a checkpoint, and the proof that it continues the tree of a size the witness has
/// seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the tree that the witness cosigned last; zero if none.
    pub old: u64,
    /// The proof of consistency; at most [`MAX_CONSISTENCY_HASHES`].
    pub proof: Vec<Digest>,
    /// The new checkpoint, with the signature of its log.
    pub checkpoint: Note,
}

impl AddCheckpoint {
    /// Reads a body.
    ///
    /// # Errors
    /// `witness_request_malformed`; `note_malformed` or `checkpoint_malformed` for its last part.
    pub fn parse(body: &str) -> Result<Self> {
        let wrong = |detail: &str| refused("witness_request_malformed", detail);
        let (head, note) = body
            .split_once("\n\n")
            .ok_or_else(|| wrong("a request reads “old <size>”, hashes, an empty line, and a checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(number);
        let old = old.ok_or_else(|| wrong("the first line of a request reads “old <size>”"))?;
        let hashes: Vec<&str> = lines.take(MAX_CONSISTENCY_HASHES + 1).collect();
        if hashes.len() > MAX_CONSISTENCY_HASHES {
            return Err(wrong("a proof of consistency has at most 63 hashes"));
        }
        let proof = hashes.into_iter().map(digest).collect::<Option<_>>();
        let proof = proof.ok_or_else(|| wrong("each line of a proof is 32 bytes in base64"))?;
        let checkpoint = Note::parse(note)?;
        Checkpoint::parse(checkpoint.text())?;
        Ok(Self { old, proof, checkpoint })
    }
}

impl FromStr for AddCheckpoint {
    type Err = Error;

    fn from_str(body: &str) -> Result<Self> {
        Self::parse(body)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signer(name: &str) -> Signer {
        Signer::from_seed(name, [3; 32]).unwrap()
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint { origin: "log.example".into(), size, root: Digest::of("root") }
    }

    #[test]
    fn a_cosignature_holds_for_its_time_and_text_alone() {
        let witness = signer("witness.example");
        let text = checkpoint(3).to_string();
        let cosignature = cosign(&witness, &text, 1_679_315_147).unwrap();
        let verifier = witness.cosignature_verifier();
        assert_eq!(verifier.check(&text, cosignature.bytes()).unwrap(), Some(1_679_315_147));
        assert!(verifier.check(&checkpoint(4).to_string(), cosignature.bytes()).is_err());
        let mut later = cosignature.bytes().to_vec();
        later[7] += 1;
        assert!(verifier.check(&text, &later).is_err());
        assert!(verifier.check(&text, &later[..7]).is_err());
        assert!(
            witness.verifier().check(&text, &cosignature.bytes()[8..]).is_err(),
            "it is no signature of the note"
        );
        assert_eq!(cosign(&witness, "no checkpoint\n", 1).unwrap_err().code(), "checkpoint_malformed");
        assert_eq!(cosign(&witness, &text, 0).unwrap_err().code(), "time_invalid");
        assert_eq!(cosign(&witness, &text, u64::MAX).unwrap_err().code(), "time_invalid");
    }

    #[test]
    fn the_message_is_that_of_the_specification() {
        assert_eq!(
            message(
                "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                1_679_315_147
            ),
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let good = AddCheckpoint {
            old: 2,
            proof: vec![Digest::of("a"), Digest::of("b")],
            checkpoint: checkpoint(3).signed(&signer("log.example")).unwrap(),
        };
        let text = good.to_string();
        assert_eq!(AddCheckpoint::parse(&text).unwrap(), good);
        let hash = to_base64(Digest::of("a").as_bytes());
        for bad in [
            String::new(),
            text.replace("old 2", "old 02"),
            text.replace("old 2", "new 2"),
            text.replace("old 2\n", ""),
            text.replacen(&hash, "AAAA", 1),
            text.replacen(&hash, &[hash.as_str(); MAX_CONSISTENCY_HASHES].join("\n"), 1),
            text.replacen("\n\n", "\n", 2),
        ] {
            assert!(AddCheckpoint::parse(&bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_written_reads_back(text in "(?s).{0,200}", old in 0..=GREATEST, proof in proptest::collection::vec(any::<[u8; 32]>(), 0..64)) {
            AddCheckpoint::parse(&text).ok();
            AddCheckpoint::parse(&format!("old {old}\n\n{text}")).ok();
            let proof = proof.into_iter().map(Digest::from_bytes).collect();
            let request = AddCheckpoint { old, proof, checkpoint: checkpoint(old).signed(&signer("l")).unwrap() };
            prop_assert_eq!(AddCheckpoint::parse(&request.to_string()).unwrap(), request);
        }
    }
}
