//! A fresh database for each test.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use std::path::{Path, PathBuf};
use store::connect;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Names the server on which the tests make their databases.
const POSTGRES: &str = "ZHAOXI_TEST_POSTGRES";

/// A migrated, empty database, gone when this is dropped.
pub struct TestDatabase {
    /// The open database.
    pub db: DatabaseConnection,
    /// Its URL, to open it once more.
    pub url: String,
    home: Home,
}

/// What is removed in the end.
enum Home {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl TestDatabase {
    /// A file in a folder of its own.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(migrated_file).await;
        let home = new_folder();
        let file = home.join("test.sqlite");
        std::fs::write(&file, template).unwrap();
        let url = sqlite_url(&file);
        Self { db: connect::connect(&url).await.unwrap(), url, home: Home::Folder(home) }
    }

    /// A database on the server that `ZHAOXI_TEST_POSTGRES` names.
    pub async fn postgres() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(migrated_database).await;
        let server = server_url();
        let name = new_name("test");
        administer(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let url = with_database(&server, &name);
        Self { db: connect::connect(&url).await.unwrap(), url, home: Home::Database { server, name } }
    }

    /// Another fresh database of the same kind, without tables.
    pub async fn empty_twin(&self) -> Self {
        match &self.home {
            Home::Folder(_) => {
                let home = new_folder();
                let url = sqlite_url(&home.join("test.sqlite"));
                Self { db: connect::connect(&url).await.unwrap(), url, home: Home::Folder(home) }
            }
            Home::Database { server, .. } => {
                let (server, name) = (server.clone(), new_name("test"));
                administer(&server, &format!("CREATE DATABASE {name}")).await;
                let url = with_database(&server, &name);
                Self { db: connect::connect(&url).await.unwrap(), url, home: Home::Database { server, name } }
            }
        }
    }
}

/// It stands on the whole, not on [`Home`], since an `async move` block takes along only the fields it names of a
/// type without `Drop`: the database would be gone before the test begins.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.home {
            Home::Folder(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Home::Database { server, name } => {
                let (server, sql) = (server.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                // The test's own runtime may not wait here, so another thread does.
                let dropping = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    runtime.unwrap().block_on(administer(&server, &sql));
                });
                let _ = dropping.join();
            }
        }
    }
}

/// Makes two tests of one body, which takes a [`TestDatabase`]: `name::sqlite` and `name::postgres`.
macro_rules! on_both_databases {
    ($(#[$meta:meta])* $name:ident, $body:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let body = $body;
                body($crate::database::TestDatabase::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let body = $body;
                body($crate::database::TestDatabase::postgres().await).await;
            }
        }
    };
}
pub(crate) use on_both_databases;

/// The bytes of a migrated SQLite file.
async fn migrated_file() -> Vec<u8> {
    let folder = new_folder();
    let file = folder.join("template.sqlite");
    let db = connect::connect(&sqlite_url(&file)).await.unwrap();
    connect::migrate(&db).await.unwrap();
    // The last connection to close writes the log back into the file.
    connect::close(db).await.unwrap();
    assert!(!folder.join("template.sqlite-wal").exists(), "the template is whole only without its log");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    bytes
}

/// The name of a migrated database, to be copied.
async fn migrated_database() -> String {
    let server = server_url();
    let name = new_name("template");
    administer(&server, &format!("CREATE DATABASE {name}")).await;
    let db = connect::connect(&with_database(&server, &name)).await.unwrap();
    connect::migrate(&db).await.unwrap();
    connect::close(db).await.unwrap();
    // A database that somebody is connected to can't be copied: nobody may be, not even autovacuum.
    administer(&server, &format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).await;
    name
}

async fn administer(server: &str, sql: &str) {
    let db = Database::connect(server).await.unwrap_or_else(|error| panic!("{POSTGRES} names no server: {error}"));
    db.execute_unprepared(sql).await.unwrap();
    connect::close(db).await.unwrap();
}

fn server_url() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| panic!("{POSTGRES} is not set: run `make test`, which starts a server"))
}

/// The URL of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (base, options) = server.split_once('?').map_or((server, String::new()), |(b, o)| (b, format!("?{o}")));
    let host = base.find("://").map_or(0, |at| at + 3);
    let end = base[host..].find('/').map_or(base.len(), |at| host + at);
    format!("{}/{name}{options}", &base[..end])
}

fn new_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(new_name("sqlite"));
    std::fs::create_dir(&folder).unwrap();
    folder
}

fn new_name(what: &str) -> String {
    format!("zhaoxi_{what}_{}", Uuid::from_bytes(rand::random()).simple())
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

#[tokio::test]
async fn a_database_is_gone_when_its_test_is_over() {
    let test = TestDatabase::sqlite().await;
    let Home::Folder(folder) = &test.home else { unreachable!() };
    let folder = folder.clone();
    assert!(folder.join("test.sqlite").exists());
    drop(test);
    assert!(!folder.exists());
}

#[test]
fn a_url_takes_another_database() {
    for (server, url) in [
        ("postgres://a@localhost/postgres?host=/tmp/x", "postgres://a@localhost/n?host=/tmp/x"),
        ("postgres://a:b@localhost:5433/postgres", "postgres://a:b@localhost:5433/n"),
        ("postgres://localhost", "postgres://localhost/n"),
        ("postgres://localhost?host=/tmp/x", "postgres://localhost/n?host=/tmp/x"),
    ] {
        assert_eq!(with_database(server, "n"), url);
    }
}
