//! Sheets for the wall, as anybody gets them.

use crate::{
    town::{Town, now},
    world::{World, text},
};
use axum::body::Body;
use http::{Request, Response, StatusCode};

/// The address that the page's QR code holds, by its label.
fn scanned(page: &str) -> &str {
    let label = page.split("aria-label=\"二维码：").nth(1).and_then(|rest| rest.split('"').next());
    label.unwrap_or("no code")
}

async fn opened(world: &World, host: &str, path: &str) -> Response<Body> {
    world.ask(Request::get(path).header("host", host).header("x-forwarded-proto", "https"), "").await
}

#[tokio::test]
async fn a_sheet_leads_to_the_address_by_which_it_was_opened() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    town.term(2).await;
    let activity = format!("/yongxing/activities/{}", town.activity);
    for (path, to) in [("/yongxing/sheet?day=2026-12-01", "/yongxing"), (&format!("{activity}/sheet"), &activity)] {
        let page = text(opened(&world, "calendar.example.org:8080", path).await).await;
        assert_eq!(scanned(&page), format!("http://calendar.example.org:8080{to}"), "no proxy is believed");
        assert!(page.contains("class=\"qr\""), "{path}");
    }
}

#[tokio::test]
async fn a_sheet_leads_to_the_public_address_where_one_is_set() {
    let world = World::with(|setup| setup.public_url = Some("https://zhaoxi.example".to_owned())).await;
    Town::new(&world.db).await;
    let page = text(opened(&world, "10.0.0.7", "/yongxing/sheet").await).await;
    assert_eq!(scanned(&page), "https://zhaoxi.example/yongxing");
}

#[tokio::test]
async fn a_host_that_pretends_to_be_another_gets_no_code() {
    let world = World::new().await;
    Town::new(&world.db).await;
    for host in ["calendar.example.org@evil.example", "<script>", "a b"] {
        let answer = opened(&world, host, "/yongxing/sheet").await;
        assert_eq!(answer.status(), StatusCode::OK, "{host}");
        let page = text(answer).await;
        assert!(!page.contains("class=\"qr\"") && !page.contains("evil.example"), "{host}");
    }
}

#[tokio::test]
async fn every_date_stands_on_the_sheets_and_what_was_called_off_says_why() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let term = town.term(2).await;
    let path = format!("/yongxing/activities/{}/sheet?term={term}", town.activity);
    assert_eq!(text(world.get(&path).await).await.matches("sheet__when").count(), 4);
    let (date, sequence) = first_date(&world, &town, term).await;
    let reason = domain::text::Line::parse("停电检修").unwrap();
    store::schedule::cancel_occurrence(&world.db, &town.staff, date, sequence, reason, now()).await.unwrap();
    let sheet = text(world.get(&path).await).await;
    assert!(sheet.contains("<del>12月1日 星期二<") && sheet.contains("停电检修"), "{sheet}");
    let month = text(world.get("/yongxing/sheet?day=2026-12-01").await).await;
    assert_eq!(month.matches("<li class=\"sheet__entry").count(), 4);
    assert_eq!(month.matches("sheet__entry--off").count(), 1);
    let elders = text(world.get("/yongxing/sheet?day=2026-12-01&side=elder").await).await;
    assert_eq!(elders.matches("<li class=\"sheet__entry").count(), 0, "the class is for children");
}

async fn first_date(world: &World, town: &Town, term: domain::id::TermId) -> (domain::id::OccurrenceId, i32) {
    let plan = store::schedule::plan_page(&world.db, &town.staff, "yongxing", term, now()).await.unwrap();
    (plan.dates[0].occurrence, plan.dates[0].sequence)
}
