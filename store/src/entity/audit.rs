//! Who changed what: one row a write, in the write's own transaction.

use crate::entity::{stored::Stored, time::Instant};
use domain::rights::Door;
use sea_orm::entity::prelude::*;

/// One row of `audit`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// When.
    pub at: Instant,
    /// The account that acted; none for a rule.
    pub account_id: Option<Uuid>,
    /// The actor's name at that time.
    pub actor_name: String,
    /// The person acted for.
    pub for_person: Option<Uuid>,
    /// What was done: the verb of the function.
    pub action: String,
    /// The table of the changed row.
    pub subject: String,
    /// The id of the changed row.
    pub subject_id: Uuid,
    /// The term it concerns.
    pub term_id: Option<Uuid>,
    /// The row before, as JSON.
    #[sea_orm(column_type = "Text")]
    pub before: Option<String>,
    /// The row after, as JSON.
    #[sea_orm(column_type = "Text")]
    pub after: Option<String>,
    /// Through which door the change came.
    pub door: Stored<Door>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
