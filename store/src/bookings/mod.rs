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
pub(crate) use cancel::{hold_booking, places_of, set_places};
pub use decline::decline_date;
pub use desk::BookingDesk;
pub(crate) use draw::seed_commitment;
pub use draw::{draw_lots, draw_page, published_draw};
pub(crate) use has::{Has, identity};
pub use prepare::{listed, prepare_booking, prepared, requests_listed, take_off_list};
pub(crate) use promote::{due, promote_waiting};
pub use sweep::{Swept, sweep};

use crate::entity::{booking, booking_place};
use domain::which::WeekHour;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SimpleExpr};
use uuid::Uuid;

/// The hours of every week that a booking is for; none for another one.
pub(crate) fn weekly_of(row: &booking::Model) -> Result<Vec<WeekHour>, DbErr> {
    let read = |text: &String| serde_json::from_str(text).map_err(|error| DbErr::Json(error.to_string()));
    row.weekly.as_ref().map_or_else(|| Ok(Vec::new()), read)
}

/// The bookings for persons, of all times. They are found by their places, of which each has some: an index of bookings by
/// person would make a page of its own dirty for nearly every booking of a rush.
pub(crate) fn of_persons(persons: impl IntoIterator<Item = Uuid>) -> SimpleExpr {
    let places = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::BookingId)
        .filter(booking_place::Column::PersonId.is_in(persons));
    booking::Column::Id.in_subquery(places.into_query())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::assert_found_by;

    #[tokio::test]
    async fn a_persons_bookings_are_found_by_their_places() {
        let theirs = booking::Entity::find().filter(of_persons([Uuid::nil()]));
        assert_found_by(&theirs, "booking_place_person_id_on_date_idx").await;
    }
}
