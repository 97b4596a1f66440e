//! The clock that everything is judged by, asked in this one place: this machine's; or, over PostgreSQL, the database's,
//! so that a term opens for all nodes at one moment and nothing expires early on one whose own clock is wrong.

use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use store::{DatabaseConnection, StoreError, clock::time_of};

/// Clocks that are further apart are told.
pub const APART: SignedDuration = SignedDuration::from_secs(2);

/// How often the database is asked.
const EVERY: Duration = Duration::from_secs(5);

/// Where the passing of time is counted from; turning this machine's clock doesn't change how it passes.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What the database's clock showed when this process began, in microseconds since 1970.
static BEGAN_AT: AtomicI64 = AtomicI64::new(UNKNOWN);

/// No database was asked.
const UNKNOWN: i64 = i64::MIN;

/// Now.
pub fn now() -> Timestamp {
    match BEGAN_AT.load(Ordering::Relaxed) {
        UNKNOWN => own(),
        at => Timestamp::from_microsecond(at.saturating_add(passed())).unwrap_or_else(|_| own()),
    }
}

/// Now by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "the host is where time comes from")]
pub fn own() -> Timestamp {
    turned(Timestamp::now())
}

/// Goes by the database's clock from now on.
///
/// # Errors
/// Only those of the database.
pub async fn follow(db: &DatabaseConnection) -> Result<(), StoreError> {
    measure(db).await?;
    let apart = now().duration_since(own());
    if apart.abs() > APART {
        tracing::warn!("this machine's clock is {apart:#} from the database's, which counts");
    }
    Ok(())
}

/// Asks the database again and again, for as long as it is polled. While it can't be reached, time goes on from what it
/// said last.
pub async fn keep_following(db: DatabaseConnection) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = measure(&db).await {
            tracing::warn!(%error, "the database told no time");
        }
    }
}

async fn measure(db: &DatabaseConnection) -> Result<(), StoreError> {
    let asked = passed();
    let told = time_of(db).await?.as_microsecond();
    let answered = passed();
    BEGAN_AT.store(corrected(BEGAN_AT.load(Ordering::Relaxed), told - answered, told - asked), Ordering::Relaxed);
    Ok(())
}

/// The beginning, where it was thought to be at `before` and a new measurement puts it between `earliest` and `latest`:
/// what doesn't contradict stays, so that a slow answer doesn't turn the clock. Else the earliest is taken, since the
/// clock may be behind the database's by the time of an answer, but no term may open early.
fn corrected(before: i64, earliest: i64, latest: i64) -> i64 {
    if (earliest..=latest).contains(&before) { before } else { earliest }
}

/// Microseconds since this process began.
fn passed() -> i64 {
    i64::try_from(BEGAN.elapsed().as_micros()).unwrap_or(i64::MAX)
}

/// Turns this machine's clock by the seconds that `ZHAOXI_CLOCK_SHIFT` says: only in a build for tests.
#[cfg(debug_assertions)]
fn turned(at: Timestamp) -> Timestamp {
    static SECONDS: LazyLock<i64> =
        LazyLock::new(|| std::env::var("ZHAOXI_CLOCK_SHIFT").ok().and_then(|text| text.parse().ok()).unwrap_or(0));
    at.checked_add(SignedDuration::from_secs(*SECONDS)).unwrap_or(at)
}

#[cfg(not(debug_assertions))]
fn turned(at: Timestamp) -> Timestamp {
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_contradicts_turns_the_clock_and_never_forward_of_what_was_told() {
        for (before, after, why) in [
            (UNKNOWN, 100, "the first measurement, as far back as it may be"),
            (150, 150, "nothing new"),
            (200, 200, "nothing new"),
            (99, 100, "it lost time"),
            (5, 100, "the database's clock was put forward"),
            (201, 100, "it gained time, or the database's clock was put back"),
        ] {
            assert_eq!(corrected(before, 100, 200), after, "{why}");
        }
    }
}
