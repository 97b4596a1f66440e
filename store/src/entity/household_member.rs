//! Who belongs to which household.

use crate::entity::{stored::Stored, time::Instant};
use domain::person::MemberRole;
use sea_orm::entity::prelude::*;

/// One row of `household_member`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "household_member")]
pub struct Model {
    /// The household.
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: Uuid,
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// Who the member is in the household.
    pub role: Stored<MemberRole>,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
