//! People, organisations, memberships, API tokens and sessions: who may come in, and with which rights.
//!
//! There is no default account. An empty database gets one administrator without a password and a one-time code,
//! printed at the first start, that sets it. Secrets are kept as hashes only: passwords as argon2id, tokens,
//! sessions and codes as SHA-256 of 256 random bits.

pub mod api;
mod authenticate;
mod first_start;
mod model;
mod organisations;
mod people;
mod sign_in;
mod store;
mod tokens;

pub use authenticate::DatabaseAuthenticator;
pub use first_start::{FirstSignIn, ensure_administrator};
pub use model::{
    CodeIssued, Membership, NewOrganisation, NewPerson, NewToken, Organisation, OrganisationKind, Person,
    Token, TokenCreated,
};
pub use organisations::{
    create_organisation, find_organisation, organisation_by_id, organisations_by_ids, put_member,
    remove_member,
};
pub use people::{create_person, erase_account, person_by_id, person_by_login};
pub use sign_in::{forget_ended_sessions, issue_code, redeem_code};
pub use tokens::create_token;
