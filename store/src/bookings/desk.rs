//! The booking desk (报名台): one queue of a process. It takes what has queued, locks once, decides each in the order
//! of arrival, commits once, and answers each. One fsync serves many parents. The lock is in the database, so any
//! number of nodes may have a desk each.

use super::book::{Answers, Asked, decide_parties};
use crate::StoreError;
use domain::{id::TermId, reading::Booked};
use sea_orm::DatabaseConnection;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait; whoever comes when it is full is told to try again.
const QUEUE: usize = 4096;
/// Requests that are decided at once.
const MOST: usize = 256;
/// After the lock of a term was waited for in vain, so long nobody waits for it together with others.
const HELD_UP: Duration = Duration::from_secs(5);

type Queued = (Vec<Asked>, oneshot::Sender<Answers>);

/// The way to the desk. It closes when the last one is dropped.
#[derive(Clone, Debug)]
pub struct BookingDesk {
    queue: mpsc::Sender<Queued>,
}

impl BookingDesk {
    /// Opens a desk, which works as a task of the runtime.
    pub fn open(db: DatabaseConnection) -> Self {
        let (queue, queued) = mpsc::channel(QUEUE);
        tokio::spawn(work(db, queued));
        Self { queue }
    }

    /// Queues a request and waits for its answer. Whoever stops waiting changes nothing: the request is decided, and
    /// the same key gets its answer.
    ///
    /// # Errors
    /// Those of [`super::book_place`]; [`StoreError::Busy`] when the queue is full.
    pub async fn book_place(&self, asked: Asked) -> Result<Booked, StoreError> {
        self.book_together(vec![asked]).await?.pop().unwrap_or(Err(StoreError::Busy))
    }

    /// The same for several requests of which all get their places, or none does.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the queue is full; each request's own error stands in its answer.
    pub async fn book_together(&self, party: Vec<Asked>) -> Result<Answers, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send((party, answer)).map_err(|_| StoreError::Busy)?;
        answered.await.map_err(|_| StoreError::Busy)
    }
}

async fn work(db: DatabaseConnection, mut queued: mpsc::Receiver<Queued>) {
    let held_up = Arc::new(Mutex::new(HeldUp::default()));
    let (aside, set_aside) = mpsc::channel(QUEUE);
    tokio::spawn(work_aside(db.clone(), set_aside, Arc::clone(&held_up)));
    let mut taken = Vec::new();
    while queued.recv_many(&mut taken, MOST).await > 0 {
        let waits: Vec<Queued> = {
            let mut held_up = held_up.lock().unwrap_or_else(PoisonError::into_inner);
            taken.extract_if(.., |(party, _)| held_up.sets_aside(party)).collect()
        };
        for one in waits {
            // Whoever is not taken hears that the desk is busy, as its answer is dropped.
            if let Err(mpsc::error::TrySendError::Full((party, _))) = aside.try_send(one) {
                held_up.lock().unwrap_or_else(PoisonError::into_inner).decided(&party);
            }
        }
        let held = decide(&db, &mut taken).await;
        held_up.lock().unwrap_or_else(PoisonError::into_inner).remember(held);
    }
}

/// Where those wait who ask for a term whose lock somebody holds for long: nobody else waits with them.
async fn work_aside(db: DatabaseConnection, mut queued: mpsc::Receiver<Queued>, held_up: Arc<Mutex<HeldUp>>) {
    let mut taken = Vec::new();
    while queued.recv_many(&mut taken, MOST).await > 0 {
        let parties: Vec<_> = taken.iter().map(|(party, _)| party.clone()).collect();
        let held = decide(&db, &mut taken).await;
        let mut held_up = held_up.lock().unwrap_or_else(PoisonError::into_inner);
        held_up.remember(held);
        parties.iter().for_each(|party| held_up.decided(party));
    }
}

/// Decides all, answers each, and says which terms were held for too long by somebody else.
async fn decide(db: &DatabaseConnection, taken: &mut Vec<Queued>) -> BTreeSet<TermId> {
    if taken.is_empty() {
        return BTreeSet::new();
    }
    let (parties, waiting): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
    let db = db.clone();
    // A task of its own: should it panic, those who wait hear that the desk was busy, and the desk goes on.
    let deciding = tokio::spawn(async move { decide_parties(&db, &parties).await });
    let Ok((answers, held)) = deciding.await else { return BTreeSet::new() };
    for (answers, waiting) in answers.into_iter().zip(waiting) {
        // Who has gone away needs no answer.
        let _ = waiting.send(answers);
    }
    held
}

/// The terms that somebody else holds: how many parties wait aside for each, and until when more are sent there.
#[derive(Default)]
struct HeldUp(HashMap<TermId, (usize, Instant)>);

impl HeldUp {
    /// Sends a party aside if it asks for such a term, so that all who ask for it keep their order.
    fn sets_aside(&mut self, party: &[Asked]) -> bool {
        let now = Instant::now();
        self.0.retain(|_, (waiting, until)| *waiting > 0 || *until > now);
        let held = party.iter().any(|one| self.0.contains_key(&one.request.term));
        if held {
            // All that the party asks for: else somebody after it could be decided before it.
            for one in party {
                self.0.entry(one.request.term).or_insert((0, now)).0 += 1;
            }
        }
        held
    }

    /// A party that was sent aside has its answer.
    fn decided(&mut self, party: &[Asked]) {
        for one in party {
            if let Some((waiting, _)) = self.0.get_mut(&one.request.term) {
                *waiting = waiting.saturating_sub(1);
            }
        }
    }

    /// Terms that were held until just now.
    fn remember(&mut self, terms: BTreeSet<TermId>) {
        let until = Instant::now() + HELD_UP;
        for term in terms {
            self.0.entry(term).or_insert((0, until)).1 = until;
        }
    }
}
