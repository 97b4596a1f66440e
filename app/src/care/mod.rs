//! Care links (家属授权): what a person lets relatives see and do, and what those see.

pub mod cared;
pub mod grant;
