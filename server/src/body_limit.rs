//! Bodies arrive whole, small and soon, or the request is refused before anything acts on it.

use crate::sentence;
use app::desk::import::PreviewRoster;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header};
use leptos::server_fn::ServerFn;
use std::{error::Error, time::Duration};

/// More than any form here sends.
pub const LARGEST: usize = 256 * 1024;

/// What a form with a file may send. The form itself allows less, and says so on its page.
pub const LARGEST_WITH_FILE: usize = 2 * 1024 * 1024;

/// The one request that takes a file.
pub const TAKES_FILE: &str = PreviewRoster::PATH;

/// How long a body may take to arrive.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Reads the body of a request that may write, then passes it on.
pub async fn take_whole_body(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let largest = if parts.uri.path() == TAKES_FILE { LARGEST_WITH_FILE } else { LARGEST };
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > largest as u64) {
        return refuse(sentence::TOO_LARGE);
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, largest)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if is_too_large(&error) => refuse(sentence::TOO_LARGE),
        Ok(Err(_)) => refuse(sentence::BROKEN),
        Err(_) => refuse(sentence::TOO_SLOW),
    }
}

/// The rest of the body is not waited for.
fn refuse(sentence: sentence::Sentence) -> Response {
    let mut response = sentence.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// axum hides the limit's own error type, so its words are looked for.
fn is_too_large(error: &axum::Error) -> bool {
    error.source().is_some_and(|source| source.to_string().contains("length limit exceeded"))
}
