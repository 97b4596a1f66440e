//! How SQLite goes about a statement, for tests: what is found by an index must not read a whole table some day.

use crate::{connect, id::new_id};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait};

/// Fails unless all that a statement is about is found by indexes, that one among them. The database is empty, so that
/// SQLite knows no more than its tables.
pub(crate) async fn assert_found_by(statement: &impl QueryTrait, index: &str) {
    let folder = std::env::temp_dir().join(format!("zhaoxi-plan-{}", new_id(Timestamp::UNIX_EPOCH)));
    std::fs::create_dir(&folder).unwrap();
    let db = connect::connect(&format!("sqlite://{}", folder.join("plan.db").display())).await.unwrap();
    connect::migrate(&db).await.unwrap();
    let mut explain = statement.build(DbBackend::Sqlite);
    explain.sql = format!("EXPLAIN QUERY PLAN {}", explain.sql);
    let rows = db.query_all_raw(explain).await.unwrap();
    connect::close(db).await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    assert!(plan.iter().any(|step| step.contains(index)), "{index} is not used: {plan:?}");
    assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "a whole table is read: {plan:?}");
}
