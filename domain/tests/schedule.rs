//! Moving dates, as staff mean it; and nobody in two places.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

use domain::{
    id::{OccurrenceId, RoomId, TermId},
    schedule::{Arrangement, Edit, Planned, Reach, Shared, Taken, clashes, plan_edit},
    term::OccurrenceState,
    text::InputProblem,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{date, time},
};
use proptest::prelude::*;
use uuid::Uuid;

fn id(n: u128) -> OccurrenceId {
    OccurrenceId(Uuid::from_u128(n))
}

fn room(n: u128) -> Option<RoomId> {
    Some(RoomId(Uuid::from_u128(n)))
}

/// Tuesdays from 1 December, 9:00 to 11:00, in room 1, led by 陈老师.
fn tuesdays(count: u128) -> Vec<Planned> {
    (0..count)
        .map(|n| Planned {
            id: id(n),
            now: Arrangement {
                date: date(2026, 12, 1) + (n as i64 * 7).days(),
                start: time(9, 0, 0, 0),
                end: time(11, 0, 0, 0),
                room: room(1),
                leader: Some("陈老师".to_owned()),
            },
            state: OccurrenceState::Scheduled,
            hand_made: false,
            begun: false,
        })
        .collect()
}

fn edit(dates: &[Planned], of: u128, reach: Reach, change: impl FnOnce(&mut Arrangement)) -> Edit {
    let mut to = dates.iter().find(|date| date.id == id(of)).unwrap().now.clone();
    change(&mut to);
    Edit { of: id(of), to, reach, hand_made_too: false, reason: None }
}

fn reached(dates: &[Planned], edit: &Edit) -> Vec<u128> {
    plan_edit(dates, edit).unwrap().iter().map(|moved| moved.id.0.as_u128()).collect()
}

#[test]
fn a_change_reaches_this_later_or_all_that_have_not_begun() {
    let mut dates = tuesdays(6);
    dates[0].begun = true;
    dates[4].state = OccurrenceState::Cancelled;
    for (reach, expected) in [(Reach::This, &[2][..]), (Reach::Later, &[2, 3, 5]), (Reach::All, &[1, 2, 3, 5])] {
        let edit = edit(&dates, 2, reach, |to| to.start = time(10, 0, 0, 0));
        assert_eq!(reached(&dates, &edit), expected, "{reach}");
    }
}

#[test]
fn what_was_changed_by_hand_is_left_alone_unless_chosen() {
    let mut dates = tuesdays(4);
    dates[2].hand_made = true;
    let mut edit = edit(&dates, 1, Reach::Later, |to| to.room = room(2));
    assert_eq!(reached(&dates, &edit), [1, 3]);
    edit.hand_made_too = true;
    assert_eq!(reached(&dates, &edit), [1, 2, 3]);
    edit.of = id(2);
    edit.hand_made_too = false;
    assert_eq!(reached(&dates, &edit), [2, 3], "the date that is looked at is chosen");
}

#[test]
fn only_what_differs_is_carried_to_the_others() {
    let mut dates = tuesdays(3);
    dates[2].now.leader = Some("李老师".to_owned());
    let edit = edit(&dates, 0, Reach::All, |to| {
        to.date = date(2026, 12, 3);
        to.room = None;
    });
    let moved = plan_edit(&dates, &edit).unwrap();
    assert_eq!(moved[2].to.date, date(2026, 12, 17), "two days later, as the first");
    assert_eq!(moved[2].to.leader.as_deref(), Some("李老师"), "the substitute stays");
    assert_eq!((moved[2].to.room, moved[2].to.start), (None, time(9, 0, 0, 0)));
}

#[test]
fn a_change_that_can_not_be_is_refused() {
    let mut dates = tuesdays(3);
    dates[0].begun = true;
    dates[1].state = OccurrenceState::Cancelled;
    for of in [0, 1] {
        let edit = edit(&dates, of, Reach::All, |to| to.start = time(8, 0, 0, 0));
        assert_eq!(plan_edit(&dates, &edit), Err(InputProblem::Choice), "{of}");
    }
    let backwards = edit(&dates, 2, Reach::This, |to| to.end = time(9, 0, 0, 0));
    assert_eq!(plan_edit(&dates, &backwards), Err(InputProblem::Order));
    let nothing = edit(&dates, 2, Reach::All, |_| {});
    assert_eq!(plan_edit(&dates, &nothing), Ok(Vec::new()));
}

fn taken(term: u128, start: i64, minutes: i64, room: Option<RoomId>, leader: Option<&str>) -> Taken {
    let at = |minute: i64| Timestamp::from_second(1_796_000_400 + minute * 60).unwrap();
    Taken {
        term: TermId(Uuid::from_u128(term)),
        occurrence: None,
        date: date(2026, 12, 1),
        starts_at: at(start),
        ends_at: at(start + minutes),
        room,
        leader: leader.map(str::to_owned),
    }
}

#[test]
fn a_clash_names_what_is_shared() {
    let there = [taken(1, 0, 60, room(1), Some("陈"))];
    for (wanted, shared) in [
        (taken(2, 30, 60, room(1), None), &[Shared::Room][..]),
        (taken(2, 30, 60, room(2), Some("陈")), &[Shared::Leader]),
        (taken(2, 30, 60, room(1), Some("陈")), &[Shared::Room, Shared::Leader]),
        (taken(1, 30, 60, None, None), &[Shared::Term]),
        (taken(2, 60, 60, room(1), Some("陈")), &[]),
        (taken(2, 0, 60, None, None), &[]),
    ] {
        let found: Vec<_> = clashes(&[wanted], &there).iter().map(|clash| clash.shared).collect();
        assert_eq!(found, shared);
    }
    let among = clashes(&[taken(2, 0, 60, room(3), None), taken(3, 0, 60, room(3), None)], &[]);
    assert_eq!(among.len(), 1);
    assert!(among[0].among && (among[0].wanted, among[0].other) == (1, 0));
}

prop_compose! {
    fn some_taken()(term in 0..4_u128, start in 0..500_i64, minutes in 1..120_i64, at in 0..4_u128, led in 0..3_usize)
        -> Taken
    {
        let leader = [None, Some("陈"), Some("李")][led];
        taken(term, start, minutes, (at > 0).then(|| RoomId(Uuid::from_u128(at))), leader)
    }
}

proptest! {
    #[test]
    fn who_takes_only_what_clashes_with_nothing_is_never_in_two_places(all in proptest::collection::vec(some_taken(), 0..40)) {
        let mut kept: Vec<Taken> = Vec::new();
        for wanted in all {
            if clashes(std::slice::from_ref(&wanted), &kept).is_empty() {
                kept.push(wanted);
            }
        }
        // Minute by minute, as a caretaker would look.
        for minute in 0..620 {
            let now = Timestamp::from_second(1_796_000_400 + minute * 60).unwrap();
            let on: Vec<_> = kept.iter().filter(|date| date.starts_at <= now && now < date.ends_at).collect();
            for (n, one) in on.iter().enumerate() {
                for other in &on[..n] {
                    prop_assert!(one.room.is_none() || one.room != other.room);
                    prop_assert!(one.leader.is_none() || one.leader != other.leader);
                    prop_assert!(one.term != other.term);
                }
            }
        }
    }

    #[test]
    fn a_move_reaches_whole_days_and_keeps_the_order(count in 1..20_u128, of in 0..20_u128, days in -60..60_i64) {
        let dates = tuesdays(count);
        let of = of % count;
        let edit = edit(&dates, of, Reach::All, |to| to.date += days.days());
        let moved = plan_edit(&dates, &edit).unwrap();
        prop_assert_eq!(moved.len(), if days == 0 { 0 } else { dates.len() });
        for moved in &moved {
            prop_assert_eq!((moved.to.date - moved.from.date).get_days(), days as i32);
        }
        prop_assert!(moved.is_sorted_by_key(|moved| moved.to.date));
    }
}
