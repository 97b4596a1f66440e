//! Codes (邀请码) by which a second guardian joins a household, or another home shares a child. A code that was used, or
//! can't be used any more, has no row.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `household_code`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "household_code")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The household that invites.
    pub household_id: Uuid,
    /// The child that is shared; none where a guardian is to join.
    pub person_id: Option<Uuid>,
    /// SHA-256 of id and code, in hex.
    pub code_hash: String,
    /// The account that invited.
    pub created_by: Uuid,
    /// When the row was written.
    pub created_at: Instant,
    /// Until when it can be used.
    pub expires_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
