//! Residents (居民), with or without an account.

use crate::entity::time::{Day, Instant};
use sea_orm::entity::prelude::*;

/// One row of `person`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The name as written.
    pub name: String,
    /// The name in pinyin, for search.
    pub pinyin: String,
    /// The initials of the pinyin, for search.
    pub initials: String,
    /// The birth date, where it is known.
    pub birth_date: Option<Day>,
    /// A phone number of the person's own.
    pub phone: Option<String>,
    /// The building lived in (楼栋).
    pub building: Option<String>,
    /// Since when nobody may be booked for, where consent was withdrawn.
    pub withheld_at: Option<Instant>,
    /// When the person's data was erased.
    pub erased_at: Option<Instant>,
    /// When the row was written.
    pub created_at: Instant,
    /// The record that this one was joined to, where the person was written down twice.
    pub merged_into: Option<Uuid>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
