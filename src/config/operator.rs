//! Who runs the register, as harvesters are told.

use crate::kernel::{Error, Result};

/// The most characters of a name or a mailbox.
const MOST: usize = 254;

/// Who runs the register. What was not said stays open.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// The name.
    pub name: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
    /// The licence of the descriptions, by its identifier in the list of SPDX.
    pub metadata_licence: Option<String>,
}

impl Operator {
    /// What was said, if it can be told to others.
    pub(super) fn checked(
        name: Option<String>,
        email: Option<String>,
        metadata_licence: Option<String>,
    ) -> Result<Self> {
        let fits = |text: &str| text.chars().count() <= MOST && !text.chars().any(char::is_control);
        if name.as_deref().is_some_and(|name| name.trim().is_empty() || !fits(name)) {
            let detail = format!("the name of the operator is a line of at most {MOST} characters");
            return Err(Error::invalid("operator", "operator", detail));
        }
        if email.as_deref().is_some_and(|email| !is_mailbox(email) || !fits(email)) {
            let detail = "write the mailbox of the operator as register@example.org";
            return Err(Error::invalid("admin_email", "email", detail));
        }
        let listed = |id: &str| spdx::license_id(id).is_some_and(|found| found.name == id);
        if metadata_licence.as_deref().is_some_and(|id| !listed(id)) {
            let detail = "write an identifier of the SPDX list, for example CC0-1.0";
            return Err(Error::invalid("metadata_licence", "licence", detail));
        }
        Ok(Self { name, email, metadata_licence })
    }
}

fn is_mailbox(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    text.split_once('@').is_some_and(|(name, host)| {
        let parts = [name, host];
        parts.iter().all(|part| !part.is_empty() && part.chars().all(plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_told_to_others_is_refused_by_its_name() {
        let checked = |name: &str, email: &str, licence: &str| {
            Operator::checked(Some(name.into()), Some(email.into()), Some(licence.into()))
        };
        assert!(checked("Harbour Office", "register@example.org", "CC0-1.0").is_ok());
        assert!(Operator::checked(None, None, None).is_ok());
        for (name, email, licence, code) in [
            ("", "a@example.org", "CC0-1.0", "operator"),
            ("two\nlines", "a@example.org", "CC0-1.0", "operator"),
            ("Office", "nobody", "CC0-1.0", "email"),
            ("Office", "<a@example.org>", "CC0-1.0", "email"),
            ("Office", "a@example.org", "CC0", "licence"),
        ] {
            let error = checked(name, email, licence).unwrap_err();
            assert_eq!(error.field_errors()[0].code, code, "{name} {email} {licence}");
        }
    }
}
