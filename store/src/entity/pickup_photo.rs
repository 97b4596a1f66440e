//! The photo of somebody who may take a child, sealed. A table of its own: whoever reads names reads no photos.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `pickup_photo`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pickup_photo")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pickup_person_id: Uuid,
    /// The key by which it is sealed.
    pub key_id: i32,
    /// The photo.
    #[sea_orm(column_type = "Blob")]
    pub photo: Vec<u8>,
    /// When it was given.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
