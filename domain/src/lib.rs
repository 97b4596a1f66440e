//! The rules of a community centre's calendar.
//!
//! Plain Rust that the server and the browser share. Nothing here asks a clock, a database or a random
//! source: time and rows come in as arguments, decisions go out as values.

pub mod activity;
pub mod address;
#[cfg(feature = "almanac")]
pub mod almanac;
pub mod attended;
pub mod block;
pub mod booking;
pub mod calendar;
pub mod care;
pub mod care_details;
pub mod code;
pub mod consent;
pub mod crew;
pub mod day_kind;
pub mod day_note;
pub mod desk_calendar;
#[cfg(feature = "hash")]
pub mod draw;
pub mod entry;
#[cfg(feature = "almanac")]
pub mod expansion;
pub mod grade;
pub mod household;
pub mod id;
pub mod leave;
pub mod line;
pub mod merge;
pub mod numbers;
pub mod offer;
pub mod parts;
pub mod person;
pub mod phone;
pub mod pickup;
pub mod reading;
pub mod recurrence;
pub mod refusal;
pub mod rights;
pub mod roll;
pub mod roster_file;
pub mod schedule;
pub mod sheet;
pub mod term;
pub mod text;
pub mod which;
