//! The states of a grant, the commands that move it, and who may give which.

use super::states::step;
use crate::kernel::{Error, Result, Scope, text_enum};

text_enum! {
    /// Where a grant stands. That its time is up is never stored.
    pub enum GrantState {
        /// It holds until its time is up.
        Active = "active",
        /// It pauses: nothing is given until it is resumed.
        Suspended = "suspended",
        /// The space or the provider took it away.
        Revoked = "revoked",
        /// Its holder gave it back.
        Relinquished = "relinquished",
    }
}

text_enum! {
    /// What can be done with a grant.
    pub enum GrantCommand {
        /// Let it pause.
        Suspend = "suspend",
        /// Let it hold again.
        Resume = "resume",
        /// Take it away.
        Revoke = "revoke",
        /// Give it back.
        Relinquish = "relinquish",
    }
}

/// Who gives a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantSide {
    /// Reviewers and stewards of the space, and publishers of the provider.
    Giver,
    /// Members of the organisation that holds the grant.
    Holder,
}

/// One line of the table of commands.
#[derive(Debug, Clone, Copy)]
pub struct GrantRule {
    /// Who gives the command.
    pub side: GrantSide,
    /// The states in which it may be given.
    pub from: &'static [GrantState],
    /// The state it leads to.
    pub to: GrantState,
    /// Whether it gives rights, which nobody does in their own case.
    pub gives: bool,
    /// What happened, in the journal.
    pub event: &'static str,
}

impl GrantCommand {
    /// The table of commands: who, from where, to where.
    #[must_use]
    pub const fn rule(self) -> GrantRule {
        use GrantSide::{Giver, Holder};
        use GrantState::{Active, Relinquished, Revoked, Suspended};
        match self {
            Self::Suspend => GrantRule {
                side: Giver,
                from: &[Active],
                to: Suspended,
                gives: false,
                event: "grant.suspended",
            },
            Self::Resume => {
                GrantRule { side: Giver, from: &[Suspended], to: Active, gives: true, event: "grant.resumed" }
            }
            Self::Revoke => GrantRule {
                side: Giver,
                from: &[Active, Suspended],
                to: Revoked,
                gives: false,
                event: "grant.revoked",
            },
            Self::Relinquish => GrantRule {
                side: Holder,
                from: &[Active, Suspended],
                to: Relinquished,
                gives: false,
                event: "grant.relinquished",
            },
        }
    }
}

impl GrantState {
    /// The state after a command.
    ///
    /// # Errors
    /// 409 `wrong_state`, naming the present state, when the command may not be given in it.
    pub fn after(self, command: GrantCommand) -> Result<Self> {
        let rule = command.rule();
        step("grant", self, command, rule.from, rule.to)
    }

    /// Whether somebody has ended it for good.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Revoked | Self::Relinquished)
    }
}

/// How a person stands to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantStanding {
    /// The credential acts for the organisation that holds it.
    pub holds: bool,
    /// The person belongs to the organisation that holds it.
    pub interested: bool,
    /// The person is a reviewer or a steward of the space.
    pub governs: bool,
    /// The credential acts for the provider, as a publisher.
    pub provides: bool,
}

impl GrantStanding {
    /// Whether a person of this standing may give the command at all; tells what the token must be good for, of which
    /// one is enough.
    ///
    /// # Errors
    /// 403 `holder_required`, `revoker_required` or `conflict_of_interest`.
    pub fn may_give(self, command: GrantCommand) -> Result<&'static [Scope]> {
        let rule = command.rule();
        match rule.side {
            GrantSide::Holder if self.holds => Ok(&[Scope::Request]),
            GrantSide::Holder => Err(Error::forbidden(
                "holder_required",
                "only members of the organisation that holds the grant give it back",
            )),
            GrantSide::Giver if !self.governs && !self.provides => Err(Error::forbidden(
                "revoker_required",
                format!(
                    "only reviewers and stewards of the space and publishers of the provider {command} a grant"
                ),
            )),
            GrantSide::Giver if rule.gives && self.interested => Err(Error::forbidden(
                "conflict_of_interest",
                "nobody gives a right in their own case: another one, who is not of the organisation that holds the \
                 grant, must",
            )),
            GrantSide::Giver => Ok(match (self.governs, self.provides) {
                (true, true) => &[Scope::Review, Scope::Publish],
                (true, false) => &[Scope::Review],
                (false, _) => &[Scope::Publish],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_of_commands_is_the_documented_one() {
        use GrantCommand::*;
        use GrantState::*;
        let reachable = |from: GrantState| -> Vec<_> {
            GrantCommand::ALL
                .iter()
                .filter_map(|command| Some((*command, from.after(*command).ok()?)))
                .collect()
        };
        assert_eq!(reachable(Active), [(Suspend, Suspended), (Revoke, Revoked), (Relinquish, Relinquished)]);
        assert_eq!(reachable(Suspended), [(Resume, Active), (Revoke, Revoked), (Relinquish, Relinquished)]);
        for state in [Revoked, Relinquished] {
            assert!(state.is_final());
            assert_eq!(reachable(state), []);
        }
    }

    #[test]
    fn a_wrong_state_is_named() {
        let error = GrantState::Revoked.after(GrantCommand::Resume).unwrap_err();
        assert_eq!(error.code(), "wrong_state");
        assert!(error.detail().contains("revoked") && error.detail().contains("suspended"), "{error}");
    }

    proptest! {
        #[test]
        fn no_sequence_of_commands_breaks_the_rules(commands in proptest::collection::vec(
            ((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()), proptest::sample::select(GrantCommand::ALL)),
            0..40,
        )) {
            let mut state = GrantState::Active;
            for ((holds, interested, governs, provides), command) in commands {
                let who = GrantStanding { holds, interested: interested || holds, governs, provides };
                let Ok(next) = who.may_give(command).and_then(|_| state.after(command)) else { continue };
                prop_assert!(!state.is_final(), "{state} is final, and moved to {next}");
                match command.rule().side {
                    GrantSide::Holder => prop_assert!(who.holds),
                    GrantSide::Giver => prop_assert!(who.governs || who.provides),
                }
                if next == GrantState::Active {
                    prop_assert!(state == GrantState::Suspended && !who.interested, "{who:?} resumed");
                }
                state = next;
            }
        }
    }

    #[test]
    fn a_token_needs_a_scope_of_the_side_it_acts_for() {
        let who = |governs, provides| GrantStanding { holds: false, interested: false, governs, provides };
        for (governs, provides, scopes) in [
            (true, true, &[Scope::Review, Scope::Publish][..]),
            (true, false, &[Scope::Review]),
            (false, true, &[Scope::Publish]),
        ] {
            assert_eq!(who(governs, provides).may_give(GrantCommand::Suspend).unwrap(), scopes);
        }
    }
}
