//! Who is signed in, one row a cookie.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `login_session`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_session")]
pub struct Model {
    /// SHA-256 of the cookie's token, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account that is signed in.
    pub account_id: Option<Uuid>,
    /// What the session keeps, as JSON.
    #[sea_orm(column_type = "Text")]
    pub data: String,
    /// What signed in, in words such as `Chrome · Android`.
    pub device: Option<String>,
    /// When the row was written.
    pub created_at: Instant,
    /// From when the cookie is worth nothing.
    pub expires_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
