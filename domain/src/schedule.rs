//! Changing dates after a term was set up: which dates a change reaches, what it makes of each, and where a room or a
//! leader would be in two places.

use crate::{
    codes,
    id::{OccurrenceId, RoomId, TermId},
    term::OccurrenceState,
    text::{InputProblem, Line},
};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

codes! {
    /// How far a change of one date reaches.
    Reach {
        /// 只这一次
        This = "this",
        /// 这一天各场: all that the term meets on that day.
        Day = "day",
        /// 这一次和以后各次
        Later = "later",
        /// 还没开始的各次
        All = "all",
    }
}

codes! {
    /// What was done to a term's dates.
    ChangeKind {
        /// 改: moved, or given another room or leader.
        Edit = "edit",
        /// 取消
        Cancel = "cancel",
        /// 恢复
        Restore = "restore",
        /// 加一次
        Add = "add",
    }
}

/// When and where a date takes place, and who leads it; times are local.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The date.
    pub date: Date,
    /// Start.
    pub start: Time,
    /// End, on the same day.
    pub end: Time,
    /// The room.
    pub room: Option<RoomId>,
    /// Who leads.
    pub leader: Option<String>,
}

/// One date of a term as a change looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The date's id.
    pub id: OccurrenceId,
    /// As it stands.
    pub now: Arrangement,
    /// Takes place or called off.
    pub state: OccurrenceState,
    /// True if it was changed by itself before, or made by hand.
    pub hand_made: bool,
    /// True once it has begun.
    pub begun: bool,
}

/// What one date is to become, and how far that reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The date that staff look at.
    pub of: OccurrenceId,
    /// What it is to become.
    pub to: Arrangement,
    /// How far the change reaches.
    pub reach: Reach,
    /// Also to dates that were changed by hand before; else those are left alone.
    pub hand_made_too: bool,
    /// Why; families read it.
    pub reason: Option<Line>,
}

/// What a change makes of one date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The date's id.
    pub id: OccurrenceId,
    /// As it stands.
    pub from: Arrangement,
    /// As it will be.
    pub to: Arrangement,
}

/// The dates that an edit changes, in the order of `dates`, which is that of their start. What differs from the edited
/// date as it stands is carried to the others: so many days later, another start, another room; within its day, so many
/// minutes later. Dates that have begun or were called off are left alone, and so is what a date has of its own where the edit doesn't touch it.
///
/// # Errors
/// - [`InputProblem::Choice`]: the edited date is not among `dates`, has begun, or was called off.
/// - [`InputProblem::Order`]: a date would end before it starts.
/// - [`InputProblem::Date`]: a date would leave the calendar.
pub fn plan_edit(dates: &[Planned], edit: &Edit) -> Result<Vec<Moved>, InputProblem> {
    let open = |date: &&Planned| !date.begun && date.state == OccurrenceState::Scheduled;
    let this = dates.iter().find(|date| date.id == edit.of).filter(open).ok_or(InputProblem::Choice)?;
    let (was, will) = (&this.now, &edit.to);
    let days = (will.date - was.date).get_days();
    // Of a term that meets several times a day, another hour is meant for the dates of that hour.
    let parted = dates.iter().any(|date| date.id != this.id && date.now.date == was.date);
    let other_hours = parted && (will.start, will.end) != (was.start, was.end);
    let reached = dates.iter().filter(open).filter(|date| match edit.reach {
        _ if date.id == this.id => true,
        _ if date.hand_made && !edit.hand_made_too => false,
        Reach::This => false,
        Reach::Day => date.now.date == was.date,
        Reach::Later | Reach::All if other_hours && date.now.start != was.start => false,
        Reach::Later => (date.now.date, date.now.start) > (was.date, was.start),
        Reach::All => true,
    });
    let mut moved = Vec::new();
    for date in reached {
        let (start, end) = match edit.reach {
            // The parts of a day stay as far apart as they are.
            Reach::Day => (
                shifted(date.now.start, will.start.duration_since(was.start))?,
                shifted(date.now.end, will.end.duration_since(was.end))?,
            ),
            _ => (
                if will.start == was.start { date.now.start } else { will.start },
                if will.end == was.end { date.now.end } else { will.end },
            ),
        };
        let to = Arrangement {
            date: date.now.date.checked_add(days.days()).map_err(|_| InputProblem::Date)?,
            start,
            end,
            room: if will.room == was.room { date.now.room } else { will.room },
            leader: if will.leader == was.leader { date.now.leader.clone() } else { will.leader.clone() },
        };
        if to.end <= to.start {
            return Err(InputProblem::Order);
        }
        if to != date.now {
            moved.push(Moved { id: date.id, from: date.now.clone(), to });
        }
    }
    Ok(moved)
}

fn shifted(time: Time, by: SignedDuration) -> Result<Time, InputProblem> {
    time.checked_add(by).map_err(|_| InputProblem::Order)
}

/// A stretch of time that a date takes in a room and of a leader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The term.
    pub term: TermId,
    /// The date, if it exists already.
    pub occurrence: Option<OccurrenceId>,
    /// Its local date, which a clash is named by.
    pub date: Date,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// The room.
    pub room: Option<RoomId>,
    /// Who leads.
    pub leader: Option<String>,
}

codes! {
    /// What two dates would share.
    Shared {
        /// 场地
        Room = "room",
        /// 授课人
        Leader = "leader",
        /// The term itself: two of its own dates at once.
        Term = "term",
    }
}

/// Two dates that can't both take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// The place in the list of wanted dates.
    pub wanted: usize,
    /// The place in the list of taken ones, or in that of wanted ones where `among` says so.
    pub other: usize,
    /// True if the other is wanted, too.
    pub among: bool,
    /// What they share.
    pub shared: Shared,
}

/// Where a wanted date would share a room, a leader or its term with one that is taken, or with another wanted one,
/// at the same time. Dates that only touch share nothing. In the order of `wanted`; of two dates each thing that they
/// share is named.
pub fn clashes(wanted: &[Taken], taken: &[Taken]) -> Vec<Clash> {
    let mut found = Vec::new();
    for (n, one) in wanted.iter().enumerate() {
        let before = wanted.iter().take(n).enumerate().map(|(other, date)| (other, date, true));
        let there = taken.iter().enumerate().map(|(other, date)| (other, date, false));
        for (other, date, among) in there.chain(before) {
            if one.starts_at < date.ends_at && date.starts_at < one.ends_at {
                found.extend(shared(one, date).map(|shared| Clash { wanted: n, other, among, shared }));
            }
        }
    }
    found
}

fn shared(one: &Taken, other: &Taken) -> impl Iterator<Item = Shared> {
    let room = (one.room.is_some() && one.room == other.room).then_some(Shared::Room);
    let leader = (one.leader.is_some() && one.leader == other.leader).then_some(Shared::Leader);
    let term = (one.term == other.term).then_some(Shared::Term);
    [room, leader, term].into_iter().flatten()
}
