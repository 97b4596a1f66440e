//! Rolls, what is on today, and signing in at the door.

use crate::{
    activity::Audience,
    attended::{AttendanceRule, Attended},
    id::{OccurrenceId, PersonId, RequestKey, TermId},
    leave::LeaveKind,
    reading::{DateEntry, DeskTerm},
    refusal::Refusal,
    roll::{OnRoll, Says, Verdict},
};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

shapes! {
    /// A date's roll.
    RollPage {
        /// The date.
        date: DateEntry,
        /// Who is expected.
        lines: Vec<RollLine>,
        /// The visitor's own last tap, while it can be undone.
        undo: Option<UndoTap>,
        /// Taps at it, the latest first.
        history: Vec<TapLine>,
    }

    /// One person on a roll.
    RollLine {
        /// The person.
        person: PersonId,
        /// The name.
        name: String,
        /// Pinyin and initials, for search.
        pinyin: String,
        /// Heads.
        heads: u32,
        /// What the roll says so far.
        on: OnRoll,
        /// When it was marked.
        at: Option<Time>,
        /// When the person left before the end.
        left: Option<Time>,
        /// How many taps counted, which the next one names.
        seen: u32,
        /// The same number for those of one household; none for who comes without others of theirs.
        family: Option<u32>,
        /// Why the family said that the person won't come.
        leave: Option<LeaveKind>,
        /// True for a child who may go home alone.
        alone: bool,
        /// When a child was handed over, and to whom.
        handed: Option<(Time, String)>,
        /// True if an allergy is kept; which, only whoever gives a reason is told.
        allergy: bool,
    }

    /// A tap that can be undone.
    UndoTap {
        /// Of whom.
        person: PersonId,
        /// The name.
        name: String,
        /// What it said.
        said: Says,
        /// What the roll said before.
        back: Says,
        /// How many taps counted.
        seen: u32,
    }

    /// One tap in a roll's history.
    TapLine {
        /// When it was made.
        at: Time,
        /// When it was sent, where a phone had kept it.
        sent: Option<Time>,
        /// By whom.
        who: String,
        /// Of whom.
        name: String,
        /// What it says.
        says: Says,
        /// False if somebody else had tapped later.
        counted: bool,
    }

    /// What became of a tap.
    TapAnswer {
        /// Which.
        key: RequestKey,
        /// Of whom.
        person: PersonId,
        /// What became of it.
        verdict: Verdict,
    }

    /// What is on today, for who calls the roll.
    TodayPage {
        /// The dates, by start.
        dates: Vec<TodayDate>,
        /// Who was looked for.
        found: Vec<TodayPerson>,
        /// Children who were not collected yet; none where no children come today.
        still_here: Option<u32>,
    }

    /// One of today's dates.
    TodayDate {
        /// It.
        occurrence: OccurrenceId,
        /// Its term.
        term: TermId,
        /// Its activity.
        name: String,
        /// Whom it is for.
        audience: Audience,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// The room.
        room: Option<String>,
        /// Who leads it.
        leader: Option<String>,
        /// True if it does not take place.
        called_off: bool,
        /// True once it has begun.
        begun: bool,
        /// True once it is over.
        over: bool,
        /// People who have a place.
        expected: u32,
        /// Of them, those of whom the roll says something.
        marked: u32,
        /// Of them, those who are there now.
        here: u32,
    }

    /// Somebody who is expected today.
    TodayPerson {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// On which date.
        occurrence: OccurrenceId,
        /// Its activity.
        activity: String,
        /// Its start.
        start: Time,
        /// Its room.
        room: Option<String>,
        /// What the roll says so far.
        on: OnRoll,
        /// How many taps counted.
        seen: u32,
        /// What signing in now would say; none outside of the hours for it.
        says: Option<Says>,
    }

    /// Somebody who signed in at the door.
    CheckedIn {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// On which date.
        occurrence: OccurrenceId,
        /// Its activity.
        activity: String,
        /// Its start.
        start: Time,
        /// Its room.
        room: Option<String>,
        /// On time or late.
        says: Says,
        /// True if the roll said so before.
        already: bool,
    }

    /// How people attended a term.
    AttendedPage {
        /// The term.
        term: DeskTerm,
        /// What the activity's next term asks, if this one says so.
        rule: Option<AttendanceRule>,
        /// They; who fell short first.
        lines: Vec<AttendedLine>,
    }

    /// How somebody attended.
    AttendedLine {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// How.
        attended: Attended,
        /// What they fell short of.
        breach: Option<Refusal>,
        /// Why it was excused.
        excuse: Option<String>,
    }

    /// A person's check-in code.
    CheckInCode {
        /// Whose.
        person: PersonId,
        /// The name.
        name: String,
        /// Eight digits.
        code: String,
    }
}
