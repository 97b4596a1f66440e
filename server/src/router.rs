//! Which request goes where, and through which layers.

use crate::{
    access_log,
    assets::{Assets, OUTPUT_NAME},
    body_limit,
    client_address::tell_network,
    cross_site,
    feeds::{self, Feeds},
    headers, health, live,
    login_cookie::{self, LoginStore},
    page_cache::{self, KeptFirst, PageCache},
    photos,
    rate_limit::{self, SignInLimit},
    sentence,
};
use app::ssr::{Host, PublicAddress};
use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::StatusCode;
use leptos::{
    config::{Env, LeptosOptions},
    context::provide_context,
};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context,
    render_app_async_with_context,
};
use std::{
    any::Any,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};
use tower::{Service, ServiceBuilder};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    csrf::ConfigError,
    services::{ServeDir, ServeFile},
};

/// What the routes need to know.
pub struct Setup {
    /// What pages and their requests need.
    pub host: Host,
    /// The built files.
    pub assets: Assets,
    /// Where the server listens.
    pub addr: SocketAddr,
    /// Scheme and authority by which browsers reach the server, if they were set.
    pub public_url: Option<String>,
    /// Believe what a proxy says about the client.
    pub trust_proxy: bool,
    /// Limit tries to sign in.
    pub rate_limit: bool,
}

/// Everything that is served.
pub type Site = KeptFirst<Router>;

/// What is served. Layers stand from the outermost to the innermost, around the routes as a whole: a layer of
/// a `Router` would stand around each of its routes, and be copied with all that it holds for each request.
pub fn router(setup: Setup, logins: LoginStore) -> Result<Site, ConfigError> {
    let public_url = setup.public_url.as_deref();
    let feeds = Feeds { db: setup.host.db.clone(), clock: setup.host.clock.clone(), address: public_address(&setup) };
    let limit = setup.rate_limit.then(|| SignInLimit::new(setup.trust_proxy));
    let kept = Arc::new(PageCache::new(setup.host.revisions.clone(), setup.host.clock.clone()));
    let routes = built_files(&setup.assets)
        .merge(feeds::router(feeds))
        .merge(live::router(setup.host.revisions.clone(), live::MOST))
        .fallback_service(pages(&setup, logins, Arc::clone(&kept)));
    let layered = ServiceBuilder::new()
        .layer(from_fn(access_log::log_request))
        .layer(from_fn(headers::always))
        .layer(from_fn(sentence::speak_to_scripts))
        .layer(CatchPanicLayer::custom(say_failed))
        .layer(from_fn(sentence::say_wrong_method))
        .layer(from_fn(cross_site::demand_origin))
        .layer(cross_site::same_site(public_url)?)
        .option_layer(limit.map(|limit| from_fn_with_state(limit, rate_limit::limit_sign_in)))
        .layer(from_fn_with_state(setup.trust_proxy, tell_network))
        .layer(from_fn(body_limit::take_whole_body))
        .service(routes);
    let all = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready).with_state(setup.host.db.clone()))
        .fallback_service(layered);
    Ok(KeptFirst::new(kept, all))
}

fn public_address(setup: &Setup) -> PublicAddress {
    PublicAddress { url: setup.public_url.as_deref().map(Arc::from), trust_proxy: setup.trust_proxy }
}

/// The app's routes, found once a process: while leptos looks for them, no page's data is read anywhere in the process,
/// so a page that another router renders meanwhile (in tests there are many) would wait for ever.
static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();

/// The pages and their requests (server functions), with the login cookie; whatever else is asked for is a page that
/// says there is no such page. What is public is kept for a moment.
fn pages(
    setup: &Setup,
    logins: LoginStore,
    kept: Arc<PageCache>,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static {
    let options = leptos_options(&setup.assets, setup.addr);
    let host = setup.host.clone();
    let address = public_address(setup);
    let photos = photos::router(host.clone());
    let provide_host = move || {
        provide_context(host.clone());
        provide_context(address.clone());
    };
    let find = || generate_route_list_with_exclusions_and_ssg_and_context(app::App, None, provide_host.clone()).0;
    let routes = ROUTES.get_or_init(find).clone();
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let render_missing = render_app_async_with_context(provide_host.clone(), shell.clone());
    let missing = move |request: Request| {
        let rendering = render_missing(request);
        async move { not_found(rendering.await) }
    };
    let routes: Router = Router::new()
        .route("/api/{*name}", any(|| async { sentence::NO_SUCH_REQUEST }))
        .merge(photos)
        .leptos_routes_with_context(&options, routes, provide_host, shell)
        .fallback(missing)
        .with_state(options);
    ServiceBuilder::new()
        .layer(from_fn_with_state(kept, page_cache::keep))
        .layer(compression())
        .layer(from_fn(headers::page_caching))
        .layer(login_cookie::layer(logins))
        .service(routes)
}

/// A page that was rendered because no route was found, unless the app itself said otherwise.
fn not_found(mut response: Response) -> Response {
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Wasm, JavaScript and style, compressed when they were built, and the icons and pictures beside them: each of those
/// has a route of its own, since `/:community` would take its name for a community's. No cookie is looked at.
fn built_files(assets: &Assets) -> Router {
    let beside = assets.beside().into_iter().fold(Router::new(), |router, name| {
        let file = ServeFile::new(assets.root.join(&name)).precompressed_br().precompressed_gzip();
        router.route_service(&format!("/{name}"), file)
    });
    let files = ServeDir::new(assets.root.join("pkg"))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .fallback(any(|| async { sentence::NO_SUCH_FILE }));
    let files = Router::new().nest_service("/pkg", files);
    let files = if assets.versioned {
        files.layer(from_fn(headers::cached_for_ever))
    } else {
        files.layer(from_fn(headers::revalidated))
    };
    files.merge(beside.layer(from_fn(headers::revalidated)))
}

/// Pages are compressed while they are sent, at a level that costs little.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(1024).and(NotForContentType::IMAGES).and(NotForContentType::SSE);
    CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(worth_it)
}

fn leptos_options(assets: &Assets, addr: SocketAddr) -> LeptosOptions {
    // Only `cargo leptos watch` sets these.
    let reload_port = std::env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok());
    let watched = std::env::var_os("LEPTOS_WATCH").is_some();
    LeptosOptions::builder()
        .output_name(OUTPUT_NAME)
        .site_root(assets.root.to_string_lossy().as_ref())
        .site_pkg_dir(assets.pkg.as_str())
        .env(if watched { Env::DEV } else { Env::PROD })
        .site_addr(addr)
        .reload_port(reload_port.unwrap_or(3001))
        .build()
}

/// What panicked is in the log; the client is told that nothing was saved.
fn say_failed(panic: Box<dyn Any + Send>) -> Response<Body> {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("?"), "a request failed");
    sentence::FAILED.into_response()
}
