//! Opening a database and bringing it up to date.

use crate::{
    migration::Migrator,
    tx::{self, WriteConnection},
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqlxPostgresConnector, SqlxSqliteConnector,
    Statement,
    sqlx::{
        self, Connection,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use sea_orm_migration::MigratorTrait;
use std::{sync::Arc, time::Duration};

/// The oldest SQLite taken: older ones may lose a commit in WAL mode when two connections write and reset the log.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long a writer waits for the lock of another, and a request for a connection of the pool.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections that read from SQLite, beside the one that writes.
const SQLITE_CONNECTIONS: u32 = 8;

/// Pages that each of them may keep, in KiB below zero.
const SQLITE_CACHE: &str = "-4096";

/// The same of the one that writes: with years of bookings an index doesn't fit into SQLite's own 2 MiB, and each booking
/// would read its pages anew.
const SQLITE_WRITE_CACHE: &str = "-16384";

/// Pages in SQLite's log at which a commit writes them back itself, 16 MiB: with years of bookings each commit of a rush
/// makes more pages dirty than SQLite's own 1000, and would write all of them twice. Between rushes [`write_back`] does it.
const SQLITE_LOG: &str = "4096";

/// Statements that each connection keeps prepared: those about many rows are of some twenty lengths each.
const STATEMENTS: usize = 200;

/// Connections to PostgreSQL, of one node.
const POSTGRES_CONNECTIONS: u32 = 16;

/// An idle connection to PostgreSQL is asked whether it still lives, before it is used, after so long. In a rush none
/// is idle; at any other time nobody minds the question, and after a restart of the database nobody gets a dead one.
const IDLE_BEFORE_PING: Duration = Duration::from_secs(1);

/// PostgreSQL ends a statement that waits so long for a lock, and a transaction in which nothing is asked for so long:
/// a node that froze in the middle of one would else hold its locks for ever.
const POSTGRES_PATIENCE: [(&str, &str); 2] = [("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "10s")];

/// The advisory lock under which one node at a time migrates ("zhaoxi" in ASCII).
const MIGRATION_LOCK: i64 = 0x7a68_616f_7869;

/// Opens `sqlite://path` (the file is made if it is missing, its folder is not) or `postgres://…`. No error and no
/// log line says the URL, since it may hold a password.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    match url.split_once(':') {
        Some(("sqlite", _)) => connect_sqlite(url).await,
        Some(("postgres" | "postgresql", _)) => connect_postgres(url).await,
        _ => Err(refusal("the database URL must start with sqlite:// or postgres://")),
    }
}

/// Closes a database. A SQLite file is then whole without its log, if nobody else has it open.
pub async fn close(db: DatabaseConnection) -> Result<(), DbErr> {
    tx::close(db).await
}

async fn connect_sqlite(url: &str) -> Result<DatabaseConnection, DbErr> {
    let options: SqliteConnectOptions = url.parse().map_err(failure)?;
    let path = options.get_filename().to_owned();
    let asked = url.split_once('?').map_or("mode=rwc", |(_, asked)| asked);
    if path.as_os_str().is_empty() || url.contains(":memory:") || asked != "mode=rwc" {
        return Err(refusal("the database URL must name a file, as in sqlite:///var/lib/zhaoxi/zhaoxi.sqlite"));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(refusal(&format!("the folder of the database is missing: {}", folder.display())));
    }
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", SQLITE_LOG);
    let writing = quiet(options.clone().pragma("cache_size", SQLITE_WRITE_CACHE));
    let writer = sqlite_pool(1, None).connect_lazy_with(writing);
    let writer = WriteConnection::new(SqlxSqliteConnector::from_sqlx_sqlite_pool(writer));
    let reading = quiet(options.pragma("cache_size", SQLITE_CACHE));
    let pool = sqlite_pool(SQLITE_CONNECTIONS, Some(writer)).connect_with(reading).await.map_err(failure)?;
    let db = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    let version = sqlite_version(&db).await?;
    if !is_new_enough(&version) {
        let (major, minor, patch) = OLDEST_SQLITE;
        return Err(refusal(&format!("SQLite {version} is too old: {major}.{minor}.{patch} or later is needed")));
    }
    Ok(db)
}

/// How a pool of connections to SQLite works. It keeps the connection that writes for as long as it lives.
fn sqlite_pool(connections: u32, writer: Option<Arc<WriteConnection>>) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // Where a commit failed since the disk was full, SQLite has ended the transaction by itself. The rollback then finds
        // none, and sqlx would believe for ever that this connection is in one.
        .before_acquire(move |connection, _| {
            let _kept = &writer;
            Box::pin(std::future::ready(Ok(!connection.is_in_transaction())))
        })
}

/// Writes back what stands in SQLite's log as far as nobody reads it, so that no commit has to; nothing on PostgreSQL,
/// which does so by itself.
pub async fn write_back(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Sqlite {
        db.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
    }
    Ok(())
}

async fn connect_postgres(url: &str) -> Result<DatabaseConnection, DbErr> {
    let options: PgConnectOptions = url.parse().map_err(failure)?;
    let options = options.application_name("zhaoxi").statement_cache_capacity(STATEMENTS);
    let options = options.options([("timezone", "UTC")]).options(POSTGRES_PATIENCE);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, state| {
            Box::pin(async move {
                if state.idle_for >= IDLE_BEFORE_PING {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(quiet(options))
        .await
        .map_err(failure)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// Statements are logged at trace level, those that take longer than a second as warnings.
fn quiet<O: sqlx::ConnectOptions>(options: O) -> O {
    match "trace".parse() {
        Ok(level) => options.log_statements(level),
        Err(_) => options,
    }
}

/// The version of the SQLite in use.
pub async fn sqlite_version(db: &DatabaseConnection) -> Result<String, DbErr> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version()")).await?;
    row.ok_or_else(|| refusal("SQLite did not state its version"))?.try_get_by_index(0)
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

/// Brings the tables up to date, in one transaction: all of it or nothing. Nodes that start together take turns.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let tx = tx::begin_write(db).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL lock_timeout = '60s'").await?;
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    }
    Migrator::up(tx.inner(), None).await?;
    tx.commit().await
}

/// The migrations that a database has gone through, in order; none if it has no tables yet. Changes nothing.
pub async fn migrations_of(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = conn.get_database_backend();
    let table = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'seaql_migrations'",
        _ => "SELECT relname::text FROM pg_class WHERE oid = to_regclass('seaql_migrations')",
    };
    if conn.query_one_raw(Statement::from_string(backend, table)).await?.is_none() {
        return Ok(Vec::new());
    }
    let versions = Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    conn.query_all_raw(versions).await?.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The migrations that this program knows, in order.
pub fn known_migrations() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

fn refusal(sentence: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(sentence.to_owned()))
}

fn failure(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (version, taken) in [
            ("3.51.3", true),
            ("3.52.0", true),
            ("3.100", true),
            ("4.0.0", true),
            ("3.51.2", false),
            ("3.6.23", false),
            ("3", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), taken, "{version:?}");
        }
    }
}
