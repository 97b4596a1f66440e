//! Why something may not be done: a value that the page turns into one plain sentence.

use crate::{
    entry::{Group, Shape},
    grade::Grade,
    id::TermId,
    text::InputProblem,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A refusal with the rule and the value that failed. It holds nothing personal beyond an age, since without
/// JavaScript it travels in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// The number signs in another account.
    #[error("that phone has an account")]
    PhoneTaken,
    /// The consent without which nobody can be booked for was withdrawn, or never given.
    #[error("consent withdrawn")]
    ConsentWithdrawn,
    /// A child of two homes is not erased by one of them.
    #[error("lives in two homes")]
    InTwoHomes,
    /// No household waits for that code.
    #[error("no such household code")]
    WrongHouseholdCode,
    /// Who has a household with others in it can't join another.
    #[error("has a household of their own")]
    HasHousehold,
    /// Nobody who can sign in would be left in the household.
    #[error("the last guardian")]
    LastGuardian,
    /// Nobody would be left who says who works here.
    #[error("the last admin")]
    LastAdmin,
    /// The account has a role that the actor may not give, here or in another community.
    #[error("works elsewhere, too")]
    WorksElsewhere,
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
    /// The rule of grades, and the grade that failed it.
    #[error("grade {} on {on}", grade.0)]
    Grade {
        /// The lowest grade taken.
        min: Grade,
        /// The highest.
        max: Grade,
        /// Grades are counted on this date.
        on: Date,
        /// The person's grade on that date.
        grade: Grade,
    },
    /// Only households of certain groups are taken, and staff have granted none of them to this one.
    #[error("only certain groups")]
    OnlyGroups {
        /// The groups.
        groups: Vec<Group>,
    },
    /// The priority groups may book already; the others later.
    #[error("priority groups first, others at {opens_at}")]
    PriorityFirst {
        /// The groups.
        groups: Vec<Group>,
        /// When the others may.
        opens_at: Timestamp,
    },
    /// The child has or awaits a place in another term of the same period.
    #[error("another place in that period")]
    PeriodTaken {
        /// The other term.
        term: TermId,
        /// True if it waits there.
        waiting: bool,
    },
    /// The household has as many live bookings of the term as one may.
    #[error("{max} bookings of the household")]
    HouseholdLimit {
        /// How many that is.
        max: u32,
    },
    /// The person has something else at the same time.
    #[error("overlaps on {on}")]
    Overlaps {
        /// The other term.
        term: TermId,
        /// The first date of both.
        on: Date,
        /// True if it may be booked all the same.
        may_insist: bool,
    },
    /// The term takes families of another make-up.
    #[error("another make-up of the family")]
    Shape {
        /// Those that it takes.
        shapes: Vec<Shape>,
    },
    /// What the term asks to be agreed to was not agreed to.
    #[error("consent needed")]
    ConsentNeeded,
    /// Nobody moves up to these dates any more, so that waiting would be in vain.
    #[error("nobody moves up any more")]
    NobodyMovesUp,
    /// The offer, or the hold, is over.
    #[error("the offer was over at {until}")]
    OfferOver {
        /// When it was.
        until: Timestamp,
    },
    /// There is no offer to answer.
    #[error("nothing is offered")]
    NothingOffered,
    /// Of several that were asked for together this one would only have waited, so none was booked.
    #[error("not all together")]
    NotTogether,
    /// Of several that were asked for together another was refused, so none was booked.
    #[error("another of them was refused")]
    NoneOfThem,
    /// A person has granted something to as many relatives as may be.
    #[error("too many relatives")]
    CareLinksFull {
        /// So many.
        max: u32,
    },
    /// Lots are drawn after the closing, and the term has none.
    #[error("a draw needs a closing time")]
    DrawNeedsClosing,
    /// Somebody has booked under the rules as they are, so it can't become a draw, or stop being one.
    #[error("booked already")]
    BookedAlready,
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
    /// Nobody agreed that care details are kept.
    #[error("nobody agreed")]
    CareConsent {
        /// True if it must be a guardian.
        guardian: bool,
    },
    /// Care details are not read without a reason.
    #[error("a reason is needed")]
    ReasonNeeded,
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
