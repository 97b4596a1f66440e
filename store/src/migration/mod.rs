//! The tables as they came to be: one migration a group of nouns. A migration that has been released is never
//! changed, only followed by another.

use sea_orm_migration::prelude::*;

mod m20261124_000001_community;
mod m20261124_000002_people;
mod m20261124_000003_accounts;
mod m20261124_000004_activities;
mod m20261124_000005_bookings;
mod m20261124_000006_trust;
mod m20261124_000007_schedule;
mod m20261125_000008_blocks;
mod m20261125_000009_history;
mod m20261125_000010_revision;
mod m20261125_000011_entry;
mod m20261125_000012_place_dates;
mod m20261125_000013_care_link;
mod m20261125_000014_audit_seal;
mod m20261125_000015_sealed;
mod m20261125_000016_sign_in;
mod m20261125_000017_household_code;
mod m20261125_000018_consent;
mod m20261126_000019_roll;
mod m20261126_000020_pickup;
mod m20261126_000021_leave;
mod m20261126_000022_day_care;
mod m20261126_000023_excuse;
mod m20261126_000024_week_hours;
mod m20261126_000025_merge;
mod m20261126_000027_second_factor;
mod m20261126_000028_lean_bookings;
mod m20261126_000029_few_pages;

/// Brings a database to the tables of this version, or back.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_community::Migration),
            Box::new(m20261124_000002_people::Migration),
            Box::new(m20261124_000003_accounts::Migration),
            Box::new(m20261124_000004_activities::Migration),
            Box::new(m20261124_000005_bookings::Migration),
            Box::new(m20261124_000006_trust::Migration),
            Box::new(m20261124_000007_schedule::Migration),
            Box::new(m20261125_000008_blocks::Migration),
            Box::new(m20261125_000009_history::Migration),
            Box::new(m20261125_000010_revision::Migration),
            Box::new(m20261125_000011_entry::Migration),
            Box::new(m20261125_000012_place_dates::Migration),
            Box::new(m20261125_000013_care_link::Migration),
            Box::new(m20261125_000014_audit_seal::Migration),
            Box::new(m20261125_000015_sealed::Migration),
            Box::new(m20261125_000016_sign_in::Migration),
            Box::new(m20261125_000017_household_code::Migration),
            Box::new(m20261125_000018_consent::Migration),
            Box::new(m20261126_000019_roll::Migration),
            Box::new(m20261126_000020_pickup::Migration),
            Box::new(m20261126_000021_leave::Migration),
            Box::new(m20261126_000022_day_care::Migration),
            Box::new(m20261126_000023_excuse::Migration),
            Box::new(m20261126_000024_week_hours::Migration),
            Box::new(m20261126_000025_merge::Migration),
            Box::new(m20261126_000027_second_factor::Migration),
            Box::new(m20261126_000028_lean_bookings::Migration),
            Box::new(m20261126_000029_few_pages::Migration),
        ]
    }
}

/// A foreign key to the `id` of another table.
fn references(table: &'static str, column: &'static str, other: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("{table}_{column}_fkey")).from(table, column).to(other, "id").to_owned()
}

/// The primary key of a table that ties two others together.
fn primary_key(table: &'static str, columns: [&'static str; 2]) -> IndexCreateStatement {
    let [first, second] = columns;
    Index::create().name(format!("{table}_pkey")).col(first).col(second).primary().to_owned()
}

async fn create_index(manager: &SchemaManager<'_>, table: &'static str, columns: &[&'static str]) -> Result<(), DbErr> {
    let name = format!("{table}_{}_idx", columns.join("_"));
    manager.create_index(index(name, table, columns)).await
}

async fn create_unique(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let name = format!("{table}_{}_key", columns.join("_"));
    manager.create_index(index(name, table, columns).unique().to_owned()).await
}

fn index(name: String, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// Drops tables in the given order; their indexes go with them.
async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}
