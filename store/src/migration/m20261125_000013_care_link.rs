//! What persons let relatives see and do.

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
                    .table("care_link")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("person_id"))
                    .col(string("relative_name"))
                    .col(string("relative_phone"))
                    .col(string("scopes"))
                    .col(uuid_null("granted_by"))
                    .col(string_null("paper"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .col(uuid_null("revoked_by"))
                    .foreign_key(&mut references("care_link", "community_id", "community"))
                    .foreign_key(&mut references("care_link", "person_id", "person"))
                    .foreign_key(&mut references("care_link", "granted_by", "account"))
                    .foreign_key(&mut references("care_link", "revoked_by", "account"))
                    .to_owned(),
            )
            .await?;
        for column in ["community_id", "person_id", "granted_by", "revoked_by"] {
            create_index(manager, "care_link", &[column]).await?;
        }
        let run = async |sql: &str| manager.get_connection().execute_unprepared(sql).await;
        run("CREATE INDEX care_link_of_relative_idx ON care_link (relative_phone) WHERE revoked_at IS NULL").await?;
        run("CREATE UNIQUE INDEX care_link_one_live_per_relative ON care_link (person_id, relative_phone) \
             WHERE revoked_at IS NULL")
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["care_link"]).await
    }
}
