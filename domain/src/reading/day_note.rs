//! Days of care, as staff write them down and families see them; and how many eat.

use crate::{
    day_note::DayNoteKind,
    id::{DayNoteId, OccurrenceId, PersonId},
    reading::DateEntry,
    roll::OnRoll,
};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

shapes! {
    /// A note.
    DayNote {
        /// The note.
        id: DayNoteId,
        /// When.
        at: Time,
        /// What about.
        kind: DayNoteKind,
        /// What it says.
        words: Option<String>,
    }

    /// A day of care, for staff.
    DayPage {
        /// The date.
        date: DateEntry,
        /// Who has a place.
        lines: Vec<DayLine>,
    }

    /// Somebody's day.
    DayLine {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// What the roll says.
        on: OnRoll,
        /// When it was marked.
        at: Option<Time>,
        /// How many taps counted, which the next one names.
        seen: u32,
        /// The notes, in order.
        notes: Vec<DayNote>,
        /// True if something is kept of what they may eat; what, only whoever gives a reason is told.
        diet: bool,
    }

    /// How many eat on the days of a month.
    MealsPage {
        /// The first day of the month.
        month: Date,
        /// The dates that go over noon, by day and start.
        lines: Vec<MealLine>,
    }

    /// How many eat on a date.
    MealLine {
        /// The date.
        occurrence: OccurrenceId,
        /// The day.
        date: Date,
        /// The activity.
        name: String,
        /// People who have a place and took no leave.
        meals: u32,
        /// Of them, those of whom something is kept of what they may eat.
        diets: u32,
        /// Of them, those who were marked as absent or on leave by staff.
        away: u32,
    }
}
