//! Who holds a place, who waits and who came.

use super::{create_index, create_unique, drop_tables, primary_key, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("booking")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("term_id"))
                    .col(uuid("person_id"))
                    .col(uuid_null("household_id"))
                    .col(uuid_null("account_id"))
                    .col(integer("heads"))
                    .col(string("scope"))
                    .col(string("state"))
                    .col(big_integer("queue_no"))
                    .col(string("door"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("confirmed_at"))
                    .col(timestamp_with_time_zone_null("cancelled_at"))
                    .foreign_key(&mut references("booking", "community_id", "community"))
                    .foreign_key(&mut references("booking", "term_id", "term"))
                    .foreign_key(&mut references("booking", "person_id", "person"))
                    .foreign_key(&mut references("booking", "household_id", "household"))
                    .foreign_key(&mut references("booking", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "booking", &["term_id", "queue_no"]).await?;
        create_index(manager, "booking", &["person_id"]).await?;
        create_index(manager, "booking", &["account_id"]).await?;
        create_index(manager, "booking", &["household_id"]).await?;
        create_index(manager, "booking", &["community_id"]).await?;
        create_index(manager, "booking", &["term_id", "state", "scope", "queue_no"]).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX booking_one_live_per_person_and_term ON booking (term_id, person_id) \
                 WHERE state IN ('confirmed', 'waiting') AND scope <> 'single'",
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("booking_member")
                    .col(uuid("booking_id"))
                    .col(uuid("person_id"))
                    .primary_key(&mut primary_key("booking_member", ["booking_id", "person_id"]))
                    .foreign_key(&mut references("booking_member", "booking_id", "booking"))
                    .foreign_key(&mut references("booking_member", "person_id", "person"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "booking_member", &["person_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("booking_place")
                    .col(uuid("id").primary_key())
                    .col(uuid("booking_id"))
                    .col(uuid("occurrence_id"))
                    .col(uuid("person_id"))
                    .col(integer("places"))
                    .col(integer("heads"))
                    .col(string("state"))
                    .foreign_key(&mut references("booking_place", "booking_id", "booking"))
                    .foreign_key(&mut references("booking_place", "occurrence_id", "occurrence"))
                    .foreign_key(&mut references("booking_place", "person_id", "person"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "booking_place", &["occurrence_id", "state"]).await?;
        create_index(manager, "booking_place", &["booking_id"]).await?;
        create_index(manager, "booking_place", &["person_id"]).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX booking_place_one_live_per_person_and_date \
                 ON booking_place (occurrence_id, person_id) \
                 WHERE state IN ('held', 'waiting')",
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("attendance")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("occurrence_id"))
                    .col(uuid("person_id"))
                    .col(string("mark"))
                    .col(uuid_null("marked_by"))
                    .col(timestamp_with_time_zone("marked_at"))
                    .foreign_key(&mut references("attendance", "community_id", "community"))
                    .foreign_key(&mut references("attendance", "occurrence_id", "occurrence"))
                    .foreign_key(&mut references("attendance", "person_id", "person"))
                    .foreign_key(&mut references("attendance", "marked_by", "account"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "attendance", &["occurrence_id", "person_id"]).await?;
        create_index(manager, "attendance", &["community_id"]).await?;
        create_index(manager, "attendance", &["person_id"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["attendance", "booking_place", "booking_member", "booking"]).await
    }
}
