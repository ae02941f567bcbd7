//! A policy: a typed ODRL 2.2 document.

use serde_json::Value as Json;

use super::iri::Iri;
use super::operand::LeftOperand;
use super::value::Value;
use super::vocabulary::{Action, LogicalOperator, Operator};
use super::{parse, write};
use crate::kernel::{Digest, Result, canonical_json, text_enum};

text_enum! {
    /// The kind of a policy (ODRL 2.2, Policy subclasses).
    pub enum PolicyKind {
        /// What a provider offers to anyone.
        Offer = "Offer",
        /// What a provider and a recipient agreed on.
        Agreement = "Agreement",
        /// Rules without parties: a template.
        Set = "Set",
    }
}

text_enum! {
    /// The vocabularies that a policy may declare to follow.
    pub enum Profile {
        /// ODRL Core.
        Core = "http://www.w3.org/ns/odrl/2/core",
        /// Our own terms.
        Cadastre = "urn:cadastre:policy:",
    }
}

/// A policy. Prohibitions always win over permissions (`odrl:conflict` is `odrl:prohibit`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub id: Iri,
    /// Offer, agreement or template.
    pub kind: PolicyKind,
    /// The vocabularies it declares to follow, in order and without repetition.
    pub profiles: Vec<Profile>,
    /// Who gives the rights. An agreement names all three of assigner, assignee and target.
    pub assigner: Option<Iri>,
    /// Who receives the rights.
    pub assignee: Option<Iri>,
    /// What the rights are about.
    pub target: Option<Iri>,
    /// What is allowed. Each permission stands for itself: satisfying one is enough.
    pub permissions: Vec<Permission>,
    /// What is forbidden.
    pub prohibitions: Vec<Rule>,
    /// What must be done by whoever makes use of the policy.
    pub obligations: Vec<Rule>,
}

/// An allowed action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The action and its conditions.
    pub rule: Rule,
    /// What must be done before the action is allowed.
    pub duties: Vec<Rule>,
}

/// An action under conditions. Names (`@id`) of rules and constraints are read and not kept: nothing refers to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whose rule it is, where it says so itself.
    pub assigner: Option<Iri>,
    /// Whom it is about; everybody when not given.
    pub assignee: Option<Iri>,
    /// What it is about; everything that the policy is about when not given.
    pub target: Option<Iri>,
    /// The action.
    pub action: Action,
    /// What narrows the action; all of them must hold.
    pub refinements: Vec<Constraint>,
    /// When the rule applies; all of them must hold.
    pub constraints: Vec<Constraint>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// A comparison.
    Atomic {
        /// What is compared.
        left: LeftOperand,
        /// How it is compared.
        operator: Operator,
        /// What it is compared with: one value, or a list for operators that take one. Never empty.
        right: Vec<Value>,
        /// The currency of `odrl:payAmount`.
        unit: Option<Iri>,
    },
    /// Several conditions that make one. Never empty.
    Logical(LogicalOperator, Vec<Constraint>),
}

impl Policy {
    /// Reads a policy. Nothing is fetched: four contexts and seven prefixes are built in, and a document
    /// without `@context` is read with them. Nothing is ignored either: every key, term and value that the
    /// register does not know or that is wrongly typed is an error.
    ///
    /// # Errors
    /// All that is wrong with the document, each at its JSON pointer.
    pub fn parse(document: &Json) -> Result<Self> {
        parse::policy(document)
    }

    /// The policy as compact JSON-LD, always written in the same way, readable by [`Policy::parse`] and by
    /// participants of the Dataspace Protocol 2025-1.
    #[must_use]
    pub fn to_json(&self) -> Json {
        write::policy(self)
    }

    /// The SHA-256 of the canonical JSON (RFC 8785) of [`Policy::to_json`]: equal for documents that differ
    /// only in the order of keys or in the spelling of terms.
    ///
    /// # Errors
    /// None that a policy can cause.
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of(canonical_json(&self.to_json())?))
    }
}
