//! What the importers read, as drafts of harvested datasets.

use super::{Found, From, Read, excerpt, web};
use crate::datasets::{Draft, Harvested, OriginAccess, OriginDistribution, OriginTerms};
use crate::interop::import::{Imported, ImportedAccess, ImportedFile, Unreadable};
use crate::kernel::Error;

/// Makes a draft of each record.
pub(super) fn all(records: Vec<Result<Imported, Unreadable>>, from: &From<'_>) -> Vec<Found> {
    records.into_iter().enumerate().map(|(number, record)| one(record, from.nameless(number), from)).collect()
}

/// Makes a draft of a record; `nameless` is what it is called where it has no identifier.
pub(super) fn one(record: Result<Imported, Unreadable>, nameless: String, from: &From<'_>) -> Found {
    match record {
        Err(unreadable) => Found {
            key: unreadable.identifier.map_or(nameless, |identifier| short(&identifier)),
            read: Read::Failed(excerpt(&unreadable.reason)),
        },
        Ok(imported) => match imported.identifier.clone() {
            None => Found {
                key: nameless,
                read: Read::Failed("it has no identifier, so that it could not be found again".into()),
            },
            Some(identifier) => Found { key: short(&identifier), read: draft(imported, identifier, from) },
        },
    }
}

/// An identifier as a key: whole, as long as it is not longer than any identifier has to be, and has nothing in it that no
/// identifier has.
fn short(identifier: &str) -> String {
    identifier.chars().filter(|c| !c.is_control()).take(1024).collect()
}

fn draft(imported: Imported, identifier: String, from: &From<'_>) -> Read {
    if from.is_own(&identifier) {
        return Read::Skipped("it is registered here, and came back".into());
    }
    let page = imported.record.landing_page.clone().or_else(|| web(identifier.clone()));
    let mark = Harvested {
        source: from.source.id.clone(),
        identifier,
        origin: page,
        terms: OriginTerms {
            access: imported.terms.access.map(|access| match access {
                ImportedAccess::Public => OriginAccess::Public,
                ImportedAccess::Restricted => OriginAccess::Restricted,
                ImportedAccess::NonPublic => OriginAccess::NonPublic,
            }),
            url: imported.terms.policy_url.and_then(web),
            offer: imported.terms.offer,
            ..OriginTerms::default()
        },
        distributions: imported.files.into_iter().map(distribution).collect(),
    };
    let note = note(&imported.report);
    match Draft::of(&from.source.space, imported.record, mark, imported.suggested_name) {
        Ok(draft) => Read::Draft(Box::new(draft), note),
        Err(error) => Read::Failed(excerpt(&reasons(&error))),
    }
}

fn distribution(file: ImportedFile) -> OriginDistribution {
    OriginDistribution {
        title: file.name.or(file.path).map(|title| short(&title)),
        access_url: file.access_url.and_then(web),
        download_url: file.download_url.and_then(web),
        media_type: file.media_type.map(|media_type| media_type.as_str().to_owned()),
        size: file.size,
        sha256: file.sha256,
    }
}

/// What of a record was not taken over, in a few words.
fn note(report: &crate::interop::import::Report) -> Option<String> {
    const FEW: usize = 10;
    let left = |part: &crate::interop::import::Dropped| format!("{} ({})", part.property, part.reason);
    let dropped: Vec<String> = report.dropped.iter().take(FEW).map(left).collect();
    if dropped.is_empty() {
        return None;
    }
    let more = report.dropped.len().saturating_sub(FEW);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    Some(excerpt(&format!("not taken over: {}{rest}", dropped.join("; "))))
}

/// What is wrong with a record, field by field.
pub(super) fn reasons(error: &Error) -> String {
    let fields: Vec<String> = error
        .field_errors()
        .iter()
        .take(10)
        .map(|field| format!("{}: {}", field.pointer, field.detail))
        .collect();
    if fields.is_empty() { error.detail().to_owned() } else { fields.join("; ") }
}
