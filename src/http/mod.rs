//! What every HTTP handler of the house shares: problem documents, strict extractors, conditional requests,
//! paging, rate limits, and the outermost layer that names, times and logs each request.

mod address;
mod auth;
mod body;
mod closing;
mod conditional;
mod head;
mod idempotency;
mod language;
mod measure;
mod negotiate;
mod observe;
mod paging;
mod problem;
mod range;
mod rate;
mod request_id;
mod strict;

/// The stylesheet of every page for people.
pub const PAGE_STYLE: &str = include_str!("page.css");

pub use address::{TrustedProxies, base_of, client_address};
pub use auth::{Authenticator, Credential, SESSION_COOKIE, authenticate};
pub use body::{Json, MAX_DOCUMENT_BYTES, MAX_JSON_BYTES, Query, path_config, read_body};
pub use closing::Closing;
pub use conditional::{
    IfMatch, check_if_match, is_not_modified, is_not_modified_since, settled, with_etag, with_tag,
};
pub use head::check_head;
pub use language::{AcceptLanguage, in_language, wants_page};
pub use negotiate::{Offer, negotiate};
pub use observe::{HeadRequest, observe};
pub use paging::{Listing, PageQuery, listing};
pub use problem::{FieldProblem, Problem, status_of};
pub use range::{Counted, Wanted, unsatisfiable, wanted};
pub use rate::{RateLimits, limit_rate};
pub use request_id::current_request_id;
