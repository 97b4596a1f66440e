//! The public calendar.

pub mod filters;
pub mod home;
pub mod list;
pub mod month;
pub mod page;
pub mod week;
