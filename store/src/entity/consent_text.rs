//! What a community tells before it asks for consent (告知书), by purpose; a new version each time it is written anew.

use crate::entity::{stored::Stored, time::Instant};
use domain::consent::Purpose;
use sea_orm::entity::prelude::*;

/// One row of `consent_text`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_text")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community.
    pub community_id: Uuid,
    /// What for.
    pub purpose: Stored<Purpose>,
    /// Counts up from 1.
    pub version: i32,
    /// The text.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// The account that wrote it.
    pub written_by: Uuid,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
