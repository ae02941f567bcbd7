//! IRIs of what the record names by an identifier of others: works, agents, licences.

use super::AUTHORITY;
use crate::datasets::record::{Agent, AgentIdentifier, AgentScheme, IdentifierScheme, Record};

/// An identifier as an IRI; nothing for one whose scheme is not known.
#[must_use]
pub fn identifier(scheme: IdentifierScheme, value: &str) -> Option<String> {
    match scheme {
        IdentifierScheme::Doi => Some(format!("https://doi.org/{}", value.replace('#', "%23"))),
        IdentifierScheme::Uuid => Some(format!("urn:uuid:{}", value.to_ascii_lowercase())),
        IdentifierScheme::Urn => Some(value.to_owned()),
        IdentifierScheme::Other => None,
    }
}

/// The first DOI of a dataset, as it stands in the record.
#[must_use]
pub fn doi(record: &Record) -> Option<&str> {
    let doi = record.identifiers.iter().find(|one| one.scheme == IdentifierScheme::Doi);
    doi.map(|one| one.value.as_str())
}

/// The same as an address.
#[must_use]
pub fn doi_page(record: &Record) -> Option<String> {
    identifier(IdentifierScheme::Doi, doi(record)?)
}

/// An agent in the register that the identifier is of; nothing where that register has no IRIs.
#[must_use]
pub fn agent_identifier(identifier: &AgentIdentifier) -> Option<String> {
    match identifier.scheme {
        AgentScheme::Orcid => Some(format!("https://orcid.org/{}", identifier.value)),
        AgentScheme::Ror => Some(format!("https://ror.org/{}", identifier.value)),
        AgentScheme::Eori | AgentScheme::Lei | AgentScheme::Vat => None,
    }
}

/// An agent in the register of researchers, else in that of research organisations.
#[must_use]
pub fn agent(agent: &Agent) -> Option<String> {
    let of = |scheme| agent.identifiers.iter().find(|one| one.scheme == scheme).and_then(agent_identifier);
    of(AgentScheme::Orcid).or_else(|| of(AgentScheme::Ror))
}

/// A licence that others know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Its IRI.
    pub iri: String,
    /// Its full name.
    pub name: String,
    /// Whether the licence authority table of the EU has it.
    pub of_the_eu_table: bool,
}

/// A licence of the SPDX list by its identifier: in the licence table where it is there, else by the page of SPDX. Nothing
/// for an expression, or for a licence that is not on the list.
#[must_use]
pub fn licence(spdx: &str) -> Option<Licence> {
    let id = spdx::license_id(spdx).filter(|id| id.name == spdx)?;
    let known = LICENCES.iter().find(|(known, _)| *known == id.name);
    let iri = known.map_or_else(|| licence_page(id.name), |(_, code)| format!("{AUTHORITY}/licence/{code}"));
    Some(Licence { iri, name: id.full_name.to_owned(), of_the_eu_table: known.is_some() })
}

/// The page of a licence in the list of SPDX.
#[must_use]
pub fn licence_page(id: &str) -> String {
    format!("https://spdx.org/licenses/{id}")
}

/// Where a dataset's licence can be read: its page in the SPDX list where it is one licence of that list, else the address
/// that the record gives.
#[must_use]
pub fn licence_address(record: &Record) -> Option<String> {
    let rights = &record.rights;
    let listed = rights.licence.as_deref().filter(|licence| spdx::license_id(licence).is_some());
    listed.map(licence_page).or_else(|| rights.licence_url.clone())
}

/// Identifiers of SPDX, and codes of the licence authority table.
pub(super) const LICENCES: &[(&str, &str)] = &[
    ("CC0-1.0", "CC0"),
    ("CC-BY-4.0", "CC_BY_4_0"),
    ("CC-BY-SA-4.0", "CC_BYSA_4_0"),
    ("CC-BY-NC-4.0", "CC_BYNC_4_0"),
    ("CC-BY-ND-4.0", "CC_BYND_4_0"),
    ("CC-BY-NC-SA-4.0", "CC_BYNCSA_4_0"),
    ("CC-BY-NC-ND-4.0", "CC_BYNCND_4_0"),
    ("CC-PDM-1.0", "CC_PDM_1_0"),
    ("ODbL-1.0", "ODC_BL"),
    ("ODC-By-1.0", "ODC_BY"),
    ("PDDL-1.0", "ODC_PDDL"),
    ("OGL-UK-3.0", "OGL_3_0"),
    ("EUPL-1.1", "EUPL_1_1"),
    ("EUPL-1.2", "EUPL_1_2"),
    ("GFDL-1.3-only", "GNU_FDL_1_3"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_of_the_eu_where_the_table_has_them_and_of_spdx_else() {
        let iri = |id: &str| licence(id).map(|found| (found.iri, found.of_the_eu_table));
        assert_eq!(iri("CC-BY-4.0"), Some((format!("{AUTHORITY}/licence/CC_BY_4_0"), true)));
        assert_eq!(iri("MIT"), Some(("https://spdx.org/licenses/MIT".to_owned(), false)));
        for none in ["CC-BY-4.0 OR MIT", "LicenseRef-own", "mit", ""] {
            assert_eq!(iri(none), None, "{none}");
        }
        assert!(LICENCES.iter().all(|(id, _)| licence(id).is_some()), "each is on the list of SPDX");
    }
}
