//! Calling dates off, one or all that are to come, and letting them take place after all.

use super::{
    change::{Doing, seen},
    hold_term,
};
use crate::{
    StoreError,
    accounts::Who,
    calendar::term_of,
    entity::{occurrence, stored::Stored},
    tx::begin_write,
};
use domain::{
    id::{ChangeId, OccurrenceId, TermId},
    refusal::Refusal,
    schedule::{ChangeKind, Reach},
    term::OccurrenceState,
    text::Line,
};
use jiff::Timestamp;
use sea_orm::DatabaseConnection;

/// Calls one date off; who holds places on it keeps them on the others, and is told.
///
/// # Errors
/// [`StoreError::NotFound`] for a date of another community; [`Refusal::CalledOff`] if it was called off before;
/// [`Refusal::InThePast`] once it has begun; [`Refusal::ChangedSince`] if somebody else was faster.
pub async fn cancel_occurrence(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    sequence: i32,
    reason: Line,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    call_off(db, who, id, sequence, Reach::This, reason, now).await
}

/// Calls off all that a date's term still meets on the date's day.
///
/// # Errors
/// As [`cancel_occurrence`].
pub async fn cancel_day(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    sequence: i32,
    reason: Line,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    call_off(db, who, id, sequence, Reach::Day, reason, now).await
}

async fn call_off(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    sequence: i32,
    reach: Reach,
    reason: Line,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    let term = term_of(db, id).await?;
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, term).await?;
    let row = seen(&loaded, id, sequence)?;
    if Timestamp::from(row.starts_at) <= now {
        return Err(Refusal::InThePast.into());
    }
    if row.state == OccurrenceState::Cancelled {
        return Err(Refusal::CalledOff.into());
    }
    let meant = |date: &&occurrence::Model| {
        let that_day = reach == Reach::Day && date.on_date == row.on_date;
        date.id == row.id || (that_day && is_to_come(date, now))
    };
    let rows = loaded.dates.iter().filter(meant).map(|date| called_off(date, &reason)).collect();
    let doing = Doing { tx: &tx, who, loaded: &loaded, kind: ChangeKind::Cancel, now };
    let id = doing.write(rows).await?;
    tx.commit().await?;
    Ok(id)
}

fn is_to_come(date: &occurrence::Model, now: Timestamp) -> bool {
    date.state == OccurrenceState::Scheduled && Timestamp::from(date.starts_at) > now
}

fn called_off(date: &occurrence::Model, reason: &Line) -> occurrence::Model {
    let reason = Some(reason.as_str().to_owned());
    occurrence::Model { state: Stored(OccurrenceState::Cancelled), reason, ..date.clone() }
}

/// Lets a date that was called off take place after all; who held a place on it has it again, and is told.
///
/// # Errors
/// As [`super::edit_dates`].
pub async fn restore_occurrence(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    sequence: i32,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    let term = term_of(db, id).await?;
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, term).await?;
    let row = seen(&loaded, id, sequence)?;
    if row.state == OccurrenceState::Scheduled {
        return Err(Refusal::ChangedSince.into());
    }
    let rows = vec![occurrence::Model { state: Stored(OccurrenceState::Scheduled), reason: None, ..row.clone() }];
    let doing = Doing { tx: &tx, who, loaded: &loaded, kind: ChangeKind::Restore, now };
    doing.check(&rows).await?;
    let id = doing.write(rows).await?;
    tx.commit().await?;
    Ok(id)
}

/// Calls off all dates of a term that are to come; whoever holds or waits for a place on one is told once.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community; [`Refusal::NoDateLeft`] if nothing is to come.
pub async fn cancel_term(
    db: &DatabaseConnection,
    who: &Who,
    id: TermId,
    reason: Line,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, id).await?;
    let coming = loaded.dates.iter().filter(|date| is_to_come(date, now));
    let rows: Vec<_> = coming.map(|date| called_off(date, &reason)).collect();
    if rows.is_empty() {
        return Err(Refusal::NoDateLeft.into());
    }
    let doing = Doing { tx: &tx, who, loaded: &loaded, kind: ChangeKind::Cancel, now };
    let id = doing.write(rows).await?;
    tx.commit().await?;
    Ok(id)
}
