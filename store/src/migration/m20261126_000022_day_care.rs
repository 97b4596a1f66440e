//! Notes of days of care.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("day_note")
            .col(uuid("id").primary_key())
            .col(uuid("community_id"))
            .col(uuid("occurrence_id"))
            .col(uuid("person_id"))
            .col(string("kind"))
            .col(string_null("words"))
            .col(uuid("account_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"));
        for (column, other) in [
            ("community_id", "community"),
            ("occurrence_id", "occurrence"),
            ("person_id", "person"),
            ("account_id", "account"),
        ] {
            table.foreign_key(&mut references("day_note", column, other));
        }
        manager.create_table(table.to_owned()).await?;
        // Nobody goes home twice: the second of two who say so is told.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX day_note_one_way_home ON day_note (occurrence_id, person_id) \
                 WHERE kind = 'gone_home' AND withdrawn_at IS NULL",
            )
            .await?;
        create_index(manager, "day_note", &["occurrence_id", "person_id"]).await?;
        for column in ["community_id", "person_id", "account_id"] {
            create_index(manager, "day_note", &[column]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["day_note"]).await
    }
}
