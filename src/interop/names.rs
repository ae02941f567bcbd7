//! IRIs for what the record names: the dataset's DOI, its licence, its agents.

use super::entry::Entry;
use crate::datasets::record::{Agent, AgentScheme, IdentifierScheme};

/// The first DOI of the dataset, as an address.
pub(super) fn doi(entry: &Entry) -> Option<String> {
    let all = &entry.described.record.identifiers;
    all.iter()
        .find(|one| one.scheme == IdentifierScheme::Doi)
        .map(|one| format!("https://doi.org/{}", one.value))
}

/// The licence: its page in the SPDX list where it is one licence of that list, else the address that the record gives.
pub(super) fn licence(entry: &Entry) -> Option<String> {
    let rights = &entry.described.record.rights;
    let listed = rights.licence.as_deref().filter(|licence| spdx::license_id(licence).is_some());
    listed.map(listed_licence).or_else(|| rights.licence_url.clone())
}

/// The page of a licence of the SPDX list.
pub(super) fn listed_licence(id: &str) -> String {
    format!("https://spdx.org/licenses/{id}")
}

/// An agent in the register of researchers or of research organisations.
pub(super) fn agent(agent: &Agent) -> Option<String> {
    let find = |scheme| agent.identifiers.iter().find(|one| one.scheme == scheme);
    let orcid = find(AgentScheme::Orcid).map(|one| format!("https://orcid.org/{}", one.value));
    orcid.or_else(|| find(AgentScheme::Ror).map(|one| format!("https://ror.org/{}", one.value)))
}
