//! Bookings through HTTP by signed-in parents, each figure beside its limit on the same database.

use crate::{
    Failure,
    client::{Connection, Load},
    limits, old,
    press::{form, press},
    server,
    town::{PLACES, Town},
};
use proof::{Answer, History, What, clock};
use std::{
    fmt::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use store::id::new_id;

/// Classes of the rush on many.
const CLASSES: usize = 20;
/// How often each rush is run, each time on fresh classes.
const ROUNDS: usize = 3;

/// In how many weeks the classes of each figure begin: all parents have the same few places on the days of each, since it
/// is old bookings that are to slow it down, and not fourteen classes of one child at one hour.
const WEEKS: [i64; 4] = [2, 10, 20, 30];

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Parents who press at once.
    pub parents: usize,
    /// Old bookings, of whom a tenth press.
    pub old: u32,
}

/// The size of the figures that count.
pub const FULL: Size = Size { parents: 1000, old: 1_000_000 };
/// Just to see that it runs.
pub const SMALL: Size = Size { parents: 40, old: 4000 };

/// A database to measure on.
pub struct On<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its URL.
    pub url: String,
    /// At least so many times the limit, on one class.
    pub goal: f64,
    /// How its limit is measured.
    pub limit: limits::Limit<'a>,
}

/// Who rushes where.
struct Rush<'a> {
    town: &'a Town,
    port: u16,
    size: Size,
}

/// Measures one database and writes a section of the report.
pub async fn report(binary: &Path, on: &On<'_>, size: Size) -> Result<String, Failure> {
    println!("booking, {}: a town of {} parents", on.name, size.parents * 10);
    let town = Town::new(&on.url, u32::try_from(size.parents * 10)?).await?;
    let server = server::start(binary, &on.url, &[]).await?;
    let at_first = server.resident()?;
    let rush = Rush { town: &town, port: server.port, size };
    println!("  one class, all at once");
    let [one_on, many_on, spread_on, late_on] = WEEKS;
    let first = rush.run(1, one_on, Duration::ZERO).await?;
    let resident = server.resident()?;
    let one = rush.rounds(1, one_on, Duration::ZERO).await?;
    println!("  {CLASSES} classes, all at once");
    let many = rush.rounds(CLASSES, many_on, Duration::ZERO).await?;
    println!("  one class, within a second");
    let spread = rush.rounds(1, spread_on, Duration::from_secs(1)).await?;
    println!("  the limits");
    let limit_one = limits::measure(&on.limit, 1, first.times.len() * ROUNDS).await?;
    let limit_many = limits::measure(&on.limit, CLASSES, first.times.len() * ROUNDS).await?;
    println!("  {} old bookings", size.old);
    let seeding = Instant::now();
    old::seed(&town, size.old).await?;
    println!("  seeded in {:.0} s", seeding.elapsed().as_secs_f64());
    rush.run(1, late_on, Duration::ZERO).await?;
    let late = rush.rounds(1, late_on, Duration::ZERO).await?;

    let mut report = format!("## Booking, {}\n\n", on.name);
    writeln!(
        report,
        "{} signed-in parents through HTTP, classes of {PLACES} places on four dates, {ROUNDS} rounds on fresh classes; \
         every round was read by the history checker. The limit locks, counts, inserts and commits one booking of one \
         row at a time: {}.\n",
        size.parents,
        on.limit.describe()
    )?;
    writeln!(report, "| | bookings/s | p50 | p99 | ratio | goal |\n|---|---|---|---|---|---|")?;
    let ratio = |load: &Load, limit: &Load| load.rate() / limit.rate();
    let (goal, old) = (on.goal, size.old);
    writeln!(report, "| one class, all at once | {} | {:.2} | ≥ {goal} |", one.row(), ratio(&one, &limit_one))?;
    writeln!(report, "| its limit | {} | | |", limit_one.row())?;
    writeln!(report, "| {CLASSES} classes, all at once | {} | {:.2} | |", many.row(), ratio(&many, &limit_many))?;
    writeln!(report, "| its limit | {} | | |", limit_many.row())?;
    writeln!(report, "| one class, within a second | {} | | p99 < 250 ms |", spread.row())?;
    let slower = ratio(&one, &late);
    writeln!(report, "| one class, after {old} old bookings | {} | {slower:.2} times slower | ≤ 1.3 |", late.row())?;
    writeln!(
        report,
        "\nThe server's resident memory: {at_first:.0} MB before, {resident:.0} MB after the first {} bookings at once \
         (goal: ≤ 120 MB).\n",
        size.parents
    )?;
    Ok(report)
}

impl Rush<'_> {
    async fn rounds(&self, classes: usize, weeks: i64, spread: Duration) -> Result<Load, Failure> {
        let mut loads = Vec::new();
        for _ in 0..ROUNDS {
            loads.push(self.run(classes, weeks, spread).await?);
        }
        Ok(Load::joined(loads))
    }

    /// Every parent books once, all at once or evenly over a time; the history checker reads what came of it.
    async fn run(&self, classes: usize, weeks: i64, spread: Duration) -> Result<Load, Failure> {
        let mut terms = Vec::new();
        for _ in 0..classes {
            terms.push(self.town.class(weeks, 4).await?);
        }
        let mut connections = Vec::new();
        for _ in 0..self.size.parents {
            connections.push(Connection::open(self.port).await?);
        }
        let history = Arc::new(History::default());
        let mut racing = tokio::task::JoinSet::new();
        let start = Instant::now();
        for (n, (parent, mut connection)) in self.town.parents.iter().zip(connections).enumerate() {
            let wait = spread.mul_f64(n as f64 / self.size.parents as f64);
            let (term, activity) = (terms[n % classes], self.town.activity);
            let (parent, history) = (parent.clone(), Arc::clone(&history));
            racing.spawn(async move {
                tokio::time::sleep_until((start + wait).into()).await;
                let key = new_id(clock());
                let form = form(activity, term, &parent, key);
                let what = What::Book { term: term.0, person: parent.child.0, heads: 1, key };
                let (noting, asked) = (history.ask(0, u32::try_from(n)?, what), Instant::now());
                let (answer, body) = press(&mut connection, &parent, form).await?;
                let time = asked.elapsed();
                noting.answered(answer);
                if matches!(answer, Answer::Booked { .. }) {
                    Ok::<_, Failure>(time)
                } else {
                    Err(format!("a booking was answered {answer:?}: {body}").into())
                }
            });
        }
        let mut times = Vec::new();
        while let Some(time) = racing.join_next().await {
            times.push(time??);
        }
        let wall = start.elapsed();
        times.sort();
        let found = history.check(&self.town.db).await?;
        if found.is_empty() { Ok(Load { times, wall }) } else { Err(found.join("\n").into()) }
    }
}
