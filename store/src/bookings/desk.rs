//! The booking desk (报名台): one queue of a process. It takes what has queued, locks once, decides each in the order
//! of arrival, commits once, and answers each. One fsync serves many parents. The lock is in the database, so any
//! number of nodes may have a desk each.

use super::book::{Answers, Asked, book_parties};
use crate::StoreError;
use domain::reading::Booked;
use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait; whoever comes when it is full is told to try again.
const QUEUE: usize = 4096;
/// Requests that are decided at once.
const MOST: usize = 256;

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
    let mut taken = Vec::new();
    while queued.recv_many(&mut taken, MOST).await > 0 {
        let (parties, waiting): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        let db = db.clone();
        // A task of its own: should it panic, those who wait hear that the desk was busy, and the desk goes on.
        let deciding = tokio::spawn(async move { book_parties(&db, &parties).await });
        let Ok(answers) = deciding.await else { continue };
        for (answers, waiting) in answers.into_iter().zip(waiting) {
            // Who has gone away needs no answer.
            let _ = waiting.send(answers);
        }
    }
}
