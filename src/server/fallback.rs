//! Requests that no route takes: 405 with `Allow` where the path is known with another method, else 404.

use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;

use super::openapi::contract;
use crate::kernel::{Error, Kind, Result};

/// Every path of the contract with its methods.
static KNOWN: LazyLock<Vec<(ResourceDef, String)>> = LazyLock::new(|| {
    contract()
        .paths
        .paths
        .iter()
        .map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let allowed: Vec<&str> =
                methods.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
            // These span segments: the path of a file, the place of a tile, the name of a log.
            let pattern = ["path", "index", "subject"].iter().fold(path.clone(), |pattern, name| {
                pattern.replace(&format!("/{{{name}}}"), &format!("/{{{name}:.+}}"))
            });
            (ResourceDef::new(pattern), allowed.join(", "))
        })
        .collect()
});

pub(super) async fn no_route(req: HttpRequest) -> Result<String> {
    match KNOWN.iter().find(|(pattern, _)| pattern.is_match(req.path())) {
        Some((_, methods)) => {
            Err(Error::new(Kind::MethodNotAllowed, "method_not_allowed", format!("offered here: {methods}"))
                .next(methods.clone()))
        }
        None => Err(Error::not_found("route")),
    }
}
