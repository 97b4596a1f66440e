//! Who was handed to whom (接送).

use crate::entity::{stored::Stored, time::Instant};
use domain::pickup::PickupWay;
use sea_orm::entity::prelude::*;

/// One row of `pickup`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pickup")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The date.
    pub occurrence_id: Uuid,
    /// The child.
    pub person_id: Uuid,
    /// By which way.
    pub way: Stored<PickupWay>,
    /// To whom of those whom the family named.
    pub pickup_person_id: Option<Uuid>,
    /// To whom, in words as they were then; empty for a child that went alone.
    pub taker: String,
    /// Why, where nobody authorised came.
    pub reason: Option<String>,
    /// Which of the staff.
    pub account_id: Uuid,
    /// The name of the staff as it was.
    pub account_name: String,
    /// When.
    pub at: Instant,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
    /// Who took it back.
    pub undone_by: Option<Uuid>,
    /// Their name as it was.
    pub undone_name: Option<String>,
    /// Why it was taken back.
    pub undo_reason: Option<String>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
