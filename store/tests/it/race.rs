//! The race for the last place, and the control that shows the race is real.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::{History, held},
    town::{Town, later, now, request},
};
use std::time::Duration;
use store::bookings::{Locking, book_place, book_place_with, cancel_booking};

on_both_databases!(two_hundred_parents_race_for_thirty_places, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(30).await;
    let mut parents = Vec::new();
    for n in 0..200 {
        parents.push(town.parent(n).await);
    }
    let mut racing = tokio::task::JoinSet::new();
    for parent in parents {
        let db = test.db.clone();
        racing.spawn(async move { book_place(&db, &parent.who, &request(term, parent.child), now()).await });
    }
    let mut history = History::default();
    while let Some(answer) = racing.join_next().await {
        history.note(answer.unwrap());
    }
    assert_eq!(history.confirmed.len(), 30);
    assert_eq!(history.waiting.len(), 170);
    history.check(&test.db, term, 30).await;
});

on_both_databases!(without_the_lock_the_same_race_oversells, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(3).await;
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..6 {
        let parent = town.parent(n).await;
        let db = test.db.clone();
        let off = Locking::OffAsControl(Duration::from_millis(400));
        racing.spawn(async move { book_place_with(&db, &parent.who, &request(term, parent.child), now(), off).await });
    }
    let answers = racing.join_all().await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let most = held(&test.db, term).await.into_values().max().unwrap();
    assert!(most > 3, "the control must oversell, or the race above proves nothing: {most} held of 3");
});

on_both_databases!(a_family_that_taps_ten_times_gets_one_booking_and_one_answer, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let same = request(term, parent.child);
    let mut taps = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (db, who) = (test.db.clone(), parent.who.clone());
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
    let mut tabs = tokio::task::JoinSet::new();
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

on_both_databases!(while_twenty_cancel_and_twenty_join_no_place_is_lost_or_doubled, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(20).await;
    let mut first = Vec::new();
    for n in 0..20 {
        let parent = town.parent(n).await;
        let booked = book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
        let booking = booked.booking();
        first.push((parent.who, booking));
    }
    let mut second = Vec::new();
    for n in 20..40 {
        second.push(town.parent(n).await);
    }
    let mut both = tokio::task::JoinSet::new();
    for (who, booking) in first {
        let db = test.db.clone();
        both.spawn(async move {
            cancel_booking(&db, &who, booking, domain::rights::Door::Page, later(1)).await.unwrap();
        });
    }
    for parent in second {
        let db = test.db.clone();
        both.spawn(async move {
            book_place(&db, &parent.who, &request(term, parent.child), later(1)).await.unwrap();
        });
    }
    both.join_all().await;
    assert!(held(&test.db, term).await.into_values().all(|held| held == 20), "every freed place was given once");
});
