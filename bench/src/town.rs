//! A community to book in: its staff, a crowd of signed-in parents, and classes of four dates.

use crate::{Failure, seed_history::community_row};
use domain::{
    activity::{ActivityKind, Audience, Unit},
    day_kind::HolidayPolicy,
    id::{ActivityId, CommunityId, TermId},
    parts::Parts,
    recurrence::{Recurrence, Series, Weekday},
    rights::StaffRole,
    term::{AgeRule, Scopes},
    text::{Paragraph, Title},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, time},
    tz::Offset,
};
use proof::{Parent, clock, crowd};
use sea_orm::EntityTrait;
use store::{
    DatabaseConnection,
    accounts::{Who, who_is},
    activities::{self, Holding, NewActivity, NewTerm},
    connect,
    entity::community,
    id::new_id,
};

/// Its name in URLs.
pub const SLUG: &str = "rush";
/// Places of a class.
pub const PLACES: u32 = 20;

/// The community, on a database of its own.
pub struct Town {
    /// The database.
    pub db: DatabaseConnection,
    /// What is booked.
    pub activity: ActivityId,
    /// Everybody, those who press among them.
    pub parents: Vec<Parent>,
    staff: Who,
}

impl Town {
    /// Makes it in an empty database.
    pub async fn new(url: &str, parents: u32) -> Result<Self, Failure> {
        let (db, now) = (connect::connect(url).await?, clock());
        connect::migrate(&db).await?;
        let community = CommunityId(new_id(now));
        let row = community_row(community.0, SLUG, now);
        community::Entity::insert(row).exec_without_returning(&db).await?;
        let staff = store::staff::add(&db, SLUG, SLUG, "测量", "bench password", StaffRole::Desk, [1; 16], now).await?;
        let staff = who_is(&db, staff).await?.ok_or("no staff")?;
        let new = NewActivity {
            name: title("测量班")?,
            kind: ActivityKind::HolidayCare,
            audience: Audience::Child,
            unit: Unit::Person,
            summary: Paragraph::default(),
            leaders: String::new(),
        };
        let activity = activities::new_activity(&db, &staff, community, new, now).await?;
        let parents = crowd(&db, community, 0..parents, now).await?;
        Ok(Self { db, activity, parents, staff })
    }

    /// A class of so many weeks, which begins so many weeks from now.
    pub async fn class(&self, from: i64, weeks: i64) -> Result<TermId, Failure> {
        self.class_that_opens(from, weeks, None).await
    }

    /// The same, to be booked from an instant on.
    pub async fn class_that_opens(&self, from: i64, weeks: i64, opens: Option<Timestamp>) -> Result<TermId, Failure> {
        let now = clock();
        let monday = today(now).checked_add(from.weeks())?;
        let new = NewTerm {
            activity: self.activity,
            name: title("测量班")?,
            series: Series::from(Recurrence::Weekly { weekdays: vec![Weekday::Tuesday], every: 1 }),
            from: monday,
            until: monday.checked_add((weeks * 7 - 1).days())?,
            holidays: HolidayPolicy::Keep,
            holding: Holding {
                start: time(9, 0, 0, 0),
                end: time(11, 0, 0, 0),
                parts: Parts::default(),
                room: None,
                leader: None,
            },
            capacity: PLACES,
            opens: opens.map(|at| Offset::constant(8).to_datetime(at)),
            closes: None,
            cancel_hours: 24,
            age: AgeRule::default(),
            scopes: Scopes { whole: true, rest: true, single: true, weekly: false },
            waitlist_cap: None,
            minimum: None,
            entry_like: None,
        };
        Ok(activities::new_term(&self.db, &self.staff, new, now).await?)
    }
}

fn today(now: Timestamp) -> Date {
    Offset::constant(8).to_datetime(now).date()
}

fn title(text: &str) -> Result<Title, String> {
    Title::parse(text).map_err(|problem| problem.to_string())
}
