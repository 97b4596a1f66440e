//! What is offered (活动).

use crate::entity::{stored::Stored, time::Instant};
use domain::activity::{ActivityKind, Audience, Unit};
use sea_orm::entity::prelude::*;

/// One row of `activity`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Stored<ActivityKind>,
    /// Who it is meant for.
    pub audience: Stored<Audience>,
    /// What a place is counted in.
    pub unit: Stored<Unit>,
    /// A paragraph about it.
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    /// What it is about: a JSON array of strings.
    #[sea_orm(column_type = "Text")]
    pub topics: String,
    /// Who leads it, as one line.
    pub leaders: String,
    /// When the row was written.
    pub created_at: Instant,
    /// Since when it is offered no more.
    pub archived_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
