//! The tenant, its rooms and its days off.

use super::{create_index, create_unique, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("community")
                    .col(uuid("id").primary_key())
                    .col(string("slug").unique_key())
                    .col(string("name"))
                    .col(string("place"))
                    .col(string("phone"))
                    .col(string("zone"))
                    .col(text("about"))
                    .col(big_integer("revision").default(0))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("room")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(string("name"))
                    .col(integer("size"))
                    .foreign_key(&mut references("room", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "room", &["community_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("day_kind")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(date("on_date"))
                    .col(string("kind"))
                    .col(string("name"))
                    .foreign_key(&mut references("day_kind", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "day_kind", &["community_id", "on_date", "kind"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["day_kind", "room", "community"]).await
    }
}
