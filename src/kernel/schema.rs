//! How the house's words stand in the API contract (OpenAPI 3.1).

use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::{
    DatasetId, DeliveryId, Digest, GrantId, LangText, LanguageTag, NOT_BLANK, OrganisationId, PersonId,
    ReplicaId, RequestId, RunId, Slug, SourceId, Timestamp, TokenId, VersionId,
};

/// States how a type that is written as one text stands in the contract.
macro_rules! text_schema {
    ($($type:ty, $name:literal, $pattern:expr, $max:expr, $example:literal, $description:literal;)+) => {$(
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some($pattern))
                    .max_length(Some($max))
                    .description(Some($description))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }

        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($name)
            }
        }
    )+};
}

pub(crate) use text_schema;

text_schema! {
    PersonId, "PersonId", "^pe_[0-9a-f]{32}$", 35, "pe_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A person.";
    OrganisationId, "OrganisationId", "^og_[0-9a-f]{32}$", 35, "og_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "An organisation.";
    TokenId, "TokenId", "^tk_[0-9a-f]{32}$", 35, "tk_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "An API token; not its secret.";
    DatasetId, "DatasetId", "^ds_[0-9a-f]{32}$", 35, "ds_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A dataset.";
    VersionId, "VersionId", "^vr_[0-9a-f]{32}$", 35, "vr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A version of a dataset.";
    RequestId, "RequestId", "^rq_[0-9a-f]{32}$", 35, "rq_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A request for access.";
    ReplicaId, "ReplicaId", "^rp_[0-9a-f]{32}$", 35, "rp_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A verified copy of a version.";
    SourceId, "SourceId", "^so_[0-9a-f]{32}$", 35, "so_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A source that is harvested.";
    RunId, "RunId", "^ru_[0-9a-f]{32}$", 35, "ru_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A harvest of a source.";
    DeliveryId, "DeliveryId", "^dl_[0-9a-f]{32}$", 35, "dl_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A delivery of bytes.";
    GrantId, "GrantId", "^gr_[0-9a-f]{32}$", 35, "gr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A grant.";
    Digest, "Digest", "^[0-9a-f]{64}$", 64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "A SHA-256 digest.";
    LanguageTag, "LanguageTag", "^([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-[xX](-[A-Za-z0-9]{1,8})+)?$|^[xX](-[A-Za-z0-9]{1,8})+$", 35, "en", "A language (BCP 47).";
}

impl PartialSchema for Slug {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(Self::PATTERN))
            .min_length(Some(2))
            .max_length(Some(Self::MAX_LENGTH))
            .description(Some("A name in a URL."))
            .examples([json!("weather-2024")])
            .into()
    }
}

impl ToSchema for Slug {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            // Not before the year 1971, where any offset stays behind the beginning of 1970.
            .pattern(Some("^(197[1-9]|19[89][0-9]|[2-9][0-9]{3})-"))
            .description(Some("An instant, RFC 3339 in UTC with milliseconds."))
            .examples([json!("2026-11-22T12:00:00.000Z")])
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for LangText {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .property_names(Some(LanguageTag::schema()))
            .additional_properties(Some(AdditionalProperties::RefOr(
                ObjectBuilder::new().schema_type(Type::String).pattern(Some(NOT_BLANK)).into(),
            )))
            .max_properties(Some(LangText::MAX_LANGUAGES))
            .description(Some("A text in one or more languages, keyed by BCP 47 tag."))
            .examples([json!({"en": "Weather observations", "fr": "Observations météorologiques"})])
            .into()
    }
}

impl ToSchema for LangText {}
