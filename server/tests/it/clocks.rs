//! Nodes whose machines' clocks are wrong: over one PostgreSQL all go by the database's.

use crate::{
    database::TestDatabase,
    node::{Node, class, class_that_opens},
    press::{Form, Reply, page, post},
    town::Town,
    world::new_folder,
};
use domain::{booking::BookingState, entry::Entry, term::Promotion};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proof::{Answer, History, clock, crowd};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{
    DatabaseConnection,
    clock::time_of,
    entity::{booking, time},
    entries::{NewEntry, set_entry},
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// An hour before all others.
const FAST: (&str, &str) = ("ZHAOXI_CLOCK_SHIFT", "3600");
/// A day behind.
const SLOW: (&str, &str) = ("ZHAOXI_CLOCK_SHIFT", "-86400");

/// A node may be behind the database by the time of an answer, which is long while all tests run at once.
const BEHIND: SignedDuration = SignedDuration::from_millis(500);

async fn all_of(db: &DatabaseConnection) -> Vec<booking::Model> {
    booking::Entity::find().all(db).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_in_before_the_second_on_nodes_an_hour_fast_and_a_day_slow_and_everybody_after_it() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let (fast, slow) = tokio::join!(Node::start_with(&test.url, &[FAST]), Node::start_with(&test.url, &[SLOW]));
    let parents = crowd(&test.db, town.community, 0..160, clock()).await.unwrap();
    let opens = Timestamp::from_second(time_of(&test.db).await.unwrap().as_second() + 5).unwrap();
    let term = class_that_opens(&town, 40, Some(opens)).await;

    // Both count down to the same second.
    let path = format!("/yongxing/activities/{}", town.activity);
    for node in [&fast, &slow] {
        let seen = page(node.addr, &path, &parents[0].cookie).await.unwrap();
        assert!(seen.body.contains("还有 00:00:0"), "{}", seen.body);
    }

    // Parents press all the time, each once, in turns at the two.
    let history = Arc::new(History::default());
    let forms: Vec<_> = (0..).zip(&parents).map(|parent| Form::new(parent, town.activity, term)).collect();
    let (start, mut pressing) = (Instant::now(), JoinSet::new());
    for (n, form) in forms.iter().cloned().enumerate() {
        let node = [(0, fast.addr), (1, slow.addr)][n % 2];
        let (db, history) = (test.db.clone(), Arc::clone(&history));
        pressing.spawn(async move {
            tokio::time::sleep_until((start + Duration::from_millis(45) * u32::try_from(n).unwrap()).into()).await;
            let asked = time_of(&db).await.unwrap();
            let reply = form.press(&history, node).await.expect("an answer");
            (node.0, asked, time_of(&db).await.unwrap(), reply)
        });
    }
    let (mut before, mut after) = ([0, 0], [0, 0]);
    for (node, asked, answered, reply) in pressing.join_all().await {
        let is_in = reply.status == StatusCode::OK;
        if answered < opens {
            assert!(reply.body.contains(r#""why":"not_yet_open""#), "{answered} is before {opens}: {reply:?}");
            before[node as usize] += 1;
        } else if asked >= opens + BEHIND {
            assert!(is_in, "{asked} is after {opens}: {reply:?}");
            after[node as usize] += 1;
        }
    }
    assert!(before.into_iter().chain(after).all(|count| count > 10), "it proves little: {before:?}, {after:?}");
    let early: Vec<_> =
        all_of(&test.db).await.into_iter().filter(|row| Timestamp::from(row.created_at) < opens).collect();
    assert!(early.is_empty(), "{early:?}");
    history.must_hold(&test.db).await;
}

/// The cookie that an answer sets.
fn cookie_of(reply: &Reply) -> &str {
    reply.header("set-cookie").and_then(|value| value.split(';').next()).unwrap_or_else(|| panic!("{reply:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_expires_early_or_late_on_nodes_an_hour_fast_and_a_day_slow() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let folder = new_folder();
    let codes = folder.join("codes");
    let sender = ("ZHAOXI_CODE_SENDER", format!("file:{}", codes.display()));
    let slow = [SLOW, (sender.0, sender.1.as_str())];
    let (fast, slow) = tokio::join!(Node::start_with(&test.url, &[FAST]), Node::start_with(&test.url, &slow));
    let term = class(&town, 3).await;
    let holds = Entry { hold_minutes: Some(5), ..Entry::default() };
    let holds = NewEntry { entry: holds, priority_opens: None, promotion: Promotion::AutoFill };
    set_entry(&test.db, &town.staff, term, holds, clock()).await.unwrap();
    let parents = crowd(&test.db, town.community, 0..3, clock()).await.unwrap();
    let history = Arc::new(History::default());

    // A place that is held, on either node, is held for five minutes of the database's.
    let mut held = Vec::new();
    for (n, (client, node)) in (0..).zip([(0, &fast), (1, &slow), (2, &fast)]) {
        let began = time_of(&test.db).await.unwrap();
        let form = Form::new((client, &parents[n]), town.activity, term);
        let reply = form.press(&history, (client, node.addr)).await.unwrap();
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        let Answer::Booked { booking } = history.entries()[n].answer else { panic!("{}", history.lines()) };
        let row = booking::Entity::find_by_id(booking).one(&test.db).await.unwrap().unwrap();
        let until = Timestamp::from(row.answer_by.expect("a hold"));
        let (from, to) = (began - BEHIND, time_of(&test.db).await.unwrap());
        assert!((from + 5.minutes()..=to + 5.minutes()).contains(&until), "{until}, booked from {from} to {to}");
        held.push(booking);
    }

    // One of them ends in three seconds: not before, and soon after, and it alone.
    let ends = time_of(&test.db).await.unwrap() + 3.seconds();
    booking::Entity::update_many()
        .col_expr(booking::Column::AnswerBy, Expr::value(time::Instant::from(ends)))
        .filter(booking::Column::Id.eq(held[0]))
        .exec(&test.db)
        .await
        .unwrap();
    let state = |id: Uuid| {
        let db = &test.db;
        async move { booking::Entity::find_by_id(id).one(db).await.unwrap().unwrap().state.0 }
    };
    while state(held[0]).await == BookingState::Offered {
        assert!(time_of(&test.db).await.unwrap() < ends + 10.seconds(), "it never ends");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(time_of(&test.db).await.unwrap() >= ends, "it ended early");
    assert_eq!((state(held[1]).await, state(held[2]).await), (BookingState::Offered, BookingState::Offered));
    // What one node held is confirmed at the other.
    for (n, node) in [(1, &fast), (2, &slow)] {
        let form = format!("slug=yongxing&booking={}&back=my", held[n]);
        let reply = post(node.addr, "accept_offer", &parents[n].cookie, &form).await.unwrap();
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        assert_eq!(state(held[n]).await, BookingState::Confirmed);
    }

    // A code from one node, and the login session with it, is good at the other.
    let asked = post(slow.addr, "ask_code", "", "slug=yongxing&phone=13900000077").await.unwrap();
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    let sent = fs::read_to_string(&codes).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&sent).unwrap();
    let form = format!("slug=yongxing&code={}", sent["code"].as_str().unwrap());
    let entered = post(fast.addr, "enter_code", cookie_of(&asked), &form).await.unwrap();
    assert_eq!(entered.status, StatusCode::OK, "{entered:?}");
    let mine = page(slow.addr, "/yongxing/my", cookie_of(&entered)).await.unwrap();
    assert!(mine.body.contains("139****0077"), "{}", mine.body);
    fs::remove_dir_all(folder).unwrap();
}
