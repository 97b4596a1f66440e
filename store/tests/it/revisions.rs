//! Revisions: they rise with every change that the public sees, and every process knows at once.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, now, request},
};
use domain::{
    rights::Door,
    roll::{Says, Verdict},
};
use jiff::{
    Timestamp,
    civil::{date, time},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};
use std::time::{Duration, Instant};
use store::{
    bookings::{Asked, book_places, cancel_booking},
    connect,
    entity::community_revision,
    revisions::Revisions,
    schedule, terms,
};

/// The revision as the database has it.
async fn revision(town: &Town) -> i64 {
    let row = community_revision::Entity::find_by_id(town.community.0).one(&town.db).await.unwrap();
    row.map_or(0, |row| row.revision)
}

on_both_databases!(a_revision_rises_once_with_every_change_that_the_public_sees, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
    let theirs = revision(&elsewhere).await;
    assert_eq!(revision(&town).await, 1, "its activity is new");
    let term = town.term(2).await;
    assert_eq!(revision(&town).await, 2);

    let mut asked = Vec::new();
    for n in 0..3 {
        let parent = town.parent(n).await;
        asked.push(Asked { who: parent.who, request: request(term, parent.child), at: now() });
    }
    assert_eq!(revision(&town).await, 2, "who lives here is no news");
    let booked = book_places(&test.db, &asked).await;
    assert_eq!(revision(&town).await, 3, "a batch is one change");
    assert!(book_places(&test.db, &asked).await.iter().all(Result::is_ok));
    assert_eq!(revision(&town).await, 3, "nothing was done twice");

    let Ok(domain::reading::Booked::Confirmed { booking, .. }) = booked[0] else { panic!("{booked:?}") };
    cancel_booking(&test.db, &asked[0].who, booking, Door::Page, now()).await.unwrap();
    assert_eq!(revision(&town).await, 4, "somebody moved up in the same transaction");
    let refused = cancel_booking(&test.db, &asked[0].who, booking, Door::Page, now()).await;
    assert!(refused.is_err());
    assert_eq!(revision(&town).await, 4);

    let loaded = terms::load_term(&test.db, term).await.unwrap();
    let first = domain::id::OccurrenceId(loaded.dates[0].id);
    let reason = domain::text::Line::parse("停电").unwrap();
    schedule::cancel_occurrence(&test.db, &town.staff, first, 0, reason, now()).await.unwrap();
    assert_eq!(revision(&town).await, 5);
    let second = domain::id::OccurrenceId(loaded.dates[1].id);
    let then = "2026-12-08T01:00:00Z".parse().unwrap();
    assert_eq!(town.tap(second, asked[1].request.person, Says::Present, 0, then).await.unwrap(), Verdict::Counts);
    assert_eq!(revision(&town).await, 5, "who came is not for the public");
    assert_eq!(revision(&elsewhere).await, theirs, "nothing happened there");
});

/// Waits until a process knows a revision, and says how long that took.
async fn until(revisions: &Revisions, slug: &str, wanted: Option<i64>) -> Duration {
    let start = Instant::now();
    while revisions.of(slug) != wanted {
        assert!(start.elapsed() < Duration::from_secs(5), "{:?} instead of {wanted:?}", revisions.of(slug));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    start.elapsed()
}

on_both_databases!(every_node_knows_within_a_second, |test: TestDatabase| async move {
    let other = connect::connect(&test.url).await.unwrap();
    let (here, there) = (Revisions::open(test.db.clone()), Revisions::open(other));
    assert_eq!((here.of("yongxing"), here.of_all()), (None, 0));
    let town = Town::new(&test.db).await;
    let known = revision(&town).await;
    for node in [&here, &there] {
        until(node, "yongxing", Some(known)).await;
    }
    let all = there.of_all();
    town.term(2).await;
    let (slow, news) = (until(&there, "yongxing", Some(known + 1)).await, there.after("yongxing", known).await);
    assert!(slow < Duration::from_secs(1), "{slow:?}");
    assert_eq!((news, here.after("yongxing", known).await), (Some(known + 1), Some(known + 1)));
    assert_eq!(there.of_all(), all + 1);
});

on_both_databases!(what_another_program_did_is_known_within_a_second, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let revisions = Revisions::open(test.db.clone());
    let known = revision(&town).await;
    until(&revisions, "yongxing", Some(known)).await;
    // As if by hand: nobody is notified.
    test.db.execute_unprepared("UPDATE community_revision SET revision = revision + 7").await.unwrap();
    let slow = until(&revisions, "yongxing", Some(known + 7)).await;
    assert!(slow < Duration::from_secs(1), "{slow:?}");
});

on_both_databases!(whoever_waits_for_a_change_is_told_when_the_server_stops, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let revisions = Revisions::open(test.db.clone());
    let known = revision(&town).await;
    until(&revisions, "yongxing", Some(known)).await;
    let waiting = {
        let revisions = revisions.clone();
        tokio::spawn(async move { revisions.after("yongxing", known).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished());
    revisions.close().await;
    assert_eq!(waiting.await.unwrap(), None);
    assert_eq!(revisions.of("yongxing"), Some(known), "what was known stays known");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_tells_the_other_node_at_commit() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let there = Revisions::open(connect::connect(&test.url).await.unwrap());
    let mut known = revision(&town).await;
    until(&there, "yongxing", Some(known)).await;
    // The connection that listens needs a moment.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut slowest = Duration::ZERO;
    for week in 0..4 {
        let closed = closure(&town, week).await;
        known += 1;
        slowest = slowest.max(until(&there, "yongxing", Some(known)).await);
        assert_eq!(closed, known);
        tokio::time::sleep(Duration::from_millis(130)).await;
    }
    assert!(slowest < Duration::from_millis(200), "{slowest:?}: that was found, not told");
}

/// A small change.
async fn closure(town: &Town, week: i8) -> i64 {
    let day = date(2027, 1, 4 + week);
    let span = domain::day_kind::DaySpan {
        first: day,
        last: day,
        kind: domain::day_kind::DayKind::Closure,
        name: domain::text::Line::parse("停水").unwrap(),
    };
    let when: Timestamp = now();
    store::day_kinds::set_days(&town.db, &town.staff, "yongxing", &[span], when).await.unwrap();
    revision(town).await
}

/// Changes of dates hold the community's row from their beginning; bookings, which hold persons, raise its revision.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_and_changes_of_dates_never_lock_each_other_out() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let mut afternoons = town.new_term(50);
    (afternoons.holding.start, afternoons.holding.end) = (time(15, 0, 0, 0), time(16, 0, 0, 0));
    let afternoons = store::activities::new_term(&test.db, &town.staff, afternoons, now()).await.unwrap();
    let terms = [town.term(50).await, afternoons];
    let mut parents = Vec::new();
    for n in 0..8 {
        parents.push(town.parent(n).await);
    }
    let before = revision(&town).await;
    let mut doing = tokio::task::JoinSet::new();
    for parent in parents {
        let db: DatabaseConnection = test.db.clone();
        doing.spawn(async move {
            for _ in 0..5 {
                for term in terms {
                    let asked = Asked { who: parent.who.clone(), request: request(term, parent.child), at: now() };
                    let booked = book_places(&db, &[asked]).await.remove(0).unwrap();
                    cancel_booking(&db, &parent.who, booked.booking(), Door::Page, now()).await.unwrap();
                }
            }
        });
    }
    let staff = town.staff.clone();
    let db = test.db.clone();
    doing.spawn(async move {
        for _ in 0..10 {
            for term in terms {
                let loaded = terms::load_term(&db, term).await.unwrap();
                let (id, sequence) = (domain::id::OccurrenceId(loaded.dates[0].id), loaded.dates[0].sequence);
                let reason = domain::text::Line::parse("停电").unwrap();
                schedule::cancel_occurrence(&db, &staff, id, sequence, reason, now()).await.unwrap();
                let loaded = terms::load_term(&db, term).await.unwrap();
                schedule::restore_occurrence(&db, &staff, id, loaded.dates[0].sequence, now()).await.unwrap();
            }
        }
    });
    while let Some(done) = doing.join_next().await {
        done.unwrap();
    }
    assert_eq!(revision(&town).await - before, 8 * 5 * 2 * 2 + 10 * 2 * 2);
}
