//! When rooms are open and rooms and leaders are blocked; how few people a term is held with, and who must be there.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that other tables gain, each with how it is made; SQLite takes one a statement.
fn columns() -> [(&'static str, ColumnDef); 5] {
    [
        ("room", text_null("hours").to_owned()),
        ("term", integer_null("min_people").to_owned()),
        ("term", integer("decide_days").default(3).to_owned()),
        ("term", text_null("crew").to_owned()),
        ("occurrence", text_null("crew").to_owned()),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("block")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid_null("room_id"))
                    .col(string_null("leader"))
                    .col(date("first_date"))
                    .col(date("last_date"))
                    .col(string_null("start_time"))
                    .col(string_null("end_time"))
                    .col(string("reason"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("block", "community_id", "community"))
                    .foreign_key(&mut references("block", "room_id", "room"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "block", &["community_id", "last_date"]).await?;
        create_index(manager, "block", &["room_id"]).await?;
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        drop_tables(manager, &["block"]).await
    }
}
