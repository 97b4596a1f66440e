//! Attendance that staff excuse.

use super::{create_index, create_unique, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("excuse")
            .col(uuid("id").primary_key())
            .col(uuid("community_id"))
            .col(uuid("term_id"))
            .col(uuid("person_id"))
            .col(string("reason"))
            .col(uuid("account_id"))
            .col(timestamp_with_time_zone("created_at"));
        for (column, other) in
            [("community_id", "community"), ("term_id", "term"), ("person_id", "person"), ("account_id", "account")]
        {
            table.foreign_key(&mut references("excuse", column, other));
        }
        manager.create_table(table.to_owned()).await?;
        create_unique(manager, "excuse", &["term_id", "person_id"]).await?;
        for column in ["community_id", "person_id", "account_id"] {
            create_index(manager, "excuse", &[column]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["excuse"]).await
    }
}
