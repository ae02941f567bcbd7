//! What a zip archive holds (APPNOTE 6.3, ZIP64 included): its central directory at the end, and the beginning of tables in it.

use std::io::Read as _;
use std::ops::Range;

use flate2::read::DeflateDecoder;

use super::archive::MOST_MEMBERS;
use super::model::{MOST_BYTES, NotRead};

/// The end record with the longest comment, and what ZIP64 has before it.
pub(super) const TAIL: u64 = 22 + 65_535 + 20 + 56;
/// How much of each table within is read.
pub(super) const BEGINNING: u64 = 1024 * 1024;

fn malformed() -> NotRead {
    NotRead::new("it is not a well-formed zip archive")
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(N)?)?;
    Some(field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// Where the central directory lies, by the last bytes of a file of this size.
pub(super) fn directory(tail: &[u8], size: u64) -> Result<Range<u64>, NotRead> {
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or_else(malformed)?;
    let mut length = number::<4>(tail, end + 12).ok_or_else(malformed)?;
    let mut offset = number::<4>(tail, end + 16).ok_or_else(malformed)?;
    if offset == 0xffff_ffff || length == 0xffff_ffff {
        let record = tail.windows(4).rposition(|four| four == b"PK\x06\x06").ok_or_else(malformed)?;
        length = number::<8>(tail, record + 40).ok_or_else(malformed)?;
        offset = number::<8>(tail, record + 48).ok_or_else(malformed)?;
    }
    if length > MOST_BYTES {
        return Err(NotRead::new("its directory is longer than 8 MiB"));
    }
    match offset.checked_add(length) {
        Some(end) if end <= size => Ok(offset..end),
        _ => Err(malformed()),
    }
}

/// An entry of the central directory.
#[derive(Debug)]
pub(super) struct Entry {
    pub path: String,
    /// Stored, or deflated.
    method: u64,
    encrypted: bool,
    compressed: u64,
    /// Of its local header.
    offset: u64,
}

/// The files in a central directory, folders left out.
pub(super) fn entries(mut directory: &[u8]) -> Result<Vec<Entry>, NotRead> {
    let mut found = Vec::new();
    while directory.starts_with(b"PK\x01\x02") && found.len() < MOST_MEMBERS {
        let (entry, length) = entry(directory).ok_or_else(malformed)?;
        if !entry.path.ends_with('/') {
            found.push(entry);
        }
        directory = directory.get(length..).ok_or_else(malformed)?;
    }
    Ok(found)
}

fn entry(bytes: &[u8]) -> Option<(Entry, usize)> {
    let field = |at| number::<2>(bytes, at).and_then(|length| usize::try_from(length).ok());
    let (name, extra, comment) = (field(28)?, field(30)?, field(32)?);
    let path = String::from_utf8_lossy(bytes.get(46..46 + name)?).into_owned();
    let mut entry = Entry {
        path,
        method: number::<2>(bytes, 10)?,
        encrypted: number::<2>(bytes, 8)? & 1 == 1,
        compressed: number::<4>(bytes, 20)?,
        offset: number::<4>(bytes, 42)?,
    };
    let extras = bytes.get(46 + name..46 + name + extra)?;
    if entry.compressed == 0xffff_ffff || entry.offset == 0xffff_ffff {
        let uncompressed = number::<4>(bytes, 24)? == 0xffff_ffff;
        widen(&mut entry, uncompressed, extras)?;
    }
    Some((entry, 46 + name + extra + comment))
}

/// Takes what does not fit four bytes from the ZIP64 field.
fn widen(entry: &mut Entry, uncompressed: bool, mut extras: &[u8]) -> Option<()> {
    while !extras.is_empty() {
        let (id, length) = (number::<2>(extras, 0)?, usize::try_from(number::<2>(extras, 2)?).ok()?);
        let field = extras.get(4..4 + length)?;
        if id == 1 {
            let mut at = if uncompressed { 8 } else { 0 };
            if entry.compressed == 0xffff_ffff {
                entry.compressed = number::<8>(field, at)?;
                at += 8;
            }
            if entry.offset == 0xffff_ffff {
                entry.offset = number::<8>(field, at)?;
            }
            return Some(());
        }
        extras = extras.get(4 + length..)?;
    }
    None
}

/// Where the local header of an entry and the beginning of its content lie.
pub(super) fn beginning(entry: &Entry, size: u64) -> Option<Range<u64>> {
    // Name and extra field of the local header are up to 64 KiB each.
    let length = 30 + 2 * 65_535 + entry.compressed.min(BEGINNING);
    let end = entry.offset.checked_add(length)?.min(size);
    (!entry.encrypted && entry.offset < end).then_some(entry.offset..end)
}

/// The beginning of an entry's content, and whether that is all.
pub(super) fn content(entry: &Entry, local: &[u8]) -> Option<(Vec<u8>, bool)> {
    let field = |at| number::<2>(local, at).and_then(|length| usize::try_from(length).ok());
    let begin = 30 + field(26)? + field(28)?;
    let all = entry.compressed <= BEGINNING;
    let length = usize::try_from(entry.compressed.min(BEGINNING)).ok()?;
    let packed = local.get(begin..begin.checked_add(length)?)?;
    match entry.method {
        0 => Some((packed.to_vec(), all)),
        8 => {
            let mut out = Vec::new();
            let ended = DeflateDecoder::new(packed).take(BEGINNING).read_to_end(&mut out);
            let all = all && ended.is_ok() && (out.len() as u64) < BEGINNING;
            (!out.is_empty()).then_some((out, all))
        }
        _ => None,
    }
}
