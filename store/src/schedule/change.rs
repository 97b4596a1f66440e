//! The changes themselves.

use super::{hold_term, planned, put_date, taken, tell::tell, undo::Snapshot};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::{promote_waiting, weekly_of},
    calendar::term_of,
    entity::{booking, booking_place, occurrence, room, schedule_change, stored::Stored, term, time::Day},
    error::InField,
    id::new_id,
    terms::{Loaded, code, count, instant},
    tx::{WriteTx, begin_write},
};
use domain::{
    booking::{BookingState, PlaceState, Scope, places_for},
    id::{ChangeId, OccurrenceId, RoomId, TermId},
    recurrence::Weekday,
    refusal::Refusal,
    rights::Door,
    schedule::{Arrangement, ChangeKind, Edit, Reach, Taken, plan_edit},
    term::{OccurrenceState, TermState},
    text::InputProblem,
    which::WeekHour,
};
use jiff::{Timestamp, civil::Time};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::HashSet;
use uuid::Uuid;

/// One change of one term's dates, under its lock.
pub(super) struct Doing<'a> {
    pub tx: &'a WriteTx,
    pub who: &'a Who,
    pub loaded: &'a Loaded,
    pub kind: ChangeKind,
    pub now: Timestamp,
}

impl Doing<'_> {
    /// Writes dates as they are to be, and lets follow what follows.
    pub(super) async fn write(&self, rows: Vec<occurrence::Model>) -> Result<ChangeId, StoreError> {
        let mut before = Vec::new();
        let mut written = Vec::new();
        for mut row in rows {
            let was = self.loaded.dates.iter().find(|date| date.id == row.id).ok_or(StoreError::NotFound)?;
            row.sequence = was.sequence + 1;
            row.updated_at = self.now.into();
            before.push(Snapshot::of(was));
            put_date(self.tx, &row).await?;
            written.push(row);
        }
        self.record(before, &written).await
    }

    /// Tells whom a change touches, and keeps what was, so that it can be taken back.
    async fn record(&self, before: Vec<Snapshot>, written: &[occurrence::Model]) -> Result<ChangeId, StoreError> {
        let told = tell(self, &before, written).await?;
        let after: Vec<_> = written.iter().map(Snapshot::of).collect();
        let json = |dates: &[Snapshot]| serde_json::to_string(dates).map_err(|e| DbErr::Json(e.to_string()));
        let id = ChangeId(new_id(self.now));
        schedule_change::Entity::insert(schedule_change::ActiveModel {
            id: Set(id.0),
            community_id: Set(self.loaded.row.community_id),
            term_id: Set(self.loaded.row.id),
            account_id: Set(Some(self.who.account.0)),
            kind: Set(Stored(self.kind)),
            before: Set(json(&before)?),
            after: Set(json(&after)?),
            told: Set(i32::try_from(told).unwrap_or(i32::MAX)),
            at: Set(self.now.into()),
            undone_at: Set(None),
        })
        .exec_without_returning(self.tx)
        .await?;
        self.finish(&before, &after).await?;
        Ok(id)
    }

    /// What follows every change of dates: the term's span and state, the audit, the waiting list.
    pub(super) async fn finish(&self, before: &[Snapshot], after: &[Snapshot]) -> Result<(), StoreError> {
        let (tx, term) = (self.tx, TermId(self.loaded.row.id));
        let dates: Vec<(Day, Stored<OccurrenceState>)> = occurrence::Entity::find()
            .select_only()
            .column(occurrence::Column::OnDate)
            .column(occurrence::Column::State)
            .filter(occurrence::Column::TermId.eq(term.0))
            .order_by_asc(occurrence::Column::OnDate)
            .into_tuple()
            .all(tx)
            .await?;
        if let (Some((first, _)), Some((last, _))) = (dates.first(), dates.last()) {
            let off = dates.iter().all(|(_, state)| state.0 == OccurrenceState::Cancelled);
            let mut row = self.loaded.row.clone().into_active_model();
            row.first_date = Set(*first);
            row.last_date = Set(*last);
            // A term is called off when all of its dates are.
            row.state = Set(Stored(if off { TermState::Cancelled } else { TermState::Published }));
            term::Entity::update(row).exec(tx).await?;
        }
        let at = self.loaded.community();
        let subject = after.first().or(before.first()).map_or(term.0, |date| date.id);
        Change {
            community: at,
            by: Some((self.who.account, &self.who.name)),
            for_person: None,
            action: match self.kind {
                ChangeKind::Edit => "edit_dates",
                ChangeKind::Cancel => "cancel_occurrence",
                ChangeKind::Restore => "restore_occurrence",
                ChangeKind::Add => "add_occurrence",
            },
            subject: ("occurrence", subject),
            term: Some(term),
            door: Door::Desk,
        }
        .write(tx, Some(told_dates(self.loaded, before)), Some(told_dates(self.loaded, after)), self.now)
        .await?;
        promote_waiting(tx, term, self.now).await
    }

    /// Refuses what would begin in the past, or be in two places at once.
    pub(super) async fn check(&self, rows: &[occurrence::Model]) -> Result<(), StoreError> {
        let wanted: Vec<Taken> = rows
            .iter()
            .filter(|row| row.state == OccurrenceState::Scheduled)
            .map(|row| as_taken(self.loaded, row))
            .collect();
        if wanted.iter().any(|date| date.starts_at <= self.now) {
            return Err(Refusal::InThePast.into());
        }
        let own: Vec<_> = rows.iter().map(|row| OccurrenceId(row.id)).collect();
        taken(self.tx, self.loaded.community(), &wanted, &own).await?.refuse_clash(&wanted)?;
        Ok(())
    }
}

/// What a date takes up.
pub(super) fn as_taken(loaded: &Loaded, row: &occurrence::Model) -> Taken {
    Taken {
        term: TermId(loaded.row.id),
        occurrence: Some(OccurrenceId(row.id)),
        date: row.on_date.into(),
        starts_at: row.starts_at.into(),
        ends_at: row.ends_at.into(),
        room: row.room_id.map(RoomId),
        leader: row.leader.clone(),
    }
}

/// Dates as the audit tells them.
fn told_dates(loaded: &Loaded, dates: &[Snapshot]) -> Vec<String> {
    dates
        .iter()
        .map(|date| {
            let local = |at: Timestamp| crate::terms::local(at, &loaded.zone).time().strftime("%H:%M").to_string();
            let mut told = format!("{} {}–{}", date.on_date, local(date.starts_at), local(date.ends_at));
            for part in [loaded.room(date.room), date.leader.clone(), date.reason.clone()].into_iter().flatten() {
                told.push(' ');
                told.push_str(&part);
            }
            told
        })
        .collect()
}

/// A row with another arrangement.
pub(super) fn rearranged(
    loaded: &Loaded,
    row: &occurrence::Model,
    to: &Arrangement,
) -> Result<occurrence::Model, InputProblem> {
    Ok(occurrence::Model {
        on_date: to.date.into(),
        starts_at: instant(to.date, to.start, &loaded.zone)?.into(),
        ends_at: instant(to.date, to.end, &loaded.zone)?.into(),
        room_id: to.room.map(|room| room.0),
        leader: to.leader.clone(),
        ..row.clone()
    })
}

async fn check_room(tx: &WriteTx, loaded: &Loaded, to: &Arrangement) -> Result<(), StoreError> {
    if let Some(id) = to.room {
        let here = room::Entity::find_by_id(id.0).filter(room::Column::CommunityId.eq(loaded.row.community_id));
        here.one(tx).await?.ok_or(InputProblem::Choice).in_field("room")?;
    }
    Ok(())
}

/// The row of a date as its page showed it.
pub(super) fn seen(loaded: &Loaded, id: OccurrenceId, sequence: i32) -> Result<&occurrence::Model, StoreError> {
    let row = loaded.dates.iter().find(|date| date.id == id.0).ok_or(StoreError::NotFound)?;
    if row.sequence == sequence { Ok(row) } else { Err(Refusal::ChangedSince.into()) }
}

/// Moves a date, or gives it another room or leader, and carries that to others as far as asked. Places are kept, and
/// whoever has one is told. `sequence` is the number under which staff saw the date. Nothing to change: none.
///
/// # Errors
/// [`StoreError::Invalid`] naming the field; [`Refusal::Clash`] where a room, a leader or the term would be in two
/// places; [`Refusal::InThePast`]; [`Refusal::ChangedSince`] if somebody else was faster.
pub async fn edit_dates(
    db: &DatabaseConnection,
    who: &Who,
    edit: &Edit,
    sequence: i32,
    now: Timestamp,
) -> Result<Option<ChangeId>, StoreError> {
    let term = term_of(db, edit.of).await?;
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, term).await?;
    seen(&loaded, edit.of, sequence)?;
    check_room(&tx, &loaded, &edit.to).await?;
    let moved = plan_edit(&planned(&loaded, now), edit).in_field("end")?;
    if moved.is_empty() {
        return Ok(None);
    }
    let mut rows = Vec::new();
    for moved in &moved {
        let Some(row) = loaded.dates.iter().find(|date| date.id == moved.id.0) else { continue };
        let mut row = rearranged(&loaded, row, &moved.to).in_field("date")?;
        // Of a change to all later dates none is an exception; of a change to one date, or one day, those are.
        row.hand_made |= matches!(edit.reach, Reach::This | Reach::Day);
        if let Some(reason) = &edit.reason {
            row.reason = Some(reason.as_str().to_owned());
        }
        rows.push(row);
    }
    let doing = Doing { tx: &tx, who, loaded: &loaded, kind: ChangeKind::Edit, now };
    doing.check(&rows).await?;
    let id = doing.write(rows).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Adds a date to a term. Those whose date was called off get a place first, then the others who booked the whole
/// term or that hour of every week, in the order of their numbers, as far as places go; they are told.
///
/// # Errors
/// As [`edit_dates`].
pub async fn add_occurrence(
    db: &DatabaseConnection,
    who: &Who,
    term: TermId,
    at: &Arrangement,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, term).await?;
    check_room(&tx, &loaded, at).await?;
    if at.end <= at.start {
        Err(InputProblem::Order).in_field("end")?;
    }
    let bare = occurrence::Model {
        id: new_id(now),
        community_id: loaded.row.community_id,
        term_id: term.0,
        on_date: at.date.into(),
        starts_at: now.into(),
        ends_at: now.into(),
        room_id: None,
        leader: None,
        capacity: None,
        state: Stored(OccurrenceState::Scheduled),
        reason: None,
        hand_made: true,
        crew: None,
        sequence: 0,
        updated_at: now.into(),
    };
    let row = rearranged(&loaded, &bare, at).in_field("date")?;
    let doing = Doing { tx: &tx, who, loaded: &loaded, kind: ChangeKind::Add, now };
    doing.check(std::slice::from_ref(&row)).await?;
    occurrence::Entity::insert(row.clone().into_active_model()).exec_without_returning(&tx).await?;
    give_places(&doing, &row).await?;
    let id = doing.record(Vec::new(), &[row]).await?;
    tx.commit().await?;
    Ok(id)
}

fn local_start(loaded: &Loaded, date: &occurrence::Model) -> Time {
    crate::terms::local(date.starts_at.into(), &loaded.zone).time()
}

/// Gives places on a date that was added.
async fn give_places(doing: &Doing<'_>, date: &occurrence::Model) -> Result<(), StoreError> {
    let off = doing.loaded.dates.iter().filter(|date| date.state == OccurrenceState::Cancelled).map(|date| date.id);
    let missed: HashSet<Uuid> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::BookingId)
        .filter(booking_place::Column::OccurrenceId.is_in(off))
        .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
        .into_tuple::<Uuid>()
        .all(doing.tx)
        .await?
        .into_iter()
        .collect();
    let bookings = booking::Entity::find()
        .filter(booking::Column::TermId.eq(doing.loaded.row.id))
        .filter(booking::Column::State.is_in([BookingState::Confirmed, BookingState::Offered].map(code)))
        .order_by_asc(booking::Column::QueueNo)
        .all(doing.tx)
        .await?;
    let hour = WeekHour { weekday: Weekday::of(date.on_date.into()), start: local_start(doing.loaded, date) };
    let mut all = Vec::new();
    for booking in bookings {
        let takes = match booking.scope.0 {
            Scope::Whole | Scope::Rest => true,
            Scope::Single => false,
            Scope::Weekly => weekly_of(&booking)?.contains(&hour),
        };
        if takes || missed.contains(&booking.id) {
            all.push(booking);
        }
    }
    let mut bookings = all;
    // Stable: within each part the order of arrival stays.
    bookings.sort_by_key(|booking| !missed.contains(&booking.id));
    let mut left = doing.loaded.term.capacity;
    let mut persons = HashSet::new();
    let mut rows = Vec::new();
    for booking in bookings {
        let places = places_for(doing.loaded.term.unit, count(booking.heads));
        // One person takes one place, though two single bookings of hers were called off.
        if places <= left && persons.insert(booking.person_id) {
            left -= places;
            rows.push(booking_place::ActiveModel {
                id: Set(new_id(doing.now)),
                booking_id: Set(booking.id),
                occurrence_id: Set(date.id),
                person_id: Set(booking.person_id),
                places: Set(i32::try_from(places).unwrap_or(i32::MAX)),
                heads: Set(booking.heads),
                state: Set(Stored(PlaceState::Held)),
                on_date: Set(date.on_date),
            });
        }
    }
    for chunk in rows.chunks(200) {
        booking_place::Entity::insert_many(chunk.to_vec()).exec_without_returning(doing.tx).await?;
    }
    Ok(())
}
