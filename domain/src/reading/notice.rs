//! What a notice says.

use crate::{
    care::CareScope,
    entry::Group,
    household::HouseholdNews,
    id::{ActivityId, BookingId, CareLinkId, OccurrenceId, PersonId},
    pickup::PickupWay,
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// A date as a notice tells it: names, not ids, since it is read later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The date.
    pub date: Date,
    /// Start.
    pub start: Time,
    /// End.
    pub end: Time,
    /// The room.
    pub room: Option<String>,
    /// Who leads.
    pub leader: Option<String>,
}

/// What a notice says; stored as JSON, put into words by the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoticeText {
    /// Somebody moved up from the waiting list.
    Promoted {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// Dates held.
        dates: u32,
    },
    /// Somebody has come so seldom that the activity's next term would refuse them.
    AttendedTooLittle {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Dates that they came to.
        came: u32,
        /// Of so many.
        dates: u32,
        /// The least share, in percent.
        percent: u32,
    },
    /// A place is kept for somebody on the waiting list, until an answer comes or the deadline.
    Offered {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The booking.
        booking: BookingId,
        /// Until when, local.
        until: DateTime,
        /// Dates offered.
        dates: u32,
    },
    /// Nobody answered in time, and the place went on.
    Lapsed {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
    },
    /// Lots were drawn, and somebody has no place yet.
    NotDrawn {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// Where the party now stands in line.
        number: u32,
    },
    /// Staff checked what a household claimed.
    ClaimChecked {
        /// The group.
        group: Group,
        /// Granted or not.
        granted: bool,
        /// The community.
        community: String,
        /// Its slug.
        slug: String,
    },
    /// A person lets a relative see or do something.
    CareGranted {
        /// The person.
        person: String,
        /// What.
        scopes: Vec<CareScope>,
        /// The community's slug.
        slug: String,
        /// The link.
        link: CareLinkId,
    },
    /// The desk booked for somebody.
    BookedByDesk {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// True if it waits.
        waiting: bool,
    },
    /// Dates were moved, or got another room or leader.
    Moved {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The booking.
        booking: BookingId,
        /// The first date moved.
        occurrence: OccurrenceId,
        /// That date as it was.
        from: Told,
        /// That date as it is.
        to: Told,
        /// So many more dates of the booking were moved with it.
        more: u32,
        /// Why, if staff said so.
        #[serde(default)]
        reason: Option<String>,
    },
    /// A date was added, and the party has a place on it.
    Added {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The booking.
        booking: BookingId,
        /// The date's id.
        occurrence: OccurrenceId,
        /// The date.
        date: Told,
    },
    /// A date was called off.
    CalledOff {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The date.
        date: Told,
        /// Why.
        reason: String,
        /// So many more dates of the booking were called off with it.
        #[serde(default)]
        more: u32,
    },
    /// A date that was called off takes place after all.
    Restored {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The date.
        date: Told,
    },
    /// The desk cancelled somebody's booking.
    CancelledByDesk {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
    },
    /// A child was handed over.
    HandedOver {
        /// The activity.
        activity: String,
        /// The child.
        person: String,
        /// Its id.
        child: PersonId,
        /// The community's slug.
        slug: String,
        /// When, local.
        at: DateTime,
        /// By which way.
        way: PickupWay,
        /// To whom; nothing for a child that went alone.
        taker: String,
        /// Why, where nobody authorised came.
        reason: Option<String>,
    },
    /// A hand-over was taken back: it was noted by mistake.
    HandOverUndone {
        /// The activity.
        activity: String,
        /// The child.
        person: String,
        /// Its id.
        child: PersonId,
        /// The community's slug.
        slug: String,
        /// When it had been, local.
        at: DateTime,
        /// Why it was taken back.
        reason: String,
    },
    /// The household itself changed.
    Household {
        /// How.
        news: HouseholdNews,
        /// Who it is about.
        person: String,
        /// The community's slug.
        slug: String,
    },
    /// Staff read out a code by which the visitor signs in.
    CodeReadOut {
        /// Who of the staff.
        by: String,
        /// The community's name.
        community: String,
        /// The community's slug.
        slug: String,
    },
}
