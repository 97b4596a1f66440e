//! A large community beside a small one: what ten years of history cost those who look at today and plan ahead.
//!
//! Each has a database of its own, since history costs more than the rows that are read of it: in one database the small
//! community would pay for the large one's longer indexes and fuller cache, too, and the ratio would hide them.

use crate::{
    Failure,
    client::{self, Load, load},
    seed_history::{ACTIVITIES, LOGIN, PASSWORD, ROOMS, SLUG, Seeded, seed},
    server::{self, Server},
};
use domain::{
    code::Code,
    day_kind::HolidayPolicy,
    parts::Parts,
    recurrence::{Recurrence, Series, Weekday},
    term::{AgeRule, Scopes},
    text::{Line, Title},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, time},
    tz::Offset,
};
use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};
use store::{
    DatabaseConnection,
    activities::{Holding, NewTerm, new_term},
    connect,
};

/// The public month that holds today.
const MONTH: &str = "?view=month";
/// The staff's week that holds today.
const STAFF_WEEK: &str = "/desk/calendar?view=rooms";
/// What this month came to.
const NUMBERS: &str = "/desk/numbers";
/// Connections of the load on pages.
const CONNECTIONS: usize = 4;
/// How long a page is asked for at a time, and how often in turns.
const SPELL: Duration = Duration::from_secs(3);
const TURNS: usize = 3;
/// Terms saved in turns, each in a room and on a weekday of its own.
const SAVES: usize = 20;
/// At most so many times what it takes in the small community.
const GOAL: f64 = 1.5;

struct Side {
    db: DatabaseConnection,
    seeded: Seeded,
    server: Server,
    cookie: String,
}

/// Measures both in turns and writes a section of the report.
pub async fn report(binary: &Path, folder: &Path, now: Timestamp) -> Result<String, Failure> {
    let start = Instant::now();
    let large = side(binary, folder, true, now).await?;
    let small = side(binary, folder, false, now).await?;
    println!("seeded in {:.0} s", start.elapsed().as_secs_f64());
    let sides = [&large, &small];
    let mut report = String::from("## Ten years of history, SQLite\n\n");
    writeln!(
        report,
        "A community of {ACTIVITIES} activities with {} dates and {} places held in ten years, beside one with the same {} \
         dates from six weeks back to seven weeks ahead and none before, each in a database of its own; half of the \
         answers came within the time stated. {CONNECTIONS} connections on pages, {SAVES} terms saved one after the \
         other.\n",
        large.seeded.dates, large.seeded.places, small.seeded.dates
    )?;
    writeln!(report, "| | large | small | ratio | goal |\n|---|---|---|---|---|")?;
    let month = pages(sides, MONTH, false).await?;
    report.push_str(&row("the month page, anonymous", month));
    let week = pages(sides, STAFF_WEEK, true).await?;
    report.push_str(&row("the staff's week, signed in", week));
    let numbers = pages(sides, NUMBERS, true).await?;
    report.push_str(&row("what this month came to, signed in", numbers));
    let today = Offset::constant(8).to_datetime(now).date();
    let ahead = saves(sides, today, now).await?;
    report.push_str(&row("saving a weekly rule over the two years to come", ahead));
    let past = saves(sides, today.checked_sub(104.weeks())?, now).await?;
    report.push_str(&row("the same over the two years past, full of dates in the large one", past));
    report.push('\n');
    Ok(report)
}

async fn side(binary: &Path, folder: &Path, history: bool, now: Timestamp) -> Result<Side, Failure> {
    let file = folder.join(if history { "large.db" } else { "small.db" });
    let database = format!("sqlite://{}", file.display());
    let db = connect::connect(&database).await?;
    connect::migrate(&db).await?;
    let seeded = seed(&db, history, now).await?;
    let server = server::start(binary, &database, &[]).await?;
    let cookie = client::sign_in(server.port, SLUG, LOGIN, PASSWORD).await?;
    Ok(Side { db, seeded, cookie, server })
}

/// Asks both for a page, in turns.
async fn pages(sides: [&Side; 2], page: &str, signed_in: bool) -> Result<[Load; 2], Failure> {
    let path = format!("/{SLUG}{page}");
    let mut loads = [Vec::new(), Vec::new()];
    for turn in 0..=TURNS {
        for (side, loads) in sides.iter().zip(&mut loads) {
            let cookie = if signed_in { side.cookie.as_str() } else { "" };
            let load = load(side.server.port, &path, cookie, CONNECTIONS, SPELL).await?;
            // The first turn warms up.
            if turn > 0 {
                loads.push(load);
            }
        }
    }
    Ok(loads.map(Load::joined))
}

/// Saves terms in both, in turns.
async fn saves(sides: [&Side; 2], from: Date, now: Timestamp) -> Result<[Load; 2], Failure> {
    let mut times = [Vec::new(), Vec::new()];
    for nth in 0..SAVES {
        for (side, times) in sides.iter().zip(&mut times) {
            let new = term(&side.seeded, nth, from)?;
            let asked = Instant::now();
            new_term(&side.db, &side.seeded.staff, new, now).await?;
            times.push(asked.elapsed());
        }
    }
    Ok(times.map(|times| Load::joined(vec![Load { wall: times.iter().sum(), times }])))
}

/// A weekly rule over two years in an hour that nothing else takes.
fn term(seeded: &Seeded, nth: usize, from: Date) -> Result<NewTerm, Failure> {
    let weekday = Weekday::ALL.get(nth / ROOMS).copied().ok_or("more terms than weekdays and rooms")?;
    let leader = Line::parse(&format!("晚间讲师{nth}")).map_err(|problem| problem.to_string())?;
    Ok(NewTerm {
        activity: seeded.activity,
        name: Title::parse("晚间班").map_err(|problem| problem.to_string())?,
        series: Series::from(Recurrence::Weekly { weekdays: vec![weekday], every: 1 }),
        from,
        until: from.checked_add((104 * 7 - 1).days())?,
        holidays: HolidayPolicy::Keep,
        holding: Holding {
            start: time(19, 0, 0, 0),
            end: time(20, 30, 0, 0),
            parts: Parts::default(),
            room: seeded.rooms.get(nth % ROOMS).copied(),
            leader: Some(leader),
        },
        capacity: 20,
        opens: None,
        closes: None,
        cancel_hours: 24,
        age: AgeRule::default(),
        scopes: Scopes { whole: true, rest: true, single: true, weekly: false },
        waitlist_cap: None,
        minimum: None,
        entry_like: None,
    })
}

fn row(what: &str, [large, small]: [Load; 2]) -> String {
    let milliseconds = |load: &Load| load.percentile(0.5).as_secs_f64() * 1000.0;
    let (large, small) = (milliseconds(&large), milliseconds(&small));
    format!("| {what} | {large:.2} ms | {small:.2} ms | {:.2} | ≤ {GOAL} |\n", large / small)
}
