//! Families.
pub mod my;
