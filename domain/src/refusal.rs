//! Why something may not be done: a value that the page turns into one plain sentence.

use crate::{
    entry::{Group, Shape},
    grade::Grade,
    id::{PersonId, TermId},
    merge::Hindrance,
    text::InputProblem,
};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};
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
    /// By that name and birth date it would be a child who is booked already in the same period.
    #[error("the same child is booked")]
    SameChildBooked,
    /// Who has an account, or lives with somebody who has one, does it themselves and not by the desk.
    #[error("signs in")]
    SignsIn,
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
    /// More dates on one booking than the term lets choose.
    #[error("at most {max} dates at once")]
    TooManyDates {
        /// So many may be.
        max: u32,
    },
    /// One of several chosen dates is full.
    #[error("full on {on} at {start}")]
    DateFull {
        /// Its day.
        on: Date,
        /// Its start, local.
        start: Time,
    },
    /// The person has a place on that day already, and one a day is all.
    #[error("one a day, and one on {on}")]
    OneADay {
        /// The day.
        on: Date,
    },
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
    /// Too many wrong codes of the authenticator app were typed.
    #[error("too many wrong codes")]
    TooManyGuesses {
        /// When the next may be tried.
        again_at: Timestamp,
    },
    /// It changes how one signs in, and the password was last typed a while ago.
    #[error("confirm first")]
    ConfirmFirst,
    /// Recovery codes are for who has an authenticator app or a passkey.
    #[error("no second factor")]
    NoSecondFactor,
    /// The account has as many passkeys as can be.
    #[error("too many passkeys")]
    TooManyPasskeys {
        /// So many.
        max: u64,
    },
    /// The passkey is there already.
    #[error("passkey taken")]
    PasskeyTaken,
    /// The passkey is not known here, or what it said doesn't hold.
    #[error("wrong passkey")]
    WrongPasskey,
    /// The address of this site is none for which there can be passkeys.
    #[error("no passkeys here")]
    NoPasskeysHere,
    /// Codes are read out to residents only: whoever works for a community signs in by themself.
    #[error("signs in as staff")]
    SignsInAsStaff,
    /// There is no phone in the resident's record.
    #[error("no phone on record")]
    NoPhoneOnRecord,
    /// The phone in a resident's record signs somebody else in.
    #[error("phone of another")]
    PhoneOfAnother,
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
    /// Somebody came too seldom to the activity's term before.
    #[error("attended too little")]
    AttendedTooLittle {
        /// Dates that they came to.
        came: u32,
        /// Of so many that were called.
        dates: u32,
        /// The least share, in percent.
        percent: u32,
    },
    /// A child was collected late too often in the activity's term before.
    #[error("collected late")]
    CollectedLate {
        /// So often.
        times: u32,
        /// From so many times on.
        max: u32,
    },
    /// It is too late to take leave of a date by oneself.
    #[error("too late for leave")]
    TooLateForLeave {
        /// Until when it could be.
        deadline: Timestamp,
    },
    /// The place of somebody on leave has somebody else by now.
    #[error("place given on")]
    PlaceGivenOn,
    /// Somebody is not marked as there.
    #[error("not here")]
    NotHere,
    /// What was typed or read is no check-in code of anybody who is expected today.
    #[error("no such code")]
    NoSuchCode,
    /// Somebody's door is not open: the date is over, or begins later.
    #[error("not at this hour")]
    NotAtThisHour {
        /// Who.
        name: String,
    },
    /// Nobody agreed that care details are kept.
    #[error("nobody agreed")]
    CareConsent {
        /// True if it must be a guardian.
        guardian: bool,
    },
    /// Care details are not read without a reason.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// A child that is not here can't be handed over.
    #[error("not marked as here")]
    NotHereYet,
    /// The child was handed over before, by whom and to whom the page says.
    #[error("handed over at {at}")]
    HandedOver {
        /// The child.
        person: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Somebody who may not take the child that day, or not any more.
    #[error("not authorised on {on}")]
    MayNotTake {
        /// The day.
        on: Date,
    },
    /// The family did not say that the child may go home alone.
    #[error("may not go alone")]
    MayNotGoAlone,
    /// The pickup code is not today's.
    #[error("wrong pickup code, {left} more tries")]
    WrongPickupCode {
        /// So many more may be tried now.
        left: u32,
    },
    /// Too many wrong pickup codes were tried for the child.
    #[error("too many wrong pickup codes")]
    TooManyPickupCodes {
        /// When the next may be tried.
        again_at: Timestamp,
    },
    /// As many people may take the child as can be.
    #[error("too many people")]
    PickupPersonsFull {
        /// So many.
        max: u32,
    },
    /// Two records are not joined, or not parted again.
    #[error("records stay as they are: {hindrance:?}")]
    CannotMerge {
        /// Why.
        hindrance: Hindrance,
    },
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
