//! The booking desk: many requests under one lock and in one commit, each judged as if it had come alone.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::{Answer, History, held, noted},
    town::{Parent, Town, later, now, request},
};
use domain::{
    id::{AccountId, TermId},
    reading::Booked,
    refusal::Refusal,
    rights::Door,
    which::Which,
};
use jiff::civil::date;
use proof::crowd;
use sea_orm::{DatabaseConnection, EntityTrait, QuerySelect};
use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
};
use store::{
    StoreError, activities,
    bookings::{Asked, BookRequest, BookingDesk, book_place, book_places},
    entity::term,
    id::new_id,
    terms::load_term,
    tx::{WriteTx, begin_write},
};

fn asked(parent: &Parent, request: BookRequest) -> Asked {
    Asked { who: parent.who.clone(), request, at: now() }
}

/// Holds up the desk until it is dropped.
async fn lock(db: &DatabaseConnection, term: TermId) -> WriteTx {
    let tx = begin_write(db).await.unwrap();
    term::Entity::find_by_id(term.0).lock_exclusive().one(&tx).await.unwrap();
    tx
}

/// What was answered, without ids.
fn plain(answer: &Result<Booked, StoreError>) -> String {
    match answer {
        Ok(Booked::Confirmed { dates, .. }) => format!("confirmed on {dates}"),
        Ok(Booked::Waiting { number, .. }) => format!("waiting as {number}"),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

/// Wishes of many kinds for two terms, some of which the rules refuse.
async fn wishes(town: &Town, terms: [TermId; 2], first: u32) -> Vec<Asked> {
    let second = load_term(&town.db, terms[1]).await.unwrap().term.occurrences[1].id;
    let mut wishes = Vec::new();
    for n in 0..10 {
        let parent = town.parent(first + n).await;
        wishes.push(asked(&parent, request(terms[0], parent.child)));
        let other = || BookRequest { insists: true, ..request(terms[1], parent.child) };
        let single = BookRequest { which: Which::Dates(vec![second]), ..other() };
        wishes.push(asked(&parent, single));
        // Once more for the same child; and a party that no date could hold.
        wishes.push(asked(&parent, request(terms[0], parent.child)));
        wishes.push(asked(&parent, BookRequest { heads: 9, ..other() }));
    }
    wishes
}

on_both_databases!(many_at_once_get_the_answers_they_would_have_got_one_by_one, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let together = [town.term(4).await, town.term(3).await];
    let apart = [town.term(4).await, town.term(3).await];
    let at_once = book_places(&test.db, &wishes(&town, together, 0).await).await;
    let mut one_by_one = Vec::new();
    for one in wishes(&town, apart, 100).await {
        one_by_one.push(book_place(&test.db, &one.who, &one.request, one.at).await);
    }
    let (at_once, one_by_one): (Vec<_>, Vec<_>) =
        (at_once.iter().map(plain).collect(), one_by_one.iter().map(plain).collect());
    assert_eq!(at_once, one_by_one);
    for answer in ["confirmed on 4", "confirmed on 1", "waiting as 6", "waiting as 7"] {
        assert!(at_once.iter().any(|said| said == answer), "no {answer:?} in {at_once:?}");
    }
    assert_eq!(at_once.iter().filter(|said| said.starts_with("refused")).count(), 20);
    for (term, other) in together.into_iter().zip(apart) {
        let (mut held, mut other): (Vec<_>, Vec<_>) =
            (held(&test.db, term).await.into_values().collect(), held(&test.db, other).await.into_values().collect());
        held.sort_unstable();
        other.sort_unstable();
        assert_eq!(held, other);
    }
});

on_both_databases!(one_key_twice_at_once_is_one_booking, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let (mine, other) = (town.parent(1).await, town.parent(2).await);
    let same = asked(&mine, request(term, mine.child));
    let stolen = asked(&other, BookRequest { key: same.request.key, ..request(term, other.child) });
    let answers = book_places(&test.db, &[same.clone(), same, stolen]).await;
    assert!(matches!((&answers[0], &answers[1]), (Ok(first), Ok(second)) if first == second), "{answers:?}");
    assert!(matches!(answers[2], Err(StoreError::NotFound)), "{answers:?}");
    assert!(held(&test.db, term).await.into_values().all(|held| held == 1));
});

on_both_databases!(a_request_that_the_tables_refuse_takes_nobody_down_with_it, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let (first, second, mut gone) = (town.parent(1).await, town.parent(2).await, town.parent(3).await);
    // An account that was deleted between its page and its booking.
    gone.who.account = AccountId(new_id(now()));
    let requests = [&first, &gone, &second].map(|parent| asked(parent, request(term, parent.child)));
    let answers = book_places(&test.db, &requests).await;
    assert!(matches!(answers[1], Err(StoreError::Database(_))), "{answers:?}");
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert!(held(&test.db, term).await.into_values().all(|held| held == 2));
});

on_both_databases!(two_desks_over_one_database_give_every_place_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(30).await;
    let other = store::connect::connect(&test.url).await.unwrap();
    let desks = [BookingDesk::open(test.db.clone()), BookingDesk::open(other)];
    let history = Arc::new(History::default());
    let mut racing = tokio::task::JoinSet::new();
    for (n, parent) in (0..).zip(crowd(&test.db, town.community, 0..200, now()).await.unwrap()) {
        let (node, history) = (n % 2, Arc::clone(&history));
        let desk = desks[node as usize].clone();
        racing.spawn(async move {
            let request = request(term, parent.child);
            let asked = Asked { who: parent.who, request: request.clone(), at: now() };
            noted(&history, (node, n), &request, desk.book_place(asked)).await
        });
    }
    racing.join_all().await;
    assert_eq!(history.count(|answer| matches!(answer, Answer::Ok { .. })), 30);
    assert_eq!(history.count(|answer| matches!(answer, Answer::Waitlisted { .. })), 170);
    history.must_hold(&test.db).await;
});

on_both_databases!(whoever_stops_waiting_is_booked_and_hears_it_by_the_same_key, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let desk = BookingDesk::open(test.db.clone());
    let wish = asked(&parent, request(term, parent.child));
    let waiting = tokio::time::timeout(std::time::Duration::ZERO, desk.book_place(wish.clone())).await;
    assert!(waiting.is_err(), "it stopped waiting before it was answered");
    let answer = desk.book_place(wish).await;
    assert!(matches!(answer, Ok(Booked::Confirmed { .. })), "{answer:?}");
    assert!(held(&test.db, term).await.into_values().all(|held| held == 1));
});

on_both_databases!(whoever_comes_to_a_full_queue_is_told_so_and_is_booked_later, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let (first, last) = (town.parent(1).await, town.parent(2).await);
    let desk = BookingDesk::open(test.db.clone());
    let stuck = lock(&test.db, term).await;
    let many = asked(&first, request(term, first.child));
    let mut queue: Vec<_> = (0..5000).map(|_| Box::pin(desk.book_place(many.clone()))).collect();
    let wish = asked(&last, request(term, last.child));
    queue.push(Box::pin(desk.book_place(wish.clone())));
    // Each asks once, in order; who is answered at once was turned away.
    let mut turned_away = Vec::new();
    poll_fn(|cx| {
        queue.retain_mut(|asking| match asking.as_mut().poll(cx) {
            Poll::Ready(answer) => {
                turned_away.push(answer);
                false
            }
            Poll::Pending => true,
        });
        Poll::Ready(())
    })
    .await;
    assert!(turned_away.iter().all(|answer| matches!(answer, Err(StoreError::Busy))), "{turned_away:?}");
    assert!((500..1000).contains(&turned_away.len()), "{} of 5001", turned_away.len());
    drop(stuck);
    for asking in queue {
        assert!(asking.await.is_ok());
    }
    assert!(desk.book_place(wish).await.is_ok());
    assert!(held(&test.db, term).await.into_values().all(|held| held == 2));
});

on_both_databases!(a_request_is_judged_by_when_it_arrived, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mut new = town.new_term(5);
    new.opens = Some(date(2026, 11, 24).at(10, 0, 0, 0));
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let (early, late) = (town.parent(1).await, town.parent(2).await);
    let early = Asked { at: later(59), ..asked(&early, request(term, early.child)) };
    let late = Asked { at: later(60), ..asked(&late, request(term, late.child)) };
    let answers = book_places(&test.db, &[late, early]).await;
    assert!(answers[0].is_ok(), "{answers:?}");
    assert!(matches!(answers[1], Err(StoreError::Refused(Refusal::NotYetOpen { .. }))), "{answers:?}");
});

on_both_databases!(staff_book_through_the_same_desk_and_the_family_is_told, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    let (first, second) = (town.parent(1).await, town.parent(2).await);
    let by_staff = |parent: &Parent| Asked {
        who: town.staff.clone(),
        request: BookRequest { door: Door::Desk, ..request(term, parent.child) },
        at: now(),
    };
    let answers = book_places(&test.db, &[by_staff(&first), by_staff(&second)]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    for (parent, waits) in [(first, false), (second, true)] {
        let notices = store::notices::list(&test.db, &parent.who, now()).await.unwrap();
        let says = &notices[0].says;
        assert!(
            matches!(says, domain::reading::NoticeText::BookedByDesk { waiting, .. } if *waiting == waits),
            "{says:?}"
        );
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_term_that_somebody_holds_for_long_holds_up_nobody_who_asks_for_another() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let (held, other) = (town.term(4).await, town.term(20).await);
    let desk = BookingDesk::open(test.db.clone());
    let mut parents = Vec::new();
    for n in 0..8 {
        parents.push(town.parent(n).await);
    }
    let ask = |n: usize, term| desk.book_place(asked(&parents[n], request(term, parents[n].child)));
    let holding = lock(&test.db, held).await;
    // The first batch finds it out, and those who asked for the other are answered all the same.
    let (busy, booked) = tokio::join!(ask(0, held), ask(1, other));
    assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
    assert_eq!(plain(&booked), "confirmed on 4");
    // From then on nobody waits for it who asked for something else.
    let start = std::time::Instant::now();
    let stuck = tokio::join!(ask(2, held), ask(3, held), async {
        for n in 4..8 {
            assert_eq!(plain(&ask(n, other).await), "confirmed on 4");
        }
        let waited = start.elapsed();
        assert!(waited.as_millis() < 2500, "{waited:?}");
        drop(holding);
    });
    // And those who waited aside got their places, in their order, as soon as it was free.
    assert_eq!((plain(&stuck.0), plain(&stuck.1)), ("confirmed on 4".to_owned(), "confirmed on 4".to_owned()));
    assert_eq!(plain(&ask(0, held).await), "confirmed on 4");
}
