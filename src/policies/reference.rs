//! The reference of the policy profile, written by the registry itself: what it says is what is enforced.

use std::fmt::{Display, Write as _};

use super::model::{
    Action, Datatype, EvaluationScope, EvidenceSource, Iri, Label, LeftOperand, LogicalOperator, Operator,
    PREFIXES,
};
use super::sentences;
use super::templates::templates;
use crate::i18n::Language;

const INTRODUCTION: &str = "\
# The policy profile

<!-- Written by the registry: `BLESS=1 cargo test --test docs` writes it anew. -->

Terms of use are ODRL 2.2 in JSON-LD. This page lists every word that the register understands; a document that uses another
one is refused, never read without it. It is written by the registry in `src/policies/` itself, and a test compares them.

Prohibitions always win over permissions (`odrl:conflict` is `odrl:prohibit`). Permissions are alternatives: satisfying one is
enough. Terms may be written in full or with these prefixes, which always stand for the same and need not be declared:
";

/// The page in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = Page(INTRODUCTION.to_owned());
    page.table(
        &["prefix", "stands for"],
        PREFIXES.iter().map(|(prefix, name)| vec![code(prefix), code(name)]),
    );
    page.actions();
    page.operators();
    page.operands();
    page.evidence();
    page.terms();
    page.templates();
    page.0
}

struct Page(String);

/// A word of the vocabulary.
fn code(word: impl Display) -> String {
    format!("`{word}`")
}

fn codes<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(code).collect::<Vec<_>>().join(" ")
}

impl Page {
    fn heading(&mut self, title: &str, about: &str) {
        write!(self.0, "\n## {title}\n\n{about}\n").ok();
    }

    fn table(&mut self, titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        write!(self.0, "\n| {} |\n|{}\n", titles.join(" | "), "---|".repeat(titles.len())).ok();
        for row in rows {
            let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            writeln!(self.0, "| {} |", cells.join(" | ")).ok();
        }
    }

    fn actions(&mut self) {
        self.heading(
            "Actions",
            "A rule on an action is also about every action that is included in it. `use` without a prefix is `odrl:use`.",
        );
        let rows = Action::ALL.iter().map(|action| {
            let wider = action.included_in().map(code).unwrap_or_default();
            vec![code(action), wider, sentences::action(Language::En, *action)]
        });
        self.table(&["action", "included in", "the data user may, must or must not …"], rows);
    }

    fn operators(&mut self) {
        self.heading(
            "Operators",
            "Those that take a list have one or more values at their right, the others exactly one.",
        );
        let rows = Operator::ALL.iter().map(|operator| {
            let right = if operator.takes_list() { "list" } else { "one value" };
            vec![code(operator), right.to_owned(), compares(*operator).to_owned()]
        });
        self.table(&["operator", "right side", "holds when the left side …"], rows);
        self.heading("Groups of constraints", "A group holds one or more constraints or groups.");
        let rows =
            LogicalOperator::ALL.iter().map(|operator| vec![code(operator), joins(*operator).to_owned()]);
        self.table(&["group", "holds when …"], rows);
    }

    fn operands(&mut self) {
        self.heading(
            "Left operands",
            "Who decides a line, on what evidence and when, is said of every operand, so that nobody takes a promise for a lock. \
             The words are explained below the table.",
        );
        let rows = LeftOperand::ALL.iter().map(|left| {
            let definition = left.definition();
            let unit = if left.takes_unit() { ", with `unit`" } else { "" };
            vec![
                code(left),
                sentences::subject(Language::En, *left).trim_end_matches(',').to_owned(),
                format!("{}{unit}", codes(definition.datatypes)),
                codes(definition.operators),
                code(definition.label),
                codes(definition.evidence),
                if definition.scopes.len() == EvaluationScope::ALL.len() {
                    "always".to_owned()
                } else {
                    codes(definition.scopes)
                },
            ]
        });
        self.table(
            &["left operand", "what it is about", "values", "operators", "label", "evidence", "decided at"],
            rows,
        );
    }

    fn evidence(&mut self) {
        self.heading("Labels", "Who decides a line.");
        let rows = Label::ALL.iter().map(|label| vec![code(label), decides(*label).to_owned()]);
        self.table(&["label", "who decides"], rows);
        self.heading("Evidence", "Where the facts about a use come from.");
        let rows = EvidenceSource::ALL.iter().map(|source| vec![code(source), knows(*source).to_owned()]);
        self.table(&["evidence", "where it comes from"], rows);
        self.heading("Moments", "When a policy is asked.");
        let rows = EvaluationScope::ALL.iter().map(|scope| vec![code(scope), when(*scope).to_owned()]);
        self.table(&["moment", "when"], rows);
        self.heading(
            "Values",
            "Values other than texts are written with their type, IRIs as `{\"@id\": …}`.",
        );
        let rows = Datatype::ALL.iter().map(|datatype| vec![code(datatype), holds(*datatype).to_owned()]);
        self.table(&["type", "what it holds"], rows);
    }

    fn terms(&mut self) {
        self.heading(
            "Terms",
            "The values that operands take out of known vocabularies. Where foreign terms are taken too, a line with one is left to \
             people. Sectors (`odrl:industry`) are named by the codes of NACE Rev. 2.1, `http://data.europa.eu/ux2/nace2.1/C29`; \
             places also by ISO 3166-1, `urn:iso:3166:DEU`, or `http://publications.europa.eu/resource/authority/country/DEU`; \
             recipients also by their place in the register, an IRI that ends in `/organisations/SLUG`.",
        );
        let listed = LeftOperand::ALL.iter().filter(|left| !left.listed_terms().is_empty());
        for left in listed {
            let foreign =
                if left.takes_foreign_terms() { "Foreign terms are taken." } else { "No others are taken." };
            write!(self.0, "\n### `{left}`\n\n{foreign}\n").ok();
            let rows = left.listed_terms().into_iter().filter_map(|term| {
                let iri = Iri::parse(term)?;
                Some(vec![code(term), sentences::term(Language::En, *left, &iri)])
            });
            self.table(&["term", "meaning"], rows);
        }
    }

    fn templates(&mut self) {
        self.heading(
            "Templates",
            "Patterns of policies with parameters: `cadastre policy templates`, `cadastre policy compose`.",
        );
        let rows = templates(Language::En).into_iter().map(|template| {
            let parameters: Vec<_> = template
                .parameters
                .iter()
                .map(|parameter| {
                    let list = if parameter.list { ", a list" } else { "" };
                    let default =
                        parameter.default.as_ref().map(|default| format!(", {default} when not given"));
                    let optional = if parameter.required || default.is_some() { "" } else { ", optional" };
                    format!(
                        "`{}` ({}{list}{}{optional})",
                        parameter.name,
                        parameter.kind,
                        default.unwrap_or_default()
                    )
                })
                .collect();
            vec![code(template.id), template.description, parameters.join("<br>")]
        });
        self.table(&["template", "what it says", "parameters"], rows);
    }
}

fn compares(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "equals the right side; of places: is the very same place",
        Operator::Neq => "does not equal the right side",
        Operator::Gt => "is greater or later",
        Operator::Gteq => "is greater or later, or equal; a day counts from its beginning",
        Operator::Lt => "is less or earlier",
        Operator::Lteq => "is less or earlier, or equal; a day counts to its end",
        Operator::IsA => "falls under the right side",
        Operator::HasPart => "contains all of the listed places",
        Operator::IsPartOf => "lies within one of the listed places",
        Operator::IsAllOf => "has or meets all of the listed values",
        Operator::IsAnyOf => "is, or falls under, at least one of the listed values",
        Operator::IsNoneOf => "is, and falls under, none of the listed values",
    }
}

fn joins(operator: LogicalOperator) -> &'static str {
    match operator {
        LogicalOperator::And => "all of its parts hold",
        LogicalOperator::Or => "at least one of its parts holds",
        LogicalOperator::Xone => "exactly one of its parts holds",
        LogicalOperator::AndSequence => {
            "all of its parts hold, in this order; the order itself is for people to see to"
        }
    }
}

fn decides(label: Label) -> &'static str {
    match label {
        Label::MachineDecided => "the register, by itself, at every call",
        Label::Attested => "the applicant states it, and a reviewer confirms it",
        Label::Duty => {
            "it is to be done, before the use or after it; that it was done is confirmed by people"
        }
        Label::LegalText => "the law and the agreement hold the holder to it; nothing here can check it",
    }
}

fn knows(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Clock => "the clock of the register",
        EvidenceSource::Register => "memberships, organisations and versions as the register has them",
        EvidenceSource::Account => "the count of what was delivered under the grant",
        EvidenceSource::Credential => "the credential that the caller came with",
        EvidenceSource::Stated => {
            "the applicant says so; what speaks against the use counts, what speaks for it may have to be confirmed"
        }
        EvidenceSource::Confirmed => "a reviewer confirmed it, with a reason",
    }
}

fn when(scope: EvaluationScope) -> &'static str {
    match scope {
        EvaluationScope::See => "somebody looks at the dataset",
        EvaluationScope::Request => "an organisation asks for access",
        EvaluationScope::Decide => "a reviewer decides",
        EvaluationScope::Download => "bytes are asked for",
        EvaluationScope::Monitor => "a right that runs is looked at again",
    }
}

fn holds(datatype: Datatype) -> &'static str {
    match datatype {
        Datatype::DateTime => "an instant with its time zone, to the millisecond: `2026-11-22T12:00:00Z`",
        Datatype::Date => "a calendar day, in UTC: `2026-11-22`",
        Datatype::Duration => "a span of time, not negative, to the second: `P30D`",
        Datatype::Decimal => {
            "a decimal number with at most 18 digits before and 9 after the point: `1500.00`"
        }
        Datatype::Integer => "a whole number of 64 bits: `3`",
        Datatype::Boolean => "`true` or `false`",
        Datatype::Text => "a text",
        Datatype::Iri => "an IRI",
    }
}
