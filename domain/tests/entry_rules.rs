//! The rules of entry: who comes first, who is taken, what is held and who may be passed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

use domain::{
    activity::Unit,
    booking::{BookingState, Decision, Places, Standing, Wish, may_accept, may_book, may_prepare, standing_of_term},
    entry::{Entry, Giving, GradeRule, Group, Overlap, Shape, Standings},
    grade::Grade,
    id::{BookingId, OccurrenceId, TermId},
    line::{Line, Stuck, Waiter, promote, why_stuck},
    refusal::Refusal,
    rights::Door,
    term::{AgeRule, Occurrence, OccurrenceState, Promotion, Scopes, Term, TermState},
    which::Which,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Time, date},
};
use uuid::Uuid;

const OPENS: &str = "2026-11-20T01:00:00Z";
const CLOSES: &str = "2026-11-30T10:00:00Z";
const IN_TIME: &str = "2026-11-25T01:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(n: u128) -> OccurrenceId {
    OccurrenceId(Uuid::from_u128(n))
}

/// Two dates, 1 and 2 December at 9:00 in Shanghai, two places each.
fn term(entry: Entry) -> Term {
    let occurrence = |n: i8| {
        let starts_at = at(&format!("2026-12-0{n}T01:00:00Z"));
        Occurrence {
            id: id(n.unsigned_abs().into()),
            on_date: date(2026, 12, n),
            start: Time::constant(9, 0, 0, 0),
            starts_at,
            ends_at: starts_at + 2.hours(),
            state: OccurrenceState::Scheduled,
            capacity: None,
        }
    };
    Term {
        id: TermId(Uuid::nil()),
        state: TermState::Published,
        unit: Unit::Person,
        capacity: 2,
        opens_at: Some(at(OPENS)),
        closes_at: Some(at(CLOSES)),
        cancel_hours: 24,
        age: AgeRule::default(),
        scopes: Scopes { whole: true, rest: true, single: true, weekly: false },
        waitlist_cap: None,
        promotion: Promotion::AutoFill,
        entry,
        drawn: false,
        occurrences: vec![occurrence(1), occurrence(2)],
    }
}

fn wish() -> Wish {
    Wish {
        which: Which::Whole,
        heads: 1,
        adults: None,
        birth: Some(date(2018, 3, 1)),
        has: Standings::default(),
        insists: false,
        consents: false,
        door: Door::Page,
    }
}

fn with(has: Standings) -> Wish {
    Wish { has, ..wish() }
}

fn of(groups: &[Group]) -> Wish {
    with(Standings { groups: groups.to_vec(), ..Standings::default() })
}

fn book(entry: Entry, wish: &Wish) -> Result<Decision, Refusal> {
    may_book(&term(entry), &Places::default(), wish, at(IN_TIME))
}

fn waiter(n: u128, dates: &[u128], places: u32) -> Waiter {
    Waiter {
        booking: BookingId(Uuid::from_u128(n)),
        order_no: n as i64,
        places,
        occurrences: dates.iter().map(|n| id(*n)).collect(),
    }
}

#[test]
fn priority_groups_book_earlier_and_the_others_hear_when() {
    let entry = Entry {
        giving: Giving::PriorityFirst,
        priority: vec![Group::DualIncome, Group::NewEmployment],
        priority_opens_at: Some(at("2026-11-18T01:00:00Z")),
        ..Entry::default()
    };
    let term = term(entry.clone());
    let ask = |wish: &Wish, now: &str| may_book(&term, &Places::default(), wish, at(now));
    let before = Err(Refusal::NotYetOpen { opens_at: at("2026-11-18T01:00:00Z") });
    assert_eq!(ask(&of(&[Group::DualIncome]), "2026-11-18T00:59:59Z"), before);
    assert!(ask(&of(&[Group::DualIncome]), "2026-11-18T01:00:00Z").is_ok());
    let first = Refusal::PriorityFirst { groups: entry.priority, opens_at: at(OPENS) };
    assert_eq!(ask(&wish(), "2026-11-19T01:00:00Z"), Err(first.clone()));
    assert_eq!(ask(&of(&[Group::Resident]), "2026-11-19T01:00:00Z"), Err(first), "another group is no priority here");
    assert!(ask(&wish(), OPENS).is_ok());
    assert_eq!(
        standing_of_term(&term, &Places::default(), at("2026-11-17T01:00:00Z")),
        Standing::Opens { at: at("2026-11-18T01:00:00Z") }
    );
}

#[test]
fn a_priority_group_waits_before_the_others() {
    let entry = Entry { giving: Giving::PriorityFirst, priority: vec![Group::DualIncome], ..Entry::default() };
    let held = [(id(1), 2), (id(2), 2)].into_iter().collect();
    let line = |all| Line { all, ..Line::default() };
    let places = Places { held, line: line(5), first: line(1) };
    let ahead = |wish: &Wish| match may_book(&term(entry.clone()), &places, wish, at(IN_TIME)) {
        Ok(Decision::Wait { ahead, .. }) => ahead,
        other => panic!("{other:?}"),
    };
    assert_eq!(ahead(&of(&[Group::DualIncome])), 1);
    assert_eq!(ahead(&wish()), 5);
}

#[test]
fn only_the_groups_that_staff_granted_are_taken() {
    let entry = Entry { only: vec![Group::Resident], ..Entry::default() };
    let refusal = Refusal::OnlyGroups { groups: vec![Group::Resident] };
    assert_eq!(book(entry.clone(), &wish()), Err(refusal));
    assert!(book(entry, &of(&[Group::Resident])).is_ok());
}

#[test]
fn a_grade_is_counted_on_the_stated_day() {
    let entry = Entry { grades: Some(GradeRule { min: Grade(1), max: Grade(2) }), ..Entry::default() };
    let born = |year, month| Wish { birth: Some(date(year, month, 1)), ..wish() };
    assert!(book(entry.clone(), &born(2019, 9)).is_ok(), "一年级 in the school year of 2026");
    assert!(book(entry.clone(), &born(2018, 9)).is_ok(), "二年级");
    let refusal = Refusal::Grade { min: Grade(1), max: Grade(2), on: date(2026, 12, 1), grade: Grade(3) };
    assert_eq!(book(entry.clone(), &born(2018, 8)), Err(refusal));
    assert_eq!(book(entry, &Wish { birth: None, ..wish() }), Err(Refusal::BirthDateNeeded));
}

#[test]
fn one_child_one_place_a_period_and_a_household_has_its_limit() {
    let other = TermId(Uuid::from_u128(9));
    let taken = with(Standings { in_period: Some((other, true)), ..Standings::default() });
    assert_eq!(book(Entry::default(), &taken), Err(Refusal::PeriodTaken { term: other, waiting: true }));
    let entry = Entry { per_household: Some(2), ..Entry::default() };
    let has = |of_household| with(Standings { of_household, ..Standings::default() });
    assert!(book(entry.clone(), &has(1)).is_ok());
    assert_eq!(book(entry, &has(2)), Err(Refusal::HouseholdLimit { max: 2 }));
}

#[test]
fn an_overlap_is_warned_of_or_blocked_as_the_term_states() {
    let other = (TermId(Uuid::from_u128(9)), date(2026, 12, 1));
    let busy = with(Standings { overlapping: Some(other), ..Standings::default() });
    let insists = Wish { insists: true, ..busy.clone() };
    let refusal = |may_insist| Err(Refusal::Overlaps { term: other.0, on: other.1, may_insist });
    assert_eq!(book(Entry::default(), &busy), refusal(true));
    assert!(book(Entry::default(), &insists).is_ok());
    let block = Entry { overlap: Overlap::Block, ..Entry::default() };
    assert_eq!(book(block.clone(), &insists), refusal(false));
    assert_eq!(book(block, &Wish { door: Door::Desk, ..busy }), refusal(false));
}

#[test]
fn a_family_comes_in_one_of_the_shapes() {
    let shapes = vec![Shape { adults: 1, children: 1 }, Shape { adults: 2, children: 1 }];
    let entry = Entry { shapes: shapes.clone(), ..Entry::default() };
    let mut term = term(entry);
    term.unit = Unit::Family;
    let ask = |heads, adults| may_book(&term, &Places::default(), &Wish { heads, adults, ..wish() }, at(IN_TIME));
    assert!(ask(2, Some(1)).is_ok());
    assert!(ask(3, Some(2)).is_ok());
    for (heads, adults) in [(3, Some(1)), (2, None), (1, Some(2)), (2, Some(2))] {
        assert_eq!(ask(heads, adults), Err(Refusal::Shape { shapes: shapes.clone() }), "{heads} heads, {adults:?}");
    }
    assert_eq!(Shape::parse("2＋1"), Some(Shape { adults: 2, children: 1 }));
    assert_eq!(Shape::parse("4294967295+1"), None);
}

#[test]
fn a_hold_keeps_the_places_until_its_minutes_are_over() {
    let entry = Entry { hold_minutes: Some(5), ..Entry::default() };
    let Ok(Decision::Hold { answer_by, .. }) = book(entry.clone(), &wish()) else { panic!("it is held") };
    assert_eq!(answer_by, at("2026-11-25T01:05:00Z"));
    let accept = |state, now: &str| may_accept(state, Some(answer_by), at(now));
    assert_eq!(accept(BookingState::Offered, "2026-11-25T01:04:59Z"), Ok(()));
    assert_eq!(accept(BookingState::Offered, "2026-11-25T01:05:00Z"), Err(Refusal::OfferOver { until: answer_by }));
    assert_eq!(accept(BookingState::Waiting, IN_TIME), Err(Refusal::NothingOffered));
    let desk = Wish { door: Door::Desk, ..wish() };
    assert!(matches!(book(entry, &desk), Ok(Decision::Confirm { .. })), "at the counter it is booked at once");
}

#[test]
fn what_must_be_agreed_to_is_asked_for() {
    let entry = Entry { consent: Some("接送须知".to_owned().try_into().unwrap()), ..Entry::default() };
    assert_eq!(book(entry.clone(), &wish()), Err(Refusal::ConsentNeeded));
    assert!(book(entry.clone(), &Wish { consents: true, ..wish() }).is_ok());
    assert!(book(entry, &Wish { door: Door::Desk, ..wish() }).is_ok(), "at the counter on paper");
}

#[test]
fn all_but_the_hour_can_be_settled_before_the_opening() {
    let entry = Entry { only: vec![Group::Resident], ..Entry::default() };
    let term = term(entry);
    let before = at("2026-11-18T01:00:00Z");
    assert_eq!(may_prepare(&term, &of(&[Group::Resident]), before), Ok(()));
    assert!(matches!(may_prepare(&term, &wish(), before), Err(Refusal::OnlyGroups { .. })));
    assert!(matches!(
        may_book(&term, &Places::default(), &of(&[Group::Resident]), before),
        Err(Refusal::NotYetOpen { .. })
    ));
}

#[test]
fn everybody_applies_to_a_draw_and_nobody_moves_up_before_it() {
    let entry = Entry { giving: Giving::Draw, ..Entry::default() };
    let mut term = term(entry);
    let answer = may_book(&term, &Places::default(), &wish(), at(IN_TIME));
    assert!(matches!(answer, Ok(Decision::Apply { places: 1, .. })), "{answer:?}");
    let waiting = [waiter(7, &[1, 2], 1)];
    let line = Line { all: 1, ..Line::default() };
    let places = Places { line, ..Places::default() };
    assert!(promote(&term, &places, &waiting, at(IN_TIME)).is_empty());
    let stuck = |term: &Term| why_stuck(term, &places, &waiting, waiting[0].booking, at(IN_TIME));
    assert_eq!(stuck(&term), Some(Stuck::NotDrawn));
    assert_eq!(standing_of_term(&term, &places, at(IN_TIME)), Standing::Applying { applied: 1 });
    assert_eq!(standing_of_term(&term, &places, at(CLOSES)), Standing::Drawing { applied: 1 });
    let desk = Wish { door: Door::Desk, ..wish() };
    assert!(
        matches!(may_book(&term, &places, &desk, at(CLOSES)), Err(Refusal::Closed { .. })),
        "lots are not added to"
    );
    term.drawn = true;
    assert_eq!(promote(&term, &places, &waiting, at(CLOSES)).len(), 1);
    assert_eq!(stuck(&term), None);
}

#[test]
fn a_larger_party_is_passed_or_waited_for_as_the_term_states() {
    let held = [(id(1), 1), (id(2), 1)].into_iter().collect();
    let waiting = [waiter(7, &[1], 2), waiter(8, &[1], 1), waiter(9, &[2], 1)];
    let single = [(id(1), 2), (id(2), 1)].into_iter().collect();
    let places = Places { held, line: Line { single, ..Line::default() }, first: Line::default() };
    let up = |smaller_may_pass| {
        let term = term(Entry { smaller_may_pass, ..Entry::default() });
        let up = promote(&term, &places, &waiting, at(IN_TIME));
        up.iter().map(|(booking, _)| booking.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(up(true), [8, 9]);
    assert_eq!(up(false), [9], "on another date nobody is before it");
    let strict = term(Entry { smaller_may_pass: false, ..Entry::default() });
    let why = |n: u128| why_stuck(&strict, &places, &waiting, BookingId(Uuid::from_u128(n)), at(IN_TIME));
    assert_eq!(why(7), Some(Stuck::TooFewFree { needs: 2, free: 1 }));
    assert_eq!(why(8), Some(Stuck::HeldUp));
    assert_eq!(why(9), None);
    let newcomer = Wish { which: Which::Dates(vec![id(1)]), ..wish() };
    let answer = may_book(&strict, &places, &newcomer, at(IN_TIME));
    assert!(matches!(answer, Ok(Decision::Wait { ahead: 2, .. })), "nobody slips in: {answer:?}");
}

#[test]
fn nobody_moves_up_after_the_cut_off_and_nobody_joins_in_vain() {
    let entry = Entry { cutoff_hours: 48, ..Entry::default() };
    let mut term = term(entry);
    term.closes_at = None;
    let held = [(id(1), 1), (id(2), 2)].into_iter().collect();
    let line = Line { all: 1, ..Line::default() };
    let places = Places { held, line, ..Places::default() };
    let waiting = [waiter(7, &[1], 1)];
    assert_eq!(promote(&term, &places, &waiting, at("2026-11-29T00:59:59Z")).len(), 1);
    assert!(promote(&term, &places, &waiting, at("2026-11-29T01:00:00Z")).is_empty());
    let stuck = why_stuck(&term, &places, &waiting, waiting[0].booking, at("2026-11-29T01:00:00Z"));
    assert_eq!(stuck, Some(Stuck::PastCutoff));
    let late = may_book(&term, &places, &wish(), at("2026-11-30T01:00:00Z"));
    assert_eq!(late, Err(Refusal::NobodyMovesUp));
    assert_eq!(standing_of_term(&term, &places, at("2026-11-30T01:00:00Z")), Standing::Full);
}

#[test]
fn rules_of_an_earlier_version_read_as_the_usual_ones() {
    let entry: Entry = serde_json::from_str("{}").unwrap();
    assert_eq!(entry, Entry::default());
    let text = serde_json::to_string(&Entry { giving: Giving::Draw, ..Entry::default() }).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap().giving, Giving::Draw);
}
