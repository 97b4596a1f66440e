//! What breaks while people book: processes that end or stand still, a database that goes away, a wire that is cut.
//! Whatever it was, the same request once more gets the same booking, and nothing is given twice or lost.

use crate::{
    database::{TestDatabase, on_both_databases},
    node::{Node, class},
    press::{Form, all_press, page},
    proxy::{Cut, Proxy},
    town::Town,
    world::{World, new_folder},
};
use http::StatusCode;
use proof::{Answer, History, clock, crowd};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{DatabaseConnection, connect};

/// A form each of so many parents for one class.
async fn forms(town: &Town, parents: u32, capacity: u32) -> Vec<Form> {
    let term = class(town, capacity).await;
    let parents = crowd(&town.db, town.community, 0..parents, clock()).await.unwrap();
    (0..).zip(&parents).map(|parent| Form::new(parent, town.activity, term)).collect()
}

/// Whether the file is whole, as SQLite sees it.
pub async fn integrity(db: &DatabaseConnection) {
    if db.get_database_backend() != DbBackend::Sqlite {
        return;
    }
    for check in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, check)).await.unwrap();
        let said: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert!(said.is_empty() || said == ["ok"], "{check}: {said:?}");
    }
}

on_both_databases!(a_node_that_is_killed_in_a_booking_leaves_it_whole_or_absent, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let points = ["before_begin", "after_check", "after_insert", "after_commit"];
    for (n, point) in (0..).zip(points.into_iter().cycle().take(2 * points.len())) {
        let term = class(&town, 6).await;
        let parents = crowd(&test.db, town.community, n * 10..n * 10 + 10, clock()).await.unwrap();
        let forms: Vec<_> = (0..).zip(&parents).map(|parent| Form::new(parent, town.activity, term)).collect();
        let history = Arc::new(History::default());
        let node = Node::start_with(&test.url, &[("ZHAOXI_FAULT", &format!("abort {point} 2"))]).await;
        // The first is answered, those who press after that are not.
        let (first, others) = forms.split_at(1);
        all_press(first, &history, &[node.addr]).await;
        let unanswered = all_press(others, &history, &[node.addr]).await;
        node.ended().await;
        assert!(unanswered.iter().any(Option::is_none), "{point}: {}", history.lines());
        integrity(&test.db).await;
        history.must_hold(&test.db).await;

        let node = Node::start(&test.url).await;
        let replies = all_press(&forms, &history, &[node.addr]).await;
        assert!(replies.iter().flatten().all(|reply| reply.status == StatusCode::OK), "{point}: {replies:?}");
        assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), 11, "{point}: {}", history.lines());
        history.must_hold(&test.db).await;
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stands_still_with_the_lock_holds_others_up_for_seconds_only() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let forms = forms(&town, 5, 3).await;
    let history = Arc::new(History::default());
    let pause = [("ZHAOXI_FAULT", "pause after_check")];
    let (still, going) = tokio::join!(Node::start_with(&test.url, &pause), Node::start(&test.url));
    let (stuck, others) = forms.split_at(1);
    let pressing = tokio::spawn({
        let (form, history, addr) = (stuck[0].clone(), Arc::clone(&history), still.addr);
        async move { form.press(&history, (0, addr)).await }
    });
    still.stopped().await;

    // They wait for the lock, then hear a plain sentence.
    let start = Instant::now();
    for reply in all_press(others, &history, &[going.addr]).await {
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
        assert!(reply.header("retry-after").is_some() && reply.body.contains("busy"), "{reply:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    // Another class goes on, and so does this one, once the database has ended what stands still.
    let other = class(&town, 1).await;
    let other = Form { term: other, key: store::id::new_id(clock()), ..others[0].clone() };
    assert_eq!(other.press(&history, (1, going.addr)).await.unwrap().status, StatusCode::OK);
    let mut told = Vec::new();
    while start.elapsed() < Duration::from_secs(20) {
        told =
            all_press(others, &history, &[going.addr]).await.into_iter().flatten().map(|reply| reply.status).collect();
        if told.iter().all(|status| *status == StatusCode::OK) {
            break;
        }
    }
    assert_eq!(told, [StatusCode::OK; 4], "after {:?}", start.elapsed());

    // The one that stood still finds itself cut off, and says so; pressed again, it books.
    still.go_on().await;
    let reply = pressing.await.unwrap().expect("an answer");
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
    let again = stuck[0].press(&history, (0, still.addr)).await.unwrap();
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    history.must_hold(&test.db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wire_that_is_cut_at_a_commit_leaves_one_booking_or_none_and_the_retry_tells() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let forms = forms(&town, 12, 5).await;
    let (proxy, url) = Proxy::new(&test.url);
    let world = World::over(connect::connect(&url).await.unwrap());
    let (addr, _stop, _serving) = world.serve().await;
    let history = Arc::new(History::default());
    for (n, form) in forms.iter().enumerate() {
        proxy.cut(if n % 2 == 0 { Cut::Before } else { Cut::During });
        let reply = form.press(&history, (0, addr)).await.expect("an answer");
        assert!(proxy.was_cut());
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
        assert!(reply.body.contains("unsure") && reply.header("retry-after").is_some(), "{reply:?}");
        let again = form.press(&history, (0, addr)).await.expect("an answer");
        assert_eq!(again.status, StatusCode::OK, "{again:?}");
    }
    history.must_hold(&test.db).await;
    assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), 12);
}

/// A PostgreSQL of a test's own, gone when it is dropped.
struct Cluster {
    folder: PathBuf,
    url: String,
}

impl Cluster {
    fn start() -> Self {
        let folder = new_folder();
        let url = postgres(&["start", folder.to_str().unwrap()]);
        // A crash of the server, not of the machine: what it has handed to the system is there afterwards.
        let url = format!("{url}&options[synchronous_commit]=on");
        Self { folder, url }
    }

    async fn crash_and_return(&self) {
        let folder = self.folder.clone();
        let crashing = tokio::task::spawn_blocking(move || {
            postgres(&["stop", folder.to_str().unwrap(), "--immediate"]);
            std::thread::sleep(Duration::from_millis(500));
            postgres(&["start", folder.to_str().unwrap()]);
        });
        crashing.await.unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        postgres(&["stop", self.folder.to_str().unwrap(), "--immediate"]);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn postgres(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres.sh");
    let done = Command::new(script).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_crashes_in_the_rush_costs_seconds_and_no_place() {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.unwrap();
    let db = connect::connect(&cluster.url).await.unwrap();
    connect::migrate(&db).await.unwrap();
    let town = Town::new(&db).await;
    let forms = forms(&town, 120, 30).await;
    let world = World::over(db.clone());
    let (addr, _stop, _serving) = world.serve().await;
    let history = Arc::new(History::default());

    // Everybody presses, and again whenever it is busy, until there is an answer.
    let mut rush = tokio::task::JoinSet::new();
    for (n, form) in (0..).zip(forms.clone()) {
        let history = Arc::clone(&history);
        rush.spawn(async move {
            tokio::time::sleep(Duration::from_millis(40) * n).await;
            let mut replies = Vec::new();
            loop {
                let reply = form.press(&history, (0, addr)).await.expect("an answer");
                let done = reply.status == StatusCode::OK;
                replies.push(reply);
                if done {
                    return replies;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let crashing = cluster.crash_and_return();
        let looking = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            page(addr, "/yongxing", "").await.unwrap()
        };
        let ((), seen) = tokio::join!(crashing, looking);
        let back = Instant::now();
        assert!(matches!(seen.status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE), "{seen:?}");
        // Asked after the restart, a page is there within seconds.
        while page(addr, "/yongxing", "").await.unwrap().status != StatusCode::OK {
            assert!(back.elapsed() < Duration::from_secs(5), "not back");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
    }
    let mut busy = 0;
    for reply in rush.join_all().await.into_iter().flatten().filter(|reply| reply.status != StatusCode::OK) {
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
        assert!(reply.header("retry-after").is_some(), "{reply:?}");
        busy += 1;
    }
    assert!(busy > 0, "nobody noticed: it proves nothing");
    assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), 120);
    history.must_hold(&db).await;
}
