//! The pure part of the policies: vocabulary, documents, terms and decisions.

mod atomic;
mod duo;
mod evaluate;
mod facts;
mod iri;
mod label;
mod mode;
mod operand;
mod parse;
mod places;
mod policy;
mod purpose;
mod reader;
mod statement;
mod terms;
mod trace;
mod truth;
mod value;
mod vocabulary;
mod write;

#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod test_evaluate;
#[cfg(test)]
mod test_evidence;
#[cfg(test)]
mod test_documents;
#[cfg(test)]
mod test_refusals;

pub use duo::{DuoTerm, ResearchField, ResearchUse};
pub use evaluate::{Line, Verdict, evaluate};
pub use facts::{EvaluationScope, EvidenceSource, Facts};
pub use iri::Iri;
pub(super) use iri::PREFIXES;
pub use label::Label;
pub use mode::AccessMode;
pub use operand::{Definition, LeftOperand};
pub use policy::{Constraint, Permission, Policy, PolicyKind, Profile, Rule};
pub use purpose::Purpose;
pub use statement::{ModelAccess, Payment, UseStatement};
pub use terms::Terms;
pub use trace::{Evaluation, Evidence, Trace};
pub use truth::Outcome;
pub use value::{Datatype, Decimal, Duration, Value};
pub use vocabulary::{Action, LogicalOperator, Operator};
