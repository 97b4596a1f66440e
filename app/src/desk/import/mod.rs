//! A roster from a file (用表格报名): a sheet is sent, looked over line by line, and booked as at the desk.

mod answer;
#[cfg(feature = "ssr")]
mod kept;
mod lines;
pub mod page;
mod run;
#[cfg(feature = "ssr")]
mod sheet;
mod template;
mod upload;

pub use run::{ForgetSheet, ImportRoster};
pub use template::ImportTemplate;
pub use upload::PreviewRoster;
