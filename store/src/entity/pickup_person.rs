//! Who may take a child (接送人), as a guardian said.

use crate::entity::time::{Day, Instant};
use sea_orm::entity::prelude::*;

/// One row of `pickup_person`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pickup_person")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community of the child.
    pub community_id: Uuid,
    /// The child.
    pub person_id: Uuid,
    /// The name.
    pub name: String,
    /// Who that is to the child.
    pub relation: String,
    /// The phone, where it was given.
    pub phone: Option<String>,
    /// The only day; every day if none.
    pub only_on: Option<Day>,
    /// The guardian who named them.
    pub created_by: Uuid,
    /// When the row was written.
    pub created_at: Instant,
    /// Since when they may not take the child any more.
    pub ended_at: Option<Instant>,
    /// Who ended it.
    pub ended_by: Option<Uuid>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
