//! What a dataset covers: places, times and people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::formats::{DATE, REGION};
use super::place::{Check, Place};
use super::{LONG, is_default};
use crate::kernel::LangText;

/// A span of time; an end that is left out is open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Period {
    /// First month or day: YYYY-MM or YYYY-MM-DD.
    #[serde(skip_serializing_if = "is_default")]
    pub start: Option<String>,
    /// Last month or day, inclusive: YYYY-MM or YYYY-MM-DD.
    #[serde(skip_serializing_if = "is_default")]
    pub end: Option<String>,
}

impl Check for Period {
    fn check(&self, at: &mut Place<'_>) {
        at.format("start", self.start.as_ref(), &DATE);
        at.format("end", self.end.as_ref(), &DATE);
        at.require_here(self.start.is_some() || self.end.is_some(), "required", "give a start or an end");
        if let (Some(start), Some(end)) = (&self.start, &self.end) {
            // Months and days compare as text as far as both go: 2024-05-31 lies within 2024-05.
            let both = start.len().min(end.len());
            at.require(start.get(..both) <= end.get(..both), "end", "out_of_range", "lies before the start");
        }
    }
}

/// What the dataset covers and when it was collected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    /// Places: ISO 3166 country or subdivision, NUTS region, `EU`, or `001` for the world (UN M.49).
    #[serde(skip_serializing_if = "is_default")]
    pub geographic: Vec<String>,
    /// The time that the data speak of.
    #[serde(skip_serializing_if = "is_default")]
    pub temporal: Option<Period>,
    /// The people that the data speak of, and how they are spread, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub demographic_notes: LangText,
    /// The time in which the data were collected.
    #[serde(skip_serializing_if = "is_default")]
    pub collection_period: Option<Period>,
    /// Whether collection goes on.
    #[serde(skip_serializing_if = "is_default")]
    pub continuously_updated: Option<bool>,
    /// Month or day of the latest acquisition: YYYY-MM or YYYY-MM-DD.
    #[serde(skip_serializing_if = "is_default")]
    pub latest_acquisition: Option<String>,
}

impl Check for Coverage {
    fn check(&self, at: &mut Place<'_>) {
        at.formats("geographic", &self.geographic, 500, &REGION);
        at.part("temporal", &self.temporal);
        at.lang("demographic_notes", &self.demographic_notes, LONG);
        at.part("collection_period", &self.collection_period);
        at.format("latest_acquisition", self.latest_acquisition.as_ref(), &DATE);
    }
}
