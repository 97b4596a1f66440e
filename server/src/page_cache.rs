//! Public pages, kept for the second in which they were rendered.
//!
//! What a public page shows follows from its address, what the visitor chose to see it in, the community's revision
//! and the second of the clock. So that is the key, and the page is rendered from the key alone: nothing of a visitor
//! can come into what others are given, and no page is older than the last change or the last second. What comes at
//! once waits for one rendering. Each answer has a nonce of its own.
//!
//! What is kept is what [`keep`] saw behind all layers, with the headers of every answer, so that [`KeptFirst`] may give it
//! before any of them is asked: of a GET without a body they refuse none, and the access log is written here as well.

use crate::{
    access_log,
    etag::{etag, is_known},
    headers, login_cookie,
    page_body::PageBody,
};
use app::{
    public_page::{PublicPage, Visitor},
    ssr::Clock,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::future::{Either, FutureExt, Ready, ready};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::nonce::Nonce;
use moka::{future::Cache, policy::EvictionPolicy};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use store::revisions::Revisions;
use tower::Service;

/// How much memory kept pages may take.
const MOST: u64 = 32 << 20;

/// A larger page is not kept.
const LARGEST: usize = 2 << 20;

/// After its second nobody asks for a page any more.
const FORGET: Duration = Duration::from_secs(2);

/// Who waits for another's rendering for longer renders for himself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longer names of hosts than there are.
const LONGEST_HOST: usize = 255;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What tells one public page from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    shared: bool,
    visitor: Visitor,
    /// How the visitor reaches the site: it stands in the addresses that sheets print.
    host: String,
    https: bool,
    revision: i64,
    second: i64,
}

impl Key {
    /// The request whose answer is kept.
    fn request(&self) -> Option<Request> {
        let mut request = Request::get(&self.address).body(Body::empty()).ok()?;
        let headers = request.headers_mut();
        headers.extend(self.visitor.headers());
        let accept = if self.shared { "application/json" } else { "text/html" };
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if !self.host.is_empty() {
            headers.insert(header::HOST, HeaderValue::try_from(&self.host).ok()?);
        }
        if self.https {
            headers.insert(FORWARDED, HeaderValue::from_static("https"));
        }
        Some(request)
    }
}

/// The pages that are kept.
pub struct PageCache {
    kept: Cache<Key, Arc<Kept>>,
    revisions: Revisions,
    clock: Clock,
}

impl PageCache {
    /// An empty one.
    pub fn new(revisions: Revisions, clock: Clock) -> Self {
        let weigh = |key: &Key, kept: &Arc<Kept>| {
            let bytes = key.address.len() + key.host.len() + kept.body.weight() + 1024;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let kept = Cache::builder()
            .max_capacity(MOST)
            .weigher(weigh)
            .time_to_live(FORGET)
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { kept, revisions, clock }
    }

    /// The key of a request for a public page of a community that there is.
    fn key(&self, request: &Request) -> Option<Key> {
        let headers = request.headers();
        if request.method() != Method::GET {
            return None;
        }
        let page = PublicPage::of(request.uri())?;
        if !page.shared && login_cookie::is_sent(headers) {
            return None;
        }
        let revision = match &page.community {
            Some(slug) => self.revisions.of(slug)?,
            None => self.revisions.of_all(),
        };
        let host = match headers.get(header::HOST).filter(|_| !page.shared) {
            Some(host) => host.to_str().ok().filter(|host| host.len() <= LONGEST_HOST)?.to_owned(),
            None => String::new(),
        };
        Some(Key {
            https: !page.shared && headers.get(FORWARDED).is_some_and(|proto| proto == "https"),
            address: page.address,
            shared: page.shared,
            visitor: Visitor::of(headers),
            host,
            revision,
            second: (self.clock)().as_second(),
        })
    }
}

/// Gives what is kept, and asks for whatever else there is.
#[derive(Clone)]
pub struct KeptFirst<S> {
    cache: Arc<PageCache>,
    rest: S,
}

impl<S> KeptFirst<S> {
    /// In front of `rest`, whose pages [`keep`] keeps.
    pub fn new(cache: Arc<PageCache>, rest: S) -> Self {
        Self { cache, rest }
    }
}

impl<S: Service<Request, Response = Response, Error = Infallible>> Service<Request> for KeptFirst<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.rest.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let asked = Instant::now();
        let Some(key) = self.cache.key(&request) else { return Either::Right(self.rest.call(request)) };
        // Nobody waits here: what isn't found at once is found by [`keep`], by the same key.
        let Some(kept) = self.cache.kept.get(&key).now_or_never().flatten() else {
            request.extensions_mut().insert(key);
            return Either::Right(self.rest.call(request));
        };
        let response = kept.answer(request.headers());
        access_log::log(request.method(), request.uri().path(), response.status(), asked);
        Either::Left(ready(Ok(response)))
    }
}

/// Renders and keeps, or waits for whoever renders the same.
pub async fn keep(State(cache): State<Arc<PageCache>>, mut request: Request, next: Next) -> Response {
    let Some(key) = request.extensions_mut().remove::<Key>() else { return next.run(request).await };
    let Some(asked) = key.request() else { return next.run(request).await };
    let again = next.clone();
    let rendering = async move {
        let rendered = tokio::time::timeout(PATIENCE, async { Kept::of(next.run(asked).await).await });
        rendered.await.unwrap_or(Err(NotKept::new(None))).map(Arc::new)
    };
    match cache.kept.try_get_with(key, rendering).await {
        Ok(kept) => kept.answer(request.headers()),
        Err(not_kept) => match not_kept.take() {
            Some(response) => response,
            None => again.run(request).await,
        },
    }
}

/// An answer that is not kept, for the one who asked first; whoever waited for it asks for one of his own.
struct NotKept(Mutex<Option<Response>>);

impl NotKept {
    fn new(response: Option<Response>) -> Self {
        Self(Mutex::new(response))
    }

    fn take(&self) -> Option<Response> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An answer that is kept.
struct Kept {
    headers: HeaderMap,
    /// The policy's text before and after the nonce; none where it has none.
    policy: Option<(String, String)>,
    /// None where the browser may not keep it.
    etag: Option<HeaderValue>,
    body: PageBody,
}

impl Kept {
    async fn of(response: Response) -> Result<Self, NotKept> {
        let (parts, body) = response.into_parts();
        if parts.status != StatusCode::OK || parts.headers.contains_key(header::SET_COOKIE) {
            return Err(NotKept::new(Some(Response::from_parts(parts, body))));
        }
        let body: Bytes = to_bytes(body, LARGEST).await.map_err(|_| NotKept::new(None))?;
        let mut headers = parts.headers;
        headers::complete(&mut headers, parts.status);
        let policy = headers.get(header::CONTENT_SECURITY_POLICY).cloned();
        let policy = policy.as_ref().and_then(|policy| policy.to_str().ok());
        let nonce = policy.and_then(|policy| policy.split_once("'nonce-")?.1.split_once('\'')).map(|(nonce, _)| nonce);
        let body = PageBody::cut(&body, nonce);
        let policy = policy.zip(nonce).and_then(|(policy, nonce)| policy.split_once(nonce));
        let policy = policy.map(|(before, after)| (before.to_owned(), after.to_owned()));
        headers.remove(header::CONTENT_LENGTH);
        let varies = |vary: &HeaderValue| vary.to_str().is_ok_and(|vary| vary.eq_ignore_ascii_case("accept-encoding"));
        if !headers.get_all(header::VARY).iter().any(varies) {
            headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        let revalidates = headers.get(header::CACHE_CONTROL).is_some_and(|caching| caching == "no-cache");
        // Weak, since each answer has a nonce of its own, and may be packed.
        let etag = revalidates.then(|| etag(body.pieces()));
        let etag = etag.and_then(|tag| HeaderValue::try_from(format!("W/{}", tag.to_str().ok()?)).ok());
        Ok(Self { headers, policy, etag, body })
    }

    /// The answer to whoever sends such headers.
    fn answer(&self, asked: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        if let Some(etag) = &self.etag {
            headers.insert(header::ETAG, etag.clone());
            if is_known(asked, etag) {
                // Without a policy: the browser's own copy has the nonce of the policy that came with it.
                headers.remove(header::CONTENT_SECURITY_POLICY);
                headers.remove(header::CONTENT_TYPE);
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return response;
            }
        }
        let nonce = Nonce::new();
        if let Some((before, after)) = &self.policy
            && let Ok(policy) = HeaderValue::try_from(format!("{before}{nonce}{after}"))
        {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        let packed = if takes_gzip(asked) { self.body.gzip(&nonce) } else { None };
        match packed {
            Some(packed) => {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                *response.body_mut() = Body::new(packed);
            }
            None => *response.body_mut() = Body::new(self.body.plain(&nonce)),
        }
        response
    }
}

/// True if gzip is named and not refused (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let names = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    names.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (accepted, taken) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.8", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("br, deflate", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accepted.parse().unwrap())]);
            assert_eq!(takes_gzip(&headers), taken, "{accepted}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
