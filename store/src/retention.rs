//! How long things are kept that nobody needs for ever (个人信息保护法, 19: no longer than necessary). What isn't named here
//! stays until somebody erases it.

use crate::{
    entity::{login_code, notice, request_answer, time::Instant},
    id::first_id,
    pickup,
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// One-time codes count for an hour's limit after they are over.
pub const LOGIN_CODES: SignedDuration = SignedDuration::from_hours(24);
/// Nobody sends a request again after so long; until then the same key gets the same answer.
pub const REQUEST_ANSWERS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A notice that old is read, or was of no use.
pub const NOTICES: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Whoever takes a child no more need not be called any more; that they once could stays, for whoever asks later.
pub const PICKUP_PERSONS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Rows of one statement: nobody waits long for the lock that it takes.
const ROWS: u64 = 500;

/// Deletes what is older, and counts it.
pub async fn delete_old(db: &DatabaseConnection, now: Timestamp) -> Result<u64, DbErr> {
    let since = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    use {login_code::Column as Code, notice::Column as Notice, request_answer::Column as Answer};
    Ok(delete::<login_code::Entity>(db, Code::Id, Code::CreatedAt, since(LOGIN_CODES)).await?
        + delete::<request_answer::Entity>(db, Answer::Key, Answer::CreatedAt, since(REQUEST_ANSWERS)).await?
        + delete::<notice::Entity>(db, Notice::Id, Notice::CreatedAt, since(NOTICES)).await?
        + pickup::forget_old(db, since(PICKUP_PERSONS)).await?)
}

/// Ids and keys begin with the time at which they were made, so the old ones are found without an index of their own.
async fn delete<E: EntityTrait>(
    db: &DatabaseConnection,
    id: E::Column,
    created_at: E::Column,
    since: Timestamp,
) -> Result<u64, DbErr> {
    let mut deleted = 0;
    loop {
        let old = E::find()
            .select_only()
            .column(id)
            .filter(id.lt(first_id(since)))
            .filter(created_at.lt(Instant::from(since)))
            .limit(ROWS);
        let ids: Vec<Uuid> = old.into_tuple().all(db).await?;
        if ids.is_empty() {
            return Ok(deleted);
        }
        deleted += E::delete_many().filter(id.is_in(ids)).exec(db).await?.rows_affected;
    }
}
