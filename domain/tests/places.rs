//! Places never exceed capacity, and nobody waits for places that are free, in any order of booking, cancelling and
//! moving up.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

use domain::{
    activity::Unit,
    booking::{BookingState, Decision, Places, Scope, Wish, may_book, may_cancel},
    entry::{Entry, Giving, Group, Standings},
    id::{BookingId, OccurrenceId, TermId},
    line::{Waiter, order_no, promote},
    recurrence::Weekday,
    rights::Door,
    term::{AgeRule, Occurrence, OccurrenceState, Promotion, Scopes, Term, TermState},
    which::{WeekHour, Which},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Time, date},
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

const START: &str = "2026-12-01T01:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Every second date is in the afternoon.
fn hour(date: usize) -> Time {
    if date.is_multiple_of(2) { Time::constant(9, 0, 0, 0) } else { Time::constant(14, 0, 0, 0) }
}

fn term(capacity: u32, unit: Unit, dates: usize, smaller_may_pass: bool) -> Term {
    Term {
        id: TermId(Uuid::nil()),
        state: TermState::Published,
        unit,
        capacity,
        opens_at: None,
        closes_at: None,
        cancel_hours: 24,
        age: AgeRule::default(),
        scopes: Scopes { whole: true, rest: true, single: true, weekly: true },
        waitlist_cap: None,
        promotion: Promotion::AutoFill,
        entry: Entry { smaller_may_pass, dates_at_once: 3, ..Entry::default() },
        drawn: false,
        occurrences: (0..dates)
            .map(|n| {
                let starts_at = at(START) + (24 * 7 * n as i64).hours();
                Occurrence {
                    id: OccurrenceId(Uuid::from_u128(n as u128 + 1)),
                    on_date: date(2026, 12, 1) + (7 * n as i64).days(),
                    start: hour(n),
                    starts_at,
                    ends_at: starts_at + 90.minutes(),
                    state: OccurrenceState::Scheduled,
                    capacity: None,
                }
            })
            .collect(),
    }
}

/// The rows of a term, kept as the store keeps them.
#[derive(Default)]
struct Rows {
    bookings: BTreeMap<u128, Row>,
}

struct Row {
    state: BookingState,
    /// Of a priority group?
    first: bool,
    scope: Scope,
    places: u32,
    dates: Vec<OccurrenceId>,
}

impl Rows {
    fn places(&self) -> (Places, Vec<Waiter>) {
        let (mut places, mut waiting) = (Places::default(), Vec::new());
        for (number, row) in &self.bookings {
            match row.state {
                BookingState::Confirmed | BookingState::Offered => {
                    for date in &row.dates {
                        *places.held.entry(*date).or_default() += row.places;
                    }
                }
                BookingState::Waiting => {
                    for line in [Some(&mut places.line), row.first.then_some(&mut places.first)].into_iter().flatten() {
                        match row.scope {
                            Scope::Single => *line.single.entry(row.dates[0]).or_default() += 1,
                            Scope::Weekly => line.some.push(row.dates.iter().copied().collect()),
                            Scope::Whole | Scope::Rest => line.all += 1,
                        }
                    }
                    waiting.push(Waiter {
                        booking: BookingId(Uuid::from_u128(*number)),
                        order_no: order_no(row.first, true, *number as i64),
                        places: row.places,
                        occurrences: row.dates.clone(),
                    });
                }
                BookingState::Cancelled => {}
            }
        }
        (places, waiting)
    }

    fn book(&mut self, term: &Term, wish: Wish, now: Timestamp) {
        let number = self.bookings.keys().last().copied().unwrap_or(0) + 1;
        let mut noted = self.places().0;
        let Ok(decision) = may_book(term, &noted, &wish, now) else { return };
        let first = term.entry.is_first(&wish.has.groups);
        let scope = wish.which.scope();
        noted.note(&decision, scope, first);
        let (state, places, dates) = match decision {
            Decision::Confirm { occurrences, places } => (BookingState::Confirmed, places, occurrences),
            Decision::Hold { occurrences, places, .. } => (BookingState::Offered, places, occurrences),
            Decision::Wait { occurrences, places, .. } | Decision::Apply { occurrences, places } => {
                (BookingState::Waiting, places, occurrences)
            }
        };
        self.bookings.insert(number, Row { state, first, scope, places, dates });
        assert_eq!(noted, self.places().0, "what was noted is what would be read");
    }

    fn cancel(&mut self, term: &Term, nth: usize, now: Timestamp) {
        let count = self.bookings.len().max(1);
        if let Some(row) = self.bookings.values_mut().nth(nth % count)
            && may_cancel(term, row.state, &row.dates, Door::Page, now).is_ok()
        {
            row.state = BookingState::Cancelled;
        }
        let (places, waiting) = self.places();
        for (booking, dates) in promote(term, &places, &waiting, now) {
            let row = self.bookings.get_mut(&booking.0.as_u128()).unwrap();
            assert_eq!(row.state, BookingState::Waiting, "only who waits moves up");
            row.state = BookingState::Confirmed;
            row.dates = dates;
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Book { which: Which, heads: u32, first: bool },
    Cancel { nth: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let date = |n: usize| OccurrenceId(Uuid::from_u128(n as u128 + 1));
    let week_hour = |n: usize| WeekHour { weekday: Weekday::Tuesday, start: hour(n) };
    let which = prop_oneof![
        Just(Which::Whole),
        Just(Which::Rest),
        (0..5_usize).prop_map(move |n| Which::Dates(vec![date(n)])),
        (0..4_usize).prop_map(move |n| Which::Dates(vec![date(n), date((n + 1) % 4)])),
        (0..2_usize).prop_map(move |n| Which::Weekly(vec![week_hour(n)])),
        Just(Which::Weekly(vec![week_hour(0), week_hour(1)])),
    ];
    let book = (which, 1..5_u32, any::<bool>()).prop_map(|(which, heads, first)| Step::Book { which, heads, first });
    let cancel = (0..50_usize).prop_map(|nth| Step::Cancel { nth });
    prop::collection::vec(prop_oneof![3 => book, 2 => cancel], 1..60)
}

fn wish(which: Which, heads: u32, first: bool) -> Wish {
    let groups = if first { vec![Group::DualIncome] } else { Vec::new() };
    Wish {
        which,
        heads,
        adults: None,
        birth: None,
        has: Standings { groups, ..Standings::default() },
        insists: false,
        consents: false,
        door: Door::Page,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn capacity_holds_and_nobody_waits_for_free_places(
        steps in steps(), capacity in 1..8_u32, family in any::<bool>(), smaller_may_pass in any::<bool>(),
        hold in any::<bool>(), priority in any::<bool>(),
    ) {
        let unit = if family { Unit::Family } else { Unit::Person };
        let mut term = term(capacity, unit, 4, smaller_may_pass);
        term.entry.hold_minutes = hold.then_some(5);
        if priority {
            term.entry = Entry { giving: Giving::PriorityFirst, priority: vec![Group::DualIncome], ..term.entry };
        }
        let now = at(START) - 240.hours();
        let mut rows = Rows::default();
        for step in steps {
            match step {
                Step::Book { which, heads, first } => rows.book(&term, wish(which, heads, first), now),
                Step::Cancel { nth } => rows.cancel(&term, nth, now),
            }
            let (places, waiting) = rows.places();
            for held in places.held.values() {
                prop_assert!(*held <= capacity, "{held} places held of {capacity}");
            }
            prop_assert!(promote(&term, &places, &waiting, now).is_empty(), "somebody waits for places that are free");
        }
    }

    #[test]
    fn where_all_want_the_same_the_line_moves_in_order(capacity in 1..6_u32, count in 1..30_usize, leave in 0..30_usize) {
        let term = term(capacity, Unit::Person, 3, leave % 2 == 0);
        let now = at(START) - 240.hours();
        let mut rows = Rows::default();
        for _ in 0..count {
            rows.book(&term, wish(Which::Whole, 1, false), now);
        }
        rows.cancel(&term, leave, now);
        let live: Vec<_> =
            rows.bookings.values().filter(|row| row.state != BookingState::Cancelled).map(|row| row.state).collect();
        let confirmed = live.iter().take_while(|state| **state == BookingState::Confirmed).count();
        prop_assert!(live[confirmed..].iter().all(|state| *state == BookingState::Waiting), "somebody was skipped");
        prop_assert_eq!(confirmed, live.len().min(capacity as usize), "a place was left empty or given twice");
    }
}
