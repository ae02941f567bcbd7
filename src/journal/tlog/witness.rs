//! What a witness decides (C2SP tlog-witness): whether to cosign a checkpoint, given the one it cosigned last.

use super::checkpoint::Checkpoint;
use super::cosignature::AddCheckpoint;
use super::key::Verifier;
use super::proof::verify_consistency;
use super::trust::TrustPolicy;
use crate::kernel::{Digest, Error};

/// Why a witness does not cosign; each has one status of HTTP.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The request cannot be read, or its old size is larger than the checkpoint (400).
    Malformed(Error),
    /// The log is not among those it knows (404).
    UnknownLog(String),
    /// No key of the log that it knows signed the checkpoint, or one did not that seems to have (403).
    NotSigned(Error),
    /// The checkpoint it cosigned last has another size than the request says: this one (409).
    OtherSize(u64),
    /// The tree is no continuation of the one it cosigned last (422).
    Inconsistent(Error),
}

/// The checkpoint in a request, if it is of a known log, signed, and continues the one that was cosigned last. Whoever
/// asks must store it before answering, and let nobody else ask in between.
///
/// # Errors
/// Why not.
pub fn may_cosign(
    request: &AddCheckpoint,
    policy: &TrustPolicy,
    latest: impl FnOnce(&str) -> Option<Checkpoint>,
) -> Result<Checkpoint, Refusal> {
    let new = Checkpoint::parse(request.checkpoint.text()).map_err(Refusal::Malformed)?;
    let keys = policy.logs().iter().map(|log| &log.verifier).filter(|key| key.name() == new.origin);
    let keys: Vec<Verifier> = keys.cloned().collect();
    if keys.is_empty() {
        return Err(Refusal::UnknownLog(new.origin));
    }
    request.checkpoint.verified_by(&keys).map_err(Refusal::NotSigned)?;
    if request.old > new.size {
        let detail = format!("the old size {} is larger than the checkpoint's {}", request.old, new.size);
        return Err(Refusal::Malformed(Error::malformed("witness_request_malformed", detail)));
    }
    let latest = latest(&new.origin);
    let (size, root) = latest.map_or((0, Digest::of(b"")), |latest| (latest.size, latest.root));
    if request.old != size {
        return Err(Refusal::OtherSize(size));
    }
    if new.size == 0 && new.root != Digest::of(b"") {
        let detail = "a tree without entries has the SHA-256 of nothing as its root";
        return Err(Refusal::Inconsistent(Error::conflict("proof_invalid", detail)));
    }
    verify_consistency(size, root, new.size, new.root, &request.proof).map_err(Refusal::Inconsistent)?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::super::consistency_proof;
    use super::super::proof::tests::Memory;
    use super::*;
    use crate::journal::tlog::{Note, Signer};

    fn signer() -> Signer {
        Signer::from_seed("log.example", [1; 32]).unwrap()
    }

    fn checkpoint(tree: &Memory, size: u64) -> Checkpoint {
        Checkpoint { origin: "log.example".into(), size, root: tree.root(size) }
    }

    fn request(tree: &mut Memory, old: u64, new: u64) -> AddCheckpoint {
        let proof = consistency_proof(old, new, tree).unwrap();
        AddCheckpoint { old, proof, checkpoint: checkpoint(tree, new).signed(&signer()).unwrap() }
    }

    fn status(request: &AddCheckpoint, latest: Option<Checkpoint>) -> u16 {
        let other = Signer::from_seed("other.example", [2; 32]).unwrap();
        let policy = TrustPolicy::of_log(signer().verifier(), None).with_log(other.verifier(), None).unwrap();
        match may_cosign(request, &policy, |_| latest) {
            Ok(_) => 200,
            Err(Refusal::Malformed(_)) => 400,
            Err(Refusal::NotSigned(_)) => 403,
            Err(Refusal::UnknownLog(_)) => 404,
            Err(Refusal::OtherSize(_)) => 409,
            Err(Refusal::Inconsistent(_)) => 422,
        }
    }

    #[test]
    fn a_witness_cosigns_what_continues_and_nothing_else() {
        let tree = &mut Memory::of(20);
        let at = |tree: &Memory, size| Some(checkpoint(tree, size));
        assert_eq!(status(&request(tree, 0, 5), None), 200);
        assert_eq!(status(&request(tree, 5, 13), at(tree, 5)), 200);
        assert_eq!(status(&request(tree, 13, 13), at(tree, 13)), 200, "the same again");
        assert_eq!(status(&request(tree, 0, 0), None), 200);

        assert_eq!(status(&request(tree, 0, 13), at(tree, 5)), 409);
        assert_eq!(status(&request(tree, 5, 13), None), 409);
        assert_eq!(status(&request(tree, 5, 13), at(tree, 7)), 409);

        let mut more = request(tree, 0, 5);
        more.proof.push(Digest::of("more"));
        assert_eq!(status(&more, None), 422);
        let mut less = request(tree, 5, 13);
        less.proof.pop();
        assert_eq!(status(&less, at(tree, 5)), 422);
        let forked = Checkpoint { root: Digest::of("fork"), ..checkpoint(tree, 5) };
        assert_eq!(status(&request(tree, 5, 13), Some(forked.clone())), 422);
        assert_eq!(status(&request(tree, 5, 5), Some(forked)), 422, "same size, other root");
        let hollow = Checkpoint { size: 0, ..checkpoint(tree, 5) }.signed(&signer()).unwrap();
        assert_eq!(status(&AddCheckpoint { old: 0, proof: vec![], checkpoint: hollow }, None), 422);

        let larger = AddCheckpoint { old: 14, ..request(tree, 5, 13) };
        assert_eq!(status(&larger, at(tree, 14)), 400);
    }

    #[test]
    fn only_keys_of_the_logs_own_name_count() {
        let tree = Memory::of(5);
        let body = checkpoint(&tree, 5);
        let by = |name: &str, seed: u8, text: &str| Signer::from_seed(name, [seed; 32]).unwrap().sign(text);
        let ask = |signatures| {
            let checkpoint = Note::new(body.to_string(), signatures).unwrap();
            status(&AddCheckpoint { old: 0, proof: vec![], checkpoint }, None)
        };
        let (good, text) = (by("log.example", 1, &body.to_string()), body.to_string());
        assert_eq!(ask(vec![by("unknown.example", 9, "x\n"), good.clone()]), 200);
        assert_eq!(ask(vec![by("other.example", 2, &text)]), 403, "a key of another log");
        assert_eq!(ask(vec![by("log.example", 9, &text)]), 403, "an unknown key of this name");
        assert_eq!(
            ask(vec![good, by("log.example", 1, "x\n")]),
            403,
            "a line of a known key that does not hold"
        );
        let unknown = Checkpoint { origin: "unknown.example".into(), ..body.clone() };
        let checkpoint = unknown.signed(&Signer::from_seed("unknown.example", [9; 32]).unwrap()).unwrap();
        assert_eq!(status(&AddCheckpoint { old: 0, proof: vec![], checkpoint }, None), 404);
    }
}
