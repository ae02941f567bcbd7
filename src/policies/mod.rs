//! Terms of use: what a provider offers, in ODRL 2.2, and whether a stated use satisfies it.
//!
//! A policy is read strictly: a term that the register does not know is refused, never ignored, so that what a
//! policy says is what is enforced. Reading, writing, deciding and putting into words are plain functions over
//! plain data.

pub mod api;
mod model;
mod reference;
mod sentences;
mod templates;

pub use model::{
    AccessMode, Action, Constraint, Datatype, Decimal, Definition, DuoTerm, Duration, Evaluation,
    EvaluationScope, Evidence, EvidenceSource, Facts, Iri, Label, LeftOperand, Line, LogicalOperator,
    ModelAccess, Operator, Outcome, Payment, Permission, Policy, PolicyKind, Profile, Purpose, ResearchField,
    ResearchUse, Rule, Terms, Trace, UseStatement, Value, Verdict, evaluate,
};
pub use reference::reference;
pub use sentences::{Sentence, describe, moment};
pub use templates::{
    Choice, MAX_PARTS, Parameter, ParameterKind, Template, TemplateId, compose, instantiate, templates,
};
