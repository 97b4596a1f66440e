//! Who may take a child, the secret of its codes, and who took it when.

use super::{create_index, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("pickup_person")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("person_id"))
                    .col(string("name"))
                    .col(string("relation"))
                    .col(string_null("phone"))
                    .col(date_null("only_on"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(uuid_null("ended_by"))
                    .foreign_key(&mut references("pickup_person", "community_id", "community"))
                    .foreign_key(&mut references("pickup_person", "person_id", "person"))
                    .foreign_key(&mut references("pickup_person", "created_by", "account"))
                    .foreign_key(&mut references("pickup_person", "ended_by", "account"))
                    .to_owned(),
            )
            .await?;
        for column in ["community_id", "person_id", "created_by", "ended_by"] {
            create_index(manager, "pickup_person", &[column]).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("pickup_photo")
                    .col(uuid("pickup_person_id").primary_key())
                    .col(integer("key_id"))
                    .col(blob("photo"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("pickup_photo", "pickup_person_id", "pickup_person"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "pickup_photo", &["key_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("pickup_rule")
                    .col(uuid("person_id").primary_key())
                    .col(uuid("community_id"))
                    .col(boolean("alone"))
                    .col(blob_null("secret"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(&mut references("pickup_rule", "person_id", "person"))
                    .foreign_key(&mut references("pickup_rule", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "pickup_rule", &["community_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("pickup")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("occurrence_id"))
                    .col(uuid("person_id"))
                    .col(string("way"))
                    .col(uuid_null("pickup_person_id"))
                    .col(string("taker"))
                    .col(string_null("reason"))
                    .col(uuid("account_id"))
                    .col(string("account_name"))
                    .col(timestamp_with_time_zone("at"))
                    .col(timestamp_with_time_zone_null("undone_at"))
                    .col(uuid_null("undone_by"))
                    .col(string_null("undone_name"))
                    .col(string_null("undo_reason"))
                    .foreign_key(&mut references("pickup", "community_id", "community"))
                    .foreign_key(&mut references("pickup", "occurrence_id", "occurrence"))
                    .foreign_key(&mut references("pickup", "person_id", "person"))
                    .foreign_key(&mut references("pickup", "pickup_person_id", "pickup_person"))
                    .foreign_key(&mut references("pickup", "account_id", "account"))
                    .foreign_key(&mut references("pickup", "undone_by", "account"))
                    .to_owned(),
            )
            .await?;
        for columns in [
            ["occurrence_id"].as_slice(),
            &["person_id", "at"],
            &["community_id"],
            &["pickup_person_id"],
            &["account_id"],
            &["undone_by"],
        ] {
            create_index(manager, "pickup", columns).await?;
        }
        let one = "CREATE UNIQUE INDEX pickup_one_live_per_person_and_date ON pickup (occurrence_id, person_id) \
                   WHERE undone_at IS NULL";
        manager.get_connection().execute_unprepared(one).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["pickup", "pickup_rule", "pickup_photo", "pickup_person"]).await
    }
}
