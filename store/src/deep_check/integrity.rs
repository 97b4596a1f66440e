//! The database itself: its pages and indexes, and rows that name others which are not there.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// PostgreSQL's foreign keys, each of one column here. It keeps them itself, but not against whoever switches them off.
const FOREIGN_KEYS: &str = "
    SELECT t.relname::text, c.attname::text, o.relname::text, k.attname::text
    FROM pg_constraint f
    JOIN pg_class t ON t.oid = f.conrelid
    JOIN pg_class o ON o.oid = f.confrelid
    JOIN pg_attribute c ON c.attrelid = f.conrelid AND c.attnum = f.conkey[1]
    JOIN pg_attribute k ON k.attrelid = f.confrelid AND k.attnum = f.confkey[1]
    WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
    ORDER BY 1, 2";

/// Bookings that the audit tells of have no foreign key, since its subject may be a row of any table.
const AUDITED: &str = "
    SELECT count(*) FROM audit a
    WHERE a.subject = 'booking' AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = a.subject_id)";

pub(super) async fn check(conn: &impl ConnectionTrait, found: &mut Vec<String>) -> Result<String, DbErr> {
    let seen = match conn.get_database_backend() {
        DbBackend::Sqlite => sqlite(conn, found).await?,
        _ => postgres(conn, found).await?,
    };
    if let count @ 1.. = count(conn, AUDITED).await? {
        found.push(format!("{count} rows of audit tell of bookings that are not there"));
    }
    Ok(seen)
}

async fn sqlite(conn: &impl ConnectionTrait, found: &mut Vec<String>) -> Result<String, DbErr> {
    for row in conn.query_all_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check")).await? {
        let said: String = row.try_get_by_index(0)?;
        if said != "ok" {
            found.push(said);
        }
    }
    let orphans = "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2";
    for row in conn.query_all_raw(Statement::from_string(DbBackend::Sqlite, orphans)).await? {
        let (table, other, count): (String, String, i64) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        found.push(orphan(count, &table, &other));
    }
    Ok("pages, indexes and references".to_owned())
}

async fn postgres(conn: &impl ConnectionTrait, found: &mut Vec<String>) -> Result<String, DbErr> {
    let keys = conn.query_all_raw(Statement::from_string(DbBackend::Postgres, FOREIGN_KEYS)).await?;
    for key in &keys {
        let name = |at: usize| key.try_get_by_index::<String>(at);
        let (table, column, other, id) = (name(0)?, name(1)?, name(2)?, name(3)?);
        let orphans = format!(
            "SELECT count(*) FROM \"{table}\" t WHERE t.\"{column}\" IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM \"{other}\" o WHERE o.\"{id}\" = t.\"{column}\")"
        );
        if let count @ 1.. = count(conn, &orphans).await? {
            found.push(orphan(count, &table, &other));
        }
    }
    Ok(format!("{} references from table to table", keys.len()))
}

fn orphan(count: i64, table: &str, other: &str) -> String {
    format!("{count} rows of {table} name a row of {other} that is not there")
}

async fn count(conn: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}
