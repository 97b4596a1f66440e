//! Passkeys (通行密钥) by which an account signs in (Web Authentication, Level 3). What is kept is public.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `passkey`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// The id that its authenticator gave it, in base64url.
    #[sea_orm(unique)]
    pub credential_id: String,
    /// Its public key and counter, as JSON.
    #[sea_orm(column_type = "Text")]
    pub credential: String,
    /// When it was added.
    pub created_at: Instant,
    /// When it last signed in.
    pub used_at: Option<Instant>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
