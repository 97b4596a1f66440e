//! Calendar feeds, `/feeds/communities/SLUG.ics` and `/feeds/activities/ID.ics`, and published draws,
//! `/feeds/draws/TERM.json`.

use crate::{
    etag::{etag, is_known},
    ics, sentence,
};
use app::ssr::{Clock, PublicAddress};
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::fmt::Display;
use store::{
    DatabaseConnection,
    calendar::{self, Feed},
};
use uuid::Uuid;

/// Where feeds come from.
#[derive(Clone)]
pub struct Feeds {
    /// The database.
    pub db: DatabaseConnection,
    /// Tells the time.
    pub clock: Clock,
    /// How their links begin.
    pub address: PublicAddress,
}

/// The routes.
pub fn router(feeds: Feeds) -> Router {
    Router::new()
        .route("/feeds/communities/{file}", get(of_community))
        .route("/feeds/activities/{file}", get(of_activity))
        .route("/feeds/draws/{file}", get(of_draw))
        .with_state(feeds)
}

async fn of_community(State(feeds): State<Feeds>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    match file.strip_suffix(".ics") {
        Some(slug) => answer(&feeds, &headers, calendar::feed_of_community(&feeds.db, slug, (feeds.clock)()).await),
        None => sentence::NO_SUCH_FEED.into_response(),
    }
}

async fn of_activity(State(feeds): State<Feeds>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    match file.strip_suffix(".ics").and_then(|id| id.parse::<Uuid>().ok()) {
        Some(id) => answer(&feeds, &headers, calendar::feed_of_activity(&feeds.db, id, (feeds.clock)()).await),
        None => sentence::NO_SUCH_FEED.into_response(),
    }
}

async fn of_draw(State(feeds): State<Feeds>, Path(file): Path<String>) -> Response {
    let Some(term) = file.strip_suffix(".json").and_then(|id| id.parse().ok()) else {
        return sentence::NO_SUCH_FEED.into_response();
    };
    match store::bookings::published_draw(&feeds.db, term).await {
        Ok(Some(published)) => axum::Json(published).into_response(),
        Ok(None) | Err(store::StoreError::NotFound) => sentence::NO_SUCH_FEED.into_response(),
        Err(error) => {
            tracing::error!(%error, "a draw could not be read");
            sentence::NOT_READY.into_response()
        }
    }
}

fn answer(feeds: &Feeds, headers: &HeaderMap, feed: Result<Option<Feed>, impl Display>) -> Response {
    let feed = match feed {
        Ok(Some(feed)) => feed,
        Ok(None) => return sentence::NO_SUCH_FEED.into_response(),
        Err(error) => {
            tracing::error!(%error, "a feed could not be read");
            return sentence::NOT_READY.into_response();
        }
    };
    let body = ics::write(&feed, feeds.address.base(headers).as_deref());
    let etag = etag([body.as_bytes()]);
    let known = is_known(headers, &etag);
    let about = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")),
    ];
    if known { (StatusCode::NOT_MODIFIED, about).into_response() } else { (about, body).into_response() }
}
