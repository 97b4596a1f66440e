//! Changing the keys while people work: a new one seals from then on, what older ones sealed is sealed anew, and an old
//! one goes when nothing is sealed by it any more.

use super::{Keys, KeysError, Place, Ring, hold};
use crate::{
    StoreError, care_details, pickup, second_factors,
    tx::{WriteTx, begin_write},
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult,
    sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Order, Query, SelectStatement},
};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use uuid::Uuid;

/// A table with sealed fields: each row names its key in `key_id`.
struct Sealed {
    table: &'static str,
    /// The column that names the row.
    row: &'static str,
    columns: &'static [&'static str],
    /// Rows that are sealed anew in one transaction.
    batch: u64,
}

/// All of them.
const TABLES: [Sealed; 3] = [
    Sealed {
        table: care_details::TABLE,
        row: "person_id",
        columns: &["allergies", "health", "diet", "contact", "address"],
        batch: 200,
    },
    // Photos are large.
    Sealed { table: pickup::PHOTOS, row: "pickup_person_id", columns: &["photo"], batch: 20 },
    Sealed { table: second_factors::TOTP, row: "account_id", columns: &["secret"], batch: 200 },
];

/// Why the keys are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The file of the keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Something is still sealed by the key.
    #[error("key {key} still seals {rows} rows: `zhaoxi keys reseal` seals them by the newest")]
    InUse {
        /// The key.
        key: i32,
        /// So many.
        rows: u64,
    },
    /// Some rows can't be opened, and stay as they were.
    #[error("{rows} rows can't be opened by the keys of the file; is it the right one?")]
    Unopened {
        /// So many.
        rows: u64,
    },
    /// Another key seals by now.
    #[error("the keys were changed meanwhile: run `zhaoxi keys reseal` again")]
    ChangedSince,
    /// The database.
    #[error("the database failed: {0}")]
    Store(#[from] StoreError),
}

impl From<DbErr> for RotateError {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// How many rows each key seals.
///
/// # Errors
/// Those of the database.
pub async fn used(db: &impl ConnectionTrait) -> Result<BTreeMap<i32, u64>, DbErr> {
    let mut used = BTreeMap::new();
    for table in &TABLES {
        for (key, rows) in used_in(db, table).await? {
            *used.entry(key).or_default() += rows;
        }
    }
    Ok(used)
}

/// The same of one table.
async fn used_in(db: &impl ConnectionTrait, table: &Sealed) -> Result<BTreeMap<i32, u64>, DbErr> {
    let counts = Query::select()
        .column(Alias::new("key_id"))
        .expr(Func::count(Expr::col(Asterisk)))
        .from(Alias::new(table.table))
        .group_by_col(Alias::new("key_id"))
        .to_owned();
    let mut used = BTreeMap::new();
    for row in db.query_all(&counts).await? {
        let rows: i64 = row.try_get_by_index(1)?;
        used.insert(row.try_get_by_index(0)?, u64::try_from(rows).unwrap_or_default());
    }
    Ok(used)
}

/// Puts a new key into the file, which seals from then on. Whoever is sealing something by the former one is waited for.
///
/// # Errors
/// [`RotateError`], and then the file is as it was.
pub async fn rotate(db: &DatabaseConnection, file: &Path) -> Result<i32, RotateError> {
    let tx = hold_alone(db).await?;
    let ring = Ring::read(file)?.with_new()?;
    ring.replace(file)?;
    tx.commit().await?;
    Ok(ring.current())
}

/// Takes a key out of the file.
///
/// # Errors
/// [`RotateError::InUse`] while anything is sealed by it.
pub async fn drop_key(db: &DatabaseConnection, file: &Path, key: i32) -> Result<(), RotateError> {
    let tx = hold_alone(db).await?;
    let ring = Ring::read(file)?.without(key)?;
    if let Some(rows) = used(&tx).await?.get(&key).copied() {
        return Err(RotateError::InUse { key, rows });
    }
    ring.replace(file)?;
    tx.commit().await?;
    Ok(())
}

/// A transaction beside which nobody seals anything.
async fn hold_alone(db: &DatabaseConnection) -> Result<WriteTx, RotateError> {
    let tx = begin_write(db).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL lock_timeout = '60s'").await?;
    }
    hold(&tx, "pg_advisory_xact_lock").await?;
    Ok(tx)
}

/// Seals by the newest key what older ones sealed, a few rows at a time, and tells after each few how many it were. A row
/// that somebody changes meanwhile is left to that change, which is sealed by the newest key, too.
///
/// # Errors
/// [`RotateError::Unopened`] after all that could be done is done.
pub async fn reseal(db: &DatabaseConnection, keys: &Keys, mut tell: impl FnMut(u64)) -> Result<u64, RotateError> {
    let ring = keys.ring()?;
    let (mut sealed, mut unopened) = (0, 0);
    for table in &TABLES {
        let mut after = Uuid::nil();
        loop {
            let rows = older(db, table, ring.current(), after).await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get("", table.row)?;
            let mut anew = Vec::new();
            for row in &rows {
                match Anew::of(keys, &ring, table, row) {
                    Ok(row) => anew.push(row),
                    Err(StoreError::Sealed) => unopened += 1,
                    Err(error) => return Err(error.into()),
                }
            }
            let tx = begin_write(db).await?;
            hold(&tx, "pg_advisory_xact_lock_shared").await?;
            if keys.ring()?.current() != ring.current() {
                return Err(RotateError::ChangedSince);
            }
            for row in anew {
                sealed += row.write(&tx, table, ring.current()).await?;
            }
            tx.commit().await?;
            tell(sealed);
        }
    }
    if unopened > 0 { Err(RotateError::Unopened { rows: unopened }) } else { Ok(sealed) }
}

/// Rows that other keys sealed, in the order of their ids.
async fn older(db: &DatabaseConnection, table: &Sealed, current: i32, after: Uuid) -> Result<Vec<QueryResult>, DbErr> {
    let query = rows_of(table)
        .and_where(Expr::col(Alias::new("key_id")).ne(current))
        .and_where(Expr::col(Alias::new(table.row)).gt(after))
        .order_by(Alias::new(table.row), Order::Asc)
        .limit(table.batch)
        .to_owned();
    db.query_all(&query).await
}

fn rows_of(table: &Sealed) -> SelectStatement {
    let columns = [table.row, "key_id"].into_iter().chain(table.columns.iter().copied());
    Query::select().columns(columns.map(Alias::new)).from(Alias::new(table.table)).to_owned()
}

/// A row sealed anew, with what it was.
struct Anew {
    row: Uuid,
    key: i32,
    fields: Vec<(&'static str, Option<Vec<u8>>, Option<Vec<u8>>)>,
}

impl Anew {
    fn of(keys: &Keys, ring: &Arc<Ring>, table: &Sealed, row: &QueryResult) -> Result<Self, StoreError> {
        let (id, key): (Uuid, i32) = (row.try_get("", table.row)?, row.try_get("", "key_id")?);
        let mut fields = Vec::new();
        for column in table.columns {
            let place = Place { table: table.table, column, row: id };
            let was: Option<Vec<u8>> = row.try_get("", column)?;
            let opened = was.as_ref().map(|was| keys.open(key, place, was)).transpose()?;
            let seal = |plain: zeroize::Zeroizing<Vec<u8>>| ring.seal(&place.bound(), &plain).ok_or(StoreError::Sealed);
            fields.push((*column, was, opened.map(seal).transpose()?));
        }
        Ok(Self { row: id, key, fields })
    }

    /// Writes it, unless the row is another than it was read: no nonce comes twice, so equal bytes are the same sealing.
    async fn write(self, tx: &WriteTx, table: &Sealed, current: i32) -> Result<u64, DbErr> {
        let mut update = Query::update();
        update
            .table(Alias::new(table.table))
            .value(Alias::new("key_id"), current)
            .and_where(Expr::col(Alias::new(table.row)).eq(self.row))
            .and_where(Expr::col(Alias::new("key_id")).eq(self.key));
        for (column, was, is) in self.fields {
            update.value(Alias::new(column), is);
            update.and_where(match was {
                Some(was) => Expr::col(Alias::new(column)).eq(was),
                None => Expr::col(Alias::new(column)).is_null(),
            });
        }
        Ok(tx.execute(&update).await?.rows_affected())
    }
}

/// Opens one row of each key, to see whether these are the right keys.
///
/// # Errors
/// [`RotateError::Unopened`] with the rows of all keys that are missing or don't fit.
pub async fn check(db: &DatabaseConnection, keys: &Keys) -> Result<(), RotateError> {
    let mut lost = 0;
    for table in &TABLES {
        for (key, rows) in used_in(db, table).await? {
            let one = rows_of(table).and_where(Expr::col(Alias::new("key_id")).eq(key)).limit(1).to_owned();
            let Some(row) = db.query_one(&one).await? else { continue };
            let opens = keys.ring().and_then(|ring| Anew::of(keys, &ring, table, &row).map(drop));
            lost += if opens.is_ok() { 0 } else { rows };
        }
    }
    if lost > 0 { Err(RotateError::Unopened { rows: lost }) } else { Ok(()) }
}
