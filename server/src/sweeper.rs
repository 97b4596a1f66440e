//! What time alone does: offers and holds that end, lots that fall due, and the audit's rows that are to be sealed.

use app::ssr::Clock;
use std::time::Duration;
use store::{DatabaseConnection, audit_seal::seal, bookings::sweep};

/// A place that nobody confirmed is free within a minute, and a change is sealed within seconds; this is well below.
const EVERY: Duration = Duration::from_secs(5);

/// Sweeps for as long as it is polled. A failure is logged, and the next time makes up for it.
pub async fn keep_sweeping(db: DatabaseConnection, clock: Clock) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
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
    }
}
