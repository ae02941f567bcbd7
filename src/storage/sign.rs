//! What a signed download link says about the file behind it.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 8187 lets stand unencoded in an extended header value.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// How long S3 lets a signed link live.
pub(super) const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A download link: how long it works, and under which name and media type the bytes arrive.
#[derive(Debug, Clone)]
pub struct SignedGet {
    /// How long the link works; whole seconds, at most seven days.
    pub valid: Duration,
    /// The name under which a browser saves the file.
    pub filename: String,
    /// The media type of the file (RFC 6838).
    pub media_type: String,
}

impl SignedGet {
    /// The `Content-Disposition` of RFC 6266: a plain name for old clients, the real one in UTF-8.
    pub(super) fn disposition(&self) -> String {
        let plain = |c: char| {
            if (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%') { c } else { '_' }
        };
        let ascii: String = self.filename.chars().map(plain).collect();
        let exact = utf8_percent_encode(&self.filename, ATTR_CHAR);
        format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_the_header() {
        for (name, header) in [
            ("a.csv", "attachment; filename=\"a.csv\"; filename*=UTF-8''a.csv"),
            ("ä \"b\"\r\n", "attachment; filename=\"_ _b___\"; filename*=UTF-8''%C3%A4%20%22b%22%0D%0A"),
        ] {
            let signed =
                SignedGet { valid: LONGEST, filename: name.to_owned(), media_type: "text/csv".to_owned() };
            assert_eq!(signed.disposition(), header);
        }
    }
}
