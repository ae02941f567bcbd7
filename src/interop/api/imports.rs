//! Registering a dataset by what others wrote of it.

use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::croissant;
use super::super::import::{Hint, ImportFormat, Imported, MOST_BYTES, Reading, Unreadable, read};
use crate::datasets::{Dataset, NewDataset, Visibility, register_dataset};
use crate::db::Db;
use crate::http::{Query, read_body};
use crate::kernel::{Ctx, Error, Result, Scope, Slug};

/// The most datasets of a document that one answer shows.
const MOST_SHOWN: usize = 200;

/// What to make of the document.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// The format; told by the media type and the content of the document when not given.
    format: Option<ImportFormat>,
    /// The organisation that will provide the dataset; needed unless it is a dry run.
    organisation: Option<Slug>,
    /// The data space to list it in; needed unless it is a dry run.
    space: Option<Slug>,
    /// The name within the organisation; made of the title when not given.
    name: Option<Slug>,
    /// Which dataset of the document: what its origin knows it by. Needed where there are several.
    #[param(min_length = 1, max_length = 2048)]
    identifier: Option<String>,
    /// Only tell what would come of it.
    dry_run: Option<bool>,
    /// The address that the document was got from, against which relative ones in it are resolved. It is not fetched.
    #[param(max_length = 2048)]
    base: Option<String>,
}

/// What came of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportAnswer {
    /// The format that it was read as.
    format: ImportFormat,
    /// The dataset that was registered; absent of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<Dataset>,
    /// The datasets that were read: the one that was registered; of a dry run all, at most 200.
    items: Vec<Imported>,
    /// The datasets of which no record could be made, at most 200.
    unreadable: Vec<Unreadable>,
    /// How many datasets are left out of this answer.
    left_out: usize,
    /// Where the next page of the catalogue is, after the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How many datasets the whole catalogue has, after the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// What was wrong with the document as a whole, and what was lost by it; of Croissant also where it is not as the
    /// specification wants it, each with a JSON pointer, up to a hundred.
    faults: Vec<String>,
}

/// Registers a dataset by what others wrote of it
///
/// The body is the document as it is: DCAT-AP (Turtle, RDF/XML, JSON-LD, N-Triples), Croissant, schema.org, a Data Package,
/// a dataset card of the Hugging Face Hub, or an answer of CKAN; at most 16 MiB. The answer tells property by property what was
/// taken over, what was dropped and why, and what publication still needs. What the document points to is not fetched: files
/// come later, into a draft version.
#[utoipa::path(tag = "datasets", operation_id = "create_import", params(ImportQuery),
    request_body(description = "The document", content(
        (String = "text/turtle"), (String = "application/rdf+xml"), (String = "application/ld+json"),
        (String = "application/n-triples"), (String = "application/vnd.datapackage+json"), (String = "text/markdown"),
        (String = "application/octet-stream", example = json!("{\"name\": \"tides\", \"title\": \"Tides\", \"resources\": []}")))),
    responses((status = 200, description = "What would come of it: a dry run", body = ImportAnswer),
              (status = 201, description = "The dataset, and what became of each statement", body = ImportAnswer)))]
#[post("/imports")]
pub(super) async fn create_import(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    query: Query<ImportQuery>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    ctx.require(Scope::Publish)?;
    let query = query.into_inner();
    let dry = query.dry_run.unwrap_or(false);
    let place = if dry { None } else { Some(query.place()?) };
    let body = read_body(payload.into_inner(), MOST_BYTES).await?;
    let media_type = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (format, base) = (query.format, query.base.clone());
    let reading = web::block(move || {
        let hint = Hint { format, media_type: media_type.as_deref(), file_name: None, base: base.as_deref() };
        let mut reading = read(&body, &hint)?;
        if reading.format == ImportFormat::Croissant {
            reading.faults.extend(faults_of_croissant(&body));
        }
        Ok::<_, Error>(reading)
    })
    .await
    .map_err(|error| Error::internal("reading a document", error))??;
    let Some((organisation, space)) = place else {
        return Ok(HttpResponse::Ok().json(ImportAnswer::of(reading, query.identifier.as_deref())));
    };
    let (imported, rest) = pick(reading, query.identifier.as_deref())?;
    let name = query.name.or_else(|| imported.suggested_name.clone()).ok_or_else(|| {
        Error::invalid("name", "required", "no name can be made of the title; give the dataset a name")
    })?;
    let new = NewDataset {
        organisation,
        name,
        space,
        visibility: Visibility::Public,
        audience: Vec::new(),
        announced: false,
        record: imported.record.clone(),
        extension: None,
    };
    let dataset = register_dataset(&db, &ctx, new).await?;
    let path = format!("/api/v1/datasets/{}", dataset.full_name());
    let mut answer = ImportAnswer::of(rest, None);
    let tag = dataset.etag();
    answer.items = vec![imported];
    answer.dataset = Some(dataset);
    Ok(HttpResponse::Created().insert_header((LOCATION, path)).insert_header((ETAG, tag)).json(answer))
}

/// Where a document is not as Croissant wants it, so that its author learns of it; what could be read of it was read all the same.
fn faults_of_croissant(body: &[u8]) -> Vec<String> {
    let document = serde_json::from_slice(body).unwrap_or_default();
    croissant::check(&document).into_iter().map(|one| format!("{}: {}", one.pointer, one.detail)).collect()
}

impl ImportQuery {
    /// Whose the dataset will be, and where it is listed.
    fn place(&self) -> Result<(Slug, Slug)> {
        let needed = |value: &Option<Slug>, name: &str, what: &str| {
            value
                .clone()
                .ok_or_else(|| Error::invalid(name, "required", format!("{what}, or make it a dry run")))
        };
        Ok((
            needed(&self.organisation, "organisation", "name the organisation that provides the dataset")?,
            needed(&self.space, "space", "name the data space to list it in")?,
        ))
    }
}

/// The dataset that is meant, and the reading without any.
fn pick(mut reading: Reading, identifier: Option<&str>) -> Result<(Imported, Reading)> {
    let all = std::mem::take(&mut reading.records);
    let count = all.len();
    let mut meant =
        all.into_iter().filter(|one| identifier.is_none_or(|wanted| known_as(one) == Some(wanted)));
    match (meant.next(), meant.next()) {
        (Some(_), Some(_)) => {
            let detail = format!(
                "the document has {count} datasets; say which by its identifier, or make it a dry run"
            );
            Err(Error::invalid("identifier", "several_datasets", detail))
        }
        (Some(Ok(one)), None) => Ok((one, reading)),
        (Some(Err(unreadable)), None) => Err(Error::invalid("", "unreadable", unreadable.reason)),
        (None, _) => {
            Err(Error::invalid("identifier", "no_dataset", "no dataset of the document is known by it"))
        }
    }
}

fn known_as(one: &Result<Imported, Unreadable>) -> Option<&str> {
    match one {
        Ok(imported) => imported.identifier.as_deref(),
        Err(unreadable) => unreadable.identifier.as_deref(),
    }
}

impl ImportAnswer {
    fn of(reading: Reading, identifier: Option<&str>) -> Self {
        let (mut items, mut unreadable, mut left_out) = (Vec::new(), Vec::new(), 0);
        for one in reading
            .records
            .into_iter()
            .filter(|one| identifier.is_none_or(|wanted| known_as(one) == Some(wanted)))
        {
            match one {
                Ok(imported) if items.len() < MOST_SHOWN => items.push(imported),
                Err(one) if unreadable.len() < MOST_SHOWN => unreadable.push(one),
                Ok(_) | Err(_) => left_out += 1,
            }
        }
        Self {
            format: reading.format,
            dataset: None,
            items,
            unreadable,
            left_out,
            next: reading.next,
            total: reading.total,
            faults: reading.faults,
        }
    }
}
