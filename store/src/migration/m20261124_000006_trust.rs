//! What was changed, said and answered.

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
                    .table("audit")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("account_id"))
                    .col(string("actor_name"))
                    .col(uuid_null("for_person"))
                    .col(string("action"))
                    .col(string("subject"))
                    .col(uuid("subject_id"))
                    .col(uuid_null("term_id"))
                    .col(text_null("before"))
                    .col(text_null("after"))
                    .col(string("door"))
                    .foreign_key(&mut references("audit", "community_id", "community"))
                    .foreign_key(&mut references("audit", "account_id", "account"))
                    .foreign_key(&mut references("audit", "for_person", "person"))
                    .foreign_key(&mut references("audit", "term_id", "term"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "audit", &["term_id", "at"]).await?;
        create_index(manager, "audit", &["community_id", "at"]).await?;
        create_index(manager, "audit", &["for_person"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("notice")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid_null("account_id"))
                    .col(uuid_null("person_id"))
                    .col(string("kind"))
                    .col(text("payload"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("sent_at"))
                    .col(timestamp_with_time_zone_null("read_at"))
                    .foreign_key(&mut references("notice", "community_id", "community"))
                    .foreign_key(&mut references("notice", "account_id", "account"))
                    .foreign_key(&mut references("notice", "person_id", "person"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "notice", &["account_id", "created_at"]).await?;
        create_index(manager, "notice", &["community_id"]).await?;
        create_index(manager, "notice", &["person_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("request_answer")
                    .col(uuid("key").primary_key())
                    .col(uuid_null("account_id"))
                    .col(text("answer"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("request_answer", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["request_answer", "notice", "audit"]).await
    }
}
