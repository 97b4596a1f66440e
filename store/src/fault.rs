//! Points at which a test cuts a booking off, to see what is left. Only a build for tests has them: in a release build
//! [`reach`] is empty, and no variable is read.

/// Where a booking may be cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Nothing was locked.
    BeforeBegin,
    /// The rules have decided, nothing is written.
    AfterCheck,
    /// All is written, nothing is committed.
    AfterInsert,
    /// Committed, nobody was answered.
    AfterCommit,
}

/// Does what `ZHAOXI_FAULT` says of this point: `abort` ends the process as SIGKILL would, `pause` stops it until
/// somebody continues it. `abort after_insert 3` does so when the point is reached for the third time.
#[cfg(debug_assertions)]
pub(crate) fn reach(point: Point) {
    armed::reach(point);
}

#[cfg(not(debug_assertions))]
pub(crate) fn reach(_: Point) {}

#[cfg(debug_assertions)]
mod armed {
    use super::Point;
    use std::{
        process::Command,
        sync::{
            LazyLock,
            atomic::{AtomicU32, Ordering},
        },
    };

    struct Fault {
        pause: bool,
        point: Point,
        left: AtomicU32,
    }

    static FAULT: LazyLock<Option<Fault>> = LazyLock::new(|| parse(&std::env::var("ZHAOXI_FAULT").ok()?));

    fn parse(text: &str) -> Option<Fault> {
        let mut words = text.split(' ');
        let pause = words.next()? == "pause";
        let point = match words.next()? {
            "before_begin" => Point::BeforeBegin,
            "after_check" => Point::AfterCheck,
            "after_insert" => Point::AfterInsert,
            "after_commit" => Point::AfterCommit,
            _ => return None,
        };
        let left = words.next().map_or(Some(1), |times| times.parse().ok())?;
        Some(Fault { pause, point, left: AtomicU32::new(left) })
    }

    pub(super) fn reach(point: Point) {
        let Some(fault) = FAULT.as_ref().filter(|fault| fault.point == point) else { return };
        if fault.left.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        if !fault.pause {
            std::process::abort();
        }
        // The point is held, since this waits for the one that stops the process.
        let _ = Command::new("kill").args(["-STOP", &std::process::id().to_string()]).status();
    }
}
