//! Licence expressions of the SPDX specification, version 3, annex B, over the SPDX licence list.

use spdx::{Expression, LicenseItem};

use crate::kernel::{Error, Result};

/// The longest licence expression, in bytes.
const MAX_LENGTH: usize = 500;

/// Words of SPDX documents for the absence of a licence or of knowledge about it; no expression may hold them.
const NO_LICENCE: [&str; 2] = ["NOASSERTION", "NONE"];

/// A licence expression that was found valid.
#[derive(Debug)]
pub(super) struct Licence(Expression);

impl Licence {
    /// Reads an expression; identifiers and operators must be written exactly as SPDX does, and be in force.
    ///
    /// # Errors
    /// When it is no such expression; where the meant one can be guessed, the detail proposes it.
    pub(super) fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_LENGTH {
            return Err(Error::invalid(
                "",
                "too_long",
                format!("a licence expression has at most {MAX_LENGTH} characters"),
            ));
        }
        let licence = Expression::parse(text).map(Self).map_err(|error| {
            let detail = format!("not an SPDX licence expression ({}); {}", error.reason, proposal(text));
            Error::invalid("", "licence", detail)
        })?;
        if licence.identifiers().any(|identifier| NO_LICENCE.contains(&identifier.as_str())) {
            return Err(Error::invalid("", "licence", "states no licence; name the one that applies"));
        }
        Ok(licence)
    }

    /// Whether a term lies outside the SPDX list, so that its text must be found elsewhere.
    pub(super) fn has_own_terms(&self) -> bool {
        self.0.requirements().any(|part| {
            matches!(part.req.license, LicenseItem::Other(_))
                || matches!(part.req.addition, Some(spdx::AdditionItem::Other(_)))
        })
    }

    /// The identifiers of the licences named, exceptions left aside: `Apache-2.0 WITH LLVM-exception OR MIT`
    /// gives `Apache-2.0` and `MIT`.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = String> {
        self.0.requirements().map(|part| part.req.license.to_string())
    }
}

/// What the writer of an expression that cannot be read should do.
fn proposal(text: &str) -> String {
    let meant = Expression::canonicalize(text).ok().flatten();
    meant.filter(|meant| Expression::parse(meant).is_ok()).map_or_else(
        || {
            "use identifiers of the SPDX licence list joined by AND, OR and WITH, or LicenseRef-name with a licence URL"
                .to_owned()
        },
        |meant| format!("did you mean {meant}?"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_strictly_and_mended_in_the_answer() {
        for good in [
            "CC-BY-4.0",
            "CC0-1.0 OR MIT",
            "EUPL-1.2",
            "etalab-2.0",
            "(MIT AND CDLA-Permissive-2.0)",
            "LicenseRef-Contract-7",
        ] {
            assert!(Licence::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            " ",
            "CC BY 4.0",
            "NOASSERTION",
            "MIT AND NOASSERTION",
            "NONE",
            "MIT OR",
            "(MIT",
            "GPL-3.0",
            "cc-by",
            "MIT; DROP",
            &"(".repeat(400),
            &"M".repeat(501),
        ] {
            assert!(Licence::parse(bad).is_err(), "{bad}");
        }
        let proposal = Licence::parse("mit or Apache-2.0").unwrap_err().detail().to_owned();
        assert!(proposal.contains("did you mean MIT OR Apache-2.0?"), "{proposal}");
    }

    #[test]
    fn identifiers_are_those_of_the_list() {
        let ids = |text| Licence::parse(text).unwrap().identifiers().collect::<Vec<_>>();
        assert_eq!(ids("Apache-2.0 WITH LLVM-exception OR MIT"), ["Apache-2.0", "MIT"]);
        assert_eq!(ids("LicenseRef-Contract"), ["LicenseRef-Contract"]);
        assert!(Licence::parse("MIT OR LicenseRef-X").unwrap().has_own_terms());
        assert!(!Licence::parse("MIT").unwrap().has_own_terms());
    }
}
