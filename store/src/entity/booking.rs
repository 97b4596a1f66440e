//! Bookings (报名): a party that holds or waits for places of a term.

use crate::entity::{stored::Stored, time::Instant};
use domain::{
    booking::{BookingState, Scope},
    rights::Door,
};
use sea_orm::entity::prelude::*;

/// One row of `booking`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "booking")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The term booked.
    pub term_id: Uuid,
    /// The person booked for, the first of the party.
    pub person_id: Uuid,
    /// The household of the party.
    pub household_id: Option<Uuid>,
    /// Who asked.
    pub account_id: Option<Uuid>,
    /// How many people come.
    pub heads: i32,
    /// The whole term, the rest, single dates, or the same hours of every week.
    pub scope: Stored<Scope>,
    /// Those hours, as JSON of [`domain::which::WeekHour`]s.
    #[sea_orm(column_type = "Text", nullable)]
    pub weekly: Option<String>,
    /// Holds places, waits, or is over.
    pub state: Stored<BookingState>,
    /// Its number in the order of arrival, unique in the term.
    pub queue_no: i64,
    /// Where it stands in line, by [`domain::line::order_no`] or as its lot fell.
    #[sea_orm(default_value = 0)]
    pub order_no: i64,
    /// Until when its family must answer, while it is offered.
    pub answer_by: Option<Instant>,
    /// The period in which its child may have one place.
    pub period: Option<String>,
    /// The child's name and birth date, for that: two accounts may know the same child as two persons.
    pub identity: Option<String>,
    /// Grown-ups of the party, where it was asked.
    pub adults: Option<i32>,
    /// Through which door it came.
    pub door: Stored<Door>,
    /// When the row was written.
    pub created_at: Instant,
    /// When it got its places.
    pub confirmed_at: Option<Instant>,
    /// When it ended before its time.
    pub cancelled_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The places that it has.
    #[sea_orm(has_many = "super::booking_place::Entity")]
    BookingPlace,
}

impl Related<super::booking_place::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::BookingPlace.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
