//! What persons let relatives see and do (家属授权).

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `care_link`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "care_link")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community of the person.
    pub community_id: Uuid,
    /// Who is cared for.
    pub person_id: Uuid,
    /// The relative, as the person calls them.
    pub relative_name: String,
    /// The phone by which the relative signs in.
    pub relative_phone: String,
    /// Codes of what is allowed, with spaces between.
    pub scopes: String,
    /// Who granted it: the person, or staff.
    pub granted_by: Option<Uuid>,
    /// Where the signed paper is kept, if staff granted it.
    pub paper: Option<String>,
    /// When the row was written.
    pub created_at: Instant,
    /// Since when it allows nothing any more.
    pub revoked_at: Option<Instant>,
    /// Who ended it.
    pub revoked_by: Option<Uuid>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
