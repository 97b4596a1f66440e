//! What lets a page count dates that it does not read.

use super::create_index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_index(manager, "occurrence", &["term_id", "state", "on_date"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("occurrence_term_id_state_on_date_idx").table("occurrence").to_owned();
        manager.drop_index(index).await
    }
}
