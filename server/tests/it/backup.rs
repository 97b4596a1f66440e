//! A copy of the database is made again and again while people book.

use crate::{
    database::TestDatabase,
    faults::integrity,
    node::{Node, class},
    press::{Form, press_evenly},
    town::Town,
    world::new_folder,
};
use proof::{History, clock, crowd};
use std::{fs, path::Path, process::Output, sync::Arc, time::Duration};
use store::connect;
use tokio::process::Command;

async fn zhaoxi_backup(database: &str, file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhaoxi"));
    command.args(["backup", "--database-url", database]).arg(file).env("RUST_LOG", "warn").output().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_in_the_rush_opens_elsewhere_and_holds_every_booking_that_was_told_before() {
    let test = TestDatabase::sqlite().await;
    let town = Town::new(&test.db).await;
    let node = Node::start(&test.url).await;
    let terms = [class(&town, 40).await, class(&town, 40).await];
    let parents = crowd(&test.db, town.community, 0..200, clock()).await.unwrap();
    let history = Arc::new(History::default());
    let form = |(n, parent)| Form::new((n, parent), town.activity, terms[n as usize % 2]);
    let forms = (0..).zip(&parents).map(form).collect();
    let rush = press_evenly(forms, Duration::from_millis(20), &history, node.addr);
    let (folder, mut copies) = (new_folder(), Vec::new());
    while history.answered() < parents.len() {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (answered, file) = (history.answered(), folder.join(format!("{}.sqlite", copies.len())));
        let made = zhaoxi_backup(&test.url, &file).await;
        assert!(made.status.success(), "{made:?}");
        copies.push((answered, file));
    }
    rush.join_all().await;
    history.must_hold(&test.db).await;
    assert!(copies.iter().filter(|(answered, _)| (1..parents.len()).contains(answered)).count() > 2, "{copies:?}");

    let elsewhere = new_folder();
    for (answered, file) in copies {
        let restored = elsewhere.join("zhaoxi.sqlite");
        fs::rename(&file, &restored).unwrap();
        let db = connect::connect(&format!("sqlite://{}", restored.display())).await.unwrap();
        connect::migrate(&db).await.unwrap();
        integrity(&db).await;
        let found = history.check_copy(&db, answered).await.unwrap();
        assert!(found.is_empty(), "{}\nof {answered} in\n{}", found.join("\n"), history.lines());
        db.close().await.unwrap();
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing else is left there");
    fs::remove_dir_all(folder).unwrap();
    fs::remove_dir_all(elsewhere).unwrap();
}

#[tokio::test]
async fn a_backup_overwrites_nothing_makes_no_database_and_names_the_tool_of_postgresql() {
    let (test, folder) = (TestDatabase::sqlite().await, new_folder());
    let file = folder.join("copy.sqlite");
    assert!(zhaoxi_backup(&test.url, &file).await.status.success());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "it holds what the database does");
    }
    let bytes = fs::read(&file).unwrap();
    let missing = folder.join("missing.sqlite");
    for (database, file, said) in [
        (test.url.as_str(), file.clone(), "copy.sqlite can't be written"),
        (&test.url, folder.join("no/such/folder.sqlite"), "folder.sqlite can't be written"),
        (&format!("sqlite://{}", missing.display()), folder.join("other.sqlite"), "is missing"),
        ("postgres://nobody@localhost/nothing", folder.join("other.sqlite"), "pg_dump"),
    ] {
        let refused = zhaoxi_backup(database, &file).await;
        assert!(!refused.status.success(), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(said), "{refused:?}");
    }
    assert_eq!(fs::read(&file).unwrap(), bytes);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::remove_dir_all(folder).unwrap();
}
