//! Community centres (社区), the tenants: every row hangs from one.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `community`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "community")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name in URLs.
    #[sea_orm(unique)]
    pub slug: String,
    /// Its name as people say it.
    pub name: String,
    /// Where it is: city, district, street.
    pub place: String,
    /// The centre's phone number, shown on every page.
    pub phone: String,
    /// Its IANA time zone.
    pub zone: String,
    /// A paragraph about it.
    #[sea_orm(column_type = "Text")]
    pub about: String,
    /// When the row was written.
    pub created_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
