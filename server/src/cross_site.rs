//! Requests that write must come from our own pages. A browser says so by Sec-Fetch-Site or Origin, which no page can
//! forge; a request that says neither, or hides its origin, is refused as well.

use crate::sentence;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

type Refuse = fn(ProtectionError) -> Response;

/// Compares where a request comes from with where it goes. Browsers that reach the server by `public_url`, while a
/// proxy writes another Host, are at home as well.
pub fn same_site(public_url: Option<&str>) -> Result<CsrfLayer<Refuse>, ConfigError> {
    let layer = CsrfLayer::new().with_rejection_response(refuse as Refuse);
    match public_url {
        Some(url) => layer.add_trusted_origin(url),
        None => Ok(layer),
    }
}

fn refuse(_: ProtectionError) -> Response {
    sentence::CROSS_SITE.into_response()
}

/// Refuses a request that writes and does not say where it comes from.
pub async fn demand_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || says_origin(request.headers()) { next.run(request).await } else { sentence::CROSS_SITE.into_response() }
}

fn says_origin(headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN) {
        Some(origin) => !origin.is_empty() && origin != "null",
        None => headers.get("sec-fetch-site").is_some_and(|site| !site.is_empty()),
    }
}
