//! Residents and households.

use super::{create_index, drop_tables, primary_key, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("person")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(string("name"))
                    .col(string("pinyin"))
                    .col(string("initials"))
                    .col(date_null("birth_date"))
                    .col(string_null("phone"))
                    .col(string_null("building"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("person", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "person", &["community_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("household")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("household", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "household", &["community_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("household_member")
                    .col(uuid("household_id"))
                    .col(uuid("person_id"))
                    .col(string("role"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(&mut primary_key("household_member", ["household_id", "person_id"]))
                    .foreign_key(&mut references("household_member", "household_id", "household"))
                    .foreign_key(&mut references("household_member", "person_id", "person"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "household_member", &["person_id"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["household_member", "household", "person"]).await
    }
}
