//! The refresh storm: everybody asks for the pages again and again, until the second in which a term opens and after it.

use crate::{
    database::TestDatabase,
    node::{Node, class_that_opens},
    press::{Form, page},
    town::{Town, now},
    world::{World, ask, text},
};
use http::{Request, StatusCode};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use proof::{Answer, History, clock, crowd};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::activities::{NewTerm, new_term};
use tokio::task::JoinSet;

/// Those who ask for pages as fast as they are answered.
const LOOKING: usize = 200;

/// A parent presses at least so soon after the one before.
const APART: Duration = Duration::from_millis(25);

/// No writer waits longer. Tests run at once and unoptimized; alone, a writer waits for some tens of milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_of_readers_no_writer_starves_and_nobody_is_in_before_the_second() {
    let _ = rlimit::increase_nofile_limit(4096);
    let test = TestDatabase::sqlite().await;
    let town = Town::new(&test.db).await;
    let node = Node::start(&test.url).await;
    let parents = crowd(&test.db, town.community, 0..200, clock()).await.unwrap();
    let opens = Timestamp::from_second(clock().as_second() + 4).unwrap();
    let term = class_that_opens(&town, 40, Some(opens)).await;
    let history = Arc::new(History::default());

    let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut storm = JoinSet::new();
    let paths =
        ["/yongxing".to_owned(), "/yongxing?view=month".to_owned(), format!("/yongxing/activities/{}", town.activity)];
    for n in 0..LOOKING {
        let (over, seen) = (Arc::clone(&over), Arc::clone(&seen));
        let (path, addr) = (paths[n % paths.len()].clone(), node.addr);
        storm.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let reply = page(addr, &path, "").await.expect("an answer");
                assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
                seen.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    let (start, mut pressing) = (Instant::now(), JoinSet::new());
    for (n, parent) in (0..).zip(&parents) {
        let (form, history, addr) = (Form::new((n, parent), town.activity, term), Arc::clone(&history), node.addr);
        pressing.spawn(async move {
            tokio::time::sleep_until((start + APART * n).into()).await;
            let (asked, pressed) = (clock(), Instant::now());
            let reply = form.press(&history, (0, addr)).await.expect("an answer");
            (form, asked, clock(), pressed.elapsed(), reply)
        });
    }
    let (mut early, mut times) = (Vec::new(), Vec::new());
    for (form, asked, answered, took, reply) in pressing.join_all().await {
        if answered < opens {
            assert!(reply.body.contains(r#""why":"not_yet_open""#), "{answered} is before {opens}: {reply:?}");
        } else if asked >= opens {
            assert_eq!(reply.status, StatusCode::OK, "{asked} is after {opens}: {reply:?}");
        }
        if reply.status != StatusCode::OK {
            early.push(form);
        }
        times.push(took);
    }
    // Whoever was early gets in now, in the same storm.
    assert!(early.len() > 20 && parents.len() - early.len() > 20, "it proves little: {} early", early.len());
    let mut again = JoinSet::new();
    for form in early {
        let (history, addr) = (Arc::clone(&history), node.addr);
        again.spawn(async move {
            let pressed = Instant::now();
            let reply = form.press(&history, (0, addr)).await.expect("an answer");
            assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
            pressed.elapsed()
        });
    }
    times.extend(again.join_all().await);
    over.store(true, Ordering::Relaxed);
    storm.join_all().await;
    times.sort();
    let (seen, slowest) = (seen.load(Ordering::Relaxed), times[times.len() - 1]);
    println!("{seen} pages, half of the writers within {:?}, all within {slowest:?}", times[times.len() / 2]);
    assert!(slowest < PATIENCE, "a writer waited for {slowest:?} beside {seen} pages");
    assert!(seen > 5 * LOOKING, "no storm: {seen} pages");
    assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), parents.len());
    history.must_hold(&test.db).await;
}

/// Rendering goes from thread to thread; what belongs to the browser alone may not be handed on with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_that_counts_down_is_rendered_for_many_at_once() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let opens = now() + 1.hour();
    let opens = opens.to_zoned_datetime(TimeZone::get("Asia/Shanghai").unwrap()).datetime();
    let new = NewTerm { opens: Some(opens), ..town.new_term(3) };
    new_term(&world.db, &town.staff, new, now()).await.unwrap();
    let cookie = world.sign_in(&town.parent(1).await.who).await;
    let path = format!("/yongxing/activities/{}", town.activity);
    let mut looking = JoinSet::new();
    for _ in 0..100 {
        let (router, cookie, path) = (world.router.clone(), cookie.clone(), path.clone());
        looking.spawn(async move {
            let request = Request::get(path).header("host", "localhost").header("cookie", cookie);
            let response = ask(&router, request, "").await;
            (response.status(), text(response).await)
        });
    }
    for (status, page) in looking.join_all().await {
        assert!(status == StatusCode::OK && page.contains("还有 01:00:00"), "{status}: {page}");
    }
}
