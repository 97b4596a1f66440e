//! Booking, waiting, moving up, cancelling: seen by the family.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, later, now, request},
};
use domain::{
    booking::BookingState,
    id::{BookingId, RequestKey},
    reading::{Booked, NoticeText},
    refusal::Refusal,
    rights::Door,
    which::Which,
};
use jiff::ToSpan;
use store::{
    StoreError,
    bookings::{BookRequest, book_place, cancel_booking},
    calendar, families,
    id::new_id,
    notices,
    terms::load_term,
};

on_both_databases!(who_waits_moves_up_when_a_place_is_freed_and_finds_a_notice, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    let (a, b, c) = (town.parent(1).await, town.parent(2).await, town.parent(3).await);
    let first = book_place(&test.db, &a.who, &request(term, a.child), now()).await.unwrap();
    let second = book_place(&test.db, &b.who, &request(term, b.child), later(1)).await.unwrap();
    let third = book_place(&test.db, &c.who, &request(term, c.child), later(2)).await.unwrap();
    assert!(matches!(first, Booked::Confirmed { dates: 4, .. }), "{first:?}");
    assert!(matches!(second, Booked::Waiting { number: 1, .. }), "{second:?}");
    assert!(matches!(third, Booked::Waiting { number: 2, .. }), "{third:?}");

    cancel_booking(&test.db, &a.who, first.booking(), Door::Page, later(3)).await.unwrap();
    let of_b = calendar::my_bookings(&test.db, &b.who, None, later(3)).await.unwrap();
    assert_eq!((of_b[0].state, of_b[0].dates.len()), (BookingState::Confirmed, 4));
    let of_c = calendar::my_bookings(&test.db, &c.who, None, later(3)).await.unwrap();
    assert_eq!(of_c[0].place_in_line, Some(1), "the number falls");
    let told = notices::list(&test.db, &b.who, now()).await.unwrap();
    assert!(matches!(told[0].says, NoticeText::Promoted { dates: 4, .. }), "{told:?}");
    assert!(notices::list(&test.db, &c.who, now()).await.unwrap().is_empty());

    // Who was promoted and cancels leaves the list, and the place passes on.
    cancel_booking(&test.db, &b.who, second.booking(), Door::Page, later(4)).await.unwrap();
    let of_c = calendar::my_bookings(&test.db, &c.who, None, later(4)).await.unwrap();
    assert_eq!(of_c[0].state, BookingState::Confirmed);
    assert!(calendar::my_bookings(&test.db, &b.who, None, later(4)).await.unwrap().is_empty());
});

on_both_databases!(leaving_the_list_lets_the_others_step_forward, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    let mut booked = Vec::new();
    for n in 1..=4 {
        let parent = town.parent(n).await;
        let answer = book_place(&test.db, &parent.who, &request(term, parent.child), later(n.into())).await.unwrap();
        booked.push((parent, answer));
    }
    cancel_booking(&test.db, &booked[1].0.who, booked[1].1.booking(), Door::Page, later(9)).await.unwrap();
    for (n, line) in [(2, 1), (3, 2)] {
        let mine = calendar::my_bookings(&test.db, &booked[n].0.who, None, later(9)).await.unwrap();
        assert_eq!(mine[0].place_in_line, Some(line));
    }
});

on_both_databases!(a_stranger_neither_books_for_nor_sees_nor_cancels_another_family, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let (mine, stranger) = (town.parent(1).await, town.parent(2).await);
    let booked = book_place(&test.db, &mine.who, &request(term, mine.child), now()).await.unwrap();

    let theirs = book_place(&test.db, &stranger.who, &request(term, mine.child), now()).await;
    assert!(matches!(theirs, Err(StoreError::NotFound)), "{theirs:?}");
    for door in [Door::Page, Door::Desk] {
        let cancelled = cancel_booking(&test.db, &stranger.who, booked.booking(), door, now()).await;
        assert!(matches!(cancelled, Err(StoreError::NotFound)), "{cancelled:?}");
    }
    let unknown = cancel_booking(&test.db, &stranger.who, BookingId(new_id(now())), Door::Page, now()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound)), "the two look the same");
    assert!(calendar::my_bookings(&test.db, &stranger.who, None, now()).await.unwrap().is_empty());
    assert_eq!(calendar::my_bookings(&test.db, &mine.who, None, now()).await.unwrap().len(), 1);
    let removed = families::remove_member(&test.db, &stranger.who, mine.child, now()).await;
    assert!(matches!(removed, Err(StoreError::NotFound)), "{removed:?}");
});

on_both_databases!(a_key_of_another_account_neither_tells_nor_repeats, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let (a, b) = (town.parent(1).await, town.parent(2).await);
    let key = RequestKey(new_id(now()));
    book_place(&test.db, &a.who, &BookRequest { key, ..request(term, a.child) }, now()).await.unwrap();
    let stolen = book_place(&test.db, &b.who, &BookRequest { key, ..request(term, b.child) }, now()).await;
    assert!(matches!(stolen, Err(StoreError::NotFound)), "{stolen:?}");
});

on_both_databases!(the_deadline_to_cancel_holds_for_the_family_and_not_for_the_desk, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let booked = book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let start = load_term(&test.db, term).await.unwrap().term.occurrences[0].starts_at;
    let late = start - 23.hours();
    let refused = cancel_booking(&test.db, &parent.who, booked.booking(), Door::Page, late).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(Refusal::TooLateToCancel { deadline })) if deadline == start - 24.hours()),
        "{refused:?}"
    );
    cancel_booking(&test.db, &town.staff, booked.booking(), Door::Desk, late).await.unwrap();
    let told = notices::list(&test.db, &parent.who, now()).await.unwrap();
    assert!(matches!(told[0].says, NoticeText::CancelledByDesk { .. }), "{told:?}");
    let again = cancel_booking(&test.db, &town.staff, booked.booking(), Door::Desk, late).await;
    assert!(matches!(again, Err(StoreError::Refused(Refusal::AlreadyCancelled))), "{again:?}");
});

on_both_databases!(one_date_and_the_rest_of_a_term_are_booked_apart, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let loaded = load_term(&test.db, term).await.unwrap();
    let (second, third) = (loaded.term.occurrences[1].clone(), loaded.term.occurrences[2].clone());
    let single = |date| BookRequest { which: Which::Dates(vec![date]), ..request(term, parent.child) };
    book_place(&test.db, &parent.who, &single(second.id), now()).await.unwrap();
    book_place(&test.db, &parent.who, &single(third.id), now()).await.unwrap();
    let twice = book_place(&test.db, &parent.who, &single(second.id), now()).await;
    assert!(matches!(twice, Err(StoreError::Refused(Refusal::AlreadyBooked { .. }))), "{twice:?}");

    let other = town.parent(2).await;
    let rest = BookRequest { which: Which::Rest, ..request(term, other.child) };
    let booked = book_place(&test.db, &other.who, &rest, second.starts_at + 1.minute()).await.unwrap();
    assert!(matches!(booked, Booked::Confirmed { dates: 2, .. }), "what has begun is left out: {booked:?}");
});

on_both_databases!(a_date_called_off_keeps_the_other_places_and_the_count_right, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let loaded = load_term(&test.db, term).await.unwrap();
    let reason = domain::text::Line::parse("老师外出").unwrap();
    store::schedule::cancel_occurrence(&test.db, &town.staff, loaded.term.occurrences[1].id, 0, reason, now())
        .await
        .unwrap();
    let mine = calendar::my_bookings(&test.db, &parent.who, None, now()).await.unwrap();
    let ordinals: Vec<_> = mine[0].dates.iter().map(|date| date.ordinal).collect();
    assert_eq!(ordinals, [Some((1, 3)), None, Some((2, 3)), Some((3, 3))]);
});
