//! The places a booking takes, one row a date.

use crate::entity::{stored::Stored, time::Day};
use domain::booking::PlaceState;
use sea_orm::entity::prelude::*;

/// One row of `booking_place`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "booking_place")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The booking.
    pub booking_id: Uuid,
    /// The date.
    pub occurrence_id: Uuid,
    /// The person booked for.
    pub person_id: Uuid,
    /// Places taken, in the activity's unit: one a head, or one a family.
    pub places: i32,
    /// How many people come.
    pub heads: i32,
    /// Held, waited for, or given back.
    pub state: Stored<PlaceState>,
    /// The day of the date: it goes with it when it is moved.
    #[sea_orm(default_value = "1970-01-01")]
    pub on_date: Day,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The date that the place is on.
    #[sea_orm(
        belongs_to = "super::occurrence::Entity",
        from = "Column::OccurrenceId",
        to = "super::occurrence::Column::Id",
        skip_fk
    )]
    Occurrence,
    /// The booking that has it.
    #[sea_orm(
        belongs_to = "super::booking::Entity",
        from = "Column::BookingId",
        to = "super::booking::Column::Id",
        skip_fk
    )]
    Booking,
    /// What the roll says of it.
    #[sea_orm(
        belongs_to = "super::attendance::Entity",
        from = "(Column::OccurrenceId, Column::PersonId)",
        to = "(super::attendance::Column::OccurrenceId, super::attendance::Column::PersonId)",
        skip_fk
    )]
    Attendance,
    /// Who of its party is known by name.
    #[sea_orm(
        belongs_to = "super::booking_member::Entity",
        from = "Column::BookingId",
        to = "super::booking_member::Column::BookingId",
        skip_fk
    )]
    Member,
}

impl Related<super::booking::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Booking.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
