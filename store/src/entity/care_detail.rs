//! What is kept sealed of a person (照护须知). Each field is sealed for its own column and row.

use crate::entity::time::Instant;
use sea_orm::entity::prelude::*;

/// One row of `care_detail`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "care_detail")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The community of the person.
    pub community_id: Uuid,
    /// The key by which the fields are sealed.
    pub key_id: i32,
    /// 过敏
    #[sea_orm(column_type = "Blob", nullable)]
    pub allergies: Option<Vec<u8>>,
    /// 健康情况
    #[sea_orm(column_type = "Blob", nullable)]
    pub health: Option<Vec<u8>>,
    /// 饮食
    #[sea_orm(column_type = "Blob", nullable)]
    pub diet: Option<Vec<u8>>,
    /// 紧急联系人, as JSON.
    #[sea_orm(column_type = "Blob", nullable)]
    pub contact: Option<Vec<u8>>,
    /// 住址
    #[sea_orm(column_type = "Blob", nullable)]
    pub address: Option<Vec<u8>>,
    /// The blind index of the contact's phone.
    #[sea_orm(column_type = "Blob", nullable)]
    pub contact_index: Option<Vec<u8>>,
    /// The blind index of the home that the address names.
    #[sea_orm(column_type = "Blob", nullable)]
    pub address_index: Option<Vec<u8>>,
    /// Counts its changes, from 1.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// No relations are declared: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
