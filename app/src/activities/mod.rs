//! Activities as the public sees them.

pub mod draw;
pub mod list;
pub mod page;
pub mod places;
pub mod term;
