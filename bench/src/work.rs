//! Work at an even pace, whether the server keeps up with it or not.

use crate::Failure;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// When something was due, since the work began, and how long after that it was done.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// When it was due.
    pub due: Duration,
    /// What it took from then on: whoever had to queue before a busy worker has waited, too.
    pub took: Duration,
}

/// Does something so many times a second, for so long, by workers who take turns.
pub async fn paced<W, F>(workers: Vec<W>, a_second: u32, spell: Duration, job: F) -> Result<Vec<Done>, Failure>
where
    W: Send + 'static,
    F: AsyncJob<W>,
{
    let (start, next, job) = (Instant::now(), Arc::new(AtomicU64::new(0)), Arc::new(job));
    let mut working = JoinSet::new();
    for mut worker in workers {
        let (next, job) = (Arc::clone(&next), Arc::clone(&job));
        working.spawn(async move {
            let mut done = Vec::new();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                let due = Duration::from_secs_f64(nth as f64 / f64::from(a_second));
                if due >= spell {
                    return Ok::<_, Failure>(done);
                }
                tokio::time::sleep_until((start + due).into()).await;
                job.run(&mut worker, nth).await?;
                done.push(Done { due, took: start.elapsed().saturating_sub(due) });
            }
        });
    }
    let mut done = Vec::new();
    while let Some(some) = working.join_next().await {
        done.extend(some??);
    }
    Ok(done)
}

/// What a worker does for the nth time.
pub trait AsyncJob<W>: Send + Sync + 'static {
    /// Does it.
    fn run<'a>(&'a self, worker: &'a mut W, nth: u64) -> impl Future<Output = Result<(), Failure>> + Send + 'a;
}

/// The time below which a share of these came.
pub fn percentile<'a>(done: impl IntoIterator<Item = &'a Done>, share: f64) -> Duration {
    let mut times: Vec<Duration> = done.into_iter().map(|done| done.took).collect();
    times.sort_unstable();
    let at = (times.len() as f64 * share) as usize;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}
