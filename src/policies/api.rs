//! Routes of policies that belong to no dataset: templates, and how several policies make one.

use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Facts, Policy, Trace};
use super::sentences::{Sentence, describe};
use super::templates::{MAX_PARTS, Template, TemplateId, compose, instantiate, templates};
use crate::http::{AcceptLanguage, Json as Body, in_language};
use crate::i18n::Language;
use crate::kernel::{Digest, Error, Result};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_templates).service(compose_policy).service(evaluate_policy);
}

/// The templates.
#[derive(Debug, Serialize, ToSchema)]
struct Templates {
    /// The language of titles, descriptions and labels.
    language: Language,
    /// All templates there are.
    items: Vec<Template>,
}

/// Lists the templates of policies
///
/// The patterns of data policies, each with its parameters, their types, limits and defaults.
#[utoipa::path(tag = "policies", operation_id = "list_templates", security(()),
    params(("Accept-Language" = Option<String>, Header, description = "The language of texts: en or fr; English when none of them is named")),
    responses((status = 200, description = "The templates", body = Templates)))]
#[get("/policies/templates")]
async fn list_templates(accept: AcceptLanguage) -> HttpResponse {
    let language = Language::negotiate(&accept.0);
    let mut response = HttpResponse::Ok();
    in_language(&mut response, language.as_str());
    response.json(Templates { language, items: templates(language) })
}

/// A template with its parameters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filled {
    /// The template.
    template: TemplateId,
    /// Its parameters by name; `null` is none.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    parameters: Map<String, Json>,
}

/// What to compose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"templates": [
    {"template": "purpose", "parameters": {"purposes": ["cad:ModelTraining"]}},
    {"template": "time-window", "parameters": {"until": "2027-12-31"}},
]}))]
struct Composition {
    /// Templates with their parameters; the first parts.
    #[serde(default)]
    #[schema(max_items = 32)]
    templates: Vec<Filled>,
    /// ODRL offers; the parts that follow.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 32)]
    offers: Vec<Json>,
}

/// One offer, with what it says.
#[derive(Debug, Serialize, ToSchema)]
struct Composed {
    /// The ODRL offer, in its canonical form.
    #[schema(value_type = Object)]
    offer: Json,
    /// SHA-256 over its canonical JSON.
    digest: Digest,
    /// The language of the lines.
    language: Language,
    /// The offer line by line, in words.
    lines: Vec<Sentence>,
}

/// Composes one offer out of templates and offers
///
/// The offer permits what all parts permit and prohibits what any part prohibits: permissions are joined by all of their
/// conditions, prohibitions and obligations stand side by side, and what is said twice is said once. Nothing is stored.
#[utoipa::path(tag = "policies", operation_id = "compose_policy", security(()), request_body = Composition,
    params(("Accept-Language" = Option<String>, Header, description = "The language of texts: en or fr; English when none of them is named")),
    responses((status = 200, description = "The offer", body = Composed)))]
#[post("/policies/compose")]
async fn compose_policy(accept: AcceptLanguage, body: Body<Composition>) -> Result<HttpResponse> {
    let language = Language::negotiate(&accept.0);
    let offer = body.0.compose()?;
    let composed = Composed {
        digest: offer.digest()?,
        language,
        lines: describe(&offer, language),
        offer: offer.to_json(),
    };
    let mut response = HttpResponse::Ok();
    in_language(&mut response, language.as_str());
    Ok(response.json(composed))
}

/// A policy and what is known of a use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "policy": {"@id": "urn:example:offer", "@type": "Offer", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": [{"@id": "cad:ModelTraining"}]}]}]},
    "facts": {"now": "2026-11-26T12:00:00Z", "scope": "request", "purpose": "pre_training"},
}))]
struct Question {
    /// An ODRL policy: an Offer, an Agreement or a Set.
    #[schema(value_type = Object)]
    policy: Json,
    /// What is known; what is left out is not known.
    facts: Facts,
}

/// Evaluates a policy
///
/// Holds a policy against what is known of a use and answers with the trace: the evidence, each line with its outcome and
/// its reason, and the whole. The same question gives the same trace to the byte. Nothing is stored.
#[utoipa::path(tag = "policies", operation_id = "evaluate_policy", security(()), request_body = Question,
    responses((status = 200, description = "The trace", body = Trace)))]
#[post("/policies/evaluate")]
async fn evaluate_policy(body: Body<Question>) -> Result<HttpResponse> {
    let Question { policy, facts } = body.0;
    let policy = Policy::parse(&policy).map_err(|error| error.at("/policy"))?;
    facts.check().map_err(|error| error.at("/facts"))?;
    Ok(HttpResponse::Ok().json(Trace::of(&policy, facts)?))
}

impl Composition {
    fn compose(&self) -> Result<Policy> {
        let (templates, offers) = (self.templates.len(), self.offers.len());
        if templates + offers == 0 || templates + offers > MAX_PARTS {
            let detail = format!("name 1 to {MAX_PARTS} templates and offers");
            return Err(Error::invalid("/templates", "out_of_range", detail));
        }
        let mut wrong = Vec::new();
        let mut parts = Vec::new();
        let filled = self.templates.iter().enumerate().map(|(i, filled)| {
            let made = instantiate(filled.template, &filled.parameters);
            made.map_err(|error| error.at(&format!("/templates/{i}/parameters")))
        });
        let offers = self
            .offers
            .iter()
            .enumerate()
            .map(|(i, offer)| Policy::parse(offer).map_err(|error| error.at(&format!("/offers/{i}"))));
        for part in filled.chain(offers) {
            match part {
                Ok(part) => parts.push(part),
                Err(error) => wrong.extend_from_slice(error.field_errors()),
            }
        }
        if !wrong.is_empty() {
            return Err(Error::fields(wrong));
        }
        compose(&parts).map_err(|error| self.place(error))
    }

    /// Names the part of the request that a part of the composition came from.
    fn place(&self, error: Error) -> Error {
        let fields = error.field_errors().iter().cloned().map(|mut field| {
            let (part, rest) =
                match field.pointer.strip_prefix('/').map(|it| it.split_once('/').unwrap_or((it, ""))) {
                    Some((part, rest)) => (part.parse::<usize>().ok(), format!("/{rest}")),
                    None => (None, String::new()),
                };
            let rest = rest.trim_end_matches('/');
            field.pointer = match part {
                Some(i) if i < self.templates.len() => format!("/templates/{i}{rest}"),
                Some(i) => format!("/offers/{}{rest}", i - self.templates.len()),
                None => String::new(),
            };
            field
        });
        Error::fields(fields.collect())
    }
}
