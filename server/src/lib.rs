//! The host of 朝夕: configuration, router, login cookie, feeds, command line. No rules, no SQL, no markup.

#![recursion_limit = "512"]

pub mod access_log;
pub mod assets;
pub mod body_limit;
pub mod cli;
pub mod client_address;
pub mod clock;
pub mod code_sender;
pub mod command;
pub mod config;
pub mod cross_site;
pub mod etag;
pub mod feeds;
pub mod headers;
pub mod health;
pub mod ics;
pub mod listener;
pub mod live;
pub mod login_cookie;
pub mod page_body;
pub mod page_cache;
pub mod photos;
pub mod rate_limit;
pub mod router;
pub mod sentence;
pub mod sms_gateway;
pub mod sweeper;
