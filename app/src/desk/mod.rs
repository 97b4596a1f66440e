//! The desk (工作台): what staff see and do. Its pages are loaded when they are opened.
pub mod audit;
pub mod home;
pub mod new_activity;
pub mod new_term;
pub mod roll;
pub mod roster;
