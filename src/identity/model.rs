//! People, organisations and tokens as plain data, and what makes them valid.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use crate::kernel::{
    Checks, Digest, Error, ExposeSecret as _, OrganisationId, OrganisationRole, PersonId, Result, Scope,
    Secret, Slug, Timestamp, TokenId, random_bytes, text_enum, whole_option,
};

text_enum! {
    /// What kind of legal person an organisation is.
    pub enum OrganisationKind {
        /// A public authority or body.
        PublicBody = "public_body",
        /// A company.
        Company = "company",
        /// A small or medium-sized enterprise (Recommendation 2003/361/EC).
        Sme = "sme",
        /// A research organisation.
        Research = "research",
    }
}

/// A legal person taking part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    /// The id.
    pub id: OrganisationId,
    /// The name in URLs.
    pub slug: Slug,
    /// The name shown.
    pub name: String,
    /// What kind of legal person it is.
    pub kind: OrganisationKind,
    /// Where it is registered, ISO 3166-1 alpha-2.
    #[schema(example = "FR")]
    pub country: String,
    /// Its economic activity, a NACE 2.1 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// How to reach it: a URL or an address of a desk, not of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// How many bytes it may store.
    pub quota_bytes: i64,
    /// The largest file it may upload, in bytes.
    pub max_file_bytes: i64,
    /// Counts the changes; the entity tag of updates.
    pub revision: i64,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// What is stated of an organisation when it is registered or changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"slug": "harbour-institute", "name": "Harbour Institute", "kind": "research", "country": "NL"}))]
pub struct NewOrganisation {
    /// The name in URLs; cannot be changed later.
    pub slug: Slug,
    /// The name shown.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What kind of legal person it is.
    pub kind: OrganisationKind,
    /// Where it is registered, ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// Its economic activity, a NACE 2.1 code.
    #[serde(default)]
    #[schema(pattern = "^[A-V]([0-9]{0,2}|[0-9]{2}\\.[0-9]{1,2})$")]
    pub sector: Option<String>,
    /// How to reach it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    pub contact: Option<String>,
    /// How many bytes it may store; 1 TiB when not given. Only an administrator may change it.
    #[serde(default, deserialize_with = "whole_option")]
    #[schema(minimum = 0, maximum = 9223372036854775807_i64)]
    pub quota_bytes: Option<i64>,
    /// The largest file it may upload, in bytes; 1 TiB when not given. Only an administrator may change it.
    #[serde(default, deserialize_with = "whole_option")]
    #[schema(minimum = 0, maximum = 9223372036854775807_i64)]
    pub max_file_bytes: Option<i64>,
}

/// One tebibyte: what an organisation may store unless an administrator says otherwise.
pub(super) const DEFAULT_QUOTA: i64 = 1 << 40;

impl NewOrganisation {
    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/name", &self.name, 200);
        let country = self.country.len() == 2 && self.country.bytes().all(|b| b.is_ascii_uppercase());
        checks.require(
            country,
            "/country",
            "country",
            "write the country as ISO 3166-1 alpha-2, for example FR",
        );
        if let Some(sector) = &self.sector {
            checks.require(
                is_nace(sector),
                "/sector",
                "nace",
                "write the sector as a NACE 2.1 code, for example J62 or C29.1",
            );
        }
        if let Some(contact) = &self.contact {
            checks.text("/contact", contact, 500);
        }
        for (pointer, bytes) in [("/quota_bytes", self.quota_bytes), ("/max_file_bytes", self.max_file_bytes)]
        {
            checks.require(
                bytes.is_none_or(|bytes| bytes >= 0),
                pointer,
                "out_of_range",
                "must not be negative",
            );
        }
        checks.finish()
    }
}

fn is_nace(code: &str) -> bool {
    let mut chars = code.chars();
    let section = chars.next().is_some_and(|c| ('A'..='V').contains(&c));
    let (division, group) =
        chars.as_str().split_once('.').map_or((chars.as_str(), None), |(d, g)| (d, Some(g)));
    let digits = |text: &str, max: usize| text.len() <= max && text.bytes().all(|b| b.is_ascii_digit());
    section
        && digits(division, 2)
        && group.is_none_or(|group| !group.is_empty() && division.len() == 2 && digits(group, 2))
}

/// A person who signs in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The name to sign in with.
    pub login: Slug,
    /// The name shown.
    pub name: String,
    /// Runs the instance.
    pub admin: bool,
    /// May read the whole journal.
    pub auditor: bool,
    /// May no longer come in.
    pub disabled: bool,
    /// The secure processing environment whose account this is, an IRI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Counts the changes; the entity tag of updates.
    pub revision: i64,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What is stated of a person when the account is made or changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "desk-officer", "name": "Desk Officer"}))]
pub struct NewPerson {
    /// The name to sign in with; cannot be changed later.
    pub login: Slug,
    /// The name shown.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Runs the instance.
    #[serde(default)]
    pub admin: bool,
    /// May read the whole journal.
    #[serde(default)]
    pub auditor: bool,
    /// May no longer come in.
    #[serde(default)]
    pub disabled: bool,
    /// The secure processing environment whose account this is, an IRI: data that must not leave such an environment is
    /// given to its account alone.
    #[serde(default)]
    #[schema(example = "https://spe.example.eu/env/1", max_length = 2048)]
    pub environment: Option<String>,
}

impl NewPerson {
    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/name", &self.name, 200);
        if let Some(environment) = &self.environment {
            let good = environment.len() <= 2048 && url::Url::parse(environment).is_ok();
            checks.require(
                good,
                "/environment",
                "iri",
                "write an absolute IRI, for example https://spe.example.eu/env/1",
            );
        }
        checks.finish()
    }
}

/// A member of an organisation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The name to sign in with.
    pub login: Slug,
    /// The name shown.
    pub name: String,
    /// The role in the organisation.
    pub role: OrganisationRole,
}

/// An API token, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The id.
    pub id: TokenId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The one organisation it acts for, if it is confined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Slug>,
    /// The one space it reaches into, if it is confined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space: Option<Slug>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A wish for an API token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "training cluster", "scopes": ["read"], "expires_in_days": 30}))]
pub struct NewToken {
    /// What it is for, in your words.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may be used for.
    #[schema(min_items = 1, max_items = 5)]
    pub scopes: Vec<Scope>,
    /// Confine it to one organisation.
    #[serde(default)]
    pub organisation: Option<Slug>,
    /// Confine it to one space.
    #[serde(default)]
    pub space: Option<Slug>,
    /// How long it lives; 90 days when not given, a year at most.
    #[serde(default, deserialize_with = "whole_option")]
    #[schema(minimum = 1, maximum = 366)]
    pub expires_in_days: Option<u32>,
}

impl NewToken {
    pub(super) const DEFAULT_DAYS: u32 = 90;
    const MAX_DAYS: u32 = 366;

    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/name", &self.name, 100);
        checks.require(!self.scopes.is_empty(), "/scopes", "required", "name at least one scope");
        checks.at_most("/scopes", self.scopes.len(), Scope::ALL.len());
        let days = self.expires_in_days.unwrap_or(Self::DEFAULT_DAYS);
        checks.require(
            (1..=Self::MAX_DAYS).contains(&days),
            "/expires_in_days",
            "out_of_range",
            "must lie between 1 and 366",
        );
        checks.finish()
    }
}

/// A new token with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenCreated {
    /// The token.
    #[serde(flatten)]
    pub token: Token,
    /// The secret to send as `Authorization: Bearer`; it is not stored and cannot be shown again.
    pub secret: String,
}

/// A one-time code with which a person sets a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeIssued {
    /// Who it is for.
    pub login: Slug,
    /// The code; it is not stored and cannot be shown again.
    pub code: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A secret of 256 random bits with a prefix that names its kind and a checksum that secret scanners can test.
pub(super) struct Credential {
    text: Secret,
}

/// Hexadecimal digits of the checksum: 32 bits.
const CHECKSUM_DIGITS: usize = 8;

impl Credential {
    pub(super) const TOKEN: &'static str = "cad_";
    pub(super) const SESSION: &'static str = "cas_";
    pub(super) const CODE: &'static str = "cac_";

    pub(super) fn generate(prefix: &str) -> Result<Self> {
        let body = format!("{prefix}{}", hex::encode(random_bytes::<32>()?));
        let sum = Self::checksum(&body);
        Ok(Self { text: format!("{body}{sum}").into() })
    }

    /// Reads a secret that somebody sent; a wrong kind, length or checksum never reaches the database.
    pub(super) fn parse(prefix: &str, text: &str) -> Result<Self> {
        let credential = Self::shaped(prefix, text)?;
        credential.check_sum()?;
        Ok(credential)
    }

    /// The same without the checksum, for a secret that is looked for among those that are known.
    pub(super) fn shaped(prefix: &str, text: &str) -> Result<Self> {
        let well_formed =
            text.is_ascii() && text.starts_with(prefix) && text.len() == prefix.len() + 64 + CHECKSUM_DIGITS;
        if well_formed { Ok(Self { text: text.into() }) } else { Err(Error::unauthenticated()) }
    }

    /// Catches typing errors.
    pub(super) fn check_sum(&self) -> Result<()> {
        let text = self.text.expose_secret();
        let parts = text.split_at_checked(text.len().saturating_sub(CHECKSUM_DIGITS));
        let intact =
            parts.is_some_and(|(body, sum)| Self::checksum(body).as_bytes().ct_eq(sum.as_bytes()).into());
        if intact { Ok(()) } else { Err(Error::unauthenticated()) }
    }

    /// What is stored and looked up. A plain hash is enough: the secret has 256 bits.
    pub(super) fn hash(&self) -> Digest {
        Digest::of(self.text.expose_secret())
    }

    /// The text, to be shown to its owner once.
    pub(super) fn reveal(&self) -> String {
        self.text.expose_secret().to_owned()
    }

    fn checksum(body: &str) -> String {
        let mut sum = Digest::of(body).to_string();
        sum.truncate(CHECKSUM_DIGITS);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_parses_back_and_a_typing_error_is_caught() {
        let token = Credential::generate(Credential::TOKEN).unwrap();
        let text = token.reveal();
        assert_eq!(Credential::parse(Credential::TOKEN, &text).unwrap().hash(), token.hash());
        assert!(Credential::parse(Credential::SESSION, &text).is_err());
        let mut wrong = text.clone().into_bytes();
        wrong[10] = if wrong[10] == b'0' { b'1' } else { b'0' };
        assert!(Credential::parse(Credential::TOKEN, &String::from_utf8(wrong).unwrap()).is_err());
        for bad in ["", "cad_", "cad_é", &text[..text.len() - 1]] {
            assert!(Credential::parse(Credential::TOKEN, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sectors_are_nace_codes() {
        for good in ["J", "J62", "C29.1", "C29.10"] {
            assert!(is_nace(good), "{good}");
        }
        for bad in ["", "62", "Z1", "J62.", "J6.1", "J621"] {
            assert!(!is_nace(bad), "{bad}");
        }
    }
}
