//! The clock of a database that has one of its own.

use crate::{StoreError, entity::time::Instant};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, prelude::DateTimeUtc};

/// What time it is by PostgreSQL: at this moment, not at the beginning of a transaction. SQLite has no clock but this
/// machine's, and refuses.
///
/// # Errors
/// Only those of the database.
pub async fn time_of(db: &DatabaseConnection) -> Result<Timestamp, StoreError> {
    let asked = Statement::from_string(db.get_database_backend(), "SELECT clock_timestamp()");
    let row = db.query_one_raw(asked).await?.ok_or_else(|| DbErr::Custom("the database told no time".to_owned()))?;
    Ok(Instant(row.try_get_by_index::<DateTimeUtc>(0)?).into())
}
