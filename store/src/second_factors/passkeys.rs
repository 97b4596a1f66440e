//! Passkeys. What a browser and an authenticator say is checked before it comes here; this keeps whose they are.

use super::{must_work, tell};
use crate::{
    StoreError,
    accounts::Who,
    entity::{account, passkey, time::Instant},
    error::is_duplicate,
    id::new_id,
    tx::begin_write,
};
use domain::{id::AccountId, refusal::Refusal, text::PersonName};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};
use uuid::Uuid;

/// The most that one account may have.
const MOST: u64 = 10;

/// A passkey of an account.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// Its public key and counter, as JSON.
    pub credential: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last signed in.
    pub used_at: Option<Timestamp>,
}

impl From<passkey::Model> for Passkey {
    fn from(row: passkey::Model) -> Self {
        Self {
            id: row.id,
            account: AccountId(row.account_id),
            name: row.name,
            credential: row.credential,
            created_at: row.created_at.into(),
            used_at: row.used_at.map(Into::into),
        }
    }
}

/// A passkey that an authenticator made.
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// What its owner calls it.
    pub name: &'a PersonName,
    /// The id that the authenticator gave it, in base64url.
    pub credential_id: &'a str,
    /// Its public key and counter, as JSON.
    pub credential: &'a str,
}

/// The passkeys of an account, those added first at the top.
pub async fn passkeys(db: &DatabaseConnection, account: AccountId) -> Result<Vec<Passkey>, StoreError> {
    let rows = passkey::Entity::find()
        .filter(passkey::Column::AccountId.eq(account.0))
        .order_by_asc(passkey::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Passkey::from).collect())
}

/// Adds a passkey.
///
/// # Errors
/// [`StoreError::NotAllowed`] for who works nowhere; [`Refusal::TooManyPasskeys`] beyond ten; [`Refusal::PasskeyTaken`]
/// for one that is there already.
pub async fn add_passkey(
    db: &DatabaseConnection,
    who: &Who,
    new: NewPasskey<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    must_work(who)?;
    let tx = begin_write(db).await?;
    let own = passkey::Entity::find().filter(passkey::Column::AccountId.eq(who.account.0));
    if own.count(&tx).await? >= MOST {
        return Err(Refusal::TooManyPasskeys { max: MOST }.into());
    }
    passkey::Entity::insert(passkey::ActiveModel {
        id: Set(new_id(now)),
        account_id: Set(who.account.0),
        name: Set(new.name.as_str().to_owned()),
        credential_id: Set(new.credential_id.to_owned()),
        credential: Set(new.credential.to_owned()),
        created_at: Set(now.into()),
        used_at: Set(None),
    })
    .exec_without_returning(&tx)
    .await
    .map_err(|error| match is_duplicate(&error) {
        true => Refusal::PasskeyTaken.into(),
        false => StoreError::from(error),
    })?;
    tell(&tx, who, "add_passkey", Some(new.name.as_str()), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes one of the actor's own; one that is gone stays so.
pub async fn remove_passkey(db: &DatabaseConnection, who: &Who, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let row = passkey::Entity::find_by_id(id).filter(passkey::Column::AccountId.eq(who.account.0)).one(&tx).await?;
    let Some(row) = row else { return Ok(()) };
    passkey::Entity::delete_by_id(row.id).exec(&tx).await?;
    super::forget_idle_codes(&tx, who.account).await?;
    tell(&tx, who, "remove_passkey", Some(row.name), now).await?;
    tx.commit().await?;
    Ok(())
}

/// The passkey of that credential id (base64url), whose account isn't closed.
pub async fn passkey_of(db: &DatabaseConnection, credential_id: &str) -> Result<Option<Passkey>, StoreError> {
    let row = passkey::Entity::find().filter(passkey::Column::CredentialId.eq(credential_id)).one(db).await?;
    let Some(row) = row else { return Ok(None) };
    let account = account::Entity::find_by_id(row.account_id).one(db).await?;
    Ok(account.filter(|account| account.disabled_at.is_none()).map(|_| row.into()))
}

/// Keeps that a passkey signed in, with its counter as it is now. False if somebody else used it since it was read, or
/// took it away: whoever copied its key is found by that (Web Authentication, 6.1.1).
pub async fn use_passkey(
    db: &DatabaseConnection,
    read: &Passkey,
    credential: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let used = passkey::Entity::update_many()
        .col_expr(passkey::Column::UsedAt, Expr::value(Instant::from(now)))
        .col_expr(passkey::Column::Credential, Expr::value(credential))
        .filter(passkey::Column::Id.eq(read.id))
        .filter(passkey::Column::Credential.eq(read.credential.as_str()));
    Ok(used.exec(db).await?.rows_affected == 1)
}
