//! Notices (通知): messages owed to somebody, the outbox.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `notice`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The account it is for.
    pub account_id: Option<Uuid>,
    /// The person it is about.
    pub person_id: Option<Uuid>,
    /// What it says.
    pub kind: String,
    /// What its sentence needs, as JSON.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// When the row was written.
    pub created_at: Instant,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When it was read.
    pub read_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
