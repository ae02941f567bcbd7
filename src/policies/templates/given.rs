//! Reads the parameters that were given for a template: every one is known, of its kind and within its limits, or
//! all that is wrong is told at once.

use serde_json::{Map, Value as Json};

use super::definition::{MAX_ITEMS, MAX_LENGTH, ParameterKind, Slot, TemplateId, slots};
use crate::kernel::{Checks, Result};
use crate::policies::model::{Datatype, Iri, LeftOperand, Value};
use crate::policies::sentences::{CURRENCY_NAMES, NACE_NAMES, is_nace};

/// What was given for a template, typed.
pub(super) struct Given(Vec<(&'static str, Vec<Value>)>);

type Wrong = (&'static str, String);

impl Given {
    /// Reads parameters by their names; pointers begin with the name.
    pub(super) fn read(id: TemplateId, parameters: &Map<String, Json>) -> Result<Self> {
        let slots = slots(id);
        let mut checks = Checks::new();
        for name in parameters.keys().filter(|name| slots.iter().all(|slot| slot.name != name.as_str())) {
            let names: Vec<_> = slots.iter().map(|slot| slot.name).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            checks.fail(
                &at,
                "unknown_parameter",
                format!("the template {id} takes these parameters: {known}"),
            );
        }
        let mut given = Vec::new();
        for slot in slots {
            let at = format!("/{}", slot.name);
            let json = parameters.get(slot.name).filter(|json| !json.is_null()).cloned();
            match json.or_else(|| slot.default_json()) {
                Some(json) => given.push((slot.name, values(slot, &json, &at, &mut checks))),
                None => checks.require(!slot.required, &at, "required", "must be given"),
            }
        }
        checks.finish()?;
        Ok(Self(given))
    }

    /// The values of a parameter; none when it was not given.
    pub(super) fn all(&self, name: &str) -> Vec<Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, values)| values.clone()).unwrap_or_default()
    }

    /// The one value of a parameter.
    pub(super) fn one(&self, name: &str) -> Option<Value> {
        self.all(name).into_iter().next()
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.one(name) == Some(Value::Boolean(true))
    }
}

fn values(slot: &Slot, json: &Json, at: &str, checks: &mut Checks) -> Vec<Value> {
    let (items, listed) = match json {
        Json::Array(items) if slot.list => (items.as_slice(), true),
        other => (std::slice::from_ref(other), false),
    };
    if listed {
        checks.require(!items.is_empty() || !slot.required, at, "empty_list", "list at least one value");
        checks.at_most(at, items.len(), MAX_ITEMS);
    }
    let mut values = Vec::new();
    for (i, item) in items.iter().take(MAX_ITEMS).enumerate() {
        let at = if listed { format!("{at}/{i}") } else { at.to_owned() };
        match value(slot, item) {
            Ok(value) if values.contains(&value) => checks.fail(&at, "duplicate", "is already given"),
            Ok(value) => values.push(value),
            Err((code, detail)) => checks.fail(&at, code, detail),
        }
    }
    values
}

fn value(slot: &Slot, json: &Json) -> Result<Value, Wrong> {
    let value = read(slot.kind, json)?;
    if let Some(operand) = slot.operand {
        operand.check(&value)?;
    }
    match (slot.range, &value) {
        (Some((least, most)), Value::Integer(number)) if !(least..=most).contains(number) => {
            Err(out_of(least, most))
        }
        (Some((least, most)), Value::Decimal(_)) => {
            let bound = |bound: i64| Value::parse(Datatype::Decimal, &bound.to_string());
            let within = match (&value, bound(least), bound(most)) {
                (Value::Decimal(number), Some(Value::Decimal(least)), Some(Value::Decimal(most))) => {
                    (least..=most).contains(number)
                }
                _ => false,
            };
            if within { Ok(value) } else { Err(out_of(least, most)) }
        }
        _ => Ok(value),
    }
}

fn out_of(least: i64, most: i64) -> Wrong {
    ("out_of_range", format!("must lie between {least} and {most}"))
}

fn read(kind: ParameterKind, json: &Json) -> Result<Value, Wrong> {
    let wrong = |how: &str| ("value", how.to_owned());
    let typed = |datatype, how: &str| {
        let text = json.as_str().ok_or_else(|| wrong(how))?;
        Value::parse(datatype, text).ok_or_else(|| wrong(how))
    };
    match kind {
        ParameterKind::Term | ParameterKind::Iri => {
            typed(Datatype::Iri, "write an IRI, in full or with a known prefix such as cad: or duo:")
        }
        ParameterKind::Space => {
            let text = json
                .as_str()
                .ok_or_else(|| wrong("write the slug of a data space, or an IRI that ends in it"))?;
            Ok(Iri::parse(text).map_or_else(|| Value::Text(text.to_owned()), Value::Iri))
        }
        ParameterKind::Sector => sector(json.as_str().unwrap_or_default())
            .ok_or_else(|| wrong("write a code of NACE Rev. 2.1 such as C29 or C29.10, or an IRI")),
        ParameterKind::Moment => {
            let how = "write a day like 2026-12-31 or an instant like 2026-12-31T23:59:59Z";
            typed(Datatype::Date, how).or_else(|_| typed(Datatype::DateTime, how))
        }
        ParameterKind::Duration => typed(Datatype::Duration, "write a span of time like P30D, P1Y or PT12H"),
        ParameterKind::Integer => {
            json.as_i64().map(Value::Integer).ok_or_else(|| wrong("write a whole number"))
        }
        ParameterKind::Decimal => {
            let how = "write a decimal number like 1500.00, with at most 9 digits after the point";
            let text = if json.is_number() {
                json.to_string()
            } else {
                json.as_str().unwrap_or_default().to_owned()
            };
            Value::parse(Datatype::Decimal, &text).ok_or_else(|| wrong(how))
        }
        ParameterKind::Currency => {
            let code = json.as_str().unwrap_or_default();
            let good = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
            let iri = Iri::parse(&format!("{CURRENCY_NAMES}{code}")).filter(|_| good);
            iri.map(Value::Iri)
                .ok_or_else(|| wrong("write a currency as its three letters, such as EUR (ISO 4217)"))
        }
        ParameterKind::Text => {
            let text = json.as_str().ok_or_else(|| wrong("write a text"))?;
            let mut checks = Checks::new();
            checks.text("", text, MAX_LENGTH);
            match checks.finish().err().and_then(|error| error.field_errors().first().cloned()) {
                Some(field) => Err((field.code, field.detail)),
                None => Ok(Value::Text(text.to_owned())),
            }
        }
        ParameterKind::Boolean => {
            json.as_bool().map(Value::Boolean).ok_or_else(|| wrong("write true or false"))
        }
    }
}

/// A sector by its code, or by any IRI that is none of ours.
fn sector(text: &str) -> Option<Value> {
    let iri = if is_nace(text) { Iri::parse(&format!("{NACE_NAMES}{text}")) } else { Iri::parse(text) };
    iri.map(Value::Iri).filter(|value| LeftOperand::Industry.check(value).is_ok())
}
