//! Sheets for the wall: pages that are made for paper, and shown on the screen before they are printed.

pub mod month;
mod paper;
pub mod parts;
#[cfg(feature = "ssr")]
pub(crate) mod qr;
pub mod slip;
pub mod term;
