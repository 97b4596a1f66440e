//! The rules of entry: how places are given, offers and holds, claims of groups, and what is settled before the opening.

use super::{create_index, create_unique, drop_tables, references};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that other tables gain, each with how it is made; SQLite takes one a statement.
fn columns() -> [(&'static str, ColumnDef); 9] {
    [
        ("term", text_null("entry").to_owned()),
        ("term", string_null("draw_seed").to_owned()),
        ("term", timestamp_with_time_zone_null("drawn_at").to_owned()),
        ("term", text_null("draw_result").to_owned()),
        ("booking", big_integer("order_no").default(0).to_owned()),
        ("booking", timestamp_with_time_zone_null("answer_by").to_owned()),
        ("booking", string_null("period").to_owned()),
        ("booking", string_null("identity").to_owned()),
        ("booking", integer_null("adults").to_owned()),
    ]
}

/// One live booking of the whole or the rest of a term for a person, and one in a period for a child, whichever
/// account asked: the last guard behind the rules.
fn live_indexes(live: &str) -> [(&'static str, String); 2] {
    [
        (
            "booking_one_live_per_person_and_term",
            format!("booking (term_id, person_id) WHERE state IN ({live}) AND scope <> 'single'"),
        ),
        (
            "booking_one_live_per_child_and_period",
            format!("booking (community_id, period, identity) WHERE scope <> 'single' AND state IN ({live})"),
        ),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        let run = async |sql: &str| manager.get_connection().execute_unprepared(sql).await;
        run("UPDATE booking SET order_no = queue_no").await?;
        run("DROP INDEX booking_one_live_per_person_and_term").await?;
        for (name, on) in live_indexes("'confirmed', 'offered', 'waiting'") {
            run(&format!("CREATE UNIQUE INDEX {name} ON {on}")).await?;
        }
        run("CREATE INDEX booking_answer_by_idx ON booking (answer_by) WHERE state = 'offered'").await?;
        run("CREATE INDEX term_to_draw_idx ON term (closes_at) WHERE draw_seed IS NOT NULL AND drawn_at IS NULL")
            .await?;
        create_index(manager, "booking", &["term_id", "state", "order_no"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("claim")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("household_id"))
                    .col(string("group"))
                    .col(string("state"))
                    .col(string("note"))
                    .col(uuid_null("asked_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(uuid_null("checked_by"))
                    .col(timestamp_with_time_zone_null("checked_at"))
                    .foreign_key(&mut references("claim", "community_id", "community"))
                    .foreign_key(&mut references("claim", "household_id", "household"))
                    .foreign_key(&mut references("claim", "asked_by", "account"))
                    .foreign_key(&mut references("claim", "checked_by", "account"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "claim", &["household_id", "community_id", "group"]).await?;
        create_index(manager, "claim", &["community_id", "state"]).await?;
        create_index(manager, "claim", &["asked_by"]).await?;
        create_index(manager, "claim", &["checked_by"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("preparation")
                    .col(uuid("id").primary_key())
                    .col(uuid("community_id"))
                    .col(uuid("term_id"))
                    .col(uuid("household_id"))
                    .col(uuid("person_id"))
                    .col(uuid("account_id"))
                    .col(string("scope"))
                    .col(integer("heads"))
                    .col(integer_null("adults"))
                    .col(boolean("insists"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references("preparation", "community_id", "community"))
                    .foreign_key(&mut references("preparation", "term_id", "term"))
                    .foreign_key(&mut references("preparation", "household_id", "household"))
                    .foreign_key(&mut references("preparation", "person_id", "person"))
                    .foreign_key(&mut references("preparation", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        create_unique(manager, "preparation", &["term_id", "household_id", "person_id"]).await?;
        create_index(manager, "preparation", &["household_id"]).await?;
        create_index(manager, "preparation", &["person_id"]).await?;
        create_index(manager, "preparation", &["account_id"]).await?;
        create_index(manager, "preparation", &["community_id"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["preparation", "claim"]).await?;
        for name in [
            "booking_term_id_state_order_no_idx",
            "term_to_draw_idx",
            "booking_answer_by_idx",
            "booking_one_live_per_child_and_period",
            "booking_one_live_per_person_and_term",
        ] {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        let [(name, on), _] = live_indexes("'confirmed', 'waiting'");
        manager.get_connection().execute_unprepared(&format!("CREATE UNIQUE INDEX {name} ON {on}")).await?;
        Ok(())
    }
}
