//! Measures the server, each figure beside its limit on the same machine in the same run, and writes the report.
//!
//! Load goes to loopback only, bounded in count and time; the servers measured are those that this program starts.
//! `--only history` measures that alone, and prints it.

mod bytes;
mod client;
mod history;
mod places;
mod seed_history;
mod server;

use client::{Load, load};
use std::{collections::HashMap, error::Error, fmt::Write as _, path::Path, time::Duration};

type Failure = Box<dyn Error + Send + Sync>;

/// Connections of the load on pages.
const CONNECTIONS: usize = 32;
/// How long each page is asked for.
const SPELL: Duration = Duration::from_secs(6);

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
    let binary = Path::new(argument("--server")?);
    let folder = std::env::temp_dir().join(format!("zhaoxi-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    if arguments.get("--only").is_some_and(|part| part == "history") {
        let outcome = history::report(binary, &folder, places::now()).await;
        std::fs::remove_dir_all(&folder)?;
        println!("{}", outcome?);
        return Ok(());
    }
    let outcome = measure(binary, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    let mut report = outcome?;
    report.push_str(&bytes::report(Path::new(argument("--site")?), Path::new(argument("--empty")?))?);
    println!("{report}");
    std::fs::write(argument("--report")?, report)?;
    Ok(())
}

async fn measure(binary: &Path, folder: &Path) -> Result<String, Failure> {
    let database = format!("sqlite://{}", folder.join("bench.db").display());
    let zhaoxi = server::start(binary, &database, &["--demo"]).await?;
    let mut report = String::from("# Performance\n\nWritten by `make bench`; each figure stands beside its limit, ");
    report.push_str("measured on the same machine in the same run. What counts are the ratios.\n\n");
    writeln!(report, "Machine: {}\n", server::machine())?;

    let path = "/yongxing?view=month";
    let page = client::get(zhaoxi.port, path).await?;
    let copy = folder.join("page.html");
    std::fs::write(&copy, &page)?;
    let plain = server::start_static(&copy).await?;
    // Warmed up once, then the two in turns, so that both see the same machine.
    load(zhaoxi.port, path, "", CONNECTIONS, Duration::from_secs(2)).await?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..2 {
        ours.push(load(zhaoxi.port, path, "", CONNECTIONS, SPELL).await?);
        theirs.push(load(plain.port, "/", "", CONNECTIONS, SPELL).await?);
    }
    let (ours, theirs) = (Load::joined(ours), Load::joined(theirs));
    writeln!(report, "## The month page, anonymous\n")?;
    writeln!(report, "{} bytes, {CONNECTIONS} connections, no compression.\n", page.len())?;
    writeln!(report, "| | requests/s | p50 | p99 |\n|---|---|---|---|")?;
    writeln!(report, "| month page | {} |", ours.row())?;
    writeln!(report, "| static handler, same bytes | {} |", theirs.row())?;
    writeln!(report, "| ratio | {:.3} | | |\n", ours.rate() / theirs.rate())?;

    report.push_str(&places::report(&zhaoxi, &database).await?);
    report.push_str(&history::report(binary, folder, places::now()).await?);
    Ok(report)
}
