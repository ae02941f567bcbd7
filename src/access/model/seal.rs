//! The sealed account: how its rows are written down to be hashed, the tree over them, and the check that needs
//! nothing but a proof and the seal's event.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::datasets::Ground;
use crate::journal::tlog::{ProvedBundle, ReceiptBundle, TrustPolicy};
use crate::journal::{leaf_hash, node_hash};
use crate::kernel::{
    DatasetId, DeliveryId, Digest, Error, GrantId, Kind, OrganisationId, PersonId, Result, Timestamp,
    VersionId, canonical_json,
};

/// The version of the format in which rows are written down; written into every row.
const FORMAT: u32 = 1;
/// The event of a seal.
pub(in crate::access) const SEALED: &str = "deliveries.sealed";

/// A row of the account, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::access) enum AccountRow {
    /// A delivery, as it was begun.
    Delivery(Box<DeliveryRow>),
    /// The end of one that ended early.
    Cut(CutRow),
}

/// A delivery by ids, as it was recorded before its first byte left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::access) struct DeliveryRow {
    pub id: DeliveryId,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    pub dataset: DatasetId,
    pub version: VersionId,
    pub path: String,
    pub bytes: i64,
    pub ground: Ground,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The digest of what the terms said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Digest>,
}

/// How many bytes of a delivery really went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::access) struct CutRow {
    pub delivery: DeliveryId,
    pub bytes: i64,
    pub at: Timestamp,
}

impl AccountRow {
    /// The id of the delivery that the row is about.
    pub(in crate::access) fn id(&self) -> &DeliveryId {
        match self {
            Self::Delivery(row) => &row.id,
            Self::Cut(row) => &row.delivery,
        }
    }

    /// The canonical text that is hashed: the row's fields with `kind` and the version of the format, `v`.
    pub(in crate::access) fn text(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Versioned<'a> {
            v: u32,
            #[serde(flatten)]
            row: &'a AccountRow,
        }
        canonical_json(&Versioned { v: FORMAT, row: self })
    }
}

/// The leaf of a row's canonical text.
pub(in crate::access) fn leaf(text: &str) -> Digest {
    leaf_hash(text.as_bytes())
}

/// Where a row stands in the sealed account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealPlace {
    /// The position of the seal's event in the journal.
    pub position: i64,
    /// The place in the seal, counted from zero.
    pub index: i64,
}

/// A seal over rows of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seal {
    /// The position of its event, `deliveries.sealed`, in the journal.
    pub position: i64,
    /// How many rows are under it.
    pub count: u64,
    /// The root of the Merkle tree (RFC 6962) over them.
    pub root: Digest,
}

/// A row of the account with the way from it to its seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedRow {
    /// The row as it was hashed: canonical JSON (RFC 8785).
    #[schema(max_length = 16384)]
    pub row: String,
    /// Its place among the rows of the seal, counted from zero without gaps.
    pub index: u64,
    /// The hashes beside the way from the row's leaf to the root, from below (RFC 6962, 2.1.1).
    #[schema(max_items = 64)]
    pub path: Vec<Digest>,
    /// The seal.
    pub seal: Seal,
}

/// What proves one delivery: the row, the one that corrects it where it ended early, and the receipts of their seals. It
/// needs nothing else but the public key of the log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryProof {
    /// The delivery as it was begun.
    pub delivery: SealedRow,
    /// How it ended early, if it did and that is sealed too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<SealedRow>,
    /// The events of the seals, each with its receipt from the log.
    #[schema(max_items = 2)]
    pub receipts: Vec<ReceiptBundle>,
}

impl DeliveryProof {
    /// Checks all of it, offline, against whom one believes: each row stands under its seal, and each seal in the log.
    ///
    /// # Errors
    /// 409 `proof_invalid`, or what is wrong with a receipt.
    pub fn verify(&self, policy: &TrustPolicy) -> Result<Vec<ProvedBundle>> {
        let mut proved = Vec::new();
        for row in std::iter::once(&self.delivery).chain(&self.cut) {
            let position = u64::try_from(row.seal.position).ok();
            let mut seals = self.receipts.iter().map(|receipt| receipt.verify(policy));
            let seal = seals.find(|seal| seal.as_ref().is_ok_and(|seal| Some(seal.proved.index) == position));
            let seal = match seal {
                Some(seal) => seal?,
                None => {
                    // Whatever is wrong with a receipt that is there says more than that none fits.
                    for receipt in &self.receipts {
                        receipt.verify(policy)?;
                    }
                    let detail = format!("there is no receipt of the seal at position {}", row.seal.position);
                    return Err(Error::new(Kind::Conflict, "proof_invalid", detail));
                }
            };
            verify_sealed_row(row, &canonical_json(&seal.entry)?)?;
            proved.push(seal);
        }
        Ok(proved)
    }
}

/// The root over leaves, and the way from one of them to it (RFC 6962, 2.1 and 2.1.1).
pub(in crate::access) fn root_and_path(leaves: &[Digest], index: usize) -> (Digest, Vec<Digest>) {
    let (mut level, mut at, mut path) = (leaves.to_vec(), index, Vec::new());
    while level.len() > 1 {
        path.extend(level.get(at ^ 1));
        level = level
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                // The last one of an odd level has nothing beside it, and goes up as it is.
                rest => rest.first().copied(),
            })
            .collect();
        at >>= 1;
    }
    (level.first().copied().unwrap_or_else(|| Digest::of(b"")), path)
}

/// The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); nothing when the path does not fit the place.
fn root_from(leaf: Digest, index: u64, count: u64, path: &[Digest]) -> Option<Digest> {
    if index >= count {
        return None;
    }
    let (mut at, mut last, mut root) = (index, count - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node_hash(beside, &root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Checks that a row stands under its seal, with nothing but the text of the seal's event: whoever has the event with
/// its receipt from the log needs no word of the service. The row's text is for the caller to read.
///
/// # Errors
/// 409 `proof_invalid` when row, path, seal and event do not belong together.
pub fn verify_sealed_row(sealed: &SealedRow, event: &str) -> Result<()> {
    let wrong = |detail: String| Err(Error::new(Kind::Conflict, "proof_invalid", detail));
    let Ok(entry) = serde_json::from_str::<SealEntry>(event) else {
        return wrong(format!("the event is not of the kind {SEALED}"));
    };
    if entry.kind != SEALED {
        return wrong(format!("the event is `{}`, not {SEALED}", entry.kind));
    }
    let told = Seal { position: entry.seq, count: entry.facts.count, root: entry.facts.root };
    if told != sealed.seal {
        return wrong("the event seals another position, count or root than the proof says".to_owned());
    }
    let root = root_from(leaf(&sealed.row), sealed.index, told.count, &sealed.path);
    if root != Some(told.root) {
        return wrong(format!("the row does not stand at place {} under the sealed root", sealed.index));
    }
    Ok(())
}

/// What is read of a seal's event.
#[derive(Deserialize)]
struct SealEntry {
    seq: i64,
    #[serde(rename = "type")]
    kind: String,
    facts: SealFacts,
}

#[derive(Deserialize)]
struct SealFacts {
    count: u64,
    root: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Frontier;
    use proptest::prelude::*;
    use serde_json::json;

    fn leaves(count: usize) -> Vec<Digest> {
        (0..count).map(|n| leaf(&n.to_string())).collect()
    }

    fn event(seal: &Seal) -> String {
        json!({
            "v": 1, "seq": seal.position, "type": SEALED,
            "facts": {"count": seal.count, "root": seal.root},
        })
        .to_string()
    }

    fn sealed(count: usize, index: usize) -> SealedRow {
        let (root, path) = root_and_path(&leaves(count), index);
        let seal = Seal { position: 7, count: count as u64, root };
        SealedRow { row: index.to_string(), index: index as u64, path, seal }
    }

    #[test]
    fn rows_are_written_down_in_one_documented_way() {
        let row = DeliveryRow {
            id: "dl_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap(),
            at: Timestamp::from_millis(1_000),
            person: Some("pe_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap()),
            organisation: None,
            grant: None,
            dataset: "ds_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap(),
            version: "vr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap(),
            path: "a.csv".into(),
            bytes: 7,
            ground: Ground::Open,
            model: Some("tide-7b".into()),
            run: None,
            evaluation: None,
        };
        let cut = CutRow { delivery: row.id.clone(), bytes: 3, at: Timestamp::from_millis(2_000) };
        assert_eq!(
            AccountRow::Delivery(Box::new(row)).text().unwrap(),
            concat!(
                r#"{"at":"1970-01-01T00:00:01.000Z","bytes":7,"dataset":"ds_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f","#,
                r#""ground":"open","id":"dl_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f","kind":"delivery","model":"tide-7b","#,
                r#""path":"a.csv","person":"pe_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f","v":1,"#,
                r#""version":"vr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f"}"#
            )
        );
        assert_eq!(
            AccountRow::Cut(cut).text().unwrap(),
            r#"{"at":"1970-01-01T00:00:02.000Z","bytes":3,"delivery":"dl_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f","kind":"cut","v":1}"#
        );
    }

    proptest! {
        #[test]
        fn every_row_of_a_seal_is_proved_and_no_other(count in 1_usize..150, index in 0_usize..150, other in 0_u64..200, bit in 0_usize..256) {
            let index = index % count;
            let good = sealed(count, index);
            let mut tree = Frontier::default();
            leaves(count).into_iter().for_each(|leaf| tree.push(leaf));
            prop_assert_eq!(good.seal.root, tree.root());
            let event = event(&good.seal);
            prop_assert!(verify_sealed_row(&good, &event).is_ok());

            let refused = |bad: SealedRow| {
                let error = verify_sealed_row(&bad, &event).unwrap_err();
                (error.kind(), error.code()) == (Kind::Conflict, "proof_invalid")
            };
            if other != index as u64 {
                prop_assert!(refused(SealedRow { index: other, ..good.clone() }), "another place");
            }
            prop_assert!(refused(SealedRow { row: format!("{index} "), ..good.clone() }), "another row");
            let mut longer = good.clone();
            longer.path.push(longer.seal.root);
            prop_assert!(refused(longer), "a longer path");
            if !good.path.is_empty() {
                let mut changed = good.clone();
                let at = bit % changed.path.len();
                let mut bytes = *changed.path[at].as_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                changed.path[at] = Digest::from_bytes(bytes);
                prop_assert!(refused(changed), "another path");
                let mut shorter = good.clone();
                shorter.path.pop();
                prop_assert!(refused(shorter), "a shorter path");
            }
        }
    }

    #[test]
    fn an_event_that_seals_something_else_is_no_proof() {
        let good = sealed(5, 3);
        let seal = &good.seal;
        for (what, event) in [
            ("no event", "[]".to_owned()),
            ("another kind", event(seal).replace(SEALED, "grant.issued")),
            ("another position", event(&Seal { position: 8, ..seal.clone() })),
            ("another count", event(&Seal { count: 6, ..seal.clone() })),
            ("another root", event(&Seal { root: Digest::of(b""), ..seal.clone() })),
        ] {
            let error = verify_sealed_row(&good, &event).unwrap_err();
            assert_eq!(error.code(), "proof_invalid", "{what}");
        }
    }
}
