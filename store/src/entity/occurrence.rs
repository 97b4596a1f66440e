//! Occurrences (场次): the dated meetings of a term.

use crate::entity::{
    stored::Stored,
    time::{Day, Instant},
};
use domain::term::OccurrenceState;
use sea_orm::entity::prelude::*;

/// One row of `occurrence`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrence")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The community it belongs to.
    pub community_id: Uuid,
    /// The term it belongs to.
    pub term_id: Uuid,
    /// The local date.
    pub on_date: Day,
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
    /// The room, where it differs from the term's.
    pub room_id: Option<Uuid>,
    /// Who leads it, where it differs from the term's.
    pub leader: Option<String>,
    /// Places, where they differ from the term's.
    pub capacity: Option<i32>,
    /// Takes place or called off.
    pub state: Stored<OccurrenceState>,
    /// Why it was called off or changed.
    pub reason: Option<String>,
    /// True if staff changed it by hand: the term's rule leaves it alone.
    pub hand_made: bool,
    /// Who is there, as JSON of [`domain::crew::Crew`]; who usually comes to its term if none.
    #[sea_orm(column_type = "Text", nullable)]
    pub crew: Option<String>,
    /// Rises with every change; SEQUENCE in the calendar feed.
    #[sea_orm(default_value = 0)]
    pub sequence: i32,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The term that it is a date of.
    #[sea_orm(belongs_to = "super::term::Entity", from = "Column::TermId", to = "super::term::Column::Id", skip_fk)]
    Term,
}

impl ActiveModelBehavior for ActiveModel {}
