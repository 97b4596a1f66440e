//! Who may book, cancel and move up: tables of cases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

use domain::{
    activity::Unit,
    booking::{
        BookingState, Decision, Places, Scope, Standing, Wish, cancel_deadline, may_book, may_cancel, standing_of_date,
        standing_of_term,
    },
    entry::{Entry, Standings},
    id::{BookingId, OccurrenceId, TermId},
    line::{Line, Waiter, promote},
    refusal::Refusal,
    rights::Door,
    term::{AgeRule, Occurrence, OccurrenceState, Promotion, Scopes, Term, TermState},
    which::{WeekHour, Which, bookable_weekly},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Time, date},
};
use uuid::Uuid;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn occurrence(n: u128, starts_at: &str) -> Occurrence {
    let starts_at = at(starts_at);
    Occurrence {
        id: OccurrenceId(Uuid::from_u128(n)),
        on_date: date(2026, 12, n as i8),
        start: Time::constant(9, 0, 0, 0),
        starts_at,
        ends_at: starts_at + 2.hours(),
        state: OccurrenceState::Scheduled,
        capacity: None,
    }
}

/// Three dates, 1 to 3 December at 9:00 in Shanghai, two places each.
fn term() -> Term {
    Term {
        id: TermId(Uuid::nil()),
        state: TermState::Published,
        unit: Unit::Person,
        capacity: 2,
        opens_at: Some(at("2026-11-20T01:00:00Z")),
        closes_at: Some(at("2026-11-30T10:00:00Z")),
        cancel_hours: 24,
        age: AgeRule { min: Some(5), max: Some(14), on: Some(date(2026, 7, 1)) },
        scopes: Scopes { whole: true, rest: false, single: true, weekly: false },
        waitlist_cap: Some(2),
        promotion: Promotion::AutoFill,
        entry: Entry::default(),
        drawn: false,
        occurrences: vec![
            occurrence(1, "2026-12-01T01:00:00Z"),
            occurrence(2, "2026-12-02T01:00:00Z"),
            occurrence(3, "2026-12-03T01:00:00Z"),
        ],
    }
}

fn wish() -> Wish {
    Wish {
        which: Which::Whole,
        heads: 1,
        birth: Some(date(2018, 3, 1)),
        adults: None,
        has: Standings::default(),
        insists: false,
        consents: false,
        door: Door::Page,
    }
}

fn held(counts: &[(u128, u32)]) -> Places {
    let held = counts.iter().map(|(n, count)| (OccurrenceId(Uuid::from_u128(*n)), *count)).collect();
    Places { held, ..Places::default() }
}

fn waiter(n: u128, dates: &[u128], places: u32) -> Waiter {
    Waiter {
        booking: BookingId(Uuid::from_u128(n)),
        order_no: n as i64,
        places,
        occurrences: dates.iter().map(|n| OccurrenceId(Uuid::from_u128(*n))).collect(),
    }
}

const IN_TIME: &str = "2026-11-25T01:00:00Z";

#[test]
fn a_free_term_confirms_every_date() {
    let decision = may_book(&term(), &Places::default(), &wish(), at(IN_TIME)).unwrap();
    let Decision::Confirm { occurrences, places } = decision else { panic!("{decision:?}") };
    assert_eq!((occurrences.len(), places), (3, 1));
}

#[test]
fn nobody_is_in_before_the_second() {
    let opens_at = at("2026-11-20T01:00:00Z");
    let early = may_book(&term(), &Places::default(), &wish(), opens_at - 1.millisecond());
    assert_eq!(early, Err(Refusal::NotYetOpen { opens_at }));
    assert!(may_book(&term(), &Places::default(), &wish(), opens_at).is_ok());
}

#[test]
fn after_closing_only_the_desk_still_books() {
    let closed_at = at("2026-11-30T10:00:00Z");
    let late = may_book(&term(), &Places::default(), &wish(), closed_at);
    assert_eq!(late, Err(Refusal::Closed { closed_at }));
    let desk = Wish { door: Door::Desk, ..wish() };
    assert!(may_book(&term(), &Places::default(), &desk, closed_at).is_ok());
}

#[test]
fn age_is_counted_on_its_date_and_the_refusal_says_so() {
    let on = date(2026, 7, 1);
    let rule = |age| Err(Refusal::Age { min: Some(5), max: Some(14), on, age });
    for (birth, expected) in [
        (date(2021, 7, 1), None),
        (date(2021, 7, 2), Some(4)),
        (date(2011, 7, 2), None),
        (date(2011, 7, 1), Some(15)),
        (date(2026, 9, 1), Some(-1)),
    ] {
        let answer = may_book(&term(), &Places::default(), &Wish { birth: Some(birth), ..wish() }, at(IN_TIME));
        match expected {
            None => assert!(answer.is_ok(), "{birth}"),
            Some(age) => assert_eq!(answer, rule(age), "{birth}"),
        }
    }
    let unknown = may_book(&term(), &Places::default(), &Wish { birth: None, ..wish() }, at(IN_TIME));
    assert_eq!(unknown, Err(Refusal::BirthDateNeeded));
}

#[test]
fn one_full_date_makes_the_whole_term_wait_but_not_another_date() {
    let places = held(&[(2, 2)]);
    let whole = may_book(&term(), &places, &wish(), at(IN_TIME)).unwrap();
    assert!(matches!(whole, Decision::Wait { ahead: 0, .. }), "{whole:?}");
    let single = Wish { which: Which::Dates(vec![OccurrenceId(Uuid::from_u128(3))]), ..wish() };
    assert!(matches!(may_book(&term(), &places, &single, at(IN_TIME)), Ok(Decision::Confirm { .. })));
}

#[test]
fn a_full_waiting_list_says_its_cap() {
    let mut places = held(&[(1, 2), (2, 2), (3, 2)]);
    places.line.all = 2;
    assert_eq!(may_book(&term(), &places, &wish(), at(IN_TIME)), Err(Refusal::WaitlistFull { cap: 2 }));
    assert_eq!(standing_of_term(&term(), &places, at(IN_TIME)), Standing::Full);
}

#[test]
fn the_line_counts_for_a_date_who_waits_for_it_and_who_waits_for_all() {
    let date = |n| OccurrenceId(Uuid::from_u128(n));
    let line = Line { all: 3, single: [(date(1), 2), (date(2), 4)].into(), some: Vec::new() };
    assert_eq!(line.parties(), 9);
    for (dates, wanting) in [(&[1, 2, 3][..], 9), (&[1], 5), (&[3], 3)] {
        let dates: Vec<_> = dates.iter().map(|n| date(*n)).collect();
        assert_eq!(line.wanting(&dates), wanting, "{dates:?}");
    }
}

#[test]
fn what_is_not_offered_begun_or_called_off_is_refused_by_name() {
    let rest = Wish { which: Which::Rest, ..wish() };
    assert_eq!(may_book(&term(), &Places::default(), &rest, at(IN_TIME)), Err(Refusal::ScopeNotOffered));

    let begun = Wish { door: Door::Desk, ..wish() };
    let during = at("2026-12-01T02:00:00Z");
    assert_eq!(may_book(&term(), &Places::default(), &begun, during), Err(Refusal::AlreadyBegun));

    let mut off = term();
    off.occurrences[1].state = OccurrenceState::Cancelled;
    let single = Wish { which: Which::Dates(vec![OccurrenceId(Uuid::from_u128(2))]), ..wish() };
    assert_eq!(may_book(&off, &Places::default(), &single, at(IN_TIME)), Err(Refusal::CalledOff));
    let Ok(Decision::Confirm { occurrences, .. }) = may_book(&off, &Places::default(), &wish(), at(IN_TIME)) else {
        panic!("the other dates can be booked")
    };
    assert_eq!(occurrences.len(), 2, "a cancelled date takes no place");

    off.state = TermState::Cancelled;
    assert_eq!(may_book(&off, &Places::default(), &wish(), at(IN_TIME)), Err(Refusal::CalledOff));
}

#[test]
fn a_party_that_could_never_fit_is_told_so() {
    let party = Wish { heads: 3, ..wish() };
    let refusal = Refusal::PartyTooLarge { heads: 3, capacity: 2 };
    assert_eq!(may_book(&term(), &Places::default(), &party, at(IN_TIME)), Err(refusal));
    let families = Term { unit: Unit::Family, ..term() };
    let answer = may_book(&families, &Places::default(), &party, at(IN_TIME)).unwrap();
    assert!(matches!(answer, Decision::Confirm { places: 1, .. }), "a family takes one place: {answer:?}");
}

#[test]
fn who_is_booked_already_hears_it() {
    for (earlier, waiting) in [(BookingState::Confirmed, false), (BookingState::Waiting, true)] {
        let again = Wish { has: Standings { earlier: Some(earlier), ..Standings::default() }, ..wish() };
        let answer = may_book(&term(), &Places::default(), &again, at(IN_TIME));
        assert_eq!(answer, Err(Refusal::AlreadyBooked { waiting }));
    }
}

#[test]
fn the_first_in_line_who_fits_moves_up_and_never_after_the_start() {
    let places = held(&[(1, 1), (2, 1), (3, 1)]);
    let waiting = [waiter(7, &[1, 2, 3], 1), waiter(8, &[1, 2, 3], 1)];
    let up = promote(&term(), &places, &waiting, at(IN_TIME));
    assert_eq!(up.iter().map(|(booking, _)| booking.0.as_u128()).collect::<Vec<_>>(), [7]);

    let up = promote(&term(), &places, &waiting, at("2026-12-02T00:00:00Z"));
    assert_eq!(up[0].1.len(), 2, "the date that has begun is no longer wanted");
    assert!(promote(&term(), &places, &waiting, at("2026-12-03T01:00:00Z")).is_empty());
}

#[test]
fn a_family_cancels_until_its_deadline_and_the_desk_after() {
    let dates = [OccurrenceId(Uuid::from_u128(2)), OccurrenceId(Uuid::from_u128(3))];
    let deadline = at("2026-12-01T01:00:00Z");
    assert_eq!(cancel_deadline(&term(), &dates), Some(deadline));
    let cancel = |door, now| may_cancel(&term(), BookingState::Confirmed, &dates, door, now);
    assert_eq!(cancel(Door::Page, deadline), Ok(()));
    assert_eq!(cancel(Door::Page, deadline + 1.second()), Err(Refusal::TooLateToCancel { deadline }));
    assert_eq!(cancel(Door::Desk, deadline + 1.second()), Ok(()));
    let again = may_cancel(&term(), BookingState::Cancelled, &dates, Door::Desk, deadline);
    assert_eq!(again, Err(Refusal::AlreadyCancelled));
    assert_eq!(may_cancel(&term(), BookingState::Waiting, &dates, Door::Page, deadline + 48.hours()), Ok(()));
}

#[test]
fn the_calendar_says_how_each_date_stands() {
    let term = term();
    let full = held(&[(1, 2), (2, 1)]);
    let standing =
        |n: usize, places: &Places, now: &str| standing_of_date(&term, places, &term.occurrences[n], at(now));
    assert_eq!(standing(0, &full, IN_TIME), Standing::Waitlist { ahead: 0 });
    assert_eq!(standing(1, &full, IN_TIME), Standing::Open { left: 1 });
    assert_eq!(standing(2, &full, "2026-11-19T00:00:00Z"), Standing::Opens { at: at("2026-11-20T01:00:00Z") });
    assert_eq!(standing(2, &full, "2026-11-30T10:00:00Z"), Standing::Closed);
    assert_eq!(standing(0, &full, "2026-12-01T02:00:00Z"), Standing::Closed, "it is on");
    assert_eq!(standing(0, &full, "2026-12-01T03:00:00Z"), Standing::Past);
}

#[test]
fn the_count_of_dates_stays_right_after_cancellations() {
    let mut term = term();
    assert_eq!(term.ordinal(term.occurrences[2].id), Some((3, 3)));
    term.occurrences[0].state = OccurrenceState::Cancelled;
    assert_eq!(term.ordinal(term.occurrences[2].id), Some((2, 2)));
    assert_eq!(term.ordinal(term.occurrences[0].id), None);
}

/// Two weeks of half-days from Monday, 7 December on: Monday and Wednesday, each in the morning and in the afternoon, two
/// places each, numbered in their order.
fn half_days() -> Term {
    let days = [7_i8, 9, 14, 16];
    let occurrences = days.iter().enumerate().flat_map(|(n, day)| {
        [(9_i8, 1_u128), (14, 2)].map(|(hour, part)| {
            let starts_at = at(&format!("2026-12-{day:02}T{:02}:00:00Z", hour - 8));
            Occurrence {
                id: OccurrenceId(Uuid::from_u128(2 * n as u128 + part)),
                on_date: date(2026, 12, *day),
                start: Time::constant(hour, 0, 0, 0),
                starts_at,
                ends_at: starts_at + 2.hours(),
                state: OccurrenceState::Scheduled,
                capacity: None,
            }
        })
    });
    let scopes = Scopes { whole: false, rest: false, single: true, weekly: true };
    Term { scopes, closes_at: None, age: AgeRule::default(), occurrences: occurrences.collect(), ..term() }
}

fn on(numbers: &[u128]) -> Vec<OccurrenceId> {
    numbers.iter().map(|n| OccurrenceId(Uuid::from_u128(*n))).collect()
}

fn every(hours: &[&str]) -> Wish {
    Wish { which: Which::Weekly(hours.iter().filter_map(|hour| WeekHour::parse(hour)).collect()), ..wish() }
}

#[test]
fn the_same_hours_of_every_week_are_one_booking() {
    let decision = may_book(&half_days(), &Places::default(), &every(&["MO 09:00", "WE 14:00"]), at(IN_TIME)).unwrap();
    assert_eq!(decision, Decision::Confirm { occurrences: on(&[1, 4, 5, 8]), places: 1 });
    let hours: Vec<_> = bookable_weekly(&half_days(), at(IN_TIME)).iter().map(ToString::to_string).collect();
    assert_eq!(hours, ["MO 09:00", "MO 14:00", "WE 09:00", "WE 14:00"]);
    let none = may_book(&half_days(), &Places::default(), &every(&["TU 09:00"]), at(IN_TIME));
    assert_eq!(none, Err(Refusal::NoDateLeft));
}

#[test]
fn who_comes_every_week_has_the_days_on_which_there_is_a_place_and_waits_only_where_there_is_none() {
    let mut places = Places::default();
    places.take(&on(&[5]), 2);
    let decision = may_book(&half_days(), &places, &every(&["MO 09:00"]), at(IN_TIME)).unwrap();
    assert_eq!(decision, Decision::Confirm { occurrences: on(&[1]), places: 1 });
    places.take(&on(&[1]), 2);
    let decision = may_book(&half_days(), &places, &every(&["MO 09:00"]), at(IN_TIME)).unwrap();
    assert_eq!(decision, Decision::Wait { occurrences: on(&[1, 5]), places: 1, ahead: 0 });
    places.note(&decision, Scope::Weekly, false);
    assert_eq!(places.line.wanting(&on(&[5])), 1, "who waits for Mondays is ahead on a Monday");
    assert_eq!(places.line.wanting(&on(&[3])), 0, "and on no Wednesday");
    assert_eq!(places.line.parties(), 1, "a party that waits for two dates is one");
}

#[test]
fn several_dates_of_ones_choice_are_one_booking_all_or_none() {
    let mut term = half_days();
    term.entry.dates_at_once = 3;
    let some = |numbers: &[u128]| Wish { which: Which::Dates(on(numbers)), ..wish() };
    let decision = may_book(&term, &Places::default(), &some(&[6, 1, 3, 3]), at(IN_TIME)).unwrap();
    assert_eq!(decision, Decision::Confirm { occurrences: on(&[1, 3, 6]), places: 1 });
    let too_many = may_book(&term, &Places::default(), &some(&[1, 2, 3, 4]), at(IN_TIME));
    assert_eq!(too_many, Err(Refusal::TooManyDates { max: 3 }));
    let mut places = Places::default();
    places.take(&on(&[3]), 2);
    let full = may_book(&term, &places, &some(&[1, 3]), at(IN_TIME));
    assert_eq!(full, Err(Refusal::DateFull { on: date(2026, 12, 9), start: Time::constant(9, 0, 0, 0) }));
    let alone = may_book(&term, &places, &some(&[3]), at(IN_TIME)).unwrap();
    assert_eq!(
        alone,
        Decision::Wait { occurrences: on(&[3]), places: 1, ahead: 0 },
        "one date alone can be waited for"
    );
    let unknown = may_book(&term, &Places::default(), &some(&[1, 99]), at(IN_TIME));
    assert_eq!(unknown, Err(Refusal::NoDateLeft));
}

#[test]
fn where_one_place_a_day_is_all_a_second_one_is_refused() {
    let mut term = half_days();
    term.entry.dates_at_once = 3;
    term.entry.one_a_day = true;
    let both = Wish { which: Which::Dates(on(&[1, 2])), ..wish() };
    let refused = may_book(&term, &Places::default(), &both, at(IN_TIME));
    assert_eq!(refused, Err(Refusal::OneADay { on: date(2026, 12, 7) }));
    let mut second = Wish { which: Which::Dates(on(&[2])), ..wish() };
    second.has.days = [date(2026, 12, 7)].into();
    assert_eq!(may_book(&term, &Places::default(), &second, at(IN_TIME)), refused);
    let each = Wish { which: Which::Dates(on(&[2, 3])), ..wish() };
    assert!(may_book(&term, &Places::default(), &each, at(IN_TIME)).is_ok());
}
