//! Attendance (签到): what is on today, rolls that go on without network, signing in at the door, and a family's codes.

pub mod attended;
mod caller;
#[cfg(feature = "hydrate")]
mod camera;
pub mod codes;
pub mod day;
pub mod door;
#[cfg(feature = "hydrate")]
pub(crate) mod keeper;
mod line;
pub mod meals;
pub mod roll;
pub mod today;
#[cfg(feature = "hydrate")]
mod worker;
