//! What staff read of rooms and leaders: when they can't be had, and what that did.

use crate::{
    block::{Block, OpeningHours},
    id::{BlockId, OccurrenceId, RoomId, TermId},
    reading::{DayHead, RoomChoice},
    term::OccurrenceState,
};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

shapes! {
    /// A room with its hours and what blocks it from today on.
    RoomCard {
        /// The room.
        id: RoomId,
        /// Its name.
        name: String,
        /// How many people fit in.
        size: u32,
        /// When it is open; always where none.
        hours: Option<OpeningHours>,
        /// Blocks that have not ended.
        blocks: Vec<BlockLine>,
    }

    /// A block that stands.
    BlockLine {
        /// Its id.
        id: BlockId,
        /// What it says.
        block: Block,
    }

    /// All rooms, for staff.
    RoomsPage {
        /// The rooms, by name.
        rooms: Vec<RoomCard>,
    }

    /// One room, for staff.
    RoomPage {
        /// The room.
        room: RoomCard,
        /// Dates to come that lie outside its hours.
        outside: Vec<ResourceDate>,
    }

    /// A date that a block hits.
    BlockHit {
        /// The date.
        occurrence: OccurrenceId,
        /// Its term.
        term: TermId,
        /// How often it was changed: a decision on another number is refused.
        sequence: i32,
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
        /// Places held on it.
        heads: u32,
        /// Rooms that are free then, where a room is blocked.
        free: Vec<RoomChoice>,
    }

    /// A date of a room or a leader.
    ResourceDate {
        /// The date.
        occurrence: OccurrenceId,
        /// Its term.
        term: TermId,
        /// Its day.
        head: DayHead,
        /// Its activity.
        name: String,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// The room.
        room: Option<String>,
        /// Takes place or called off.
        state: OccurrenceState,
        /// Why it was called off or changed.
        reason: Option<String>,
        /// Whom the leader stands in for (代课).
        in_place_of: Option<String>,
    }

    /// A leader in a list.
    LeaderCard {
        /// The name.
        name: String,
        /// Dates in the month that is shown.
        dates: u32,
        /// Blocks that have not ended.
        away: Vec<BlockLine>,
    }

    /// All leaders, and one month of one.
    LeadersPage {
        /// The first day of the month.
        month: Date,
        /// Leaders, by name.
        leaders: Vec<LeaderCard>,
        /// The month of the leader who was asked for.
        dates: Vec<ResourceDate>,
    }

    /// Substitutions and cancelled dates of a month.
    ReportPage {
        /// The first day of the month.
        month: Date,
        /// Dates that were called off.
        cancelled: Vec<ReportLine>,
        /// Dates that somebody else led.
        substituted: Vec<ReportLine>,
    }

    /// One date of a month's report.
    ReportLine {
        /// The date.
        date: ResourceDate,
        /// Its term's name.
        term_name: String,
        /// Who usually leads.
        usual: String,
        /// Who led it, or would have.
        leader: Option<String>,
        /// Places held on it.
        heads: u32,
    }
}
