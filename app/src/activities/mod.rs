//! Activities as the public sees them.

pub mod list;
pub mod page;
pub mod places;
pub mod term;
