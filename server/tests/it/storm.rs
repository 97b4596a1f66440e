//! The refresh storm: everybody asks for the pages again and again, until the second in which a term opens and after it.

use crate::{
    database::TestDatabase,
    node::{Node, class_that_opens},
    press::{Form, page},
    town::Town,
};
use http::StatusCode;
use jiff::Timestamp;
use proof::{Answer, History, clock, crowd};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Those who ask for pages as fast as they are answered.
const LOOKING: usize = 200;

/// A parent presses at least so soon after the one before.
const APART: Duration = Duration::from_millis(25);

/// No writer waits longer. Tests run at once and unoptimized; alone, a writer waits for some tens of milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

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
        // Some are signed in, so that what they see is rendered for each of them.
        let cookie = if n % 10 == 0 { parents[n].cookie.clone() } else { String::new() };
        storm.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let reply = page(addr, &path, &cookie).await.expect("an answer");
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
    for form in early {
        let pressed = Instant::now();
        let reply = form.press(&history, (0, node.addr)).await.expect("an answer");
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        times.push(pressed.elapsed());
    }
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
