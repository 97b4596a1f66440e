//! The day of each place, beside the date that it is on: a booking asks what else a person has on coming days, and a
//! resident of many years has hundreds of places that are over.

use super::create_index;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const BY_PERSON: &str = "booking_place_person_id_idx";
const BY_DAY: &str = "booking_place_person_id_on_date_idx";

async fn drop(manager: &SchemaManager<'_>, index: &'static str) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(index).table("booking_place").to_owned()).await
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds a column that is never null only with a default.
        let day = date("on_date").default("1970-01-01").to_owned();
        manager.alter_table(Table::alter().table("booking_place").add_column(day).to_owned()).await?;
        let of_its_date = "SELECT on_date FROM occurrence WHERE occurrence.id = booking_place.occurrence_id";
        let fill = format!("UPDATE booking_place SET on_date = ({of_its_date})");
        manager.get_connection().execute_unprepared(&fill).await?;
        drop(manager, BY_PERSON).await?;
        create_index(manager, "booking_place", &["person_id", "on_date"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, BY_DAY).await?;
        create_index(manager, "booking_place", &["person_id"]).await?;
        manager.alter_table(Table::alter().table("booking_place").drop_column("on_date").to_owned()).await
    }
}
