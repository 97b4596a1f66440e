//! What people consent to, by which text; since when somebody may not be booked for; and who was erased.

use super::{create_index, create_unique, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["withheld_at", "erased_at"] {
            let column = timestamp_with_time_zone_null(column);
            manager.alter_table(Table::alter().table("person").add_column(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("consent_text")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(string("purpose"))
                    .col(integer("version"))
                    .col(text("text"))
                    .col(uuid("written_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("consent_text", "community_id", "community"))
                    .foreign_key(&mut references("consent_text", "written_by", "account"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "consent_text", &["community_id", "purpose", "version"]).await?;
        create_index(manager, "consent_text", &["written_by"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("consent")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("person_id"))
                    .col(string("purpose"))
                    .col(integer("version"))
                    .col(boolean("granted"))
                    .col(boolean("by_guardian"))
                    .col(uuid("account_id"))
                    .col(string("account_name"))
                    .col(string("door"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("consent", "community_id", "community"))
                    .foreign_key(&mut references("consent", "person_id", "person"))
                    .foreign_key(&mut references("consent", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "consent", &["person_id", "created_at"]).await?;
        create_index(manager, "consent", &["community_id"]).await?;
        create_index(manager, "consent", &["account_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["consent", "consent_text"]).await?;
        for column in ["erased_at", "withheld_at"] {
            manager.alter_table(Table::alter().table("person").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
