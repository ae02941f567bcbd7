//! Terms of use out of templates: `cadastre policy templates` and `cadastre policy compose`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde_json::{Map, Value, json};

use super::super::error::{CliError, Result};
use super::super::http::Client;
use super::super::local::read_json;
use super::super::output::{Column, Output, column, pairs};
use super::{ACCEPT_LANGUAGE, LINES};
use crate::i18n::Language;
use crate::kernel::Error;

const TEMPLATES: [Column; 3] =
    [column("TEMPLATE", "/id"), column("SAYS", "/description"), pairs("PARAMETERS", "/shown")];

/// What is made into one offer.
#[derive(Debug, Args)]
pub struct Compose {
    /// A template with its parameters, as NAME:PARAMETER=VALUE,…; commas separate the values of a list too
    #[arg(long, value_name = "TEMPLATE", required_unless_present = "offer")]
    template: Vec<Filled>,
    /// File with an ODRL Offer in JSON-LD
    #[arg(long, value_name = "FILE")]
    offer: Vec<PathBuf>,
    /// File to write the offer to; standard output when not given
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of what the offer says: en or fr
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::En)]
    lang: Language,
}

/// A template and the parameters as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Filled {
    template: String,
    parameters: Vec<(String, String)>,
}

impl FromStr for Filled {
    type Err = Error;

    /// `purpose:purposes=a,b,other=c`: what has no `=` of its own goes on with the value before it.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (template, rest) = text.split_once(':').unwrap_or((text, ""));
        let mut parameters: Vec<(String, String)> = Vec::new();
        for part in rest.split(',').filter(|_| !rest.is_empty()) {
            match (part.split_once('='), parameters.last_mut()) {
                (Some((name, value)), _) if is_name(name) => {
                    parameters.push((name.to_owned(), value.to_owned()))
                }
                (_, Some((_, value))) => {
                    value.push(',');
                    value.push_str(part);
                }
                (_, None) => {
                    let detail = "write a template as NAME:PARAMETER=VALUE, for example count:downloads=3";
                    return Err(Error::invalid("", "template", detail));
                }
            }
        }
        Ok(Self { template: template.to_owned(), parameters })
    }
}

/// Names of parameters are words; what is none of them belongs to a value, such as a citation with an `=` in it.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Lists the templates.
///
/// # Errors
/// Whatever the server refuses.
pub(super) async fn templates(client: &Client, out: Output, lang: Language) -> Result<()> {
    let mut items = definitions(client, lang).await?;
    for item in &mut items {
        let parameters = item.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let shown: Map<_, _> = parameters.iter().filter_map(in_short).collect();
        if let (Some(item), true) = (item.as_object_mut(), out.is_table()) {
            item.insert("shown".into(), Value::Object(shown));
        }
    }
    out.list(&TEMPLATES, &items)
}

async fn definitions(client: &Client, lang: Language) -> Result<Vec<Value>> {
    let call = client.get(&["policies", "templates"]).header(ACCEPT_LANGUAGE, lang.as_str());
    let answer: Value = call.read().await?;
    Ok(answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// A parameter with its kind, and its default where it has one.
fn in_short(parameter: &Value) -> Option<(String, Value)> {
    let text = |name: &str| parameter.get(name).and_then(Value::as_str);
    let list = parameter.get("list").and_then(Value::as_bool) == Some(true);
    let kind = format!("{}{}", text("kind")?, if list { ",…" } else { "" });
    let shown = match (parameter.get("default"), parameter.get("required").and_then(Value::as_bool)) {
        (Some(default), _) => {
            format!("{kind}({})", default.as_str().map_or_else(|| default.to_string(), str::to_owned))
        }
        (None, Some(true)) => kind,
        (None, _) => format!("{kind}?"),
    };
    Some((text("name")?.to_owned(), Value::from(shown)))
}

/// Makes one offer, writes it, and says what it says.
///
/// # Errors
/// Whatever the server refuses; when a file cannot be read or written.
pub(super) async fn compose(client: &Client, out: Output, args: Compose) -> Result<()> {
    let definitions = definitions(client, args.lang).await?;
    let templates: Vec<_> = args.template.iter().map(|filled| typed(filled, &definitions)).collect();
    let offers: Vec<_> = args.offer.iter().map(|file| read_json(file)).collect::<Result<_>>()?;
    let body = json!({"templates": templates, "offers": offers});
    let call = client.post(&["policies", "compose"], &body).header(ACCEPT_LANGUAGE, args.lang.as_str());
    let composed: Value = call.read().await?;
    let offer = composed.get("offer").cloned().unwrap_or_default();
    let lines = composed.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    match args.output {
        Some(file) => {
            std::fs::write(&file, format!("{offer:#}\n")).map_err(|error| CliError::file(&file, &error))?;
            out.list(&LINES, &lines)
        }
        None => {
            for text in lines.iter().filter_map(|line| line.get("text").and_then(Value::as_str)) {
                out.note(text);
            }
            out.document(&offer)
        }
    }
}

/// The parameters as JSON of the types that the template wants; what is not known is sent as it is, to be refused.
fn typed(filled: &Filled, definitions: &[Value]) -> Value {
    let definition =
        definitions.iter().find(|definition| definition.get("id") == Some(&json!(filled.template)));
    let parameters: Map<_, _> = filled
        .parameters
        .iter()
        .map(|(name, text)| {
            let known = definition.and_then(|it| it.get("parameters")?.as_array());
            let known = known.and_then(|all| all.iter().find(|it| it.get("name") == Some(&json!(name))));
            let kind = known.and_then(|it| it.get("kind")?.as_str()).unwrap_or_default();
            let value = match known.and_then(|it| it.get("list")?.as_bool()) {
                Some(true) => text.split(',').map(|item| scalar(kind, item)).collect(),
                _ => scalar(kind, text),
            };
            (name.clone(), value)
        })
        .collect();
    json!({"template": filled.template, "parameters": parameters})
}

fn scalar(kind: &str, text: &str) -> Value {
    match kind {
        "integer" => text.parse::<i64>().map_or_else(|_| json!(text), Value::from),
        "boolean" => text.parse::<bool>().map_or_else(|_| json!(text), Value::from),
        _ => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(text: &str) -> Vec<(String, String)> {
        text.parse::<Filled>().unwrap().parameters
    }

    #[test]
    fn templates_are_read_with_their_parameters() {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(parameters("ethics"), []);
        assert_eq!(parameters("purpose:purposes=cad:A,cad:B"), [own("purposes", "cad:A,cad:B")]);
        assert_eq!(
            parameters("time-window:from=2026-01-01,until=2026-12-31"),
            [own("from", "2026-01-01"), own("until", "2026-12-31")]
        );
        assert_eq!(
            parameters("attribution:citation=Gauges, 2026, https://e.org/?a=b"),
            [own("citation", "Gauges, 2026, https://e.org/?a=b")]
        );
        assert!("purpose:cad:A".parse::<Filled>().is_err());
    }

    #[test]
    fn values_take_the_types_that_the_template_wants() {
        let definitions = [json!({"id": "x", "parameters": [
            {"name": "number", "kind": "integer", "list": false},
            {"name": "flag", "kind": "boolean", "list": false},
            {"name": "terms", "kind": "term", "list": true}]})];
        let filled: Filled = "x:number=3,flag=false,terms=a,b,more=1".parse().unwrap();
        let wanted = json!({"number": 3, "flag": false, "terms": ["a", "b"], "more": "1"});
        assert_eq!(typed(&filled, &definitions)["parameters"], wanted);
    }
}
