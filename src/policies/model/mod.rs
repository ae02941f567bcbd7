//! The pure part of the policies: vocabulary, documents, terms and decisions.

mod decide;
mod iri;
mod mode;
mod operand;
mod parse;
mod policy;
mod purpose;
mod reader;
mod terms;
mod value;
mod vocabulary;
mod write;

#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod test_decide;
#[cfg(test)]
mod test_documents;
#[cfg(test)]
mod test_refusals;

pub use decide::{Facts, Line, Outcome, Verdict, decide};
pub use iri::Iri;
pub use mode::AccessMode;
pub use operand::LeftOperand;
pub use policy::{Constraint, Permission, Policy, PolicyKind, Profile, Rule};
pub use purpose::Purpose;
pub use terms::Terms;
pub use value::{Datatype, Decimal, Duration, Value};
pub use vocabulary::{Action, LogicalOperator, Operator};
