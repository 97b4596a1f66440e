//! Booking a place, preparing it, confirming several together, answering an offer, and giving it back.

pub mod accept_offer;
pub mod book_place;
pub mod booking_list;
pub mod cancel_booking;
pub mod countdown;
pub mod form;
pub mod my_card;
pub mod prepare_booking;
pub mod which_dates;
