//! Offers (递补确认): a freed place is kept for the first in line until the family answers or the deadline passes.

use jiff::{
    Timestamp, ToSpan,
    civil::{Time, time},
    tz::TimeZone,
};

/// From then on nobody is expected to answer (免打扰 21:00–8:00).
pub const QUIET_FROM: Time = time(21, 0, 0, 0);
/// Until then.
pub const QUIET_UNTIL: Time = time(8, 0, 0, 0);
/// A deadline that would fall into quiet hours falls on this time of the next morning, so that it can be seen first.
pub const MORNING: Time = time(9, 0, 0, 0);

/// True in quiet hours; a deadline at their very ends is outside.
fn is_quiet(time: Time) -> bool {
    time > QUIET_FROM || time < QUIET_UNTIL
}

/// Until when an offer made `now` stands: `hours` later, never in quiet hours, never past `last`, the instant after
/// which nobody moves up. None if no such instant is left.
pub fn answer_by(now: Timestamp, hours: u32, last: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let wanted = now.checked_add(i64::from(hours).hours()).unwrap_or(last).min(last);
    let deadline = out_of_quiet_hours(wanted, zone, true);
    let deadline = if deadline > last { out_of_quiet_hours(last, zone, false) } else { deadline };
    (deadline > now).then_some(deadline)
}

/// The instant itself outside quiet hours; else the next morning, or the last instant before they began.
fn out_of_quiet_hours(at: Timestamp, zone: &TimeZone, later: bool) -> Timestamp {
    let local = zone.to_datetime(at);
    if !is_quiet(local.time()) {
        return at;
    }
    let evening = local.time() > QUIET_FROM;
    let (date, time) = match (later, evening) {
        (true, true) => (local.date().saturating_add(1.day()), MORNING),
        (true, false) => (local.date(), MORNING),
        (false, true) => (local.date(), QUIET_FROM),
        (false, false) => (local.date().saturating_sub(1.day()), QUIET_FROM),
    };
    zone.to_ambiguous_zoned_datetime(date.to_datetime(time)).compatible().map_or(at, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Offset;
    use proptest::prelude::*;

    fn beijing() -> TimeZone {
        TimeZone::fixed(Offset::constant(8))
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().unwrap()
    }

    #[test]
    fn an_offer_of_the_evening_can_be_answered_in_the_morning() {
        let far = at("2026-12-24T09:00");
        let by = |now, hours| answer_by(at(now), hours, far, &beijing());
        assert_eq!(by("2026-12-01T10:00", 4), Some(at("2026-12-01T14:00")));
        assert_eq!(by("2026-12-01T19:00", 4), Some(at("2026-12-02T09:00")), "23:00 is quiet");
        assert_eq!(by("2026-12-01T19:00", 12), Some(at("2026-12-02T09:00")), "7:00 is quiet, too");
        assert_eq!(by("2026-12-01T19:00", 2), Some(at("2026-12-01T21:00")), "21:00 is the last that isn't");
    }

    #[test]
    fn an_offer_never_outlives_the_cut_off() {
        let by = |now, last| answer_by(at(now), 12, at(last), &beijing());
        assert_eq!(by("2026-12-01T10:00", "2026-12-01T13:00"), Some(at("2026-12-01T13:00")));
        assert_eq!(
            by("2026-12-01T19:00", "2026-12-02T08:30"),
            Some(at("2026-12-02T08:30")),
            "not after the class began"
        );
        assert_eq!(by("2026-12-01T19:00", "2026-12-02T07:30"), Some(at("2026-12-01T21:00")), "nor in the night");
        assert_eq!(by("2026-12-01T22:00", "2026-12-02T07:30"), None, "nobody can be asked in the night");
    }

    proptest! {
        #[test]
        fn a_deadline_is_ahead_within_the_cut_off_and_never_in_quiet_hours(
            now in 1_700_000_000_i64..1_800_000_000, hours in 0_u32..100, last in 1_i64..1_000_000,
        ) {
            let now = Timestamp::from_second(now).unwrap();
            let last = Timestamp::from_second(now.as_second() + last).unwrap();
            if let Some(deadline) = answer_by(now, hours, last, &beijing()) {
                prop_assert!(deadline > now && deadline <= last);
                prop_assert!(!is_quiet(beijing().to_datetime(deadline).time()));
            }
        }
    }
}
