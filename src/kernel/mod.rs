//! The words every other module is written in: ids, digests, slugs, time, language-tagged text, paging,
//! errors, and `Ctx`, the caller of the moment. Nothing here knows a database, a network or a clock.

mod canonical;
mod clock;
mod ctx;
mod digest;
mod error;
mod ids;
mod page;
mod schema;
mod secret;
mod slug;
mod text;
mod text_enum;
mod timestamp;
mod validate;
mod whole;

pub use secrecy::{ExposeSecret, SecretString as Secret};

pub use canonical::canonical_json;
pub use clock::{Clock, ManualClock, SystemClock};
pub use ctx::{Caller, Ctx, Epoch, Epochs, IdempotencyKey, OrganisationRole, Principal, Scope, SpaceRole};
pub use digest::{Digest, Hasher};
pub use error::{Error, FieldError, Kind, Result};
pub use ids::{
    DatasetId, DeliveryId, GrantId, OrganisationId, PersonId, ReplicaId, RequestId, RunId, SessionId,
    SourceId, TokenId, UploadId, VersionId,
};
pub use page::{Cursor, Page, PageRequest};
pub(crate) use schema::text_schema;
pub use secret::random_bytes;
pub use slug::Slug;
pub use text::{LangText, LanguageTag};
pub(crate) use text_enum::text_enum;
pub use timestamp::Timestamp;
pub use validate::{Checks, NOT_BLANK, TEXT};
pub use whole::{whole, whole_option};
