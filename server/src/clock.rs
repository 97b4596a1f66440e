//! The server's clock, asked in this one place.

use jiff::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "the host is where time comes from")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
