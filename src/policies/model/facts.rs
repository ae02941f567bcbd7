//! What is known of a use when a policy is held against it: the evidence, each piece with its source.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::iri::Iri;
use super::operand::LeftOperand;
use super::places::Place;
use super::purpose::Purpose;
use super::statement::{ModelAccess, UseStatement};
use super::value::{Decimal, Duration, Value};
use super::vocabulary::Action;
use crate::identity::OrganisationKind;
use crate::kernel::{Checks, Result, Slug, Timestamp, text_enum};

text_enum! {
    /// The moment of a use at which a policy is asked. What can be decided differs: how often something was downloaded
    /// is known at a download and not when the dataset is looked at.
    pub enum EvaluationScope {
        /// Somebody looks at the dataset.
        See = "see",
        /// An organisation asks for access.
        Request = "request",
        /// A reviewer decides.
        Decide = "decide",
        /// Bytes are asked for.
        Download = "download",
        /// A right that runs is looked at again.
        Monitor = "monitor",
    }
}

text_enum! {
    /// Where a fact comes from.
    pub enum EvidenceSource {
        /// The clock of the register.
        Clock = "clock",
        /// Memberships, organisations and versions as the register has them.
        Register = "register",
        /// The count of what was delivered under the grant.
        Account = "account",
        /// The credential that the caller came with.
        Credential = "credential",
        /// The applicant says so.
        Stated = "stated",
        /// A reviewer confirmed it.
        Confirmed = "confirmed",
    }
}

/// The largest count that JSON carries exactly (RFC 8785): with more, a trace would not say what was decided.
const MAX_COUNT: i64 = (1 << 53) - 1;

/// What is known of a use. Whatever is left out is not known, and never taken for granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The moment of the use.
    pub now: Timestamp,
    /// At which moment of a use the policy is asked.
    pub scope: EvaluationScope,
    /// What the data is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// What is done with the data; the action that the purpose performs when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Who uses it: the organisation's slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Slug>,
    /// What kind of legal person that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_kind: Option<OrganisationKind>,
    /// Its economic activity, a NACE 2.1 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub sector: Option<String>,
    /// The data spaces of which it is a member; an empty list says that there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000)]
    pub spaces: Option<Vec<Slug>>,
    /// Other names of the one who uses it, and of the groups it belongs to, as IRIs; matched with an assignee.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub parties: Vec<Iri>,
    /// Names of the data and of the collections it belongs to, as IRIs; matched with a target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub targets: Vec<Iri>,
    /// The secure processing environment that the credential was given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Iri>,
    /// What the applicant states.
    #[serde(default, skip_serializing_if = "UseStatement::is_empty")]
    pub statement: UseStatement,
    /// When it was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_at: Option<Timestamp>,
    /// When the grant began; now, while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Timestamp>,
    /// Which download this is under the grant, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub downloads: Option<u64>,
    /// The version of the dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pub version: Option<String>,
    /// The media type of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub media_type: Option<String>,
    /// Lines of the policy, by pointer, that a reviewer confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    pub confirmed: Vec<String>,
}

/// What the facts say of a left operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The values; an empty list is known to be empty.
    pub(super) values: Vec<Value>,
    pub(super) source: EvidenceSource,
}

impl Facts {
    /// Nothing but the moment.
    #[must_use]
    pub fn at(now: Timestamp, scope: EvaluationScope) -> Self {
        Self {
            now,
            scope,
            purpose: None,
            action: None,
            organisation: None,
            organisation_kind: None,
            sector: None,
            spaces: None,
            parties: Vec::new(),
            targets: Vec::new(),
            environment: None,
            statement: UseStatement::default(),
            stated_at: None,
            granted_at: None,
            downloads: None,
            version: None,
            media_type: None,
            confirmed: Vec::new(),
        }
    }

    /// Checks the limits of facts that somebody sends.
    ///
    /// # Errors
    /// 422 naming the fields.
    pub fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        self.statement.check("/statement", &mut checks);
        for (pointer, text, most) in [
            ("/sector", &self.sector, 10),
            ("/version", &self.version, 64),
            ("/media_type", &self.media_type, 255),
        ] {
            checks.optional_text(pointer, text.as_deref().unwrap_or_default(), most);
        }
        checks.at_most("/spaces", self.spaces.as_ref().map_or(0, Vec::len), 1000);
        checks.at_most("/parties", self.parties.len(), 100);
        checks.at_most("/targets", self.targets.len(), 100);
        checks.at_most("/confirmed", self.confirmed.len(), 1000);
        checks.finish()
    }

    /// What is done with the data. Without a purpose it is at least text and data mining, and may be anything narrower.
    pub(super) fn performed(&self) -> (Action, bool) {
        match (self.action, self.purpose) {
            (Some(action), _) => (action, true),
            (None, Some(purpose)) => (purpose.action(), true),
            (None, None) => (Action::Mine, false),
        }
    }

    /// Whether a reviewer confirmed this line.
    pub(super) fn confirms(&self, pointer: &str) -> bool {
        self.confirmed.iter().any(|confirmed| confirmed == pointer)
    }

    /// How long the grant has run; before there is one, no time at all.
    fn elapsed(&self) -> Duration {
        let since = self.granted_at.unwrap_or(self.now);
        Duration { months: 0, seconds: self.now.since(since).as_secs() }
    }

    /// What is known of an operand that has values. Purposes and the terms of the Data Use Ontology are matched by rules of
    /// their own.
    pub(super) fn find(&self, operand: LeftOperand) -> Option<Found> {
        let one = |value: Value, source| Some(Found { values: vec![value], source });
        let text = |text: &String, source| one(Value::Text(text.clone()), source);
        let term = |term: &str| Iri::parse(term).map(Value::Iri);
        let stated = &self.statement;
        match operand {
            LeftOperand::DateTime => one(Value::DateTime(self.now), EvidenceSource::Clock),
            LeftOperand::Purpose => text(&self.purpose?.to_string(), EvidenceSource::Stated),
            LeftOperand::SpaceMembership => {
                let spaces = self.spaces.as_ref()?.iter();
                let values = spaces.map(|space| Value::Text(space.to_string())).collect();
                Some(Found { values, source: EvidenceSource::Register })
            }
            LeftOperand::Industry => text(self.sector.as_ref()?, EvidenceSource::Register),
            LeftOperand::Recipient => {
                let slug = self.organisation.as_ref().map(ToString::to_string);
                let name = slug.or_else(|| self.parties.first().map(ToString::to_string));
                text(&name.or_else(|| Some(self.organisation_kind?.to_string()))?, EvidenceSource::Register)
            }
            LeftOperand::Count => {
                let first = matches!(self.scope, EvaluationScope::Request | EvaluationScope::Decide);
                let count = self.downloads.or(first.then_some(1))?;
                let exact = i64::try_from(count).ok().filter(|count| *count <= MAX_COUNT)?;
                one(Value::Integer(exact), EvidenceSource::Account)
            }
            LeftOperand::GrantElapsed => one(Value::Duration(self.elapsed()), EvidenceSource::Clock),
            LeftOperand::Version => text(self.version.as_ref()?, EvidenceSource::Register),
            LeftOperand::FileFormat => text(self.media_type.as_ref()?, EvidenceSource::Register),
            LeftOperand::ProcessingEnvironment => match &self.environment {
                Some(environment) => one(Value::Iri(environment.clone()), EvidenceSource::Credential),
                None => one(Value::Iri(stated.processing_environment.clone()?), EvidenceSource::Stated),
            },
            LeftOperand::ProcessingLocation | LeftOperand::Spatial => {
                let place = Place::stated(stated.processing_location.as_ref()?)?;
                one(Value::Text(place.name().to_owned()), EvidenceSource::Stated)
            }
            LeftOperand::EthicsApproval => {
                stated.ethics_approval.as_ref()?;
                one(term("cad:Verified")?, EvidenceSource::Stated)
            }
            LeftOperand::PayAmount => {
                one(Value::Decimal(Decimal::parse(&stated.payment.as_ref()?.amount)?), EvidenceSource::Stated)
            }
            LeftOperand::ModelAccess => one(term(stated.model_access?.term())?, EvidenceSource::Stated),
            _ => None,
        }
    }

    /// Whether the applicant says that others will get the weights of a model trained on the data.
    pub(super) fn distributes_weights(&self) -> bool {
        self.statement.model_access == Some(ModelAccess::OpenWeights)
    }
}
