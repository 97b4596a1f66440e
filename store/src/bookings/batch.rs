//! What the rules need to know to decide many requests, read once; and what was decided, written once.

use super::{
    book::Asked,
    has::{Has, identity},
};
use crate::{
    StoreError,
    audit::{self, Change},
    care_links::persons_who_allow,
    entity::{booking, booking_member, booking_place, household_member, person, request_answer, stored::Stored},
    id::new_id,
    many, notices,
    terms::{Loaded, load_terms},
    tx::WriteTx,
};
use domain::{
    booking::{BookingState, Decision, PlaceState, Places, Wish, may_book, may_prepare},
    care::CareScope,
    entry::{Giving, Standings},
    id::{AccountId, BookingId, CommunityId, OccurrenceId, PersonId, RequestKey, TermId},
    line::order_no,
    reading::{Booked, NoticeText},
    rights::{Act, Door},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Requests with all that they are judged by.
pub(super) struct Batch {
    terms: HashMap<TermId, Loaded>,
    people: HashMap<PersonId, person::Model>,
    homes: HashMap<PersonId, Vec<Uuid>>,
    /// Who lets whom book, beyond their households.
    allowed: HashMap<AccountId, HashSet<Uuid>>,
    has: Has,
    /// Answers by key, with the account that had them; those that can't be read any more are none.
    answers: HashMap<RequestKey, (Option<Uuid>, Option<Booked>)>,
    decided: Vec<Decided>,
}

/// What must be put back where several stand or fall together.
pub(super) struct Mark {
    places: Vec<(TermId, Places)>,
    has: Has,
    answers: HashMap<RequestKey, (Option<Uuid>, Option<Booked>)>,
    decided: usize,
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
    is_first: bool,
    answer_by: Option<Timestamp>,
    identity: Option<String>,
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
            allowed: HashMap::new(),
            has: Has::default(),
            answers: HashMap::new(),
            decided: Vec::new(),
        };
        for keys in many::groups(&keys) {
            let rows = request_answer::Entity::find().filter(request_answer::Column::Key.is_in(keys));
            for row in rows.all(conn).await? {
                let answer = serde_json::from_str(&row.answer).ok();
                batch.answers.insert(RequestKey(row.key), (row.account_id, answer));
            }
        }
        for people in many::groups(&people) {
            let rows = person::Entity::find()
                .filter(person::Column::Id.is_in(people.clone()))
                .order_by_asc(person::Column::Id)
                .lock_exclusive();
            batch.people.extend(rows.all(conn).await?.into_iter().map(|row| (PersonId(row.id), row)));
            let homes = household_member::Entity::find().filter(household_member::Column::PersonId.is_in(people));
            for row in homes.all(conn).await? {
                batch.homes.entry(PersonId(row.person_id)).or_default().push(row.household_id);
            }
        }
        for one in asked {
            if one.request.door == Door::Page
                && !batch.is_of_household(one)
                && !batch.allowed.contains_key(&one.who.account)
            {
                let persons = persons_who_allow(conn, &one.who, CareScope::Book).await?;
                batch.allowed.insert(one.who.account, persons);
            }
        }
        let homes =
            distinct(batch.homes.values().flatten().copied().chain(asked.iter().filter_map(|one| one.who.household)));
        let now = asked.iter().map(|one| one.at).min();
        batch.has = Has::read(conn, &batch.terms, &batch.people, &homes, now).await?;
        Ok(batch)
    }

    /// Keeps how things stand for these terms.
    pub(super) fn mark(&self, asked: &[Asked]) -> Mark {
        let terms: BTreeSet<TermId> = asked.iter().map(|one| one.request.term).collect();
        Mark {
            places: terms.iter().filter_map(|id| Some((*id, self.terms.get(id)?.places.clone()))).collect(),
            has: self.has.clone(),
            answers: self.answers.clone(),
            decided: self.decided.len(),
        }
    }

    /// Puts back what was decided since then.
    pub(super) fn back_to(&mut self, mark: Mark) {
        for (id, places) in mark.places {
            if let Some(loaded) = self.terms.get_mut(&id) {
                loaded.places = places;
            }
        }
        (self.has, self.answers) = (mark.has, mark.answers);
        self.decided.truncate(mark.decided);
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
        let wish = self.wish(asked, household);
        let loaded = self.terms.get_mut(&request.term).ok_or(StoreError::NotFound)?;
        let decision = may_book(&loaded.term, &loaded.places, &wish, asked.at)?;
        let is_first = loaded.term.entry.is_first(&wish.has.groups);
        loaded.places.note(&decision, request.which.scope(), is_first);

        let booking = BookingId(new_id(asked.at));
        let first = |dates: &[OccurrenceId]| {
            let first = loaded.term.occurrences.iter().find(|o| dates.contains(&o.id)).map(|o| o.on_date);
            first.unwrap_or_else(|| loaded.row.first_date.into())
        };
        let mut answer_by = None;
        let (dates, places, state, answer) = match decision {
            Decision::Confirm { occurrences, places } => {
                let dates = u32::try_from(occurrences.len()).unwrap_or(u32::MAX);
                let answer = Booked::Confirmed { booking, dates, first: first(&occurrences) };
                (occurrences, places, BookingState::Confirmed, answer)
            }
            Decision::Hold { occurrences, places, answer_by: until } => {
                answer_by = Some(until);
                (occurrences, places, BookingState::Offered, Booked::Held { booking })
            }
            Decision::Apply { occurrences, places } => {
                (occurrences, places, BookingState::Waiting, Booked::Applied { booking })
            }
            Decision::Wait { occurrences, places, ahead } => {
                (occurrences, places, BookingState::Waiting, Booked::Waiting { booking, number: ahead + 1 })
            }
        };
        let person = self.people.get(&request.person);
        self.has.note(loaded, person, household, &dates, state);
        self.answers.insert(request.key, (Some(asked.who.account.0), Some(answer.clone())));
        let told = answer.clone();
        let asked = asked.clone();
        let identity = person.map(identity);
        self.decided.push(Decided {
            asked,
            household,
            booking,
            state,
            dates,
            places,
            answer,
            is_first,
            answer_by,
            identity,
        });
        Ok(told)
    }

    /// The household that the booking is for, if the actor may book for that person through that door.
    fn household_for(&self, asked: &Asked) -> Result<Option<Uuid>, StoreError> {
        let (who, request) = (&asked.who, &asked.request);
        let loaded = self.terms.get(&request.term).ok_or(StoreError::NotFound)?;
        let person = self.people.get(&request.person).ok_or(StoreError::NotFound)?;
        let homes = self.homes.get(&request.person).map(Vec::as_slice).unwrap_or_default();
        match request.door {
            Door::Page if self.is_of_household(asked) => Ok(who.household),
            // The place is the household's of whoever goes there.
            Door::Page if self.allowed.get(&who.account).is_some_and(|persons| persons.contains(&request.person.0)) => {
                Ok(homes.first().copied())
            }
            Door::Page => Err(StoreError::NotFound),
            _ if who.actor.may(Act::ManageBookings, loaded.community())
                && person.community_id == loaded.community().0
                && person.merged_into.is_none() =>
            {
                Ok(homes.first().copied())
            }
            _ => Err(StoreError::NotFound),
        }
    }

    fn is_of_household(&self, asked: &Asked) -> bool {
        let homes = self.homes.get(&asked.request.person).map(Vec::as_slice).unwrap_or_default();
        asked.who.household.is_some_and(|home| homes.contains(&home))
    }

    /// May the first of these be settled before the opening? Gives the community and the household.
    pub(super) fn may_prepare(&self, asked: &Asked) -> Result<(CommunityId, Option<Uuid>), StoreError> {
        let household = self.household_for(asked)?;
        let wish = self.wish(asked, household);
        let loaded = self.terms.get(&asked.request.term).ok_or(StoreError::NotFound)?;
        may_prepare(&loaded.term, &wish, asked.at)?;
        Ok((loaded.community(), household))
    }

    fn wish(&self, asked: &Asked, household: Option<Uuid>) -> Wish {
        let request = &asked.request;
        let person = self.people.get(&request.person);
        let has = match (self.terms.get(&request.term), person) {
            (Some(loaded), Some(person)) => self.has.standings(loaded, person, household, request, asked.at),
            _ => Standings::default(),
        };
        Wish {
            which: request.which.clone(),
            heads: request.heads,
            adults: request.adults,
            birth: person.and_then(|person| person.birth_date).map(Date::from),
            has,
            insists: request.insists,
            consents: request.consents,
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
            bookings.push(decided.booking_row(loaded, *number)?);
            members.push(booking_member::ActiveModel {
                booking_id: Set(decided.booking.0),
                person_id: Set(decided.asked.request.person.0),
            });
            places.extend(decided.place_rows(loaded));
            let mut made = decided.change(loaded).row(tx, None::<()>, Some(&decided.answer), decided.asked.at)?;
            made.id = Set(decided.booking.0);
            audits.push(made);
            answers.push(decided.answer_row()?);
        }
        many::insert(tx, bookings).await?;
        many::insert(tx, members).await?;
        many::insert(tx, places).await?;
        audit::put(tx, audits).await?;
        many::insert(tx, answers).await?;
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
    fn booking_row(&self, loaded: &Loaded, number: i64) -> Result<booking::ActiveModel, DbErr> {
        let (request, at) = (&self.asked.request, self.asked.at);
        let entry = &loaded.term.entry;
        let period = entry.period.as_ref().map(|period| period.as_str().to_owned());
        let weekly = match request.which.weekly() {
            [] => None,
            hours => Some(serde_json::to_string(hours).map_err(|error| DbErr::Json(error.to_string()))?),
        };
        Ok(booking::ActiveModel {
            id: Set(self.booking.0),
            community_id: Set(loaded.row.community_id),
            term_id: Set(loaded.row.id),
            person_id: Set(request.person.0),
            household_id: Set(self.household),
            account_id: Set(Some(self.asked.who.account.0)),
            heads: Set(signed(request.heads)),
            scope: Set(Stored(request.which.scope())),
            weekly: Set(weekly),
            state: Set(Stored(self.state)),
            queue_no: Set(number),
            order_no: Set(order_no(self.is_first, entry.giving == Giving::PriorityFirst, number)),
            answer_by: Set(self.answer_by.map(Into::into)),
            identity: Set(self.identity.clone().filter(|_| period.is_some())),
            period: Set(period),
            adults: Set(request.adults.map(signed)),
            door: Set(Stored(request.door)),
            created_at: Set(at.into()),
            confirmed_at: Set((self.state == BookingState::Confirmed).then(|| at.into())),
            cancelled_at: Set(None),
        })
    }

    fn place_rows<'a>(&'a self, loaded: &'a Loaded) -> impl Iterator<Item = booking_place::ActiveModel> + 'a {
        let request = &self.asked.request;
        let dates = loaded.dates.iter().filter(|date| self.dates.contains(&OccurrenceId(date.id)));
        dates.map(|date| booking_place::ActiveModel {
            id: Set(new_id(self.asked.at)),
            booking_id: Set(self.booking.0),
            occurrence_id: Set(date.id),
            person_id: Set(request.person.0),
            places: Set(signed(self.places)),
            heads: Set(signed(request.heads)),
            state: Set(Stored(place_state(self.state))),
            on_date: Set(date.on_date),
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

pub(super) fn place_state(booking: BookingState) -> PlaceState {
    match booking {
        BookingState::Confirmed | BookingState::Offered => PlaceState::Held,
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

pub(super) fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
