//! One-time codes sent to a phone.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `login_code`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_code")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The number the code was sent to.
    pub phone: String,
    /// The hash of the code.
    pub code_hash: String,
    /// When the row was written.
    pub created_at: Instant,
    /// From when the code is worth nothing.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
    /// How many times a wrong code was tried against it.
    pub tries: i32,
    /// The account of staff who read it out, where it wasn't sent.
    pub read_by: Option<Uuid>,
    /// The hash of the network that asked for it.
    pub network: Option<String>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
