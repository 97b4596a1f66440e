//! Blocks (停用、请假): days in a row on which a room can't be used or a leader can't come.

use crate::entity::time::{Day, Instant};
use sea_orm::entity::prelude::*;

/// One row of `block`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "block")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The room; none where a leader is away.
    pub room_id: Option<Uuid>,
    /// The leader's name; none where a room is closed.
    pub leader: Option<String>,
    /// The first day.
    pub first_date: Day,
    /// The last day.
    pub last_date: Day,
    /// From when on each day, local, `HH:MM`; the whole day if none.
    pub start_time: Option<String>,
    /// Until when.
    pub end_time: Option<String>,
    /// Why.
    pub reason: String,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
