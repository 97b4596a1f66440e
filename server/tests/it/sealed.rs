//! What is sealed is nowhere to be read: not in the database and its log, not in a backup, not among what login sessions
//! keep, and not in what a node logs at its most talkative (B9). The same search finds what is not sealed.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::{KeyFile, secrets},
    node::Node,
    press::{Reply, page, post, post_plainly, send_plainly},
    town::Town,
    world::percent,
};
use flate2::read::GzDecoder;
use http::StatusCode;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use server::login_cookie::{ACCOUNT, LoginStore, NAME};
use std::{fs, io::Read, path::Path, process::Output, sync::Arc};
use store::{DatabaseConnection, accounts::Who};
use tokio::process::Command;
use tower_sessions::Session;

/// What a family writes, field by field: nothing of it stands anywhere else.
const WRITTEN: [(&str, &str); 7] = [
    ("allergies", "花生酱暗号甲"),
    ("health", "哮喘暗号乙"),
    ("diet", "素食暗号丙"),
    ("contact_name", "外婆暗号丁"),
    ("contact_phone", "13755501234"),
    ("contact_relation", "关系暗号戊"),
    ("address", "77号楼8单元909室"),
];

/// What else may not be found: what was typed in vain, what was written later, and the home as it is compared.
const MORE: [&str; 4] = ["芝麻暗号己", "写错暗号庚", "77-8-909", "榛子暗号辛"];

/// What is found, so that the search is known to find: in the rows, and in the log.
const FOUND: [&str; 2] = ["孩子1", "/api/keep_care_details"];

async fn sign_in(db: &DatabaseConnection, who: &Who) -> String {
    let session = Session::new(None, Arc::new(LoginStore::new(db.clone())), None);
    session.insert(ACCOUNT, who.account.0).await.unwrap();
    session.save().await.unwrap();
    format!("{NAME}={}", session.id().unwrap())
}

fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect::<Vec<_>>().join("&")
}

/// Text as it may stand in a file: as it is, in a URL, in JSON.
fn spellings(text: &str) -> [Vec<u8>; 3] {
    let units = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    let json = text.chars().map(|c| if c.is_ascii() { c.to_string() } else { units(c) }).collect::<String>();
    [text.as_bytes().to_vec(), percent(text).into_bytes(), json.into_bytes()]
}

fn holds(bytes: &[u8], text: &str) -> bool {
    spellings(text).iter().any(|spelling| bytes.windows(spelling.len()).any(|window| window == spelling.as_slice()))
}

/// All rows of all tables, as text.
async fn rows(db: &DatabaseConnection) -> String {
    let ask =
        async |sql: String| db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let sqlite = db.get_database_backend() == DbBackend::Sqlite;
    let tables = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let mut all = String::new();
    for table in ask(tables.to_owned()).await {
        let table: String = table.try_get_by_index(0).unwrap();
        let columns = if sqlite {
            let columns = ask(format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let quoted =
                |row| format!("quote(\"{}\")", sea_orm::QueryResult::try_get_by_index::<String>(row, 0).unwrap());
            columns.iter().map(quoted).collect::<Vec<_>>().join(" || ',' || ")
        } else {
            format!("\"{table}\"::text")
        };
        for row in ask(format!("SELECT {columns} FROM \"{table}\"")).await {
            all.push_str(&format!("{table}: {}\n", row.try_get_by_index::<String>(0).unwrap()));
        }
    }
    all
}

async fn zhaoxi(database: &str, keys: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhaoxi"));
    command.args(arguments).args(["--database-url", database]).arg("--keys-file").arg(keys);
    command.env("RUST_LOG", "warn").output().await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn shows_all(reply: &Reply) -> bool {
    WRITTEN.iter().all(|(_, value)| reply.body.contains(value))
}

fn shows_none(reply: &Reply) -> bool {
    WRITTEN.iter().all(|(_, value)| !reply.body.contains(value)) && MORE.iter().all(|value| !reply.body.contains(value))
}

on_both_databases!(what_is_sealed_is_nowhere_to_be_read, |test: TestDatabase| async move {
    let (town, file) = (Town::new(&test.db).await, KeyFile::new());
    let parent = town.parent(1).await;
    let keys = file.path.to_str().unwrap();
    let node = Node::start_with(&test.url, &[("ZHAOXI_KEYS_FILE", keys), ("RUST_LOG", "trace")]).await;
    let (family, staff) = (sign_in(&test.db, &parent.who).await, sign_in(&test.db, &town.staff).await);
    let child = parent.child.to_string();
    let mine = format!("/yongxing/my/care-details/{child}");
    let (resident, desk) =
        (format!("/yongxing/desk/people/{child}"), format!("/yongxing/desk/people/{child}/care-details"));
    let about = |version: &str| form(&[("slug", "yongxing"), ("person", &child), ("version", version)]);

    // Refused without JavaScript: what was typed waits for the page, sealed, and is shown once.
    let typed = form(&[("allergies", MORE[0]), ("contact_name", MORE[1]), ("contact_phone", "123"), ("agree", "yes")]);
    let refused =
        send_plainly(node.addr, "keep_care_details", &family, &format!("{}&{typed}", about("0")), &mine).await;
    let refused = refused.unwrap();
    assert!(refused.status.is_redirection() && !holds(refused.head.as_bytes(), MORE[0]), "{}", refused.head);
    let refusing = rows(&test.db).await;
    assert!(refusing.contains("typed_sealed"), "it waits somewhere");
    let to = refused.header("location").unwrap().strip_prefix("http://localhost").unwrap().to_owned();
    let again = page(node.addr, &to, &family).await.unwrap();
    assert!(
        again.body.contains(MORE[0]) && again.body.contains(MORE[1]) && again.body.contains("11 位"),
        "{}",
        again.body
    );
    assert!(!page(node.addr, &mine, &family).await.unwrap().body.contains(MORE[0]), "once");
    // Refused as a hydrated page sends it.
    let silent = format!("{}&{}", about("0"), form(&WRITTEN));
    let unagreed = post(node.addr, "keep_care_details", &family, &silent).await.unwrap();
    assert!(unagreed.status == StatusCode::CONFLICT && shows_none(&unagreed), "{unagreed:?}");

    let kept = post(node.addr, "keep_care_details", &family, &format!("{silent}&agree=yes")).await.unwrap();
    assert_eq!(kept.status, StatusCode::OK, "{kept:?}");
    let shown = page(node.addr, &mine, &family).await.unwrap();
    assert!(shows_all(&shown) && shown.header("cache-control") == Some("no-store"), "{}", shown.body);
    assert_eq!(page(node.addr, &mine, &staff).await.unwrap().status, StatusCode::NOT_FOUND);

    // Staff see that something is kept; for a reason, what; and that is seen by the family.
    for path in [&resident, &desk] {
        let closed = page(node.addr, path, &staff).await.unwrap();
        assert!(shows_none(&closed) && closed.body.contains("有过敏"), "{path}: {}", closed.body);
    }
    assert_eq!(page(node.addr, &desk, &family).await.unwrap().status, StatusCode::NOT_FOUND);
    let edit = format!("{}&{}", about("1"), form(&[("allergies", MORE[3])]));
    let unseen = post(node.addr, "keep_care_on_paper", &staff, &edit).await.unwrap();
    assert_eq!(unseen.status, StatusCode::CONFLICT, "{unseen:?}");
    let reason = form(&[("slug", "yongxing"), ("person", &child), ("reason", "meal"), ("words", "周二午餐")]);
    let opened = post_plainly(node.addr, "give_care_reason", &staff, &reason, &desk).await.unwrap();
    assert!(shows_all(&opened) && opened.header("cache-control") == Some("no-store"), "{}", opened.body);
    let readings = page(node.addr, &mine, &family).await.unwrap().body;
    assert!(readings.contains("陈静") && readings.contains("用餐安排 · 周二午餐"), "{readings}");
    assert_eq!(readings.matches("周二午餐").count(), 2, "one reading: in its row, and in the page's data");
    let search =
        page(node.addr, &format!("/yongxing/desk/people?find={}", percent("77栋8单元909")), &staff).await.unwrap();
    assert!(search.body.contains(FOUND[0]), "{}", search.body);

    // The key is changed while the node runs, and the old one is gone.
    let database = test.url.as_str();
    let before = secrets(&file.path);
    let in_use = zhaoxi(database, &file.path, &["keys", "drop", "1"]).await;
    assert!(!in_use.status.success() && said(&in_use).contains("key 1 is the one that seals"), "{in_use:?}");
    let rotated = zhaoxi(database, &file.path, &["keys", "rotate"]).await;
    assert!(rotated.status.success() && said(&rotated).contains("1 rows were sealed anew"), "{rotated:?}");
    let dropped = zhaoxi(database, &file.path, &["keys", "drop", "1"]).await;
    assert!(dropped.status.success(), "{dropped:?}");
    let list = said(&zhaoxi(database, &file.path, &["keys", "list"]).await);
    assert_eq!(list, "key 2: 1 rows, and seals\n");
    assert!(shows_all(&page(node.addr, &desk, &staff).await.unwrap()));
    let edited = post(node.addr, "keep_care_on_paper", &staff, &edit).await.unwrap();
    assert_eq!(edited.status, StatusCode::OK, "{edited:?}");
    assert!(page(node.addr, &mine, &family).await.unwrap().body.contains(MORE[3]));

    let mut places = vec![
        ("the rows after a refusal".to_owned(), refusing.into_bytes()),
        ("the rows in the end".to_owned(), rows(&test.db).await.into_bytes()),
    ];
    if let Some(sqlite) = database.strip_prefix("sqlite://") {
        // What stands only in the log of the database is in the one or the other.
        let both = [fs::read(sqlite).unwrap(), fs::read(format!("{sqlite}-wal")).unwrap()].concat();
        places.push(("the database and its log".to_owned(), both));
    }
    let backup = file.path.with_extension("backup");
    let made = zhaoxi(database, &file.path, &["backup", "--unsealed", backup.to_str().unwrap()]).await;
    assert!(made.status.success(), "{made:?}");
    let bytes = fs::read(&backup).unwrap();
    // One that is not sealed as a whole: after its first line it is only compressed.
    let start = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut rows = Vec::new();
    GzDecoder::new(&bytes[start..]).read_to_end(&mut rows).unwrap();
    assert!(holds(&rows, "care_detail") && rows.windows(9).any(|part| part == b"allergies"), "the table is in it");
    places.push(("a backup".to_owned(), rows));
    fs::remove_file(backup).unwrap();
    let log = node.log().into_bytes();
    assert!(log.len() > 100_000, "it is talkative");
    places.push(("the node's log".to_owned(), log));
    let told = [&rotated, &dropped, &in_use].map(said).concat();
    for (place, bytes) in &places {
        assert!(FOUND.iter().any(|text| holds(bytes, text)), "the search finds nothing in {place}");
        let sealed = WRITTEN.iter().map(|(_, value)| *value).chain(MORE);
        for value in sealed.chain(secrets(&file.path).iter().chain(&before).map(String::as_str)) {
            assert!(!holds(bytes, value), "{value} is in {place}");
            assert!(!told.contains(value), "{value} was told");
        }
    }
    assert!(holds(&places[0].1, FOUND[0]) && holds(&places.last().unwrap().1, FOUND[1]));
});

#[tokio::test]
async fn a_server_without_the_right_keys_says_so_and_serves_all_the_rest() {
    let test = TestDatabase::sqlite().await;
    let (town, right) = (Town::new(&test.db).await, KeyFile::new());
    let parent = town.parent(1).await;
    let family = sign_in(&test.db, &parent.who).await;
    let (mine, child) = (format!("/yongxing/my/care-details/{}", parent.child), parent.child.to_string());
    let pairs = [("slug", "yongxing"), ("person", &child), ("version", "0"), ("diet", "吃素"), ("agree", "yes")];
    let node = Node::start_with(&test.url, &[("ZHAOXI_KEYS_FILE", right.path.to_str().unwrap())]).await;
    assert_eq!(post(node.addr, "keep_care_details", &family, &form(&pairs)).await.unwrap().status, StatusCode::OK);
    drop(node);
    let (other, broken) = (KeyFile::new(), KeyFile::new());
    fs::write(&broken.path, "index nothing\nkey 1 nothing\n").unwrap();
    let missing = right.path.with_extension("missing");
    for (file, why) in [
        (&other.path, "can't be opened by the keys of the file"),
        (&broken.path, "line 1 of the key file"),
        (&missing, "is missing"),
    ] {
        let node = Node::start_with(&test.url, &[("ZHAOXI_KEYS_FILE", file.to_str().unwrap())]).await;
        let log = node.log();
        assert!(log.contains(why) && !log.contains("panicked"), "{log}");
        let closed = page(node.addr, &mine, &family).await.unwrap();
        assert!(closed.status == StatusCode::SERVICE_UNAVAILABLE && closed.body.contains("密钥文件"), "{closed:?}");
        let again = form(&[("version", "1"), ("slug", "yongxing"), ("person", &child), ("diet", "少盐")]);
        let kept = post(node.addr, "keep_care_details", &family, &again).await.unwrap();
        assert_eq!(kept.status, StatusCode::SERVICE_UNAVAILABLE, "{kept:?}");
        for path in ["/yongxing/my", "/yongxing", "/yongxing/activities"] {
            assert_eq!(page(node.addr, path, &family).await.unwrap().status, StatusCode::OK, "{path}");
        }
        assert!(!missing.exists(), "no keys are made where something is sealed already");
    }
    // Beside a database in which nothing is sealed yet they are made; over PostgreSQL by nobody.
    let fresh = TestDatabase::sqlite().await;
    let node = Node::start(&fresh.url).await;
    let beside = fresh.url.strip_prefix("sqlite://").unwrap().replace(".sqlite", ".keys");
    assert!(Path::new(&beside).exists() && node.log().contains("keep a copy of it"), "{}", node.log());
}

on_both_databases!(keys_are_made_once_and_each_refusal_is_a_sentence, |test: TestDatabase| async move {
    let folder = crate::world::new_folder();
    let file = folder.join("zhaoxi.keys");
    let site = crate::world::site(&folder);
    let run = async |arguments: &[&str]| {
        let output = zhaoxi(&test.url, &file, arguments).await;
        (output.status.success(), said(&output))
    };
    for command in [["keys", "rotate"].as_slice(), &["keys", "reseal"], &["keys", "list"], &["keys", "drop", "1"]] {
        let (done, said) = run(command).await;
        assert!(!done && said.contains("is missing"), "{command:?}: {said}");
    }
    if test.db.get_database_backend() == DbBackend::Postgres {
        let serve = ["serve", "--addr", "127.0.0.1:0", "--site-root", site.to_str().unwrap()];
        let (done, said) = run(&serve).await;
        assert!(!done && said.contains("`zhaoxi keys new` makes one"), "{said}");
        let mut unnamed = Command::new(env!("CARGO_BIN_EXE_zhaoxi"));
        unnamed.args(serve).args(["--database-url", &test.url]).env_remove("ZHAOXI_KEYS_FILE");
        let unnamed = unnamed.output().await.unwrap();
        assert!(!unnamed.status.success() && self::said(&unnamed).contains("give --keys-file"), "{unnamed:?}");
    }
    let (done, said) = run(&["keys", "new"]).await;
    assert!(done && said.contains("keep a copy of it"), "{said}");
    let (done, said) = run(&["keys", "new"]).await;
    assert!(!done && said.contains("zhaoxi.keys"), "{said}");
    for (command, done, says) in [
        (["keys", "drop", "1"].as_slice(), false, "key 1 is the one that seals"),
        (&["keys", "drop", "9"], false, "there is no key 9"),
        (&["keys", "drop", "x"], false, "invalid value"),
        (&["keys", "rotate"], true, "key 2 seals from now on"),
        (&["keys", "reseal"], true, "0 rows were sealed anew"),
        (&["keys", "drop", "1"], true, "key 1 is gone"),
        (&["keys", "list"], true, "key 2: 0 rows, and seals"),
    ] {
        let (did, said) = run(command).await;
        assert!(did == done && said.contains(says), "{command:?}: {said}");
    }
    fs::remove_dir_all(folder).unwrap();
});
