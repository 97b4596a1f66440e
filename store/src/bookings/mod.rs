//! Bookings (报名): booking, cancelling and moving up: lock, read, ask the rules, write, audit, notify, commit.

mod accept;
mod batch;
mod book;
mod cancel;
mod decline;
mod desk;
mod draw;
mod has;
mod prepare;
mod promote;
mod sweep;

pub use accept::accept_offer;
pub use book::{Answers, Asked, BookRequest, Locking, book_parties, book_place, book_place_with, book_places};
pub use cancel::cancel_booking;
pub use decline::decline_date;
pub use desk::BookingDesk;
pub(crate) use draw::seed_commitment;
pub use draw::{draw_lots, draw_page, published_draw};
pub(crate) use has::Has;
pub use prepare::{listed, prepare_booking, prepared, requests_listed, take_off_list};
pub(crate) use promote::{due, promote_waiting};
pub use sweep::{Swept, sweep};
