//! Headers that go with every answer.

use crate::login_cookie;
use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; frame-ancestors 'none'";

/// A page sets its own content security policy, with the nonce of its scripts; this one is for all other answers.
///
/// Strict-Transport-Security goes with every answer: browsers ignore it on plain HTTP, where it does no harm, and
/// behind a proxy that speaks TLS it need not be thought of. It does not speak for subdomains, which may be others'.
const ALWAYS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Adds the headers that an answer does not have yet. What the browser has already keeps the policy that came with it.
pub async fn always(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    complete(response.headers_mut(), status);
    response
}

/// The same for the headers of an answer with this status.
pub fn complete(headers: &mut HeaderMap, status: StatusCode) {
    for (name, value) in ALWAYS {
        if status == StatusCode::NOT_MODIFIED && name == header::CONTENT_SECURITY_POLICY {
            continue;
        }
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Says how long a page may be kept: not at all if it was made for somebody who is signed in or answers a request,
/// else until it is asked for again. Language and look come by cookie, so a cache between must tell them apart.
pub async fn page_caching(request: Request, next: Next) -> Response {
    let answers = request.uri().path().starts_with("/api/");
    let signed_in = login_cookie::is_sent(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let personal = answers || signed_in || login_cookie::is_set(headers);
    headers.append(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    say_caching(headers, if personal { "no-store" } else { "no-cache" });
    response
}

/// Built files whose address changes with their content are kept for ever.
pub async fn cached_for_ever(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let caching = if found { "public, max-age=31536000, immutable" } else { "no-store" };
    say_caching(response.headers_mut(), caching);
    response
}

/// Other files are asked for again every time; they have an ETag. The icons' address changes with them.
pub async fn revalidated(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|asked| asked == app::parts::ICONS) {
        return cached_for_ever(request, next).await;
    }
    let mut response = next.run(request).await;
    say_caching(response.headers_mut(), "no-cache");
    response
}

fn say_caching(headers: &mut HeaderMap, caching: &'static str) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
}
