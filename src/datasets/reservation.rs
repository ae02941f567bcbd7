//! Reservations of text and data mining (Directive (EU) 2019/790, Article 4(3)): what a record or the terms reserve is said
//! in every answer, as the protocols say it that machines look for (TDMRep, W3C Community Group, 10 May 2024; AI preferences
//! of the IETF), and is kept when a use is decided on.

use serde::Deserialize;

use super::model::Dataset;
use super::record::{TdmReservation, TextAndDataMining};
use super::store;
use crate::db::{Conn, Db};
use crate::kernel::{DatasetId, Error, Result, Slug};
use crate::policies::{Action, Purpose, Terms};

/// The facet by which a record says that mining is reserved, or that it is not.
pub(super) const BY_RECORD: &str = "tdm";
/// The facet by which the terms say that mining is reserved.
pub(super) const BY_TERMS: &str = "tdm_terms";
/// The value of both for what is reserved.
pub(super) const RESERVED: &str = "reserved";

/// What is said of text and data mining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Whether it is reserved to the holder of the rights.
    pub reserved: bool,
    /// Where it says under which terms mining is allowed nevertheless; absent where that is our own address of the terms.
    pub policy_url: Option<String>,
}

/// What a dataset says of text and data mining; nothing when neither record nor terms speak of it.
///
/// # Errors
/// When the database fails.
pub fn reservation(conn: &mut Conn, dataset: &Dataset) -> Result<Option<Reservation>> {
    let said = store::reservations(conn, &dataset.id)?;
    if said.is_empty() {
        return Ok(None);
    }
    let reserved = said.iter().any(|value| value == RESERVED);
    Ok(Some(Reservation { reserved, policy_url: policy_url(dataset.record.get())? }))
}

/// The part of a record that is looked at here.
#[derive(Deserialize)]
struct Reserving {
    #[serde(default)]
    rights: Option<Rights>,
}

#[derive(Deserialize)]
struct Rights {
    #[serde(default)]
    tdm: Option<TextAndDataMining>,
}

fn policy_url(record: &str) -> Result<Option<String>> {
    let read: Reserving =
        serde_json::from_str(record).map_err(|error| Error::internal("stored record", error))?;
    Ok(read.rights.and_then(|rights| rights.tdm).and_then(|tdm| tdm.policy_url))
}

/// What a record says, as a facet.
pub(super) fn facet(reservation: TdmReservation) -> Option<&'static str> {
    match reservation {
        TdmReservation::Unset => None,
        TdmReservation::NotReserved => Some("not_reserved"),
        TdmReservation::Reserved => Some(RESERVED),
    }
}

/// Whether terms prohibit mining, or what is a part of it.
pub(super) fn reserves(terms: &Terms) -> bool {
    let mut prohibitions = terms.offer().into_iter().flat_map(|offer| &offer.prohibitions);
    prohibitions.any(|rule| rule.action.is_included_in(Action::Mine))
}

/// Whether a use for this purpose needs the leave of the holder of the rights. Mining for scientific research cannot be
/// reserved (Article 3), and whoever states no purpose has read what the answer says.
#[must_use]
pub fn needs_leave(reservation: Option<&Reservation>, purpose: Option<Purpose>) -> bool {
    let mines = purpose.is_some_and(|purpose| purpose != Purpose::Research);
    mines && reservation.is_some_and(|reservation| reservation.reserved)
}

/// A public dataset in the list of reservations.
pub struct Listed {
    /// Its id; the list's key.
    pub id: DatasetId,
    /// The providing organisation.
    pub organisation: Slug,
    /// Its name.
    pub name: Slug,
    /// What it says.
    pub reservation: Reservation,
}

/// Datasets in one look at the database.
pub const BATCH: i64 = 500;

/// Public datasets that say something of text and data mining, by id, after this one.
///
/// # Errors
/// When the database fails.
pub async fn list_reservations(db: &Db, after: Option<DatasetId>) -> Result<Vec<Listed>> {
    db.read(move |conn| {
        let rows = store::public_reservations(conn, after.as_ref(), BATCH)?;
        let ids: Vec<DatasetId> = rows.iter().map(|(id, ..)| id.clone()).collect();
        let reserved = store::reserved_among(conn, &ids)?;
        rows.into_iter()
            .map(|(id, organisation, name, record)| {
                let reservation =
                    Reservation { reserved: reserved.contains(&id), policy_url: policy_url(&record)? };
                Ok(Listed { id, organisation, name, reservation })
            })
            .collect()
    })
    .await
}
