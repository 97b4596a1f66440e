//! Why something may not be done: a value that the page turns into one plain sentence.

use crate::{id::TermId, text::InputProblem};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A refusal with the rule and the value that failed. It holds nothing personal beyond an age, since without
/// JavaScript it travels in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// Booking opens later.
    #[error("opens at {opens_at}")]
    NotYetOpen {
        /// When.
        opens_at: Timestamp,
    },
    /// Booking has closed.
    #[error("closed at {closed_at}")]
    Closed {
        /// When.
        closed_at: Timestamp,
    },
    /// No date that could be booked is left.
    #[error("no date left")]
    NoDateLeft,
    /// The term or the date was called off.
    #[error("called off")]
    CalledOff,
    /// The age rule, and the age that failed it.
    #[error("age {age} on {on}")]
    Age {
        /// The youngest age taken.
        min: Option<i16>,
        /// The oldest age taken.
        max: Option<i16>,
        /// Age is counted on this date.
        on: Date,
        /// The person's age on that date; negative before birth.
        age: i16,
    },
    /// The age rule can't be checked without a birth date.
    #[error("birth date needed")]
    BirthDateNeeded,
    /// The term doesn't allow this scope.
    #[error("scope not offered")]
    ScopeNotOffered,
    /// The whole term can't be booked once it has begun.
    #[error("already begun")]
    AlreadyBegun,
    /// The person holds or waits for a place already.
    #[error("already booked")]
    AlreadyBooked {
        /// True if the earlier booking waits.
        waiting: bool,
    },
    /// The waiting list is full.
    #[error("waiting list full")]
    WaitlistFull {
        /// Its cap.
        cap: u32,
    },
    /// The party is larger than all the places of a date.
    #[error("party too large")]
    PartyTooLarge {
        /// Heads asked.
        heads: u32,
        /// Places on the date.
        capacity: u32,
    },
    /// The deadline to cancel by oneself has passed.
    #[error("too late to cancel")]
    TooLateToCancel {
        /// When it passed.
        deadline: Timestamp,
    },
    /// The booking was cancelled before.
    #[error("already cancelled")]
    AlreadyCancelled,
    /// Somebody with that name and birth date is in the household already.
    #[error("already in the household")]
    AlreadyInHousehold,
    /// The household has reached its largest size.
    #[error("household full")]
    HouseholdFull {
        /// The most members.
        max: u32,
    },
    /// The one-time code is wrong, used, or too old.
    #[error("wrong code")]
    WrongCode,
    /// Too many codes were asked for this number.
    #[error("too many codes")]
    TooManyCodes {
        /// When the next may be asked.
        again_at: Timestamp,
    },
    /// Sign-in name and password don't fit.
    #[error("wrong password")]
    WrongPassword,
    /// The room or the leader has another date then.
    #[error("clash")]
    Clash {
        /// The other term.
        term: TermId,
        /// The date.
        on: Date,
    },
    /// The room is not open then, or blocked.
    #[error("room closed")]
    RoomClosed {
        /// The date.
        on: Date,
    },
    /// The leader can't come that day.
    #[error("leader away")]
    LeaderAway {
        /// The date.
        on: Date,
    },
    /// Somebody else changed it since the page was shown, or it can't be taken back any more.
    #[error("changed since")]
    ChangedSince,
    /// It would begin in the past.
    #[error("in the past")]
    InThePast,
    /// A person can't be taken out of a household while bookings are live.
    #[error("has bookings")]
    HasBookings,
    /// The roll of a date that was called off or lies more than a day ahead.
    #[error("no roll yet")]
    NoRollYet,
}

/// A field's problem, by the field's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name in its form.
    pub field: String,
    /// What is wrong.
    pub problem: InputProblem,
}

impl FieldProblem {
    /// A problem of one field.
    pub fn new(field: &str, problem: InputProblem) -> Self {
        Self { field: field.to_owned(), problem }
    }
}
