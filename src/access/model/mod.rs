//! The pure part of access: states and who may move them, requests, grants, deliveries.

mod agreement;
mod delivery;
mod evaluation;
mod grant;
mod request;
mod states;

#[cfg(test)]
mod tests;

pub use agreement::{Acceptance, Agreement, Consent, Naming};
pub use delivery::{Answer, Delivered};
pub use evaluation::{Evaluated, Evaluation, Replayed, Simulation};
pub use grant::{Approval, Basis, Confirmation, Grant, GrantState, Relinquishment, Revocation};
pub use request::{Application, DatasetName, Filters, NamedPerson, NewRequest, Note, Remark, Request};
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
