//! How the house's words stand in the API contract (OpenAPI 3.1).

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::{
    DatasetId, Digest, GrantId, LangText, LanguageTag, OrganisationId, PersonId, RequestId, Slug, Timestamp,
    TokenId, VersionId,
};

macro_rules! text_schema {
    ($($type:ty, $name:literal, $pattern:expr, $example:literal, $description:literal;)+) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some($pattern))
                    .description(Some($description))
                    .examples([json!($example)])
                    .into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )+};
}

text_schema! {
    PersonId, "PersonId", "^pe_[0-9a-f]{32}$", "pe_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A person.";
    OrganisationId, "OrganisationId", "^og_[0-9a-f]{32}$", "og_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "An organisation.";
    TokenId, "TokenId", "^tk_[0-9a-f]{32}$", "tk_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "An API token; not its secret.";
    DatasetId, "DatasetId", "^ds_[0-9a-f]{32}$", "ds_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A dataset.";
    VersionId, "VersionId", "^vr_[0-9a-f]{32}$", "vr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A version of a dataset.";
    RequestId, "RequestId", "^rq_[0-9a-f]{32}$", "rq_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A request for access.";
    GrantId, "GrantId", "^gr_[0-9a-f]{32}$", "gr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "A grant.";
    Digest, "Digest", "^[0-9a-f]{64}$", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "A SHA-256 digest.";
    LanguageTag, "LanguageTag", "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "en", "A language (BCP 47).";
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
                ObjectBuilder::new().schema_type(Type::String).into(),
            )))
            .description(Some("A text in one or more languages, keyed by BCP 47 tag."))
            .examples([json!({"en": "Weather observations", "fr": "Observations météorologiques"})])
            .into()
    }
}

impl ToSchema for LangText {}
