//! Claims (优先类别认定): a household says that it belongs to a group, and staff check it.

use crate::entity::{stored::Stored, time::Instant};
use domain::entry::{ClaimState, Group};
use sea_orm::entity::prelude::*;

/// One row of `claim`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "claim")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community whose staff check it.
    pub community_id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// The group.
    pub group: Stored<Group>,
    /// Asked, granted or refused.
    pub state: Stored<ClaimState>,
    /// What the family wrote, such as where both parents work.
    pub note: String,
    /// The account that asked; none where the desk wrote it down.
    pub asked_by: Option<Uuid>,
    /// When the row was written.
    pub created_at: Instant,
    /// Who checked it.
    pub checked_by: Option<Uuid>,
    /// When.
    pub checked_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
