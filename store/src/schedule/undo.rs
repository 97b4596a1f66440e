//! Taking the last change of a term's dates back.

use super::{change::Doing, hold_term, put_date, tell::tell};
use crate::{
    StoreError,
    accounts::Who,
    entity::{booking, booking_place, occurrence, schedule_change, stored::Stored, time::Instant},
    tx::begin_write,
};
use domain::{
    id::{ChangeId, TermId},
    refusal::Refusal,
    schedule::ChangeKind,
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A date's row, as a change keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub id: Uuid,
    pub on_date: Date,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub room: Option<Uuid>,
    pub leader: Option<String>,
    pub state: OccurrenceState,
    pub reason: Option<String>,
    pub hand_made: bool,
    pub sequence: i32,
}

impl Snapshot {
    pub(super) fn of(row: &occurrence::Model) -> Self {
        Self {
            id: row.id,
            on_date: row.on_date.into(),
            starts_at: row.starts_at.into(),
            ends_at: row.ends_at.into(),
            room: row.room_id,
            leader: row.leader.clone(),
            state: row.state.0,
            reason: row.reason.clone(),
            hand_made: row.hand_made,
            sequence: row.sequence,
        }
    }

    /// The row as it was, under the next number: feeds must see that it changed again.
    fn over(self, row: &occurrence::Model, now: Timestamp) -> occurrence::Model {
        occurrence::Model {
            on_date: self.on_date.into(),
            starts_at: self.starts_at.into(),
            ends_at: self.ends_at.into(),
            room_id: self.room,
            leader: self.leader,
            state: Stored(self.state),
            reason: self.reason,
            hand_made: self.hand_made,
            sequence: row.sequence + 1,
            updated_at: now.into(),
            ..row.clone()
        }
    }
}

pub(super) fn snapshots(json: &str) -> Result<Vec<Snapshot>, StoreError> {
    Ok(serde_json::from_str(json).map_err(|e| DbErr::Json(e.to_string()))?)
}

/// The last change of a term's dates that was not taken back.
pub(super) async fn last_change(
    conn: &impl ConnectionTrait,
    term: TermId,
) -> Result<Option<schedule_change::Model>, StoreError> {
    Ok(schedule_change::Entity::find()
        .filter(schedule_change::Column::TermId.eq(term.0))
        .order_by_desc(schedule_change::Column::At)
        .order_by_desc(schedule_change::Column::Id)
        .one(conn)
        .await?
        .filter(|change| change.undone_at.is_none()))
}

/// Takes the last change of a term's dates back: rows are as they were, and whoever was told is told again.
///
/// # Errors
/// [`StoreError::NotFound`] for a change that isn't the actor's to touch; [`Refusal::ChangedSince`] if it isn't the
/// last, was taken back before, or a date that it added was booked; [`Refusal::Clash`] and [`Refusal::InThePast`] where
/// the dates can't be as they were.
pub async fn undo_change(db: &DatabaseConnection, who: &Who, id: ChangeId, now: Timestamp) -> Result<(), StoreError> {
    let term = schedule_change::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?.term_id;
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, TermId(term)).await?;
    let change = last_change(&tx, TermId(term)).await?.filter(|change| change.id == id.0);
    let change = change.ok_or(Refusal::ChangedSince)?;
    let (before, after) = (snapshots(&change.before)?, snapshots(&change.after)?);
    let current: Vec<_> = after.iter().filter_map(|date| loaded.dates.iter().find(|row| row.id == date.id)).collect();
    if current.len() != after.len() || current.iter().zip(&after).any(|(row, date)| row.sequence != date.sequence) {
        return Err(Refusal::ChangedSince.into());
    }
    let kind = match change.kind.0 {
        ChangeKind::Edit => ChangeKind::Edit,
        ChangeKind::Cancel => ChangeKind::Restore,
        ChangeKind::Restore | ChangeKind::Add => ChangeKind::Cancel,
    };
    let doing = Doing { tx: &tx, who, loaded: &loaded, kind, now };
    if change.kind == ChangeKind::Add {
        take_away(&doing, &after, change.at).await?;
    } else {
        let rows: Vec<_> = before
            .into_iter()
            .filter_map(|date| loaded.dates.iter().find(|row| row.id == date.id).map(|row| date.over(row, now)))
            .collect();
        doing.check(&rows).await?;
        for row in &rows {
            put_date(&tx, row).await?;
        }
        tell(&doing, &after, &rows).await?;
        let rows: Vec<_> = rows.iter().map(Snapshot::of).collect();
        doing.finish(&after, &rows).await?;
    }
    let mut change = change.into_active_model();
    change.undone_at = Set(Some(now.into()));
    change.update(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes dates that were added, unless somebody booked them since.
async fn take_away(doing: &Doing<'_>, added: &[Snapshot], at: Instant) -> Result<(), StoreError> {
    let ids = || added.iter().map(|date| date.id);
    let booked = booking_place::Entity::find()
        .join(JoinType::InnerJoin, booking_place::Relation::Booking.def())
        .filter(booking_place::Column::OccurrenceId.is_in(ids()))
        .filter(booking::Column::CreatedAt.gt(at))
        .count(doing.tx)
        .await?;
    if booked > 0 {
        return Err(Refusal::ChangedSince.into());
    }
    let rows: Vec<_> = doing.loaded.dates.iter().filter(|row| ids().any(|id| id == row.id)).cloned().collect();
    tell(doing, added, &rows).await?;
    booking_place::Entity::delete_many()
        .filter(booking_place::Column::OccurrenceId.is_in(ids()))
        .exec(doing.tx)
        .await?;
    occurrence::Entity::delete_many().filter(occurrence::Column::Id.is_in(ids())).exec(doing.tx).await?;
    doing.finish(added, &[]).await
}
