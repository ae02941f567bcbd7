//! The files of a version as a tree of folders, page by page.
//!
//! Versions have paths, not folders. Paths order by their bytes, so that everything in a folder lies together: a folder
//! begins where a path starts with its name and the one before did not. A listing of one level passes over the inside of
//! a folder with one further look. Each page costs a bounded number of looks, whatever lies in the folders.

use serde_json::{Value, json};

use super::snapshot::Snapshot;
use crate::datasets::files::{File, Start};
use crate::kernel::{Cursor, Digest, Result};

/// The most entries of a page; the folders of a whole tree come on top.
pub const MOST_ENTRIES: usize = 1000;
/// The most files of one look within a level.
const LOOK: usize = 256;
/// The most looks for a page.
const MOST_LOOKS: usize = 64;

/// A file that can be had here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The path in the version.
    pub path: String,
    /// Number of bytes.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

impl Leaf {
    /// A file in our store.
    #[must_use]
    pub fn of(file: File) -> Option<Self> {
        Some(Self { path: file.path.to_string(), size: file.size?, sha256: file.sha256? })
    }

    /// How many bytes the pointer of Git LFS to this file would have, which the Hub tells of each.
    #[must_use]
    pub fn pointer_size(&self) -> usize {
        format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n",
            self.sha256, self.size
        )
        .len()
    }
}

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File(Leaf),
    /// A folder, by its path.
    Folder(String),
}

/// A page of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries; none comes twice in a tree.
    pub entries: Vec<Entry>,
    /// Where the next page begins, if there may be more.
    pub next: Option<Start>,
}

/// What is listed.
#[derive(Debug, Clone)]
pub struct Listing<'a> {
    /// The folder; the root when none.
    pub folder: Option<&'a str>,
    /// With everything that lies in its folders.
    pub recursive: bool,
    /// Where the page begins.
    pub start: Start,
    /// At most so many entries.
    pub limit: usize,
}

/// A page of a tree. `look` gives at most so many files of the folder, however deep, from a place on, in the order of paths.
///
/// # Errors
/// When looking fails.
pub fn page(listing: &Listing<'_>, look: impl FnMut(&Start, usize) -> Result<Vec<Leaf>>) -> Result<Page> {
    if listing.recursive { whole(listing, look) } else { level(listing, look) }
}

/// Files with the folders they lie in.
fn whole(listing: &Listing<'_>, mut look: impl FnMut(&Start, usize) -> Result<Vec<Leaf>>) -> Result<Page> {
    let mut found = look(&listing.start, listing.limit + 1)?;
    let more = found.len() > listing.limit;
    found.truncate(listing.limit);
    let next = if more { found.last().map(|leaf| Start::After(leaf.path.clone())) } else { None };
    let mut before = match &listing.start {
        Start::After(path) => path.clone(),
        Start::First | Start::At(_) => String::new(),
    };
    let within = listing.folder.map_or(0, |folder| folder.len() + 1);
    let mut entries = Vec::with_capacity(found.len());
    for leaf in found {
        for (at, _) in leaf.path.match_indices('/').filter(|(at, _)| *at >= within) {
            let inside = leaf.path.get(..=at).unwrap_or_default();
            if !before.starts_with(inside) {
                entries.push(Entry::Folder(inside.trim_end_matches('/').to_owned()));
            }
        }
        before.clone_from(&leaf.path);
        entries.push(Entry::File(leaf));
    }
    Ok(Page { entries, next })
}

/// One level: files and folders that lie right in the folder.
fn level(listing: &Listing<'_>, mut look: impl FnMut(&Start, usize) -> Result<Vec<Leaf>>) -> Result<Page> {
    let within = listing.folder.map_or(0, |folder| folder.len() + 1);
    let (mut entries, mut start) = (Vec::new(), listing.start.clone());
    for _ in 0..MOST_LOOKS {
        let most = LOOK.min(listing.limit - entries.len() + 1);
        let found = look(&start, most)?;
        let last = found.len() < most;
        let mut passed: Option<String> = None;
        for leaf in found {
            if passed.as_ref().is_some_and(|folder| leaf.path.starts_with(folder.as_str())) {
                continue;
            }
            if entries.len() == listing.limit {
                return Ok(Page { entries, next: Some(start) });
            }
            let below = leaf.path.get(within..).and_then(|below| below.find('/'));
            if let Some(folder) = below.and_then(|length| leaf.path.get(..within + length)) {
                passed = Some(format!("{folder}/"));
                // Everything inside sorts between `name/` and `name0`: `0` follows `/`.
                start = Start::At(format!("{folder}0"));
                entries.push(Entry::Folder(folder.to_owned()));
            } else {
                passed = None;
                start = Start::After(leaf.path.clone());
                entries.push(Entry::File(leaf));
            }
        }
        if last {
            return Ok(Page { entries, next: None });
        }
    }
    Ok(Page { entries, next: Some(start) })
}

/// The text by which a client asks for the next page.
#[must_use]
pub fn cursor(start: &Start) -> Option<String> {
    let (kind, path) = match start {
        Start::First => return None,
        Start::After(path) => ("after", path),
        Start::At(path) => ("at", path),
    };
    Some(Cursor::new([kind.to_owned(), path.clone()]).encode())
}

/// Where the page begins that a client asks for.
///
/// # Errors
/// When the text is no cursor of a tree.
pub fn start(cursor: &str) -> Result<Start> {
    let cursor = Cursor::decode(cursor)?;
    let [kind, path] = cursor.parts::<2>()?;
    Ok(if kind == "at" { Start::At(path.clone()) } else { Start::After(path.clone()) })
}

/// An entry as JSON; with the commit that brought it when that is wanted (`expand`).
#[must_use]
pub fn json(entry: &Entry, snapshot: &Snapshot, expand: bool) -> Value {
    let mut value = match entry {
        Entry::File(leaf) => json!({
            "type": "file", "path": leaf.path, "size": leaf.size, "oid": leaf.sha256.revision(),
            "lfs": {"oid": leaf.sha256, "size": leaf.size, "pointerSize": leaf.pointer_size()},
        }),
        Entry::Folder(path) => {
            let name = Digest::of(format!("{}/{path}", snapshot.digest));
            json!({"type": "directory", "path": path, "size": 0, "oid": name.revision()})
        }
    };
    if let (Some(members), true) = (value.as_object_mut(), expand) {
        let version = &snapshot.version;
        members.insert(
            "lastCommit".to_owned(),
            json!({
                "id": snapshot.revision(), "title": format!("Version {}", version.version), "date": version.published_at,
            }),
        );
    }
    value
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn leaf(path: &str) -> Leaf {
        Leaf { path: path.to_owned(), size: 1, sha256: Digest::of(path) }
    }

    /// A look into a list, as the database gives it.
    fn look<'a>(
        paths: &'a BTreeSet<String>,
        folder: Option<&'a str>,
    ) -> impl FnMut(&Start, usize) -> Result<Vec<Leaf>> + 'a {
        move |start, most| {
            let inside = |path: &&String| {
                folder
                    .is_none_or(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
            };
            let from = |path: &&String| match start {
                Start::First => true,
                Start::After(after) => *path > after,
                Start::At(at) => *path >= at,
            };
            Ok(paths.iter().filter(inside).filter(from).take(most).map(|path| leaf(path)).collect())
        }
    }

    /// All pages one after the other, the cursor read back each time.
    fn all(paths: &BTreeSet<String>, folder: Option<&str>, recursive: bool, limit: usize) -> Vec<Entry> {
        let (mut from, mut entries) = (Start::First, Vec::new());
        loop {
            let listing = Listing { folder, recursive, start: from, limit };
            let found = page(&listing, look(paths, folder)).unwrap();
            entries.extend(found.entries);
            match found.next {
                Some(next) => from = start(&cursor(&next).unwrap()).unwrap(),
                None => return entries,
            }
        }
    }

    fn folders_of(path: &str) -> impl Iterator<Item = &str> {
        path.match_indices('/').filter_map(|(at, _)| path.get(..at))
    }

    /// What a tree holds, told without pages.
    fn expected(paths: &BTreeSet<String>, folder: Option<&str>, recursive: bool) -> BTreeSet<(bool, String)> {
        let inside = |path: &str| {
            let rest = folder.map_or(Some(path), |folder| path.strip_prefix(folder)?.strip_prefix('/'));
            rest.is_some_and(|rest| recursive || !rest.contains('/'))
        };
        let folders = paths.iter().flat_map(|path| folders_of(path)).map(|path| (true, path.to_owned()));
        let files = paths.iter().map(|path| (false, path.clone()));
        folders.chain(files).filter(|(_, path)| inside(path)).collect()
    }

    proptest! {
        /// Whatever the pages, every file and folder comes once, and nothing else.
        #[test]
        fn pages_together_are_the_tree(
            names in proptest::collection::btree_set("[ab0.-]{1,2}(/[ab0.-]{1,2}){0,3}", 0..40),
            recursive in any::<bool>(),
            limit in 1_usize..7,
        ) {
            // A path cannot be both a file and a folder.
            let folders: BTreeSet<&str> = names.iter().flat_map(|path| folders_of(path)).collect();
            let paths: BTreeSet<String> = names.iter().filter(|path| !folders.contains(path.as_str())).cloned().collect();
            for folder in [None, Some("a"), Some("a/b"), Some("b0")] {
                let found = all(&paths, folder, recursive, limit);
                let set: BTreeSet<(bool, String)> = found.iter().map(|entry| match entry {
                    Entry::File(leaf) => (false, leaf.path.clone()),
                    Entry::Folder(path) => (true, path.clone()),
                }).collect();
                prop_assert_eq!(set.len(), found.len(), "no entry twice: {:?}", found);
                prop_assert_eq!(set, expected(&paths, folder, recursive));
            }
        }
    }

    #[test]
    fn a_level_passes_over_what_lies_in_its_folders_in_few_looks() {
        let paths: BTreeSet<String> =
            (0..20).flat_map(|folder| (0..1000).map(move |file| format!("{folder:02}/{file:04}"))).collect();
        let mut looks = 0;
        let mut counted = look(&paths, None);
        let listing = Listing { folder: None, recursive: false, start: Start::First, limit: MOST_ENTRIES };
        let found = page(&listing, |start, most| {
            looks += 1;
            counted(start, most)
        });
        assert_eq!(found.unwrap().entries.len(), 20);
        assert_eq!(looks, 21);
    }

    #[test]
    fn a_pointer_has_as_many_bytes_as_one_of_git_lfs() {
        let leaf = Leaf { path: "a".into(), size: 15_241, sha256: Digest::of("") };
        assert_eq!(leaf.pointer_size(), 130);
    }
}
