//! The pure part of access: states and who may move them, requests, grants, deliveries.

mod agreement;
pub(super) mod count;
mod delivery;
mod evaluation;
mod grant;
mod grant_states;
mod recall;
mod request;
mod seal;
mod states;

#[cfg(test)]
mod tests;

pub use agreement::{Acceptance, Agreement, Consent, Naming};
pub use delivery::{Answer, Delivered};
pub(super) use delivery::{Begun, Correction, Cut};
pub use evaluation::{Evaluated, Replayed, Simulation};
pub(super) use evaluation::{not_violated, satisfied};
pub use grant::{Approval, Basis, Confirmation, Grant, Relinquishment, Resumption, Revocation, Suspension};
pub use grant_states::{GrantCommand, GrantRule, GrantSide, GrantStanding, GrantState};
pub use recall::{Recall, Recalled, TermsRevision};
pub use request::{Application, DatasetName, Filters, NamedPerson, NewRequest, Note, Remark, Request};
pub(super) use seal::{AccountRow, CutRow, DeliveryRow, SEALED, leaf, root_and_path};
pub use seal::{DeliveryProof, Seal, SealPlace, SealedRow, verify_sealed_row};
pub use states::{Command, RequestState, Rule, Side, Standing};

use crate::kernel::{DatasetId, OrganisationId};

/// Between whom a request or a grant is, and about what, by ids.
#[derive(Debug, Clone)]
pub(super) struct Parties {
    /// The dataset.
    pub dataset: DatasetId,
    /// The organisation that provides it.
    pub provider: OrganisationId,
    /// The organisation that asks or holds.
    pub organisation: OrganisationId,
}
