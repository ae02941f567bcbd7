//! Rights in a dataset: licence, reservation of text and data mining, copyright, and what was done against
//! illegal content.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::agents::Agent;
use super::formats::DATE;
use super::health::DuoTerm;
use super::licence::Licence;
use super::place::{Check, Place};
use super::vocabulary::vocabulary;
use super::{LONG, is_default};
use crate::kernel::LangText;

vocabulary! {
    /// The kind of licence, as the Data Provenance Standards and the public summary ask for it.
    LicenceType {
        /// A public licence that anyone can take.
        Public = "public",
        /// Negotiated, for money.
        NegotiatedCommercial = "negotiated_commercial",
        /// For non-commercial use.
        NonCommercial = "non_commercial",
        /// Use allowed by law.
        Statutory = "statutory",
        /// None.
        None = "none",
    }
}

vocabulary! {
    /// Whether text and data mining is reserved (Directive (EU) 2019/790, Art. 4(3)).
    TdmReservation {
        /// The holder of the rights has said nothing; `tdm-reservation` is left out.
        Unset = "unset",
        /// Not reserved; `tdm-reservation: 0`.
        NotReserved = "not_reserved",
        /// Reserved; `tdm-reservation: 1`.
        Reserved = "reserved",
    }
}

vocabulary! {
    /// A way in which holders of rights express a reservation.
    ReservationProtocol {
        /// robots.txt (RFC 9309).
        RobotsTxt = "robots_txt",
        /// TDM Reservation Protocol of the W3C community group.
        Tdmrep = "tdmrep",
        /// Content credentials (C2PA).
        C2pa = "c2pa",
        /// IPTC photo metadata.
        Iptc = "iptc",
        /// AI preferences of the IETF.
        Aipref = "aipref",
        /// A contract.
        Contract = "contract",
        /// Another way.
        Other = "other",
    }
}

/// The reservation of text and data mining, and how it was found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextAndDataMining {
    /// Whether it is reserved.
    pub reservation: TdmReservation,
    /// Address of the policy under which mining is allowed nevertheless.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policy_url: Option<String>,
    /// The protocols that were looked at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub protocols: Vec<ReservationProtocol>,
    /// When that was: YYYY-MM or YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "is_default")]
    pub checked_at: Option<String>,
    /// What shows it, by language tag.
    #[serde(default, skip_serializing_if = "is_default")]
    pub evidence: LangText,
}

impl Check for TextAndDataMining {
    fn check(&self, at: &mut Place<'_>) {
        at.url("policy_url", self.policy_url.as_ref());
        at.distinct("protocols", &self.protocols);
        at.format("checked_at", self.checked_at.as_ref(), &DATE);
        at.lang("evidence", &self.evidence, LONG);
    }
}

vocabulary! {
    /// Under which title copyrighted content is in the dataset.
    CopyrightStatus {
        /// Nothing in it is protected any more, or ever was.
        PublicDomain = "public_domain",
        /// By licence.
        Licensed = "licensed",
        /// By the exception for research (Directive (EU) 2019/790, Art. 3).
        TdmExceptionArt3 = "tdm_exception_art3",
        /// By the general exception for text and data mining (Art. 4).
        TdmExceptionArt4 = "tdm_exception_art4",
        /// By several of these.
        Mixed = "mixed",
        /// Not known.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// A right of exclusion in the content.
    ProprietaryRight {
        /// Copyright.
        Copyright = "copyright",
        /// Patent.
        Patent = "patent",
        /// Trade mark.
        Trademark = "trademark",
        /// Trade secret.
        TradeSecret = "trade_secret",
        /// The right of the maker of a database (Directive 96/9/EC).
        SuiGenerisDatabase = "sui_generis_db",
    }
}

vocabulary! {
    /// A measure against illegal content.
    IllegalContentMeasure {
        /// Lists of blocked sources.
        Blocklist = "blocklist",
        /// Lists of words.
        Keyword = "keyword",
        /// A classifier.
        Classifier = "classifier",
        /// Comparison with hashes of known abuse material.
        CsamHash = "csam_hash",
        /// Looking at it.
        Manual = "manual",
    }
}

/// What was done against illegal content (public summary of training content, section 3.2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IllegalContent {
    /// The measures taken.
    #[serde(skip_serializing_if = "is_default")]
    pub measures: Vec<IllegalContentMeasure>,
    /// How they were taken, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub description: LangText,
}

impl Check for IllegalContent {
    fn check(&self, at: &mut Place<'_>) {
        at.distinct("measures", &self.measures);
        at.lang("description", &self.description, LONG);
    }
}

/// Rights in the dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rights {
    /// Licence as an SPDX expression, or `LicenseRef-name` with `licence_url`; required at publication.
    #[serde(skip_serializing_if = "is_default")]
    pub licence: Option<String>,
    /// Address of the text of the licence; required with a `LicenseRef-` or `AdditionRef-`.
    #[serde(skip_serializing_if = "is_default")]
    pub licence_url: Option<String>,
    /// Kind of licence.
    #[serde(skip_serializing_if = "is_default")]
    pub licence_type: Option<LicenceType>,
    /// Reservation of text and data mining; required at publication.
    #[serde(skip_serializing_if = "is_default")]
    pub tdm: Option<TextAndDataMining>,
    /// Under which title copyrighted content is in the dataset.
    #[serde(skip_serializing_if = "is_default")]
    pub copyright_status: Option<CopyrightStatus>,
    /// Rights of exclusion in the content.
    #[serde(skip_serializing_if = "is_default")]
    pub proprietary: Vec<ProprietaryRight>,
    /// Who holds the rights.
    #[serde(skip_serializing_if = "is_default")]
    pub rights_holders: Vec<Agent>,
    /// What was done against illegal content.
    #[serde(skip_serializing_if = "is_default")]
    pub illegal_content: Option<IllegalContent>,
    /// European Legislation Identifiers (ELI) of the acts that apply.
    #[serde(skip_serializing_if = "is_default")]
    pub applicable_legislation: Vec<String>,
    /// Terms of the Data Use Ontology (GA4GH DUO) under which the data were given.
    #[serde(skip_serializing_if = "is_default")]
    pub duo_terms: Vec<DuoTerm>,
}

impl Rights {
    /// The licence, when there is a valid one.
    pub(super) fn parsed_licence(&self) -> Option<Licence> {
        Licence::parse(self.licence.as_deref()?).ok()
    }
}

impl Check for Rights {
    fn check(&self, at: &mut Place<'_>) {
        match self.licence.as_deref().map(Licence::parse) {
            Some(Err(error)) => at.require(false, "licence", "licence", error.detail()),
            Some(Ok(licence)) => at.require(
                !licence.has_own_terms() || self.licence_url.is_some(),
                "licence_url",
                "required",
                "a licence outside the SPDX list needs the address of its text",
            ),
            None => {}
        }
        at.url("licence_url", self.licence_url.as_ref());
        at.part("tdm", &self.tdm);
        at.distinct("proprietary", &self.proprietary);
        at.parts("rights_holders", &self.rights_holders, 100);
        at.part("illegal_content", &self.illegal_content);
        at.urls("applicable_legislation", &self.applicable_legislation, 50);
        at.distinct("duo_terms", &self.duo_terms);
    }
}
