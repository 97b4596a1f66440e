//! Changes of dates, kept so that the last of a term can be taken back.

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
                    .table("schedule_change")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("term_id"))
                    .col(uuid_null("account_id"))
                    .col(string("kind"))
                    .col(text("before"))
                    .col(text("after"))
                    .col(integer("told"))
                    .col(timestamp_with_time_zone("at"))
                    .col(timestamp_with_time_zone_null("undone_at"))
                    .foreign_key(&mut references("schedule_change", "community_id", "community"))
                    .foreign_key(&mut references("schedule_change", "term_id", "term"))
                    .foreign_key(&mut references("schedule_change", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "schedule_change", &["term_id", "at"]).await?;
        // From here on a date states its own room and leader; the term's are those of dates yet to be made.
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE occurrence SET room_id = (SELECT room_id FROM term WHERE term.id = occurrence.term_id) \
                 WHERE room_id IS NULL",
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE occurrence SET leader = \
                 (SELECT leader FROM term WHERE term.id = occurrence.term_id AND term.leader <> '') \
                 WHERE leader IS NULL",
            )
            .await?;
        create_index(manager, "occurrence", &["room_id", "on_date"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("occurrence_room_id_on_date_idx").table("occurrence").to_owned()).await?;
        drop_tables(manager, &["schedule_change"]).await
    }
}
