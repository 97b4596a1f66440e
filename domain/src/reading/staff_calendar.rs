//! What staff read of all dates at once: a month, a week by room or leader, a year.

use super::{plan::RoomChoice, public::DayHead};
use crate::{
    activity::Audience,
    block::Block,
    day_kind::DayKind,
    desk_calendar::DeskView,
    id::{OccurrenceId, TermId},
    schedule::{Arrangement, Shared},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

shapes! {
    /// A page of the staff's calendar.
    StaffCalendar {
        /// How it is laid out.
        view: DeskView,
        /// A day that it holds.
        day: Date,
        /// The days shown; none in a year.
        days: Vec<DayHead>,
        /// The dates of those days that pass the filter, by start; none in a year.
        dates: Vec<StaffDate>,
        /// The community's rooms.
        rooms: Vec<RoomChoice>,
        /// What is blocked on these days; none in a year.
        blocks: Vec<Block>,
        /// Who leads around these days.
        leaders: Vec<String>,
        /// Each day of the year; none elsewhere.
        year: Vec<YearDay>,
        /// The terms that meet in the year, the first first; none elsewhere.
        plan: Vec<YearTerm>,
    }

    /// A date as staff plan it among all others.
    StaffDate {
        /// The date.
        occurrence: OccurrenceId,
        /// Its term.
        term: TermId,
        /// The term's name.
        term_name: String,
        /// The activity's name.
        name: String,
        /// Whom it is for.
        audience: Audience,
        /// When and where, and who leads.
        now: Arrangement,
        /// Places there are.
        capacity: u32,
        /// Places held.
        held: u32,
        /// True if it was called off.
        off: bool,
        /// Why it was called off.
        reason: Option<String>,
        /// True once it has begun.
        begun: bool,
        /// How often it was changed: a form that saw another number is refused.
        sequence: i32,
        /// What it shares with another at the same time.
        double: Vec<Shared>,
    }

    /// A day of a year.
    YearDay {
        /// The day.
        date: Date,
        /// Dates that take place.
        dates: u32,
        /// 休, 班, 寒暑假, 闭馆, each with its name.
        marks: Vec<(DayKind, String)>,
    }

    /// A term in a year.
    YearTerm {
        /// The term.
        term: TermId,
        /// Its name.
        term_name: String,
        /// The activity's name.
        name: String,
        /// Whom it is for.
        audience: Audience,
        /// Its first date in the year.
        first: Date,
        /// Its last date in the year.
        last: Date,
        /// Dates in the year that take place.
        dates: u32,
    }
}

impl StaffDate {
    /// True if it can still be moved.
    pub fn can_move(&self) -> bool {
        !self.begun && !self.off
    }
}
