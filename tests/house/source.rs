//! Reading Rust sources just closely enough for the house rules: comments and texts blanked out, paths expanded.

use std::fs;
use std::path::Path;

/// A source file: its path from the top of the repository, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// As `src/db/mod.rs`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// What to blank out before looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Code alone: comments and the insides of texts become spaces.
    Code,
    /// Code and texts: only comments become spaces.
    CodeAndTexts,
}

impl Source {
    /// A source made up for a test.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Every Rust file below a folder of the repository, by path.
    pub fn below(folder: &str) -> Vec<Self> {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        collect(top, &top.join(folder), &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(!found.is_empty(), "no sources below {folder}");
        found
    }

    /// The parts of the path without the ending: `src/db/url.rs` is `["src", "db", "url"]`.
    pub fn parts(&self) -> Vec<&str> {
        self.path.trim_end_matches(".rs").split('/').collect()
    }

    /// The top-level module the file belongs to; none for `lib.rs` and `main.rs`.
    pub fn module(&self) -> Option<&str> {
        match self.path.strip_prefix("src/")?.split_once('/') {
            Some((module, _)) => Some(module),
            None => self
                .path
                .strip_prefix("src/")?
                .strip_suffix(".rs")
                .filter(|file| !matches!(*file, "lib" | "main")),
        }
    }

    /// The text with the rest blanked out; positions and lines stay as they are.
    pub fn only(&self, keep: Keep) -> String {
        blank(&self.text, keep)
    }

    /// `path:line` of a byte offset.
    pub fn place(&self, offset: usize) -> String {
        format!("{}:{}", self.path, 1 + self.text[..offset].matches('\n').count())
    }
}

fn collect(top: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            found.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

/// Replaces comments, and texts when asked, by spaces of the same length in bytes.
fn blank(text: &str, keep: Keep) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (end, is_text) = if rest.starts_with(b"//") {
            (at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with(b"/*") {
            (end_of_block_comment(bytes, at), false)
        } else if let Some(hashes) = raw_text_hashes(bytes, at) {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = at + 2 + hashes;
            (text[open..].find(&close).map_or(bytes.len(), |end| open + end + close.len()), true)
        } else if rest[0] == b'"' {
            (end_of_text(bytes, at), true)
        } else if let Some(length) = char_literal(rest) {
            (at + length, true)
        } else {
            at += 1;
            continue;
        };
        if !is_text || keep == Keep::Code {
            for byte in &mut out[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    String::from_utf8(out).expect("whole literals are blanked")
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match &bytes[at..(at + 2).min(bytes.len())] {
            b"/*" => (at, depth) = (at + 2, depth + 1),
            b"*/" => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The number of `#` when a raw text `r#"…"#` begins here.
fn raw_text_hashes(bytes: &[u8], at: usize) -> Option<usize> {
    let in_word = at > 0 && is_word(bytes[at - 1]) && bytes[at - 1] != b'b';
    if bytes[at] != b'r' || in_word {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(at + 1 + hashes) == Some(&b'"')).then_some(hashes)
}

fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of a character literal; a lifetime is none.
fn char_literal(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\'', b'\\', _, tail @ ..] => tail.iter().position(|byte| *byte == b'\'').map(|end| end + 4),
        [b'\'', tail @ ..] => {
            let end = tail.iter().position(|byte| *byte == b'\'')?;
            std::str::from_utf8(&tail[..end]).is_ok_and(|text| text.chars().count() == 1).then_some(end + 2)
        }
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Offsets at which a word stands by itself.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let part_of_a_longer_one = |place: Option<usize>| {
            place.and_then(|place| code.as_bytes().get(place)).copied().is_some_and(is_word)
        };
        !part_of_a_longer_one(at.checked_sub(1)) && !part_of_a_longer_one(Some(at + word.len()))
    })
}

/// Every path that begins with the word, with groups expanded: `crate::a::{b, c}` gives two.
pub fn paths_from(code: &str, root: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for at in words(code, root) {
        let mut rest = &code[at + root.len()..];
        if let Some(tree) = rest.trim_start().strip_prefix("::") {
            rest = tree;
            expand(&mut rest, &mut Vec::new(), &mut |path| found.push((at, path)));
        }
    }
    found
}

/// Reads one use tree, as far as it goes, and hands over its leaves.
fn expand(rest: &mut &str, prefix: &mut Vec<String>, leaf: &mut impl FnMut(Vec<String>)) {
    let depth = prefix.len();
    loop {
        *rest = rest.trim_start();
        if let Some(inner) = rest.strip_prefix('{') {
            *rest = inner;
            while !rest.trim_start().is_empty() && !rest.trim_start().starts_with('}') {
                expand(rest, prefix, leaf);
                // A rename changes nothing of where the name comes from.
                let next = rest.find([',', '}']).unwrap_or(rest.len());
                *rest = &rest[next..];
                *rest = rest.strip_prefix(',').unwrap_or(rest);
            }
            *rest = rest.trim_start().strip_prefix('}').unwrap_or(rest);
            break;
        }
        let length = rest.bytes().take_while(|byte| is_word(*byte) || *byte == b'*').count();
        prefix.push(rest[..length].to_owned());
        *rest = &rest[length..];
        match rest.trim_start().strip_prefix("::") {
            Some(tail) if length > 0 && !tail.trim_start().starts_with('<') => *rest = tail,
            _ => {
                leaf(prefix.clone());
                break;
            }
        }
    }
    prefix.truncate(depth);
}

/// Runs of attributes before one item: the offset of the first, and their texts together.
pub fn attributes(code: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut end_of_last = usize::MAX;
    for (at, _) in code.match_indices("#[") {
        if end_of_last != usize::MAX && at < end_of_last {
            continue;
        }
        let mut depth = 0;
        let end = code[at..]
            .char_indices()
            .find(|(_, letter)| {
                depth += match letter {
                    '[' => 1,
                    ']' => -1,
                    _ => return false,
                };
                depth == 0
            })
            .map_or(code.len(), |(end, _)| at + end + 1);
        let text = &code[at..end];
        match found.last_mut() {
            Some((_, run)) if code[end_of_last..at].trim().is_empty() => run.push_str(text),
            _ => found.push((at, text.to_owned())),
        }
        end_of_last = end;
    }
    found
}

#[test]
fn comments_and_texts_are_told_from_code() {
    let text = r###"let a = "x // y"; // z
/* b /* c */ d */ let e = 'f'; let g: &'static str = r#"h "i" j"#; '\''; k"###;
    let source = Source::new("src/x.rs", text);
    let code = source.only(Keep::Code);
    let seen: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(seen.join(" "), "let a = ; let e = ; let g: &'static str = ; ; k");
    assert!(source.only(Keep::CodeAndTexts).contains("x // y"));
    assert_eq!(code.len(), text.len());
}

#[test]
fn groups_of_paths_are_expanded() {
    let code = "use crate::a::{b::{C, D as E}, f}; crate::g::h::<T>(crate::i);";
    let found: Vec<String> = paths_from(code, "crate").iter().map(|(_, path)| path.join("::")).collect();
    assert_eq!(found, ["a::b::C", "a::b::D", "a::f", "g::h", "i"]);
}
