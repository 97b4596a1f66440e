//! When a room can't be used or a leader can't come: opening hours of a room, and blocks (停用、请假) of days in a row.

use crate::{
    codes,
    id::{OccurrenceId, RoomId},
    schedule::Arrangement,
    text::{InputProblem, Line},
};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A stretch of one day, local; the end lies after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Start.
    pub from: Time,
    /// End.
    pub to: Time,
}

impl Hours {
    /// Checks a stretch.
    ///
    /// # Errors
    /// [`InputProblem::Order`] if it ends before it begins.
    pub fn new(from: Time, to: Time) -> Result<Self, InputProblem> {
        if from < to { Ok(Self { from, to }) } else { Err(InputProblem::Order) }
    }
}

/// When a room is open, by weekday from Monday; none where it is closed that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours(pub [Option<Hours>; 7]);

impl OpeningHours {
    /// The hours of a day's weekday.
    pub fn on(&self, day: Date) -> Option<Hours> {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.0.get(weekday).copied().flatten()
    }
}

/// What is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// 场地停用
    Room(RoomId),
    /// 授课人请假, by name.
    Leader(String),
}

/// Days in a row on which a room can't be used or a leader can't come, whole or for the same hours of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What is blocked.
    pub of: Blocked,
    /// The first day.
    pub first: Date,
    /// The last, not before the first.
    pub last: Date,
    /// The hours of each day; the whole day where none.
    pub hours: Option<Hours>,
    /// Why; families read it.
    pub reason: Line,
}

/// The most days of one block: a year, for a room that is rebuilt.
pub const MAX_BLOCK: i64 = 366;

impl Block {
    /// Checks a block.
    ///
    /// # Errors
    /// [`InputProblem::Order`] if it ends before it begins; [`InputProblem::TooManyDates`] beyond [`MAX_BLOCK`] days.
    pub fn new(of: Blocked, first: Date, last: Date, hours: Option<Hours>, reason: Line) -> Result<Self, InputProblem> {
        if last < first {
            return Err(InputProblem::Order);
        }
        if i64::from((last - first).get_days()) >= MAX_BLOCK {
            return Err(InputProblem::TooManyDates { max: MAX_BLOCK as usize });
        }
        Ok(Self { of, first, last, hours, reason })
    }

    /// True if a date as it is arranged can't take place while the block stands.
    pub fn hits(&self, at: &Arrangement) -> bool {
        let same = match &self.of {
            Blocked::Room(room) => at.room == Some(*room),
            Blocked::Leader(name) => at.leader.as_deref() == Some(name.as_str()),
        };
        same && (self.first..=self.last).contains(&at.date)
            && self.hours.is_none_or(|hours| at.start < hours.to && hours.from < at.end)
    }
}

/// What stands in the way of a date beside other dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The room is not open then; its hours of that day, if any.
    RoomHours(Option<Hours>),
    /// The room can't be used, and why.
    RoomBlocked(String),
    /// The leader can't come, and why.
    LeaderBlocked(String),
}

impl Obstacle {
    /// True if another room would do.
    pub fn is_of_room(&self) -> bool {
        !matches!(self, Self::LeaderBlocked(_))
    }
}

/// All that stands in the way of dates beside other dates: opening hours and blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Barriers {
    /// The hours of those rooms that have any.
    pub hours: HashMap<RoomId, OpeningHours>,
    /// Blocks.
    pub blocks: Vec<Block>,
}

impl Barriers {
    /// What stands in the way of a date.
    pub fn against(&self, at: &Arrangement) -> Vec<Obstacle> {
        let hours = at.room.and_then(|room| self.hours.get(&room)).map(|hours| hours.on(at.date));
        let shut = hours.filter(|open| open.is_none_or(|open| at.start < open.from || open.to < at.end));
        let blocks = self.blocks.iter().filter(|block| block.hits(at)).map(|block| {
            let reason = block.reason.as_str().to_owned();
            match block.of {
                Blocked::Room(_) => Obstacle::RoomBlocked(reason),
                Blocked::Leader(_) => Obstacle::LeaderBlocked(reason),
            }
        });
        shut.map(Obstacle::RoomHours).into_iter().chain(blocks).collect()
    }
}

codes! {
    /// What a block does with what is there.
    BlockKind {
        /// What is there goes, and nothing comes while the block stands.
        Close = "close",
        /// What is there makes room for something else (腾空); nothing stands afterwards.
        Clear = "clear",
    }
}

/// What becomes of a date that a block hits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relief {
    /// It takes place in another room.
    Room(RoomId),
    /// Somebody else leads it (代课).
    Leader(String),
    /// It is called off.
    Cancel,
    /// It stays; only where the room is cleared.
    Keep,
}

impl Relief {
    /// Reads a choice as a form sends it: `room:ID`, `leader:NAME`, `cancel` or `keep`.
    ///
    /// # Errors
    /// [`InputProblem::Choice`] for anything else; what a name's line may lack.
    pub fn parse(text: &str) -> Result<Self, InputProblem> {
        match text.split_once(':') {
            Some(("room", id)) => Ok(Self::Room(id.parse().map_err(|_| InputProblem::Choice)?)),
            Some(("leader", name)) => Ok(Self::Leader(Line::parse(name)?.as_str().to_owned())),
            None if text == "cancel" => Ok(Self::Cancel),
            None if text == "keep" => Ok(Self::Keep),
            _ => Err(InputProblem::Choice),
        }
    }
}

/// A decision on one date, and the number under which the date was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The date.
    pub occurrence: OccurrenceId,
    /// How often it had been changed.
    pub sequence: i32,
    /// What becomes of it.
    pub relief: Relief,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use uuid::Uuid;

    fn room(n: u128) -> RoomId {
        RoomId(Uuid::from_u128(n))
    }

    fn hours(from: i8, to: i8) -> Hours {
        Hours::new(time(from, 0, 0, 0), time(to, 0, 0, 0)).unwrap()
    }

    /// 2026-12-01 is a Tuesday.
    fn on(day: i8, from: i8, to: i8) -> Arrangement {
        let hours = hours(from, to);
        let leader = Some("李老师".to_owned());
        Arrangement { date: date(2026, 12, day), start: hours.from, end: hours.to, room: Some(room(1)), leader }
    }

    fn block(of: Blocked, hours: Option<Hours>) -> Block {
        Block::new(of, date(2026, 12, 1), date(2026, 12, 3), hours, Line::parse("刷墙").unwrap()).unwrap()
    }

    #[test]
    fn a_block_hits_its_own_room_or_leader_from_the_first_day_to_the_last() {
        for of in [Blocked::Room(room(1)), Blocked::Leader("李老师".to_owned())] {
            let block = block(of, None);
            let hit: Vec<_> = (1..=5).filter(|day| block.hits(&on(*day, 9, 10))).collect();
            assert_eq!(hit, [1, 2, 3]);
        }
        assert!(!block(Blocked::Room(room(2)), None).hits(&on(1, 9, 10)));
        assert!(!block(Blocked::Leader("王老师".to_owned()), None).hits(&on(1, 9, 10)));
    }

    #[test]
    fn a_block_of_some_hours_leaves_what_only_touches_them() {
        let block = block(Blocked::Room(room(1)), Some(hours(9, 12)));
        assert!(block.hits(&on(2, 11, 13)) && block.hits(&on(2, 8, 10)) && block.hits(&on(2, 10, 11)));
        assert!(!block.hits(&on(2, 12, 13)) && !block.hits(&on(2, 8, 9)));
    }

    #[test]
    fn a_room_takes_dates_within_its_hours_of_that_weekday_alone() {
        let mut week = [Some(hours(9, 17)); 7];
        week[6] = None;
        let barriers = Barriers { hours: HashMap::from([(room(1), OpeningHours(week))]), blocks: Vec::new() };
        assert!(barriers.against(&on(1, 9, 17)).is_empty());
        assert_eq!(barriers.against(&on(1, 8, 10)), [Obstacle::RoomHours(Some(hours(9, 17)))]);
        assert_eq!(barriers.against(&on(1, 16, 18)), [Obstacle::RoomHours(Some(hours(9, 17)))]);
        // 2026-12-06 is a Sunday.
        assert_eq!(barriers.against(&on(6, 10, 11)), [Obstacle::RoomHours(None)]);
        let elsewhere = Arrangement { room: Some(room(2)), ..on(6, 10, 11) };
        assert!(barriers.against(&elsewhere).is_empty(), "a room without hours is always open");
    }

    #[test]
    fn a_block_that_ends_before_it_begins_or_never_is_refused() {
        let reason = || Line::parse("刷墙").unwrap();
        let make = |first, last| Block::new(Blocked::Room(room(1)), first, last, None, reason()).map(|_| ());
        assert_eq!(make(date(2026, 12, 2), date(2026, 12, 1)), Err(InputProblem::Order));
        assert_eq!(make(date(2026, 1, 1), date(2027, 1, 2)), Err(InputProblem::TooManyDates { max: 366 }));
        assert_eq!(make(date(2026, 1, 1), date(2027, 1, 1)), Ok(()));
    }

    #[test]
    fn a_choice_is_read_or_refused() {
        let id = room(1);
        assert_eq!(Relief::parse(&format!("room:{id}")), Ok(Relief::Room(id)));
        assert_eq!(Relief::parse("leader: 王老师"), Ok(Relief::Leader("王老师".to_owned())));
        assert_eq!(Relief::parse("cancel"), Ok(Relief::Cancel));
        for bad in ["", "room:1", "stay", "keep:1"] {
            assert_eq!(Relief::parse(bad), Err(InputProblem::Choice), "{bad}");
        }
        assert_eq!(Relief::parse("leader:"), Err(InputProblem::Empty));
    }
}
