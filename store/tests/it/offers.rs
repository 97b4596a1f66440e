//! Offers and holds: a place is kept until a family answers, and goes on when it doesn't.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::held,
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::BookingState,
    entry::Entry,
    id::{BookingId, TermId},
    reading::{Booked, MyBooking, NoticeText},
    refusal::Refusal,
    rights::Door,
    term::Promotion,
};
use jiff::{Timestamp, civil::date};
use store::{
    StoreError,
    bookings::{Swept, accept_offer, book_place, cancel_booking, sweep},
    calendar,
    entries::{NewEntry, set_entry},
    notices,
};

async fn set(town: &Town, term: TermId, entry: Entry, promotion: Promotion) {
    let new = NewEntry { entry, priority_opens: None, promotion };
    set_entry(&town.db, &town.staff, term, new, now()).await.unwrap();
}

async fn book(town: &Town, term: TermId, parent: &Parent, at: Timestamp) -> Booked {
    book_place(&town.db, &parent.who, &request(term, parent.child), at).await.unwrap()
}

async fn mine(town: &Town, parent: &Parent, at: Timestamp) -> Option<MyBooking> {
    calendar::my_bookings(&town.db, &parent.who, None, at).await.unwrap().pop()
}

async fn accept(town: &Town, parent: &Parent, id: BookingId, at: Timestamp) -> Result<(), StoreError> {
    accept_offer(&town.db, &parent.who, id, Door::Page, at).await
}

on_both_databases!(a_freed_place_is_offered_and_nobody_else_can_take_it, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    set(&town, term, Entry { offer_hours: 4, ..Entry::default() }, Promotion::Offer).await;
    let [a, b, c] = [town.parent(1).await, town.parent(2).await, town.parent(3).await];
    let first = book(&town, term, &a, now()).await;
    let second = book(&town, term, &b, now()).await;
    cancel_booking(&test.db, &a.who, first.booking(), Door::Page, later(1)).await.unwrap();

    let of_b = mine(&town, &b, later(2)).await.unwrap();
    assert_eq!((of_b.state, of_b.answer_in), (BookingState::Offered, Some((4 * 60 - 1) * 60)), "{of_b:?}");
    let told = notices::list(&test.db, &b.who, later(2)).await.unwrap();
    let until = date(2026, 11, 24).at(13, 1, 0, 0);
    assert!(matches!(told[0].says, NoticeText::Offered { until: at, dates: 4, .. } if at == until), "{told:?}");
    let late = book(&town, term, &c, later(3)).await;
    assert!(matches!(late, Booked::Waiting { number: 1, .. }), "the place is kept: {late:?}");
    assert!(matches!(accept(&town, &c, second.booking(), later(3)).await, Err(StoreError::NotFound)));

    accept(&town, &b, second.booking(), later(4)).await.unwrap();
    accept(&town, &b, second.booking(), later(4)).await.unwrap();
    assert_eq!(mine(&town, &b, later(5)).await.unwrap().state, BookingState::Confirmed);
    assert_eq!(sweep(&test.db, later(60 * 24)).await.unwrap(), Swept::default(), "what was accepted doesn't lapse");
});

on_both_databases!(an_offer_that_nobody_answers_goes_to_the_next_at_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    set(&town, term, Entry { offer_hours: 4, ..Entry::default() }, Promotion::Offer).await;
    let [a, b, c, d] = [town.parent(1).await, town.parent(2).await, town.parent(3).await, town.parent(4).await];
    let first = book(&town, term, &a, now()).await;
    let second = book(&town, term, &b, now()).await;
    let third = book(&town, term, &c, now()).await;
    book(&town, term, &d, now()).await;
    cancel_booking(&test.db, &a.who, first.booking(), Door::Page, now()).await.unwrap();
    let over = later(4 * 60);
    assert_eq!(sweep(&test.db, later(4 * 60 - 1)).await.unwrap(), Swept::default());
    let refused = accept(&town, &b, second.booking(), over).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::OfferOver { until })) if until == over), "{refused:?}");
    // Two nodes sweep at once: one of them finds it done.
    let both = tokio::join!(sweep(&test.db, over), sweep(&test.db, over));
    assert_eq!(both.0.unwrap().lapsed + both.1.unwrap().lapsed, 1);
    assert!(mine(&town, &b, over).await.is_none());
    let told = notices::list(&test.db, &b.who, over).await.unwrap();
    assert!(matches!(told[0].says, NoticeText::Lapsed { .. }), "{told:?}");
    assert_eq!(mine(&town, &c, over).await.unwrap().state, BookingState::Offered);
    // Declining passes it on as well.
    cancel_booking(&test.db, &c.who, third.booking(), Door::Page, over).await.unwrap();
    assert_eq!(mine(&town, &d, over).await.unwrap().state, BookingState::Offered);
    assert!(held(&test.db, term).await.values().all(|held| *held == 1), "never two for one place");
});

on_both_databases!(nobody_is_asked_in_the_night, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    set(&town, term, Entry { offer_hours: 4, ..Entry::default() }, Promotion::Offer).await;
    let [a, b] = [town.parent(1).await, town.parent(2).await];
    let first = book(&town, term, &a, now()).await;
    book(&town, term, &b, now()).await;
    // 22:00 in Shanghai; four hours later would be 2:00.
    cancel_booking(&test.db, &a.who, first.booking(), Door::Page, later(13 * 60)).await.unwrap();
    let of_b = mine(&town, &b, later(13 * 60)).await.unwrap();
    assert_eq!(of_b.answer_by, Some(date(2026, 11, 25).at(9, 0, 0, 0)));
});

on_both_databases!(a_hold_is_confirmed_in_time_or_free_again, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    set(&town, term, Entry { hold_minutes: Some(5), ..Entry::default() }, Promotion::AutoFill).await;
    let [a, b] = [town.parent(1).await, town.parent(2).await];
    let first = book(&town, term, &a, now()).await;
    assert!(matches!(first, Booked::Held { .. }), "{first:?}");
    let second = book(&town, term, &b, later(1)).await;
    assert!(matches!(second, Booked::Waiting { number: 1, .. }), "a place that is held is taken: {second:?}");
    assert_eq!(sweep(&test.db, later(5)).await.unwrap(), Swept { lapsed: 1, drawn: 0 });
    assert_eq!(mine(&town, &b, later(5)).await.unwrap().state, BookingState::Confirmed);
    let late = accept(&town, &a, first.booking(), later(6)).await;
    assert!(matches!(late, Err(StoreError::Refused(Refusal::AlreadyCancelled))), "{late:?}");

    cancel_booking(&test.db, &b.who, second.booking(), Door::Page, later(7)).await.unwrap();
    let again = book(&town, term, &a, later(8)).await;
    accept(&town, &a, again.booking(), later(10)).await.unwrap();
    assert_eq!(mine(&town, &a, later(20)).await.unwrap().state, BookingState::Confirmed);
});

on_both_databases!(a_rule_that_is_changed_moves_who_waits, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    set(&town, term, Entry { smaller_may_pass: false, ..Entry::default() }, Promotion::AutoFill).await;
    let [a, b, c] = [town.parent(1).await, town.parent(2).await, town.parent(3).await];
    book(&town, term, &a, now()).await;
    let two = store::bookings::BookRequest { heads: 2, ..request(term, b.child) };
    book_place(&test.db, &b.who, &two, now()).await.unwrap();
    let behind = book(&town, term, &c, now()).await;
    assert!(matches!(behind, Booked::Waiting { number: 2, .. }), "nobody passes the two: {behind:?}");
    set(&town, term, Entry::default(), Promotion::AutoFill).await;
    assert_eq!(mine(&town, &c, now()).await.unwrap().state, BookingState::Confirmed);
    assert_eq!(mine(&town, &b, now()).await.unwrap().state, BookingState::Waiting);
});
