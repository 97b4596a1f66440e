//! Decisions about consent (同意): one row each time somebody grants or refuses. The newest of a person and purpose counts.

use crate::entity::{stored::Stored, time::Instant};
use domain::{consent::Purpose, rights::Door};
use sea_orm::entity::prelude::*;

/// One row of `consent`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community whose text it was.
    pub community_id: Uuid,
    /// Whose data it is about.
    pub person_id: Uuid,
    /// What for.
    pub purpose: Stored<Purpose>,
    /// The version of the text; 0 is the program's own.
    pub version: i32,
    /// True if it was granted, false if refused or withdrawn.
    pub granted: bool,
    /// True if a guardian decided for a child.
    pub by_guardian: bool,
    /// The account that decided.
    pub account_id: Uuid,
    /// Its name at that time.
    pub account_name: String,
    /// Through which door.
    pub door: Stored<Door>,
    /// When.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
