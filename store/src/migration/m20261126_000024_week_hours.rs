//! Terms that meet more than once a day, and bookings of the same hours of every week.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that tables gain; SQLite takes one a statement.
fn columns() -> [(&'static str, ColumnDef); 3] {
    [
        ("term", boolean("book_weekly").default(false).to_owned()),
        ("term", text_null("parts").to_owned()),
        ("booking", text_null("weekly").to_owned()),
    ]
}

/// One live booking of the whole or the rest of a term for a person; of weekly hours there may be several, as of dates.
const INDEX: &str = "booking_one_live_per_person_and_term";

async fn drop_index(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(&format!("DROP INDEX {INDEX}")).await?;
    Ok(())
}

async fn create_index(manager: &SchemaManager<'_>, scopes: &str) -> Result<(), DbErr> {
    let sql = format!(
        "CREATE UNIQUE INDEX {INDEX} ON booking (term_id, person_id) \
         WHERE state IN ('confirmed', 'offered', 'waiting') AND {scopes}"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        drop_index(manager).await?;
        create_index(manager, "scope IN ('whole', 'rest')").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager).await?;
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        create_index(manager, "scope <> 'single'").await
    }
}
