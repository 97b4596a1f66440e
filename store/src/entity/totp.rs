//! The authenticator app of an account (TOTP, RFC 6238). Its secret is sealed.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `totp`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// The key by which the secret is sealed.
    pub key_id: i32,
    /// The secret, 20 bytes before it was sealed.
    #[sea_orm(column_type = "Blob")]
    pub secret: Vec<u8>,
    /// The time step of the code that was taken last: no code is taken twice (RFC 6238, 5.2).
    pub last_step: i64,
    /// Wrong codes since the last right one, within a while.
    pub tries: i32,
    /// When the last wrong one came.
    pub tried_at: Option<Instant>,
    /// When it was set up.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
