//! Changing a term's dates: nobody loses a place, nobody is in two places, whoever is touched is told, and the last
//! change can be taken back.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::held,
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::{BookingState, PlaceState},
    id::{BookingId, OccurrenceId, TermId},
    reading::{ClashBy, NoticeText, PlanPage, PlannedDate},
    recurrence::{Recurrence, Series},
    refusal::Refusal,
    rights::Door,
    schedule::{Arrangement, Edit, Reach, Shared},
    text::{InputProblem, Line},
    which::Which,
};
use jiff::{
    ToSpan,
    civil::{Date, date, time},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use store::{
    StoreError,
    activities::{self, NewTerm},
    bookings::{BookRequest, book_place, cancel_booking, decline_date},
    entity::{booking, booking_place, community, occurrence, room},
    notices, schedule,
};

async fn plan(town: &Town, term: TermId) -> PlanPage {
    schedule::plan_page(&town.db, &town.staff, "yongxing", term, now()).await.unwrap()
}

async fn nth(town: &Town, term: TermId, n: usize) -> PlannedDate {
    plan(town, term).await.dates[n].clone()
}

/// A change of a date as it stands.
fn edit(date: &PlannedDate, reach: Reach, change: impl FnOnce(&mut Arrangement)) -> Edit {
    let mut to = date.now.clone();
    change(&mut to);
    Edit { of: date.occurrence, to, reach, hand_made_too: false, reason: None }
}

async fn book(town: &Town, parent: &Parent, term: TermId) -> BookingId {
    let booked = book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    booked.booking()
}

async fn newest(town: &Town, parent: &Parent) -> NoticeText {
    notices::list(&town.db, &parent.who, now()).await.unwrap()[0].says.clone()
}

async fn rows(town: &Town, term: TermId) -> Vec<occurrence::Model> {
    let dates = occurrence::Entity::find().filter(occurrence::Column::TermId.eq(term.0));
    dates.order_by_asc(occurrence::Column::Id).all(&town.db).await.unwrap()
}

async fn state_of(town: &Town, booking: BookingId) -> BookingState {
    booking::Entity::find_by_id(booking.0).one(&town.db).await.unwrap().unwrap().state.0
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal: {other:?}"),
    }
}

on_both_databases!(
    a_moved_date_keeps_its_places_and_its_people_are_told_old_and_new,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let term = town.term(2).await;
        let parents = [town.parent(1).await, town.parent(2).await, town.parent(3).await];
        for parent in &parents {
            book(&town, parent, term).await;
        }
        let before = held(&test.db, term).await;
        let second = nth(&town, term, 1).await;
        let moved = edit(&second, Reach::This, |to| {
            to.date = date(2026, 12, 10);
            to.start = time(14, 0, 0, 0);
            to.end = time(16, 0, 0, 0);
            to.leader = Some("李老师".to_owned());
        });
        let shown = schedule::preview_edit(&test.db, &town.staff, "yongxing", &moved, now()).await.unwrap();
        assert_eq!((shown.changes.len(), shown.told, shown.clashes.len()), (1, 3, 0));
        schedule::edit_dates(&test.db, &town.staff, &moved, 0, now()).await.unwrap().unwrap();

        assert_eq!(held(&test.db, term).await, before, "no place was lost");
        for parent in &parents {
            match newest(&town, parent).await {
                NoticeText::Moved { from, to, more: 0, .. } => {
                    assert_eq!((from.date, from.start), (date(2026, 12, 8), time(9, 0, 0, 0)));
                    assert_eq!(
                        (to.date, to.start, to.leader.as_deref()),
                        (date(2026, 12, 10), time(14, 0, 0, 0), Some("李老师"))
                    );
                }
                other => panic!("{other:?}"),
            }
        }
        let plan = plan(&town, term).await;
        let date = plan.dates.iter().find(|date| date.occurrence == second.occurrence).unwrap();
        assert_eq!((date.sequence, date.hand_made, date.families), (1, true, 3));
        assert_eq!(date.ordinal, Some((2, 4)), "it is still the second");
    }
);

on_both_databases!(later_dates_move_with_one_but_for_what_was_changed_by_hand, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    book(&town, &parent, term).await;
    let third = nth(&town, term, 2).await;
    let by_hand = edit(&third, Reach::This, |to| to.leader = Some("李老师".to_owned()));
    schedule::edit_dates(&test.db, &town.staff, &by_hand, 0, now()).await.unwrap();
    let second = nth(&town, term, 1).await;
    let from_second = edit(&second, Reach::Later, |to| {
        to.start = time(10, 0, 0, 0);
        to.end = time(12, 0, 0, 0);
    });
    schedule::edit_dates(&test.db, &town.staff, &from_second, 0, later(1)).await.unwrap();
    let starts: Vec<_> = plan(&town, term).await.dates.iter().map(|date| date.now.start.hour()).collect();
    assert_eq!(starts, [9, 10, 9, 10]);
    match newest(&town, &parent).await {
        NoticeText::Moved { more: 1, .. } => {}
        other => panic!("one notice for all the dates: {other:?}"),
    }
});

on_both_databases!(a_room_and_a_leader_are_never_in_two_places, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let in_room = |hour: i8, leader: &str| {
        let mut new = town.new_term(5);
        (new.holding.start, new.holding.end) = (time(hour, 0, 0, 0), time(hour + 2, 0, 0, 0));
        new.holding.room = Some(town.room);
        new.holding.leader = Some(Line::parse(leader).unwrap());
        new
    };
    let morning = activities::new_term(&test.db, &town.staff, in_room(9, "陈老师"), now()).await.unwrap();
    let noon = activities::new_term(&test.db, &town.staff, in_room(11, "李老师"), now()).await.unwrap();
    let same_leader = {
        let mut new = in_room(10, "陈老师");
        new.holding.room = None;
        new
    };
    let refused = activities::new_term(&test.db, &town.staff, same_leader, now()).await;
    assert!(matches!(refusal(refused), Refusal::Clash { term, on } if term == morning && on == date(2026, 12, 1)));

    let second = nth(&town, noon, 1).await;
    let earlier = edit(&second, Reach::All, |to| to.start = time(10, 30, 0, 0));
    let shown = schedule::preview_edit(&test.db, &town.staff, "yongxing", &earlier, now()).await.unwrap();
    assert_eq!(shown.clashes.len(), 4, "each date is named");
    let same = ClashBy::Date { name: "假期托管".to_owned(), shared: Shared::Room };
    assert!(shown.clashes.iter().all(|clash| clash.by == same));
    let refused = schedule::edit_dates(&test.db, &town.staff, &earlier, 0, now()).await;
    assert!(matches!(refusal(refused), Refusal::Clash { term, .. } if term == morning));
    let elsewhere = edit(&second, Reach::All, |to| {
        to.start = time(10, 30, 0, 0);
        to.room = None;
    });
    schedule::edit_dates(&test.db, &town.staff, &elsewhere, 0, now()).await.unwrap().unwrap();

    // A date of the same term at the same time, and one that only touches.
    let at = |hour: i8| Arrangement {
        date: date(2026, 12, 1),
        start: time(hour, 0, 0, 0),
        end: time(hour + 1, 0, 0, 0),
        room: None,
        leader: None,
    };
    let refused = schedule::add_occurrence(&test.db, &town.staff, morning, &at(10), now()).await;
    assert!(matches!(refusal(refused), Refusal::Clash { .. }));
    schedule::add_occurrence(&test.db, &town.staff, morning, &at(11), now()).await.unwrap();
});

on_both_databases!(of_two_staff_who_change_one_date_the_second_is_told, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let seen = nth(&town, term, 1).await;
    let reason = || Line::parse("老师生病").unwrap();
    let moved = edit(&seen, Reach::This, |to| to.date = date(2026, 12, 9));
    let (moving, cancelling) = tokio::join!(
        schedule::edit_dates(&test.db, &town.staff, &moved, seen.sequence, now()),
        schedule::cancel_occurrence(&test.db, &town.staff, seen.occurrence, seen.sequence, reason(), now()),
    );
    assert!(moving.is_ok() != cancelling.is_ok(), "{moving:?} {cancelling:?}");
    let told = if moving.is_err() { refusal(moving) } else { refusal(cancelling) };
    assert_eq!(told, Refusal::ChangedSince);
    assert_eq!(nth(&town, term, 1).await.sequence, 1, "one change");
});

on_both_databases!(a_date_called_off_and_restored_gives_its_places_back, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    let (parent, waiting) = (town.parent(1).await, town.parent(2).await);
    book(&town, &parent, term).await;
    book(&town, &waiting, term).await;
    let before = held(&test.db, term).await;
    let second = nth(&town, term, 1).await;
    let reason = Line::parse("老师生病").unwrap();
    schedule::cancel_occurrence(&test.db, &town.staff, second.occurrence, 0, reason, now()).await.unwrap();
    match newest(&town, &parent).await {
        NoticeText::CalledOff { reason, date: told, .. } => {
            assert_eq!((reason.as_str(), told.date), ("老师生病", date(2026, 12, 8)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(nth(&town, term, 2).await.ordinal, Some((2, 3)), "the count goes on without it");
    let again = schedule::restore_occurrence(&test.db, &town.staff, second.occurrence, 0, later(1)).await;
    assert_eq!(refusal(again), Refusal::ChangedSince, "as the page showed it before");
    schedule::restore_occurrence(&test.db, &town.staff, second.occurrence, 1, later(1)).await.unwrap();
    assert!(matches!(newest(&town, &parent).await, NoticeText::Restored { .. }));
    assert_eq!(held(&test.db, term).await, before);
    assert_eq!(nth(&town, term, 2).await.ordinal, Some((3, 4)));
});

on_both_databases!(
    a_place_given_back_while_its_date_was_called_off_is_free_once_restored,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let term = town.term(1).await;
        let (first, second) = (town.parent(1).await, town.parent(2).await);
        let booking = book(&town, &first, term).await;
        let date = nth(&town, term, 0).await;
        schedule::cancel_occurrence(&test.db, &town.staff, date.occurrence, 0, Line::parse("停电").unwrap(), now())
            .await
            .unwrap();
        cancel_booking(&test.db, &first.who, booking, Door::Page, now()).await.unwrap();
        schedule::restore_occurrence(&test.db, &town.staff, date.occurrence, 1, now()).await.unwrap();
        let next = book(&town, &second, term).await;
        assert_eq!(state_of(&town, next).await, BookingState::Confirmed);
    }
);

on_both_databases!(a_make_up_date_goes_first_to_those_whose_date_was_called_off, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    let whole = [town.parent(1).await, town.parent(2).await];
    let second = nth(&town, term, 1).await;
    // One with a place on the second date alone, one with all the dates; another joins once the second is off.
    let single = BookRequest { which: Which::Dates(vec![second.occurrence]), ..request(term, whole[0].child) };
    book_place(&test.db, &whole[0].who, &single, now()).await.unwrap();
    book(&town, &whole[1], term).await;
    let reason = Line::parse("停电").unwrap();
    schedule::cancel_occurrence(&test.db, &town.staff, second.occurrence, 0, reason, now()).await.unwrap();
    let late = town.parent(3).await;
    book(&town, &late, term).await;
    let at = Arrangement { date: date(2026, 12, 9), ..second.now.clone() };
    schedule::add_occurrence(&test.db, &town.staff, term, &at, later(1)).await.unwrap();
    for parent in &whole {
        assert!(matches!(newest(&town, parent).await, NoticeText::Added { .. }), "those who missed one come first");
    }
    assert!(notices::list(&test.db, &late.who, now()).await.unwrap().is_empty(), "two places were all");
    let added = plan(&town, term).await.dates.into_iter().find(|date| date.now.date == at.date).unwrap();
    assert_eq!((added.families, added.ordinal), (2, Some((2, 4))));
});

on_both_databases!(who_cannot_come_on_the_new_date_declines_and_the_next_moves_up, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mut new = town.new_term(1);
    new.series = Recurrence::Dates { dates: vec![date(2026, 12, 1)] }.into();
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let (parent, next) = (town.parent(1).await, town.parent(2).await);
    let booking = book(&town, &parent, term).await;
    let waiting = book(&town, &next, term).await;
    let first = nth(&town, term, 0).await;
    let unmoved = decline_date(&test.db, &parent.who, booking, first.occurrence, now()).await;
    assert!(
        matches!(refusal(unmoved), Refusal::TooLateToCancel { .. }),
        "a date that never changed is cancelled as ever"
    );
    // Moved to today, after the deadline to cancel.
    let soon = edit(&first, Reach::This, |to| to.date = date(2026, 11, 24));
    let soon = Edit { to: Arrangement { start: time(15, 0, 0, 0), end: time(16, 0, 0, 0), ..soon.to }, ..soon };
    schedule::edit_dates(&test.db, &town.staff, &soon, 0, now()).await.unwrap();
    let told = notices::list(&test.db, &parent.who, now()).await.unwrap();
    assert_eq!(told[0].decline, Some((booking, first.occurrence)), "the notice offers it");
    let stranger = decline_date(&test.db, &next.who, booking, first.occurrence, now()).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)));
    decline_date(&test.db, &parent.who, booking, first.occurrence, now()).await.unwrap();
    assert_eq!(state_of(&town, booking).await, BookingState::Cancelled, "nothing was left of it");
    assert_eq!(state_of(&town, waiting).await, BookingState::Confirmed);
    let told = notices::list(&test.db, &parent.who, now()).await.unwrap();
    assert_eq!(told[0].decline, None, "once is enough");
    let begun = decline_date(&test.db, &next.who, waiting, first.occurrence, later(7 * 60)).await;
    assert!(matches!(refusal(begun), Refusal::Closed { .. }));
});

on_both_databases!(undo_restores_the_rows_and_tells_once_more, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    let parent = town.parent(1).await;
    book(&town, &parent, term).await;
    let before = rows(&town, term).await;
    let same = |now: &[occurrence::Model]| {
        assert_eq!(now.len(), before.len());
        for (was, is) in before.iter().zip(now) {
            let is = occurrence::Model { sequence: was.sequence, updated_at: was.updated_at, ..is.clone() };
            assert_eq!(*was, is);
        }
    };
    let second = nth(&town, term, 1).await;
    let moved = edit(&second, Reach::All, |to| to.date += 1.day());
    let change = schedule::edit_dates(&test.db, &town.staff, &moved, 0, later(1)).await.unwrap().unwrap();
    let shown = plan(&town, term).await.last.unwrap();
    assert_eq!((shown.id, shown.dates, shown.told, shown.who.as_str()), (change, 4, 1, "陈静"));
    schedule::undo_change(&test.db, &town.staff, change, later(2)).await.unwrap();
    same(&rows(&town, term).await);
    match newest(&town, &parent).await {
        NoticeText::Moved { to, more: 3, .. } => assert_eq!(to.date, date(2026, 12, 1)),
        other => panic!("{other:?}"),
    }
    assert_eq!(plan(&town, term).await.last, None);
    let again = schedule::undo_change(&test.db, &town.staff, change, later(3)).await;
    assert_eq!(refusal(again), Refusal::ChangedSince);

    let off = nth(&town, term, 1).await;
    let reason = Line::parse("停电").unwrap();
    let change = schedule::cancel_occurrence(&test.db, &town.staff, off.occurrence, off.sequence, reason, later(4))
        .await
        .unwrap();
    schedule::undo_change(&test.db, &town.staff, change, later(5)).await.unwrap();
    same(&rows(&town, term).await);

    let at = Arrangement { date: date(2026, 12, 9), ..off.now.clone() };
    let change = schedule::add_occurrence(&test.db, &town.staff, term, &at, later(6)).await.unwrap();
    schedule::undo_change(&test.db, &town.staff, change, later(7)).await.unwrap();
    same(&rows(&town, term).await);
    let places = booking_place::Entity::find().all(&test.db).await.unwrap();
    assert!(places.iter().all(|place| place.state == PlaceState::Held) && places.len() == 4);
});

on_both_databases!(only_the_last_change_can_be_taken_back, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    let second = nth(&town, term, 1).await;
    let first = edit(&second, Reach::This, |to| to.leader = Some("李老师".to_owned()));
    let first = schedule::edit_dates(&test.db, &town.staff, &first, 0, now()).await.unwrap().unwrap();
    let second = nth(&town, term, 1).await;
    let then = edit(&second, Reach::This, |to| to.leader = Some("王老师".to_owned()));
    schedule::edit_dates(&test.db, &town.staff, &then, 1, later(1)).await.unwrap().unwrap();
    let undo = schedule::undo_change(&test.db, &town.staff, first, later(2)).await;
    assert_eq!(refusal(undo), Refusal::ChangedSince);
});

on_both_databases!(a_change_into_the_past_or_out_of_order_is_a_sentence, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    let first = nth(&town, term, 0).await;
    let past = edit(&first, Reach::This, |to| to.date = date(2026, 11, 23));
    let refused = schedule::edit_dates(&test.db, &town.staff, &past, 0, now()).await;
    assert_eq!(refusal(refused), Refusal::InThePast);
    let backwards = edit(&first, Reach::This, |to| to.end = time(8, 0, 0, 0));
    let refused = schedule::edit_dates(&test.db, &town.staff, &backwards, 0, now()).await;
    assert!(
        matches!(&refused, Err(StoreError::Invalid(problem)) if problem.problem == InputProblem::Order),
        "{refused:?}"
    );
    let nothing = edit(&first, Reach::All, |_| {});
    assert_eq!(schedule::edit_dates(&test.db, &town.staff, &nothing, 0, now()).await.unwrap(), None);
    let begun = schedule::cancel_occurrence(
        &test.db,
        &town.staff,
        first.occurrence,
        0,
        Line::parse("迟了").unwrap(),
        later(8 * 24 * 60),
    );
    assert_eq!(refusal(begun.await), Refusal::InThePast);
    let nowhere = schedule::restore_occurrence(&test.db, &town.staff, OccurrenceId(uuid::Uuid::nil()), 0, now()).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)));
});

on_both_databases!(a_new_term_is_shown_its_clashes_and_the_rooms_that_are_free, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mut new = town.new_term(5);
    new.holding.room = Some(town.room);
    let there = activities::new_term(&test.db, &town.staff, new.clone(), now()).await.unwrap();
    // The second date is off; the other term moves to another time.
    let off = nth(&town, there, 1).await;
    let reason = Line::parse("停电").unwrap();
    schedule::cancel_occurrence(&test.db, &town.staff, off.occurrence, 0, reason, now()).await.unwrap();
    let other = uuid::Uuid::from_u128(7);
    let room = room::ActiveModel {
        id: Set(other),
        community_id: Set(town.community.0),
        name: Set("书画室".to_owned()),
        size: Set(20),
        hours: Set(None),
    };
    room::Entity::insert(room).exec_without_returning(&test.db).await.unwrap();
    let preview = activities::preview(&test.db, town.community, &new.series, new.from, new.until, new.holidays);
    let mut days = preview.await.unwrap();
    let free = activities::find_clashes(&test.db, town.community, &mut days, &new.holding).await.unwrap();
    let clashes: Vec<_> = days.iter().map(|day| day.clashes.len()).collect();
    assert_eq!(clashes, [1, 0, 1, 1], "the date that was called off is free");
    assert_eq!(free.iter().map(|room| room.name.as_str()).collect::<Vec<_>>(), ["书画室"]);
    // Leaving them out, as the page offers, saves what is left.
    new.series.except = days.iter().filter(|day| !day.clashes.is_empty()).map(|day| day.head.date).collect();
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let dates: Vec<_> = plan(&town, term).await.dates.iter().map(|date| date.now.date).collect();
    assert_eq!(dates, [date(2026, 12, 8)]);
});

on_both_databases!(a_term_keeps_its_hours_where_the_clocks_change, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let community = community::Entity::find_by_id(town.community.0).one(&test.db).await.unwrap().unwrap();
    let mut elsewhere = community.into_active_model();
    elsewhere.zone = Set("America/New_York".to_owned());
    elsewhere.update(&test.db).await.unwrap();
    let mut new = town.new_term(5);
    (new.from, new.until) = (date(2027, 3, 2), date(2027, 3, 23));
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let hours: Vec<_> = rows(&town, term).await.into_iter().map(|row| jiff::Timestamp::from(row.starts_at)).collect();
    // Daylight saving begins on 14 March.
    let mut hours: Vec<_> = hours.iter().map(|at| at.to_string()[5..13].to_owned()).collect();
    hours.sort();
    assert_eq!(hours, ["03-02T14", "03-09T14", "03-16T13", "03-23T13"]);
    let second = nth(&town, term, 1).await;
    let later = edit(&second, Reach::Later, |to| to.date += 7.days());
    schedule::edit_dates(&test.db, &town.staff, &later, 0, now()).await.unwrap();
    for date in plan(&town, term).await.dates {
        assert_eq!((date.now.start, date.now.end), (time(9, 0, 0, 0), time(11, 0, 0, 0)), "{}", date.now.date);
    }
});

on_both_databases!(a_moved_date_is_in_the_way_where_it_now_is_and_nowhere_else, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let parent = town.parent(1).await;
    let tuesdays = town.term(5).await;
    book(&town, &parent, tuesdays).await;
    let on = |day: Date| NewTerm {
        series: Series::from(Recurrence::Dates { dates: vec![day] }),
        from: day,
        until: day,
        ..town.new_term(5)
    };
    let tuesday = activities::new_term(&test.db, &town.staff, on(date(2026, 12, 8)), now()).await.unwrap();
    let thursday = activities::new_term(&test.db, &town.staff, on(date(2026, 12, 10)), now()).await.unwrap();
    let ask = async |term| book_place(&test.db, &parent.who, &request(term, parent.child), later(2)).await;

    let second = nth(&town, tuesdays, 1).await;
    let moved = edit(&second, Reach::This, |to| to.date = date(2026, 12, 10));
    let change = schedule::edit_dates(&test.db, &town.staff, &moved, 0, now()).await.unwrap().unwrap();
    assert!(matches!(refusal(ask(thursday).await), Refusal::Overlaps { .. }), "it is where it was moved to");
    schedule::undo_change(&test.db, &town.staff, change, later(1)).await.unwrap();
    assert!(matches!(refusal(ask(tuesday).await), Refusal::Overlaps { .. }), "it is back");
    assert!(ask(thursday).await.is_ok(), "and away from there");
});
