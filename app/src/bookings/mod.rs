//! Booking a place and giving it back.

pub mod book_place;
pub mod cancel_booking;
