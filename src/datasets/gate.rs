//! The door that bytes leave by. This domain asks; `access` decides and keeps the account.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::model::Dataset;
use super::versions::Version;
use crate::db::Conn;
use crate::kernel::{
    Ctx, DatasetId, DeliveryId, GrantId, OrganisationId, PersonId, Result, Timestamp, VersionId, text_enum,
};
use crate::policies::{Evaluation, Purpose};

/// What is asked of the door.
pub struct Asked<'a> {
    /// The dataset.
    pub dataset: &'a Dataset,
    /// The version.
    pub version: &'a Version,
    /// Every wanted file is marked as a sample.
    pub sample: bool,
    /// What for, when the caller says so.
    pub purpose: Option<Purpose>,
    /// The media types of the wanted files, as far as they are known: terms may be about formats.
    pub media_types: &'a [String],
}

text_enum! {
    /// By which right bytes are given.
    pub enum Ground {
        /// To the providing organisation itself.
        Own = "own",
        /// The file is a sample.
        Sample = "sample",
        /// The terms are open.
        Open = "open",
        /// A grant.
        Grant = "grant",
    }
}

/// The right to be given bytes, as of the moment it was asked for.
#[derive(Debug, Clone)]
pub struct Permit {
    /// By which right.
    pub ground: Ground,
    /// The grant, when it is one.
    pub grant: Option<GrantId>,
    /// The organisation the caller acts for, when it matters.
    pub organisation: Option<OrganisationId>,
    /// When the right ends, when that is known.
    pub until: Option<Timestamp>,
    /// Whether the right is for so many downloads: the write that records a delivery then asks the door again.
    pub counted: bool,
    /// The secure environment whose account asks. A link could be used outside of it, so there is none.
    pub environment: Option<String>,
    /// What the terms said, for the account; none where they are an access mode alone.
    pub evaluation: Option<Arc<Evaluation>>,
}

/// One delivery of bytes, for the account.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// When it began.
    pub at: Timestamp,
    /// Who, when signed in.
    pub person: Option<PersonId>,
    /// By which right.
    pub permit: Permit,
    /// What.
    pub dataset: DatasetId,
    /// Which version.
    pub version: VersionId,
    /// Which file.
    pub path: String,
    /// How many bytes of the file: those that are asked for, or all of them behind a link.
    pub bytes: u64,
    /// How many bytes the whole file has.
    pub size: u64,
    /// The model the bytes are declared to be for.
    pub model: Option<String>,
    /// The run the bytes are declared to be for.
    pub run: Option<String>,
}

impl Delivery {
    /// What it counts, in bytes: those of the file; an empty file counts as one.
    #[must_use]
    pub fn charge(&self) -> u64 {
        if self.size == 0 { 1 } else { self.bytes }
    }
}

/// The one door. Its answer is never kept: it is asked again for every byte-serving call.
pub trait DownloadGate: Send + Sync + 'static {
    /// Whether this caller may have these bytes now.
    ///
    /// # Errors
    /// 401 or 403 with the next step, when not.
    fn may_download(&self, conn: &mut Conn, ctx: &Ctx, asked: &Asked<'_>) -> Result<Permit>;

    /// Whether a right that was given for a link still holds, for the person it was given to.
    ///
    /// # Errors
    /// 403 when it does not.
    fn still_holds(
        &self,
        conn: &mut Conn,
        permit: &Permit,
        person: Option<&PersonId>,
        asked: &Asked<'_>,
        now: Timestamp,
    ) -> Result<()>;

    /// Puts deliveries on record, all or none, and answers when they are durable. No byte and no link into the store is
    /// given out before. When the answer is not waited for, nothing counts as given out.
    ///
    /// # Errors
    /// 403 when a counted right is used up, or has ended meanwhile; 503 when they cannot be recorded: then nothing is
    /// given.
    fn record(&self, deliveries: Vec<Delivery>) -> BoxFuture<'_, Result<Vec<DeliveryId>>>;

    /// Says that a delivery on record ended early, after so many bytes of the file.
    fn cut_short(&self, delivery: DeliveryId, sent: u64);
}
