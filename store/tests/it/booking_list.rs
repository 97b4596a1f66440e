//! The booking list on real rows: several classes for several people, confirmed together.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::Standing,
    id::{PersonId, PreparationId, RequestKey, TermId},
    reading::{Booked, Listed},
    refusal::Refusal,
};
use jiff::civil::{date, time};
use store::{
    StoreError,
    activities::{self, NewTerm},
    bookings::{
        Answers, Asked, BookRequest, BookingDesk, book_place, listed, prepare_booking, requests_listed, take_off_list,
    },
    id::new_id,
};

/// A class in the afternoon of the same days.
async fn afternoon(town: &Town, capacity: u32, opens: Option<jiff::civil::DateTime>) -> TermId {
    let mut new = NewTerm { opens, ..town.new_term(capacity) };
    (new.holding.start, new.holding.end) = (time(14, 0, 0, 0), time(16, 0, 0, 0));
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

async fn put_on(town: &Town, parent: &Parent, term: TermId, child: PersonId) {
    let asked = Asked { who: parent.who.clone(), request: request(term, child), at: now() };
    prepare_booking(&town.db, &asked).await.unwrap();
}

async fn list(town: &Town, parent: &Parent) -> Vec<Listed> {
    listed(&town.db, &parent.who, town.community, now()).await.unwrap()
}

fn ids(listed: &[Listed]) -> Vec<PreparationId> {
    listed.iter().map(|one| one.prepared.id).collect()
}

/// Confirms lines together.
async fn confirm(town: &Town, parent: &Parent, ids: &[PreparationId], key: RequestKey) -> Answers {
    let requests = requests_listed(&town.db, &parent.who, ids, key).await.unwrap();
    let asked = |request: BookRequest| Asked { who: parent.who.clone(), request, at: now() };
    let desk = BookingDesk::open(town.db.clone());
    desk.book_together(requests.into_iter().map(asked).collect()).await.unwrap()
}

fn key() -> RequestKey {
    RequestKey(new_id(now()))
}

on_both_databases!(two_children_and_two_classes_are_confirmed_at_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mornings, afternoons) = (town.term(5).await, afternoon(&town, 5, None).await);
    let parent = town.parent(1).await;
    let sister = town.child(parent.who.account, "妹妹").await;
    for (term, child) in [(mornings, parent.child), (afternoons, parent.child), (afternoons, sister)] {
        put_on(&town, &parent, term, child).await;
    }
    let lines = list(&town, &parent).await;
    let read: Vec<_> = lines.iter().map(|line| (line.prepared.term, line.prepared.name.as_str(), line.start)).collect();
    let (nine, two) = (time(9, 0, 0, 0), time(14, 0, 0, 0));
    assert_eq!(read, [(mornings, "孩子1", nine), (afternoons, "孩子1", two), (afternoons, "妹妹", two)]);
    assert!(lines.iter().all(|line| line.standing == Standing::Open { left: 5 }), "{lines:?}");
    assert!(list(&town, &town.parent(2).await).await.is_empty(), "it is nobody else's");

    let key = key();
    let answers = confirm(&town, &parent, &ids(&lines), key).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Booked::Confirmed { .. }))), "{answers:?}");
    let again = confirm(&town, &parent, &ids(&lines), key).await;
    assert_eq!(format!("{again:?}"), format!("{answers:?}"), "the form sent twice books once");
    assert!(list(&town, &parent).await.is_empty(), "what is booked is off the list");
});

on_both_databases!(where_one_of_them_has_no_place_none_is_booked_and_it_says_which, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mornings, full) = (town.term(5).await, afternoon(&town, 1, None).await);
    let other = town.parent(2).await;
    let parent = town.parent(1).await;
    put_on(&town, &parent, mornings, parent.child).await;
    put_on(&town, &parent, full, parent.child).await;
    book_place(&test.db, &other.who, &request(full, other.child), now()).await.unwrap();
    let lines = list(&town, &parent).await;
    let answers = confirm(&town, &parent, &ids(&lines), key()).await;
    let refusals: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer {
            Err(StoreError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(refusals, [Refusal::NoneOfThem, Refusal::NotTogether]);
    assert_eq!(ids(&list(&town, &parent).await), ids(&lines), "all stay on the list");
    let first = confirm(&town, &parent, &ids(&lines)[..1], key()).await;
    assert!(matches!(first[..], [Ok(Booked::Confirmed { .. })]), "and the place was not lost: {first:?}");
});

on_both_databases!(a_line_is_its_familys_alone_and_can_be_taken_off, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let soon = afternoon(&town, 5, Some(date(2026, 11, 25).at(9, 0, 0, 0))).await;
    let (parent, stranger) = (town.parent(1).await, town.parent(2).await);
    put_on(&town, &parent, soon, parent.child).await;
    let lines = list(&town, &parent).await;
    assert_eq!(lines[0].opens_in, Some(24 * 3600), "it says when it opens: {lines:?}");
    let theirs = requests_listed(&test.db, &stranger.who, &ids(&lines), key()).await;
    assert!(matches!(theirs, Err(StoreError::NotFound)), "{theirs:?}");
    take_off_list(&test.db, &stranger.who, lines[0].prepared.id, later(1)).await.unwrap();
    assert_eq!(list(&town, &parent).await.len(), 1, "a stranger takes nothing off");
    take_off_list(&test.db, &parent.who, lines[0].prepared.id, later(1)).await.unwrap();
    assert!(list(&town, &parent).await.is_empty());
    take_off_list(&test.db, &parent.who, lines[0].prepared.id, later(2)).await.unwrap();
});
