//! Rooms (场地): places with a size and opening hours.

use sea_orm::entity::prelude::*;

/// One row of `room`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "room")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// Its name.
    pub name: String,
    /// How many people fit in.
    pub size: i32,
    /// When it is open, as JSON of [`domain::block::OpeningHours`]; always where none.
    #[sea_orm(column_type = "Text", nullable)]
    pub hours: Option<String>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
