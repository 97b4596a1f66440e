//! Measures the server, each figure beside its limit on the same machine in the same run, and writes the report.
//!
//! Load goes to loopback only, bounded in count and time; the servers measured are those that this program starts.
//! `--only history`, `--only places`, `--only pages` and `--only browser` measure that alone, and print it; `--small yes`
//! measures little, just to see that it runs. `--only soak --minutes 30` measures nothing: it fails unless all stays flat.

mod browser;
mod bytes;
mod classes;
mod client;
mod history;
mod limits;
mod old;
mod pages;
mod places;
mod press;
mod seed_history;
mod server;
mod soak;
mod storm;
mod town;
mod work;

use places::{On, Size};
use sea_orm::ConnectionTrait;
use std::{
    collections::HashMap,
    error::Error,
    path::{Path, PathBuf},
};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = HashMap::new();
    let mut words = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        arguments.insert(name, value);
    }
    let argument = |name: &str| arguments.get(name).map(String::as_str).ok_or_else(|| format!("{name} is missing"));
    if let Some(file) = arguments.get("--static") {
        return server::serve_bytes(Path::new(file), argument("--port")?.parse()?).await;
    }
    if let Some(folder) = arguments.get("--folder") {
        return server::serve_folder(Path::new(folder), argument("--port")?.parse()?).await;
    }
    let binary = PathBuf::from(argument("--server")?);
    let folder = std::env::temp_dir().join(format!("zhaoxi-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    if argument("--only") == Ok("soak") {
        let minutes = argument("--minutes")?.parse()?;
        let outcome = soak::run(&binary, &folder, minutes).await;
        std::fs::remove_dir_all(&folder)?;
        return outcome;
    }
    let bench = Bench {
        binary,
        folder: folder.clone(),
        socket: PathBuf::from(argument("--postgres")?),
        pgbench: PathBuf::from(argument("--pgbench")?),
        size: if arguments.contains_key("--small") { places::SMALL } else { places::FULL },
    };
    let browser = browser::Browser {
        binary: &bench.binary,
        folder: &folder,
        empty: Path::new(argument("--tap")?),
        loads: if arguments.contains_key("--small") { 1 } else { browser::LOADS },
    };
    let outcome = match arguments.get("--only").map(String::as_str) {
        Some("history") => history::report(&bench.binary, &folder, proof::clock()).await,
        Some("places") => bench.places().await,
        Some("pages") => pages::report(&bench.binary, &folder).await,
        Some("browser") => browser.report().await,
        Some(other) => Err(format!("there is no part {other:?}").into()),
        None => bench.all(&browser, Path::new(argument("--site")?), Path::new(argument("--empty")?)).await,
    };
    std::fs::remove_dir_all(&folder)?;
    let report = outcome?;
    println!("{report}");
    if !arguments.contains_key("--only") && !arguments.contains_key("--small") {
        std::fs::write(argument("--report")?, report)?;
    }
    Ok(())
}

/// What measures.
struct Bench {
    /// The server's program.
    binary: PathBuf,
    /// For files that are gone afterwards.
    folder: PathBuf,
    /// The folder of a PostgreSQL's socket.
    socket: PathBuf,
    pgbench: PathBuf,
    size: Size,
}

impl Bench {
    async fn all(&self, browser: &browser::Browser<'_>, site: &Path, empty: &Path) -> Result<String, Failure> {
        let mut report =
            String::from("# Performance\n\nWritten by `make bench`; each figure stands beside its limit, ");
        report.push_str("measured on the same machine in the same run. What counts are the ratios.\n\n");
        report.push_str(&format!("Machine: {}\n\n", server::machine()));
        report.push_str(&pages::report(&self.binary, &self.folder).await?);
        report.push_str(&self.places().await?);
        report.push_str(&history::report(&self.binary, &self.folder, proof::clock()).await?);
        report.push_str(&browser.report().await?);
        report.push_str(&bytes::report(site, empty)?);
        Ok(report)
    }

    /// Bookings on SQLite, then on PostgreSQL.
    async fn places(&self) -> Result<String, Failure> {
        let sqlite = On {
            name: "SQLite",
            url: format!("sqlite://{}", self.folder.join("bench.db").display()),
            goal: 1.0,
            limit: limits::Limit::Sqlite(&self.folder),
        };
        let database = format!("bench_{}", std::process::id());
        let socket = self.socket.display();
        let server = format!("postgres://postgres@localhost/postgres?host={socket}");
        store::connect::connect(&server).await?.execute_unprepared(&format!("CREATE DATABASE {database}")).await?;
        let postgres = On {
            name: "PostgreSQL",
            url: format!("postgres://postgres@localhost/{database}?host={socket}"),
            goal: 2.0,
            limit: limits::Limit::Postgres {
                pgbench: &self.pgbench,
                socket: &self.socket,
                database: &database,
                folder: &self.folder,
            },
        };
        let mut report = places::report(&self.binary, &sqlite, self.size).await?;
        report.push_str(&places::report(&self.binary, &postgres, self.size).await?);
        Ok(report)
    }
}
