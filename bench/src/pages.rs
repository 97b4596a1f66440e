//! The public month page, beside a static handler of the same bytes.

use crate::{
    Failure,
    client::{self, Load, load},
    server,
};
use std::{fmt::Write as _, path::Path, time::Duration};

/// Connections of the load.
const CONNECTIONS: usize = 32;
/// How long each page is asked for at a time, and how often in turns: a machine that is slow for seconds is so for all.
const SPELL: Duration = Duration::from_secs(1);
const TURNS: usize = 12;
/// The page.
const PATH: &str = "/yongxing?view=month";
/// A login cookie that is worth nothing: whoever sends one is never served what was kept for others.
const UNCACHED: &str = "__Host-zhaoxi=AAAAAAAAAAAAAAAAAAAAAA";

/// Measures both and writes a section of the report.
pub async fn report(binary: &Path, folder: &Path) -> Result<String, Failure> {
    println!("the month page");
    let database = format!("sqlite://{}", folder.join("pages.db").display());
    let zhaoxi = server::start(binary, &database, &["--demo"]).await?;
    let page = client::get(zhaoxi.port, PATH).await?;
    let copy = folder.join("page.html");
    std::fs::write(&copy, &page)?;
    let plain = server::start_static(&copy).await?;
    // Warmed up once, then in turns, so that all see the same machine.
    load(zhaoxi.port, PATH, "", CONNECTIONS, Duration::from_secs(2)).await?;
    let (mut ours, mut uncached, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(load(zhaoxi.port, PATH, "", CONNECTIONS, SPELL).await?);
        uncached.push(load(zhaoxi.port, PATH, UNCACHED, CONNECTIONS, SPELL).await?);
        theirs.push(load(plain.port, "/", "", CONNECTIONS, SPELL).await?);
    }
    let (ours, uncached, theirs) = (Load::joined(ours), Load::joined(uncached), Load::joined(theirs));
    let mut report = String::from("## The month page, anonymous\n\n");
    writeln!(report, "{} bytes, {CONNECTIONS} connections, no compression.\n", page.len())?;
    writeln!(report, "| | requests/s | p50 | p99 | ratio | goal |\n|---|---|---|---|---|---|")?;
    let ratio = |load: &Load| load.rate() / theirs.rate();
    writeln!(report, "| month page | {} | {:.3} | ≥ 0.7 |", ours.row(), ratio(&ours))?;
    writeln!(report, "| rendered for each | {} | {:.3} | ≥ 1500/s |", uncached.row(), ratio(&uncached))?;
    writeln!(report, "| static handler, same bytes | {} | | |\n", theirs.row())?;
    Ok(report)
}
