//! Templates: the fifteen patterns of data policies with parameters, and how several policies make one.
//!
//! # The algebra of composition
//!
//! A use is permitted by the whole only if every part permits it, and prohibited if any part prohibits it:
//!
//! * Permissions of the parts are alternatives, so the whole has one for each choice of one permission out of every
//!   part: its action is the narrowest of theirs, its refinements, constraints and duties are those of all of them.
//!   Choices whose actions have no use in common make no permission.
//! * Prohibitions and obligations of all parts stand side by side. What is said twice is said once.
//! * A part without permissions (a TDM opt-out) only restricts: it leaves open what it does not prohibit, and the
//!   others may settle that.
//!
//! So the whole is never more permissive than any part that permits something, and it prohibits whatever any part
//! prohibits; a property test holds both against the evaluator. Composition is commutative and associative up to the
//! order of rules, and a policy composed with itself is itself.

mod build;
mod compose;
mod definition;
mod given;

#[cfg(test)]
mod tests;

pub use build::instantiate;
pub use compose::{MAX_PARTS, compose};
pub use definition::{Choice, Parameter, ParameterKind, Template, TemplateId, templates};
