//! Leave (请假) that a family took of a date.

use crate::entity::{stored::Stored, time::Instant};
use domain::leave::LeaveKind;
use sea_orm::entity::prelude::*;

/// One row of `leave`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "leave")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The date.
    pub occurrence_id: Uuid,
    /// Who won't come.
    pub person_id: Uuid,
    /// The booking whose place it is.
    pub booking_id: Uuid,
    /// Why.
    pub kind: Stored<LeaveKind>,
    /// True if the day's place was given back for a guest.
    pub given_on: bool,
    /// Who said so.
    pub account_id: Uuid,
    /// When.
    pub created_at: Instant,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The booking whose place it is.
    #[sea_orm(
        belongs_to = "super::booking::Entity",
        from = "Column::BookingId",
        to = "super::booking::Column::Id",
        skip_fk
    )]
    Booking,
}

impl ActiveModelBehavior for ActiveModel {}
