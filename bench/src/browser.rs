//! What a phone's browser makes of the pages, beside an empty hydrated Leptos app; and a roll of sixty, called by taps.
//!
//! `bench/browser/measure.mjs` drives the browser.

use crate::{Failure, classes::Staff, client, server};
use serde_json::{Value, json};
use std::{fmt::Write as _, path::Path, process::Stdio, time::Duration};
use store::{connect, id::new_id};
use tokio::process::Command;

/// How often each page is loaded.
pub const LOADS: usize = 11;
/// The phone's processor is so many times slower than this machine's.
const SLOWDOWN: f64 = 4.0;
/// Where it is measured: a community of the demo.
const SLUG: &str = "yongxing";
/// Its activity.
const ACTIVITY: &str = "寒托班";
/// Children of a class as they are.
const CLASS: u32 = 20;
/// Children of a large one.
const LARGE: u32 = 60;
/// How many large ones are called.
const ROLLS: usize = 3;
/// The page beside which all others stand.
const EMPTY: &str = "an empty Leptos app";

/// What is measured of a load, in its row's order, each with its ratio.
const FIGURES: [(&str, &str); 4] =
    [("first", "first paint"), ("largest", "largest paint"), ("hydrated", "hydrated"), ("interactive", "interactive")];

/// What measures.
pub struct Browser<'a> {
    /// The server's program.
    pub binary: &'a Path,
    /// For files that are gone afterwards.
    pub folder: &'a Path,
    /// The empty app, with a button.
    pub empty: &'a Path,
    /// How often each page is loaded.
    pub loads: usize,
}

impl Browser<'_> {
    /// Measures all and writes a section of the report.
    pub async fn report(&self) -> Result<String, Failure> {
        println!("a phone's browser");
        let database = format!("sqlite://{}", self.folder.join("browser.db").display());
        let zhaoxi = server::start(self.binary, &database, &["--demo"]).await?;
        let empty = server::start_folder(self.empty).await?;
        // It listens before the demo is there.
        while client::get(zhaoxi.port, "/readyz").await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (db, now) = (connect::connect(&database).await?, proof::clock());
        let (login, password) = ("bench", format!("bench {}", new_id(now)));
        let staff = Staff::new(&db, SLUG, (login, &password), now).await?;
        let class = staff.class(&db, CLASS, now).await?;
        let mut large = Vec::new();
        for _ in 0..if self.loads < LOADS { 1 } else { ROLLS } {
            large.push(staff.class(&db, LARGE, now).await?);
        }
        let cookie = client::sign_in(zhaoxi.port, SLUG, login, &password).await?;
        let activity = activity_page(&client::get(zhaoxi.port, &format!("/{SLUG}/activities")).await?)?;

        let at = |path: &str| format!("http://localhost:{}{path}", zhaoxi.port);
        let roll = |class| at(&format!("/{SLUG}/desk/occurrences/{class}"));
        // The link over the page's head is on every page, and the router's from the moment on at which it listens; a roll
        // is loaded behind that, and the last thing of it that hydrates is asked.
        let (link, search) = (
            json!({ "element": ".skip-link", "event": "click" }),
            json!({ "element": "form[role=search]", "event": "submit" }),
        );
        let title = json!({ "of": "h1" });
        let pressed = json!({ "attribute": "aria-pressed" });
        let pages = json!([
            { "name": EMPTY, "url": format!("http://localhost:{}/", empty.port),
              "hydrated": { "element": "button", "event": "click" }, "tap": "button", "answer": pressed },
            { "name": "a community's home", "url": at(&format!("/{SLUG}")),
              "hydrated": link, "tap": "a[rel=next]", "answer": title },
            { "name": "its month", "url": at(&format!("/{SLUG}?view=month")),
              "hydrated": link, "tap": "a[rel=next]", "answer": title },
            { "name": "an activity", "url": at(&activity),
              "hydrated": link, "tap": ".site-nav a", "answer": title },
            { "name": format!("a roll of {CLASS}, signed in"), "url": roll(class), "signedIn": true,
              "hydrated": search, "tap": ".tap--present", "each": true, "answer": pressed },
        ]);
        let rolls: Vec<Value> = large
            .into_iter()
            .map(|class| {
                json!({ "url": roll(class), "people": LARGE, "hydrated": search, "tap": ".tap--present",
                        "answer": pressed, "unsent": ".roll__unsent" })
            })
            .collect();
        let plan =
            json!({ "loads": self.loads, "slowdown": SLOWDOWN, "cookie": cookie, "pages": pages, "rolls": rolls });
        // Whoever else uses the machine meanwhile slows all of it.
        let busy = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let measured = measure(&plan).await?;
        let figures = Figures { measured: &measured, loads: self.loads };
        let busy = busy.split(' ').next().unwrap_or_default();
        let names = pages.as_array().into_iter().flatten().filter_map(|page| page["name"].as_str());
        Ok(figures.pages(names, busy)? + &figures.rolls()?)
    }
}

/// What the browser's part came to.
struct Figures<'a> {
    measured: &'a Value,
    loads: usize,
}

impl Figures<'_> {
    /// The median of a page's loads.
    fn of(&self, page: &str, figure: &str) -> f64 {
        let loads = self.measured["loads"][page].as_array().into_iter().flatten();
        median(loads.map(|load| load[figure].as_f64().unwrap_or(0.0)))
    }

    /// The section on pages.
    fn pages<'a>(&self, names: impl Iterator<Item = &'a str>, busy: &str) -> Result<String, Failure> {
        let mut report = String::from("## A phone's browser\n\n");
        writeln!(
            report,
            "Chromium {}, headless, as a phone of 390 × 844 points; its pages' main thread runs {SLOWDOWN} times slower than \
             this machine. Server and browser are on this one machine, whose load average was {busy} when it began, and the \
             network between them is not slowed. Each load is a new browser profile with nothing cached; medians of {} loads \
             in turns, after one to warm up. *Hydrated* is when the page's code answers events, tried every 20 ms. Then the \
             page is touched: *interactive* is that, and how long after the touch its answer was painted. What answers is \
             the empty app's button, the next page of the calendar and the calendar instead of the activity (both asked of \
             the server), and a mark on the roll. *Blocked* is what tasks of the main thread took beyond 50 ms each, from \
             first paint to hydrated. The empty app is one button, hydrated by Leptos, served from memory with brotli.\n",
            self.measured["browser"].as_str().unwrap_or_default(),
            self.loads
        )?;
        let heads: Vec<String> = FIGURES.iter().map(|(_, name)| format!("{name} | ratio")).collect();
        writeln!(report, "| | {} | blocked |\n|---|{}---|", heads.join(" | "), "---|---|".repeat(FIGURES.len()))?;
        for name in names {
            write!(report, "| {name} |")?;
            for (figure, _) in FIGURES {
                let (time, limit) = (self.of(name, figure), self.of(EMPTY, figure));
                let ratio = if name == EMPTY { String::new() } else { format!("{:.2} ", time / limit) };
                write!(report, " {time:.0} ms | {ratio}|")?;
            }
            writeln!(report, " {:.0} ms |", self.of(name, "blocked"))?;
        }
        report.push('\n');
        Ok(report)
    }

    /// The section on the large rolls.
    fn rolls(&self) -> Result<String, Failure> {
        let rolls = self.measured["rolls"].as_array().ok_or("no rolls")?;
        let all = |figure: &str| median(rolls.iter().map(|roll| roll[figure].as_f64().unwrap_or(0.0)));
        let taps = rolls.iter().filter_map(|roll| roll["taps"].as_array()).flatten();
        let mut taps: Vec<f64> = taps.filter_map(Value::as_f64).collect();
        taps.sort_by(f64::total_cmp);
        let mut report = format!("## A roll of {LARGE}, called on a phone\n\n");
        writeln!(
            report,
            "The same phone, nothing cached. All {LARGE} are tapped as here, one tap each, each as soon as the mark before it \
             was painted: {} rolls, {} taps. Afterwards the server was asked, and knew all {LARGE} of each. The limits are the \
             empty app's: until it is hydrated, and until it answers its tap.\n",
            rolls.len(),
            taps.len()
        )?;
        writeln!(report, "| | time | ratio |\n|---|---|---|")?;
        let (opened, limit) = (all("opened"), self.of(EMPTY, "hydrated"));
        writeln!(report, "| opened, until hydrated | {opened:.0} ms | {:.2} |", opened / limit)?;
        writeln!(report, "| its limit | {limit:.0} ms | |")?;
        let limit = self.of(EMPTY, "tap");
        for (what, share) in
            [("a tap, until its mark is painted, p50", 0.5), ("the same, p95", 0.95), ("the slowest", 1.0)]
        {
            let at = (taps.len() as f64 * share) as usize;
            let time = taps.get(at.min(taps.len().saturating_sub(1))).copied().unwrap_or(0.0);
            writeln!(report, "| {what} | {time:.0} ms | {:.2} |", time / limit)?;
        }
        writeln!(report, "| its limit | {limit:.0} ms | |")?;
        writeln!(report, "| from the first touch to the last mark | {:.1} s | |", all("all") / 1000.0)?;
        writeln!(report, "| from the last mark until all are answered | {:.0} ms | |\n", all("sent"))?;
        Ok(report)
    }
}

/// The address of the activity, from the page that lists them.
fn activity_page(list: &[u8]) -> Result<String, Failure> {
    let list = String::from_utf8_lossy(list);
    let before = list.split_once(&format!(">{ACTIVITY}<")).ok_or_else(|| format!("no {ACTIVITY}"))?.0;
    let (_, href) = before.rsplit_once("href=\"").ok_or("no link")?;
    Ok(href.split('"').next().unwrap_or_default().to_owned())
}

async fn measure(plan: &Value) -> Result<Value, Failure> {
    let done = Command::new("node")
        .args(["bench/browser/measure.mjs", &plan.to_string()])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    if !done.status.success() {
        return Err(format!("the browser's part failed: {}", String::from_utf8_lossy(&done.stderr)).into());
    }
    Ok(serde_json::from_slice(&done.stdout)?)
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
