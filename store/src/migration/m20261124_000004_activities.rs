//! What is offered, its terms and their dates.

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
                    .table("activity")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(string("name"))
                    .col(string("kind"))
                    .col(string("audience"))
                    .col(string("unit"))
                    .col(text("summary"))
                    .col(text("topics"))
                    .col(string("leaders"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("archived_at"))
                    .foreign_key(&mut references("activity", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "activity", &["community_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("term")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("activity_id"))
                    .col(string("name"))
                    .col(uuid_null("room_id"))
                    .col(string("leader"))
                    .col(integer("capacity"))
                    .col(timestamp_with_time_zone_null("opens_at"))
                    .col(timestamp_with_time_zone_null("closes_at"))
                    .col(integer("cancel_hours"))
                    .col(integer_null("age_min"))
                    .col(integer_null("age_max"))
                    .col(date_null("age_on"))
                    .col(boolean("book_whole"))
                    .col(boolean("book_rest"))
                    .col(boolean("book_single"))
                    .col(integer_null("waitlist_cap"))
                    .col(string("promotion"))
                    .col(text("recurrence"))
                    .col(date("first_date"))
                    .col(date("last_date"))
                    .col(string("start_time"))
                    .col(string("end_time"))
                    .col(string("holidays"))
                    .col(string("state"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("term", "community_id", "community"))
                    .foreign_key(&mut references("term", "activity_id", "activity"))
                    .foreign_key(&mut references("term", "room_id", "room"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "term", &["community_id"]).await?;
        create_index(manager, "term", &["activity_id"]).await?;
        create_index(manager, "term", &["room_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("occurrence")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("term_id"))
                    .col(date("on_date"))
                    .col(timestamp_with_time_zone("starts_at"))
                    .col(timestamp_with_time_zone("ends_at"))
                    .col(uuid_null("room_id"))
                    .col(string_null("leader"))
                    .col(integer_null("capacity"))
                    .col(string("state"))
                    .col(string_null("reason"))
                    .col(boolean("hand_made"))
                    .col(integer("sequence").default(0))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(&mut references("occurrence", "community_id", "community"))
                    .foreign_key(&mut references("occurrence", "term_id", "term"))
                    .foreign_key(&mut references("occurrence", "room_id", "room"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "occurrence", &["community_id", "on_date"]).await?;
        create_index(manager, "occurrence", &["term_id", "starts_at"]).await?;
        create_index(manager, "occurrence", &["room_id"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["occurrence", "term", "activity"]).await
    }
}
