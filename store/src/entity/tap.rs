//! Taps at a roll (点名操作), each as it was made: the roll's history.

use crate::entity::{stored::Stored, time::Instant};
use domain::roll::{Says, Verdict};
use sea_orm::entity::prelude::*;

/// One row of `tap`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tap")]
pub struct Model {
    /// Its key, made by whoever tapped: the same tap sent again is the same.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The date.
    pub occurrence_id: Uuid,
    /// Whom it is about.
    pub person_id: Uuid,
    /// What it says.
    pub says: Stored<Says>,
    /// Whether it counted, and if not, why.
    pub verdict: Stored<Verdict>,
    /// When it was made.
    pub made_at: Instant,
    /// When it arrived, which is later for one that a phone kept.
    pub created_at: Instant,
    /// Who tapped.
    pub account_id: Uuid,
    /// Their name then.
    pub account_name: String,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
