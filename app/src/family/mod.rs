//! 我的: what a family has booked, and who belongs to it.

pub mod claims;
mod coming;
pub mod leave;
pub mod members;
pub mod my;
pub mod together;
