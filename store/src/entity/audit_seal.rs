//! The seals of audit rows: where each stands in its community's chain.

use sea_orm::entity::prelude::*;

/// One row of `audit_seal`. It is written with its audit row, and sealed within seconds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seal")]
pub struct Model {
    /// The audit row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub audit_id: Uuid,
    /// The community whose chain it is in.
    pub community_id: Uuid,
    /// Its place in the chain, from 1; none until it is sealed.
    pub number: Option<i64>,
    /// SHA-256 of what the audit row says.
    #[sea_orm(column_type = "Blob", nullable)]
    pub digest: Option<Vec<u8>>,
    /// SHA-256 of the hash before it and its digest.
    #[sea_orm(column_type = "Blob", nullable)]
    pub hash: Option<Vec<u8>>,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
