//! Changing a term's dates: moving, calling off, restoring and adding them, telling whom it touches, and taking the
//! last change back.
//!
//! Whoever changes dates of a community holds its row: two terms can't take one room or one leader at once.

mod change;
mod page;
mod tell;
mod undo;

pub use change::{add_occurrence, cancel_occurrence, edit_dates, restore_occurrence};
pub(crate) use page::families;
pub use page::{plan_page, preview_edit};
pub use undo::undo_change;

use crate::{
    StoreError,
    accounts::Who,
    entity::{activity, community, occurrence, term, time::Day},
    terms::{Loaded, code, load_term, local, lock_terms},
    tx::WriteTx,
};
use domain::{
    calendar::Span,
    id::{CommunityId, OccurrenceId, RoomId, TermId},
    reading::{ClashLine, RoomChoice},
    refusal::Refusal,
    rights::Act,
    schedule::{Arrangement, Planned, Taken, clashes},
    term::{OccurrenceState, TermState},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    sea_query::LockType,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A term under the lock, if the actor may change its dates.
async fn hold_term(tx: &WriteTx, who: &Who, id: TermId) -> Result<Loaded, StoreError> {
    lock_terms(tx, &[id]).await?;
    let loaded = load_term(tx, id).await?;
    if !who.actor.may(Act::ManageActivities, loaded.community()) {
        return Err(StoreError::NotFound);
    }
    hold_community(tx, loaded.community()).await?;
    Ok(loaded)
}

/// The row of a community, locked until the transaction ends. Bookings, which only refer to the row, don't wait.
pub(crate) async fn hold_community(tx: &WriteTx, id: CommunityId) -> Result<community::Model, StoreError> {
    community::Entity::find_by_id(id.0).lock(LockType::NoKeyUpdate).one(tx).await?.ok_or(StoreError::NotFound)
}

/// A date as it stands.
pub(crate) fn arrangement(loaded: &Loaded, date: &occurrence::Model) -> Arrangement {
    Arrangement {
        date: date.on_date.into(),
        start: local(date.starts_at.into(), &loaded.zone).time(),
        end: local(date.ends_at.into(), &loaded.zone).time(),
        room: date.room_id.map(RoomId),
        leader: date.leader.clone(),
    }
}

/// The dates of a term as the rules of changing look at them.
fn planned(loaded: &Loaded, now: Timestamp) -> Vec<Planned> {
    let plan = |date: &occurrence::Model| Planned {
        id: OccurrenceId(date.id),
        now: arrangement(loaded, date),
        state: date.state.0,
        hand_made: date.hand_made,
        begun: Timestamp::from(date.starts_at) <= now,
    };
    loaded.dates.iter().map(plan).collect()
}

/// What dates take up, as rows stand.
pub(crate) struct TakenDates {
    /// The stretches of time.
    pub dates: Vec<Taken>,
    /// The activities of their terms.
    names: HashMap<TermId, String>,
}

/// What is taken in a community from the first to the last day, but for the dates `without`.
pub(crate) async fn taken(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    span: Span,
    without: &[OccurrenceId],
) -> Result<TakenDates, StoreError> {
    let rows = occurrence::Entity::find()
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(span.first), Day::from(span.last)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .filter(term::Column::State.eq(code(TermState::Published)))
        .order_by_asc(occurrence::Column::StartsAt)
        .all(conn)
        .await?;
    let names: Vec<(Uuid, String)> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .column(activity::Column::Name)
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(term::Column::CommunityId.eq(at.0))
        .filter(term::Column::LastDate.gte(Day::from(span.first)))
        .into_tuple()
        .all(conn)
        .await?;
    let dates = rows.into_iter().filter(|row| !without.contains(&OccurrenceId(row.id)));
    Ok(TakenDates {
        dates: dates
            .map(|row| Taken {
                term: TermId(row.term_id),
                occurrence: Some(OccurrenceId(row.id)),
                date: row.on_date.into(),
                starts_at: row.starts_at.into(),
                ends_at: row.ends_at.into(),
                room: row.room_id.map(RoomId),
                leader: row.leader,
            })
            .collect(),
        names: names.into_iter().map(|(id, name)| (TermId(id), name)).collect(),
    })
}

impl TakenDates {
    /// Refuses what would be in two places.
    pub(crate) fn refuse_clash(&self, wanted: &[Taken]) -> Result<(), Refusal> {
        match clashes(wanted, &self.dates).first() {
            None => Ok(()),
            Some(clash) => {
                let other = if clash.among { wanted.get(clash.other) } else { self.dates.get(clash.other) };
                let term = other.or(wanted.first()).map_or(TermId(Uuid::nil()), |other| other.term);
                let on = wanted.get(clash.wanted).map_or(Date::ZERO, |wanted| wanted.date);
                Err(Refusal::Clash { term, on })
            }
        }
    }

    /// What stands in the way of wanted dates, in words' values, each with the date in whose way it stands.
    pub(crate) fn lines(&self, wanted: &[Taken], zone: &TimeZone) -> Vec<(Date, ClashLine)> {
        let line = |clash: &domain::schedule::Clash| {
            let other = if clash.among { wanted.get(clash.other) } else { self.dates.get(clash.other) }?;
            let line = ClashLine {
                name: self.names.get(&other.term).cloned().unwrap_or_default(),
                date: other.date,
                start: local(other.starts_at, zone).time(),
                end: local(other.ends_at, zone).time(),
                shared: clash.shared,
            };
            Some((wanted.get(clash.wanted)?.date, line))
        };
        clashes(wanted, &self.dates).iter().filter_map(line).collect()
    }

    /// The rooms in which all the wanted dates could take place, were they held there.
    pub(crate) fn free_rooms(&self, wanted: &[Taken], rooms: &[RoomChoice]) -> Vec<RoomChoice> {
        let fits = |room: &&RoomChoice| {
            let there: Vec<_> = wanted.iter().cloned().map(|date| Taken { room: Some(room.id), ..date }).collect();
            let in_room = |clash: &domain::schedule::Clash| clash.shared == domain::schedule::Shared::Room;
            !clashes(&there, &self.dates).iter().any(in_room)
        };
        rooms.iter().filter(fits).cloned().collect()
    }
}

/// The days on which something may stand in the way of dates, with those beside them.
pub(crate) fn span_around(dates: &[Taken]) -> Option<Span> {
    let first = dates.iter().map(|date| date.date).min()?;
    let last = dates.iter().map(|date| date.date).max()?;
    Some(Span { first: first.checked_sub(1.day()).unwrap_or(first), last: last.checked_add(1.day()).unwrap_or(last) })
}
