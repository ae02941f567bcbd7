//! Terms of use: what a provider offers, in ODRL 2.2, and whether a stated use satisfies it.
//!
//! A policy is read strictly: a term that the register does not know is refused, never ignored, so that what a
//! policy says is what is enforced. Reading, writing, deciding and putting into words are plain functions over
//! plain data.

mod model;
mod sentences;

pub use model::{
    AccessMode, Action, Constraint, Datatype, Decimal, Duration, Facts, Iri, LeftOperand, Line,
    LogicalOperator, Operator, Outcome, Permission, Policy, PolicyKind, Profile, Purpose, Rule, Terms, Value,
    Verdict, decide,
};
pub use sentences::{Sentence, describe};
