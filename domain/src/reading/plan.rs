//! What staff read while they plan: dates, clashes, days off, rooms.

use super::desk::DeskTerm;
use super::public::DayHead;
use crate::{
    block::Obstacle,
    day_kind::{DaySpan, HolidayPolicy},
    id::{ChangeId, OccurrenceId, RoomId},
    recurrence::Fate,
    schedule::{Arrangement, ChangeKind, Shared},
    term::OccurrenceState,
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

shapes! {
    /// A date of a term as staff change it.
    PlannedDate {
        /// The date.
        occurrence: OccurrenceId,
        /// Its day.
        head: DayHead,
        /// When and where, and who leads.
        now: Arrangement,
        /// The room's name.
        room: Option<String>,
        /// 第 n 次 / 共 m 次.
        ordinal: Option<(usize, usize)>,
        /// Takes place or called off.
        state: OccurrenceState,
        /// Why it was called off.
        reason: Option<String>,
        /// True once it has begun.
        begun: bool,
        /// True if it was changed by itself before.
        hand_made: bool,
        /// Families that hold a place on it or wait for one.
        families: u32,
        /// How often it was changed: a form that saw another number is refused.
        sequence: i32,
    }

    /// The dates of a term, for staff.
    PlanPage {
        /// The term.
        term: DeskTerm,
        /// Its dates, the first first.
        dates: Vec<PlannedDate>,
        /// The community's rooms.
        rooms: Vec<RoomChoice>,
        /// The last change, if it can be taken back.
        last: Option<LastChange>,
    }

    /// The last change of a term's dates.
    LastChange {
        /// Its id.
        id: ChangeId,
        /// What was done.
        kind: ChangeKind,
        /// To how many dates.
        dates: u32,
        /// How many families were told.
        told: u32,
        /// By whom.
        who: String,
        /// When.
        at: DateTime,
    }

    /// What an edit would do.
    EditPreview {
        /// Each date as it is and as it would be.
        changes: Vec<PlannedChange>,
        /// Families that would be told.
        told: u32,
        /// What stands in the way.
        clashes: Vec<ClashLine>,
        /// Rooms that are free on all the dates, where the room is what clashes.
        free: Vec<RoomChoice>,
    }

    /// One date of an edit.
    PlannedChange {
        /// The day as it is.
        from: DayHead,
        /// The day as it would be.
        to: DayHead,
        /// As it is.
        was: Arrangement,
        /// As it would be.
        will: Arrangement,
        /// The room's name as it is.
        was_room: Option<String>,
        /// The room's name as it would be.
        will_room: Option<String>,
    }

    /// What stands in the way of a date.
    ClashLine {
        /// The day.
        date: Date,
        /// From when; of a room's hours or a block, when the date would be held.
        start: Time,
        /// Until when.
        end: Time,
        /// What it is.
        by: ClashBy,
    }

    /// A year's holidays, swapped working days and closures, for staff.
    DaysPage {
        /// The year.
        year: i16,
        /// Today there.
        today: Date,
        /// The days, a run of the same kind and name together.
        spans: Vec<DaySpan>,
        /// Days of the State Council's notice that are still missing; none where the program doesn't know the year.
        missing: Option<u32>,
        /// Dates to come that fall on a day off, and of which nothing was decided.
        hits: Vec<Hit>,
    }

    /// A date that falls on a day off.
    Hit {
        /// The date.
        occurrence: OccurrenceId,
        /// Its day.
        head: DayHead,
        /// Its activity.
        name: String,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// Families that hold a place on it or wait for one.
        families: u32,
        /// What its term does with days off.
        policy: HolidayPolicy,
    }

    /// A room to choose.
    RoomChoice {
        /// The room.
        id: RoomId,
        /// Its name.
        name: String,
        /// How many it holds.
        size: u32,
    }

    /// A planned date in a preview.
    PreviewDay {
        /// The day.
        head: DayHead,
        /// What becomes of it.
        fate: Fate,
        /// What stands in the way of it.
        clashes: Vec<ClashLine>,
    }
}

/// What a date clashes with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClashBy {
    /// Another date.
    Date {
        /// Its activity.
        name: String,
        /// What both need.
        shared: Shared,
    },
    /// A room's hours, or a block.
    Obstacle(Obstacle),
}

impl ClashBy {
    /// True if another room would do.
    pub fn is_of_room(&self) -> bool {
        match self {
            Self::Date { shared, .. } => *shared == Shared::Room,
            Self::Obstacle(obstacle) => obstacle.is_of_room(),
        }
    }
}
