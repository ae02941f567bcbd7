//! What a dataset is known by: identifiers, subject, rhythm, contact and relations to other works.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::formats::EMAIL;
use super::place::{Check, Place};
use super::vocabulary::vocabulary;
use super::{SHORT, is_default};
use crate::kernel::LangText;

vocabulary! {
    /// The kind of an identifier.
    IdentifierScheme {
        /// Digital Object Identifier (ISO 26324), without a resolver's address: `10.5281/zenodo.1234`.
        Doi = "doi",
        /// A UUID (RFC 9562).
        Uuid = "uuid",
        /// A Uniform Resource Name (RFC 8141).
        Urn = "urn",
        /// Any other scheme.
        Other = "other",
    }
}

/// A name that the dataset or a work has elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// The kind of identifier.
    pub scheme: IdentifierScheme,
    /// The identifier itself.
    pub value: String,
}

impl Check for Identifier {
    fn check(&self, at: &mut Place<'_>) {
        let (valid, hint) = match self.scheme {
            IdentifierScheme::Doi => {
                (is_doi(&self.value), "write a DOI without a resolver's address: 10.5281/zenodo.1234")
            }
            IdentifierScheme::Uuid => (is_uuid(&self.value), "write a UUID as 8-4-4-4-12 hexadecimal digits"),
            IdentifierScheme::Urn => (is_urn(&self.value), "write a URN as urn:namespace:name"),
            IdentifierScheme::Other => return at.text("value", &self.value, SHORT),
        };
        at.require(valid, "value", "identifier", hint);
    }
}

fn is_doi(text: &str) -> bool {
    text.len() <= 256
        && text.strip_prefix("10.").and_then(|rest| rest.split_once('/')).is_some_and(
            |(registrant, suffix)| {
                (4..=9).contains(&registrant.len())
                    && registrant.bytes().all(|b| b.is_ascii_digit())
                    && !suffix.is_empty()
                    && !suffix.chars().any(|c| c.is_whitespace() || c.is_control())
            },
        )
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    text.split('-').map(str::len).eq(lengths) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

fn is_urn(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (scheme, namespace, name) =
        (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    text.len() <= 256
        && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn"))
        && (2..=32).contains(&namespace.len())
        && namespace.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !namespace.starts_with('-')
        && !namespace.ends_with('-')
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_graphic())
}

vocabulary! {
    /// A subject of the data theme authority table of the EU, which DCAT-AP demands.
    Theme {
        /// Agriculture, fisheries, forestry and food.
        Agriculture = "AGRI",
        /// Economy and finance.
        Economy = "ECON",
        /// Education, culture and sport.
        Education = "EDUC",
        /// Energy.
        Energy = "ENER",
        /// Environment.
        Environment = "ENVI",
        /// Government and public sector.
        Government = "GOVE",
        /// Health.
        Health = "HEAL",
        /// International issues.
        International = "INTR",
        /// Justice, legal system and public safety.
        Justice = "JUST",
        /// Regions and cities.
        Regions = "REGI",
        /// Population and society.
        Society = "SOCI",
        /// Science and technology.
        Technology = "TECH",
        /// Transport.
        Transport = "TRAN",
        /// Provisional data.
        Provisional = "OP_DATPRO",
    }
}

vocabulary! {
    /// How often new data are published; terms after the frequency authority table of the EU.
    UpdateFrequency {
        /// All the time.
        Continuous = "continuous",
        /// Every hour.
        Hourly = "hourly",
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
        /// Every two weeks.
        Biweekly = "biweekly",
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Twice a year.
        Biannual = "biannual",
        /// Every year.
        Annual = "annual",
        /// Every two years.
        Biennial = "biennial",
        /// At irregular intervals.
        Irregular = "irregular",
        /// Never again.
        Never = "never",
        /// Not known.
        Unknown = "unknown",
        /// In another rhythm.
        Other = "other",
    }
}

/// Where questions go: a desk or a role rather than a person, since the record is public.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name of the desk or role, for example "Open data desk".
    pub name: String,
    /// E-mail address; this or `url` must be there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub email: Option<String>,
    /// Contact page; this or `email` must be there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub url: Option<String>,
}

impl Check for Contact {
    fn check(&self, at: &mut Place<'_>) {
        at.text("name", &self.name, SHORT);
        at.format("email", self.email.as_ref(), &EMAIL);
        at.url("url", self.url.as_ref());
        at.require_here(
            self.email.is_some() || self.url.is_some(),
            "required",
            "give an e-mail address or the URL of a contact page",
        );
    }
}

vocabulary! {
    /// What another work is to the dataset.
    RelationKind {
        /// A model trained on the dataset.
        TrainedModel = "trained_model",
        /// A model evaluated with the dataset.
        EvaluatedModel = "evaluated_model",
        /// A publication that describes the dataset.
        DescribedBy = "described_by",
        /// A publication that uses the dataset.
        UsedBy = "used_by",
        /// The project in which the dataset was made.
        Project = "project",
        /// Software that makes or reads the dataset.
        Software = "software",
        /// Another edition of the same dataset, for example in another repository.
        SameAs = "same_as",
        /// A dataset that this one takes the place of.
        Replaces = "replaces",
        /// A dataset that belongs together with this one.
        RelatedDataset = "related_dataset",
    }
}

/// A link to another work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// What the other work is to the dataset.
    pub kind: RelationKind,
    /// Title of the other work, by language tag (BCP 47).
    #[serde(default, skip_serializing_if = "is_default")]
    pub title: LangText,
    /// Identifier of the other work; this or `url` must be there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub identifier: Option<Identifier>,
    /// Address of the other work; this or `identifier` must be there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub url: Option<String>,
}

impl Check for Relation {
    fn check(&self, at: &mut Place<'_>) {
        at.lang("title", &self.title, SHORT);
        at.part("identifier", &self.identifier);
        at.url("url", self.url.as_ref());
        at.require_here(
            self.identifier.is_some() || self.url.is_some(),
            "required",
            "give an identifier or a URL of the other work",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_follow_their_scheme() {
        for good in ["10.5281/zenodo.1234", "10.1000/a(b)<c>"] {
            assert!(is_doi(good), "{good}");
        }
        for bad in
            ["", "10.1/x", "10.5281/", "10.5281", "https://doi.org/10.5281/x", "10.5281/a b", "10.abcd/x"]
        {
            assert!(!is_doi(bad), "{bad}");
        }
        assert!(is_uuid("0190f3c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f"));
        for bad in ["", "0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "0190f3c2-a1b2-7c3d-8e4f-5a6b7c8d9e0g", "----"] {
            assert!(!is_uuid(bad), "{bad}");
        }
        assert!(is_urn("urn:isbn:9780262033848"));
        for bad in ["", "urn", "urn:", "urn:x:y", "urn:isbn:", "urn:-a:b", "url:isbn:1", "urn:isbn:a b"] {
            assert!(!is_urn(bad), "{bad}");
        }
    }
}
