//! The limit of a database: lock, count, insert, commit, one booking each, by nothing but SQL.

use crate::{Failure, client::Load, town::PLACES};
use sea_orm::sqlx::{
    self, AssertSqlSafe, Connection, Executor, Row,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::Command;

/// Clients of pgbench.
const CLIENTS: &str = "16";
/// How long pgbench runs.
const SECONDS: &str = "5";

/// How it is measured.
pub enum Limit<'a> {
    /// A loop in this program, over a file of its own in this folder.
    Sqlite(&'a Path),
    /// pgbench, over tables of its own in the database with this URL.
    Postgres {
        /// The program.
        pgbench: &'a Path,
        /// The folder of the server's socket.
        socket: &'a Path,
        /// The database.
        database: &'a str,
        /// A folder for its files.
        folder: &'a Path,
    },
}

const TABLES: [&str; 3] = [
    "CREATE TABLE bare_class (id INTEGER PRIMARY KEY)",
    "CREATE TABLE bare_booking (id INTEGER PRIMARY KEY, class INTEGER NOT NULL, state TEXT NOT NULL)",
    "CREATE INDEX bare_booking_state ON bare_booking (class, state)",
];

impl Limit<'_> {
    /// What it is, in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite(_) => "a loop over one connection, WAL, synchronous=FULL".to_owned(),
            Self::Postgres { .. } => format!("pgbench with {CLIENTS} clients for {SECONDS} s, prepared statements"),
        }
    }
}

/// Measures so many bookings of so many classes; pgbench measures for a time instead.
pub async fn measure(limit: &Limit<'_>, classes: usize, bookings: usize) -> Result<Load, Failure> {
    match limit {
        Limit::Sqlite(folder) => sqlite(&folder.join(format!("bare-{classes}.db")), classes, bookings).await,
        Limit::Postgres { pgbench, socket, database, folder } => {
            postgres(pgbench, socket, database, folder, classes).await
        }
    }
}

async fn sqlite(file: &Path, classes: usize, bookings: usize) -> Result<Load, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut db = SqliteConnection::connect_with(&options).await?;
    for sql in TABLES {
        db.execute(sql).await?;
    }
    let mut times = Vec::new();
    let start = Instant::now();
    for nth in 0..bookings {
        let (asked, class) = (Instant::now(), i64::try_from(nth % classes)?);
        db.execute("BEGIN IMMEDIATE").await?;
        let held = "SELECT count(*) FROM bare_booking WHERE class = ?1 AND state = 'held'";
        let held: i64 = sqlx::query(held).bind(class).fetch_one(&mut db).await?.get(0);
        let state = if held < i64::from(PLACES) { "held" } else { "waiting" };
        let insert = "INSERT INTO bare_booking (class, state) VALUES (?1, ?2)";
        sqlx::query(insert).bind(class).bind(state).execute(&mut db).await?;
        db.execute("COMMIT").await?;
        times.push(asked.elapsed());
    }
    let wall = start.elapsed();
    times.sort();
    Ok(Load { times, wall })
}

async fn postgres(
    pgbench: &Path,
    socket: &Path,
    database: &str,
    folder: &Path,
    classes: usize,
) -> Result<Load, Failure> {
    let url = format!("postgres://postgres@localhost/{database}?host={}", socket.display());
    let mut db = sqlx::postgres::PgConnection::connect(&url).await?;
    db.execute("DROP TABLE IF EXISTS bare_class, bare_booking").await?;
    for sql in TABLES {
        let sql = sql.replace("id INTEGER PRIMARY KEY, class", "id SERIAL PRIMARY KEY, class");
        db.execute(AssertSqlSafe(sql)).await?;
    }
    db.execute("INSERT INTO bare_class SELECT generate_series(1, 1000)").await?;
    let script = format!(
        "\\set class random(1, {classes})\nBEGIN;\nSELECT id FROM bare_class WHERE id = :class FOR UPDATE;\n\
         SELECT count(*) AS held FROM bare_booking WHERE class = :class AND state = 'held' \\gset\n\
         INSERT INTO bare_booking (class, state) VALUES (:class, CASE WHEN :held < {PLACES} THEN 'held' ELSE 'waiting' \
         END);\nCOMMIT;\n"
    );
    let (file, log) = (folder.join("bare.sql"), folder.join(format!("pgbench-{classes}")));
    std::fs::write(&file, script)?;
    let done = Command::new(pgbench)
        .args(["--no-vacuum", "--protocol=prepared", "--client", CLIENTS, "--jobs=2", "--time", SECONDS, "--log"])
        .arg("--log-prefix")
        .arg(&log)
        .arg("--file")
        .arg(&file)
        .arg("--host")
        .arg(socket)
        .args(["--username=postgres", database])
        .stdin(Stdio::null())
        .output()
        .await?;
    if !done.status.success() {
        return Err(format!("pgbench failed: {}", String::from_utf8_lossy(&done.stderr)).into());
    }
    let said = String::from_utf8_lossy(&done.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    let mut times = latencies(&log)?;
    times.sort();
    let wall = Duration::from_secs_f64(times.len() as f64 / rate.ok_or("pgbench told no rate")?);
    Ok(Load { times, wall })
}

/// The third column of pgbench's logs, in microseconds.
fn latencies(prefix: &Path) -> Result<Vec<Duration>, Failure> {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (folder, prefix) = (prefix.parent().ok_or("no folder")?, name(prefix) + ".");
    let mut times = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let file: PathBuf = file?.path();
        if name(&file).starts_with(&prefix) {
            let log = std::fs::read_to_string(&file)?;
            let column = log.lines().filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            times.extend(column.map(Duration::from_micros));
        }
    }
    Ok(times)
}
