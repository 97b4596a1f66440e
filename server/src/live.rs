//! Live updates: `/live/COMMUNITY` tells a browser the community's revision, now and whenever it has risen
//! (server-sent events). What has changed the browser asks for itself; nothing here is about anybody.

use axum::{
    Router,
    extract::{Path, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures_util::stream;
use http::{HeaderName, HeaderValue, StatusCode};
use std::{convert::Infallible, sync::Arc, time::Duration};
use store::revisions::Revisions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Browsers that a process tells.
pub const MOST: usize = 5000;

/// A browser is told at most once in this time, however much happens.
const PAUSE: Duration = Duration::from_millis(500);

/// So often a comment goes out where nothing happens: to a proxy the connection lives, and a dead one is found.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Whom to tell of what.
#[derive(Clone)]
struct Live {
    revisions: Revisions,
    seats: Arc<Semaphore>,
}

/// The route, for so many browsers at once.
pub fn router(revisions: Revisions, seats: usize) -> Router {
    let live = Live { revisions, seats: Arc::new(Semaphore::new(seats)) };
    Router::new().route("/live/{community}", get(follow)).with_state(live)
}

/// One who is told.
struct Follower {
    revisions: Revisions,
    community: String,
    told: Option<i64>,
    _seat: OwnedSemaphorePermit,
}

impl Follower {
    /// The next event, and who is told more; nobody after the last one.
    async fn next(mut self) -> (Event, Option<Self>) {
        let revision = match self.told {
            None => self.revisions.of(&self.community),
            Some(told) => {
                tokio::time::sleep(PAUSE).await;
                self.revisions.after(&self.community, told).await
            }
        };
        match revision {
            Some(revision) => {
                self.told = Some(revision);
                (Event::default().data(revision.to_string()), Some(self))
            }
            // The browser comes back later, without a complaint.
            None => (Event::default().event("bye").data("bye"), None),
        }
    }
}

/// 204 tells a browser not to come back by itself: there is no such community, or no seat.
async fn follow(State(live): State<Live>, Path(community): Path<String>) -> Response {
    if live.revisions.of(&community).is_none() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Ok(seat) = live.seats.try_acquire_owned() else {
        tracing::warn!("more browsers than can be told of changes");
        return StatusCode::NO_CONTENT.into_response();
    };
    let follower = Follower { revisions: live.revisions, community, told: None, _seat: seat };
    let events = stream::unfold(Some(follower), |follower| async move {
        let (event, follower) = follower?.next().await;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // nginx would hold events back.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
