//! Two records of one person that staff joined (合并), and what moved from the one to the other.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `person_merge`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_merge")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The record that was kept.
    pub kept_id: Uuid,
    /// The one that was joined to it.
    pub gone_id: Uuid,
    /// When.
    pub at: Instant,
    /// Who did it.
    pub account_id: Uuid,
    /// Their name then.
    pub account_name: String,
    /// Which rows moved, as JSON of ids: nothing of what stands in them.
    #[sea_orm(column_type = "Text")]
    pub moved: String,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
    /// By whom.
    pub undone_by: Option<Uuid>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
