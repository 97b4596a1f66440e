//! Who signs in, and the work they do.

use super::{create_index, drop_tables, primary_key, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("account")
                    .col(uuid("id").primary_key())
                    .col(string_null("phone").unique_key())
                    .col(string_null("login").unique_key())
                    .col(string_null("password_hash"))
                    .col(uuid_null("person_id"))
                    .col(uuid_null("household_id"))
                    .col(string("name"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("disabled_at"))
                    .foreign_key(&mut references("account", "person_id", "person"))
                    .foreign_key(&mut references("account", "household_id", "household"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "account", &["person_id"]).await?;
        create_index(manager, "account", &["household_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("staff_role")
                    .col(uuid("account_id"))
                    .col(uuid("community_id"))
                    .col(string("role"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(&mut primary_key("staff_role", ["account_id", "community_id"]))
                    .foreign_key(&mut references("staff_role", "account_id", "account"))
                    .foreign_key(&mut references("staff_role", "community_id", "community"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "staff_role", &["community_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("login_code")
                    .col(uuid("id").primary_key())
                    .col(string("phone"))
                    .col(string("code_hash"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .col(integer("tries"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "login_code", &["phone", "created_at"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("login_session")
                    .col(string("id").primary_key())
                    .col(uuid_null("account_id"))
                    .col(text("data"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .foreign_key(&mut references("login_session", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_index(manager, "login_session", &["account_id"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["login_session", "login_code", "staff_role", "account"]).await
    }
}
