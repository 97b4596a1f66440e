//! How often one network may try to sign in: a bucket that holds 20 tries and gains one every two seconds.

use crate::{
    client_address::{client_address, network},
    sentence,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The requests that are limited, by how their paths begin: the rest is a hash.
const LIMITED: [&str; 7] = [
    "/api/ask_code",
    "/api/enter_code",
    "/api/enter_password",
    "/api/enter_second",
    "/api/enter_passkey",
    "/api/confirm_password",
    "/api/enter_household_code",
];

/// A try is gained in this time: 30 a minute.
const INTERVAL: Duration = Duration::from_secs(2);

/// So many tries may come at once.
const BURST: u32 = 20;

/// Networks are remembered up to about this number before those that are full again are forgotten.
const REMEMBERED: usize = 10_000;

/// For each network, when its bucket is full again.
#[derive(Default)]
struct Buckets {
    full_at: HashMap<IpAddr, Instant>,
    forget_at: usize,
}

impl Buckets {
    /// Takes one try, or says how long to wait for it.
    fn take(&mut self, network: IpAddr, now: Instant) -> Result<(), Duration> {
        if self.full_at.len() >= self.forget_at.max(REMEMBERED) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.forget_at = self.full_at.len() * 2;
        }
        let full_at = self.full_at.entry(network).or_insert(now);
        let after = (*full_at).max(now) + INTERVAL;
        let wait = after.saturating_duration_since(now + INTERVAL * BURST);
        if wait.is_zero() {
            *full_at = after;
            Ok(())
        } else {
            Err(wait)
        }
    }
}

/// The limit, shared by all requests of the process.
#[derive(Clone)]
pub struct SignInLimit {
    buckets: Arc<Mutex<Buckets>>,
    trust_proxy: bool,
}

impl SignInLimit {
    /// A limit under which nobody has tried yet.
    pub fn new(trust_proxy: bool) -> Self {
        Self { buckets: Arc::default(), trust_proxy }
    }
}

/// Answers 429 to a network that tries too often.
pub async fn limit_sign_in(State(limit): State<SignInLimit>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() != Method::POST || !LIMITED.iter().any(|start| path.starts_with(start)) {
        return next.run(request).await;
    }
    let from = network(client_address(request.extensions(), request.headers(), limit.trust_proxy));
    let taken = limit.buckets.lock().unwrap_or_else(PoisonError::into_inner).take(from, Instant::now());
    match taken {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            tracing::warn!(%from, path, "too many tries to sign in");
            let mut response = sentence::TOO_OFTEN.into_response();
            let seconds = wait.as_secs() + 1;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    #[test]
    fn a_burst_is_taken_then_one_every_two_seconds() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        for _ in 0..BURST {
            assert_eq!(buckets.take(address(1), start), Ok(()));
        }
        assert_eq!(buckets.take(address(1), start), Err(INTERVAL));
        assert_eq!(buckets.take(address(1), start + INTERVAL / 2), Err(INTERVAL / 2));
        assert_eq!(buckets.take(address(1), start + INTERVAL), Ok(()));
        assert_eq!(buckets.take(address(1), start + INTERVAL), Err(INTERVAL));
        assert_eq!(buckets.take(address(2), start), Ok(()), "others are not held up");
    }

    #[test]
    fn a_minute_of_trying_gets_thirty_beyond_the_burst() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        let tries = (0..600).filter(|i| buckets.take(address(1), start + Duration::from_millis(100) * *i).is_ok());
        assert_eq!(tries.count(), 20 + 29);
    }

    #[test]
    fn networks_that_are_full_again_are_forgotten() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        for i in 0..REMEMBERED {
            let [_, _, a, b] = u32::try_from(i).unwrap().to_be_bytes();
            buckets.take(IpAddr::from([10, 0, a, b]), start).unwrap();
        }
        buckets.take(address(1), start + Duration::from_secs(60)).unwrap();
        assert_eq!(buckets.full_at.len(), 1);
    }
}
