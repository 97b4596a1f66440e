//! The audit is sealed by whoever serves, and `zhaoxi audit verify` and `zhaoxi check --deep` read it again.

use crate::{
    database::{TestDatabase, on_both_databases},
    node::{Node, class},
    town::Town,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::{process::Output, time::Duration};
use store::entity::audit_seal;
use tokio::process::Command;

/// Asks the program itself; what it printed, and whether all was well.
pub async fn zhaoxi(database: &str, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhaoxi"));
    // No assets and no keys but those of the test: what was built beside it is none of its business.
    command.args(arguments).args(["--database-url", database]).env("RUST_LOG", "warn");
    command.args(["--site-root", "/nonexistent"]).env_remove("ZHAOXI_KEYS_FILE");
    let Output { status, stdout, stderr } = command.output().await.unwrap();
    (String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(), status.success())
}

on_both_databases!(a_row_that_was_edited_by_sql_is_named_on_the_command_line, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    class(&town, 3).await;
    let (said, well) = zhaoxi(&test.url, &["audit", "verify"]).await;
    assert!(!well && said.contains("2 rows of yongxing are not sealed yet"), "{said}");
    let node = Node::start(&test.url).await;
    let pending = audit_seal::Entity::find().filter(audit_seal::Column::Number.is_null());
    tokio::time::timeout(Duration::from_secs(20), async {
        while pending.clone().count(&test.db).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("whoever serves seals");
    drop(node);

    let (said, well) = zhaoxi(&test.url, &["audit", "verify"]).await;
    let head = said.trim().strip_prefix("ok      ").unwrap_or_default().to_owned();
    assert!(well && head.starts_with("yongxing:3:"), "{said}");
    let (said, well) = zhaoxi(&test.url, &["audit", "verify", "--community", "yongxing", "--head", &head]).await;
    assert!(well, "{said}");
    let (said, well) = zhaoxi(&test.url, &["check", "--deep"]).await;
    for line in
        ["ok      integrity: ", "ok      bookings: 1 terms with 4 dates and 0 bookings", "ok      audit: 3 rows"]
    {
        assert!(said.contains(line), "{said}");
    }
    assert!(!well && said.contains("FAILED  assets"), "a test has no assets: {said}");

    test.db.execute_unprepared("UPDATE audit SET actor_name = '王芳' WHERE action = 'new_term'").await.unwrap();
    for (asked, start) in [(["audit", "verify"], "FAILED  row "), (["check", "--deep"], "FAILED  audit: row ")] {
        let (said, well) = zhaoxi(&test.url, &asked).await;
        let line = said.lines().find(|line| line.starts_with(start)).unwrap_or_default();
        assert!(!well && line.contains("new_term) is not as it was sealed: it was edited"), "{said}");
    }

    let beyond = head.replace(":3:", ":4:");
    for (asked, sentence) in [
        (["--head", beyond.as_str()], "the chain of yongxing was cut off: it ends at number 3"),
        (["--head", "elsewhere:1:ff"], "the hash must have 64 hexadecimal digits"),
        (["--community", "elsewhere"], "there is no community elsewhere"),
    ] {
        let (said, well) = zhaoxi(&test.url, &[&["audit", "verify"], &asked[..]].concat()).await;
        assert!(!well && said.contains(sentence), "{said}");
    }
});
