//! The soak: people book, give back and look at an even pace, for as long as one likes, and nothing may grow: not the
//! server's memory, not SQLite's log, not the time that anybody waits. A minute's refresh storm comes before.

use crate::{
    Failure,
    client::Connection,
    press::{form, press},
    server::{self, Server},
    storm,
    town::{SLUG, Town},
    work::{AsyncJob, Done, paced, percentile},
};
use domain::id::{ActivityId, TermId};
use proof::{Answer, Parent, clock};
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use store::id::new_id;
use uuid::Uuid;

/// Bookings and cancellations in a second.
const WRITES: u32 = 50;
/// Pages in a second.
const READS: u32 = 200;
/// Writers.
const WRITERS: usize = 10;
/// Families of each.
const FAMILIES: usize = 100;
/// Bookings that each has at a time: more than there are places, so that a place that is given back moves somebody up.
const LIVE: usize = 10;
/// Readers.
const READERS: usize = 40;
/// Classes of twenty places.
const CLASSES: usize = 4;

/// The share of the time in which the server warms up.
const WARM_UP: f64 = 0.2;
/// The last third may need so much more memory than the first one after the warm-up …
const MEMORY: f64 = 1.10;
/// … and so many megabytes, since an allocator gives back and takes in pieces.
const PIECES: f64 = 8.0;
/// SQLite begins its log anew at 4 MB; one that grows beyond this is not begun anew any more.
const LOG: u64 = 32 << 20;
/// In the last third p99 may be so many times that of the first …
const SLOWER: f64 = 1.5;
/// … and this, since a millisecond more or less says nothing.
const JITTER: Duration = Duration::from_millis(20);

/// Runs it.
///
/// # Errors
/// What grew, each in a sentence; an answer that is not what it should be; a server that does not start.
pub async fn run(binary: &Path, folder: &Path, minutes: f64) -> Result<(), Failure> {
    let file = folder.join("soak.db");
    let url = format!("sqlite://{}", file.display());
    let town = Town::new(&url, u32::try_from(WRITERS * FAMILIES)?).await?;
    let server = server::start(binary, &url, &[]).await?;
    let mut found = storm::run(&town, server.port).await?;

    println!("{WRITES} writes and {READS} pages a second, for {minutes} minutes");
    let mut terms = Vec::new();
    for _ in 0..CLASSES {
        terms.push(town.class(2, 4).await?);
    }
    let spell = Duration::from_secs_f64(minutes * 60.0);
    let (mut writers, mut readers) = (Vec::new(), Vec::new());
    for families in town.parents.chunks(FAMILIES) {
        let connection = Connection::open(server.port).await?;
        writers.push(Writer { connection, families: families.to_vec(), booked: VecDeque::new(), turns: 0 });
    }
    for _ in 0..READERS {
        readers.push(Connection::open(server.port).await?);
    }
    let over = AtomicBool::new(false);
    let watching = watch(&server, file.with_extension("db-wal"), &over);
    let working = async {
        let writing = paced(writers, WRITES, spell, Write { activity: town.activity, terms });
        let reading = paced(readers, READS, spell, Read::new(&town));
        let both = tokio::try_join!(writing, reading);
        over.store(true, Ordering::Relaxed);
        both
    };
    let (seen, worked) = tokio::join!(watching, working);
    let (seen, (writes, reads)) = (seen?, worked?);

    memory_and_log(&seen, spell, &mut found);
    waiting("writes", &writes, spell, &mut found);
    waiting("pages", &reads, spell, &mut found);
    if found.is_empty() { Ok(()) } else { Err(found.join("\n").into()) }
}

/// Books for one family after the other, and gives back what it booked first.
struct Writer {
    connection: Connection,
    families: Vec<Parent>,
    /// Its bookings, the oldest first, each with its family.
    booked: VecDeque<(usize, Uuid)>,
    turns: usize,
}

struct Write {
    activity: ActivityId,
    terms: Vec<TermId>,
}

impl AsyncJob<Writer> for Write {
    async fn run<'a>(&'a self, writer: &'a mut Writer, nth: u64) -> Result<(), Failure> {
        if writer.booked.len() == LIVE
            && let Some((family, booking)) = writer.booked.pop_front()
        {
            let form = format!("slug={SLUG}&booking={booking}&back=my");
            let cookie = &writer.families[family].cookie;
            let (answer, body) = writer.connection.send("POST", "/api/cancel_booking", cookie, form).await?;
            return match answer.status().as_u16() {
                200..=399 => Ok(()),
                status => Err(format!("giving back was answered {status}: {}", String::from_utf8_lossy(&body)).into()),
            };
        }
        let family = writer.turns % writer.families.len();
        writer.turns += 1;
        let parent = &writer.families[family];
        let term = self.terms[usize::try_from(nth)? % self.terms.len()];
        let form = form(self.activity, term, parent, new_id(clock()));
        let (answer, body) = press(&mut writer.connection, parent, form).await?;
        let Answer::Booked { booking } = answer else {
            return Err(format!("a booking was answered {answer:?}: {body}").into());
        };
        writer.booked.push_back((family, booking));
        Ok(())
    }
}

/// Mostly the public pages, and some of what is rendered for one family alone.
struct Read {
    pages: Vec<(String, String)>,
}

impl Read {
    fn new(town: &Town) -> Self {
        let (month, list) = (format!("/{SLUG}?view=month"), format!("/{SLUG}"));
        let activity = format!("/{SLUG}/activities/{}", town.activity);
        let cookie = |n: usize| town.parents.get(n).map(|parent| parent.cookie.clone()).unwrap_or_default();
        let anonymous = String::new;
        let pages = vec![
            (month.clone(), anonymous()),
            (activity.clone(), anonymous()),
            (list.clone(), anonymous()),
            (activity.clone(), cookie(0)),
            (month, anonymous()),
            (list, anonymous()),
            (activity, anonymous()),
            (format!("/{SLUG}/my"), cookie(1)),
        ];
        Self { pages }
    }
}

impl AsyncJob<Connection> for Read {
    async fn run<'a>(&'a self, connection: &'a mut Connection, nth: u64) -> Result<(), Failure> {
        let (path, cookie) = &self.pages[usize::try_from(nth)? % self.pages.len()];
        let (answer, _) = connection.send("GET", path, cookie, String::new()).await?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("{path} answered {}", answer.status()).into()) }
    }
}

/// The server's memory and the log's length, at one moment.
struct Seen {
    at: Duration,
    resident: f64,
    log: u64,
}

async fn watch(server: &Server, log: PathBuf, over: &AtomicBool) -> Result<Vec<Seen>, Failure> {
    let (start, mut seen) = (Instant::now(), Vec::new());
    while !over.load(Ordering::Relaxed) {
        let log = std::fs::metadata(&log).map_or(0, |log| log.len());
        seen.push(Seen { at: start.elapsed(), resident: server.resident()?, log });
        if seen.len() % 60 == 0 {
            println!("  {:>4} s  {:.1} MB resident, log {:.1} MB", seen.len(), server.resident()?, log as f64 / 1e6);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(seen)
}

/// What came in the first third and in the last one of the time after the warm-up.
fn thirds<T>(all: &[T], spell: Duration, at: impl Fn(&T) -> Duration) -> [Vec<&T>; 2] {
    let warm = spell.mul_f64(WARM_UP);
    let third = (spell - warm) / 3;
    let within = |from: Duration| all.iter().filter(|one| (from..from + third).contains(&at(one))).collect();
    [within(warm), within(warm + third * 2)]
}

fn memory_and_log(seen: &[Seen], spell: Duration, found: &mut Vec<String>) {
    let [first, last] = thirds(seen, spell, |seen| seen.at)
        .map(|seen| seen.iter().map(|seen| seen.resident).sum::<f64>() / seen.len().max(1) as f64);
    let log = seen.iter().map(|seen| seen.log).max().unwrap_or(0);
    println!("memory    {first:.1} MB after the warm-up, {last:.1} MB at the end");
    println!("log       {:.1} MB at most", log as f64 / 1e6);
    if last > first * MEMORY + PIECES {
        found.push(format!("the memory grew from {first:.1} MB to {last:.1} MB"));
    }
    if log > LOG {
        found.push(format!("the log grew to {:.1} MB", log as f64 / 1e6));
    }
}

fn waiting(what: &str, done: &[Done], spell: Duration, found: &mut Vec<String>) {
    let [first, last] = thirds(done, spell, |done| done.due).map(|done| percentile(done, 0.99));
    let half = percentile(done, 0.5);
    println!("{what:<9} {} done, p50 {half:.1?}, p99 {first:.1?} after the warm-up, {last:.1?} at the end", done.len());
    if last > first.mul_f64(SLOWER) + JITTER {
        found.push(format!("p99 of {what} grew from {first:.1?} to {last:.1?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPELL: Duration = Duration::from_secs(100);

    fn found(grows: f64, log: u64, slower: f64) -> Vec<String> {
        let seconds = |n: u64| Duration::from_secs(n);
        let part = |n: u64| n as f64 / 100.0;
        let seen: Vec<_> = (0..100).map(|n| Seen { at: seconds(n), resident: 100.0 + grows * part(n), log }).collect();
        let done: Vec<_> = (0..100)
            .map(|n| Done { due: seconds(n), took: Duration::from_millis(10).mul_f64(1.0 + slower * part(n)) })
            .collect();
        let mut found = Vec::new();
        memory_and_log(&seen, SPELL, &mut found);
        waiting("writes", &done, SPELL, &mut found);
        found
    }

    #[test]
    fn what_grows_is_found_and_what_stays_flat_is_not() {
        assert_eq!(found(5.0, 5 << 20, 0.2), Vec::<String>::new());
        assert!(found(60.0, 5 << 20, 0.0)[0].starts_with("the memory grew"));
        assert!(found(0.0, 40 << 20, 0.0)[0].starts_with("the log grew"));
        assert!(found(0.0, 5 << 20, 20.0)[0].starts_with("p99 of writes grew"));
    }
}
