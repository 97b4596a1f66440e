//! Which dates of a term somebody has: the same hours of every week, some of one's choice, one of a parted day.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::{BookingState, Scope},
    calendar::Span,
    entry::Entry,
    id::{OccurrenceId, TermId},
    leave::LeaveKind,
    parts::{Parts, Pause},
    reading::{Booked, MyBooking},
    recurrence::{Recurrence, Series, Weekday},
    refusal::Refusal,
    rights::Door,
    schedule::{Arrangement, Edit, Reach},
    term::{Promotion, Scopes},
    text::Line,
    which::{WeekHour, Which},
};
use jiff::civil::{date, time};
use sea_orm::DatabaseConnection;
use store::{
    StoreError,
    activities::{self, Holding, NewTerm},
    attendance, bookings,
    bookings::{BookRequest, book_place, cancel_booking},
    calendar::{self, Filter},
    deep_check::deep_check,
    entries::{NewEntry, set_entry},
    numbers::{Days, numbers_page},
    rosters, schedule,
    terms::load_term,
};

/// Mondays and Wednesdays of two weeks from 7 December, 8:30 to 16:30, parted as said.
async fn term(town: &Town, parts: Parts, capacity: u32) -> TermId {
    let new = NewTerm {
        series: Series::from(Recurrence::Weekly { weekdays: vec![Weekday::Monday, Weekday::Wednesday], every: 1 }),
        from: date(2026, 12, 7),
        until: date(2026, 12, 20),
        holding: Holding {
            start: time(8, 30, 0, 0),
            end: time(16, 30, 0, 0),
            parts,
            ..town.new_term(capacity).holding
        },
        scopes: Scopes { whole: false, rest: false, single: true, weekly: true },
        ..town.new_term(capacity)
    };
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

/// Parted at noon.
fn halves() -> Parts {
    Parts { pause: Some(Pause { from: time(12, 30, 0, 0), to: time(12, 30, 0, 0) }), minutes: None }
}

async fn dates(town: &Town, term: TermId) -> Vec<OccurrenceId> {
    load_term(&town.db, term).await.unwrap().term.occurrences.iter().map(|date| date.id).collect()
}

fn weekly(term: TermId, parent: &Parent, hours: &[&str]) -> BookRequest {
    let hours = hours.iter().filter_map(|hour| WeekHour::parse(hour)).collect();
    BookRequest { which: Which::Weekly(hours), ..request(term, parent.child) }
}

fn some(term: TermId, parent: &Parent, dates: &[OccurrenceId]) -> BookRequest {
    BookRequest { which: Which::Dates(dates.to_vec()), ..request(term, parent.child) }
}

async fn book(town: &Town, parent: &Parent, wish: &BookRequest) -> Result<Booked, Refusal> {
    match book_place(&town.db, &parent.who, wish, now()).await {
        Ok(booked) => Ok(booked),
        Err(StoreError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

async fn mine(town: &Town, parent: &Parent) -> Vec<MyBooking> {
    calendar::my_bookings(&town.db, &parent.who, None, now()).await.unwrap()
}

/// What isn't true of bookings and places.
async fn unsound(db: &DatabaseConnection) -> Vec<String> {
    let parts = deep_check(db, now()).await.unwrap();
    parts.into_iter().filter(|part| part.what == "bookings").flat_map(|part| part.findings).collect()
}

fn ids(booking: &MyBooking) -> Vec<OccurrenceId> {
    booking.dates.iter().map(|date| date.occurrence).collect()
}

on_both_databases!(half_days_of_every_week_are_one_booking_with_a_place_on_each, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, halves(), 1).await;
    let all = dates(&town, term).await;
    assert_eq!(all.len(), 8, "two parts on each of four days");
    let (first, second) = (town.parent(1).await, town.parent(2).await);
    let booked = book(&town, &first, &weekly(term, &first, &["MO 08:30", "WE 12:30"])).await.unwrap();
    assert!(matches!(booked, Booked::Confirmed { dates: 4, .. }), "{booked:?}");
    let one = &mine(&town, &first).await[0];
    assert_eq!((one.scope, ids(one)), (Scope::Weekly, vec![all[0], all[3], all[4], all[7]]));
    assert_eq!(one.weekly.iter().map(ToString::to_string).collect::<Vec<_>>(), ["MO 08:30", "WE 12:30"]);

    // The same hour again is refused, another one isn't.
    let again = book(&town, &first, &weekly(term, &first, &["MO 08:30"])).await;
    assert_eq!(again, Err(Refusal::AlreadyBooked { waiting: false }));
    assert!(book(&town, &first, &weekly(term, &first, &["MO 12:30"])).await.is_ok());

    // Whoever comes next has the days on which there is a place, and is told which were full.
    let booked = book(&town, &second, &weekly(term, &second, &["MO 08:30", "WE 08:30"])).await.unwrap();
    assert!(matches!(booked, Booked::Confirmed { dates: 2, .. }), "{booked:?}");
    let two = &mine(&town, &second).await[0];
    assert_eq!(ids(two), [all[2], all[6]]);
    assert_eq!(two.missing, [date(2026, 12, 7), date(2026, 12, 14)]);
    let roster = rosters::roster(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    assert_eq!(roster.confirmed.len(), 3);
    assert!(roster.confirmed.iter().all(|line| !line.weekly.is_empty()));
    assert_eq!(unsound(&test.db).await, Vec::<String>::new());
});

on_both_databases!(who_waits_for_full_mondays_moves_up_to_all_of_them, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, halves(), 1).await;
    let (first, second, third) = (town.parent(1).await, town.parent(2).await, town.parent(3).await);
    let booking = book(&town, &first, &weekly(term, &first, &["MO 08:30"])).await.unwrap().booking();
    let waits = book(&town, &second, &weekly(term, &second, &["MO 08:30"])).await.unwrap();
    assert!(matches!(waits, Booked::Waiting { number: 1, .. }), "{waits:?}");
    let waits = book(&town, &third, &weekly(term, &third, &["MO 08:30"])).await.unwrap();
    assert!(matches!(waits, Booked::Waiting { number: 2, .. }), "{waits:?}");
    let other = book(&town, &third, &weekly(term, &third, &["WE 08:30"])).await.unwrap();
    assert!(matches!(other, Booked::Confirmed { .. }), "nobody waits for Wednesdays: {other:?}");
    cancel_booking(&test.db, &first.who, booking, Door::Page, later(1)).await.unwrap();
    let up = &mine(&town, &second).await[0];
    assert_eq!((up.state, up.dates.len()), (BookingState::Confirmed, 2));
    let third = mine(&town, &third).await;
    assert!(third.iter().any(|booking| booking.place_in_line == Some(1)), "{third:?}");
    assert_eq!(unsound(&test.db).await, Vec::<String>::new());
});

on_both_databases!(a_date_that_is_added_is_a_place_for_who_comes_at_that_hour, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, halves(), 3).await;
    let (mondays, wednesdays) = (town.parent(1).await, town.parent(2).await);
    book(&town, &mondays, &weekly(term, &mondays, &["MO 08:30"])).await.unwrap();
    book(&town, &wednesdays, &weekly(term, &wednesdays, &["WE 08:30"])).await.unwrap();
    let at = Arrangement {
        date: date(2026, 12, 21),
        start: time(8, 30, 0, 0),
        end: time(12, 30, 0, 0),
        room: None,
        leader: None,
    };
    schedule::add_occurrence(&test.db, &town.staff, term, &at, now()).await.unwrap();
    assert_eq!(mine(&town, &mondays).await[0].dates.len(), 3);
    assert_eq!(mine(&town, &wednesdays).await[0].dates.len(), 2);
});

on_both_databases!(leave_on_one_day_of_every_week_gives_that_day_to_a_guest, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, halves(), 1).await;
    let (elder, guest) = (town.parent(1).await, town.parent(2).await);
    let booking = book(&town, &elder, &weekly(term, &elder, &["MO 08:30"])).await.unwrap().booking();
    let day = dates(&town, term).await[0];
    attendance::take_leave(&test.db, &elder.who, booking, day, LeaveKind::Personal, later(1)).await.unwrap();
    let booked = book(&town, &guest, &some(term, &guest, &[day])).await.unwrap();
    assert!(matches!(booked, Booked::Confirmed { dates: 1, .. }), "{booked:?}");
    let days = Days::Between(date(2026, 12, 7), date(2026, 12, 7));
    let over = "2026-12-08T01:00:00Z".parse().unwrap();
    let tally = numbers_page(&test.db, &town.staff, "yongxing", days, None, over).await.unwrap().total;
    assert_eq!((tally.booked, tally.leave), (2, 1), "who gave the day to a guest was on leave that day");
});

on_both_databases!(a_clinic_by_minutes_gives_each_their_time_and_one_a_day, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, Parts { pause: None, minutes: Some(30) }, 1).await;
    let all = dates(&town, term).await;
    assert_eq!(all.len(), 4 * 16);
    let (first, second) = (town.parent(1).await, town.parent(2).await);
    book(&town, &first, &some(term, &first, &all[..1])).await.unwrap();
    let same_day = book(&town, &first, &some(term, &first, &all[3..4])).await;
    assert_eq!(same_day, Err(Refusal::OneADay { on: date(2026, 12, 7) }), "who was set up by minutes has one a day");

    // Five treatments are one booking; each by itself would be, too, so it must be allowed first.
    let treatments = [all[1], all[17], all[33]];
    let too_many = book(&town, &second, &some(term, &second, &treatments)).await;
    assert_eq!(too_many, Err(Refusal::TooManyDates { max: 1 }));
    let entry = Entry { dates_at_once: 5, one_a_day: true, ..Entry::default() };
    let rules = NewEntry { entry, priority_opens: None, promotion: Promotion::AutoFill };
    set_entry(&test.db, &town.staff, term, rules, now()).await.unwrap();
    let full = book(&town, &second, &some(term, &second, &[all[0], all[17]])).await;
    assert_eq!(full, Err(Refusal::DateFull { on: date(2026, 12, 7), start: time(8, 30, 0, 0) }));
    assert!(mine(&town, &second).await.is_empty(), "all of them or none");
    book(&town, &second, &some(term, &second, &treatments)).await.unwrap();
    let one = &mine(&town, &second).await[0];
    assert_eq!((one.scope, ids(one)), (Scope::Single, treatments.to_vec()));
    let line = &rosters::roster(&test.db, &town.staff, "yongxing", term, now()).await.unwrap().confirmed[1];
    assert_eq!((line.date, line.dates), (Some(date(2026, 12, 7)), 3));
    assert_eq!(unsound(&test.db).await, Vec::<String>::new());
});

on_both_databases!(a_day_is_one_line_of_the_calendar_however_it_is_parted, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let clinic = term(&town, Parts { pause: None, minutes: Some(30) }, 2).await;
    let parent = town.parent(1).await;
    let first = dates(&town, clinic).await[0];
    book(&town, &parent, &some(clinic, &parent, &[first])).await.unwrap();
    let span = Span { first: date(2026, 12, 7), last: date(2026, 12, 7) };
    let days = calendar::days(&test.db, town.community, span, Filter::default(), now()).await.unwrap();
    let [entry] = days[0].entries.as_slice() else { panic!("{:?}", days[0].entries) };
    assert_eq!((entry.dates, entry.start, entry.end), (16, time(8, 30, 0, 0), time(16, 30, 0, 0)));
    assert_eq!(entry.standing, domain::booking::Standing::Open { left: 31 });
    assert_eq!(entry.ordinal, None);
});

on_both_databases!(a_parted_day_is_moved_and_called_off_as_one, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, halves(), 3).await;
    let parent = town.parent(1).await;
    book(&town, &parent, &weekly(term, &parent, &["MO 08:30", "MO 12:30"])).await.unwrap();
    let plan = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let seen = &plan.dates[0];
    let to =
        Arrangement { date: date(2026, 12, 8), start: time(9, 0, 0, 0), end: time(13, 0, 0, 0), ..seen.now.clone() };
    let edit = Edit { of: seen.occurrence, to, reach: Reach::Day, hand_made_too: false, reason: None };
    schedule::edit_dates(&test.db, &town.staff, &edit, seen.sequence, now()).await.unwrap().unwrap();
    let moved = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let hours: Vec<_> =
        moved.dates[..2].iter().map(|date| (date.now.date, date.now.start.to_string(), date.hand_made)).collect();
    let tuesday = date(2026, 12, 8);
    assert_eq!(hours, [(tuesday, "09:00:00".to_owned(), true), (tuesday, "13:00:00".to_owned(), true)]);
    assert_eq!(mine(&town, &parent).await[0].dates.len(), 4, "nobody loses a place");

    let seen = &moved.dates[1];
    let reason = Line::parse("停电").unwrap();
    schedule::cancel_day(&test.db, &town.staff, seen.occurrence, seen.sequence, reason, now()).await.unwrap();
    let off = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let states: Vec<_> = off.dates.iter().map(|date| date.reason.is_some()).collect();
    assert_eq!(states, [true, true, false, false, false, false, false, false]);
});

on_both_databases!(another_hour_for_all_mornings_leaves_the_afternoons_alone, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, halves(), 3).await;
    let plan = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let seen = &plan.dates[0];
    let to = Arrangement { start: time(9, 0, 0, 0), ..seen.now.clone() };
    let edit = Edit { of: seen.occurrence, to, reach: Reach::All, hand_made_too: false, reason: None };
    schedule::edit_dates(&test.db, &town.staff, &edit, seen.sequence, now()).await.unwrap().unwrap();
    let moved = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let starts: Vec<_> = moved.dates.iter().map(|date| date.now.start.hour()).collect();
    assert_eq!(starts, [9, 12, 9, 12, 9, 12, 9, 12]);
});

on_both_databases!(all_of_a_day_parted_by_minutes_is_not_to_be_booked, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let minutes = Parts { pause: None, minutes: Some(20) };
    let new = NewTerm {
        holding: Holding { parts: minutes, ..town.new_term(5).holding },
        scopes: Scopes { whole: true, rest: false, single: true, weekly: false },
        ..town.new_term(5)
    };
    let made = activities::new_term(&test.db, &town.staff, new, now()).await;
    assert!(matches!(&made, Err(StoreError::Invalid(problem)) if problem.field == "scopes"), "{made:?}");
    // A weekly booking isn't settled before the opening.
    let term = term(&town, halves(), 1).await;
    let parent = town.parent(1).await;
    let asked = bookings::Asked { who: parent.who.clone(), request: weekly(term, &parent, &["MO 08:30"]), at: now() };
    let prepared = bookings::prepare_booking(&test.db, &asked).await;
    assert!(matches!(&prepared, Err(StoreError::Invalid(problem)) if problem.field == "scope"), "{prepared:?}");
});
