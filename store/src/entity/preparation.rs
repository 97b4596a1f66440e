//! Preparations (提前准备): what a family settled before the opening, so that one tap books.

use crate::entity::{stored::Stored, time::Instant};
use domain::booking::Scope;
use sea_orm::entity::prelude::*;

/// One row of `preparation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "preparation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The term.
    pub term_id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// For whom.
    pub person_id: Uuid,
    /// Who settled it, and agreed to what the term asks.
    pub account_id: Uuid,
    /// How much of the term.
    pub scope: Stored<Scope>,
    /// Heads of the party.
    pub heads: i32,
    /// Grown-ups among them, where it was asked.
    pub adults: Option<i32>,
    /// Something else at the same time was seen and insisted on.
    pub insists: bool,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
