//! Access: an organisation asks to use a dataset for a purpose, reviewers of its space decide, and the grant that
//! comes of it opens the door. Every byte that leaves goes through that door and into the account.
//!
//! The one who asks never decides, silence never grants, and a grant ends by comparison with the clock.

mod account;
pub mod api;
mod decide;
mod door;
mod erase;
mod find;
mod grants;
mod may_i;
mod model;
mod store;
mod submit;
mod verdict;

pub use account::{list_dataset_deliveries, list_grant_deliveries};
pub use decide::{approve_request, reject_request, return_request, withdraw_request};
pub use door::AccountGate;
pub use erase::{Erased, Erasure, erase_person};
pub use find::{list_requests, show_request};
pub use grants::{list_grants, relinquish_grant, revoke_grant, show_grant};
pub use may_i::may_i;
pub use model::{
    Answer, Application, Approval, Command, DatasetName, Delivered, Filters, Grant, GrantState, NamedPerson,
    NewRequest, Note, Relinquishment, Remark, Request, RequestState, Revocation, Rule, Side, Standing,
};
pub use submit::{resubmit_request, submit_request};
