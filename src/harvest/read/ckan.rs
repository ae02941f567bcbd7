//! CKAN: `package_search` of its action API, page by page in the order of registration.

use url::Url;

use super::{From, Page, excerpt, imported};
use crate::interop::import::{self, Hint, ImportFormat};

/// Packages of a page.
const ROWS: usize = 100;

/// The address of a page that begins at this number. Filters (`q`, `fq`) of the source's address go along.
pub(super) fn page(url: &Url, start: usize) -> Url {
    let mut page = url.clone();
    page.set_fragment(None);
    let path = url
        .path()
        .trim_end_matches('/')
        .trim_end_matches("/api/3/action/package_search")
        .trim_end_matches("/api/3");
    page.set_path(&format!("{path}/api/3/action/package_search"));
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name == "q" || name == "fq")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    page.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("sort", "metadata_created asc, id asc")
        .append_pair("rows", &ROWS.to_string())
        .append_pair("start", &start.to_string());
    page
}

/// Reads a page of packages.
pub(super) fn read(bytes: &[u8], from: &From<'_>) -> Result<Page, String> {
    let base = from.base();
    let hint = Hint { format: Some(ImportFormat::Ckan), base: Some(&base), ..Hint::default() };
    let reading = import::read(bytes, &hint).map_err(|error| excerpt(error.detail()))?;
    // What was lost on the way must not look as if it were gone.
    if let Some(fault) = reading.faults.first() {
        return Err(excerpt(&format!("the answer is broken: {fault}")));
    }
    let start = from.url.query_pairs().find(|(name, _)| name == "start");
    let start: usize = start.and_then(|(_, value)| value.parse().ok()).unwrap_or_default();
    let (count, reached) = (reading.records.len(), start + reading.records.len());
    let more = match reading.total {
        Some(total) => u64::try_from(reached).is_ok_and(|reached| reached < total),
        None => count == ROWS,
    };
    let address = Url::parse(&from.source.url).map_err(|error| error.to_string())?;
    let next = (more && count > 0).then(|| page(&address, reached));
    Ok(Page { found: imported::all(reading.records, from), next, ..Page::default() })
}
