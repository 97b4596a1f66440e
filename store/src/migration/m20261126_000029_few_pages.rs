//! A booking without the indexes that made a page of their own dirty for nearly every one of a rush, the more pages the
//! older the community is. A person's bookings are found by their places, of which each has some; and the row of the audit
//! by which somebody was booked has its booking's id, so that it needs no index of persons.

use super::create_index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UNUSED: [(&str, &str); 3] = [("booking", "person_id"), ("booking", "household_id"), ("audit", "for_person")];

/// Of another name than the one before: a connection that has not seen yet that this was dropped refuses its like.
const BESIDES_BOOKING: &str = "audit_for_person_besides_booking_idx";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in UNUSED {
            let name = format!("{table}_{column}_idx");
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        let index = format!("CREATE INDEX {BESIDES_BOOKING} ON audit (for_person) WHERE id <> subject_id");
        manager.get_connection().execute_unprepared(&index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BESIDES_BOOKING).table("audit").to_owned()).await?;
        for (table, column) in UNUSED {
            create_index(manager, table, &[column]).await?;
        }
        Ok(())
    }
}
