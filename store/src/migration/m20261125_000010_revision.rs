//! A community's revision in a row of its own: it is locked last of all, and the community's own row first.

use super::{drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn former() -> ColumnDef {
    big_integer("revision").default(0).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("community_revision")
                    .col(uuid("community_id").primary_key())
                    .col(big_integer("revision"))
                    .foreign_key(&mut references("community_revision", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("INSERT INTO community_revision SELECT id, revision FROM community")
            .await?;
        manager.alter_table(Table::alter().table("community").drop_column(former().get_column_name()).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("community").add_column(former()).to_owned()).await?;
        drop_tables(manager, &["community_revision"]).await
    }
}
