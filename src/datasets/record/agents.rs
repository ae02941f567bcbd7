//! Who stands behind a dataset: creators, rights holders, controllers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::formats::{COUNTRY, EMAIL};
use super::place::{Check, Place};
use super::vocabulary::vocabulary;
use super::{SHORT, is_default};

vocabulary! {
    /// What kind of agent it is.
    AgentKind {
        /// A natural person.
        Person = "person",
        /// A company, association or research organisation.
        Organisation = "organisation",
        /// A public sector body.
        PublicBody = "public_body",
        /// A micro, small or medium-sized enterprise (Recommendation 2003/361/EC).
        Sme = "sme",
    }
}

vocabulary! {
    /// The register that an agent's identifier comes from.
    AgentScheme {
        /// Economic Operators Registration and Identification number (customs of the EU).
        Eori = "eori",
        /// Legal Entity Identifier (ISO 17442).
        Lei = "lei",
        /// Value added tax number with its country prefix.
        Vat = "vat",
        /// Research Organization Registry, the nine characters without the address.
        Ror = "ror",
        /// Open Researcher and Contributor ID, the four groups without the address.
        Orcid = "orcid",
    }
}

/// An agent's identifier in a public register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentIdentifier {
    /// The register.
    pub scheme: AgentScheme,
    /// The identifier in it.
    pub value: String,
}

impl Check for AgentIdentifier {
    fn check(&self, at: &mut Place<'_>) {
        let (valid, hint) = match self.scheme {
            AgentScheme::Eori => (
                is_prefixed(&self.value, 1..=15),
                "an EORI number is a country code and up to 15 letters and digits",
            ),
            AgentScheme::Vat => (
                is_prefixed(&self.value, 2..=12),
                "a VAT number is a country code and 2 to 12 letters and digits, without spaces",
            ),
            AgentScheme::Lei => (
                is_lei(&self.value),
                "an LEI is 20 capital letters and digits whose check digits must be right",
            ),
            AgentScheme::Ror => {
                (is_ror(&self.value), "write a ROR id as its nine characters, for example 05dxps055")
            }
            AgentScheme::Orcid => (
                is_orcid(&self.value),
                "write an ORCID iD as 0000-0002-1825-0097; its check digit must be right",
            ),
        };
        at.require(valid, "value", "identifier", hint);
    }
}

/// A person or body with a part in the dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// What kind of agent it is.
    pub kind: AgentKind,
    /// The name.
    pub name: String,
    /// Identifiers in public registers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub identifiers: Vec<AgentIdentifier>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub email: Option<String>,
    /// Web page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub url: Option<String>,
    /// Country of establishment or residence (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub country: Option<String>,
}

impl Check for Agent {
    fn check(&self, at: &mut Place<'_>) {
        at.text("name", &self.name, SHORT);
        at.parts("identifiers", &self.identifiers, 10);
        at.format("email", self.email.as_ref(), &EMAIL);
        at.url("url", self.url.as_ref());
        at.format("country", self.country.as_ref(), &COUNTRY);
    }
}

fn is_capital_or_digit(b: u8) -> bool {
    b.is_ascii_uppercase() || b.is_ascii_digit()
}

/// Two letters of a country, then so many capital letters and digits.
fn is_prefixed(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    text.split_at_checked(2).is_some_and(|(country, number)| {
        country.bytes().all(|b| b.is_ascii_uppercase())
            && lengths.contains(&number.len())
            && number.bytes().all(is_capital_or_digit)
    })
}

/// ISO 17442: letters count from 10, and the whole number is 1 modulo 97 (ISO 7064, MOD 97-10).
fn is_lei(text: &str) -> bool {
    let remainder = text.bytes().try_fold(0_u32, |sum, b| {
        let value = char::from(b).to_digit(36).filter(|_| is_capital_or_digit(b))?;
        Some((sum * if value < 10 { 10 } else { 100 } + value) % 97)
    });
    text.len() == 20 && remainder == Some(1)
}

/// A zero, six characters of Crockford's base 32, two check digits.
fn is_ror(text: &str) -> bool {
    let base32 =
        |b: u8| b.is_ascii_digit() || (b.is_ascii_lowercase() && !matches!(b, b'i' | b'l' | b'o' | b'u'));
    let (name, check) = text.split_at_checked(7).unwrap_or_default();
    name.starts_with('0')
        && name.bytes().all(base32)
        && check.len() == 2
        && check.bytes().all(|b| b.is_ascii_digit())
}

/// Four groups of four; the last character is the check digit of ISO 7064, MOD 11-2.
fn is_orcid(text: &str) -> bool {
    if !text.split('-').map(str::len).eq([4, 4, 4, 4]) {
        return false;
    }
    let characters: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    let Some((check, digits)) = characters.split_last() else { return false };
    let sum = digits.iter().try_fold(0, |sum, c| Some((sum + c.to_digit(10)?) * 2));
    sum.map(|sum| (12 - sum % 11) % 11).is_some_and(|right| match check {
        'X' => right == 10,
        digit => digit.to_digit(10) == Some(right),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_agents_follow_their_register() {
        assert!(is_lei("529900T8BM49AURSDO55"));
        for bad in ["", "529900T8BM49AURSDO56", "529900t8bm49aursdo55", "529900T8BM49AURSDO5"] {
            assert!(!is_lei(bad), "{bad}");
        }
        for good in ["0000-0002-1825-0097", "0000-0002-1694-233X"] {
            assert!(is_orcid(good), "{good}");
        }
        for bad in [
            "",
            "0000-0002-1825-0098",
            "0000000218250097",
            "0000-0002-1694-233x",
            "----",
            "abcd-0002-1825-0097",
            "€0-0002-1825-0097",
        ] {
            assert!(!is_orcid(bad), "{bad}");
        }
        assert!(is_ror("05dxps055"));
        for bad in ["", "05dxps05", "15dxps055", "05dxpu055", "https://ror.org/05dxps055"] {
            assert!(!is_ror(bad), "{bad}");
        }
        assert!(is_prefixed("FR12345678901", 1..=15));
        for bad in ["", "FR", "fr123", "FR 123", "é123"] {
            assert!(!is_prefixed(bad, 1..=15), "{bad}");
        }
    }
}
