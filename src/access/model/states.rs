//! The states of a request, the commands that move it, and who may give which.
//!
//! A reviewer who belongs to the providing organisation may decide: the provider's terms are what is decided on,
//! and the space chose the reviewer. Stewards and administrators decide nothing by their role alone.

use std::fmt::Display;

use crate::kernel::{Error, Result, Scope, text_enum};

text_enum! {
    /// Where a request stands.
    pub enum RequestState {
        /// It waits for a decision.
        Submitted = "submitted",
        /// The reviewer wants changes; the applicant has it.
        Returned = "returned",
        /// A grant came of it.
        Approved = "approved",
        /// It was refused.
        Rejected = "rejected",
        /// The applicant took it back.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What can be done with a request.
    pub enum Command {
        /// Take it back.
        Withdraw = "withdraw",
        /// Hand it in again, changed.
        Resubmit = "resubmit",
        /// Ask for changes.
        Return = "return",
        /// Grant it.
        Approve = "approve",
        /// Refuse it.
        Reject = "reject",
    }
}

/// Who gives a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Members of the organisation that asks.
    Applicant,
    /// Reviewers of the dataset's space.
    Reviewer,
}

/// One line of the table of commands.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Who gives the command.
    pub side: Side,
    /// The states in which it may be given.
    pub from: &'static [RequestState],
    /// The state it leads to.
    pub to: RequestState,
}

impl Command {
    /// The table of commands: who, from where, to where.
    #[must_use]
    pub const fn rule(self) -> Rule {
        use RequestState::{Approved, Rejected, Returned, Submitted, Withdrawn};
        use Side::{Applicant, Reviewer};
        match self {
            Self::Withdraw => Rule { side: Applicant, from: &[Submitted, Returned], to: Withdrawn },
            Self::Resubmit => Rule { side: Applicant, from: &[Returned], to: Submitted },
            Self::Return => Rule { side: Reviewer, from: &[Submitted], to: Returned },
            Self::Approve => Rule { side: Reviewer, from: &[Submitted], to: Approved },
            Self::Reject => Rule { side: Reviewer, from: &[Submitted], to: Rejected },
        }
    }

    /// What a token must be good for to give it.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self.rule().side {
            Side::Applicant => Scope::Request,
            Side::Reviewer => Scope::Review,
        }
    }
}

/// The state `to`, where a command may be given to a thing in this state.
///
/// # Errors
/// 409 `wrong_state`, naming the present state and those the command is for.
pub(super) fn step<S: Copy + PartialEq + Display>(
    thing: &str,
    state: S,
    command: impl Display,
    from: &[S],
    to: S,
) -> Result<S> {
    if from.contains(&state) {
        return Ok(to);
    }
    let from: Vec<_> = from.iter().map(S::to_string).collect();
    let from = from.join(" or ");
    Err(Error::conflict(
        "wrong_state",
        format!("the {thing} is {state}; `{command}` is for one that is {from}"),
    ))
}

impl RequestState {
    /// The state after a command.
    ///
    /// # Errors
    /// 409 `wrong_state`, naming the present state, when the command may not be given in it.
    pub fn after(self, command: Command) -> Result<Self> {
        let rule = command.rule();
        step("request", self, command, rule.from, rule.to)
    }

    /// Whether somebody still has to do something.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::Returned)
    }
}

/// How a person stands to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The credential acts for the organisation that asks.
    pub acts_for_applicant: bool,
    /// The person belongs to the organisation that asks, handed the request in, or is named in it.
    pub interested: bool,
    /// The person is a reviewer of the dataset's space.
    pub reviewer: bool,
}

impl Standing {
    /// Whether a person of this standing may give the command at all. The one who asks never decides.
    ///
    /// # Errors
    /// 403 `applicant_required`, `reviewer_required` or `conflict_of_interest`.
    pub fn may_give(self, command: Command) -> Result<()> {
        match command.rule().side {
            Side::Applicant if self.acts_for_applicant => Ok(()),
            Side::Applicant => Err(Error::forbidden(
                "applicant_required",
                "only members of the organisation that asks may do this",
            )),
            Side::Reviewer if !self.reviewer => Err(Error::forbidden(
                "reviewer_required",
                "only reviewers of the dataset's space decide; its steward names them",
            )),
            Side::Reviewer if self.interested => Err(Error::forbidden(
                "conflict_of_interest",
                "the one who asks never decides: another reviewer, who is not of the organisation that asks, must",
            )),
            Side::Reviewer => Ok(()),
        }
    }
}
