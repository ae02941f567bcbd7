//! The terms of use of a dataset: how access is given, and the offer that goes with it.

use serde_json::Value as Json;

use super::evaluate;
use super::mode::AccessMode;
use super::policy::{Policy, PolicyKind, Rule};
use super::reader::locate;
use super::vocabulary::Action;
use crate::kernel::{Checks, Error, Result};

/// How access to a dataset is given, and what is offered. Made by [`Terms::check`] alone, so that the two
/// never contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    mode: AccessMode,
    offer: Option<Policy>,
}

impl Terms {
    /// Reads an offer and holds it against the access mode: nothing may be promised that is not enforced.
    ///
    /// * `open`: nobody is asked for a purpose or a membership, so permissions are for `odrl:use` and carry no
    ///   constraint, refinement or duty, and neither use nor download may be prohibited. Obligations and other
    ///   prohibitions (attribution, a TDM opt-out) bind by law and are welcome. The offer may be left out.
    /// * `automatic`: the register decides alone, so an offer with a permission is needed, and all that
    ///   decides about it must be decidable from time, purpose and membership. Download may not be prohibited.
    /// * `review`: people decide with the offer in view; any offer is accepted, or none.
    /// * `secure`: as `review`, but no permission may be for `cad:download`, which the mode never gives.
    ///
    /// In every mode the document is an Offer without assignee and target: it goes to everyone, and the
    /// register knows to which dataset it is attached.
    ///
    /// # Errors
    /// All that is wrong, each at its JSON pointer into the offer.
    pub fn check(mode: AccessMode, offer: Option<&Json>) -> Result<Self> {
        let Some(document) = offer else {
            return match mode {
                AccessMode::Automatic => {
                    Err(Error::invalid("", "required", "automatic access needs an offer that says when"))
                }
                _ => Ok(Self { mode, offer: None }),
            };
        };
        let policy = Policy::parse(document)?;
        let mut findings = Findings { document, checks: Checks::new() };
        findings.attachable(&policy);
        match mode {
            AccessMode::Open => findings.open(&policy),
            AccessMode::Automatic => findings.automatic(&policy),
            AccessMode::Review => {}
            AccessMode::Secure => findings.secure(&policy),
        }
        findings.checks.finish()?;
        Ok(Self { mode, offer: Some(policy) })
    }

    /// How access is given.
    #[must_use]
    pub fn mode(&self) -> AccessMode {
        self.mode
    }

    /// What is offered.
    #[must_use]
    pub fn offer(&self) -> Option<&Policy> {
        self.offer.as_ref()
    }

    /// Whether bytes may ever be handed to a caller outside a secure processing environment: the mode gives
    /// them, and no prohibition of download stands in the offer, whatever its conditions.
    #[must_use]
    pub fn allows_download(&self) -> bool {
        let mut prohibitions = self.offer.iter().flat_map(|offer| &offer.prohibitions);
        self.mode.allows_download() && !prohibitions.any(|rule| rule.action == Action::Download)
    }
}

/// What is wrong, told at its place in the document as it was sent.
struct Findings<'a> {
    document: &'a Json,
    checks: Checks,
}

impl Findings<'_> {
    fn fail(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.checks.fail(&locate(self.document, pointer), code, detail);
    }

    fn attachable(&mut self, policy: &Policy) {
        if policy.kind != PolicyKind::Offer {
            self.fail("/@type", "offer", "the terms of a dataset are an Offer");
        }
        if policy.assignee.is_some() {
            self.fail("/assignee", "offer", "an offer goes to everyone; leave the assignee out");
        }
        if policy.target.is_some() {
            self.fail("/target", "offer", "the offer is attached to its dataset; leave the target out");
        }
        let permissions = policy.permissions.iter().map(|permission| &permission.rule);
        let lists = [
            ("permission", permissions.collect()),
            ("prohibition", policy.prohibitions.iter().collect::<Vec<_>>()),
        ];
        for (list, rules) in lists {
            for (i, rule) in rules.into_iter().enumerate() {
                for (key, named) in [("assignee", &rule.assignee), ("target", &rule.target)] {
                    if named.is_some() {
                        let detail =
                            "the rules of an offer are for everyone and about its dataset; leave it out";
                        self.fail(&format!("/{list}/{i}/{key}"), "offer", detail);
                    }
                }
            }
        }
    }

    fn open(&mut self, policy: &Policy) {
        for (i, permission) in policy.permissions.iter().enumerate() {
            let at = format!("/permission/{i}");
            let rule = &permission.rule;
            if rule.action != Action::Use {
                self.fail(&format!("{at}/action"), "not_enforced", "open access permits any use; write use");
            }
            for (key, conditional) in [
                ("action/odrl:refinement", !rule.refinements.is_empty()),
                ("constraint", !rule.constraints.is_empty()),
                ("duty", !permission.duties.is_empty()),
            ] {
                if conditional {
                    let detail =
                        "nobody is asked before an open download; choose automatic or review for conditions";
                    self.fail(&format!("{at}/{key}"), "not_enforced", detail);
                }
            }
        }
        self.no_prohibition(policy, |rule| matches!(rule.action, Action::Use | Action::Download));
    }

    fn automatic(&mut self, policy: &Policy) {
        if policy.permissions.is_empty() {
            self.fail(
                "",
                "required",
                "automatic access needs a permission: without one nothing is ever granted",
            );
        }
        for (pointer, what) in evaluate::undecidable(policy) {
            let detail = format!(
                "{what} cannot be decided without people; choose review, or use odrl:dateTime, odrl:purpose \
                 and cad:spaceMembership only"
            );
            self.fail(&pointer, "undecidable", detail);
        }
        self.no_prohibition(policy, |rule| {
            let always = rule.constraints.is_empty() && rule.refinements.is_empty();
            rule.action == Action::Download || (rule.action == Action::Use && always)
        });
    }

    fn secure(&mut self, policy: &Policy) {
        for (i, permission) in policy.permissions.iter().enumerate() {
            if permission.rule.action == Action::Download {
                let detail = "a secure dataset is never downloaded; choose review to permit it";
                self.fail(&format!("/permission/{i}/action"), "download", detail);
            }
        }
    }

    /// A prohibition of what the mode gives would be a promise that is broken at the first download.
    fn no_prohibition(&mut self, policy: &Policy, contradicts: impl Fn(&Rule) -> bool) {
        for (i, rule) in policy.prohibitions.iter().enumerate() {
            if contradicts(rule) {
                let detail = "this access mode gives what is prohibited here; choose review or secure";
                self.fail(&format!("/prohibition/{i}"), "contradiction", detail);
            }
        }
    }
}
