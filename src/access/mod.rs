//! Access: an organisation asks to use a dataset for a purpose, reviewers of its space decide, and the grant that
//! comes of it opens the door. Every byte that leaves goes through that door and into the account.
//!
//! The one who asks never decides, silence never grants, and a grant ends by comparison with the clock.

mod account;
mod agreement;
pub mod api;
mod decide;
mod deliveries;
mod door;
mod erase;
mod find;
mod grants;
mod may_i;
mod model;
mod recall;
mod record;
mod recount;
mod right;
mod seal;
mod simulate;
mod store;
mod submit;
mod verdict;

pub use agreement::{ShownAgreement, accept_agreement, show_agreement};
pub use decide::{approve_request, reject_request, return_request, withdraw_request};
pub use deliveries::{list_dataset_deliveries, list_grant_deliveries, prove_delivery, sealed_rows};
pub use door::AccountGate;
pub use erase::{Erased, Erasure, erase_person};
pub use find::{list_requests, show_request};
pub use grants::{list_grants, relinquish_grant, resume_grant, revoke_grant, show_grant, suspend_grant};
pub use may_i::may_i;
pub use model::{
    Acceptance, Agreement, Answer, Application, Approval, Basis, Command, Confirmation, Consent, DatasetName,
    Delivered, DeliveryProof, Evaluated, Filters, Grant, GrantCommand, GrantRule, GrantSide, GrantStanding,
    GrantState, NamedPerson, Naming, NewRequest, Note, Recall, Recalled, Relinquishment, Remark, Replayed,
    Request, RequestState, Resumption, Revocation, Rule, Seal, SealPlace, SealedRow, Side, Simulation,
    Standing, Suspension, verify_sealed_row,
};
pub use recall::recall_grants;
pub use seal::seal_deliveries;
pub use simulate::{list_evaluations, simulate_policy};
pub use submit::{resubmit_request, submit_request};
