//! Public pages are kept for a moment: whom they are given to, and how soon they change.

use crate::{
    town::{Town, now, request},
    world::{World, header, text},
};
use http::{Request, StatusCode, request::Builder};
use jiff::{Timestamp, ToSpan};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use store::{
    activities,
    bookings::{Asked, book_places},
};

const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64)";
const PHONE: &str = "Mozilla/5.0 (Linux; Android 16; Pixel 7) Mobile";

fn asked(path: &str) -> Builder {
    Request::get(path).header("host", "localhost")
}

/// The page without its nonces, which are checked.
async fn page(world: &World, asked: Builder) -> (StatusCode, String) {
    let answer = world.ask(asked, "").await;
    let (status, nonce) = (answer.status(), nonce(header(&answer, "content-security-policy")));
    let page = text(answer).await;
    let without = page.replace(&nonce, "");
    assert!(status != StatusCode::OK || !without.contains("nonce=\"") || without.contains("nonce=\"\""), "{without}");
    (status, without)
}

fn nonce(policy: &str) -> String {
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    nonce.unwrap_or_else(|| panic!("no nonce in {policy:?}")).to_owned()
}

/// Waits until the server knows what the database holds.
async fn settled(world: &World) {
    let known = || world.revisions.of_all();
    let wanted: i64 = {
        use sea_orm::EntityTrait;
        let communities = store::entity::community::Entity::find().all(&world.db).await.unwrap();
        let risen = store::entity::community_revision::Entity::find().all(&world.db).await.unwrap();
        communities.len() as i64 + risen.iter().map(|row| row.revision).sum::<i64>()
    };
    let start = Instant::now();
    while known() != wanted {
        assert!(start.elapsed() < Duration::from_secs(1), "{} instead of {wanted}", known());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_page_comes_once_more_without_the_database() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    town.term(3).await;
    settled(&world).await;
    let activity = format!("/yongxing/activities/{}", town.activity);
    let paths = ["/", "/yongxing", "/yongxing?view=month", "/yongxing/activities", "/yongxing/sheet", &activity];
    let mut first = Vec::new();
    for path in paths {
        first.push(page(&world, asked(path)).await);
    }
    let cookie = world.sign_in(&town.parent(1).await.who).await;
    world.db.close_by_ref().await.unwrap();
    for (path, first) in paths.into_iter().zip(&first) {
        assert_eq!(first.0, StatusCode::OK, "{path}");
        assert_eq!(&page(&world, asked(path)).await, first, "{path}");
        let tracked = format!("{path}{}utm_source=wechat&from=timeline", if path.contains('?') { '&' } else { '?' });
        assert_eq!(&page(&world, asked(&tracked)).await, first, "{tracked}");
        let theirs = world.get_as(&cookie, path).await;
        assert_ne!(theirs.status(), StatusCode::OK, "{path}: who is signed in was given what is everybody's");
    }
    for path in ["/yongxing?view=week", "/yongxing?__err=e30", "/yongxing/my"] {
        let first = world.get(path).await.status();
        assert_ne!(first, StatusCode::OK, "{path} was never asked for");
    }
}

#[tokio::test]
async fn a_page_changes_within_a_second_of_a_booking() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let term = town.term(3).await;
    settled(&world).await;
    let path = format!("/yongxing/activities/{}", town.activity);
    assert!(page(&world, asked(&path)).await.1.contains("余 3 位"));
    for (n, left) in [(1, "余 2 位"), (2, "余 1 位")] {
        let parent = town.parent(n).await;
        let asking = Asked { who: parent.who, request: request(term, parent.child), at: now() };
        book_places(&world.db, &[asking]).await.remove(0).unwrap();
        let start = Instant::now();
        while !page(&world, asked(&path)).await.1.contains(left) {
            assert!(start.elapsed() < Duration::from_secs(1), "{left} was not told in time");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn every_answer_has_a_nonce_of_its_own() {
    let world = World::new().await;
    Town::new(&world.db).await;
    settled(&world).await;
    let mut nonces = Vec::new();
    for accepted in ["identity", "gzip, br", "identity", "gzip"] {
        let answer = world.ask(asked("/yongxing").header("accept-encoding", accepted), "").await;
        let length: usize = header(&answer, "content-length").parse().unwrap_or(0);
        let nonce = nonce(header(&answer, "content-security-policy"));
        let packed = header(&answer, "content-encoding") == "gzip";
        assert_eq!(packed, accepted != "identity", "{accepted}");
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(length == 0 || length == bytes.len());
        let page = if packed { unpacked(&bytes) } else { String::from_utf8(bytes.to_vec()).unwrap() };
        assert!(page.matches(&format!("nonce=\"{nonce}\"")).count() > 1, "{nonce}");
        assert!(nonces.iter().all(|other: &String| !page.contains(other)), "a nonce came once more");
        nonces.push(nonce);
    }
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes), &mut text).unwrap();
    text
}

#[tokio::test]
async fn a_page_that_the_browser_has_is_not_sent_again() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    settled(&world).await;
    let first = world.get("/yongxing/activities").await;
    let tag = header(&first, "etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(header(&first, "cache-control"), "no-cache");
    let again = world.ask(asked("/yongxing/activities").header("if-none-match", &tag), "").await;
    assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
    // A new policy would not fit the nonces of the page that the browser has.
    assert_eq!(header(&again, "content-security-policy"), "");
    assert_eq!(text(again).await, "");
    town.term(3).await;
    settled(&world).await;
    let changed = world.ask(asked("/yongxing/activities").header("if-none-match", &tag), "").await;
    assert_eq!(changed.status(), StatusCode::OK);
    let english = asked("/yongxing/activities").header("cookie", "lang=en").header("if-none-match", &tag);
    assert_eq!(world.ask(english, "").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn languages_looks_and_devices_are_not_mixed() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    town.term(3).await;
    settled(&world).await;
    let visitors = [
        (DESKTOP, "", ""),
        (PHONE, "", ""),
        (DESKTOP, "lang=en", ""),
        (DESKTOP, "", "en-GB,en;q=0.9"),
        (DESKTOP, "look=elder", ""),
        (DESKTOP, "look=elder; size=30", ""),
        (PHONE, "lang=en; look=elder; size=30", "zh-CN"),
    ];
    let ask = |(agent, cookies, languages): (&str, &str, &str)| {
        let asked = asked("/yongxing").header("user-agent", agent).header("cookie", cookies);
        asked.header("accept-language", languages)
    };
    let mut seen = Vec::new();
    for round in 0..2 {
        for visitor in visitors {
            let (status, page) = page(&world, ask(visitor)).await;
            assert_eq!(status, StatusCode::OK);
            let english = visitor.1.contains("en;") || visitor.1 == "lang=en" || visitor.2.starts_with("en");
            assert_eq!(page.contains("<html lang=\"en\""), english, "{visitor:?}");
            assert_eq!(page.contains("data-look=\"elder\""), visitor.1.contains("elder"), "{visitor:?}");
            assert_eq!(page.contains("data-size=\"30\""), visitor.1.contains("30"), "{visitor:?}");
            let month = visitor.0 == DESKTOP && !visitor.1.contains("elder");
            assert_eq!(page.contains("<table class=\"month\""), month, "{visitor:?}");
            match seen.iter().position(|(other, _)| *other == visitor) {
                Some(at) => assert_eq!(seen[at].1, page, "round {round}"),
                None => seen.push((visitor, page)),
            }
        }
    }
    // The cookie and the header say the same.
    assert_eq!(seen[2].1, seen[3].1);
}

#[tokio::test]
async fn what_is_kept_was_rendered_for_nobody() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let term = town.term(3).await;
    settled(&world).await;
    let path = format!("/yongxing/activities/{}", town.activity);
    let parent = town.parent(1).await;
    let cookie = world.sign_in(&parent.who).await;
    let theirs = text(world.get_as(&cookie, &path).await).await;
    assert!(theirs.contains("name=\"key\"") && theirs.contains("孩子1"), "the form has a key");
    let anybody = page(&world, asked(&path)).await.1;
    assert!(!anybody.contains("name=\"key\"") && !anybody.contains("孩子1"));
    assert!(anybody.contains("\"key\\\":null") || anybody.contains("\"key\":null"), "no key is shared");
    let read = world.get(&format!("/api/read_activity?slug=yongxing&activity={}", town.activity)).await;
    assert!(text(read).await.contains("\"key\":null"));
    let again = text(world.get_as(&cookie, &path).await).await;
    assert!(again.contains("孩子1") && again.contains(&term.to_string()));
}

#[tokio::test]
async fn another_name_of_the_host_is_another_page() {
    let world = World::new().await;
    Town::new(&world.db).await;
    settled(&world).await;
    let sheet = async |host: &str| {
        let request = Request::get("/yongxing/sheet").header("host", host);
        page(&world, request).await.1
    };
    let ours = sheet("calendar.example.org").await;
    assert!(ours.contains("calendar.example.org"));
    let theirs = sheet("evil.example").await;
    assert!(theirs.contains("evil.example") && !theirs.contains("calendar.example.org"));
    assert_eq!(sheet("calendar.example.org").await, ours);
}

#[tokio::test]
async fn an_opening_is_told_on_the_second() {
    let clock = Arc::new(AtomicI64::new(now().as_millisecond()));
    let told = Arc::clone(&clock);
    let world = World::with(move |setup| {
        setup.host.clock = Arc::new(move || Timestamp::from_millisecond(told.load(Ordering::SeqCst)).unwrap());
    })
    .await;
    let town = Town::new(&world.db).await;
    let mut new = town.new_term(3);
    let opens = jiff::civil::date(2026, 11, 24).at(10, 0, 0, 0);
    new.opens = Some(opens);
    activities::new_term(&world.db, &town.staff, new, now()).await.unwrap();
    settled(&world).await;
    let path = format!("/yongxing/activities/{}", town.activity);
    let at = |milliseconds: i64| {
        let opening = now() + 1.hour();
        clock.store(opening.as_millisecond() + milliseconds, Ordering::SeqCst);
    };
    at(-1500);
    assert!(page(&world, asked(&path)).await.1.contains("role=\"timer\""));
    at(-1);
    assert!(page(&world, asked(&path)).await.1.contains("role=\"timer\""), "not a moment before");
    at(0);
    let open = page(&world, asked(&path)).await.1;
    assert!(open.contains("余 3 位") && !open.contains("role=\"timer\""), "{open}");
}

#[tokio::test]
async fn what_nobody_needs_twice_is_not_kept() {
    let world = World::new().await;
    Town::new(&world.db).await;
    settled(&world).await;
    let missing = "/yongxing/activities/01936a2e-0000-7000-8000-000000000000";
    assert_eq!(world.get(missing).await.status(), StatusCode::NOT_FOUND);
    let long = format!("/yongxing?day={}", "1".repeat(500));
    assert_eq!(world.get(&long).await.status(), StatusCode::OK);
    world.db.close_by_ref().await.unwrap();
    for path in [missing, &long] {
        assert_ne!(world.get(path).await.status(), StatusCode::OK, "{path}");
    }
    assert_ne!(world.get(missing).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_at_once_are_given_one_rendering() {
    let renderings = Arc::new(AtomicI64::new(0));
    let counted = Arc::clone(&renderings);
    let world = World::with(move |setup| {
        // The cache asks the time once a request, a rendering asks several times.
        setup.host.clock = Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            now()
        });
    })
    .await;
    Town::new(&world.db).await;
    settled(&world).await;
    let world = Arc::new(world);
    let mut storm = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let world = Arc::clone(&world);
        storm.spawn(async move { world.get("/yongxing?view=month").await.status() });
    }
    while let Some(status) = storm.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    let asked = renderings.load(Ordering::SeqCst);
    assert!(asked < 300 + 10, "the time was asked {asked} times");
}
