//! What is read of handing children over (接送).

use super::DateEntry;
use crate::{
    booking::Mark,
    id::{OccurrenceId, PersonId, PickupId, PickupPersonId},
    pickup::{PickupCode, PickupWay},
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

shapes! {
    /// Somebody who may take a child.
    PickupPerson {
        /// The id.
        id: PickupPersonId,
        /// The name.
        name: String,
        /// Who that is to the child: 奶奶, 保姆.
        relation: String,
        /// The phone, masked.
        phone: Option<String>,
        /// True if there is a photo.
        photo: bool,
        /// The only day, if it is one.
        only_on: Option<Date>,
    }

    /// A hand-over.
    HandOver {
        /// Its id.
        id: PickupId,
        /// By which way.
        way: PickupWay,
        /// To whom, as it was; empty for a child that went alone.
        taker: String,
        /// Why, where nobody authorised came.
        reason: Option<String>,
        /// When, local.
        at: DateTime,
        /// Which of the staff.
        by: String,
        /// Who took it back, if somebody did.
        undone: Option<HandOverUndone>,
    }

    /// That a hand-over was noted by mistake.
    HandOverUndone {
        /// When, local.
        at: DateTime,
        /// Which of the staff.
        by: String,
        /// Why.
        reason: String,
    }

    /// A child on a date, with who may take it.
    PickupChild {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// What the roll says.
        mark: Option<Mark>,
        /// True if an allergy is kept; which, only whoever gives a reason is told.
        allergy: bool,
        /// True if it may go home alone.
        alone: bool,
        /// True if the family uses a code.
        code: bool,
        /// Until when no more codes may be tried, local.
        code_locked_until: Option<Time>,
        /// Who may take it today.
        persons: Vec<PickupPerson>,
        /// The hand-over that counts.
        live: Option<HandOver>,
        /// Those that were taken back, newest first.
        undone: Vec<HandOver>,
    }

    /// The page on which staff hand the children of a date over.
    PickupPage {
        /// The date.
        date: DateEntry,
        /// True after its end.
        over: bool,
        /// The children.
        children: Vec<PickupChild>,
    }

    /// What the roll says of a child beside its mark.
    AtRoll {
        /// True if it may go home alone.
        alone: bool,
        /// The hand-over that counts.
        live: Option<HandOver>,
    }

    /// The board of who is still here.
    StillHere {
        /// When it was read, local.
        now: DateTime,
        /// Today's dates with children, by end; those over first.
        dates: Vec<StillHereDate>,
    }

    /// A date on that board.
    StillHereDate {
        /// The date.
        occurrence: OccurrenceId,
        /// The activity.
        name: String,
        /// The room.
        room: Option<String>,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// Minutes since its end, once it is over.
        late: Option<u32>,
        /// Children who came.
        came: u32,
        /// Children whom nobody has collected.
        children: Vec<StillHereChild>,
    }

    /// A child on that board.
    StillHereChild {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// True if it may go home alone.
        alone: bool,
    }

    /// The page on which a family says who may take a child.
    FamilyPickup {
        /// The child.
        person: PersonId,
        /// Its name.
        name: String,
        /// Today, there.
        today: Date,
        /// Who may take it, now or on a day to come.
        persons: Vec<PickupPerson>,
        /// True if it may go home alone.
        alone: bool,
        /// Today's code, where the family uses one.
        code: Option<PickupCode>,
        /// The last hand-overs, newest first, with the activity.
        handed: Vec<(String, HandOver)>,
    }
}
