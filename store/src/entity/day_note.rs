//! Notes of a day of care (照料记录).

use crate::entity::{stored::Stored, time::Instant};
use domain::day_note::DayNoteKind;
use sea_orm::entity::prelude::*;

/// One row of `day_note`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "day_note")]
pub struct Model {
    /// Its key, made with the form: the same note sent again is the same.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The date.
    pub occurrence_id: Uuid,
    /// Whose day.
    pub person_id: Uuid,
    /// What about.
    pub kind: Stored<DayNoteKind>,
    /// What it says.
    pub words: Option<String>,
    /// Who wrote it.
    pub account_id: Uuid,
    /// When.
    pub created_at: Instant,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
