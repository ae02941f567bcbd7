//! Cursor paging: a page is asked for by the sort key of the last item seen, never by an offset, so that deep
//! pages cost no more than the first and items neither repeat nor vanish when others are added.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Error, Result};

/// The sort key of the last item of a page, opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<String>);

impl Cursor {
    /// A cursor from the parts of a sort key.
    #[must_use]
    pub fn new(parts: impl IntoIterator<Item = String>) -> Self {
        Self(parts.into_iter().collect())
    }

    /// Reads the opaque text.
    ///
    /// # Errors
    /// When the text is no cursor of this service.
    pub fn decode(text: &str) -> Result<Self> {
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Self)
            .ok_or_else(Self::unreadable)
    }

    /// The opaque text.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!(self.0).to_string())
    }

    /// The parts of the sort key, when there are as many as the list sorts by.
    ///
    /// # Errors
    /// When the cursor comes from another list.
    pub fn parts<const N: usize>(&self) -> Result<&[String; N]> {
        self.0.as_slice().try_into().map_err(|_| Self::unreadable())
    }

    fn unreadable() -> Error {
        Error::invalid(
            "after",
            "cursor",
            "not a cursor of this list; take it from next_after of the page before",
        )
    }
}

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// How many items, 1 to 200.
    pub limit: u32,
    /// The sort key of the last item already seen.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// Items in a page when the caller does not say.
    pub const DEFAULT_LIMIT: u32 = 50;
    /// The most items in a page.
    pub const MAX_LIMIT: u32 = 200;

    /// Checks what a caller asked for.
    ///
    /// # Errors
    /// When the limit is out of bounds or the cursor cannot be read.
    pub fn new(limit: Option<u32>, after: Option<&str>) -> Result<Self> {
        let limit = limit.unwrap_or(Self::DEFAULT_LIMIT);
        if !(1..=Self::MAX_LIMIT).contains(&limit) {
            return Err(Error::invalid(
                "limit",
                "out_of_range",
                format!("must lie between 1 and {}", Self::MAX_LIMIT),
            ));
        }
        Ok(Self { limit, after: after.map(Cursor::decode).transpose()? })
    }

    /// How many rows to read: one more than wanted, which tells whether there is a next page.
    #[must_use]
    pub fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Makes the page from the rows read and the function that gives an item's sort key.
    #[must_use]
    pub fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> Cursor) -> Page<T> {
        let more = items.len() > self.limit as usize;
        items.truncate(self.limit as usize);
        let next = if more { items.last().map(key) } else { None };
        Page { items, next }
    }
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page with each item turned into something else.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_belongs_to_its_list() {
        let cursor = Cursor::new(["2026".into(), "ds_1".into()]);
        let read = Cursor::decode(&cursor.encode()).unwrap();
        assert_eq!(read.parts::<2>().unwrap(), &["2026".to_owned(), "ds_1".to_owned()]);
        assert!(read.parts::<1>().is_err());
        assert!(Cursor::decode("%%%").is_err());
    }

    #[test]
    fn one_row_more_than_wanted_means_a_next_page() {
        let request = PageRequest::new(Some(2), None).unwrap();
        let page = request.page(vec![1, 2, 3], |n| Cursor::new([n.to_string()]));
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next, Some(Cursor::new(["2".into()])));
        assert!(request.page(vec![1, 2], |_| Cursor::new([])).next.is_none());
        assert!(PageRequest::new(Some(0), None).is_err());
        assert!(PageRequest::new(Some(201), None).is_err());
    }
}
