//! The race for the last place, and the control that shows the race is real.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::{Answer, History, What, held, noted, noted_cancel},
    town::{Town, later, now, request},
};
use domain::{reading::Booked, rights::Door};
use proof::{Parent, crowd};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::{sync::Arc, time::Duration};
use store::{
    activities,
    bookings::{Asked, BookRequest, BookingDesk, Locking, book_place, book_place_with, book_places, cancel_booking},
};
use tokio::task::JoinSet;

fn asked(parent: &Parent, request: BookRequest) -> Asked {
    Asked { who: parent.who.clone(), request, at: now() }
}

on_both_databases!(two_hundred_parents_race_for_thirty_places, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(30).await;
    let history = Arc::new(History::default());
    let mut racing = JoinSet::new();
    for (n, parent) in (0..).zip(crowd(&test.db, town.community, 0..200, now()).await.unwrap()) {
        let (db, history) = (test.db.clone(), Arc::clone(&history));
        racing.spawn(async move {
            let request = request(term, parent.child);
            noted(&history, (0, n), &request, book_place(&db, &parent.who, &request, now())).await
        });
    }
    racing.join_all().await;
    assert_eq!(history.count(|answer| matches!(answer, Answer::Ok { .. })), 30);
    assert_eq!(history.count(|answer| matches!(answer, Answer::Waitlisted { .. })), 170);
    history.must_hold(&test.db).await;
});

on_both_databases!(without_the_lock_the_same_race_oversells, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(3).await;
    let history = Arc::new(History::default());
    let mut racing = JoinSet::new();
    for (n, parent) in (0..).zip(crowd(&test.db, town.community, 0..6, now()).await.unwrap()) {
        let (db, history) = (test.db.clone(), Arc::clone(&history));
        let off = Locking::OffAsControl(Duration::from_millis(400));
        racing.spawn(async move {
            let request = request(term, parent.child);
            noted(&history, (0, n), &request, book_place_with(&db, &parent.who, &request, now(), off)).await
        });
    }
    let answers = racing.join_all().await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let found = history.check(&test.db).await.unwrap();
    let oversold = |said: &&String| said.contains("places taken of 3");
    assert_eq!(found.iter().filter(oversold).count(), 4, "or the race above proves nothing: {found:?}");
});

on_both_databases!(
    a_full_class_with_a_short_list_turns_away_only_whoever_comes_too_late,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let new = activities::NewTerm { waitlist_cap: Some(4), ..town.new_term(5) };
        let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
        let history = Arc::new(History::default());
        let mut racing = JoinSet::new();
        for (n, parent) in (0..).zip(crowd(&test.db, town.community, 0..30, now()).await.unwrap()) {
            let (db, history) = (test.db.clone(), Arc::clone(&history));
            racing.spawn(async move {
                let request = request(term, parent.child);
                noted(&history, (0, n), &request, book_place(&db, &parent.who, &request, now())).await
            });
        }
        racing.join_all().await;
        assert_eq!(history.count(|answer| *answer == Answer::Full), 21);
        history.must_hold(&test.db).await;
    }
);

on_both_databases!(a_family_that_taps_ten_times_gets_one_booking_and_one_answer, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let same = request(term, parent.child);
    let mut taps = JoinSet::new();
    for _ in 0..10 {
        let (db, who, same) = (test.db.clone(), parent.who.clone(), same.clone());
        taps.spawn(async move { book_place(&db, &who, &same, now()).await.unwrap() });
    }
    let answers = taps.join_all().await;
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert!(held(&test.db, term).await.into_values().all(|held| held == 1));
});

on_both_databases!(two_tabs_with_keys_of_their_own_book_a_child_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let mut tabs = JoinSet::new();
    for _ in 0..8 {
        let (db, who, child) = (test.db.clone(), parent.who.clone(), parent.child);
        tabs.spawn(async move { book_place(&db, &who, &request(term, child), now()).await });
    }
    let answers = tabs.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = |answer: &Result<_, store::StoreError>| {
        matches!(answer, Err(store::StoreError::Refused(domain::refusal::Refusal::AlreadyBooked { waiting: false })))
    };
    assert_eq!(answers.iter().filter(|answer| refused(answer)).count(), 7, "{answers:?}");
});

on_both_databases!(
    while_two_hundred_cancel_and_two_hundred_join_each_place_is_given_once,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let term = town.term(200).await;
        let other = store::connect::connect(&test.url).await.unwrap();
        let nodes = [(test.db.clone(), BookingDesk::open(test.db.clone())), (other.clone(), BookingDesk::open(other))];
        let history = Arc::new(History::default());
        let parents = crowd(&test.db, town.community, 0..420, now()).await.unwrap();
        let (first, second) = parents.split_at(220);
        let wishes: Vec<_> = first.iter().map(|parent| asked(parent, request(term, parent.child))).collect();
        let noting: Vec<_> = (0..).zip(&wishes).map(|(n, one)| history.ask(0, n, What::book(&one.request))).collect();
        let mut holding = Vec::new();
        for (noting, answer) in noting.into_iter().zip(book_places(&test.db, &wishes).await) {
            noting.answered(Answer::from(&answer));
            if let Booked::Confirmed { booking, .. } = answer.unwrap() {
                holding.push(booking);
            }
        }
        assert_eq!(holding.len(), 200);
        let mut both = JoinSet::new();
        for (n, ((booking, leaves), joins)) in holding.into_iter().zip(first).zip(second).enumerate() {
            let (node, client) = (n % 2, u32::try_from(n).unwrap());
            let ((db, desk), who) = (nodes[node].clone(), leaves.who.clone());
            let (joins, history) = (joins.clone(), Arc::clone(&history));
            let node = u32::try_from(node).unwrap();
            both.spawn({
                let history = Arc::clone(&history);
                async move {
                    let cancelling = cancel_booking(&db, &who, booking, Door::Page, later(1));
                    noted_cancel(&history, (node, client), booking.0, cancelling).await;
                }
            });
            both.spawn(async move {
                let asked = Asked { at: later(1), ..asked(&joins, request(term, joins.child)) };
                let request = asked.request.clone();
                noted(&history, (node, 220 + client), &request, desk.book_place(asked)).await.unwrap();
            });
        }
        both.join_all().await;
        assert!(held(&test.db, term).await.into_values().all(|held| held == 200), "every freed place was given once");
        history.must_hold(&test.db).await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_classes_booked_in_opposite_orders_never_lock_each_other_up() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let terms = [town.term(1000).await, town.term(1000).await];
    let other = store::connect::connect(&test.url).await.unwrap();
    let history = Arc::new(History::default());
    // Each family's two tabs ask at once, in opposite orders, on two nodes; and so do their neighbours, both ways.
    let parents = crowd(&test.db, town.community, 0..300, now()).await.unwrap();
    for (round, families) in parents.chunks(2).enumerate() {
        let mut tabs = JoinSet::new();
        for (node, (db, order)) in [(&test.db, [0, 1]), (&other, [1, 0])].into_iter().enumerate() {
            let mut batch = Vec::new();
            for term in order {
                let family =
                    if node == 0 { families.iter().collect() } else { families.iter().rev().collect::<Vec<_>>() };
                batch.extend(
                    family.into_iter().map(|parent| {
                        asked(parent, BookRequest { insists: true, ..request(terms[term], parent.child) })
                    }),
                );
            }
            let (db, history) = (db.clone(), Arc::clone(&history));
            let (node, client) = (u32::try_from(node).unwrap(), u32::try_from(round).unwrap());
            tabs.spawn(async move {
                let noting: Vec<_> =
                    batch.iter().map(|one| history.ask(node, client, What::book(&one.request))).collect();
                for (noting, answer) in noting.into_iter().zip(book_places(&db, &batch).await) {
                    noting.answered(Answer::from(&answer));
                }
            });
        }
        tabs.join_all().await;
    }
    assert_eq!(history.count(|answer| matches!(answer, Answer::Ok { .. })), 600, "each child once in each class");
    assert_eq!(history.count(|answer| *answer == Answer::Duplicate), 600, "{}", history.lines());
    history.must_hold(&test.db).await;
    let counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let counted = test.db.query_one_raw(Statement::from_string(DbBackend::Postgres, counted)).await.unwrap().unwrap();
    assert_eq!(counted.try_get_by_index::<i64>(0).unwrap(), 0, "deadlocks that the database broke up");
}
