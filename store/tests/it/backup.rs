//! A backup holds all rows, comes back whole on either database, and whatever is wrong with it is said.

use crate::{
    database::{TestDatabase, on_both_databases},
    deep_check::{findings, story},
    town::now,
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement, sea_query::Expr};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};
use store::{
    backup::{Key, LEFT_OUT, RestoreError, back_up, restore, tables},
    connect::{self, known_migrations, migrations_of},
    entity::{community, community_revision},
};
use uuid::Uuid;

/// A folder that is gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("zhaoxi_backup_{}", Uuid::from_bytes(rand::random()).simple()));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const UNSEALED: &[u8] = b"zhaoxi backup 1 unsealed\n";

/// All lines of an unsealed backup.
fn lines(file: &Path) -> String {
    let bytes = fs::read(file).unwrap();
    let mut text = String::new();
    GzDecoder::new(bytes.strip_prefix(UNSEALED).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// Writes an unsealed backup of lines, to which its end is added.
fn write(file: &Path, lines: &str, rows: &str) {
    let mut out = GzEncoder::new(UNSEALED.to_vec(), Compression::fast());
    let sha256: String = Sha256::digest(lines).iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(out, "{lines}{{\"rows\":{rows},\"sha256\":\"{sha256}\"}}").unwrap();
    fs::write(file, out.finish().unwrap()).unwrap();
}

/// The same moment, read once more.
async fn content(db: &DatabaseConnection, folder: &Folder, name: &str) -> String {
    back_up(db, &folder.file(name), None, now()).await.unwrap();
    lines(&folder.file(name))
}

on_both_databases!(every_table_is_in_a_backup_or_left_out_by_name, |test: TestDatabase| async move {
    let all = match test.db.get_database_backend() {
        DbBackend::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        _ => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = test.db.query_all_raw(Statement::from_string(test.db.get_database_backend(), all)).await.unwrap();
    let there: BTreeSet<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let mut named: BTreeSet<String> = tables().unwrap().into_iter().map(|table| table.name).collect();
    named.extend(LEFT_OUT.map(str::to_owned));
    named.insert("seaql_migrations".to_owned());
    assert_eq!(named, there, "a new table goes into store/src/backup/tables.rs, behind those that it refers to");
});

/// Characters that somebody might trip over.
const ODD: &str = "\u{1F475}\u{1F3FD} 𠮷\\\"'; DROP\n\t\u{202e}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_moves_from_sqlite_to_postgresql_and_back_without_losing_a_byte() {
    let (test, folder, key) = (TestDatabase::sqlite().await, Folder::new(), Key::generate().unwrap());
    story(&test.db).await;
    let odd = community::Entity::update_many().col_expr(community::Column::About, Expr::value(ODD));
    odd.exec(&test.db).await.unwrap();
    let before = content(&test.db, &folder, "before").await;
    let postgres = TestDatabase::postgres().await.empty_twin().await;
    let back = test.empty_twin().await;
    for (from, to, name) in [(&test.db, &postgres.db, "up"), (&postgres.db, &back.db, "down")] {
        let rows = back_up(from, &folder.file(name), Some(&key), now()).await.unwrap();
        let restored = restore(to, &folder.file(name), Some(&key)).await.unwrap();
        assert_eq!((restored.rows, restored.taken_at), (rows, now()));
        assert_eq!(findings(to).await, Vec::<String>::new());
        assert_eq!(content(to, &folder, &format!("{name} again")).await, before);
    }
    let found = community::Entity::find().one(&back.db).await.unwrap().unwrap();
    assert_eq!((found.about.as_str(), found.name.as_str()), (ODD, "永兴社区"));
    let sealed = fs::read(folder.file("up")).unwrap();
    assert!(!sealed.windows(6).any(|bytes| bytes == "永兴".as_bytes()), "a name can be read in a sealed file");
}

on_both_databases!(whatever_is_wrong_with_a_backup_leaves_the_database_as_it_was, |test: TestDatabase| async move {
    let (folder, key) = (Folder::new(), Key::generate().unwrap());
    story(&test.db).await;
    let (sealed, plain) = (folder.file("sealed"), folder.file("plain"));
    back_up(&test.db, &sealed, Some(&key), now()).await.unwrap();
    back_up(&test.db, &plain, None, now()).await.unwrap();
    let empty = test.empty_twin().await;
    let other = folder.file("other");
    let changed = |from: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(from).unwrap();
        change(&mut bytes);
        fs::write(&other, bytes).unwrap();
    };
    type Expected = fn(&RestoreError) -> bool;
    type Plant<'a> = (&'a Path, Box<dyn Fn(&mut Vec<u8>)>, Option<Key>, Expected);
    let keep = || Box::new(|_: &mut Vec<u8>| ());
    let plants: Vec<Plant> = vec![
        (&sealed, keep(), None, |error| matches!(error, RestoreError::NeedsKey)),
        (&sealed, keep(), Some(Key::generate().unwrap()), |error| matches!(error, RestoreError::OtherKey)),
        (&plain, keep(), Some(key.clone()), |error| matches!(error, RestoreError::NotSealed)),
        (&sealed, Box::new(|bytes| bytes.truncate(bytes.len() - 1)), Some(key.clone()), |error| {
            matches!(error, RestoreError::Altered)
        }),
        (&plain, Box::new(|bytes| bytes.truncate(bytes.len() / 2)), None, |error| {
            matches!(error, RestoreError::CutOff)
        }),
        (&sealed, Box::new(|bytes| bytes.truncate(10)), Some(key.clone()), |error| {
            matches!(error, RestoreError::NoBackup)
        }),
        (&sealed, Box::new(|bytes| bytes.push(0)), Some(key.clone()), |error| matches!(error, RestoreError::Altered)),
        (&plain, Box::new(|bytes| bytes.push(0)), None, |error| matches!(error, RestoreError::Altered)),
        (&sealed, Box::new(|bytes| bytes.clear()), Some(key.clone()), |error| matches!(error, RestoreError::NoBackup)),
    ];
    for (nth, (from, change, key, expected)) in plants.into_iter().enumerate() {
        changed(from, &*change);
        let error = restore(&empty.db, &other, key.as_ref()).await.unwrap_err();
        assert!(expected(&error), "{nth}: {error:?}");
        assert_eq!(migrations_of(&empty.db).await.unwrap(), Vec::<String>::new(), "{nth}");
    }
    // Any byte, wherever it stands.
    let length = fs::metadata(&sealed).unwrap().len();
    for at in (0..length).step_by(usize::try_from(length / 12).unwrap()) {
        changed(&sealed, &|bytes| bytes[usize::try_from(at).unwrap()] ^= 1);
        restore(&empty.db, &other, Some(&key)).await.expect_err("a byte was altered");
    }
    // Without a seal only what is not meant is found, by the hash over all lines.
    let text = lines(&plain);
    let (start, end) = text.rsplit_once("{\"rows\"").unwrap();
    let mut out = GzEncoder::new(UNSEALED.to_vec(), Compression::fast());
    write!(out, "{}{{\"rows\"{end}", start.replacen("永兴社区", "永安社区", 1)).unwrap();
    fs::write(&other, out.finish().unwrap()).unwrap();
    let error = restore(&empty.db, &other, None).await.unwrap_err();
    assert!(matches!(error, RestoreError::Altered), "{error:?}");
    // A newer program's.
    let newest = known_migrations().pop().unwrap();
    let newer = start.replacen(&format!("\"{newest}\"]"), &format!("\"{newest}\",\"m20990101_000001_future\"]"), 1);
    write(&other, &newer, "{}");
    let error = restore(&empty.db, &other, None).await.unwrap_err().to_string();
    assert!(error.contains("was made by a newer zhaoxi") && error.contains("m20990101_000001_future"), "{error}");
    assert_eq!(migrations_of(&empty.db).await.unwrap(), Vec::<String>::new());
    // A database that is in use.
    let error = restore(&test.db, &sealed, Some(&key)).await.unwrap_err().to_string();
    assert_eq!(error, "the database is not empty: community has rows. A backup is only restored into an empty one");
    assert_eq!(findings(&test.db).await, Vec::<String>::new());
    // And after all of that it is restored all the same, also where the tables are there and nothing in them.
    restore(&empty.db, &sealed, Some(&key)).await.unwrap();
    assert_eq!(findings(&empty.db).await, Vec::<String>::new());
    let migrated = test.empty_twin().await;
    connect::migrate(&migrated.db).await.unwrap();
    restore(&migrated.db, &sealed, Some(&key)).await.unwrap();
});

on_both_databases!(a_backup_of_older_tables_is_brought_up_to_date, |test: TestDatabase| async move {
    let (folder, first) = (Folder::new(), known_migrations().remove(0));
    let id = Uuid::from_u128(7);
    let lines = format!(
        "{{\"zhaoxi\":\"0.0.1\",\"taken_at\":\"2026-11-24T01:00:00Z\",\"migrations\":[\"{first}\"]}}\n\
         {{\"table\":\"community\",\"columns\":[[\"id\",\"id\"],[\"slug\",\"text\"],[\"name\",\"text\"],[\"place\",\"text\"],\
         [\"phone\",\"text\"],[\"zone\",\"text\"],[\"about\",\"text\"],[\"revision\",\"long\"],[\"created_at\",\"instant\"]]}}\n\
         [\"{id}\",\"old\",\"老社区\",\"\",\"\",\"Asia/Shanghai\",\"\",41,1790000000000000]\n"
    );
    write(&folder.file("old"), &lines, "{\"community\":1}");
    let empty = test.empty_twin().await;
    restore(&empty.db, &folder.file("old"), None).await.unwrap();
    assert_eq!(migrations_of(&empty.db).await.unwrap(), known_migrations());
    let row = community::Entity::find_by_id(id).one(&empty.db).await.unwrap().unwrap();
    assert_eq!(row.name, "老社区");
    let revision = community_revision::Entity::find_by_id(id).one(&empty.db).await.unwrap().unwrap();
    assert_eq!(revision.revision, 41, "a later migration moved it to a table of its own");
    // Where the tables are newer already, nothing could bring the old rows up to date.
    let error = restore(&test.db, &folder.file("old"), None).await.unwrap_err();
    assert!(matches!(error, RestoreError::OtherTables), "{error:?}");
});
