//! Attendance of a term that staff excused (免计).

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `excuse`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "excuse")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The term whose attendance it is.
    pub term_id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// Why.
    pub reason: String,
    /// Who excused it.
    pub account_id: Uuid,
    /// When.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
