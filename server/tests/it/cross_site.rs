//! Only our own pages may ask for something to be written.

use crate::world::{World, header, text};
use http::{Request, StatusCode};

/// No such request exists, so whatever passes the door gets 404.
const PATH: &str = "/api/nothing";

async fn status(world: &World, method: &str, headers: &[(&str, &str)]) -> StatusCode {
    let request = Request::builder().method(method).uri(PATH).header("host", "calendar.example.org");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    world.ask(request, "a=b").await.status()
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_and_one_of_ours_is_not() {
    let world = World::new().await;
    let (passed, refused) = (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN);
    for (headers, expected) in [
        (&[("sec-fetch-site", "same-origin"), ("origin", "http://calendar.example.org")][..], passed),
        (&[("sec-fetch-site", "same-origin")], passed),
        (&[("sec-fetch-site", "none")], passed),
        (&[("origin", "http://calendar.example.org")], passed),
        (&[], refused),
        (&[("origin", "")], refused),
        (&[("sec-fetch-site", "")], refused),
        (&[("origin", "null")], refused),
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")], refused),
        (&[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], refused),
        (&[("origin", "https://evil.example")], refused),
        (&[("origin", "https://evil.calendar.example.org"), ("sec-fetch-site", "same-site")], refused),
        (&[("origin", "http://calendar.example.org:8080")], refused),
        (&[("sec-fetch-site", "cross-site")], refused),
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(status(&world, method, headers).await, expected, "{method} {headers:?}");
        }
    }
}

#[tokio::test]
async fn the_public_address_is_at_home_behind_a_proxy_that_changes_the_host() {
    let world = World::with(|setup| setup.public_url = Some("https://zhaoxi.example.org".to_owned())).await;
    assert_eq!(status(&world, "POST", &[("origin", "https://zhaoxi.example.org")]).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&world, "POST", &[("origin", "https://evil.example.org")]).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_refusal_is_a_sentence_in_both_languages() {
    let world = World::new().await;
    let response = world.ask(Request::post(PATH).header("host", "localhost"), "").await;
    assert_eq!(header(&response, "content-type"), "text/plain; charset=utf-8");
    let text = text(response).await;
    assert!(text.contains("没有执行") && text.contains("nothing was done"), "{text}");
}
