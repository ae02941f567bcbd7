//! A small writer of XML: what is open is closed, and what is text stays text.

/// An XML document in the making.
#[derive(Debug, Default)]
pub struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// A document with its declaration.
    #[must_use]
    pub fn document() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// A part of a document.
    #[must_use]
    pub fn part() -> Self {
        Self::default()
    }

    /// Opens an element.
    pub fn begin(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes);
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// Closes the element that was opened last.
    pub fn end(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
            if self.open.len() < 3 {
                self.text.push('\n');
            }
        }
        self
    }

    /// An element with nothing but text in it.
    pub fn leaf(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.tag(name, attributes);
        if text.is_empty() {
            self.text.push_str("/>");
        } else {
            self.text.push('>');
            self.text.push_str(&escape(text));
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
        self
    }

    /// Another document's part, as it is.
    pub fn insert(&mut self, part: &str) -> &mut Self {
        self.text.push_str(part);
        self
    }

    /// The text, with everything closed that is still open.
    #[must_use]
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            self.text.push_str(&escape(value));
            self.text.push('"');
        }
    }
}

/// Text for an element or an attribute between double quotes: escapes what means something in XML 1.0, and replaces what may not
/// stand in it at all (production 2, `Char`). A carriage return is kept by reference, since readers take it for a line feed (2.11).
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_everything_is_closed() {
        let mut xml = Xml::part();
        xml.begin("a", &[("b", "x\"<&\u{1}")]).leaf("c", &[], "</a>]]>\r\u{ffff}\u{1f30a}").leaf(
            "d",
            &[],
            "",
        );
        assert_eq!(
            xml.finish(),
            "<a b=\"x&quot;&lt;&amp;\u{fffd}\"><c>&lt;/a&gt;]]&gt;&#13;\u{fffd}\u{1f30a}</c><d/></a>\n"
        );
    }
}
