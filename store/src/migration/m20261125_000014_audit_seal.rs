//! The seals of audit rows: each community's chain.

use super::{drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_seal")
                    .col(uuid("audit_id").primary_key())
                    .col(uuid("community_id"))
                    .col(big_integer_null("number"))
                    .col(blob_null("digest"))
                    .col(blob_null("hash"))
                    .foreign_key(&mut references("audit_seal", "audit_id", "audit"))
                    .foreign_key(&mut references("audit_seal", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        // Each seal is in one of the two, so that what is pending is found at once however much there is of either.
        let run = async |sql: &str| manager.get_connection().execute_unprepared(sql).await;
        run("CREATE INDEX audit_seal_pending_idx ON audit_seal (community_id, audit_id) WHERE number IS NULL").await?;
        run("CREATE UNIQUE INDEX audit_seal_one_per_number ON audit_seal (community_id, number) WHERE number IS NOT NULL")
            .await?;
        run("INSERT INTO audit_seal (audit_id, community_id) SELECT id, community_id FROM audit").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["audit_seal"]).await
    }
}
