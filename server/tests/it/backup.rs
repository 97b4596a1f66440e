//! Backups are made again and again while people book, and each is restored elsewhere.

use crate::{
    audit::zhaoxi,
    database::{TestDatabase, on_both_databases},
    node::{Node, class},
    press::{Form, press_evenly},
    town::Town,
    world::new_folder,
};
use proof::{History, clock, crowd};
use std::{fs, path::Path, sync::Arc, time::Duration};
use store::connect;

/// Asks the program for something with a file, a key for it, and a database.
async fn with_file(database: &str, verb: &str, file: &Path, key: &Path) -> (String, bool) {
    let key = key.to_str().unwrap();
    zhaoxi(database, &[verb, file.to_str().unwrap(), "--key-file", key]).await
}

on_both_databases!(
    a_backup_in_the_rush_is_restored_elsewhere_with_every_booking_that_was_told_before,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let node = Node::start(&test.url).await;
        let terms = [class(&town, 40).await, class(&town, 40).await];
        let parents = crowd(&test.db, town.community, 0..200, clock()).await.unwrap();
        let history = Arc::new(History::default());
        let form = |(n, parent)| Form::new((n, parent), town.activity, terms[n as usize % 2]);
        let forms = (0..).zip(&parents).map(form).collect();
        let (folder, mut copies) = (new_folder(), Vec::new());
        let key = folder.join("key");
        let (said, well) = zhaoxi(&test.url, &["backup-key", key.to_str().unwrap()]).await;
        assert!(well, "{said}");
        let rush = press_evenly(forms, Duration::from_millis(20), &history, node.addr);
        while history.answered() < parents.len() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let (answered, file) = (history.answered(), folder.join(copies.len().to_string()));
            let (said, well) = with_file(&test.url, "backup", &file, &key).await;
            assert!(well, "{said}");
            copies.push((answered, file));
        }
        rush.join_all().await;
        history.must_hold(&test.db).await;
        assert!(copies.iter().filter(|(answered, _)| (1..parents.len()).contains(answered)).count() > 2, "{copies:?}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), copies.len() + 1, "nothing else is left there");

        // Some are enough, one of them in a database of the other kind.
        for (nth, (answered, file)) in copies.into_iter().rev().take(4).enumerate() {
            let elsewhere = match nth {
                0 if test.url.starts_with("sqlite") => TestDatabase::postgres().await,
                0 => TestDatabase::sqlite().await,
                _ => test.empty_twin().await,
            };
            let (said, well) = with_file(&elsewhere.url, "restore", &file, &key).await;
            assert!(well && said.contains("ok      bookings: 2 terms"), "{said}");
            let found = history.check_copy(&elsewhere.db, answered).await.unwrap();
            assert!(found.is_empty(), "{}\nof {answered} in\n{}", found.join("\n"), history.lines());
        }
        fs::remove_dir_all(folder).unwrap();
    }
);

#[tokio::test]
async fn a_backup_overwrites_nothing_and_makes_no_database_and_a_restore_says_what_is_wrong() {
    let (test, folder) = (TestDatabase::sqlite().await, new_folder());
    Town::new(&test.db).await;
    store::audit_seal::seal(&test.db).await.unwrap();
    let (file, key, other_key) = (folder.join("copy"), folder.join("key"), folder.join("other key"));
    for key in [&key, &other_key] {
        assert!(zhaoxi(&test.url, &["backup-key", key.to_str().unwrap()]).await.1);
    }
    let (said, well) = with_file(&test.url, "backup", &file, &key).await;
    assert!(well && said.contains("sealed"), "{said}");
    #[cfg(unix)]
    for file in [&file, &key] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "for its owner alone");
    }
    let bytes = fs::read(&file).unwrap();
    let url = |name: &str| format!("sqlite://{}", folder.join(name).display());
    let (missing, new) = (url("missing.sqlite"), url("new.sqlite"));
    for (database, verb, file, key, said) in [
        (test.url.as_str(), "backup", &file, &key, "copy can't be written"),
        (&test.url, "backup", &folder.join("no/such/folder"), &key, "folder can't be written"),
        (&missing, "backup", &folder.join("other"), &key, "is missing"),
        (&test.url, "backup", &folder.join("other"), &file, "copy can't be read"),
        (&test.url, "backup", &folder.join("other"), &folder.join("no key"), "no key can't be read"),
        (&new, "restore", &file, &other_key, "this backup was sealed with another key"),
        (&new, "restore", &key, &key, "is no backup"),
        (&new, "restore", &folder.join("none"), &key, "none can't be read"),
        (&test.url, "restore", &file, &key, "the database is not empty: community has rows"),
    ] {
        let (told, well) = with_file(database, verb, file, key).await;
        assert!(!well && told.contains(said), "{said:?} is not in {told}");
    }
    let (told, well) = zhaoxi(&test.url, &["backup", folder.join("other").to_str().unwrap()]).await;
    assert!(!well && told.contains("--unsealed"), "nothing is left unsealed by forgetting: {told}");
    assert_eq!(fs::read(&file).unwrap(), bytes);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3, "the copy and two keys");

    let unsealed = folder.join("unsealed");
    for (verb, database) in [("backup", &test.url), ("restore", &new)] {
        let (told, well) = zhaoxi(database, &[verb, unsealed.to_str().unwrap(), "--unsealed"]).await;
        assert!(well, "{told}");
    }
    let restored = connect::connect(&new).await.unwrap();
    assert_eq!(store::communities::all(&restored).await.unwrap(), store::communities::all(&test.db).await.unwrap());
    restored.close().await.unwrap();
    fs::remove_dir_all(folder).unwrap();
}
