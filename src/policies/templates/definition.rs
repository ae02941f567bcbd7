//! The templates and their parameters, as they are shown and as they are read.

use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

use crate::i18n::{Key, Language, key, text};
use crate::kernel::text_enum;
use crate::policies::model::{Datatype, Iri, LeftOperand};
use crate::policies::sentences;

text_enum! {
    /// A pattern of data policies.
    pub enum TemplateId {
        /// Only for some purposes.
        Purpose = "purpose",
        /// Only from a moment on, or until one.
        TimeWindow = "time-window",
        /// Only for members of data spaces.
        MembersOnly = "members-only",
        /// Only for organisations of some sectors.
        Sector = "sector",
        /// Processing within a region only.
        EeaProcessing = "eea-processing",
        /// Non-commercial scientific research only.
        NoncommercialResearch = "noncommercial-research",
        /// A number of downloads.
        Count = "count",
        /// Use for a time, and deletion afterwards.
        DeleteAfter = "delete-after",
        /// Neither the data nor models trained on it are passed on.
        NoRedistribution = "no-redistribution",
        /// The source is named.
        Attribution = "attribution",
        /// An ethics approval is needed.
        Ethics = "ethics",
        /// Terms of the Data Use Ontology.
        Duo = "duo",
        /// Text and data mining is reserved.
        TdmOptout = "tdm-optout",
        /// A price.
        Price = "price",
        /// Only within secure processing environments.
        SecureEnvironment = "secure-environment",
    }
}

text_enum! {
    /// What a parameter is given as.
    pub enum ParameterKind {
        /// A term: one of the listed values, or the IRI of a foreign one where the list is open.
        Term = "term",
        /// A data space, by its slug or an IRI that ends in it.
        Space = "space",
        /// A sector: a code of NACE Rev. 2.1, such as `C29`, or an IRI.
        Sector = "sector",
        /// A day (`2026-12-31`) or an instant (`2026-12-31T23:59:59Z`).
        Moment = "moment",
        /// A span of time: `P30D`, `P1Y`, `PT12H`.
        Duration = "duration",
        /// A whole number.
        Integer = "integer",
        /// A decimal number, as a string or a number.
        Decimal = "decimal",
        /// A currency, ISO 4217.
        Currency = "currency",
        /// A text.
        Text = "text",
        /// True or false.
        Boolean = "boolean",
        /// An IRI.
        Iri = "iri",
    }
}

/// A value that a parameter may take, with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Choice {
    /// The value.
    pub value: &'static str,
    /// What it means, in the language of the answer.
    pub label: String,
}

/// A parameter of a template.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is given as.
    pub kind: ParameterKind,
    /// What it is for, in the language of the answer.
    pub description: String,
    /// Whether it is a list.
    pub list: bool,
    /// Whether it must be given.
    pub required: bool,
    /// What it is when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// The longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// The longest list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<usize>,
    /// The values that are known; every one there is, unless `open`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Choice>,
    /// Whether IRIs of foreign terms are taken beside the listed values; people decide about these.
    pub open: bool,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Template {
    /// Its name.
    pub id: TemplateId,
    /// A title, in the language of the answer.
    pub title: String,
    /// What it says, in the language of the answer.
    pub description: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// All templates, in words of a language.
#[must_use]
pub fn templates(language: Language) -> Vec<Template> {
    let template = |id: &TemplateId| {
        let (title, description) = words(*id);
        Template {
            id: *id,
            title: text(language, title, &[]),
            description: text(language, description, &[]),
            parameters: slots(*id).iter().map(|slot| slot.shown(language)).collect(),
        }
    };
    TemplateId::ALL.iter().map(template).collect()
}

/// A parameter as it is defined.
pub(super) struct Slot {
    pub(super) name: &'static str,
    pub(super) kind: ParameterKind,
    /// The operand whose terms it takes, for terms and spaces.
    pub(super) operand: Option<LeftOperand>,
    description: Key,
    pub(super) list: bool,
    pub(super) required: bool,
    /// The default in its lexical form.
    pub(super) default: Option<&'static str>,
    pub(super) range: Option<(i64, i64)>,
}

/// The longest list of a parameter.
pub(super) const MAX_ITEMS: usize = 50;
/// The longest text of a parameter, in characters.
pub(super) const MAX_LENGTH: usize = 1000;

const fn slot(name: &'static str, kind: ParameterKind, description: Key) -> Slot {
    Slot { name, kind, operand: None, description, list: false, required: true, default: None, range: None }
}

impl Slot {
    const fn of(mut self, operand: LeftOperand) -> Self {
        self.operand = Some(operand);
        self
    }

    const fn list(mut self) -> Self {
        self.list = true;
        self
    }

    const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self.optional()
    }

    const fn between(mut self, least: i64, most: i64) -> Self {
        self.range = Some((least, most));
        self
    }

    /// The default as JSON.
    pub(super) fn default_json(&self) -> Option<Json> {
        self.default.map(|default| match self.kind {
            ParameterKind::Boolean => json!(default == "true"),
            _ => json!(default),
        })
    }

    fn is_text(&self) -> bool {
        self.kind == ParameterKind::Text
    }

    fn shown(&self, language: Language) -> Parameter {
        let terms = self.operand.map(LeftOperand::listed_terms).unwrap_or_default();
        let choice = |value: &'static str| {
            let iri = Iri::parse(value)?;
            Some(Choice { value, label: sentences::term(language, self.operand?, &iri) })
        };
        let takes_iris = self.operand.is_some_and(|operand| operand.datatypes().contains(&Datatype::Iri));
        Parameter {
            name: self.name,
            kind: self.kind,
            description: text(language, self.description, &[]),
            list: self.list,
            required: self.required,
            default: self.default_json(),
            minimum: self.range.map(|(least, _)| least),
            maximum: self.range.map(|(_, most)| most),
            max_length: self.is_text().then_some(MAX_LENGTH),
            max_items: self.list.then_some(MAX_ITEMS),
            values: terms.into_iter().filter_map(choice).collect(),
            open: takes_iris && self.operand.is_some_and(LeftOperand::takes_foreign_terms),
        }
    }
}

/// Title and description.
fn words(id: TemplateId) -> (Key, Key) {
    match id {
        TemplateId::Purpose => (key!("template-purpose"), key!("template-purpose-about")),
        TemplateId::TimeWindow => (key!("template-time-window"), key!("template-time-window-about")),
        TemplateId::MembersOnly => (key!("template-members-only"), key!("template-members-only-about")),
        TemplateId::Sector => (key!("template-sector"), key!("template-sector-about")),
        TemplateId::EeaProcessing => (key!("template-eea-processing"), key!("template-eea-processing-about")),
        TemplateId::NoncommercialResearch => {
            (key!("template-noncommercial-research"), key!("template-noncommercial-research-about"))
        }
        TemplateId::Count => (key!("template-count"), key!("template-count-about")),
        TemplateId::DeleteAfter => (key!("template-delete-after"), key!("template-delete-after-about")),
        TemplateId::NoRedistribution => {
            (key!("template-no-redistribution"), key!("template-no-redistribution-about"))
        }
        TemplateId::Attribution => (key!("template-attribution"), key!("template-attribution-about")),
        TemplateId::Ethics => (key!("template-ethics"), key!("template-ethics-about")),
        TemplateId::Duo => (key!("template-duo"), key!("template-duo-about")),
        TemplateId::TdmOptout => (key!("template-tdm-optout"), key!("template-tdm-optout-about")),
        TemplateId::Price => (key!("template-price"), key!("template-price-about")),
        TemplateId::SecureEnvironment => {
            (key!("template-secure-environment"), key!("template-secure-environment-about"))
        }
    }
}

/// The parameters of a template, in the order in which they are shown.
pub(super) fn slots(id: TemplateId) -> &'static [Slot] {
    use ParameterKind::{
        Boolean, Currency, Decimal, Duration, Integer, Iri, Moment, Sector, Space, Term, Text,
    };
    match id {
        TemplateId::Purpose => {
            const SLOTS: &[Slot] =
                &[slot("purposes", Term, key!("parameter-purposes")).of(LeftOperand::Purpose).list()];
            SLOTS
        }
        TemplateId::TimeWindow => {
            const SLOTS: &[Slot] = &[
                slot("from", Moment, key!("parameter-from")).optional(),
                slot("until", Moment, key!("parameter-until")).optional(),
            ];
            SLOTS
        }
        TemplateId::MembersOnly => {
            const SLOTS: &[Slot] =
                &[slot("spaces", Space, key!("parameter-spaces")).of(LeftOperand::SpaceMembership).list()];
            SLOTS
        }
        TemplateId::Sector => {
            const SLOTS: &[Slot] =
                &[slot("sectors", Sector, key!("parameter-sectors")).of(LeftOperand::Industry).list()];
            SLOTS
        }
        TemplateId::EeaProcessing => {
            const SLOTS: &[Slot] = &[slot("area", Term, key!("parameter-area"))
                .of(LeftOperand::ProcessingLocation)
                .or("cad:EEA")];
            SLOTS
        }
        TemplateId::Count => {
            const SLOTS: &[Slot] =
                &[slot("downloads", Integer, key!("parameter-downloads")).between(1, 1_000_000)];
            SLOTS
        }
        TemplateId::DeleteAfter => {
            const SLOTS: &[Slot] = &[
                slot("use_for", Duration, key!("parameter-use-for")).or("P365D"),
                slot("delete_within", Duration, key!("parameter-delete-within")).or("P30D"),
            ];
            SLOTS
        }
        TemplateId::NoRedistribution => {
            const SLOTS: &[Slot] = &[slot("weights", Boolean, key!("parameter-weights")).or("true")];
            SLOTS
        }
        TemplateId::Attribution => {
            const SLOTS: &[Slot] = &[slot("citation", Text, key!("parameter-citation"))];
            SLOTS
        }
        TemplateId::Duo => {
            const SLOTS: &[Slot] = &[
                slot("permission", Term, key!("parameter-permission"))
                    .of(LeftOperand::DuoPermission)
                    .or("duo:0000042"),
                slot("modifiers", Term, key!("parameter-modifiers"))
                    .of(LeftOperand::DuoModifiers)
                    .list()
                    .optional(),
            ];
            SLOTS
        }
        TemplateId::TdmOptout => {
            const SLOTS: &[Slot] =
                &[slot("except_research", Boolean, key!("parameter-except-research")).or("true")];
            SLOTS
        }
        TemplateId::Price => {
            const SLOTS: &[Slot] = &[
                slot("amount", Decimal, key!("parameter-amount")).between(0, 1_000_000_000),
                slot("currency", Currency, key!("parameter-currency")).or("EUR"),
            ];
            SLOTS
        }
        TemplateId::SecureEnvironment => {
            const SLOTS: &[Slot] = &[slot("environments", Iri, key!("parameter-environments"))
                .of(LeftOperand::ProcessingEnvironment)
                .list()];
            SLOTS
        }
        TemplateId::NoncommercialResearch | TemplateId::Ethics => &[],
    }
}
