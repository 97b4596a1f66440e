//! What must be true of terms, dates, bookings and places as their rows stand, whatever was asked and in whatever order.
//! It knows nothing of how the rules are carried out: the history checker of the tests reads the rows by it, too.

use crate::entity::{booking, booking_place, occurrence, term};
use domain::booking::{BookingState, PlaceState, Scope};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Parameters of one statement.
const SOME: usize = 500;

/// The rows of some terms.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The terms.
    pub terms: BTreeMap<Uuid, term::Model>,
    /// Their dates.
    pub dates: BTreeMap<Uuid, occurrence::Model>,
    /// Their bookings, by term and number.
    pub bookings: Vec<booking::Model>,
    /// The places of each booking.
    pub places: HashMap<Uuid, Vec<booking_place::Model>>,
}

impl Standing {
    /// Reads them.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn read(conn: &impl ConnectionTrait, terms: &[Uuid]) -> Result<Self, DbErr> {
        let mut rows = Self::default();
        for some in terms.chunks(SOME) {
            let some = || some.iter().copied();
            let found = term::Entity::find().filter(term::Column::Id.is_in(some())).all(conn).await?;
            rows.terms.extend(found.into_iter().map(|row| (row.id, row)));
            let found = occurrence::Entity::find().filter(occurrence::Column::TermId.is_in(some())).all(conn).await?;
            rows.dates.extend(found.into_iter().map(|row| (row.id, row)));
            let found = booking::Entity::find()
                .filter(booking::Column::TermId.is_in(some()))
                .order_by_asc(booking::Column::TermId)
                .order_by_asc(booking::Column::QueueNo);
            rows.bookings.extend(found.all(conn).await?);
        }
        for some in rows.bookings.chunks(SOME) {
            let of = booking_place::Column::BookingId.is_in(some.iter().map(|row| row.id));
            for place in booking_place::Entity::find().filter(of).all(conn).await? {
                rows.places.entry(place.booking_id).or_default().push(place);
            }
        }
        Ok(rows)
    }

    /// Places on a date.
    pub fn capacity(&self, date: &occurrence::Model) -> i64 {
        let of_term = self.terms.get(&date.term_id).map_or(0, |term| term.capacity);
        i64::from(date.capacity.unwrap_or(of_term))
    }

    /// The places of a booking.
    pub fn places(&self, booking: Uuid) -> &[booking_place::Model] {
        self.places.get(&booking).map(Vec::as_slice).unwrap_or_default()
    }

    /// Places taken on each date: anything but a wish or what was given back takes one.
    pub fn taken(&self) -> BTreeMap<Uuid, i64> {
        let mut taken = BTreeMap::new();
        for place in self.places.values().flatten().filter(|place| place.state == PlaceState::Held) {
            *taken.entry(place.occurrence_id).or_default() += i64::from(place.places);
        }
        taken
    }

    /// All that isn't true of them, each in a sentence.
    pub fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.oversold(&mut found);
        for booking in &self.bookings {
            self.whole(booking, &mut found);
            self.in_its_state(booking, &mut found);
        }
        self.once(&mut found);
        self.numbered(&mut found);
        found
    }

    /// No date has more places taken than it has.
    fn oversold(&self, found: &mut Vec<String>) {
        for (id, taken) in self.taken() {
            let capacity = self.dates.get(&id).map_or(0, |date| self.capacity(date));
            if taken > capacity {
                found.push(format!("date {id} has {taken} places taken of {capacity}"));
            }
        }
    }

    /// A booking and its places are of one term and one person, and stand on the days of their dates.
    fn whole(&self, booking: &booking::Model, found: &mut Vec<String>) {
        let name = name(booking);
        let community = self.terms.get(&booking.term_id).map(|term| term.community_id);
        if community != Some(booking.community_id) {
            found.push(format!("{name} is of another community than its term"));
        }
        for place in self.places(booking.id) {
            let date = self.dates.get(&place.occurrence_id).filter(|date| date.term_id == booking.term_id);
            match date {
                None => {
                    found.push(format!("{name} has a place on date {}, which is of another term", place.occurrence_id))
                }
                Some(date) if date.on_date != place.on_date => {
                    let (on, is) = (place.on_date.0, date.on_date.0);
                    found.push(format!("{name} has a place on {on}, but its date is on {is}"));
                }
                Some(_) if place.person_id != booking.person_id => {
                    found.push(format!("{name} has a place for another person, {}", place.person_id));
                }
                Some(_) => {}
            }
        }
    }

    /// A booking, the times of its changes and its places agree.
    fn in_its_state(&self, row: &booking::Model, found: &mut Vec<String>) {
        let (name, state) = (name(row), *row.state);
        let places = self.places(row.id);
        if places.is_empty() {
            found.push(format!("{name} has no places at all"));
        }
        for place in places {
            let right = match state {
                BookingState::Cancelled => place.state == PlaceState::Released || self.begun(row, place.occurrence_id),
                BookingState::Waiting => place.state != PlaceState::Held,
                BookingState::Confirmed | BookingState::Offered => place.state != PlaceState::Waiting,
            };
            if !right {
                found.push(format!("{name} is {state}, and yet a place of it is {}", *place.state));
            }
        }
        let live = places.iter().any(|place| place.state != PlaceState::Released);
        if !live && state != BookingState::Cancelled {
            found.push(format!("{name} is {state}, and yet has nothing"));
        }
        if row.cancelled_at.is_some() != (state == BookingState::Cancelled) {
            found.push(format!("{name} is {state}, against the time of its end"));
        }
        if row.confirmed_at.is_none() && state == BookingState::Confirmed {
            found.push(format!("{name} is confirmed, and nobody knows since when"));
        }
        if row.answer_by.is_some() != (state == BookingState::Offered) {
            found.push(format!("{name} is {state}, against the time until which it is offered"));
        }
    }

    /// A date that had begun when the booking was given back stays as it was.
    fn begun(&self, row: &booking::Model, date: Uuid) -> bool {
        self.dates.get(&date).is_some_and(|date| row.cancelled_at.is_some_and(|at| date.starts_at <= at))
    }

    /// One person, one place a date, and one live booking of the whole or the rest a term.
    fn once(&self, found: &mut Vec<String>) {
        let mut live: BTreeMap<(Uuid, Uuid), usize> = BTreeMap::new();
        for place in self.places.values().flatten().filter(|place| place.state != PlaceState::Released) {
            *live.entry((place.person_id, place.occurrence_id)).or_default() += 1;
        }
        for ((person, date), count) in live.into_iter().filter(|(_, count)| *count > 1) {
            found.push(format!("person {person} has {count} places on date {date}"));
        }
        let mut terms: BTreeMap<(Uuid, Uuid), usize> = BTreeMap::new();
        let live = |row: &&booking::Model| {
            row.state != BookingState::Cancelled && matches!(row.scope.0, Scope::Whole | Scope::Rest)
        };
        for row in self.bookings.iter().filter(live) {
            *terms.entry((row.person_id, row.term_id)).or_default() += 1;
        }
        for ((person, term), count) in terms.into_iter().filter(|(_, count)| *count > 1) {
            found.push(format!("person {person} has {count} live bookings of term {term}"));
        }
    }

    /// The bookings of a term are numbered without gaps: a number that is missing is a booking that was deleted.
    fn numbered(&self, found: &mut Vec<String>) {
        let mut last = (Uuid::nil(), 0);
        for row in &self.bookings {
            let nth = if row.term_id == last.0 { last.1 + 1 } else { 1 };
            if row.queue_no != nth {
                found.push(format!("{} should be arrival {nth}: there is a gap, or a number twice", name(row)));
            }
            last = (row.term_id, row.queue_no);
        }
    }
}

fn name(row: &booking::Model) -> String {
    format!("booking {} (arrival {})", row.id, row.queue_no)
}
