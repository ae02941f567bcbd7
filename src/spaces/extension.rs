//! A space extends the record: its steward publishes a JSON Schema, and the extension part of every record of the
//! space must fit the newest version when a version of the dataset is published.

use jsonschema::PatternOptions;
use serde_json::Value;

use super::model::ExtensionSchema;
use super::service::{find_space, require_steward};
use super::store;
use crate::db::{Conn, Db};
use crate::journal::{Event, append};
use crate::kernel::{Checks, Ctx, Digest, Error, Result, Slug, canonical_json};

/// The largest schema, in bytes of its JSON text.
const MAX_SCHEMA: usize = 64 * 1024;

/// Publishes the next version of a space's extension schema.
///
/// # Errors
/// 403 unless a steward or an administrator asks; 404; 422 when it is no JSON Schema or refers elsewhere.
pub async fn publish_extension(db: &Db, ctx: &Ctx, slug: Slug, schema: Value) -> Result<ExtensionSchema> {
    require_steward(ctx, &slug)?;
    compile(&schema)?;
    let digest = Digest::of(canonical_json(&schema)?);
    let at = ctx.clone();
    db.write("publish_extension", move |tx| {
        tx.once(&at, |tx| {
            let mut space = find_space(tx, &slug)?;
            space.extension_version += 1;
            space.revision += 1;
            let extension = ExtensionSchema { version: space.extension_version, schema, created_at: at.now };
            store::insert_extension(tx, &slug, &extension)?;
            store::update(tx, &space)?;
            let event = Event::new("space.extension_published", &slug).in_space(&slug);
            append(tx, &at, event.fact("version", extension.version).fact("digest", digest.to_string()))?;
            Ok(extension)
        })
    })
    .await
}

/// One version of a space's extension schema; the newest when none is named.
///
/// # Errors
/// 404 when the space has none.
pub async fn show_extension(db: &Db, slug: Slug, version: Option<i64>) -> Result<ExtensionSchema> {
    db.read(move |conn| {
        let newest = find_space(conn, &slug)?.extension_version;
        store::extension(conn, &slug, version.unwrap_or(newest))?
            .ok_or_else(|| Error::not_found("extension schema"))
    })
    .await
}

/// The newest version of a space's extension schema, if it has one.
///
/// # Errors
/// 404 when there is no such space.
pub fn newest_extension(conn: &mut Conn, space: &Slug) -> Result<Option<ExtensionSchema>> {
    let newest = find_space(conn, space)?.extension_version;
    store::extension(conn, space, newest)
}

/// Checks the extension part of a record against the schema of its space. A space without a schema takes no
/// extension.
///
/// # Errors
/// 422 with the pointers of what does not fit, below `/extension`.
pub fn check_extension(schema: Option<&ExtensionSchema>, extension: Option<&Value>) -> Result<()> {
    let Some(schema) = schema else {
        return match extension {
            None => Ok(()),
            Some(_) => Err(Error::invalid(
                "/extension",
                "no_schema",
                "this space has published no schema for extensions; leave it out",
            )),
        };
    };
    let empty = Value::Object(serde_json::Map::new());
    let validator = compile(&schema.schema)?;
    let mut checks = Checks::new();
    for error in validator.iter_errors(extension.unwrap_or(&empty)).take(20) {
        checks.fail(&format!("/extension{}", error.instance_path()), "schema", error.to_string());
    }
    checks.finish()
}

/// Patterns run on an engine without backtracking, and references never leave the document: a schema is input.
fn compile(schema: &Value) -> Result<jsonschema::Validator> {
    if schema.to_string().len() > MAX_SCHEMA {
        return Err(Error::invalid(
            "/schema",
            "too_long",
            format!("a schema may have {MAX_SCHEMA} bytes at most"),
        ));
    }
    jsonschema::options().with_pattern_options(PatternOptions::regex()).build(schema).map_err(|error| {
        Error::invalid("/schema", "json_schema", format!("not a usable JSON Schema: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_must_be_one_and_must_not_refer_elsewhere() {
        assert!(compile(&json!({"type": "object", "required": ["station"]})).is_ok());
        assert!(compile(&json!({"type": "no-such-type"})).is_err());
        assert!(compile(&json!({"$ref": "https://example.org/schema.json"})).is_err());
        assert!(compile(&json!({"pattern": "(?=lookahead)"})).is_err());
        assert!(compile(&json!({"description": "x".repeat(MAX_SCHEMA)})).is_err());
    }
}
