//! Indexes by which a page counts dates that it does not read, and finds the terms that are not over.

use super::create_index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_index(manager, "occurrence", &["term_id", "state", "on_date"]).await?;
        create_index(manager, "term", &["community_id", "last_date"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, index) in
            [("term", "term_community_id_last_date_idx"), ("occurrence", "occurrence_term_id_state_on_date_idx")]
        {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
