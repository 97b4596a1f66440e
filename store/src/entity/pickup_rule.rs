//! Whether a child may go home alone, and what its pickup codes are made of.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `pickup_rule`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pickup_rule")]
pub struct Model {
    /// The child.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The community of the child.
    pub community_id: Uuid,
    /// True if it may go home alone.
    pub alone: bool,
    /// What the codes are made of; none where the family uses no code.
    #[sea_orm(column_type = "Blob", nullable)]
    pub secret: Option<Vec<u8>>,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// Never the secret: this is what reaches logs.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("pickup_rule").field("person_id", &self.person_id).field("alone", &self.alone).finish()
    }
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
