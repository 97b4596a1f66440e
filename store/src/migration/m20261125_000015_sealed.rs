//! What is kept sealed of persons, and why staff read it.

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
                    .table("care_detail")
                    .col(uuid("person_id").primary_key())
                    .col(uuid("community_id"))
                    .col(integer("key_id"))
                    .col(blob_null("allergies"))
                    .col(blob_null("health"))
                    .col(blob_null("diet"))
                    .col(blob_null("contact"))
                    .col(blob_null("address"))
                    .col(blob_null("contact_index"))
                    .col(blob_null("address_index"))
                    .col(integer("version"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(&mut references("care_detail", "person_id", "person"))
                    .foreign_key(&mut references("care_detail", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        for columns in [["community_id", "contact_index"].as_slice(), &["community_id", "address_index"], &["key_id"]] {
            create_index(manager, "care_detail", columns).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("care_reason")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(uuid("person_id"))
                    .col(date("on_date"))
                    .col(string("reason"))
                    .col(string_null("words"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("care_reason", "account_id", "account"))
                    .foreign_key(&mut references("care_reason", "person_id", "person"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "care_reason", &["account_id", "person_id", "on_date"]).await?;
        create_index(manager, "care_reason", &["person_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["care_reason", "care_detail"]).await
    }
}
