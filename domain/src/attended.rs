//! Attendance rules (出勤要求): who came too seldom to a term, or was collected late too often, waits out the next one of
//! the activity, unless staff excuse it. Leave that was taken in time counts neither way.

use crate::{id::TermId, refusal::Refusal};
use serde::{Deserialize, Serialize};

/// What a term asks of whoever was in the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceRule {
    /// The least share of called dates, in percent, that one came to.
    pub percent: Option<u32>,
    /// So many late pick-ups are too many.
    pub late_pickups: Option<u32>,
}

/// How somebody attended a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attended {
    /// Which.
    pub term: TermId,
    /// Dates that they came to, late or not.
    pub came: u32,
    /// Dates that they were absent from without leave.
    pub missed: u32,
    /// Dates after which they were collected late.
    pub late_pickups: u32,
    /// True if staff excused it.
    pub excused: bool,
}

/// With fewer dates called than this a share says nothing yet.
pub const FEWEST_DATES: u32 = 3;

/// A pick-up is late from so many minutes after the end on.
pub const LATE_AFTER_MINUTES: i64 = 10;

impl Attended {
    /// Nothing so far.
    pub fn none(term: TermId) -> Self {
        Self { term, came: 0, missed: 0, late_pickups: 0, excused: false }
    }

    /// Dates that count.
    pub fn dates(&self) -> u32 {
        self.came.saturating_add(self.missed)
    }

    /// The share of them that one came to, in percent, rounded down; none without any.
    pub fn percent(&self) -> Option<u32> {
        u32::try_from(u64::from(self.came) * 100 / u64::from(self.dates()).max(1)).ok().filter(|_| self.dates() > 0)
    }
}

impl AttendanceRule {
    /// True if it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.percent.is_none() && self.late_pickups.is_none()
    }

    /// What somebody fell short of, if anything and if it was not excused.
    pub fn breach(&self, attended: &Attended) -> Option<Refusal> {
        if attended.excused {
            return None;
        }
        let enough = attended.dates() >= FEWEST_DATES;
        if let (Some(percent), Some(share)) = (self.percent.filter(|_| enough), attended.percent())
            && share < percent
        {
            return Some(Refusal::AttendedTooLittle { came: attended.came, dates: attended.dates(), percent });
        }
        let max = self.late_pickups.filter(|max| attended.late_pickups >= *max)?;
        Some(Refusal::CollectedLate { times: attended.late_pickups, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const RULE: AttendanceRule = AttendanceRule { percent: Some(70), late_pickups: Some(3) };

    fn attended(came: u32, missed: u32, late_pickups: u32) -> Attended {
        Attended { came, missed, late_pickups, ..Attended::none(TermId(Uuid::nil())) }
    }

    #[test]
    fn who_came_to_less_than_asked_falls_short() {
        assert_eq!(RULE.breach(&attended(7, 3, 0)), None);
        let short = RULE.breach(&attended(6, 3, 0));
        assert_eq!(short, Some(Refusal::AttendedTooLittle { came: 6, dates: 9, percent: 70 }));
        assert_eq!(RULE.breach(&Attended { excused: true, ..attended(0, 9, 9) }), None);
    }

    #[test]
    fn two_dates_say_nothing_yet() {
        assert_eq!(RULE.breach(&attended(0, 2, 0)), None);
        assert_eq!(RULE.breach(&attended(0, 0, 0)), None);
    }

    #[test]
    fn the_third_late_pickup_is_one_too_many() {
        assert_eq!(RULE.breach(&attended(9, 0, 2)), None);
        assert_eq!(RULE.breach(&attended(9, 0, 3)), Some(Refusal::CollectedLate { times: 3, max: 3 }));
    }
}
