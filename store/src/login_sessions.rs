//! Login sessions: one row a cookie, found by the SHA-256 of the cookie's token. The token itself is nowhere here.

use crate::entity::{login_session, time::Instant};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::collections::HashMap;
use uuid::Uuid;

/// A session that nobody used for so long is over.
pub const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A session that is so old is over, however much it is used.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Writes a new session. False if its id is taken, and then nothing is written.
pub async fn create(
    db: &impl ConnectionTrait,
    id_hash: &str,
    account: Option<Uuid>,
    data: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let row = login_session::ActiveModel {
        id: Set(id_hash.to_owned()),
        account_id: Set(account),
        data: Set(data.to_owned()),
        created_at: Set(now.into()),
        expires_at: Set(idle_end(expires_at, now)),
    };
    let taken = OnConflict::column(login_session::Column::Id).do_nothing().to_owned();
    let written = login_session::Entity::insert(row).on_conflict(taken).exec_without_returning(db).await?;
    Ok(written > 0)
}

/// Writes what a living session keeps. One that was deleted meanwhile (somebody signed out in another tab) stays dead.
pub async fn save(
    db: &impl ConnectionTrait,
    id_hash: &str,
    account: Option<Uuid>,
    data: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbErr> {
    login_session::Entity::update_many()
        .col_expr(login_session::Column::AccountId, Expr::value(account))
        .col_expr(login_session::Column::Data, Expr::value(data))
        .col_expr(login_session::Column::ExpiresAt, Expr::value(idle_end(expires_at, now)))
        .filter(login_session::Column::Id.eq(id_hash))
        .filter(alive(now))
        .exec(db)
        .await?;
    Ok(())
}

/// What each session keeps and when it ends unless it is used, by the hash of its token; those that are alive.
pub async fn load(
    db: &impl ConnectionTrait,
    id_hashes: Vec<String>,
    now: Timestamp,
) -> Result<HashMap<String, (String, Timestamp)>, DbErr> {
    let rows: Vec<(String, String, Instant)> = login_session::Entity::find()
        .select_only()
        .columns([login_session::Column::Id, login_session::Column::Data, login_session::Column::ExpiresAt])
        .filter(login_session::Column::Id.is_in(id_hashes))
        .filter(alive(now))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, data, expires_at)| (id, (data, expires_at.into()))).collect())
}

/// Ends one session.
pub async fn delete(db: &impl ConnectionTrait, id_hash: &str) -> Result<(), DbErr> {
    login_session::Entity::delete_by_id(id_hash).exec(db).await?;
    Ok(())
}

/// Ends every session of an account, as after a change of its password.
pub async fn delete_of_account(db: &impl ConnectionTrait, account: Uuid) -> Result<(), DbErr> {
    let of_account = login_session::Column::AccountId.eq(account);
    login_session::Entity::delete_many().filter(of_account).exec(db).await?;
    Ok(())
}

/// Counts the sessions as used at `now`: the time that they may idle starts anew.
pub async fn mark_used(db: &impl ConnectionTrait, id_hashes: &[String], now: Timestamp) -> Result<(), DbErr> {
    for some in id_hashes.chunks(500) {
        login_session::Entity::update_many()
            .col_expr(login_session::Column::ExpiresAt, Expr::value(idle_end(Timestamp::MAX, now)))
            .filter(login_session::Column::Id.is_in(some))
            .filter(alive(now))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Deletes the rows of sessions that are over, and counts them.
pub async fn sweep(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let deleted = login_session::Entity::delete_many().filter(alive(now).not()).exec(db).await?;
    Ok(deleted.rows_affected)
}

fn alive(now: Timestamp) -> Condition {
    let oldest = now.checked_sub(LONGEST).unwrap_or(Timestamp::MIN);
    Condition::all()
        .add(login_session::Column::ExpiresAt.gt(Instant::from(now)))
        .add(login_session::Column::CreatedAt.gt(Instant::from(oldest)))
}

fn idle_end(expires_at: Timestamp, now: Timestamp) -> Instant {
    expires_at.min(now.checked_add(IDLE).unwrap_or(Timestamp::MAX)).into()
}
