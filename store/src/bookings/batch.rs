//! What the rules need to know to decide many requests, read once; and what was decided, written once.

use super::book::Asked;
use crate::{
    StoreError,
    audit::Change,
    entity::{
        booking, booking_member, booking_place, household_member, occurrence, person, request_answer, stored::Stored,
    },
    id::new_id,
    notices,
    terms::{Loaded, code, load_terms},
    tx::WriteTx,
};
use domain::{
    booking::{BookingState, Decision, PlaceState, Scope, Wish, may_book},
    id::{BookingId, OccurrenceId, PersonId, RequestKey, TermId},
    reading::{Booked, NoticeText},
    rights::{Act, Door},
};
use jiff::civil::Date;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rows of one statement; SQLite and PostgreSQL both bound the number of parameters.
const ROWS: usize = 500;

/// Requests with all that they are judged by.
pub(super) struct Batch {
    terms: HashMap<TermId, Loaded>,
    people: HashMap<PersonId, person::Model>,
    homes: HashMap<PersonId, Vec<Uuid>>,
    /// Dates on which a person has or awaits a place.
    live: HashMap<(TermId, PersonId), Vec<(OccurrenceId, PlaceState)>>,
    /// Answers by key, with the account that had them; those that can't be read any more are none.
    answers: HashMap<RequestKey, (Option<Uuid>, Option<Booked>)>,
    decided: Vec<Decided>,
}

/// A booking that is to be written.
struct Decided {
    asked: Asked,
    household: Option<Uuid>,
    booking: BookingId,
    state: BookingState,
    dates: Vec<OccurrenceId>,
    places: u32,
    answer: Booked,
}

impl Batch {
    /// Reads it, and locks the persons, in the order of their ids. The caller holds the locks of the terms.
    pub(super) async fn read(conn: &impl ConnectionTrait, asked: &[Asked]) -> Result<Self, DbErr> {
        let terms: Vec<Uuid> = distinct(asked.iter().map(|one| one.request.term.0));
        let people: Vec<Uuid> = distinct(asked.iter().map(|one| one.request.person.0));
        let keys: Vec<Uuid> = distinct(asked.iter().map(|one| one.request.key.0));
        let mut batch = Self {
            terms: load_terms(conn, &terms).await?.into_iter().map(|loaded| (loaded.term.id, loaded)).collect(),
            people: HashMap::new(),
            homes: HashMap::new(),
            live: HashMap::new(),
            answers: HashMap::new(),
            decided: Vec::new(),
        };
        for keys in keys.chunks(ROWS) {
            let rows = request_answer::Entity::find().filter(request_answer::Column::Key.is_in(keys.to_vec()));
            for row in rows.all(conn).await? {
                let answer = serde_json::from_str(&row.answer).ok();
                batch.answers.insert(RequestKey(row.key), (row.account_id, answer));
            }
        }
        for people in people.chunks(ROWS) {
            batch.read_people(conn, &terms, people).await?;
        }
        Ok(batch)
    }

    async fn read_people(&mut self, conn: &impl ConnectionTrait, terms: &[Uuid], people: &[Uuid]) -> Result<(), DbErr> {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(people.to_vec()))
            .order_by_asc(person::Column::Id)
            .lock_exclusive();
        self.people.extend(rows.all(conn).await?.into_iter().map(|row| (PersonId(row.id), row)));
        let homes = household_member::Entity::find().filter(household_member::Column::PersonId.is_in(people.to_vec()));
        for row in homes.all(conn).await? {
            self.homes.entry(PersonId(row.person_id)).or_default().push(row.household_id);
        }
        let live: Vec<(Uuid, Uuid, Uuid, Stored<PlaceState>)> = booking_place::Entity::find()
            .select_only()
            .column(occurrence::Column::TermId)
            .column(booking_place::Column::PersonId)
            .column(booking_place::Column::OccurrenceId)
            .column(booking_place::Column::State)
            .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
            .filter(booking_place::Column::PersonId.is_in(people.to_vec()))
            .filter(occurrence::Column::TermId.is_in(terms.to_vec()))
            .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
            .into_tuple()
            .all(conn)
            .await?;
        for (term, person, date, state) in live {
            self.live.entry((TermId(term), PersonId(person))).or_default().push((OccurrenceId(date), state.0));
        }
        Ok(())
    }

    /// Decides one request after those before it, and keeps what is to be written.
    pub(super) fn decide(&mut self, asked: &Asked) -> Result<Booked, StoreError> {
        let request = &asked.request;
        match self.answers.get(&request.key) {
            // Somebody else's key is no key: it neither tells nor repeats.
            Some((account, _)) if *account != Some(asked.who.account.0) => return Err(StoreError::NotFound),
            Some((_, Some(answer))) => return Ok(answer.clone()),
            Some((_, None)) | None => {}
        }
        let household = self.household_for(asked)?;
        let wish = self.wish(asked);
        let loaded = self.terms.get_mut(&request.term).ok_or(StoreError::NotFound)?;
        let decision = may_book(&loaded.term, &loaded.places, &wish, asked.at)?;
        loaded.places.note(&decision, request.scope);

        let booking = BookingId(new_id(asked.at));
        let (dates, places, state, answer) = match decision {
            Decision::Confirm { occurrences, places } => {
                let first = loaded.term.occurrences.iter().find(|o| occurrences.contains(&o.id)).map(|o| o.on_date);
                let answer = Booked::Confirmed {
                    booking,
                    dates: u32::try_from(occurrences.len()).unwrap_or(u32::MAX),
                    first: first.unwrap_or_else(|| loaded.row.first_date.into()),
                };
                (occurrences, places, BookingState::Confirmed, answer)
            }
            Decision::Wait { occurrences, places, ahead } => {
                (occurrences, places, BookingState::Waiting, Booked::Waiting { booking, number: ahead + 1 })
            }
        };
        let live = self.live.entry((request.term, request.person)).or_default();
        live.extend(dates.iter().map(|date| (*date, place_state(state))));
        self.answers.insert(request.key, (Some(asked.who.account.0), Some(answer.clone())));
        let told = answer.clone();
        self.decided.push(Decided { asked: asked.clone(), household, booking, state, dates, places, answer });
        Ok(told)
    }

    /// The household that the booking is for, if the actor may book for that person through that door.
    fn household_for(&self, asked: &Asked) -> Result<Option<Uuid>, StoreError> {
        let (who, request) = (&asked.who, &asked.request);
        let loaded = self.terms.get(&request.term).ok_or(StoreError::NotFound)?;
        let person = self.people.get(&request.person).ok_or(StoreError::NotFound)?;
        let homes = self.homes.get(&request.person).map(Vec::as_slice).unwrap_or_default();
        match request.door {
            Door::Page => who.household.filter(|home| homes.contains(home)).map(Some).ok_or(StoreError::NotFound),
            _ if who.actor.may(Act::ManageBookings, loaded.community())
                && person.community_id == loaded.community().0 =>
            {
                Ok(homes.first().copied())
            }
            _ => Err(StoreError::NotFound),
        }
    }

    fn wish(&self, asked: &Asked) -> Wish {
        let request = &asked.request;
        let live = self.live.get(&(request.term, request.person)).map(Vec::as_slice).unwrap_or_default();
        let is_coming = |date: &OccurrenceId| {
            self.terms.get(&request.term).is_some_and(|loaded| loaded.term.coming(asked.at).any(|o| o.id == *date))
        };
        let earlier = live.iter().find(|(date, _)| match request.scope {
            Scope::Single => request.occurrence == Some(*date),
            Scope::Whole | Scope::Rest => is_coming(date),
        });
        Wish {
            scope: request.scope,
            occurrence: request.occurrence,
            heads: request.heads,
            birth: self.people.get(&request.person).and_then(|person| person.birth_date).map(Date::from),
            earlier: earlier.map(|(_, state)| match state {
                PlaceState::Waiting => BookingState::Waiting,
                PlaceState::Held | PlaceState::Released => BookingState::Confirmed,
            }),
            door: request.door,
        }
    }

    /// Writes what was decided: bookings numbered in order, their places, audit, answers, and notices from the desk.
    pub(super) async fn write(self, tx: &WriteTx) -> Result<(), DbErr> {
        if self.decided.is_empty() {
            return Ok(());
        }
        let mut numbers = last_numbers(tx, self.terms.keys().map(|term| term.0)).await?;
        let (mut bookings, mut members, mut places) = (Vec::new(), Vec::new(), Vec::new());
        let (mut audits, mut answers) = (Vec::new(), Vec::new());
        for decided in &self.decided {
            let Some(loaded) = self.terms.get(&decided.asked.request.term) else { continue };
            let number = numbers.entry(loaded.row.id).or_default();
            *number += 1;
            bookings.push(decided.booking_row(loaded, *number));
            members.push(booking_member::ActiveModel {
                booking_id: Set(decided.booking.0),
                person_id: Set(decided.asked.request.person.0),
            });
            places.extend(decided.place_rows());
            audits.push(decided.change(loaded).row(tx, None::<()>, Some(&decided.answer), decided.asked.at)?);
            answers.push(decided.answer_row()?);
        }
        insert(tx, bookings).await?;
        insert(tx, members).await?;
        insert(tx, places).await?;
        insert(tx, audits).await?;
        insert(tx, answers).await?;
        for decided in self.decided.iter().filter(|decided| decided.asked.request.door == Door::Desk) {
            self.tell(tx, decided).await?;
        }
        Ok(())
    }

    async fn tell(&self, tx: &impl ConnectionTrait, decided: &Decided) -> Result<(), DbErr> {
        let (request, at) = (&decided.asked.request, decided.asked.at);
        let (Some(loaded), Some(person)) = (self.terms.get(&request.term), self.people.get(&request.person)) else {
            return Ok(());
        };
        let text = NoticeText::BookedByDesk {
            activity: loaded.activity.name.clone(),
            person: person.name.clone(),
            slug: loaded.slug.clone(),
            activity_id: loaded.activity.id.into(),
            waiting: decided.state == BookingState::Waiting,
        };
        notices::owe(tx, loaded.community(), decided.household, None, request.person, &text, at).await
    }
}

impl Decided {
    fn booking_row(&self, loaded: &Loaded, number: i64) -> booking::ActiveModel {
        let (request, at) = (&self.asked.request, self.asked.at);
        booking::ActiveModel {
            id: Set(self.booking.0),
            community_id: Set(loaded.row.community_id),
            term_id: Set(loaded.row.id),
            person_id: Set(request.person.0),
            household_id: Set(self.household),
            account_id: Set(Some(self.asked.who.account.0)),
            heads: Set(signed(request.heads)),
            scope: Set(Stored(request.scope)),
            state: Set(Stored(self.state)),
            queue_no: Set(number),
            door: Set(Stored(request.door)),
            created_at: Set(at.into()),
            confirmed_at: Set((self.state == BookingState::Confirmed).then(|| at.into())),
            cancelled_at: Set(None),
        }
    }

    fn place_rows(&self) -> impl Iterator<Item = booking_place::ActiveModel> + '_ {
        let request = &self.asked.request;
        self.dates.iter().map(|date| booking_place::ActiveModel {
            id: Set(new_id(self.asked.at)),
            booking_id: Set(self.booking.0),
            occurrence_id: Set(date.0),
            person_id: Set(request.person.0),
            places: Set(signed(self.places)),
            heads: Set(signed(request.heads)),
            state: Set(Stored(place_state(self.state))),
        })
    }

    fn change(&self, loaded: &Loaded) -> Change<'_> {
        Change {
            community: loaded.community(),
            by: Some((self.asked.who.account, &self.asked.who.name)),
            for_person: Some(self.asked.request.person),
            action: "book_place",
            subject: ("booking", self.booking.0),
            term: Some(self.asked.request.term),
            door: self.asked.request.door,
        }
    }

    fn answer_row(&self) -> Result<request_answer::ActiveModel, DbErr> {
        Ok(request_answer::ActiveModel {
            key: Set(self.asked.request.key.0),
            account_id: Set(Some(self.asked.who.account.0)),
            answer: Set(serde_json::to_string(&self.answer).map_err(|error| DbErr::Json(error.to_string()))?),
            created_at: Set(self.asked.at.into()),
        })
    }
}

fn place_state(booking: BookingState) -> PlaceState {
    match booking {
        BookingState::Confirmed => PlaceState::Held,
        BookingState::Waiting => PlaceState::Waiting,
        BookingState::Cancelled => PlaceState::Released,
    }
}

/// The last number given in each term.
async fn last_numbers(
    tx: &impl ConnectionTrait,
    terms: impl Iterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, i64>, DbErr> {
    let rows: Vec<(Uuid, i64)> = booking::Entity::find()
        .select_only()
        .column(booking::Column::TermId)
        .column_as(booking::Column::QueueNo.max(), "last")
        .filter(booking::Column::TermId.is_in(terms))
        .group_by(booking::Column::TermId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn insert<A: sea_orm::ActiveModelTrait>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr> {
    for rows in rows.chunks(ROWS) {
        A::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
