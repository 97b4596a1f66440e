//! Why somebody of the staff reads a person's care details: said once, it holds for that day.

use crate::entity::{
    stored::Stored,
    time::{Day, Instant},
};
use domain::care_details::CareReason;
use sea_orm::entity::prelude::*;

/// One row of `care_reason`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "care_reason")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who reads.
    pub account_id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// On which day, by the community's calendar.
    pub on_date: Day,
    /// Why.
    pub reason: Stored<CareReason>,
    /// The same in their own words.
    pub words: Option<String>,
    /// When it was said.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
