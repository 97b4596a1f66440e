//! Changes of a term's dates, each with what was before and after.

use crate::entity::{stored::Stored, time::Instant};
use domain::schedule::ChangeKind;
use sea_orm::entity::prelude::*;

/// One row of `schedule_change`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule_change")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The term whose dates were changed.
    pub term_id: Uuid,
    /// Who did it.
    pub account_id: Option<Uuid>,
    /// What was done.
    pub kind: Stored<ChangeKind>,
    /// The dates as they stood, as JSON; nothing for one that was added.
    #[sea_orm(column_type = "Text")]
    pub before: String,
    /// The same dates as they stood afterwards.
    #[sea_orm(column_type = "Text")]
    pub after: String,
    /// How many families were told.
    pub told: i32,
    /// When.
    pub at: Instant,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
