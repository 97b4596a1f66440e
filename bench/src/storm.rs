//! The refresh storm: everybody reloads until a term opens, and goes on reloading while parents book.

use crate::{
    Failure,
    client::{Connection, load},
    press::{form, press},
    town::{SLUG, Town},
    work::{AsyncJob, paced, percentile},
};
use domain::id::{ActivityId, TermId};
use jiff::{SignedDuration, Timestamp};
use proof::{Answer, Parent, clock};
use std::time::Duration;
use store::id::new_id;

/// How long it lasts; the term opens in the middle.
const SPELL: Duration = Duration::from_secs(60);
/// Connections that ask for pages as fast as they are answered.
const LOOKING: usize = 300;
/// Parents who press, a second.
const WRITES: u32 = 10;
/// Connections on which they do.
const WRITERS: usize = 8;
/// Nearly every writer is answered within this.
const PATIENCE: Duration = Duration::from_secs(1);

/// Storms, and tells what went wrong in sentences.
pub async fn run(town: &Town, port: u16) -> Result<Vec<String>, Failure> {
    println!("a storm of {LOOKING} connections, {} s", SPELL.as_secs());
    let opens = clock().checked_add(SignedDuration::try_from(SPELL / 2)?)?;
    let opens = Timestamp::from_second(opens.as_second())?;
    let term = town.class_that_opens(2, 4, Some(opens)).await?;
    let path = format!("/{SLUG}/activities/{}", town.activity);
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(Connection::open(port).await?);
    }
    let press = Press { activity: town.activity, term, opens, parents: town.parents.clone() };
    let storm = load(port, &path, "", LOOKING, SPELL);
    let (storm, writes) = tokio::try_join!(storm, paced(writers, WRITES, SPELL, press))?;
    let (p99, slowest) = (percentile(&writes, 0.99), percentile(&writes, 1.0));
    println!("pages     {:.0} a second | p50 | p99: {}", storm.rate(), storm.row());
    println!("writes    {} done, p99 {p99:.1?}, slowest {slowest:.1?}", writes.len());
    if p99 > PATIENCE { Ok(vec![format!("in the storm writers waited for {p99:.1?}")]) } else { Ok(Vec::new()) }
}

struct Press {
    activity: ActivityId,
    term: TermId,
    opens: Timestamp,
    parents: Vec<Parent>,
}

impl AsyncJob<Connection> for Press {
    async fn run<'a>(&'a self, connection: &'a mut Connection, nth: u64) -> Result<(), Failure> {
        let parent = &self.parents[usize::try_from(nth)? % self.parents.len()];
        let form = form(self.activity, self.term, parent, new_id(clock()));
        let asked = clock();
        let (answer, body) = press(connection, parent, form).await?;
        let answered = clock();
        let right = match answer {
            Answer::Refused => asked < self.opens,
            Answer::Booked { .. } => answered >= self.opens,
            _ => false,
        };
        let opens = self.opens;
        if right {
            Ok(())
        } else {
            Err(format!("opens {opens}, asked {asked}, at {answered} {answer:?}: {body}").into())
        }
    }
}
