//! The host, as a client sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for no tests")]

mod cross_site;
mod headers;
mod login_cookie;
mod requests;
mod slow_clients;
mod world;
