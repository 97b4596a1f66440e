//! The tables, one file each, and the types of their columns.

pub mod account;
pub mod activity;
pub mod attendance;
pub mod audit;
pub mod block;
pub mod booking;
pub mod booking_member;
pub mod booking_place;
pub mod community;
pub mod community_revision;
pub mod day_kind;
pub mod household;
pub mod household_member;
pub mod login_code;
pub mod login_session;
pub mod notice;
pub mod occurrence;
pub mod person;
pub mod request_answer;
pub mod room;
pub mod schedule_change;
pub mod staff_role;
pub mod stored;
pub mod term;
pub mod time;
