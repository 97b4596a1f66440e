//! Rows of any table that name a person: found, and handed to another.

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Expr, ExprTrait, Query},
};
use std::collections::HashSet;
use uuid::Uuid;

/// Rows of one statement.
const ROWS: usize = 400;

/// Lets rows that name the one person name the other.
pub(super) async fn set_person(
    tx: &impl ConnectionTrait,
    table: &str,
    key: &'static str,
    keys: &[Uuid],
    from: Uuid,
    to: Uuid,
) -> Result<(), DbErr> {
    for some in keys.chunks(ROWS) {
        let mut update = Query::update();
        update
            .table(table.to_owned())
            .value("person_id", to)
            .and_where(Expr::col("person_id").eq(from))
            .and_where(Expr::col(key).is_in(some.iter().copied()));
        tx.execute(&update).await?;
    }
    Ok(())
}

/// Ids of a person's rows.
pub(super) async fn ids(conn: &impl ConnectionTrait, table: &'static str, person: Uuid) -> Result<Vec<Uuid>, DbErr> {
    Ok(keys(conn, table, "id", person).await?.into_iter().map(|(id, _)| id).collect())
}

/// Ids of a person's rows, each with a column by which there may be one.
pub(super) async fn keys(
    conn: &impl ConnectionTrait,
    table: &'static str,
    key: &'static str,
    person: Uuid,
) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    let mut select = Query::select();
    select.columns(["id", key]).from(table).and_where(Expr::col("person_id").eq(person));
    let rows = conn.query_all(&select).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// Ids of the rows of one person for which the other has none with the same key, and whose key is not among these.
pub(super) async fn free(
    conn: &impl ConnectionTrait,
    table: &'static str,
    key: &'static str,
    of: Uuid,
    other: Uuid,
    mut stays: HashSet<Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    stays.extend(keys(conn, table, key, other).await?.into_iter().map(|(_, key)| key));
    let rows = keys(conn, table, key, of).await?.into_iter();
    Ok(rows.filter(|(_, key)| !stays.contains(key)).map(|(id, _)| id).collect())
}
