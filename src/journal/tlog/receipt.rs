//! Receipts (C2SP tlog-proof): what proves, without the network, that an entry is in a log.

use std::fmt;
use std::str::FromStr;

use super::super::merkle::leaf_hash;
use super::checkpoint::Checkpoint;
use super::note::Note;
use super::proof::verify_inclusion;
use super::text::{digest, from_base64, number, refused, to_base64};
use super::trust::{Endorsed, TrustPolicy};
use crate::kernel::{Digest, Error, Result};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes from a leaf to a root.
const MAX_HASHES: usize = 63;

/// The position of an entry, the hashes that lead from it to the root of a tree, and a signed checkpoint of that tree.
/// Written as a `.tlog-proof` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The position of the entry.
    pub index: u64,
    /// The proof of inclusion, the leaf's sibling first.
    pub proof: Vec<Digest>,
    /// The checkpoint with its signatures.
    pub checkpoint: Note,
    /// Bytes that travel with it and that nobody has signed.
    pub extra: Option<Vec<u8>>,
}

/// What a receipt proves of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The position of the entry.
    pub index: u64,
    /// The checkpoint whose tree holds it, and who signed that.
    pub endorsed: Endorsed,
}

fn malformed(detail: impl Into<String>) -> Error {
    refused("receipt_malformed", detail)
}

impl Receipt {
    /// Reads a receipt; says nothing about whether it holds.
    ///
    /// # Errors
    /// `receipt_malformed`; `note_malformed` or `checkpoint_malformed` for the checkpoint.
    pub fn parse(text: &str) -> Result<Self> {
        let (head, note) = text
            .split_once("\n\n")
            .ok_or_else(|| malformed("a receipt has an empty line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(malformed(format!("the first line of a receipt reads {HEADER}")));
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(encoded) => {
                lines.next();
                Some(
                    from_base64(encoded)
                        .ok_or_else(|| malformed("the line “extra” of a receipt is base64"))?,
                )
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(number);
        let index = index.ok_or_else(|| malformed("a receipt has a line “index <position>”"))?;
        let hashes: Vec<&str> = lines.take(MAX_HASHES + 1).collect();
        if hashes.len() > MAX_HASHES {
            return Err(malformed(format!("a proof has at most {MAX_HASHES} hashes")));
        }
        let proof = hashes.into_iter().map(digest).collect::<Option<_>>();
        let proof = proof.ok_or_else(|| malformed("each line of a proof is 32 bytes in base64"))?;
        let checkpoint = Note::parse(note)?;
        Checkpoint::parse(checkpoint.text())?;
        Ok(Self { index, proof, checkpoint, extra })
    }

    /// Checks that a log which the policy trusts holds this entry, byte for byte.
    ///
    /// # Errors
    /// As [`TrustPolicy::examine`], and `proof_invalid`.
    pub fn verify(&self, entry: &[u8], policy: &TrustPolicy) -> Result<Proved> {
        self.verify_under(entry, |note| policy.examine(note))
    }

    /// The same, the checkpoint being examined by the caller: many receipts under one checkpoint need that once.
    ///
    /// # Errors
    /// As `examine`, and `proof_invalid`.
    pub fn verify_under(
        &self,
        entry: &[u8],
        examine: impl FnOnce(&Note) -> Result<Endorsed>,
    ) -> Result<Proved> {
        let endorsed = examine(&self.checkpoint)?;
        let tree = &endorsed.checkpoint;
        verify_inclusion(leaf_hash(entry), self.index, tree.size, &self.proof, tree.root)?;
        Ok(Proved { index: self.index, endorsed })
    }
}

impl FromStr for Receipt {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.extra.iter().try_for_each(|extra| writeln!(f, "extra {}", to_base64(extra)))?;
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::tlog::Signer;

    const KEY: &str = "catalogue.example.eu/log+a9bd2066+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    const ENTRY: &str = r#"{"actor":"did:web:acme.example","decision":"approved","request":"rq_01","seq":2,"time":"2026-01-02T03:04:02Z","type":"request.decided","v":1}"#;
    const GOLDEN: &str = "c2sp.org/tlog-proof@v1
index 2
daB+J5Kbkfijest4z9LLQxJ/Ej/PCfbDkm+j6cDmLVk=
1HotOphGgjQaXXPynpPYq/wQUVP1ziDMG5D6bvZVN9Q=
9BhQ5AyMEhtBXwPakdZ0fJANog5SaaA025OPMejr0+s=

catalogue.example.eu/log
5
eFgKkMm1b+CEOHcfI2fuN88Por72+1fHTdU9L2DBY7A=

— catalogue.example.eu/log qb0gZnAwC/yMP4OZYMkn/0CHDWFMBAnhij5XFRv6oMN0GdxndPAZDLmsC43uO7Fmwwc55d6ybFgs1LQrNS5A6RdEZAA=
";

    fn policy() -> TrustPolicy {
        TrustPolicy::of_log(KEY.parse().unwrap(), None)
    }

    #[test]
    fn the_golden_receipt_verifies() {
        let receipt = Receipt::parse(GOLDEN).unwrap();
        assert_eq!(receipt.to_string(), GOLDEN);
        assert_eq!(
            leaf_hash(ENTRY.as_bytes()).to_string(),
            "e1713e6a76453811a4aaabb7eb8f902ceb210304bb154239aaf2f0620edbb3ab"
        );
        let proved = receipt.verify(ENTRY.as_bytes(), &policy()).unwrap();
        assert_eq!((proved.index, proved.endorsed.checkpoint.size), (2, 5));
        assert_eq!(
            proved.endorsed.checkpoint.root.to_string(),
            "78580a90c9b56fe08438771f2367ee37cf0fa2bef6fb57c74dd53d2f60c163b0"
        );
    }

    #[test]
    fn the_golden_checkpoint_is_signed_again_to_the_byte() {
        let signer =
            Signer::from_seed("catalogue.example.eu/log", std::array::from_fn(|i| u8::try_from(i).unwrap()));
        let receipt = Receipt::parse(GOLDEN).unwrap();
        let checkpoint = Checkpoint::parse(receipt.checkpoint.text()).unwrap();
        assert_eq!(checkpoint.signed(&signer.unwrap()).unwrap(), receipt.checkpoint);
    }

    #[test]
    fn no_other_byte_of_entry_or_receipt_does() {
        let receipt = Receipt::parse(GOLDEN).unwrap();
        for at in 0..ENTRY.len() {
            let mut entry = ENTRY.as_bytes().to_vec();
            entry[at] ^= 1;
            assert_eq!(receipt.verify(&entry, &policy()).unwrap_err().code(), "proof_invalid");
        }
        for (at, _) in GOLDEN.char_indices() {
            for letter in ['A', 'x', '1', '\n', ' '] {
                let mut changed = GOLDEN.to_owned();
                let end = at + changed[at..].chars().next().unwrap().len_utf8();
                changed.replace_range(at..end, &letter.to_string());
                let same = changed == GOLDEN;
                let verified = Receipt::parse(&changed).and_then(|it| it.verify(ENTRY.as_bytes(), &policy()));
                assert_eq!(verified.is_ok(), same, "{changed}");
            }
        }
    }

    #[test]
    fn what_is_no_receipt_is_refused() {
        let hash = "daB+J5Kbkfijest4z9LLQxJ/Ej/PCfbDkm+j6cDmLVk=";
        for bad in [
            String::new(),
            GOLDEN.replace("@v1", "@v2"),
            GOLDEN.replace("index 2", "index 02"),
            GOLDEN.replace("index 2", "index"),
            GOLDEN.replace("index 2\n", ""),
            GOLDEN.replace("index 2\n", "index 2\nextra AAAA\n"),
            GOLDEN.replace("index 2\n", "extra AA\nindex 2\n"),
            GOLDEN.replace(hash, &[hash; MAX_HASHES].join("\n")),
            GOLDEN.replace(hash, &hash[4..]),
            GOLDEN.replace(hash, ""),
            GOLDEN.replace('\n', "\r\n"),
        ] {
            assert!(Receipt::parse(&bad).is_err(), "{bad}");
        }
        let extra = GOLDEN.replace("index 2\n", "extra AAAA\nindex 2\n");
        let receipt = Receipt::parse(&extra).unwrap();
        assert_eq!((receipt.extra.as_deref(), receipt.to_string()), (Some(&[0, 0, 0][..]), extra));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(?s).{0,200}") {
            Receipt::parse(&text).ok();
            Receipt::parse(&format!("{HEADER}\nindex 0\n\n{text}")).ok();
        }

        #[test]
        fn what_is_written_reads_back(index in 0..=i64::MAX as u64, proof in proptest::collection::vec(any::<[u8; 32]>(), 0..64), extra: Option<Vec<u8>>) {
            let proof = proof.into_iter().map(Digest::from_bytes).collect();
            let receipt = Receipt { index, proof, checkpoint: Receipt::parse(GOLDEN).unwrap().checkpoint, extra };
            prop_assert_eq!(Receipt::parse(&receipt.to_string()).unwrap(), receipt);
        }
    }
}
