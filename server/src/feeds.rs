//! Calendar feeds, `/feeds/communities/SLUG.ics` and `/feeds/activities/ID.ics`, and published draws,
//! `/feeds/draws/TERM.json`.

use crate::{ics, sentence};
use app::ssr::{Clock, PublicAddress};
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
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
    let etag = etag(&body);
    let known = is_known(headers, &etag);
    let about = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")),
    ];
    if known { (StatusCode::NOT_MODIFIED, about).into_response() } else { (about, body).into_response() }
}

/// The same bytes have the same tag, on every node.
fn etag(body: &str) -> HeaderValue {
    let hex: String = Sha256::digest(body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// True if the client has this body already. For a GET, tags are compared weakly (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others() {
        let etag = etag("x");
        let text = etag.to_str().unwrap();
        for (sent, known) in [
            (text.to_owned(), true),
            (format!("\"a\", {text}"), true),
            (format!("W/{text}"), true),
            ("*".to_owned(), true),
            ("\"a\"".to_owned(), false),
            (text.trim_matches('"').to_owned(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, sent.parse().unwrap())]);
            assert_eq!(is_known(&headers, &etag), known, "{sent}");
        }
        assert!(!is_known(&HeaderMap::new(), &etag));
    }
}
