//! The rows and transactions of a community centre's calendar, on SQLite and PostgreSQL alike.
//!
//! Every change goes: lock, read, decide (in `domain`), write, commit, tell. Time comes in as an argument.

pub mod accounts;
pub mod activities;
pub mod attendance;
pub mod audit;
pub mod audit_seal;
pub mod backup;
pub mod birthdays;
pub mod bookings;
pub mod calendar;
pub mod care_details;
pub mod care_links;
pub mod changes;
pub mod claims;
pub mod clock;
pub mod communities;
pub mod connect;
pub mod consents;
pub mod crews;
pub mod day_kinds;
pub mod days;
pub mod deep_check;
pub mod demo;
pub mod entity;
pub mod entries;
pub mod error;
pub mod families;
mod fault;
pub mod households;
pub mod id;
pub mod login_codes;
pub mod login_sessions;
mod many;
pub mod merges;
pub mod migration;
pub mod my_data;
pub mod notices;
pub mod numbers;
pub mod password;
pub mod pickup;
pub mod pinyin;
#[cfg(test)]
mod plan;
pub mod read_many;
pub mod resources;
pub mod retention;
pub mod revisions;
pub mod roster_file;
pub mod rosters;
pub mod schedule;
pub mod sealed;
pub mod second_factors;
pub mod sheets;
pub mod staff;
pub mod terms;
pub mod tx;

pub use error::StoreError;
pub use sea_orm::DatabaseConnection;
