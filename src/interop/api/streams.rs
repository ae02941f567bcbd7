//! Documents that are written file by file while they are sent, a page of files at a time.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, ContentEncoding};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::super::by_file::{ByFile, Next};
use super::super::format::Format;
use super::documents::Shown;
use crate::datasets::files::list_files;
use crate::datasets::versions::{VersionName, Which};
use crate::db::Db;
use crate::http::HeadRequest;
use crate::kernel::{Ctx, Cursor, Error, PageRequest, Result};

/// Where the writing stands.
enum Stage {
    Begin,
    /// The files after this one.
    Files(Option<Cursor>),
    End,
}

/// A document that is being written.
struct Writing {
    db: web::Data<Db>,
    ctx: Ctx,
    name: VersionName,
    document: Box<dyn ByFile>,
    stage: Stage,
    /// Whether a file has got a place in it.
    has_files: bool,
}

impl Writing {
    /// Writes the next piece, which may be empty; false once there is none.
    async fn piece(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        self.stage = match std::mem::replace(&mut self.stage, Stage::End) {
            Stage::Begin => {
                self.document.begin(out)?;
                Stage::Files(None)
            }
            Stage::Files(after) => {
                let page = PageRequest { limit: PageRequest::MAX_LIMIT, after };
                let page = list_files(&self.db, &self.ctx, self.name.clone(), page).await?;
                let before = out.len();
                for file in &page.items {
                    self.document.file(file, out)?;
                }
                self.has_files |= out.len() > before;
                match page.next {
                    Some(next) => Stage::Files(Some(next)),
                    None => {
                        if !self.has_files {
                            self.document.without_files()?;
                        }
                        match self.document.turn(out)? {
                            Next::Again => Stage::Files(None),
                            Next::Done => Stage::End,
                        }
                    }
                }
            }
            Stage::End => return Ok(false),
        };
        Ok(true)
    }

    /// Writes up to the first file that has a place in the document: only then it is certain that there is such a document.
    async fn lead(&mut self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        while !self.has_files && self.piece(&mut out).await? {}
        Ok(out)
    }

    async fn rest(mut self) -> Result<Option<(Bytes, Self)>> {
        let mut out = Vec::new();
        // An empty piece would end the body.
        while out.is_empty() {
            if !self.piece(&mut out).await? {
                return Ok(None);
            }
        }
        Ok(Some((out.into(), self)))
    }
}

/// Answers with the document.
///
/// # Errors
/// 404 when there is no version; 409 when no file has a place in the document and it is none without.
pub(super) async fn respond(
    req: &HttpRequest,
    ctx: &Ctx,
    db: web::Data<Db>,
    shown: &Shown,
    document: Box<dyn ByFile>,
) -> Result<HttpResponse> {
    let entry = &shown.entry;
    let dataset = &entry.described.dataset;
    let version = entry.described.version.as_ref().ok_or_else(|| Error::not_found("version"))?;
    let mut response = HttpResponse::Ok();
    if shown.is_known(req, &mut response) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    response.content_type(shown.format.content_type());
    if shown.format == Format::Bag {
        // What is packed already is not packed again.
        response.insert_header((CONTENT_ENCODING, ContentEncoding::Identity));
    }
    let name = VersionName {
        organisation: dataset.organisation.clone(),
        name: dataset.name.clone(),
        which: Which::Number(version.version.clone()),
    };
    let mut writing = Writing { db, ctx: ctx.clone(), name, document, stage: Stage::Begin, has_files: false };
    let lead = writing.lead().await?;
    if req.extensions().contains::<HeadRequest>() {
        // The length is not known, and must not be given as 0 (RFC 9110, 8.6).
        return Ok(response.streaming(stream::empty::<Result<Bytes>>()));
    }
    let lead = stream::iter((!lead.is_empty()).then(|| Ok(Bytes::from(lead))));
    Ok(response.streaming(lead.chain(stream::try_unfold(writing, Writing::rest))))
}
