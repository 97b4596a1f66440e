//! Codes by which a second guardian joins a household, or another home shares a child.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("household_code")
                    .col(uuid("id").primary_key())
                    .col(uuid("household_id"))
                    .col(uuid_null("person_id"))
                    .col(string("code_hash"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .foreign_key(&mut references("household_code", "household_id", "household"))
                    .foreign_key(&mut references("household_code", "person_id", "person"))
                    .foreign_key(&mut references("household_code", "created_by", "account"))
                    .to_owned(),
            )
            .await?;
        for column in ["household_id", "person_id", "created_by", "expires_at"] {
            create_index(manager, "household_code", &[column]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["household_code"]).await
    }
}
