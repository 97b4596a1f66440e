//! Bookings without the indexes that nothing asks by: in a rush each made a page more of the database dirty for nearly
//! every booking, the more the older the community is. No account and no community is ever deleted, which alone would
//! look for rows by them. Instead one by which a child's booking in a period is found without reading all bookings.

use super::create_index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UNUSED: [(&str, &str); 3] =
    [("booking", "account_id"), ("booking", "community_id"), ("booking_member", "person_id")];

const BY_PERIOD: &str = "booking_period_identity_idx";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in UNUSED {
            let name = format!("{table}_{column}_idx");
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        let by_period = format!("CREATE INDEX {BY_PERIOD} ON booking (period, identity) WHERE period IS NOT NULL");
        manager.get_connection().execute_unprepared(&by_period).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_PERIOD).table("booking").to_owned()).await?;
        for (table, column) in UNUSED {
            create_index(manager, table, &[column]).await?;
        }
        Ok(())
    }
}
