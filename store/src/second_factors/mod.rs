//! The second factor (两步验证) of whoever works for a community: codes of an authenticator app (TOTP), passkeys, and
//! recovery codes for whoever lost both. An account that has an app or a passkey is let in by a password or a sent code
//! only together with it; a passkey, which asks for a finger or a PIN by itself, lets in alone (NIST SP 800-63B-4, 3.1.7).

mod passkeys;
mod recovery;
mod totp;

pub use passkeys::{NewPasskey, Passkey, add_passkey, passkey_of, passkeys, remove_passkey, use_passkey};
pub use recovery::new_recovery_codes;
pub use totp::{NewTotp, TABLE as TOTP, begin_totp, remove_totp, set_up_totp};

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{account, passkey, recovery_code, totp as totp_row},
    sealed::Keys,
    tx::{WriteTx, begin_write},
};
use domain::{id::AccountId, refusal::Refusal, rights::Door};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// What an account has beside its password or its phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// An authenticator app.
    pub totp: bool,
    /// So many passkeys.
    pub passkeys: u64,
    /// So many recovery codes that were not used.
    pub recovery_codes: u64,
}

impl Factors {
    /// True if a password or a sent code isn't enough.
    pub fn asked(&self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// Reads what an account has.
pub async fn factors_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Factors, StoreError> {
    let codes = recovery_code::Entity::find()
        .filter(recovery_code::Column::AccountId.eq(account.0))
        .filter(recovery_code::Column::UsedAt.is_null());
    Ok(Factors {
        totp: totp_row::Entity::find_by_id(account.0).count(conn).await? > 0,
        passkeys: passkey::Entity::find().filter(passkey::Column::AccountId.eq(account.0)).count(conn).await?,
        recovery_codes: codes.count(conn).await?,
    })
}

/// Which of these accounts have a second factor.
pub(crate) async fn guarded(conn: &impl ConnectionTrait, accounts: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let by_app = totp_row::Entity::find()
        .select_only()
        .column(totp_row::Column::AccountId)
        .filter(totp_row::Column::AccountId.is_in(accounts.iter().copied()));
    let by_passkey = passkey::Entity::find()
        .select_only()
        .column(passkey::Column::AccountId)
        .filter(passkey::Column::AccountId.is_in(accounts.iter().copied()));
    let mut guarded: HashSet<Uuid> = by_app.into_tuple::<Uuid>().all(conn).await?.into_iter().collect();
    guarded.extend(by_passkey.into_tuple::<Uuid>().all(conn).await?);
    Ok(guarded)
}

/// Takes the second step of signing in: a code of the app, or a recovery code, which is used up.
///
/// # Errors
/// [`Refusal::WrongCode`]; [`Refusal::TooManyGuesses`] for a while after five wrong codes of the app;
/// [`StoreError::Sealed`] without the keys.
pub async fn prove(
    db: &DatabaseConnection,
    keys: &Keys,
    account: AccountId,
    typed: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let row = account::Entity::find_by_id(account.0).one(&tx).await?;
    if row.is_none_or(|row| row.disabled_at.is_some()) {
        return Err(Refusal::WrongCode.into());
    }
    let right = match recovery::read(typed) {
        Some(code) => recovery::takes(&tx, account, &code, now).await?,
        None => totp::takes(&tx, keys, account, typed, now).await?,
    };
    // A wrong guess must count, so it is kept.
    tx.commit().await?;
    if right { Ok(()) } else { Err(Refusal::WrongCode.into()) }
}

/// Takes everything from an account.
pub(crate) async fn forget(tx: &WriteTx, account: Uuid) -> Result<(), DbErr> {
    totp_row::Entity::delete_by_id(account).exec(tx).await?;
    passkey::Entity::delete_many().filter(passkey::Column::AccountId.eq(account)).exec(tx).await?;
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(account)).exec(tx).await?;
    Ok(())
}

/// Only who works somewhere has one: a family that lost it would have nobody to ask.
fn must_work(who: &Who) -> Result<(), StoreError> {
    if who.actor.roles.is_empty() { Err(StoreError::NotAllowed) } else { Ok(()) }
}

/// Without an app and a passkey the recovery codes are worth nothing, and go.
async fn forget_idle_codes(tx: &WriteTx, account: AccountId) -> Result<(), StoreError> {
    if !factors_of(tx, account).await?.asked() {
        recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(account.0)).exec(tx).await?;
    }
    Ok(())
}

/// Writes into the audit of each community where the actor works.
async fn tell(
    tx: &WriteTx,
    who: &Who,
    action: &'static str,
    after: Option<impl Serialize + Clone>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut homes: Vec<_> = who.actor.roles.iter().map(|(at, _)| *at).collect();
    homes.sort_unstable_by_key(|at| at.0);
    homes.dedup();
    for community in homes {
        Change {
            community,
            by: Some((who.account, &who.name)),
            for_person: None,
            action,
            subject: ("account", who.account.0),
            term: None,
            door: Door::Page,
        }
        .write(tx, None::<()>, after.clone(), now)
        .await?;
    }
    Ok(())
}
