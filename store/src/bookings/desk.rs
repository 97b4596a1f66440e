//! The booking desk (报名台): one queue of a process. It takes what has queued, locks once, decides each in the order
//! of arrival, commits once, and answers each. One fsync serves many parents. The lock is in the database, so any
//! number of nodes may have a desk each.

use super::book::{Asked, book_places};
use crate::StoreError;
use domain::reading::Booked;
use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait; whoever comes when it is full is told to try again.
const QUEUE: usize = 4096;
/// Requests that are decided at once.
const MOST: usize = 256;

type Answer = oneshot::Sender<Result<Booked, StoreError>>;

/// The way to the desk. It closes when the last one is dropped.
#[derive(Clone, Debug)]
pub struct BookingDesk {
    queue: mpsc::Sender<(Asked, Answer)>,
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
        let (answer, answered) = oneshot::channel();
        self.queue.try_send((asked, answer)).map_err(|_| StoreError::Busy)?;
        answered.await.unwrap_or(Err(StoreError::Busy))
    }
}

async fn work(db: DatabaseConnection, mut queued: mpsc::Receiver<(Asked, Answer)>) {
    let mut taken = Vec::new();
    while queued.recv_many(&mut taken, MOST).await > 0 {
        let (asked, waiting): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        let db = db.clone();
        // A task of its own: should it panic, those who wait hear that the desk was busy, and the desk goes on.
        let deciding = tokio::spawn(async move { book_places(&db, &asked).await });
        let Ok(answers) = deciding.await else { continue };
        for (answer, waiting) in answers.into_iter().zip(waiting) {
            // Who has gone away needs no answer.
            let _ = waiting.send(answer);
        }
    }
}
