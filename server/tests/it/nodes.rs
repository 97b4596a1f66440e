//! Two nodes over one PostgreSQL: what one of them did, the other one knows.

use crate::{
    database::TestDatabase,
    town::{Town, now, request},
    world::{World, text},
};
use http::StatusCode;
use std::time::{Duration, Instant};
use store::id::new_id;

/// Asks a node again and again until its page says so, at most for a second.
async fn says_soon(node: &World, path: &str, words: &str) {
    let start = Instant::now();
    while !text(node.get(path).await).await.contains(words) {
        assert!(start.elapsed() < Duration::from_secs(1), "{words} was not told in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_on_one_node_is_on_the_others_page_within_a_second() {
    let test = TestDatabase::postgres().await;
    let (one, other) = (World::node_of(&test.url).await, World::node_of(&test.url).await);
    let town = Town::new(&test.db).await;
    let term = town.term(3).await;
    let path = format!("/yongxing/activities/{}", town.activity);
    says_soon(&other, &path, "余 3 位").await;
    let seen = other.revisions.of("yongxing").unwrap();
    for (n, left) in [(1, "余 2 位"), (2, "余 1 位")] {
        let parent = town.parent(n).await;
        // Signed in by one node, known to the other.
        let cookie = other.sign_in(&parent.who).await;
        let wish = request(term, parent.child);
        let form = format!(
            "slug=yongxing&activity={}&term={term}&person={}&scope=whole&heads=1&key={}",
            town.activity,
            wish.person,
            new_id(now())
        );
        assert_eq!(one.post(&cookie, "book_place", form.clone()).await.status(), StatusCode::OK);
        says_soon(&other, &path, left).await;
        // The same key at the other node is the same booking.
        assert_eq!(other.post(&cookie, "book_place", form).await.status(), StatusCode::OK);
        says_soon(&one, &path, left).await;
    }
    let told = tokio::time::timeout(Duration::from_secs(1), other.revisions.after("yongxing", seen)).await;
    assert_eq!(told.unwrap(), Some(seen + 2), "who listens to the other node hears of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_at_one_node_is_out_at_the_other() {
    let test = TestDatabase::postgres().await;
    let (one, other) = (World::node_of(&test.url).await, World::node_of(&test.url).await);
    let town = Town::new(&test.db).await;
    let cookie = one.sign_in(&town.parent(1).await.who).await;
    assert!(text(other.get_as(&cookie, "/yongxing/my").await).await.contains("孩子1"));
    let out = one.post(&cookie, "sign_out", "slug=yongxing").await;
    assert_eq!(out.status(), StatusCode::OK);
    assert!(!text(other.get_as(&cookie, "/yongxing/my").await).await.contains("孩子1"));
}

/// The bound is in the database, so a proxy that spreads requests does not widen it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_gets_five_codes_an_hour_from_all_nodes_together() {
    let test = TestDatabase::postgres().await;
    let nodes = [World::node_of(&test.url).await, World::node_of(&test.url).await];
    Town::new(&test.db).await;
    let mut answers = Vec::new();
    for n in 0..7 {
        let asked = nodes[n % 2].post("", "ask_code", "slug=yongxing&phone=13800000001").await;
        answers.push(asked.status());
    }
    assert!(answers[..5].iter().all(|status| status.is_success()), "{answers:?}");
    assert_eq!(answers[5..], [StatusCode::TOO_MANY_REQUESTS; 2]);
}
