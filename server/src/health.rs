//! Is the process alive, and can it serve?

use crate::sentence;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use std::time::Duration;
use store::DatabaseConnection;

/// A database that does not answer in this time is taken for gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process is alive.
pub async fn alive() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// The database answers; 503 otherwise.
pub async fn ready(State(db): State<DatabaseConnection>) -> Response {
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Ok(Ok(())) => ([(header::CACHE_CONTROL, "no-store")], "ready\n").into_response(),
        answer => {
            if let Ok(Err(error)) = answer {
                tracing::warn!(%error, "the database does not answer");
            }
            sentence::NOT_READY.into_response()
        }
    }
}
