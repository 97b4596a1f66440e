//! The host, as a client sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

mod accounts;
mod audit;
mod backup;
mod bad_input;
mod clocks;
mod cross_site;
#[path = "../../../store/tests/it/database.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the store's tests use more of it")]
mod database;
mod disk_full;
mod faults;
mod headers;
mod import;
#[path = "../../../store/tests/it/keys.rs"]
#[allow(dead_code, reason = "the store's tests use more of it")]
mod keys;
mod live;
mod login_cookie;
mod node;
mod nodes;
mod numbers;
mod odd_names;
mod page_cache;
mod pickup;
mod power_cut;
mod press;
mod proxy;
mod requests;
mod rights;
mod rush;
mod sealed;
mod sheets;
mod shown;
mod slow_clients;
mod sms;
mod storm;
mod strangers;
#[path = "../../../store/tests/it/town.rs"]
#[allow(dead_code, reason = "the store's tests use more of the town")]
mod town;
mod world;
