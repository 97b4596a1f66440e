//! Terms (期): one run of an activity.

use crate::entity::{
    stored::Stored,
    time::{Day, Instant},
};
use domain::{
    day_kind::HolidayPolicy,
    term::{Promotion, TermState},
};
use sea_orm::entity::prelude::*;

/// One row of `term`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "term")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The activity it runs.
    pub activity_id: Uuid,
    /// Its name.
    pub name: String,
    /// The room, unless a date states its own.
    pub room_id: Option<Uuid>,
    /// Who leads it, unless a date states somebody else.
    pub leader: String,
    /// Places on each date, unless a date states its own.
    pub capacity: i32,
    /// When booking opens; open since ever if none.
    pub opens_at: Option<Instant>,
    /// When booking closes; with the start of the date booked if none.
    pub closes_at: Option<Instant>,
    /// Hours before the start until which a family may cancel by itself.
    pub cancel_hours: i32,
    /// The youngest age in completed years.
    pub age_min: Option<i32>,
    /// The oldest age in completed years.
    pub age_max: Option<i32>,
    /// The date on which age is counted; the first date if none.
    pub age_on: Option<Day>,
    /// True if the whole term may be booked.
    pub book_whole: bool,
    /// True if the rest may be booked once it has begun.
    pub book_rest: bool,
    /// True if single dates may be booked.
    pub book_single: bool,
    /// True if the same hours of every week may be booked.
    #[sea_orm(default_value = false)]
    pub book_weekly: bool,
    /// The most parties that may wait; no cap if none.
    pub waitlist_cap: Option<i32>,
    /// How a freed place reaches the first in line.
    pub promotion: Stored<Promotion>,
    /// On which dates it meets, as JSON.
    #[sea_orm(column_type = "Text")]
    pub recurrence: String,
    /// Its first date.
    pub first_date: Day,
    /// Its last date.
    pub last_date: Day,
    /// When a date starts, local, `HH:MM`.
    pub start_time: String,
    /// When a date ends, local, `HH:MM`.
    pub end_time: String,
    /// How the day between the two is parted, as JSON of [`domain::parts::Parts`]; it is one if none.
    #[sea_orm(column_type = "Text", nullable)]
    pub parts: Option<String>,
    /// What it does with a date on a day off.
    pub holidays: Stored<HolidayPolicy>,
    /// With fewer people it is in question; with any number it is held if none.
    pub min_people: Option<i32>,
    /// So many days before its first date that is decided.
    #[sea_orm(default_value = 3)]
    pub decide_days: i32,
    /// Who must be there, as JSON of [`domain::crew::CrewPlan`]; nobody if none.
    #[sea_orm(column_type = "Text", nullable)]
    pub crew: Option<String>,
    /// The other rules of entry, as JSON of [`domain::entry::Entry`]; the usual ones if none.
    #[sea_orm(column_type = "Text", nullable)]
    pub entry: Option<String>,
    /// The secret of a draw, in hexadecimal, published when it was drawn.
    pub draw_seed: Option<String>,
    /// When lots were drawn.
    pub drawn_at: Option<Instant>,
    /// How they fell, as JSON of [`domain::draw::Published`].
    #[sea_orm(column_type = "Text", nullable)]
    pub draw_result: Option<String>,
    /// Published or called off.
    pub state: Stored<TermState>,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The activity that it is a run of.
    #[sea_orm(
        belongs_to = "super::activity::Entity",
        from = "Column::ActivityId",
        to = "super::activity::Column::Id",
        skip_fk
    )]
    Activity,
}

impl ActiveModelBehavior for ActiveModel {}
