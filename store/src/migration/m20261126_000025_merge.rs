//! Records of one person that staff joined.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let merged_into = uuid_null("merged_into").to_owned();
        manager.alter_table(Table::alter().table("person").add_column(merged_into).to_owned()).await?;
        let mut table = Table::create();
        table
            .table("person_merge")
            .col(uuid("id").primary_key())
            .col(uuid("community_id"))
            .col(uuid("kept_id"))
            .col(uuid("gone_id"))
            .col(timestamp_with_time_zone("at"))
            .col(uuid("account_id"))
            .col(string("account_name"))
            .col(text("moved"))
            .col(timestamp_with_time_zone_null("undone_at"))
            .col(uuid_null("undone_by"));
        for (column, other) in [
            ("community_id", "community"),
            ("kept_id", "person"),
            ("gone_id", "person"),
            ("account_id", "account"),
            ("undone_by", "account"),
        ] {
            table.foreign_key(&mut references("person_merge", column, other));
        }
        manager.create_table(table.to_owned()).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX person_merge_one_live_per_record ON person_merge (gone_id) WHERE undone_at IS NULL",
            )
            .await?;
        for column in ["community_id", "kept_id", "gone_id", "account_id"] {
            create_index(manager, "person_merge", &[column]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["person_merge"]).await?;
        manager.alter_table(Table::alter().table("person").drop_column("merged_into").to_owned()).await
    }
}
