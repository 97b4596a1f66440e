//! The host, as a client sees it.

mod cross_site;
mod headers;
mod login_cookie;
mod requests;
mod slow_clients;
mod world;
