//! How often what the public sees of a community has changed: its revision. No row means never.

use sea_orm::entity::prelude::*;

/// One row of `community_revision`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "community_revision")]
pub struct Model {
    /// The community.
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: Uuid,
    /// Rises in the transaction of every change.
    pub revision: i64,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
