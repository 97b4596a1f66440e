//! Accounts (账号): signing in by phone and one-time code, or by name and password for staff.

use crate::{
    StoreError,
    audit::Change,
    care_links,
    entity::{account, person, staff_role},
    error::is_duplicate,
    id::new_id,
    login_codes::{Proof, takes_code},
    login_sessions, password,
    read_many::ReadMany,
    tx::begin_write,
};
use domain::{
    id::{AccountId, CommunityId, PersonId},
    phone::PhoneNumber,
    refusal::Refusal,
    rights::{Actor, Door, StaffRole},
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Who is signed in, as the transactions need to know it.
#[derive(Clone, Debug)]
pub struct Who {
    /// The account.
    pub account: AccountId,
    /// Its name, or the masked phone while it has none.
    pub name: String,
    /// Its own person.
    pub person: Option<Uuid>,
    /// Its household.
    pub household: Option<Uuid>,
    /// Its phone.
    pub phone: Option<PhoneNumber>,
    /// What it may do where.
    pub actor: Actor,
}

/// Reads who an account is; none if it is gone or disabled.
pub async fn who_is(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Who>, StoreError> {
    Ok(who_are(conn, vec![id]).await?.remove(&id))
}

/// Reads who accounts are; those that are gone or disabled are left out.
pub async fn who_are(conn: &impl ConnectionTrait, ids: Vec<AccountId>) -> Result<HashMap<AccountId, Who>, DbErr> {
    let of: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut roles: HashMap<Uuid, Vec<(CommunityId, StaffRole)>> = HashMap::new();
    for role in staff_role::Entity::find().filter(staff_role::Column::AccountId.is_in(of.clone())).all(conn).await? {
        roles.entry(role.account_id).or_default().push((CommunityId(role.community_id), role.role.0));
    }
    let rows =
        account::Entity::find().filter(account::Column::Id.is_in(of)).filter(account::Column::DisabledAt.is_null());
    let who = rows.all(conn).await?.into_iter().map(|row| {
        let id = AccountId(row.id);
        let phone = row.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
        let name = match (&phone, row.name.is_empty()) {
            (Some(phone), true) => phone.masked(),
            _ => row.name,
        };
        let actor = Actor { account: id, roles: roles.remove(&row.id).unwrap_or_default() };
        (id, Who { account: id, name, person: row.person_id, household: row.household_id, phone, actor })
    });
    Ok(who.collect())
}

/// Reads who accounts are, for many at once.
pub fn reader(db: DatabaseConnection) -> ReadMany<AccountId, Who> {
    ReadMany::new(move |ids| {
        let db = db.clone();
        async move { who_are(&db, ids).await }
    })
}

/// Signs in by one of the codes that were `asked` for a number, or one that staff read out for it; a number that was never seen gets an account.
///
/// # Errors
/// [`Refusal::WrongCode`] for a code that is wrong, used or expired, or after five wrong guesses; every failure looks
/// the same.
pub async fn enter_code(
    db: &DatabaseConnection,
    phone: &PhoneNumber,
    asked: &[Uuid],
    code: &str,
    now: Timestamp,
) -> Result<AccountId, StoreError> {
    let tx = begin_write(db).await?;
    if !takes_code(&tx, phone, asked, Proof::SentOrReadOut, code, now).await? {
        // The wrong guess must count, so it is kept.
        tx.commit().await?;
        return Err(Refusal::WrongCode.into());
    }
    let known = account::Entity::find().filter(account::Column::Phone.eq(phone.as_str())).one(&tx).await?;
    let id = match known {
        Some(row) if row.disabled_at.is_some() => return Err(Refusal::WrongCode.into()),
        Some(row) => row.id,
        None => {
            let new = NewAccount { phone: Some(phone), ..NewAccount::default() };
            new_account(&tx, new, now).await?.0
        }
    };
    tx.commit().await?;
    Ok(AccountId(id))
}

/// Gives an account another phone, by one of the codes that were `asked` and sent there. What others granted to the
/// old number goes on to the new one, and every login session but the one of handle `here` ends.
///
/// # Errors
/// [`Refusal::WrongCode`]; [`Refusal::PhoneTaken`] where another account signs in with it.
pub async fn change_phone(
    db: &DatabaseConnection,
    who: &Who,
    phone: &PhoneNumber,
    asked: &[Uuid],
    code: &str,
    here: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    if !takes_code(&tx, phone, asked, Proof::Sent, code, now).await? {
        tx.commit().await?;
        return Err(Refusal::WrongCode.into());
    }
    let row = account::Entity::find_by_id(who.account.0).lock_exclusive().one(&tx).await?;
    let mut model = row.ok_or(StoreError::NotFound)?.into_active_model();
    model.phone = Set(Some(phone.as_str().to_owned()));
    model.update(&tx).await.map_err(|error| match is_duplicate(&error) {
        true => Refusal::PhoneTaken.into(),
        false => StoreError::from(error),
    })?;
    if let Some(old) = &who.phone {
        care_links::follow_phone(&tx, old, phone).await?;
    }
    login_sessions::end(&tx, who.account.0, here, true).await?;
    let person = match who.person {
        Some(id) => person::Entity::find_by_id(id).one(&tx).await?,
        None => None,
    };
    let mut homes: Vec<CommunityId> = who.actor.roles.iter().map(|(at, _)| *at).collect();
    homes.extend(person.as_ref().map(|person| CommunityId(person.community_id)));
    homes.sort_unstable_by_key(|at| at.0);
    homes.dedup();
    if let Some(person) = person {
        let mut model = person.into_active_model();
        model.phone = Set(Some(phone.as_str().to_owned()));
        model.update(&tx).await?;
    }
    for at in homes {
        Change {
            community: at,
            by: Some((who.account, &who.name)),
            for_person: who.person.map(PersonId),
            action: "change_phone",
            subject: ("account", who.account.0),
            term: None,
            door: Door::Page,
        }
        .write(&tx, who.phone.as_ref().map(PhoneNumber::masked), Some(phone.masked()), now)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// An account that is to be.
#[derive(Debug, Default)]
pub(crate) struct NewAccount<'a> {
    /// The phone that signs in with a code.
    pub(crate) phone: Option<&'a PhoneNumber>,
    /// The sign-in name and the hash of its password.
    pub(crate) login: Option<(&'a str, String)>,
    /// True if somebody else chose the password.
    pub(crate) start_password: bool,
    /// The name shown.
    pub(crate) name: &'a str,
}

pub(crate) async fn new_account(
    tx: &impl ConnectionTrait,
    new: NewAccount<'_>,
    now: Timestamp,
) -> Result<AccountId, DbErr> {
    let id = AccountId(new_id(now));
    let (login, password_hash) = new.login.map(|(login, hash)| (login.to_owned(), hash)).unzip();
    account::Entity::insert(account::ActiveModel {
        id: Set(id.0),
        phone: Set(new.phone.map(|phone| phone.as_str().to_owned())),
        login: Set(login),
        password_hash: Set(password_hash),
        start_password: Set(new.start_password),
        person_id: Set(None),
        household_id: Set(None),
        name: Set(new.name.to_owned()),
        created_at: Set(now.into()),
        disabled_at: Set(None),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(id)
}

/// Signs staff in by name and password. An unknown name costs as long as a wrong password.
///
/// # Errors
/// [`Refusal::WrongPassword`].
pub async fn enter_password(db: &DatabaseConnection, login: &str, password: String) -> Result<AccountId, StoreError> {
    let row = account::Entity::find()
        .filter(account::Column::Login.eq(login.trim()))
        .filter(account::Column::DisabledAt.is_null())
        .one(db)
        .await?;
    let hash = row.as_ref().and_then(|row| row.password_hash.clone());
    let right = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => password::verify(&password, &hash),
        None => {
            password::hash(&password, [0; 16]);
            false
        }
    })
    .await
    .unwrap_or(false);
    row.filter(|_| right).map(|row| AccountId(row.id)).ok_or_else(|| Refusal::WrongPassword.into())
}
