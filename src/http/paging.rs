//! Lists over HTTP: `limit` and `after` in, `items` and `next_after` out, with the `Link` header of RFC 8288.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::{Page, PageRequest, Result};

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next_after` of the page before.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    pub after: Option<String>,
}

impl PageQuery {
    /// The checked request.
    ///
    /// # Errors
    /// When the limit is out of bounds or the cursor cannot be read.
    pub fn checked(&self) -> Result<PageRequest> {
        PageRequest::new(self.limit, self.after.as_deref())
    }
}

/// A page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Listing<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Send it as `after` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}

/// The answer with a page, and the link to the next one.
#[must_use]
pub fn listing<T: Serialize>(req: &HttpRequest, page: Page<T>) -> HttpResponse {
    let next_after = page.next.map(|cursor| cursor.encode());
    let mut response = HttpResponse::Ok();
    if let Some(after) = &next_after {
        let others =
            req.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
        let query: Vec<String> = others.map(str::to_owned).chain([format!("after={after}")]).collect();
        response.insert_header((LINK, format!("<{}?{}>; rel=\"next\"", req.path(), query.join("&"))));
    }
    response.json(Listing { items: page.items, next_after })
}
