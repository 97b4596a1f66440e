//! What signing in keeps: whose word a password is, and from which device a login session comes.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = |table: &'static str, column: ColumnDef| Table::alter().table(table).add_column(column).to_owned();
        manager.alter_table(add("account", boolean("start_password").default(false).to_owned())).await?;
        manager.alter_table(add("login_session", string_null("device").to_owned())).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop =
            |table: &'static str, column: &'static str| Table::alter().table(table).drop_column(column).to_owned();
        manager.alter_table(drop("login_session", "device")).await?;
        manager.alter_table(drop("account", "start_password")).await
    }
}
