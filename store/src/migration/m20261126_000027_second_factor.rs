//! The second factor of staff, and one-time codes that staff read out.

use super::{create_index, create_unique, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that `login_code` gains; SQLite takes one a statement.
fn columns() -> [ColumnDef; 2] {
    [uuid_null("read_by").to_owned(), string_null("network").to_owned()]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("totp")
                    .col(uuid("account_id").primary_key())
                    .col(integer("key_id"))
                    .col(blob("secret"))
                    .col(big_integer("last_step"))
                    .col(integer("tries"))
                    .col(timestamp_with_time_zone_null("tried_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("totp", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "totp", &["key_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("passkey")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(string("name"))
                    .col(string("credential_id"))
                    .col(text("credential"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .foreign_key(&mut references("passkey", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "passkey", &["credential_id"]).await?;
        create_index(manager, "passkey", &["account_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("recovery_code")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(string("code_hash"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .foreign_key(&mut references("recovery_code", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "recovery_code", &["account_id"]).await?;
        for column in columns() {
            manager.alter_table(Table::alter().table("login_code").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table("login_code").drop_column(name).to_owned()).await?;
        }
        drop_tables(manager, &["recovery_code", "passkey", "totp"]).await
    }
}
