//! Changing a term's dates: moving, calling off, restoring and adding them, telling whom it touches, and taking the
//! last change back.
//!
//! Whoever changes dates of a community holds its row: two terms can't take one room or one leader at once.

mod block;
mod calendar;
mod cancel;
mod change;
mod page;
mod taken;
mod tell;
mod undo;

pub use block::{lift_block, preview_block, set_block};
pub use calendar::{DeskFilter, desk_calendar};
pub use cancel::{cancel_day, cancel_occurrence, cancel_term, restore_occurrence};
pub use change::{add_occurrence, edit_dates};
pub(crate) use page::families;
pub use page::{plan_page, preview_edit};
pub(crate) use taken::{blocks, hours_of, taken, taken_anywhere};
pub use undo::undo_change;

use crate::{
    StoreError,
    accounts::Who,
    entity::{booking_place, community, occurrence},
    terms::{Loaded, load_term, local, lock_terms},
    tx::WriteTx,
};
use domain::{
    id::{CommunityId, OccurrenceId, RoomId, TermId},
    rights::Act,
    schedule::{Arrangement, Planned},
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// A term under the lock, if the actor may change its dates.
pub(crate) async fn hold_term(tx: &WriteTx, who: &Who, id: TermId) -> Result<Loaded, StoreError> {
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

/// Writes a date as it is to be, and its day beside each of its places.
async fn put_date(tx: &WriteTx, row: &occurrence::Model) -> Result<(), DbErr> {
    row.clone().into_active_model().reset_all().update(tx).await?;
    booking_place::Entity::update_many()
        .col_expr(booking_place::Column::OnDate, Expr::value(row.on_date))
        .filter(booking_place::Column::OccurrenceId.eq(row.id))
        .filter(booking_place::Column::OnDate.ne(row.on_date))
        .exec(tx)
        .await?;
    Ok(())
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
