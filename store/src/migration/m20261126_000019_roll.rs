//! Taps at rolls, each kept; and who left before the end.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let left = timestamp_with_time_zone_null("left_at");
        manager.alter_table(Table::alter().table("attendance").add_column(left).to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("tap")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("occurrence_id"))
                    .col(uuid("person_id"))
                    .col(string("says"))
                    .col(string("verdict"))
                    .col(timestamp_with_time_zone("made_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(uuid("account_id"))
                    .col(string("account_name"))
                    .foreign_key(&mut references("tap", "community_id", "community"))
                    .foreign_key(&mut references("tap", "occurrence_id", "occurrence"))
                    .foreign_key(&mut references("tap", "person_id", "person"))
                    .foreign_key(&mut references("tap", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "tap", &["occurrence_id", "person_id"]).await?;
        create_index(manager, "tap", &["community_id"]).await?;
        create_index(manager, "tap", &["person_id"]).await?;
        create_index(manager, "tap", &["account_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["tap"]).await?;
        manager.alter_table(Table::alter().table("attendance").drop_column("left_at").to_owned()).await
    }
}
