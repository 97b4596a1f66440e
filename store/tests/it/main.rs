//! The tests of the store, one binary: each runs on SQLite and on PostgreSQL, in a fresh database of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

mod audit_seal;
mod backup;
mod booking_desk;
mod booking_list;
mod bookings;
mod care_details;
mod care_links;
mod checker;
mod columns;
mod crews;
mod database;
mod day_kinds;
mod deep_check;
mod demo;
mod desk;
mod draws;
mod entry;
mod history;
mod households;
#[allow(dead_code, reason = "the host's tests use more of it")]
mod keys;
mod merges;
mod month;
mod my_data;
mod numbers;
mod offers;
mod pickup;
mod race;
mod resources;
mod revisions;
mod rolls;
mod schedule;
mod schema;
mod sealed;
mod second_factors;
mod sheets;
mod sign_in;
mod staff_calendar;
mod town;
mod which;
