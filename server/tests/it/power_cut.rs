//! The power goes while people book on SQLite: whatever the disk holds then, every booking that was told is in it.
//!
//! A node is stopped and its files are read, which is what the system knows at that moment. Of this the disk has what
//! was synced, and any part of the rest: so the log is cut off anywhere behind the last commit that was told, and a page
//! that a checkpoint wrote back since the log began is there or not.

use crate::{
    database::TestDatabase,
    faults::integrity,
    node::{Node, class},
    press::{Form, press_evenly},
    town::Town,
    world::new_folder,
};
use proof::{Answer, History, clock, crowd};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sea_orm::ConnectionTrait;
use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};
use store::connect;

/// SQLite's log: a header, then frames of a header and a page each (sqlite.org/fileformat2.html, 4).
const HEADER: usize = 32;
const FRAME: usize = 24;

/// The salts of a log, which change when it begins anew.
fn salts(log: &[u8]) -> &[u8] {
    log.get(16..24).unwrap_or_default()
}

/// The length of a log up to the end of its last commit.
fn committed(log: &[u8]) -> usize {
    let number = |at: usize| log.get(at..at + 4).map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap()));
    let page = number(8).unwrap_or(0) as usize;
    let (mut at, mut end) = (HEADER, 0);
    // Frames with other salts are left from before.
    while page > 0 && at + FRAME + page <= log.len() && &log[at + 8..at + 16] == salts(log) {
        let commits = number(at + 4) != Some(0);
        at += FRAME + page;
        end = if commits { at } else { end };
    }
    end
}

/// The files at one moment.
struct Moment {
    /// So many requests had been answered before.
    answered: usize,
    /// The log as it was after these answers.
    told: Vec<u8>,
    /// The database's file, and the log, when all stood still, some commits later.
    file: Vec<u8>,
    log: Vec<u8>,
}

impl Moment {
    async fn take(node: &Node, history: &History, database: &Path) -> Self {
        let log = database.with_extension("sqlite-wal");
        let (answered, told, before) = (history.answered(), fs::read(&log).unwrap(), fs::read(database).unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
        node.stand_still().await;
        let mut moment = Self { answered, told, file: fs::read(database).unwrap(), log: fs::read(&log).unwrap() };
        node.go_on().await;
        if moment.file != before {
            // A checkpoint ran meanwhile, which syncs the log before it writes back what stands there.
            moment.told = moment.log.clone();
        }
        moment
    }

    /// Where the log may end. When it has begun anew since the answers, all they told is in the database's file.
    fn ends(&self, chance: &mut StdRng) -> BTreeSet<usize> {
        let synced = if salts(&self.told) == salts(&self.log) { committed(&self.told) } else { 0 };
        let mut ends = BTreeSet::from([synced, self.log.len()]);
        if synced < committed(&self.log) {
            // In the next frame's header, in its page, and anywhere.
            ends.extend([synced + FRAME / 2, synced + FRAME + 1000]);
            ends.extend((0..3).map(|_| chance.random_range(synced..committed(&self.log))));
        }
        ends
    }

    /// The database's file with each page as it is now, or as it was before while this log was the same already.
    fn torn(&self, before: &Self, chance: &mut StdRng) -> Option<Vec<u8>> {
        const PAGE: usize = 4096;
        if salts(&before.log) != salts(&self.log) || before.file == self.file {
            return None;
        }
        let (mut torn, kept) = (self.file.clone(), before.file.len());
        for (page, old) in torn.chunks_mut(PAGE).zip(before.file.chunks(PAGE)) {
            if chance.random() && page.len() == old.len() {
                page.copy_from_slice(old);
            }
        }
        // A file that grew may be short again.
        torn.truncate(if chance.random() { kept } else { torn.len() });
        Some(torn)
    }
}

/// Opens what the disk holds, as a node does after the power is back.
async fn check(history: &History, answered: usize, file: &[u8], log: &[u8]) {
    let folder = new_folder();
    let database = folder.join("test.sqlite");
    fs::write(&database, file).unwrap();
    fs::write(database.with_extension("sqlite-wal"), log).unwrap();
    let db = connect::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    integrity(&db).await;
    let found = history.check_copy(&db, answered).await.unwrap();
    assert!(found.is_empty(), "{}, with {} bytes of log, of\n{}", found.join("\n"), log.len(), history.lines());
    connect::close(db).await.unwrap();
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_power_cut_every_booking_that_was_told_is_there() {
    let test = TestDatabase::sqlite().await;
    let database = Path::new(test.url.strip_prefix("sqlite://").unwrap()).to_owned();
    let town = Town::new(&test.db).await;
    let node = Node::start(&test.url).await;
    let terms = [class(&town, 40).await, class(&town, 40).await];
    let parents = crowd(&test.db, town.community, 0..240, clock()).await.unwrap();
    let history = Arc::new(History::default());
    let form = |(n, parent)| Form::new((n, parent), town.activity, terms[n as usize % 2]);
    let forms = (0..).zip(&parents).map(form).collect();
    let rush = press_evenly(forms, Duration::from_millis(15), &history, node.addr);
    let mut moments = Vec::new();
    while history.answered() < parents.len() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        moments.push(Moment::take(&node, &history, &database).await);
        // Some of the log is written back without being begun anew, as whoever else has the file open may do.
        test.db.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await.unwrap();
    }
    rush.join_all().await;
    history.must_hold(&test.db).await;
    assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), parents.len());

    let (mut chance, mut cut, mut torn) = (StdRng::seed_from_u64(7), 0, 0);
    for (n, moment) in moments.iter().enumerate() {
        let ends = moment.ends(&mut chance);
        cut += usize::from(ends.len() > 2);
        for end in ends.iter().map(|end| (*end).min(moment.log.len())) {
            check(&history, moment.answered, &moment.file, &moment.log[..end]).await;
        }
        let before = n.checked_sub(1).and_then(|n| moment.torn(&moments[n], &mut chance));
        if let (Some(file), Some(end)) = (before, ends.first()) {
            check(&history, moment.answered, &file, &moment.log[..*end]).await;
            torn += 1;
        }
    }
    assert!(moments.len() > 5 && cut > 2 && torn > 2, "it proves little: {}, {cut}, {torn}", moments.len());
}
