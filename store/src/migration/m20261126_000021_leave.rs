//! Leave that families take of single dates.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("leave")
            .col(uuid("id").primary_key())
            .col(uuid("community_id"))
            .col(uuid("occurrence_id"))
            .col(uuid("person_id"))
            .col(uuid("booking_id"))
            .col(string("kind"))
            .col(boolean("given_on"))
            .col(uuid("account_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"));
        for (column, other) in [
            ("community_id", "community"),
            ("occurrence_id", "occurrence"),
            ("person_id", "person"),
            ("booking_id", "booking"),
            ("account_id", "account"),
        ] {
            table.foreign_key(&mut references("leave", column, other));
        }
        manager.create_table(table.to_owned()).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX leave_one_live_per_person_and_date \
                 ON leave (occurrence_id, person_id) WHERE withdrawn_at IS NULL",
            )
            .await?;
        for column in ["community_id", "person_id", "booking_id", "account_id"] {
            create_index(manager, "leave", &[column]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["leave"]).await
    }
}
