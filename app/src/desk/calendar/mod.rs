//! The staff's calendar: every date of a month, a week by room or leader, a year; each leads to its form, by a link or
//! by being dragged.

pub mod asked;
mod drag;
mod entry;
mod filters;
mod month;
pub mod page;
mod pick;
mod week;
mod year;
