//! Who came (签到).

use crate::entity::{stored::Stored, time::Instant};
use domain::booking::Mark;
use sea_orm::entity::prelude::*;

/// One row of `attendance`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendance")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The date.
    pub occurrence_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// Came or not.
    pub mark: Stored<Mark>,
    /// The account that called the roll.
    pub marked_by: Option<Uuid>,
    /// When the roll was called.
    pub marked_at: Instant,
    /// When the person left before the end.
    pub left_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
