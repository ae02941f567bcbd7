//! A grant as an ODRL Agreement: the offer it was given under, between its two parties, within its limits.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use url::Url;
use utoipa::ToSchema;

use super::grant::Grant;
use super::request::NamedPerson;
use crate::kernel::{Digest, Error, GrantId, Result, Timestamp, canonical_json};
use crate::policies::{
    AccessMode, Action, Constraint, Iri, LeftOperand, Operator, Permission, Policy, PolicyKind, Purpose,
    Rule, Terms, Value,
};

/// What the reviewer made a condition, word for word: text that people keep to and no machine decides.
const LEGAL_TEXT: &str = "cad:legalText";

/// How things of the register are named to the outside.
#[derive(Debug, Clone)]
pub struct Naming(Option<Url>);

impl Naming {
    /// Names below the address of the service; as URNs where it has none of its own.
    #[must_use]
    pub fn below(base: Option<Url>) -> Self {
        Self(base)
    }

    fn name(&self, path: &str, urn: &str) -> Result<Iri> {
        let name = match &self.0 {
            Some(base) => format!("{}/api/v1/{path}", base.as_str().trim_end_matches('/')),
            None => format!("urn:cadastre:{urn}"),
        };
        Iri::parse(&name).ok_or_else(|| Error::internal("name of a thing", name))
    }

    fn organisation(&self, slug: &str) -> Result<Iri> {
        self.name(&format!("organisations/{slug}"), &format!("organisation:{slug}"))
    }

    fn dataset(&self, name: &str) -> Result<Iri> {
        self.name(&format!("datasets/{name}"), &format!("dataset:{name}"))
    }

    fn grant(&self, id: &GrantId) -> Result<Iri> {
        self.name(&format!("grants/{id}"), &format!("grant:{id}"))
    }
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its rules and parties.
    pub policy: Policy,
    /// The conditions of the reviewer.
    pub legal_text: Option<String>,
}

impl Agreement {
    /// The agreement that a grant comes to: everything that the offer of its terms says, each permission within the
    /// grant's period, for its purpose and for the versions it names. Terms without an offer permit any use within
    /// these limits. Terms that never let data out of a secure environment prohibit downloads.
    ///
    /// # Errors
    /// 409 `agreement_too_long` when the terms leave no room for the limits of the grant.
    pub fn of(grant: &Grant, terms: Option<&Terms>, naming: &Naming) -> Result<Self> {
        let (provider, _) = grant.dataset.split_once('/').unwrap_or_default();
        let offer = terms.and_then(Terms::offer);
        let mut policy = Policy {
            id: naming.grant(&grant.id)?,
            kind: PolicyKind::Agreement,
            profiles: offer.map(|offer| offer.profiles.clone()).unwrap_or_default(),
            assigner: Some(naming.organisation(provider)?),
            assignee: Some(naming.organisation(grant.organisation.as_str())?),
            target: Some(naming.dataset(&grant.dataset)?),
            permissions: offer.map(|offer| offer.permissions.clone()).unwrap_or_default(),
            prohibitions: offer.map(|offer| offer.prohibitions.clone()).unwrap_or_default(),
            obligations: offer.map(|offer| offer.obligations.clone()).unwrap_or_default(),
        };
        if policy.permissions.is_empty() {
            policy.permissions.push(Permission { rule: plain(Action::Use), duties: Vec::new() });
        }
        let limits = limits(grant)?;
        for permission in &mut policy.permissions {
            permission.rule.constraints.extend(limits.iter().cloned());
        }
        let secure = terms.is_some_and(|terms| terms.mode() == AccessMode::Secure);
        if secure && !policy.prohibitions.iter().any(|rule| rule == &plain(Action::Download)) {
            policy.prohibitions.push(plain(Action::Download));
        }
        Policy::parse(&policy.to_json()).map_err(|error| {
            Error::conflict("agreement_too_long", "the terms leave no room for the limits of the grant")
                .caused_by("agreement", error)
        })?;
        Ok(Self { policy, legal_text: grant.conditions.clone() })
    }

    /// As JSON-LD: the ODRL Agreement, readable by participants of the Dataspace Protocol, with the legal text beside.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut document = self.policy.to_json();
        if let (Some(text), Some(members)) = (&self.legal_text, document.as_object_mut()) {
            members.insert(LEGAL_TEXT.into(), json!(text));
        }
        document
    }

    /// The canonical JSON (RFC 8785), which is what is accepted.
    ///
    /// # Errors
    /// None that an agreement can cause.
    pub fn text(&self) -> Result<String> {
        canonical_json(&self.to_json())
    }

    /// Reads the canonical JSON of an agreement that was accepted.
    ///
    /// # Errors
    /// When it holds something that this program does not understand.
    pub fn parse(text: &str) -> Result<Self> {
        let unreadable = |error: serde_json::Error| Error::internal("stored agreement", error);
        let mut document: Json = serde_json::from_str(text).map_err(unreadable)?;
        let legal_text = document.as_object_mut().and_then(|members| members.remove(LEGAL_TEXT));
        let policy = Policy::parse(&document).map_err(|error| Error::internal("stored agreement", error))?;
        Ok(Self { policy, legal_text: legal_text.and_then(|text| text.as_str().map(str::to_owned)) })
    }
}

fn plain(action: Action) -> Rule {
    Rule {
        assigner: None,
        assignee: None,
        target: None,
        action,
        refinements: Vec::new(),
        constraints: Vec::new(),
    }
}

/// From when until when, what for, and for which versions.
fn limits(grant: &Grant) -> Result<Vec<Constraint>> {
    let constraint = |left, operator, right| Constraint::Atomic { left, operator, right, unit: None };
    let purpose = named(grant.purpose);
    let purpose = Iri::parse(purpose).ok_or_else(|| Error::internal("name of a purpose", purpose))?;
    let mut limits = vec![
        constraint(LeftOperand::DateTime, Operator::Gteq, vec![Value::DateTime(grant.from)]),
        constraint(LeftOperand::DateTime, Operator::Lt, vec![Value::DateTime(grant.until)]),
        constraint(LeftOperand::Purpose, Operator::IsAnyOf, vec![Value::Iri(purpose)]),
    ];
    if let Some(versions) = &grant.versions {
        let versions = versions.iter().map(|version| Value::Text(version.to_string())).collect();
        limits.push(constraint(LeftOperand::Version, Operator::IsAnyOf, versions));
    }
    Ok(limits)
}

/// The narrowest purpose of our vocabulary that a stated purpose satisfies.
fn named(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::PreTraining => "cad:PreTraining",
        Purpose::FineTuning => "cad:FineTuning",
        Purpose::Alignment => "cad:Alignment",
        Purpose::Evaluation | Purpose::Testing => "cad:ModelEvaluation",
        Purpose::Rag => "cad:RetrievalAugmentedGeneration",
        Purpose::SyntheticGeneration => "cad:SyntheticDataGeneration",
        Purpose::Research => "cad:NonCommercialResearch",
        Purpose::Education => "cad:Education",
        Purpose::Production => "cad:Production",
    }
}

/// What a holder accepts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}))]
pub struct Consent {
    /// The digest of the agreement that was read: SHA-256 over its canonical JSON.
    pub digest: Digest,
}

/// That an agreement was accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Acceptance {
    /// The grant.
    pub grant: GrantId,
    /// The digest of the agreement: SHA-256 over its canonical JSON.
    pub digest: Digest,
    /// Who accepted it for the holder.
    pub accepted_by: NamedPerson,
    /// When.
    pub accepted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::RequestId;

    fn grant() -> Grant {
        serde_json::from_value(json!({
            "id": GrantId::generate(), "request": RequestId::generate(), "dataset": "harbour/tides", "space": "health",
            "organisation": "model-works", "purpose": "pre_training", "state": "active", "active": true,
            "from": "2026-11-26T12:00:00.000Z", "until": "2027-11-26T12:00:00.000Z", "versions": ["1.0.0", "1.1.0"],
            "conditions": "Delete the data when the project ends.", "policy_revision": 1, "revision": 1,
        }))
        .unwrap()
    }

    fn terms(mode: AccessMode, offer: Option<Json>) -> Terms {
        Terms::check(mode, offer.as_ref()).unwrap()
    }

    fn training() -> Json {
        json!({"@id": "urn:x:offer", "@type": "Offer",
            "permission": [{"action": "use", "constraint": [
                {"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": [{"@id": "cad:ModelTraining"}]}]}],
            "prohibition": [{"action": "odrl:distribute"}],
            "obligation": [{"action": "odrl:attribute"}]})
    }

    fn agreement(grant: &Grant, terms: &Terms) -> Agreement {
        let base = Url::parse("https://register.example/").unwrap();
        Agreement::of(grant, Some(terms), &Naming::below(Some(base))).unwrap()
    }

    #[test]
    fn an_agreement_is_the_offer_between_the_parties_within_the_limits_of_the_grant() {
        let grant = grant();
        let document = agreement(&grant, &terms(AccessMode::Review, Some(training()))).to_json();
        for (pointer, wanted) in [
            ("/@id", format!("https://register.example/api/v1/grants/{}", grant.id)),
            ("/@type", "Agreement".into()),
            ("/assigner", "https://register.example/api/v1/organisations/harbour".into()),
            ("/assignee", "https://register.example/api/v1/organisations/model-works".into()),
            ("/target", "https://register.example/api/v1/datasets/harbour/tides".into()),
            ("/permission/0/constraint/0/rightOperand/0/@id", "cad:ModelTraining".into()),
            ("/permission/0/constraint/1/rightOperand/@value", "2026-11-26T12:00:00Z".into()),
            ("/permission/0/constraint/2/operator", "lt".into()),
            ("/permission/0/constraint/3/rightOperand/0/@id", "cad:PreTraining".into()),
            ("/permission/0/constraint/4/rightOperand/1", "1.1.0".into()),
            ("/prohibition/0/action", "odrl:distribute".into()),
            ("/obligation/0/action", "odrl:attribute".into()),
            ("/cad:legalText", "Delete the data when the project ends.".into()),
        ] {
            assert_eq!(document.pointer(pointer).and_then(Json::as_str), Some(wanted.as_str()), "{pointer}");
        }
    }

    #[test]
    fn terms_without_an_offer_permit_use_within_the_limits_and_secure_ones_no_download() {
        let grant = Grant { versions: None, conditions: None, ..grant() };
        let review = agreement(&grant, &terms(AccessMode::Review, None));
        assert_eq!(review.policy.permissions[0].rule.action, Action::Use);
        assert_eq!(review.policy.permissions[0].rule.constraints.len(), 3);
        assert!(review.policy.prohibitions.is_empty() && review.legal_text.is_none());
        let secure = agreement(&grant, &terms(AccessMode::Secure, None));
        assert_eq!(secure.policy.prohibitions[0].action, Action::Download);
        let urns = Agreement::of(&grant, None, &Naming::below(None)).unwrap();
        assert_eq!(urns.policy.target.unwrap().as_str(), "urn:cadastre:dataset:harbour/tides");
    }

    #[test]
    fn what_was_accepted_reads_back_and_every_word_counts() {
        let given = agreement(&grant(), &terms(AccessMode::Review, Some(training())));
        let text = given.text().unwrap();
        assert_eq!(Agreement::parse(&text).unwrap(), given);
        let other = Agreement { legal_text: Some("Delete the data.".into()), ..given };
        assert_ne!(Digest::of(other.text().unwrap()), Digest::of(text));
    }

    #[test]
    fn every_purpose_is_named_by_one_that_it_satisfies() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.satisfies(&Iri::parse(named(*purpose)).unwrap()), Some(true), "{purpose}");
        }
    }

    /// The schemas lie beside the project where they are at all.
    #[test]
    fn an_agreement_fits_the_schema_of_the_dataspace_protocol() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dsp/negotiation");
        let Ok(schema) = std::fs::read_to_string(folder.join("contract-schema.json")) else { return };
        let mut schema: Json = serde_json::from_str(&schema).unwrap();
        schema["$ref"] = json!("#/definitions/Agreement");
        for key in ["allOf", "anyOf", "oneOf", "type", "$id"] {
            schema.as_object_mut().unwrap().remove(key);
        }
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (mode, offer) in
            [(AccessMode::Review, Some(training())), (AccessMode::Review, None), (AccessMode::Secure, None)]
        {
            let mut document = agreement(&grant(), &terms(mode, offer)).to_json();
            let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
            document.as_object_mut().unwrap().remove("assignee");
            assert!(!validator.is_valid(&document), "the schema looks at the document");
        }
    }
}
