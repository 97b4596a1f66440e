//! The people of a booking's party.

use sea_orm::entity::prelude::*;

/// One row of `booking_member`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "booking_member")]
pub struct Model {
    /// The booking.
    #[sea_orm(primary_key, auto_increment = false)]
    pub booking_id: Uuid,
    /// One of the party.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
