//! Login sessions: one row a cookie, found by the SHA-256 of the cookie's token. The token itself is nowhere here.

use crate::entity::{login_session, time::Instant};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

/// A session that nobody used for so long is over.
pub const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A session that is so old is over, however much it is used.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What a session is and keeps.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The account that is signed in.
    pub account: Option<Uuid>,
    /// What signed in, in words.
    pub device: Option<&'a str>,
    /// What the session keeps, as JSON.
    pub data: &'a str,
}

/// Writes a new session. False if its id is taken, and then nothing is written.
pub async fn create(
    db: &impl ConnectionTrait,
    id_hash: &str,
    of: Signed<'_>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let row = login_session::ActiveModel {
        id: Set(id_hash.to_owned()),
        account_id: Set(of.account),
        data: Set(of.data.to_owned()),
        device: Set(of.device.map(str::to_owned)),
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
    of: Signed<'_>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbErr> {
    login_session::Entity::update_many()
        .col_expr(login_session::Column::AccountId, Expr::value(of.account))
        .col_expr(login_session::Column::Data, Expr::value(of.data))
        .col_expr(login_session::Column::Device, Expr::value(of.device))
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

/// A login session, as whoever it is of sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Names it without saying what the cookie is.
    pub handle: String,
    /// What signed in.
    pub device: Option<String>,
    /// When.
    pub since: Timestamp,
    /// When it was last used, to a day.
    pub used: Timestamp,
}

/// How much of the token's hash names a session to whoever it is of.
const HANDLE: usize = 16;

/// The living sessions of an account, the last used first.
pub async fn of_account(db: &impl ConnectionTrait, account: Uuid, now: Timestamp) -> Result<Vec<Login>, DbErr> {
    let rows = login_session::Entity::find()
        .filter(login_session::Column::AccountId.eq(account))
        .filter(alive(now))
        .order_by_desc(login_session::Column::ExpiresAt)
        .limit(100)
        .all(db)
        .await?;
    let used = |row: &login_session::Model| {
        let since = Timestamp::from(row.created_at);
        Timestamp::from(row.expires_at).checked_sub(IDLE).unwrap_or(since).clamp(since, now.max(since))
    };
    let login = |row: login_session::Model| Login {
        handle: handle(&row.id).to_owned(),
        since: row.created_at.into(),
        used: used(&row),
        device: row.device,
    };
    Ok(rows.into_iter().map(login).collect())
}

/// The SHA-256 of a cookie's token, in hex: what finds its session.
pub fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The handle of a session by the hash of its token.
pub fn handle(id_hash: &str) -> &str {
    id_hash.get(..HANDLE).unwrap_or(id_hash)
}

/// Ends sessions of an account: the one with that handle, or all but that one.
pub async fn end(db: &impl ConnectionTrait, account: Uuid, handle: &str, others: bool) -> Result<u64, DbErr> {
    let of_account = login_session::Entity::find()
        .select_only()
        .column(login_session::Column::Id)
        .filter(login_session::Column::AccountId.eq(account));
    let ids: Vec<String> = of_account.into_tuple().all(db).await?;
    let ended = ids.into_iter().filter(|id| (self::handle(id) == handle) != others);
    let of_account = login_session::Column::AccountId.eq(account);
    let ended = login_session::Entity::delete_many().filter(of_account).filter(login_session::Column::Id.is_in(ended));
    Ok(ended.exec(db).await?.rows_affected)
}
