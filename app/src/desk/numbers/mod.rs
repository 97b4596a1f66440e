//! Numbers (数字): what some days came to, drawn and as tables, on a page and as a file.

mod counts;
mod file;
mod hours;
pub mod page;
mod query;

pub use file::NumbersSheet;
