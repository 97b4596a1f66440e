//! Bookings (报名): booking, cancelling and moving up: lock, read, ask the rules, write, audit, notify, commit.

mod batch;
mod book;
mod cancel;
mod decline;
mod desk;
mod promote;

pub use book::{Asked, BookRequest, Locking, book_place, book_place_with, book_places};
pub use cancel::cancel_booking;
pub use decline::decline_date;
pub use desk::BookingDesk;
pub(crate) use promote::promote_waiting;
