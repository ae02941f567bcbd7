//! As much of Thrift's compact protocol as the footer of a Parquet file takes. Nothing is allocated by what a length claims, and
//! nesting is bounded, so that any bytes are read in little memory.

/// How deep structures may lie in each other; Parquet's own go four deep.
const DEEPEST: u8 = 16;

/// The types of the compact protocol.
pub(super) mod kind {
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const BYTE: u8 = 3;
    pub const I16: u8 = 4;
    pub const I32: u8 = 5;
    pub const I64: u8 = 6;
    pub const DOUBLE: u8 = 7;
    pub const BINARY: u8 = 8;
    pub const LIST: u8 = 9;
    pub const SET: u8 = 10;
    pub const MAP: u8 = 11;
    pub const STRUCT: u8 = 12;
}

/// Reads from bytes; `None` wherever they end too early or make no sense.
#[derive(Debug)]
pub(super) struct Compact<'a>(&'a [u8]);

/// The head of a field: its number and the type of its value.
pub(super) struct Field {
    pub id: i16,
    pub kind: u8,
}

impl<'a> Compact<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A whole number of any width, in the zigzag coding.
    pub(super) fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(super) fn binary(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let (found, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(found)
    }

    /// The head of the next field of a structure; the inner `None` is its end.
    pub(super) fn field(&mut self, before: i16) -> Option<Option<Field>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        let (step, kind) = (i16::from(head >> 4), head & 0x0f);
        let id = if step == 0 { i16::try_from(self.integer()?).ok()? } else { before.checked_add(step)? };
        Some(Some(Field { id, kind }))
    }

    /// The head of a list: how many items, and their type.
    pub(super) fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let size = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        Some((size, head & 0x0f))
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self, of: u8) -> Option<()> {
        self.skip_within(of, 0, false)
    }

    fn skip_within(&mut self, of: u8, depth: u8, in_list: bool) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match of {
            // A field has its truth in its head, an item of a list has a byte for it.
            kind::TRUE | kind::FALSE => in_list.then(|| self.byte()).map_or(Some(()), |byte| byte.map(drop)),
            kind::BYTE => self.byte().map(drop),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(drop),
            kind::DOUBLE => {
                self.0 = self.0.get(8..)?;
                Some(())
            }
            kind::BINARY => self.binary().map(drop),
            kind::LIST | kind::SET => {
                let (size, of) = self.list()?;
                // Each item takes a byte at least, so this ends with the bytes.
                (0..size).try_for_each(|_| self.skip_within(of, depth + 1, true))
            }
            kind::MAP => {
                let size = self.varint()?;
                let kinds = if size == 0 { 0 } else { self.byte()? };
                (0..size).try_for_each(|_| {
                    self.skip_within(kinds >> 4, depth + 1, true)?;
                    self.skip_within(kinds & 0x0f, depth + 1, true)
                })
            }
            kind::STRUCT => {
                let mut before = 0;
                while let Some(field) = self.field(before)? {
                    self.skip_within(field.kind, depth + 1, false)?;
                    before = field.id;
                }
                Some(())
            }
            _ => None,
        }
    }
}
