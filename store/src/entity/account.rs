//! Accounts (账号): who signs in.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `account`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The phone number that signs in with a code.
    #[sea_orm(unique)]
    pub phone: Option<String>,
    /// The sign-in name of staff.
    #[sea_orm(unique)]
    pub login: Option<String>,
    /// The hash of the password, where there is one.
    pub password_hash: Option<String>,
    /// True while the password is one that somebody else chose.
    #[sea_orm(default_value = false)]
    pub start_password: bool,
    /// The resident whose account it is.
    pub person_id: Option<Uuid>,
    /// The household it books for.
    pub household_id: Option<Uuid>,
    /// The name shown; may be empty.
    pub name: String,
    /// When the row was written.
    pub created_at: Instant,
    /// Since when it may not sign in.
    pub disabled_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
