//! The closed registry of left operands: what each one means, which operators and values it takes.

use super::iri::Iri;
use super::purpose::Purpose;
use super::value::{Datatype, Value};
use super::vocabulary::Operator;
use crate::kernel::{Slug, text_enum};

text_enum! {
    /// What a constraint is about. The ODRL operands that measure places and sizes within a medium
    /// (`absolutePosition`, `resolution` and their like) are left out: nothing here could hold anyone to them.
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

use Operator::{Eq, Gt, Gteq, HasPart, IsA, IsAllOf, IsAnyOf, IsNoneOf, IsPartOf, Lt, Lteq, Neq};

const ORDER: &[Operator] = &[Eq, Neq, Lt, Lteq, Gt, Gteq];
const CHOICE: &[Operator] = &[Eq, Neq, IsA, IsAnyOf, IsNoneOf];
const PLACE: &[Operator] = &[Eq, Neq, IsPartOf, HasPart, IsAnyOf, IsNoneOf];
const SEVERAL: &[Operator] = &[Eq, Neq, IsAnyOf, IsNoneOf, IsAllOf];

const PLACES: &[&str] = &["cad:EEA", "cad:EU"];

/// The permissions of DUO: GRU, HMB, DS, POA, NRES.
const DUO_PERMISSIONS: &[&str] = &["duo:0000042", "duo:0000006", "duo:0000007", "duo:0000011", "duo:0000004"];

/// The modifiers of DUO: RS, NMDS, GSO, NPUNCU, PUB, COL, IRB, GS, MOR, TS, US, PS, IS, RTN, CC, NPOA, NPU, NCU.
const DUO_MODIFIERS: &[&str] = &[
    "duo:0000012",
    "duo:0000015",
    "duo:0000016",
    "duo:0000018",
    "duo:0000019",
    "duo:0000020",
    "duo:0000021",
    "duo:0000022",
    "duo:0000024",
    "duo:0000025",
    "duo:0000026",
    "duo:0000027",
    "duo:0000028",
    "duo:0000029",
    "duo:0000043",
    "duo:0000044",
    "duo:0000045",
    "duo:0000046",
];

/// The vocabularies whose terms are all listed here: a term of theirs that is not, is a mistake.
const OUR_VOCABULARIES: &[&str] = &["cad:", "cc:", "duo:", "odrl:", "rdf:", "tdm:", "xsd:"];

impl LeftOperand {
    /// The operators that make sense with it.
    #[must_use]
    pub fn operators(self) -> &'static [Operator] {
        match self {
            Self::Count
            | Self::DateTime
            | Self::DelayPeriod
            | Self::ElapsedTime
            | Self::Event
            | Self::MeteredTime
            | Self::PayAmount
            | Self::Percentage
            | Self::TimeInterval
            | Self::GrantElapsed => ORDER,
            Self::Spatial | Self::ProcessingLocation => PLACE,
            Self::SpaceMembership | Self::DuoModifiers => SEVERAL,
            Self::Citation | Self::EthicsApproval | Self::UnitOfCount => &[Eq],
            _ => CHOICE,
        }
    }

    /// The types of right operand that it takes.
    #[must_use]
    pub fn datatypes(self) -> &'static [Datatype] {
        match self {
            Self::Count => &[Datatype::Integer],
            Self::DateTime => &[Datatype::DateTime, Datatype::Date],
            Self::DelayPeriod
            | Self::ElapsedTime
            | Self::MeteredTime
            | Self::TimeInterval
            | Self::GrantElapsed => &[Datatype::Duration],
            Self::PayAmount | Self::Percentage => &[Datatype::Decimal],
            Self::Language | Self::Version | Self::Citation => &[Datatype::Text],
            Self::FileFormat | Self::Media | Self::SpaceMembership => &[Datatype::Iri, Datatype::Text],
            _ => &[Datatype::Iri],
        }
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
        let ours = OUR_VOCABULARIES.iter().any(|prefix| term.starts_with(prefix));
        let (listed, open) = match self {
            Self::Purpose => (Purpose::is_named(&term), true),
            Self::Spatial | Self::ProcessingLocation => (PLACES.contains(&term.as_str()), true),
            Self::Event => (["odrl:policyUsage", "cad:grantEnded"].contains(&term.as_str()), false),
            Self::EthicsApproval => (term == "cad:Verified", false),
            Self::ModelAccess => (term == "cad:InternalOnly", false),
            Self::DuoPermission => (DUO_PERMISSIONS.contains(&term.as_str()), false),
            Self::DuoModifiers => (DUO_MODIFIERS.contains(&term.as_str()), false),
            _ => (false, true),
        };
        if listed || (open && !ours) {
            Ok(())
        } else {
            Err(("unknown_term", format!("{term} is not a term that {self} takes; check its spelling")))
        }
    }
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
