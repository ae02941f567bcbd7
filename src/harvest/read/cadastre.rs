//! Another Cadastre: its changes with whole records, in the order of its journal, deletions among them. What its log does not
//! confirm is not taken over.

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::proved::{Claim, Log};
use super::{Found, From, Page, Read, excerpt};
use crate::datasets::record::Record;
use crate::datasets::{Draft, Harvested, OriginAccess, OriginDistribution, OriginTerms};
use crate::journal::tlog::{ReceiptBundle, TrustPolicy};
use crate::kernel::Slug;

/// Records of a page.
const LIMIT: &str = "100";

#[derive(Deserialize)]
struct Changes {
    items: Vec<Change>,
    next_after: Option<String>,
}

#[derive(Deserialize)]
struct Change {
    cursor: String,
    gone: bool,
    organisation: Slug,
    name: Slug,
    whole: Option<Whole>,
}

#[derive(Deserialize)]
struct Whole {
    dataset: Dataset,
    policy: Option<Policy>,
    version: Option<Version>,
    #[serde(default)]
    receipts: Vec<ReceiptBundle>,
}

#[derive(Deserialize)]
struct Dataset {
    id: String,
    record: Box<RawValue>,
    access_mode: Option<String>,
    harvested: Option<serde_json::Value>,
}

/// What one that was harvested there says of where it is from.
#[derive(Deserialize)]
struct Upstream {
    identifier: String,
    origin: Option<String>,
    #[serde(default)]
    terms: serde_json::Value,
    #[serde(default)]
    distributions: serde_json::Value,
}

#[derive(Deserialize)]
struct Policy {
    mode: String,
    offer: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Version {
    id: String,
    version: String,
    bytes: u64,
}

/// The base of a Cadastre, without a slash at its end.
fn base(url: &Url) -> String {
    let mut base = url.clone();
    base.set_query(None);
    base.set_fragment(None);
    base.as_str().trim_end_matches('/').to_owned()
}

/// The address of a page of changes: the filters that the source's address states go along.
pub(super) fn page(url: &Url, after: Option<&str>) -> Url {
    let mut page = url.clone();
    page.set_fragment(None);
    page.set_path(&format!("{}/api/v1/changes", url.path().trim_end_matches('/')));
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(name, _)| name == "space" || name == "organisation").map(own).collect();
    page.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("receipts", "true")
        .append_pair("limit", LIMIT);
    if let Some(after) = after {
        page.query_pairs_mut().append_pair("after", after);
    }
    page
}

fn own((name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)) -> (String, String) {
    (name.into_owned(), value.into_owned())
}

/// The address of something below the journal.
pub(in crate::harvest) fn journal(url: &Url, path: &str) -> Url {
    let mut place = url.clone();
    place.set_query(None);
    place.set_fragment(None);
    place.set_path(&format!("{}/api/v1/journal/{path}", url.path().trim_end_matches('/')));
    place
}

/// Reads a page of changes.
pub(super) fn read(bytes: &[u8], from: &From<'_>) -> Result<Page, String> {
    let changes: Changes = serde_json::from_slice(bytes)
        .map_err(|error| format!("this is no page of changes of a Cadastre: {error}"))?;
    let address = Url::parse(&from.source.url).map_err(|error| error.to_string())?;
    let base = base(&address);
    let policy = from.source.trust_policy.as_deref().unwrap_or_default();
    let policy = TrustPolicy::parse(policy).map_err(|error| error.detail().to_owned())?;
    let mut log = Log::known_by(&policy);
    let mut read = Page {
        next: changes.next_after.as_deref().map(|after| page(&address, Some(after))),
        continuation: changes.items.last().map(|last| last.cursor.clone()),
        ..Page::default()
    };
    for change in changes.items {
        let key = format!("{base}/datasets/{}/{}", change.organisation, change.name);
        if change.gone {
            read.found.push(Found { key, read: Read::Gone });
            continue;
        }
        let outcome = match change.whole {
            Some(whole) => {
                match confirm(&whole, &format!("{}/{}", change.organisation, change.name), &mut log) {
                    Ok(()) => draft(whole, &key, change.name, from),
                    Err(reason) => Read::Failed(excerpt(&reason)),
                }
            }
            None => Read::Failed(
                "the other side does not send whole records with receipts; it may be an older Cadastre"
                    .into(),
            ),
        };
        read.found.push(Found { key, read: outcome });
    }
    read.checkpoint = log.checkpoint();
    Ok(read)
}

/// Has the log of the other side confirm a dataset.
fn confirm(whole: &Whole, name: &str, log: &mut Log<'_>) -> Result<(), String> {
    let record: serde_json::Value = serde_json::from_str(whole.dataset.record.get())
        .map_err(|error| format!("the record cannot be read: {error}"))?;
    let policy = whole.policy.as_ref();
    if whole.dataset.access_mode.as_deref() != policy.map(|policy| policy.mode.as_str()) {
        return Err("its access mode is not the one of its terms".into());
    }
    let claim = Claim {
        id: &whole.dataset.id,
        name,
        record: &record,
        harvested: whole.dataset.harvested.as_ref(),
        terms: policy.map(|policy| (policy.mode.as_str(), policy.offer.as_ref())),
        version: whole.version.as_ref().map(|it| (it.id.as_str(), it.version.as_str(), it.bytes)),
    };
    log.check(&claim, &whole.receipts)
}

fn draft(whole: Whole, iri: &str, name: Slug, from: &From<'_>) -> Read {
    let record: Record = match serde_json::from_str(whole.dataset.record.get()) {
        Ok(record) => record,
        Err(error) => return Read::Failed(excerpt(&format!("the record cannot be read: {error}"))),
    };
    let source = from.source.id.clone();
    let is_copy = whole.dataset.harvested.is_some();
    let upstream = whole.dataset.harvested.map(serde_json::from_value::<Upstream>).transpose();
    let mark = match upstream {
        Err(error) => return Read::Failed(excerpt(&format!("where it is from cannot be read: {error}"))),
        Ok(Some(upstream)) => Harvested {
            source,
            identifier: upstream.identifier,
            origin: upstream.origin.or_else(|| Some(iri.to_owned())),
            terms: serde_json::from_value(upstream.terms).unwrap_or_default(),
            distributions: serde_json::from_value(upstream.distributions).unwrap_or_default(),
        },
        Ok(None) => Harvested {
            source,
            identifier: iri.to_owned(),
            origin: Some(iri.to_owned()),
            terms: OriginTerms {
                access: whole.dataset.access_mode.as_deref().map(access),
                url: whole
                    .policy
                    .as_ref()
                    .map(|_| iri.replacen("/datasets/", "/api/v1/datasets/", 1) + "/policy"),
                offer: whole.policy.and_then(|policy| policy.offer),
                ..OriginTerms::default()
            },
            distributions: whole.version.iter().map(|version| distribution(version, iri)).collect(),
        },
    };
    if from.is_own(&mark.identifier) {
        return Read::Skipped("it is registered here, and came back".into());
    }
    match Draft::of(&from.source.space, record, mark, Some(name)) {
        Ok(draft) if is_copy => Read::Copy(Box::new(draft)),
        Ok(draft) => Read::Draft(Box::new(draft), None),
        Err(error) => Read::Failed(excerpt(&super::imported::reasons(&error))),
    }
}

fn access(mode: &str) -> OriginAccess {
    if mode == "open" { OriginAccess::Public } else { OriginAccess::Restricted }
}

fn distribution(version: &Version, iri: &str) -> OriginDistribution {
    OriginDistribution {
        title: Some(format!("Version {}", version.version)),
        access_url: Some(format!("{iri}/{}", version.version)),
        size: Some(version.bytes),
        ..OriginDistribution::default()
    }
}
