//! What is in scope in an XML document: namespaces, language, and the address that others are relative to.

use std::sync::Arc;

use crate::kernel::{Error, Result};

/// The most namespaces in scope at once.
const MOST: usize = 500;

/// The namespace of `xml:lang` and `xml:base`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The namespaces in scope, innermost last.
#[derive(Debug, Default)]
pub struct Namespaces(Vec<(String, Arc<str>)>);

impl Namespaces {
    /// How many are in scope; what is declared from now on can be forgotten by this number.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was declared since.
    pub fn forget(&mut self, since: usize) {
        self.0.truncate(since);
    }

    /// Declares a prefix; the empty one is that of elements without any.
    ///
    /// # Errors
    /// 422 `too_large` when there are too many.
    pub fn declare(&mut self, prefix: &str, namespace: &str) -> Result<()> {
        if self.0.len() >= MOST {
            let detail = format!("more than {MOST} namespaces are in scope at once");
            return Err(Error::invalid("", "too_large", detail));
        }
        self.0.push((prefix.to_owned(), namespace.into()));
        Ok(())
    }

    /// The IRI of an element or attribute; none when its prefix was not declared. Attributes without a prefix are in no
    /// namespace.
    pub fn iri(&self, name: &str, element: bool) -> Option<String> {
        match name.split_once(':') {
            Some(("xml", local)) => Some(format!("{XML}{local}")),
            Some((prefix, local)) => self.find(prefix).map(|namespace| format!("{namespace}{local}")),
            None if element => Some(format!("{}{name}", self.find("").unwrap_or_default())),
            None => Some(name.to_owned()),
        }
    }

    fn find(&self, prefix: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == prefix).map(|(_, namespace)| &**namespace)
    }
}

/// The language and the base of an element.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// `xml:lang`, as it was written; empty says that there is none.
    pub language: Option<Arc<str>>,
    /// The address that relative ones are resolved against.
    pub base: Option<Arc<str>>,
}

impl Scope {
    /// An address, as it stands or relative to the base. One that cannot be resolved stays as it is.
    pub fn resolve(&self, reference: &str) -> String {
        let base = self.base.as_deref().and_then(|base| oxiri::Iri::parse(base).ok());
        let resolved = base.and_then(|base| base.resolve(reference).ok());
        resolved.map_or_else(|| reference.to_owned(), oxiri::Iri::into_inner)
    }

    /// The same with another base.
    pub fn rebase(&mut self, base: &str) {
        let base = self.resolve(base);
        let base = base.split('#').next().unwrap_or_default();
        self.base = Some(base.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_innermost_declaration() {
        let mut known = Namespaces::default();
        known.declare("a", "http://a.example/").unwrap();
        let outer = known.len();
        known.declare("a", "http://b.example/").unwrap();
        known.declare("", "http://c.example/").unwrap();
        assert_eq!(known.iri("a:x", true).as_deref(), Some("http://b.example/x"));
        assert_eq!(known.iri("x", true).as_deref(), Some("http://c.example/x"));
        assert_eq!(known.iri("x", false).as_deref(), Some("x"));
        known.forget(outer);
        assert_eq!(known.iri("a:x", true).as_deref(), Some("http://a.example/x"));
        assert_eq!(known.iri("b:x", true), None);
        let many = (0..MOST).try_for_each(|number| known.declare(&format!("p{number}"), "http://a.example/"));
        assert!(many.is_err());
    }

    #[test]
    fn addresses_are_relative_to_the_base() {
        let mut scope = Scope::default();
        assert_eq!(scope.resolve("a"), "a");
        scope.rebase("http://example.org/dir/file#part");
        assert_eq!(scope.resolve("a"), "http://example.org/dir/a");
        assert_eq!(scope.resolve("#x"), "http://example.org/dir/file#x");
        assert_eq!(scope.resolve(""), "http://example.org/dir/file");
        assert_eq!(scope.resolve("urn:a:b"), "urn:a:b");
    }
}
