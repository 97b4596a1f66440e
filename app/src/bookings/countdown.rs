//! Counting down on the server's clock.

use leptos::prelude::*;
use std::rc::Rc;

/// Seconds left of `total`, which the server counted when it made the page; `over` is called when they have passed, and
/// once more each half second until something comes of it. Without JavaScript it stands still.
pub fn countdown(total: i64, over: impl Fn() + 'static) -> RwSignal<i64> {
    let seconds = RwSignal::new(total.max(0));
    // Effects run in the browser alone; so `over` is kept by one, and by nothing that the server's threads hand on. What
    // counts is the time that has passed since the page came, not the phone's clock.
    let over = Rc::new(over);
    Effect::new(move |_| {
        let over = Rc::clone(&over);
        let Some(start) = monotonic_seconds() else { return };
        let handle = set_interval_with_handle(
            move || {
                let passed = monotonic_seconds().map_or(0.0, |now| now - start);
                // Rounded up, and a second late rather than early: the server refuses to the second.
                let left = total - passed.floor() as i64;
                seconds.set(left.max(0));
                if left < 0 {
                    over();
                }
            },
            std::time::Duration::from_millis(500),
        );
        if let Ok(handle) = handle {
            on_cleanup(move || handle.clear());
        }
    });
    seconds
}

/// 01:02:03, or days and that.
pub fn clock(seconds: i64) -> String {
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let time = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if days > 0 { format!("{days} × 24 h + {time}") } else { time }
}

/// Seconds since the page came, by a clock that nobody can turn.
fn monotonic_seconds() -> Option<f64> {
    window().performance().map(|performance| performance.now() / 1000.0)
}
