//! One line a request: method, path, status, time. Never the query, a header or a body, which may name people.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{Method, StatusCode};
use std::time::Instant;

/// Logs the request when it is answered.
pub async fn log_request(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let asked = Instant::now();
    let response = next.run(request).await;
    log(&method, &path, response.status(), asked);
    response
}

/// Logs a request that is answered now.
pub fn log(method: &Method, path: &str, status: StatusCode, asked: Instant) {
    let ms = asked.elapsed().as_secs_f64() * 1000.0;
    let ms = (ms * 10.0).round() / 10.0;
    if status.is_server_error() {
        tracing::warn!(%method, path, status = status.as_u16(), ms, "answered");
    } else {
        tracing::info!(%method, path, status = status.as_u16(), ms, "answered");
    }
}
