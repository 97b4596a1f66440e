//! Booking, cancelling and moving up: lock, read, ask the rules, write, audit, notify, commit.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{
        booking, booking_member, booking_place, household_member, occurrence, person, request_answer, stored::Stored,
        time::Instant,
    },
    error::is_duplicate,
    id::new_id,
    notices,
    terms::{Loaded, code, load_term, lock_term, waiters},
    tx::begin_write,
};
use domain::{
    booking::{BookingState, Decision, MAX_HEADS, PlaceState, Scope, Wish, may_book, may_cancel, promote},
    id::{BookingId, OccurrenceId, PersonId, RequestKey, TermId},
    reading::{Booked, NoticeText},
    refusal::Refusal,
    rights::{Act, Door},
    text::InputProblem,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    JoinType, QueryFilter, QuerySelect, RelationTrait, sea_query::Expr,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct BookRequest {
    /// The term.
    pub term: TermId,
    /// For whom.
    pub person: PersonId,
    /// How much of the term.
    pub scope: Scope,
    /// The date, for [`Scope::Single`].
    pub occurrence: Option<OccurrenceId>,
    /// Heads of the party, 1 to [`MAX_HEADS`].
    pub heads: u32,
    /// Makes a repeated request recognisable.
    pub key: RequestKey,
    /// A family's page or the staff desk.
    pub door: Door,
}

/// Whether the lock is taken. Only the control of the race test turns it off, to show that the race is real.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locking {
    /// Lock, then read.
    On,
    /// Read and decide, pause, and only then lock and write: what oversells.
    OffAsControl(std::time::Duration),
}

/// Books places for a person, or puts the person on the waiting list. The same key gets the same answer.
///
/// # Errors
/// [`StoreError::Refused`] with the rule that says no; [`StoreError::NotFound`] for a term or person that is not
/// there or not the actor's.
pub async fn book_place(
    db: &DatabaseConnection,
    who: &Who,
    request: &BookRequest,
    now: Timestamp,
) -> Result<Booked, StoreError> {
    book_place_with(db, who, request, now, Locking::On).await
}

#[doc(hidden)]
pub async fn book_place_with(
    db: &DatabaseConnection,
    who: &Who,
    request: &BookRequest,
    now: Timestamp,
    locking: Locking,
) -> Result<Booked, StoreError> {
    if !(1..=MAX_HEADS).contains(&request.heads) {
        let problem = InputProblem::Number { min: 1, max: MAX_HEADS.into() };
        return Err(StoreError::Invalid(domain::refusal::FieldProblem::new("heads", problem)));
    }
    if let Locking::OffAsControl(pause) = locking {
        let loaded = load_term(db, request.term).await?;
        let decision = may_book(&loaded.term, &loaded.places, &wish(db, &loaded, request, None, now).await?, now)?;
        tokio::time::sleep(pause).await;
        let tx = begin_write(db).await?;
        lock_term(&tx, request.term).await?;
        let booked = write_booking(&tx, who, request, &loaded, decision, who.household, now).await?;
        tx.commit().await?;
        return Ok(booked);
    }
    let tx = begin_write(db).await?;
    lock_term(&tx, request.term).await?;
    if let Some(answer) = earlier_answer(&tx, who, request.key).await? {
        return Ok(answer);
    }
    let loaded = load_term(&tx, request.term).await?;
    let (person, household) = person_for(&tx, who, &loaded, request).await?;
    let wish = wish(&tx, &loaded, request, person.birth_date.map(Date::from), now).await?;
    let decision = may_book(&loaded.term, &loaded.places, &wish, now)?;
    let booked = write_booking(&tx, who, request, &loaded, decision, household, now).await?;
    if request.door == Door::Desk {
        let text = NoticeText::BookedByDesk {
            activity: loaded.activity.name.clone(),
            person: person.name,
            slug: slug_of(&tx, &loaded).await?,
            activity_id: loaded.activity.id.into(),
            waiting: matches!(booked, Booked::Waiting { .. }),
        };
        notices::owe(&tx, loaded.community(), household, None, request.person, &text, now).await?;
    }
    tx.commit().await?;
    Ok(booked)
}

async fn slug_of(tx: &impl ConnectionTrait, loaded: &Loaded) -> Result<String, StoreError> {
    crate::communities::slug_of(tx, loaded.community()).await
}

async fn earlier_answer(tx: &impl ConnectionTrait, who: &Who, key: RequestKey) -> Result<Option<Booked>, StoreError> {
    let Some(row) = request_answer::Entity::find_by_id(key.0).one(tx).await? else { return Ok(None) };
    // Somebody else's key is no key: it neither tells nor repeats.
    if row.account_id != Some(who.account.0) {
        return Err(StoreError::NotFound);
    }
    Ok(serde_json::from_str(&row.answer).ok())
}

/// The person whom the booking is for, locked, if the actor may book for that person through that door.
async fn person_for(
    tx: &impl ConnectionTrait,
    who: &Who,
    loaded: &Loaded,
    request: &BookRequest,
) -> Result<(person::Model, Option<Uuid>), StoreError> {
    let person =
        person::Entity::find_by_id(request.person.0).lock_exclusive().one(tx).await?.ok_or(StoreError::NotFound)?;
    let homes: Vec<Uuid> = household_member::Entity::find()
        .select_only()
        .column(household_member::Column::HouseholdId)
        .filter(household_member::Column::PersonId.eq(person.id))
        .into_tuple()
        .all(tx)
        .await?;
    match request.door {
        Door::Page => {
            let home = who.household.filter(|home| homes.contains(home)).ok_or(StoreError::NotFound)?;
            Ok((person, Some(home)))
        }
        _ if who.actor.may(Act::ManageBookings, loaded.community()) && person.community_id == loaded.community().0 => {
            Ok((person, homes.first().copied()))
        }
        _ => Err(StoreError::NotFound),
    }
}

async fn wish(
    conn: &impl ConnectionTrait,
    loaded: &Loaded,
    request: &BookRequest,
    birth: Option<Date>,
    now: Timestamp,
) -> Result<Wish, StoreError> {
    let live: Vec<(Uuid, Stored<PlaceState>)> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::OccurrenceId)
        .column(booking_place::Column::State)
        .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
        .filter(occurrence::Column::TermId.eq(loaded.row.id))
        .filter(booking_place::Column::PersonId.eq(request.person.0))
        .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
        .into_tuple()
        .all(conn)
        .await?;
    let coming: Vec<_> = loaded.term.coming(now).map(|o| o.id.0).collect();
    let earlier = live
        .iter()
        .find(|(date, _)| match request.scope {
            Scope::Single => request.occurrence.is_some_and(|wanted| wanted.0 == *date),
            Scope::Whole | Scope::Rest => coming.contains(date),
        })
        .map(|(_, state)| match state.0 {
            PlaceState::Waiting => BookingState::Waiting,
            PlaceState::Held | PlaceState::Released => BookingState::Confirmed,
        });
    Ok(Wish {
        scope: request.scope,
        occurrence: request.occurrence,
        heads: request.heads,
        birth,
        earlier,
        door: request.door,
    })
}

async fn write_booking(
    tx: &impl ConnectionTrait,
    who: &Who,
    request: &BookRequest,
    loaded: &Loaded,
    decision: Decision,
    household: Option<Uuid>,
    now: Timestamp,
) -> Result<Booked, StoreError> {
    let id = BookingId(new_id(now));
    let (dates, places, state, place, answer) = match decision {
        Decision::Confirm { occurrences, places } => {
            let first = loaded.term.occurrences.iter().find(|o| occurrences.contains(&o.id)).map(|o| o.on_date);
            let answer = Booked::Confirmed {
                booking: id,
                dates: u32::try_from(occurrences.len()).unwrap_or(u32::MAX),
                first: first.unwrap_or_else(|| loaded.row.first_date.into()),
            };
            (occurrences, places, BookingState::Confirmed, PlaceState::Held, answer)
        }
        Decision::Wait { occurrences, places, ahead } => {
            let answer = Booked::Waiting { booking: id, number: ahead + 1 };
            (occurrences, places, BookingState::Waiting, PlaceState::Waiting, answer)
        }
    };
    let last: Option<i64> = booking::Entity::find()
        .select_only()
        .column_as(booking::Column::QueueNo.max(), "last")
        .filter(booking::Column::TermId.eq(loaded.row.id))
        .into_tuple::<Option<i64>>()
        .one(tx)
        .await?
        .flatten();
    booking::Entity::insert(booking::ActiveModel {
        id: Set(id.0),
        community_id: Set(loaded.row.community_id),
        term_id: Set(loaded.row.id),
        person_id: Set(request.person.0),
        household_id: Set(household),
        account_id: Set(Some(who.account.0)),
        heads: Set(signed(request.heads)),
        scope: Set(Stored(request.scope)),
        state: Set(Stored(state)),
        queue_no: Set(last.unwrap_or(0) + 1),
        door: Set(Stored(request.door)),
        created_at: Set(now.into()),
        confirmed_at: Set((state == BookingState::Confirmed).then(|| now.into())),
        cancelled_at: Set(None),
    })
    .exec_without_returning(tx)
    .await
    .map_err(already_booked)?;
    booking_member::Entity::insert(booking_member::ActiveModel {
        booking_id: Set(id.0),
        person_id: Set(request.person.0),
    })
    .exec_without_returning(tx)
    .await?;
    let rows: Vec<_> = dates
        .iter()
        .map(|date| booking_place::ActiveModel {
            id: Set(new_id(now)),
            booking_id: Set(id.0),
            occurrence_id: Set(date.0),
            person_id: Set(request.person.0),
            places: Set(signed(places)),
            heads: Set(signed(request.heads)),
            state: Set(Stored(place)),
        })
        .collect();
    for chunk in rows.chunks(500) {
        booking_place::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await.map_err(already_booked)?;
    }
    Change {
        community: loaded.community(),
        by: Some((who.account, &who.name)),
        for_person: Some(request.person),
        action: "book_place",
        subject: ("booking", id.0),
        term: Some(request.term),
        door: request.door,
    }
    .write(tx, None::<()>, Some(&answer), now)
    .await?;
    let text = serde_json::to_string(&answer).map_err(|e| sea_orm::DbErr::Json(e.to_string()))?;
    request_answer::Entity::insert(request_answer::ActiveModel {
        key: Set(request.key.0),
        account_id: Set(Some(who.account.0)),
        answer: Set(text),
        created_at: Set(now.into()),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(answer)
}

/// The indexes behind the rules: two live bookings of one person on one date can't both be written.
fn already_booked(error: sea_orm::DbErr) -> StoreError {
    if is_duplicate(&error) { Refusal::AlreadyBooked { waiting: false }.into() } else { error.into() }
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Cancels a booking, or takes it off the waiting list, and gives the freed places to the first in line.
///
/// # Errors
/// [`StoreError::NotFound`] for a booking that is not there or not the actor's; [`StoreError::Refused`] after the
/// deadline or when it was cancelled before.
pub async fn cancel_booking(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let term = booking::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?.term_id;
    let tx = begin_write(db).await?;
    lock_term(&tx, TermId(term)).await?;
    let row = booking::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let loaded = load_term(&tx, TermId(term)).await?;
    let mine = row.household_id.is_some() && row.household_id == who.household;
    let allowed = match door {
        Door::Page => mine,
        _ => who.actor.may(Act::ManageBookings, loaded.community()),
    };
    if !allowed {
        return Err(StoreError::NotFound);
    }
    let held: Vec<OccurrenceId> = places_of(&tx, id, PlaceState::Held).await?;
    may_cancel(&loaded.term, row.state.0, &held, door, now)?;
    let before = row.state.0;
    let (person, household) = (row.person_id, row.household_id);
    let mut change = row.into_active_model();
    change.state = Set(Stored(BookingState::Cancelled));
    change.cancelled_at = Set(Some(Instant::from(now)));
    change.update(&tx).await?;
    // What has begun stays as it was: who came, came.
    let coming: Vec<Uuid> = loaded.term.coming(now).map(|o| o.id.0).collect();
    set_places(&tx, id, Some(coming), PlaceState::Released).await?;
    Change {
        community: loaded.community(),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(person)),
        action: "cancel_booking",
        subject: ("booking", id.0),
        term: Some(TermId(term)),
        door,
    }
    .write(&tx, Some(before), Some(BookingState::Cancelled), now)
    .await?;
    if door == Door::Desk {
        let name = person::Entity::find_by_id(person).one(&tx).await?.map_or_else(String::new, |person| person.name);
        let text = NoticeText::CancelledByDesk {
            activity: loaded.activity.name.clone(),
            person: name,
            slug: slug_of(&tx, &loaded).await?,
            activity_id: loaded.activity.id.into(),
        };
        notices::owe(&tx, loaded.community(), household, None, PersonId(person), &text, now).await?;
    }
    promote_waiting(&tx, TermId(term), now).await?;
    tx.commit().await?;
    Ok(())
}

async fn places_of(
    conn: &impl ConnectionTrait,
    booking: BookingId,
    state: PlaceState,
) -> Result<Vec<OccurrenceId>, StoreError> {
    let ids: Vec<Uuid> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::OccurrenceId)
        .filter(booking_place::Column::BookingId.eq(booking.0))
        .filter(booking_place::Column::State.eq(code(state)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(OccurrenceId).collect())
}

/// Sets the state of a booking's places: those on `dates`, or all of them.
async fn set_places(
    tx: &impl ConnectionTrait,
    booking: BookingId,
    dates: Option<Vec<Uuid>>,
    state: PlaceState,
) -> Result<(), StoreError> {
    let mut update = booking_place::Entity::update_many()
        .col_expr(booking_place::Column::State, Expr::value(code(state)))
        .filter(booking_place::Column::BookingId.eq(booking.0));
    if let Some(dates) = dates {
        update = update.filter(booking_place::Column::OccurrenceId.is_in(dates));
    }
    update.exec(tx).await?;
    Ok(())
}

/// Gives free places to those who wait, in order; the caller holds the term's lock.
///
/// # Errors
/// Only those of the database.
pub(crate) async fn promote_waiting(tx: &impl ConnectionTrait, term: TermId, now: Timestamp) -> Result<(), StoreError> {
    let loaded = load_term(tx, term).await?;
    if loaded.places.line.parties() == 0 {
        return Ok(());
    }
    let up = promote(&loaded.term, &loaded.places, &waiters(tx, term).await?, now);
    if up.is_empty() {
        return Ok(());
    }
    let slug = slug_of(tx, &loaded).await?;
    let rows: BTreeMap<Uuid, booking::Model> = booking::Entity::find()
        .filter(booking::Column::Id.is_in(up.iter().map(|(id, _)| id.0)))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for (id, dates) in up {
        let Some(row) = rows.get(&id.0) else { continue };
        let (person, household, account) = (row.person_id, row.household_id, row.account_id);
        let mut change = row.clone().into_active_model();
        change.state = Set(Stored(BookingState::Confirmed));
        change.confirmed_at = Set(Some(now.into()));
        change.update(tx).await?;
        set_places(tx, id, None, PlaceState::Released).await?;
        set_places(tx, id, Some(dates.iter().map(|date| date.0).collect()), PlaceState::Held).await?;
        Change {
            community: loaded.community(),
            by: None,
            for_person: Some(PersonId(person)),
            action: "promote",
            subject: ("booking", id.0),
            term: Some(term),
            door: Door::Rule,
        }
        .write(tx, Some(BookingState::Waiting), Some(BookingState::Confirmed), now)
        .await?;
        let name = person::Entity::find_by_id(person).one(tx).await?.map_or_else(String::new, |person| person.name);
        let text = NoticeText::Promoted {
            activity: loaded.activity.name.clone(),
            person: name,
            slug: slug.clone(),
            activity_id: loaded.activity.id.into(),
            dates: u32::try_from(dates.len()).unwrap_or(u32::MAX),
        };
        notices::owe(tx, loaded.community(), household, account, PersonId(person), &text, now).await?;
    }
    Ok(())
}
