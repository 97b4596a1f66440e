//! Requests of pages: methods, sizes, limits; and health.

use crate::world::{World, header, registered, text};
use app::error::AppError;
use http::{Request, StatusCode};
use server::body_limit;

fn post(path: &str) -> http::request::Builder {
    Request::post(path).header("host", "localhost").header("origin", "http://localhost")
}

/// Every request that writes.
fn writing() -> Vec<&'static str> {
    registered().into_iter().filter(|(_, method)| *method == http::Method::POST).map(|(path, _)| path).collect()
}

#[tokio::test]
async fn a_request_that_writes_can_not_be_opened_as_an_address() {
    let world = World::new().await;
    assert!(!writing().is_empty());
    for path in writing() {
        let response = world.get(path).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(header(&response, "allow"), "POST", "{path}");
        assert!(text(response).await.contains("返回上一页"), "{path}");
    }
}

#[tokio::test]
async fn a_request_of_an_older_page_is_told_to_reload() {
    let world = World::new().await;
    // Another version knew this request by other fields; a page that asks by script says it in its language.
    for (name, form) in
        [("book_place", "class=7&child=3"), ("cancel_booking", "id=7"), ("removed_since", "slug=yongxing")]
    {
        let response = world.post("", name, form).await;
        assert!(response.status().is_client_error(), "{name}: {}", response.status());
        let said: AppError = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(said, AppError::Reload, "{name}");
    }
    // One without script is sent back to its page, which then is of this version.
    let plain = post("/api/book_place").header("referer", "http://localhost/yongxing").header("accept", "text/html");
    let response = world.ask(plain.header("content-type", "application/x-www-form-urlencoded"), "class=7").await;
    assert_eq!(response.status(), StatusCode::FOUND);
    let back = header(&response, "location").trim_start_matches("http://localhost");
    let page = text(world.get(back).await).await;
    assert!(back.contains("__err") && page.contains("</html>"), "{back}");
    let response = world.ask(post("/api/book_place_of_last_year"), "").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(text(response).await.contains("请刷新页面"));
}

#[tokio::test]
async fn a_large_body_is_refused_however_it_is_announced() {
    let world = World::new().await;
    for path in writing() {
        let largest = if path == body_limit::TAKES_FILE { body_limit::LARGEST_WITH_FILE } else { body_limit::LARGEST };
        let announced = world.ask(post(path).header("content-length", largest + 1), "").await;
        assert_eq!(announced.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        let whole = world.ask(post(path), vec![b'a'; largest + 1]).await;
        assert_eq!(whole.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert!(text(whole).await.contains("太长"), "{path}");
    }
}

#[tokio::test]
async fn too_many_tries_to_sign_in_have_to_wait() {
    let world = World::new().await;
    for _ in 0..20 {
        assert_eq!(world.ask(post("/api/enter_code_unknown"), "").await.status(), StatusCode::NOT_FOUND);
    }
    let response = world.ask(post("/api/enter_code_unknown"), "").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!((1..=3).contains(&header(&response, "retry-after").parse().unwrap()));
    assert!(text(response).await.contains("登录太频繁"));
    assert_eq!(world.ask(post("/api/other"), "").await.status(), StatusCode::NOT_FOUND, "other requests go on");

    let unlimited = World::with(|setup| setup.rate_limit = false).await;
    for _ in 0..50 {
        assert_eq!(unlimited.ask(post("/api/enter_code_unknown"), "").await.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn health_tells_a_living_process_from_a_missing_database() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(world.get("/readyz").await.status(), StatusCode::OK);
    world.db.close_by_ref().await.unwrap();
    assert_eq!(world.get("/healthz").await.status(), StatusCode::OK);
    let response = world.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "retry-after"), "5");
}

#[tokio::test]
async fn a_feed_that_does_not_exist_is_told_plainly() {
    let world = World::new().await;
    let id = "01936a2e-0000-7000-8000-000000000000.ics";
    for path in ["/feeds/communities/nowhere.ics", &format!("/feeds/activities/{id}"), "/feeds/activities/x.ics"] {
        let response = world.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&response, "content-type"), "text/plain; charset=utf-8", "{path}");
    }
}
