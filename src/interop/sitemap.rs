//! Sitemaps (<https://www.sitemaps.org/protocol.html>): the pages of all public datasets, for search engines.

use super::addresses::Addresses;
use super::xml::Xml;
use crate::datasets::PublicName;

/// The most addresses in one file, as the protocol has it.
pub const MOST: i64 = 50_000;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// How many files are needed for so many datasets; one in any case.
#[must_use]
pub fn files(datasets: i64) -> i64 {
    ((datasets + MOST - 1) / MOST).max(1)
}

/// The index of so many files.
#[must_use]
pub fn index(files: i64, at: &Addresses) -> String {
    let mut xml = Xml::document();
    xml.begin("sitemapindex", &[("xmlns", NAMESPACE)]);
    for number in 1..=files {
        let address = format!("{}/sitemaps/{number}.xml", at.base());
        xml.begin("sitemap", &[]).leaf("loc", &[], &address).end();
    }
    xml.finish()
}

/// The beginning of a file.
#[must_use]
pub fn begin() -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"{NAMESPACE}\">\n")
}

/// The end of a file.
pub const END: &str = "</urlset>\n";

/// Some addresses of a file.
#[must_use]
pub fn part(names: &[PublicName], at: &Addresses) -> String {
    let mut xml = Xml::part();
    for one in names {
        let address = format!("{}/datasets/{}/{}", at.base(), one.organisation, one.name);
        let changed = one.updated_at.to_string();
        xml.begin("url", &[]).leaf("loc", &[], &address).leaf("lastmod", &[], &changed).end();
    }
    xml.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_full_and_never_too_full() {
        for (datasets, wanted) in [(0, 1), (1, 1), (MOST, 1), (MOST + 1, 2), (3 * MOST, 3)] {
            assert_eq!(files(datasets), wanted, "{datasets}");
        }
    }
}
