//! The desk (工作台): what staff see and do. Its pages are loaded when they are opened.

pub mod add_date;
pub mod audit;
pub mod block;
mod block_form;
pub mod book_by_name;
pub mod change_date;
pub mod crew;
pub mod dates;
pub mod days;
mod edit_form;
mod field_input;
pub mod hits;
pub mod home;
pub mod leaders;
pub mod new_activity;
pub mod new_term;
pub mod parts;
pub mod preview;
pub mod report;
pub mod roll;
pub mod room_form;
pub mod rooms;
pub mod roster;
pub mod roster_table;
pub mod rule_fields;
pub mod term_form;
pub mod watch;
