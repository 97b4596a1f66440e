//! New ids.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// A UUIDv7: the milliseconds of `now`, so that ids rise with time, then 74 random bits, so that none can be
/// guessed from another.
pub fn new_id(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

/// The least id that [`new_id`] makes at `at`: what is older has a smaller one.
pub(crate) fn first_id(at: Timestamp) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(at.as_millisecond()).unwrap_or(0), &[0; 10]).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_time_and_is_never_the_same_twice() {
        let now: Timestamp = "2026-11-24T09:00:00.123456Z".parse().unwrap();
        let (id, other) = (new_id(now), new_id(now));
        assert_ne!(id, other);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_timestamp().unwrap().to_unix(), (1_795_510_800, 123_000_000));
        let later = now.checked_add(jiff::SignedDuration::from_millis(1)).unwrap();
        assert!(new_id(later) > id);
        assert_eq!(new_id(Timestamp::MIN).get_timestamp().unwrap().to_unix(), (0, 0));
    }
}
