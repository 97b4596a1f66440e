//! Days that differ from the week's rhythm (休/班).

use crate::entity::{stored::Stored, time::Day};
use domain::day_kind::DayKind;
use sea_orm::entity::prelude::*;

/// One row of `day_kind`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "day_kind")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The local date.
    pub on_date: Day,
    /// What makes the day different.
    pub kind: Stored<DayKind>,
    /// What people call the day.
    pub name: String,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
