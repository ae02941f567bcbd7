//! Documents that are written file by file while they are sent, a page of files at a time.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, ContentEncoding, VARY};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;

use super::super::by_file::{ByFile, Next};
use super::super::format::Format;
use super::documents::Shown;
use crate::datasets::files::list_files;
use crate::datasets::versions::{VersionName, Which};
use crate::db::Db;
use crate::http::{HeadRequest, is_not_modified_since};
use crate::kernel::{Ctx, Cursor, Digest, Error, PageRequest, Result};

/// Where the writing stands.
enum Stage {
    Begin,
    /// The files after this one.
    Files(Option<Cursor>),
    End,
}

/// Answers with the document. Its tag is a weak one, made of everything that the document is made of: it is not written only
/// to be counted.
///
/// # Errors
/// 404 when there is no version.
pub(super) fn respond(
    req: &HttpRequest,
    ctx: &Ctx,
    db: web::Data<Db>,
    shown: &Shown,
    document: Box<dyn ByFile>,
) -> Result<HttpResponse> {
    let entry = &shown.entry;
    let (dataset, organisation) = (&entry.described.dataset, &entry.organisation);
    let version = entry.described.version.as_ref().ok_or_else(|| Error::not_found("version"))?;
    let made_of = [
        shown.at.base(),
        shown.format.file_name(),
        env!("CARGO_PKG_VERSION"),
        &dataset.etag(),
        &version.id.to_string(),
        &version.revision.to_string(),
        &organisation.revision.to_string(),
        &shown.changed_at().to_string(),
    ];
    let tag = format!("\"{}\"", Digest::of(made_of.join(" ")).revision());
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, "Accept, Authorization, Cookie"));
    shown.describe(&mut response, &format!("W/{tag}"));
    if is_not_modified_since(req.headers(), &tag, shown.changed_at()) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    response.content_type(shown.format.content_type());
    if shown.format == Format::Bag {
        // What is packed already is not packed again.
        response.insert_header((CONTENT_ENCODING, ContentEncoding::Identity));
    }
    if req.extensions().contains::<HeadRequest>() {
        return Ok(response.finish());
    }
    let name = VersionName {
        organisation: dataset.organisation.clone(),
        name: dataset.name.clone(),
        which: Which::Number(version.version.clone()),
    };
    let (ctx, begin) = (ctx.clone(), (document, Stage::Begin));
    let body = stream::try_unfold(begin, move |(mut document, mut stage)| {
        let (db, ctx, name) = (db.clone(), ctx.clone(), name.clone());
        async move {
            let mut out = Vec::new();
            // An empty piece would end the body.
            while out.is_empty() {
                stage = match stage {
                    Stage::Begin => {
                        document.begin(&mut out)?;
                        Stage::Files(None)
                    }
                    Stage::Files(after) => {
                        let page = PageRequest { limit: PageRequest::MAX_LIMIT, after };
                        let page = list_files(&db, &ctx, name.clone(), page).await?;
                        for file in &page.items {
                            document.file(file, &mut out)?;
                        }
                        match page.next {
                            Some(next) => Stage::Files(Some(next)),
                            None if document.turn(&mut out)? == Next::Again => Stage::Files(None),
                            None => Stage::End,
                        }
                    }
                    Stage::End => return Ok(None),
                };
            }
            Ok::<_, Error>(Some((Bytes::from(out), (document, stage))))
        }
    });
    Ok(response.streaming(body))
}
