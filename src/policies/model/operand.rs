//! The closed registry of left operands: what each one means, which operators and values it takes, by what evidence it is
//! decided, and when that can be had.

use super::duo::DuoTerm;
use super::facts::{EvaluationScope, EvidenceSource};
use super::iri::Iri;
use super::label::Label;
use super::purpose::Purpose;
use super::value::{Datatype, Value};
use super::vocabulary::Operator;
use crate::kernel::{Slug, text_enum};

text_enum! {
    /// What a constraint is about. The ODRL operands that measure places and sizes within a medium
    /// (`absolutePosition` and its like) are left out: nothing here could hold anyone to them.
    pub enum LeftOperand {
        /// How often the action was done.
        Count = "odrl:count",
        /// The moment of the action.
        DateTime = "odrl:dateTime",
        /// The time that may pass before the action.
        DelayPeriod = "odrl:delayPeriod",
        /// The channel by which data is delivered.
        DeliveryChannel = "odrl:deliveryChannel",
        /// The time over which the action may go on.
        ElapsedTime = "odrl:elapsedTime",
        /// An event before, at or after which the action is done.
        Event = "odrl:event",
        /// The file format.
        FileFormat = "odrl:fileFormat",
        /// The sector of the economy, for example a NACE class.
        Industry = "odrl:industry",
        /// A natural language (BCP 47).
        Language = "odrl:language",
        /// The kind of medium.
        Media = "odrl:media",
        /// The time actually spent.
        MeteredTime = "odrl:meteredTime",
        /// The price.
        PayAmount = "odrl:payAmount",
        /// A share in per cent.
        Percentage = "odrl:percentage",
        /// The resolution at which something is rendered.
        Resolution = "odrl:resolution",
        /// The product or service.
        Product = "odrl:product",
        /// What the data is used for.
        Purpose = "odrl:purpose",
        /// Who receives the result.
        Recipient = "odrl:recipient",
        /// A place on Earth.
        Spatial = "odrl:spatial",
        /// The computing device.
        SystemDevice = "odrl:systemDevice",
        /// The time between two actions.
        TimeInterval = "odrl:timeInterval",
        /// What `odrl:count` counts.
        UnitOfCount = "odrl:unitOfCount",
        /// The version of the data.
        Version = "odrl:version",
        /// A place on the network.
        VirtualLocation = "odrl:virtualLocation",
        /// The data spaces of which the asking organisation is a member.
        SpaceMembership = "cad:spaceMembership",
        /// Where the data is processed.
        ProcessingLocation = "cad:processingLocation",
        /// The secure processing environment in which the data is processed.
        ProcessingEnvironment = "cad:processingEnvironment",
        /// The time since the grant began.
        GrantElapsed = "cad:grantElapsed",
        /// Whether an ethics approval was verified.
        EthicsApproval = "cad:ethicsApproval",
        /// The permitted use in terms of the Data Use Ontology (GA4GH DUO).
        DuoPermission = "cad:duoPermission",
        /// The conditions of use in terms of the Data Use Ontology (GA4GH DUO).
        DuoModifiers = "cad:duoModifiers",
        /// The citation to give.
        Citation = "cad:citation",
        /// Who may use a model that was trained on the data.
        ModelAccess = "cad:modelAccess",
    }
}

use EvaluationScope::{Decide, Download, Monitor, Request};
use Operator::{Eq, Gt, Gteq, HasPart, IsA, IsAllOf, IsAnyOf, IsNoneOf, IsPartOf, Lt, Lteq, Neq};

const ORDER: &[Operator] = &[Eq, Neq, Lt, Lteq, Gt, Gteq];
const CHOICE: &[Operator] = &[Eq, Neq, IsA, IsAnyOf, IsNoneOf];
const PLACE: &[Operator] = &[Eq, Neq, IsPartOf, HasPart, IsAnyOf, IsNoneOf];
const SEVERAL: &[Operator] = &[Eq, Neq, IsAnyOf, IsNoneOf, IsAllOf];

const ALWAYS: &[EvaluationScope] = EvaluationScope::ALL;
const ONCE_ASKED: &[EvaluationScope] = &[Request, Decide, Download, Monitor];
const AT_DOWNLOAD: &[EvaluationScope] = &[Download];
const NEVER: &[EvaluationScope] = &[];

const PLACES: &[&str] = &["cad:EEA", "cad:EU"];
const RECIPIENTS: &[&str] = &["cad:PublicBody", "cad:Company", "cad:Sme", "cad:Research"];
const MODEL_ACCESS: &[&str] = &["cad:InternalOnly", "cad:Hosted", "cad:OpenWeights"];

/// The vocabularies whose terms are all listed here: a term of theirs that is not, is a mistake.
const OUR_VOCABULARIES: &[&str] = &["cad:", "cc:", "duo:", "odrl:", "rdf:", "tdm:", "xsd:"];

/// What the registry says of a left operand.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// The types of right operand that it takes.
    pub datatypes: &'static [Datatype],
    /// The operators that make sense with it.
    pub operators: &'static [Operator],
    /// Who decides a line on it.
    pub label: Label,
    /// Where the evidence comes from; none where nothing is recorded and people must know.
    pub evidence: &'static [EvidenceSource],
    /// The moments at which it can be decided. A line that only a download decides holds nobody up before.
    pub scopes: &'static [EvaluationScope],
}

impl LeftOperand {
    /// Its entry in the registry.
    #[must_use]
    pub fn definition(self) -> Definition {
        use Datatype::{Date, DateTime, Decimal, Duration, Integer, Iri, Text};
        use Label::{Attested, Duty, LegalText, MachineDecided};
        let entry = |datatypes, operators, label, evidence, scopes| Definition {
            datatypes,
            operators,
            label,
            evidence,
            scopes,
        };
        match self {
            Self::DateTime => {
                entry(&[DateTime, Date], ORDER, MachineDecided, &[EvidenceSource::Clock], ALWAYS)
            }
            Self::Purpose => entry(&[Iri], CHOICE, MachineDecided, &[EvidenceSource::Stated], ALWAYS),
            Self::SpaceMembership => {
                entry(&[Iri, Text], SEVERAL, MachineDecided, &[EvidenceSource::Register], ALWAYS)
            }
            Self::Industry => entry(&[Iri], CHOICE, MachineDecided, &[EvidenceSource::Register], ALWAYS),
            Self::Recipient => entry(&[Iri], CHOICE, MachineDecided, &[EvidenceSource::Register], ALWAYS),
            Self::Count => entry(&[Integer], ORDER, MachineDecided, &[EvidenceSource::Account], ONCE_ASKED),
            Self::GrantElapsed => {
                entry(&[Duration], ORDER, MachineDecided, &[EvidenceSource::Clock], ONCE_ASKED)
            }
            Self::Version => entry(&[Text], CHOICE, MachineDecided, &[EvidenceSource::Register], AT_DOWNLOAD),
            Self::FileFormat => {
                entry(&[Iri, Text], CHOICE, MachineDecided, &[EvidenceSource::Register], AT_DOWNLOAD)
            }
            Self::ProcessingEnvironment => entry(
                &[Iri],
                CHOICE,
                MachineDecided,
                &[EvidenceSource::Credential, EvidenceSource::Stated],
                ALWAYS,
            ),
            Self::DuoPermission => {
                entry(&[Iri], CHOICE, MachineDecided, &[EvidenceSource::Stated], ONCE_ASKED)
            }
            Self::DuoModifiers => {
                entry(&[Iri], SEVERAL, MachineDecided, &[EvidenceSource::Stated], ONCE_ASKED)
            }
            Self::ProcessingLocation | Self::Spatial => entry(
                &[Iri],
                PLACE,
                Attested,
                &[EvidenceSource::Stated, EvidenceSource::Confirmed],
                ONCE_ASKED,
            ),
            Self::EthicsApproval => entry(
                &[Iri],
                &[Eq],
                Attested,
                &[EvidenceSource::Stated, EvidenceSource::Confirmed],
                ONCE_ASKED,
            ),
            Self::PayAmount => entry(
                &[Decimal],
                ORDER,
                Attested,
                &[EvidenceSource::Stated, EvidenceSource::Confirmed],
                ONCE_ASKED,
            ),
            Self::ModelAccess => entry(
                &[Iri],
                CHOICE,
                Attested,
                &[EvidenceSource::Stated, EvidenceSource::Confirmed],
                ONCE_ASKED,
            ),
            Self::DelayPeriod | Self::ElapsedTime | Self::MeteredTime | Self::TimeInterval => {
                entry(&[Duration], ORDER, Duty, &[], NEVER)
            }
            Self::Event => entry(&[Iri], ORDER, Duty, &[], NEVER),
            Self::Citation => entry(&[Text], &[Eq], Duty, &[], NEVER),
            Self::UnitOfCount => entry(&[Iri], &[Eq], LegalText, &[], NEVER),
            Self::Percentage | Self::Resolution => entry(&[Decimal, Integer], ORDER, LegalText, &[], NEVER),
            Self::Language => entry(&[Text], CHOICE, LegalText, &[], NEVER),
            Self::Media => entry(&[Iri, Text], CHOICE, LegalText, &[], NEVER),
            Self::DeliveryChannel | Self::Product | Self::SystemDevice | Self::VirtualLocation => {
                entry(&[Iri], CHOICE, LegalText, &[], NEVER)
            }
        }
    }

    /// The operators that make sense with it.
    #[must_use]
    pub fn operators(self) -> &'static [Operator] {
        self.definition().operators
    }

    /// The types of right operand that it takes.
    #[must_use]
    pub fn datatypes(self) -> &'static [Datatype] {
        self.definition().datatypes
    }

    /// Terms of our vocabularies that it takes; for [`LeftOperand::Purpose`] and the Data Use Ontology these are listed
    /// elsewhere.
    #[must_use]
    pub fn listed_terms(self) -> Vec<&'static str> {
        match self {
            Self::Purpose => Purpose::named().collect(),
            Self::Spatial | Self::ProcessingLocation => PLACES.to_vec(),
            Self::Recipient => RECIPIENTS.to_vec(),
            Self::Event => vec!["odrl:policyUsage", "cad:grantEnded"],
            Self::EthicsApproval => vec!["cad:Verified"],
            Self::ModelAccess => MODEL_ACCESS.to_vec(),
            Self::DuoPermission => duo_terms(true),
            Self::DuoModifiers => duo_terms(false),
            _ => Vec::new(),
        }
    }

    /// Whether its amounts are of a unit: a currency, dots per inch.
    #[must_use]
    pub fn takes_unit(self) -> bool {
        matches!(self, Self::PayAmount | Self::Resolution)
    }

    /// Whether it also takes terms of vocabularies that the register does not know; they stay undetermined.
    #[must_use]
    pub fn takes_foreign_terms(self) -> bool {
        !matches!(
            self,
            Self::Event | Self::EthicsApproval | Self::ModelAccess | Self::DuoPermission | Self::DuoModifiers
        )
    }

    /// Whether it takes this value.
    ///
    /// # Errors
    /// A stable code and a sentence that says which values it does take.
    pub fn check(self, value: &Value) -> Result<(), (&'static str, String)> {
        if !self.datatypes().contains(&value.datatype()) {
            let wanted: Vec<_> = self.datatypes().iter().map(|datatype| datatype.example()).collect();
            return Err(("value_type", format!("{self} takes a value like {}", wanted.join(" or "))));
        }
        match value {
            _ if self == Self::SpaceMembership && space(value).is_none() => {
                Err(("space", "name a data space by its slug, or by an IRI that ends in /SLUG".to_owned()))
            }
            Value::Iri(iri) => self.check_term(iri),
            _ => Ok(()),
        }
    }

    /// A misspelt term of a vocabulary that we know must not pass as a term that nobody knows.
    fn check_term(self, iri: &Iri) -> Result<(), (&'static str, String)> {
        let term = iri.compact();
        let local = OUR_VOCABULARIES.iter().find_map(|prefix| term.strip_prefix(prefix));
        let ours = local.is_some_and(|local| !local.starts_with("//"));
        let listed = self.listed_terms().contains(&term.as_str());
        if listed || (self.takes_foreign_terms() && !ours) {
            Ok(())
        } else {
            Err(("unknown_term", format!("{term} is not a term that {self} takes; check its spelling")))
        }
    }
}

fn duo_terms(permissions: bool) -> Vec<&'static str> {
    DuoTerm::ALL.iter().filter(|term| term.is_permission() == permissions).map(DuoTerm::as_str).collect()
}

/// The data space that a right operand of `cad:spaceMembership` names: a slug, or an IRI whose last path
/// segment is one.
pub(super) fn space(value: &Value) -> Option<Slug> {
    match value {
        Value::Iri(iri) => iri.last_segment()?.parse().ok(),
        Value::Text(slug) => slug.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_our_vocabularies_must_be_listed_and_foreign_ones_pass_where_the_list_is_open() {
        for (operand, iri, good) in [
            (LeftOperand::Purpose, "cad:ModelTraining", true),
            (LeftOperand::Purpose, "cad:ModelTraning", false),
            (LeftOperand::Purpose, "cad:EEA", false),
            (LeftOperand::Purpose, "https://w3id.org/dpv#Marketing", true),
            (LeftOperand::ProcessingLocation, "cad:EEA", true),
            (LeftOperand::Spatial, "urn:iso:3166:DEU", true),
            (LeftOperand::DuoPermission, "duo:0000042", true),
            (LeftOperand::DuoPermission, "duo:0000021", false),
            (LeftOperand::DuoModifiers, "duo:0000021", true),
            (LeftOperand::DuoModifiers, "https://example.org/x", false),
            (LeftOperand::EthicsApproval, "cad:Verified", true),
            (LeftOperand::Event, "odrl:policyUsage", true),
            (LeftOperand::Event, "urn:x:tomorrow", false),
            (LeftOperand::SpaceMembership, "https://example.eu/spaces/health", true),
            (LeftOperand::SpaceMembership, "https://example.eu/spaces/", false),
        ] {
            let value = Value::Iri(Iri::parse(iri).unwrap());
            assert_eq!(operand.check(&value).is_ok(), good, "{operand} {iri}");
        }
    }

    #[test]
    fn spaces_are_named_by_slug_or_by_iri() {
        assert_eq!(space(&Value::Text("health".into())).unwrap().as_str(), "health");
        let iri = Value::Iri(Iri::parse("https://example.eu/spaces/health").unwrap());
        assert_eq!(space(&iri).unwrap().as_str(), "health");
        assert_eq!(space(&Value::Text("Health Space".into())), None);
    }
}
