//! The login cookie over the database, with pages that do no more than sign in and out.

use crate::world::{World, ask, header, text};
use axum::{Router, routing::get};
use http::Request;
use jiff::{SignedDuration, Timestamp};
use server::{
    clock::now,
    login_cookie::{self, ACCOUNT, NAME},
};
use sha2::{Digest, Sha256};
use store::login_sessions::{self, IDLE, LONGEST, Signed};
use tower_sessions::Session;

/// `/in` signs in as the app does, `/out` signs out, `/who` says what is kept, `/public` looks at nothing.
fn pages(world: &World) -> Router {
    Router::new()
        .route(
            "/in",
            get(|session: Session| async move {
                session.cycle_id().await.unwrap();
                session.insert("name", "王芳").await.unwrap();
            }),
        )
        .route("/note", get(|session: Session| async move { session.insert("note", 1).await.unwrap() }))
        .route("/out", get(|session: Session| async move { session.flush().await.unwrap() }))
        .route(
            "/who",
            get(|session: Session| async move {
                session.get::<String>("name").await.unwrap().unwrap_or_else(|| "nobody".to_owned())
            }),
        )
        .route("/public", get(|| async { "public" }))
        .layer(login_cookie::layer(world.logins.clone()))
}

/// A session of nobody who is signed in.
fn nobody(data: &str) -> Signed<'_> {
    Signed { account: None, device: None, data }
}

/// The whole Set-Cookie line, and the cookie's value.
async fn visit(pages: &Router, path: &str, token: &str) -> (String, String) {
    let request = Request::get(path).header("cookie", format!("{NAME}={token}"));
    let response = ask(pages, request, "").await;
    let line = header(&response, "set-cookie").to_owned();
    let value = line.split([';', '=']).nth(1).unwrap_or_default().to_owned();
    (line, value)
}

async fn who(pages: &Router, token: &str) -> String {
    text(ask(pages, Request::get("/who").header("cookie", format!("{NAME}={token}")), "").await).await
}

/// The hash under which the database knows a token.
fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn after(now: Timestamp, duration: SignedDuration) -> Timestamp {
    now.checked_add(duration).unwrap()
}

#[tokio::test]
async fn the_cookie_has_every_guard() {
    let world = World::new().await;
    let (line, token) = visit(&pages(&world), "/in", "").await;
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(line.split("; ").any(|written| written == part), "{part} in {line}");
    }
    assert!(line.starts_with("__Host-zhaoxi=") && !line.contains("Domain"), "{line}");
    assert!(token.len() >= 22, "128 bits of chance: {token}");
}

#[tokio::test]
async fn a_planted_cookie_is_worth_nothing_after_signing_in() {
    let world = World::new().await;
    let pages = pages(&world);
    let planted = visit(&pages, "/note", "").await.1;
    let token = visit(&pages, "/in", &planted).await.1;
    assert_ne!(token, planted);
    assert_eq!((who(&pages, &token).await, who(&pages, &planted).await), ("王芳".to_owned(), "nobody".to_owned()));
    // Nor does the server take an id that it did not choose.
    let chosen = "AAAAAAAAAAAAAAAAAAAAAA";
    assert_ne!(visit(&pages, "/in", chosen).await.1, chosen);
    assert_eq!(who(&pages, chosen).await, "nobody");
}

#[tokio::test]
async fn a_cookie_is_dead_after_signing_out_even_if_another_tab_writes() {
    let world = World::new().await;
    let pages = pages(&world);
    let token = visit(&pages, "/in", "").await.1;
    assert_eq!(who(&pages, &token).await, "王芳");
    visit(&pages, "/out", &token).await;
    assert_eq!(who(&pages, &token).await, "nobody");
    let now = now();
    login_sessions::save(&world.db, &hash(&token), nobody("{\"name\":\"王芳\"}"), Timestamp::MAX, now).await.unwrap();
    assert_eq!(who(&pages, &token).await, "nobody");
}

/// What a session keeps and when it ends, if it is alive.
async fn kept(db: &store::DatabaseConnection, hash: &str, now: Timestamp) -> Option<(String, Timestamp)> {
    login_sessions::load(db, vec![hash.to_owned()], now).await.unwrap().remove(hash)
}

#[tokio::test]
async fn the_database_holds_no_token() {
    let world = World::new().await;
    let token = visit(&pages(&world), "/in", "").await.1;
    assert_eq!(kept(&world.db, &token, now()).await, None);
    let (data, _) = kept(&world.db, &hash(&token), now()).await.unwrap();
    assert!(data.contains("王芳") && !data.contains(&token), "{data}");
}

#[tokio::test]
async fn a_page_without_a_cookie_asks_the_database_nothing() {
    let world = World::new().await;
    let pages = pages(&world);
    world.db.close_by_ref().await.unwrap();
    let response = ask(&pages, Request::get("/public"), "").await;
    assert_eq!(header(&response, "set-cookie"), "");
    assert_eq!(text(response).await, "public");
    assert_eq!(text(ask(&pages, Request::get("/who"), "").await).await, "nobody");
}

#[tokio::test]
async fn a_session_ends_when_it_idles_and_when_it_is_old() {
    let world = World::new().await;
    let db = &world.db;
    let start: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let second = SignedDuration::from_secs(1);
    assert!(login_sessions::create(db, "a", nobody("{}"), Timestamp::MAX, start).await.unwrap());
    assert!(!login_sessions::create(db, "a", nobody("{}"), Timestamp::MAX, start).await.unwrap(), "the id is taken");

    let alive = async |at| kept(db, "a", at).await.is_some();
    assert!(alive(after(start, IDLE - second)).await);
    assert!(!alive(after(start, IDLE)).await);

    let mut now = start;
    while now < after(start, LONGEST - IDLE) {
        now = after(now, IDLE - second);
        login_sessions::mark_used(db, &["a".to_owned()], now).await.unwrap();
        assert!(alive(now).await, "{now}");
    }
    login_sessions::mark_used(db, &["a".to_owned()], after(start, LONGEST - second)).await.unwrap();
    assert!(alive(after(start, LONGEST - second)).await);
    assert!(!alive(after(start, LONGEST)).await, "use does not help");

    assert_eq!(login_sessions::sweep(db, after(start, LONGEST - second)).await.unwrap(), 0);
    assert_eq!(login_sessions::sweep(db, after(start, LONGEST)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_use_after_a_day_lets_the_idle_time_start_anew() {
    let world = World::new().await;
    let pages = pages(&world);
    let token = visit(&pages, "/in", "").await.1;
    let (hash, now) = (hash(&token), now());
    let yesterday = after(now, -SignedDuration::from_hours(25));
    let day_ago = login_sessions::mark_used(&world.db, std::slice::from_ref(&hash), yesterday);
    day_ago.await.unwrap();
    let expires = async || kept(&world.db, &hash, now).await.unwrap().1;
    let before = expires().await;
    assert_eq!(who(&pages, &token).await, "王芳");
    assert_eq!(expires().await, before, "the visit itself writes nothing");
    world.logins.write_uses().await;
    assert!(expires().await > after(before, SignedDuration::from_hours(24)));
    assert_eq!(ACCOUNT, "account", "the app writes this key");
}

#[tokio::test]
async fn looking_at_a_page_writes_no_session() {
    let world = World::new().await;
    let town = crate::town::Town::new(&world.db).await;
    let anonymous = world.get("/yongxing").await;
    assert_eq!((header(&anonymous, "set-cookie"), header(&anonymous, "cache-control")), ("", "no-cache"));
    let cookie = world.sign_in(&town.parent(1).await.who).await;
    for path in ["/yongxing", "/yongxing/my", "/yongxing/notices"] {
        let answer = world.get_as(&cookie, path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "set-cookie")), (200, ""), "{path}");
    }
}
