//! What time alone does: offers and holds that end, lots that fall due, the audit's rows that are to be sealed; and by
//! the hour children who come of age and what was kept long enough.

use app::ssr::Clock;
use std::time::Duration;
use store::{
    DatabaseConnection, audit_seal::seal, birthdays::come_of_age, bookings::sweep, connect::write_back,
    households::sweep_codes, retention::delete_old,
};

/// A place that nobody confirmed is free within a minute, and a change is sealed within seconds; this is well below.
const EVERY: Duration = Duration::from_secs(5);
/// Each so many sweeps what needs no haste is done: every hour.
const UNHURRIED: u32 = 720;

/// Sweeps for as long as it is polled. A failure is logged, and the next time makes up for it.
pub async fn keep_sweeping(db: DatabaseConnection, clock: Clock) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for tick in (0..UNHURRIED).cycle() {
        ticks.tick().await;
        if tick == 0 {
            do_unhurried(&db, &clock).await;
        }
        match sweep(&db, clock()).await {
            Ok(swept) if swept.lapsed + swept.drawn > 0 => {
                tracing::info!(lapsed = swept.lapsed, drawn = swept.drawn, "swept");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the sweep failed"),
        }
        if let Err(error) = seal(&db).await {
            tracing::error!(%error, "the audit was not sealed");
        }
        if let Err(error) = write_back(&db).await {
            tracing::error!(%error, "SQLite's log was not written back");
        }
    }
}

async fn do_unhurried(db: &DatabaseConnection, clock: &Clock) {
    match come_of_age(db, clock()).await {
        Ok(0) => {}
        Ok(children) => tracing::info!(children, "came of age"),
        Err(error) => tracing::error!(%error, "nobody looked at who came of age"),
    }
    match delete_old(db, clock()).await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "were kept long enough"),
        Err(error) => tracing::error!(%error, "what was kept long enough was not deleted"),
    }
    if let Err(error) = sweep_codes(db, clock()).await {
        tracing::error!(%error, "household codes that are over were not deleted");
    }
}
