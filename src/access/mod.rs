//! Access: an organisation asks to use a dataset for a purpose, reviewers of its space decide, and the grant that
//! comes of it opens the door. Every byte that leaves goes through that door and into the account.
//!
//! The one who asks never decides, silence never grants, and a grant ends by comparison with the clock.

mod account;
mod agreement;
pub mod api;
mod decide;
mod door;
mod find;
mod grants;
mod may_i;
mod model;
mod simulate;
mod store;
mod submit;
mod verdict;

pub use account::{list_dataset_deliveries, list_grant_deliveries};
pub use agreement::{ShownAgreement, accept_agreement, show_agreement};
pub use decide::{approve_request, reject_request, return_request, withdraw_request};
pub use door::AccountGate;
pub use find::{list_requests, show_request};
pub use grants::{list_grants, relinquish_grant, revoke_grant, show_grant};
pub use may_i::may_i;
pub use model::{
    Acceptance, Agreement, Answer, Application, Approval, Basis, Command, Confirmation, Consent, DatasetName,
    Delivered, Evaluated, Filters, Grant, GrantState, NamedPerson, Naming, NewRequest, Note, Relinquishment,
    Remark, Replayed, Request, RequestState, Revocation, Rule, Side, Simulation, Standing,
};
pub use simulate::{list_evaluations, simulate_policy};
pub use submit::{resubmit_request, submit_request};
