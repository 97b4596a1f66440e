//! Answers given: the same idempotency key gets the same answer.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `request_answer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_answer")]
pub struct Model {
    /// The request's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// The account that asked.
    pub account_id: Option<Uuid>,
    /// The answer, as JSON.
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
