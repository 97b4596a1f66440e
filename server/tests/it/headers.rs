//! Headers, caching and compression.

use crate::world::{World, header, text};
use http::{Request, StatusCode};

#[tokio::test]
async fn every_answer_is_guarded() {
    let world = World::new().await;
    for path in ["/", "/nowhere", "/icon.svg", "/pkg/0f3a/zhaoxi.js", "/pkg/nowhere.js", "/api/nothing", "/feeds/x"] {
        let response = world.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(header(&response, name), value, "{name} of {path}");
        }
        let policy = header(&response, "content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert!(header(&response, "permissions-policy").contains("camera=(self)"), "{path}");
    }
}

#[tokio::test]
async fn a_page_has_a_nonce_of_its_own_in_its_policy() {
    let world = World::new().await;
    let mut policies = Vec::new();
    for _ in 0..2 {
        let response = world.get("/").await;
        assert_eq!(response.status(), StatusCode::OK);
        let policy = header(&response, "content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        assert!(text(response).await.contains(&format!("nonce=\"{nonce}\"")), "{policy}");
        policies.push(policy);
    }
    assert_ne!(policies[0], policies[1]);
}

#[tokio::test]
async fn what_is_made_for_somebody_is_kept_nowhere() {
    let world = World::new().await;
    let anybody = world.get("/").await;
    assert_eq!(header(&anybody, "cache-control"), "no-cache");
    let vary: Vec<_> = anybody.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(vary.join(", ").contains("Cookie"), "{vary:?}");
    let request = Request::get("/").header("host", "localhost").header("cookie", "__Host-zhaoxi=x");
    assert_eq!(header(&world.ask(request, "").await, "cache-control"), "no-store");
    assert_eq!(header(&world.get("/nowhere").await, "cache-control"), "no-cache");
    assert_eq!(header(&world.get("/api/nothing").await, "cache-control"), "no-store");
    let request = Request::post("/api/ask_code").header("host", "localhost").header("origin", "http://localhost");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = world.ask(request, "slug=nowhere&phone=13800000001").await;
    assert_eq!(header(&answer, "cache-control"), "no-store", "it may set a cookie");
}

#[tokio::test]
async fn a_built_file_is_kept_for_ever_and_a_missing_one_is_not() {
    let world = World::new().await;
    let found = world.get("/pkg/0f3a/zhaoxi.js").await;
    assert_eq!((found.status(), header(&found, "content-type")), (StatusCode::OK, "text/javascript"));
    assert_eq!(header(&found, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(text(found).await, "export const plain = true;");
    let missing = world.get("/pkg/0000/zhaoxi.js").await;
    assert_eq!((missing.status(), header(&missing, "cache-control")), (StatusCode::NOT_FOUND, "no-store"));
    assert!(text(missing).await.contains("刷新"));

    let request = Request::get("/pkg/0f3a/zhaoxi.js").header("accept-encoding", "gzip, br");
    let packed = world.ask(request, "").await;
    assert_eq!(header(&packed, "content-encoding"), "br");
    assert!(header(&packed, "vary").to_ascii_lowercase().contains("accept-encoding"));
    assert_eq!(text(packed).await, "as if it were brotli");
}

#[tokio::test]
async fn other_files_are_asked_for_again() {
    let world = World::new().await;
    let found = world.get("/icon.svg").await;
    assert_eq!((found.status(), header(&found, "cache-control")), (StatusCode::OK, "no-cache"));
    let tag = header(&found, "etag").to_owned();
    let again = world.ask(Request::get("/icon.svg").header("if-none-match", tag), "").await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_a_page() {
    let world = World::new().await;
    for path in ["/nowhere", "/pkg", "/../Cargo.toml", "/%2e%2e/test.sqlite", "/pkg/%2e%2e/%2e%2e/test.sqlite"] {
        let response = world.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let page = world.get("/nowhere").await;
    assert!(header(&page, "content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_large_page_is_compressed_for_who_takes_it() {
    let world = World::new().await;
    // What is kept for everybody is packed once, and differently from what is made for one.
    for (cookie, accepted, sent) in [
        ("", "gzip, deflate, br", "gzip"),
        ("", "gzip", "gzip"),
        ("", "identity", ""),
        ("__Host-zhaoxi=x", "gzip, deflate, br", "br"),
        ("__Host-zhaoxi=x", "gzip", "gzip"),
        ("__Host-zhaoxi=x", "identity", ""),
    ] {
        let request = Request::get("/").header("host", "localhost").header("cookie", cookie);
        let answer = world.ask(request.header("accept-encoding", accepted), "").await;
        assert_eq!(header(&answer, "content-encoding"), sent, "{accepted} {cookie}");
    }
}
