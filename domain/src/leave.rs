//! Leave (请假): a family says before a date that somebody who has a place won't come.

use crate::{
    codes,
    refusal::Refusal,
    term::{Occurrence, OccurrenceState, Term},
};
use jiff::{Timestamp, ToSpan};

codes! {
    /// Why somebody won't come.
    LeaveKind {
        /// 事假
        Personal = "personal",
        /// 病假: nobody falls ill by a deadline.
        Sick = "sick",
    }
}

/// The last instant at which a family may say so by itself: the hours before the start that the term states; sick leave,
/// until it begins.
pub fn leave_deadline(term: &Term, date: &Occurrence, kind: LeaveKind) -> Timestamp {
    let hours = match kind {
        LeaveKind::Personal => i64::from(term.entry.leave_hours),
        LeaveKind::Sick => 0,
    };
    date.starts_at.checked_sub(hours.hours()).unwrap_or(Timestamp::MIN)
}

/// May a family take leave of a date now?
pub fn may_take_leave(term: &Term, date: &Occurrence, kind: LeaveKind, now: Timestamp) -> Result<(), Refusal> {
    if date.state == OccurrenceState::Cancelled {
        return Err(Refusal::CalledOff);
    }
    let deadline = leave_deadline(term, date, kind);
    if now >= date.starts_at || now > deadline {
        return Err(Refusal::TooLateForLeave { deadline });
    }
    Ok(())
}

/// True if the place of somebody on leave goes to a guest for that day: where single dates may be booked, somebody may
/// come for it.
pub fn goes_to_a_guest(term: &Term) -> bool {
    term.scopes.single
}
