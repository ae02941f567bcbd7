//! Files: `FileObject` of Croissant, `DataDownload` of schema.org.

use serde_json::{Map, Value};

use super::super::draft::{Draft, excerpt};
use super::super::imported::ImportedFile;
use super::super::json::{plain, several, text};
use super::values::{Document, address, is_of};
use crate::interop::import::dcat::values::is_web;
use crate::interop::vocabulary::media_type_of;

/// Reads the files of a dataset. What lies in an archive is no file of its own.
pub(super) fn read<'v>(
    draft: &mut Draft,
    value: &'v Value,
    document: &Document<'v>,
    files: &mut Vec<ImportedFile>,
) {
    let mut inside = 0;
    for one in several(value).iter().map(|one| document.resolve(one)) {
        match one.as_object() {
            Some(members) if is_of(members, "FileSet") || contained(members) => inside += 1,
            Some(members) => {
                draft.note("", "distribution");
                files.push(file(draft, members));
            }
            None => draft.drop("distribution", &excerpt(one), "a file is an object"),
        }
    }
    if inside > 0 {
        let reason = "what lies in archives is read from them when they are published";
        draft.drop("distribution", &format!("{inside} sets of files or files in archives"), reason);
    }
}

fn contained(members: &Map<String, Value>) -> bool {
    ["containedIn", "cr:containedIn"].iter().any(|name| members.contains_key(*name))
}

fn file(draft: &mut Draft, members: &Map<String, Value>) -> ImportedFile {
    let of = |names: [&str; 2]| names.iter().find_map(|name| text(members, name));
    let address_of = |names: [&str; 2]| {
        names.iter().find_map(|name| {
            members.get(*name).and_then(|value| plain(value).or_else(|| address(value, &["@id", "url"])))
        })
    };
    let url = address_of(["contentUrl", "sc:contentUrl"]);
    let (remote, path) = match url {
        Some(url) if is_web(&url) => (Some(url), None),
        Some(path) => (None, Some(path.strip_prefix("./").unwrap_or(&path).to_owned())),
        None => (None, None),
    };
    let formats =
        ["encodingFormat", "sc:encodingFormat", "fileFormat"].iter().find_map(|name| members.get(*name));
    // Of several, the last is its own, and those before it are what readers know it by.
    let media_type = formats
        .map(several)
        .unwrap_or_default()
        .iter()
        .rev()
        .find_map(|one| media_type_of(one.as_str()?)?.parse().ok());
    let sha256 = of(["sha256", "cr:sha256"]).and_then(|hash| {
        let digest = hash.to_ascii_lowercase().parse().ok();
        if digest.is_none() {
            draft.drop("distribution/sha256", hash, "no SHA-256");
        }
        digest
    });
    ImportedFile {
        name: of(["name", "sc:name"]).or(of(["@id", "title"])).map(str::to_owned),
        path,
        download_url: remote,
        access_url: address_of(["url", "sc:url"]).filter(|url| is_web(url)),
        media_type,
        size: ["contentSize", "sc:contentSize"].iter().find_map(|name| bytes(&plain(members.get(*name)?)?)),
        sha256,
        description: of(["description", "sc:description"]).map(str::to_owned),
    }
}

/// A size in bytes: `117743 B`, `117743`. With other units it is rounded, and not the size of the file.
fn bytes(text: &str) -> Option<u64> {
    let number = text.trim_end_matches("bytes").trim_end_matches('B').trim();
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_exact_or_none() {
        for (text, size) in
            [("117743 B", Some(117_743)), ("5", Some(5)), ("1.2 MB", None), ("3 kB", None), ("", None)]
        {
            assert_eq!(bytes(text), size, "{text}");
        }
    }
}
