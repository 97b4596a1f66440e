//! The demo file (`store/demo/communities.toml`), read into types. Its head explains its words.

use domain::{
    activity::{ActivityKind, Audience, Unit},
    booking::Scope,
    crew::CrewPlan,
    entry::Entry,
    parts::Parts,
    recurrence::Weekday,
    term::{Minimum, Promotion},
};
use sea_orm::DbErr;
use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub community: Vec<Community>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    pub slug: String,
    pub name: String,
    pub place: String,
    pub about: String,
    pub chosen: ChosenOfCommunity,
    pub activity: Vec<Activity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenOfCommunity {
    pub phone: String,
    /// How many residents are made up, at least.
    pub people: usize,
    #[serde(default)]
    pub mix: Mix,
    pub rooms: Vec<Room>,
}

/// What households are made up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mix {
    /// Old and young.
    #[default]
    Everybody,
    /// Parents with children alone.
    Families,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    pub name: String,
    pub size: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    pub name: String,
    pub kind: ActivityKind,
    pub audience: Audience,
    #[serde(default = "a_person")]
    pub unit: Unit,
    /// The youngest and the oldest, where stated.
    pub ages: Option<[i16; 2]>,
    #[serde(default)]
    pub topics: Vec<String>,
    #[serde(default)]
    pub leaders: String,
    #[serde(default)]
    #[expect(dead_code, reason = "it says what of the chosen beside it is stated, for whoever reads the file")]
    pub stated: Vec<String>,
    pub summary: String,
    pub chosen: ChosenOfActivity,
}

fn a_person() -> Unit {
    Unit::Person
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenOfActivity {
    /// What it is called when the coming school holiday is the winter's.
    pub winter_name: Option<String>,
    /// The youngest and the oldest, where not stated.
    pub ages: Option<[i16; 2]>,
    pub term: Vec<Term>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub name: String,
    pub when: When,
    /// Start and end, `HH:MM`.
    pub hours: [String; 2],
    pub room: String,
    pub leader: String,
    pub capacity: i32,
    pub book: Vec<Scope>,
    #[serde(default)]
    pub opens: Opens,
    #[serde(default)]
    pub fill: i32,
    #[serde(default)]
    pub drop_in: i32,
    /// So many come on the same hours of every week.
    #[serde(default)]
    pub weekly: usize,
    /// How the day is parted.
    #[serde(default)]
    pub parts: Parts,
    #[serde(default)]
    pub waiting: usize,
    #[serde(default)]
    pub cast: Cast,
    #[serde(default)]
    pub cancelled: Vec<Cancelled>,
    #[serde(default)]
    pub minimum: Option<Minimum>,
    #[serde(default)]
    pub crew: Option<CrewPlan>,
    /// The rules of entry; no period or draw, which would have to be kept in the bookings, too.
    #[serde(default)]
    pub entry: Option<Entry>,
    #[serde(default = "at_once")]
    pub promotion: Promotion,
}

fn at_once() -> Promotion {
    Promotion::AutoFill
}

/// On which days a term meets, relative to today.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    Weekly {
        weekdays: Vec<Weekday>,
        #[serde(default = "one")]
        every: u8,
        from: i32,
        until: Option<i32>,
        count: Option<usize>,
    },
    MonthlyWeekday {
        weekday: Weekday,
        nth: i8,
        from: i32,
        until: i32,
    },
    MonthlyDay {
        day: u8,
        from: i32,
        until: i32,
    },
    Lunar {
        month: String,
        day: String,
    },
    Days {
        days: Vec<DayOfWeek>,
    },
    Holiday {
        weekdays: Vec<Weekday>,
        week: i32,
        weeks: Option<i32>,
        count: Option<usize>,
    },
}

fn one() -> u8 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayOfWeek {
    pub week: i32,
    pub weekday: Weekday,
}

/// When booking opens: minutes from now, or at a time of a day counted from today or back from the first date.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opens {
    pub minutes: Option<i64>,
    pub days: Option<i32>,
    pub before_first: Option<i32>,
    pub at: Option<String>,
}

/// What the people of the demo sign-ins have here.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// 小明.
    pub child: Option<Part>,
    /// 李秀英, his grandmother.
    pub elder: Option<Part>,
    /// 张桂兰.
    pub neighbour: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Holds a place.
    Booked,
    /// Waited, and was given a place just now.
    Promoted,
    /// Waits, with two ahead.
    ThirdInLine,
}

/// A date that is called off: the nth to come or the nth of the past, counted from now.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancelled {
    pub coming: Option<usize>,
    pub past: Option<usize>,
    pub reason: String,
}

/// Reads the file.
pub fn read() -> Result<File, DbErr> {
    toml::from_str(include_str!("../../demo/communities.toml"))
        .map_err(|error| DbErr::Custom(format!("the demo file: {error}")))
}
