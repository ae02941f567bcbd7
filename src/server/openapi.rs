//! The contract: what utoipa collects from the routes, completed with what is true of every operation.

use std::sync::LazyLock;

use actix_cors::Cors;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderName, LINK, LOCATION, RETRY_AFTER};
use actix_web::{App, HttpRequest, HttpResponse, get};
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, OneOf, SchemaType};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, Object, ObjectBuilder, OpenApi,
    PathItem, Ref, RefOr, Required, Response, ResponseBuilder, Schema, Tag, Type,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt as _, scope};

use super::app;
use super::rules::add_rule;
use crate::datasets::versions::Which;
use crate::http::{FieldProblem, Problem, SESSION_COOKIE};
use crate::kernel::{NOT_BLANK, TEXT};

static CONTRACT: LazyLock<OpenApi> = LazyLock::new(build);
static CONTRACT_JSON: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string(&*CONTRACT).unwrap_or_default());

/// The OpenAPI 3.1 document of the service.
#[must_use]
pub fn contract() -> &'static OpenApi {
    &CONTRACT
}

fn build() -> OpenApi {
    let (_, mut document) =
        App::new().into_utoipa_app().service(scope("/api/v1").configure(app::routes)).split_for_parts();
    document.info = InfoBuilder::new()
        .title("Cadastre")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi.md")))
        .contact(Some(ContactBuilder::new().name(Some("The operator of this instance")).build()))
        .license(Some(LicenseBuilder::new().name("EUPL-1.2").identifier(Some("EUPL-1.2")).build()))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    components.schemas.insert("Problem".into(), Problem::schema());
    components.schemas.insert("FieldProblem".into(), FieldProblem::schema());
    // What only a path refers to is not collected.
    components.schemas.insert(Which::name().into(), Which::schema());
    for (name, schema) in &mut components.schemas {
        if let RefOr::T(Schema::OneOf(union)) = schema {
            close(union);
        }
        if let RefOr::T(Schema::Object(object)) = schema {
            describe_texts(object);
            add_rule(name, object);
            if let Some(item) = name.strip_prefix("Listing_") {
                name_items(object, item);
            }
        }
    }
    let optional = optional_bodies(components);
    document.tags = Some(TAGS.iter().map(|(name, about)| tag(name, about)).collect());
    for path in document.paths.paths.values_mut() {
        for (method, operation) in operations(path) {
            complete(&method, operation);
            let_body_out(operation, &optional);
        }
    }
    document
}

/// The kinds of a union refuse unknown members, as all structures do; derived schemas say so of structures alone.
fn close(union: &mut OneOf) {
    for kind in &mut union.items {
        if let RefOr::T(Schema::Object(object)) = kind
            && !object.properties.is_empty()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// The schemas that an empty object fits.
fn optional_bodies(components: &Components) -> Vec<String> {
    let is_optional = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.required.is_empty());
    components
        .schemas
        .iter()
        .filter(|(_, schema)| is_optional(schema))
        .map(|(name, _)| name.clone())
        .collect()
}

/// A JSON body may be left out where all its members may: it counts as `{}`.
fn let_body_out(operation: &mut Operation, optional: &[String]) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(json)) = body.content.get("application/json") else { return };
    if let Some(RefOr::Ref(schema)) = &json.schema
        && optional.iter().any(|name| *schema == Ref::from_schema_name(name))
    {
        body.required = Some(Required::False);
    }
}

const TAGS: &[(&str, &str)] = &[
    ("identity", "Who is calling: sessions, API tokens, accounts."),
    ("organisations", "The legal persons taking part, and who belongs to them."),
    ("spaces", "The common European data spaces: their members, role holders and extensions of the record."),
    (
        "sources",
        "Catalogues elsewhere that are harvested into a space: their runs, and what became of each record.",
    ),
    ("datasets", "Datasets, their records and the history of these."),
    ("policies", "Terms of use, revision by revision; templates of them, and several made into one."),
    ("versions", "Drafts, published and withdrawn versions, manifests, verified copies."),
    ("files", "Files of a version: bringing, listing and getting bytes."),
    ("access", "Requests for access, decisions, grants, and the account of deliveries."),
    (
        "journal",
        "What happened, entry by entry; the signed log over it, and receipts that prove an entry offline.",
    ),
    ("contract", "This document and its page."),
];

fn tag(name: &str, about: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(about)).build()
}

/// Free texts are those with a length and no form of their own; what they may hold is the same everywhere.
fn describe_texts(object: &mut Object) {
    for property in object.properties.values_mut() {
        let RefOr::T(Schema::Object(text)) = property else { continue };
        if text.max_length.is_some() && text.pattern.is_none() && text.format.is_none() {
            let pattern = if text.min_length.is_some() { NOT_BLANK } else { TEXT };
            text.pattern = Some(pattern.to_owned());
        }
    }
}

/// A list refers to the schema of its items instead of repeating it.
fn name_items(listing: &mut Object, item: &str) {
    if let Some(RefOr::T(Schema::Array(array))) = listing.properties.get_mut("items") {
        array.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
    }
}

fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let http = |scheme, about: &str| {
        SecurityScheme::Http(HttpBuilder::new().scheme(scheme).description(Some(about)).build())
    };
    [
        ("bearer", http(HttpAuthScheme::Bearer, "An API token, `cad_…`.")),
        (
            "basic",
            http(
                HttpAuthScheme::Basic,
                "Any user name, the API token as the password; for clients that know only Basic.",
            ),
        ),
        (
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                SESSION_COOKIE,
                "The cookie of a signed-in browser.",
            ))),
        ),
    ]
}

fn operations(path: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, head, .. } = path;
    [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Delete, delete),
        (HttpMethod::Patch, patch),
        (HttpMethod::Head, head),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
    .collect()
}

/// Adds what holds everywhere, so that handlers state only what is their own.
fn complete(method: &HttpMethod, operation: &mut Operation) {
    let public = operation.security.is_some();
    let mut security: Vec<SecurityRequirement> = ["bearer", "basic", "session"]
        .map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []))
        .into();
    if public {
        // Nobody need sign in, but a caller who does may see more.
        security.push(SecurityRequirement::default());
    }
    operation.security = Some(security);
    if *method == HttpMethod::Post && !public {
        let about =
            "Makes a repetition harmless: the same key with the same request gives the first answer again.";
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some(255))
                    .pattern(Some("^[!-~]+$")),
            ))
            .build();
        operation.parameters.get_or_insert_with(Vec::new).push(RefOr::T(key));
    }
    let writes = !matches!(method, HttpMethod::Get | HttpMethod::Head);
    let mut conditional = false;
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        parameter.schema = parameter.schema.take().map(without_null);
        if parameter.name == "If-Match" {
            conditional = true;
            let tags = ObjectBuilder::new().schema_type(Type::String).pattern(Some(ENTITY_TAGS));
            parameter.schema = Some(tags.into());
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && response.content.is_empty()
        {
            *response = problem(&response.description);
        }
    }
    for (status, when, about) in PROBLEMS {
        let applies = match when {
            When::Always => true,
            When::Writes => writes,
            When::Conditional => conditional,
        };
        if applies {
            operation
                .responses
                .responses
                .entry((*status).to_owned())
                .or_insert_with(|| RefOr::T(problem(about)));
        }
    }
}

/// `*`, or entity tags between commas (RFC 9110, 13.1.1).
const ENTITY_TAGS: &str = r#"^(\*|(W/)?"[!#-~\u0080-\u00ff]*"( *, *(W/)?"[!#-~\u0080-\u00ff]*")*)$"#;

/// A parameter that is left out is absent; there is no way to send null in a header or a query.
fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    let is_null = |item: &RefOr<Schema>| matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == Type::Null.into());
    match schema {
        RefOr::T(Schema::OneOf(mut choice)) => {
            choice.items.retain(|item| !is_null(item));
            match choice.items.pop() {
                Some(only) if choice.items.is_empty() => only,
                last => {
                    choice.items.extend(last);
                    RefOr::T(Schema::OneOf(choice))
                }
            }
        }
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let [only] =
                    types.iter().filter(|kind| **kind != Type::Null).collect::<Vec<_>>().as_slice()
            {
                object.schema_type = SchemaType::Type((*only).clone());
            }
            RefOr::T(Schema::Object(object))
        }
        other => other,
    }
}

enum When {
    Always,
    Writes,
    Conditional,
}

const PROBLEMS: &[(&str, When, &str)] = &[
    ("400", When::Always, "The request cannot be read"),
    ("401", When::Always, "Nobody is signed in, or the credential does not hold"),
    ("403", When::Always, "The caller may not do this"),
    ("404", When::Always, "There is no such thing, or the caller may not know of it"),
    ("408", When::Writes, "The body did not arrive in time"),
    ("409", When::Writes, "The state of things does not allow it"),
    ("412", When::Conditional, "Changed meanwhile: `If-Match` names another state"),
    ("413", When::Writes, "More bytes than allowed"),
    ("415", When::Writes, "A media type that is not understood here"),
    ("422", When::Always, "A field is wrong; `errors` names it"),
    ("428", When::Conditional, "`If-Match` is missing"),
    ("429", When::Always, "Too many requests; see `Retry-After`"),
    ("431", When::Always, "More header fields than allowed"),
    ("503", When::Always, "Cannot be done now and was not done; see `Retry-After`"),
];

fn problem(about: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    ResponseBuilder::new().description(about).content("application/problem+json", content).build()
}

/// CORS for the configured origins; closed when there are none.
pub(super) fn cors(origins: &[String]) -> Option<Cors> {
    if origins.is_empty() {
        return None;
    }
    let exposed = [
        HeaderName::from_static("etag"),
        LINK,
        LOCATION,
        RETRY_AFTER,
        HeaderName::from_static("x-request-id"),
    ];
    let cors = Cors::default().allow_any_method().allow_any_header().expose_headers(exposed).max_age(3600);
    Some(origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)))
}

/// Registers the contract and its page.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_contract).service(get_docs).service(get_docs_file);
}

/// Shows this contract
///
/// The OpenAPI 3.1 document of the service.
#[utoipa::path(tag = "contract", operation_id = "get_contract", security(()),
    responses((status = 200, description = "The contract", body = Object, content_type = "application/json", example = json!({"openapi": "3.1.0"}))))]
#[get("/openapi.json")]
async fn get_contract() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(CONTRACT_JSON.as_str())
}

/// Shows the contract as a page
///
/// For people to read and try; needs nothing from other hosts.
#[utoipa::path(tag = "contract", operation_id = "get_docs", security(()),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/docs")]
async fn get_docs(req: HttpRequest) -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, format!("{}/index.html", req.path()))).finish()
}

/// Serves a file of the contract's page
///
/// The parts of Swagger UI, from the binary itself.
#[utoipa::path(tag = "contract", operation_id = "get_docs_file", security(()), params(("file" = String, Path, description = "The file")),
    responses((status = 200, description = "The file", body = String, content_type = "*/*")))]
#[get("/docs/{file}")]
async fn get_docs_file(file: actix_web::web::Path<String>) -> crate::kernel::Result<HttpResponse> {
    static CONFIG: LazyLock<std::sync::Arc<utoipa_swagger_ui::Config<'static>>> =
        LazyLock::new(|| std::sync::Arc::new(utoipa_swagger_ui::Config::from("../openapi.json")));
    let found = utoipa_swagger_ui::serve(&file, CONFIG.clone())
        .map_err(|error| crate::kernel::Error::internal("contract page", error.to_string()))?
        .ok_or_else(|| crate::kernel::Error::not_found("file"))?;
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
    Ok(HttpResponse::Ok()
        .content_type(found.content_type)
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(found.bytes.into_owned()))
}
