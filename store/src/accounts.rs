//! Accounts (账号): signing in by phone and one-time code, or by name and password for staff.

use crate::{
    StoreError,
    audit::Change,
    care_links,
    entity::{account, login_code, person, staff_role, time::Instant},
    error::is_duplicate,
    id::new_id,
    login_sessions, password,
    read_many::ReadMany,
    tx::{WriteTx, begin_write},
};
use domain::{
    id::{AccountId, CommunityId, PersonId},
    phone::PhoneNumber,
    refusal::Refusal,
    rights::{Actor, Door, StaffRole},
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

/// How long a one-time code lives.
const CODE_MINUTES: i64 = 10;
/// Wrong guesses that one code allows.
const CODE_TRIES: i32 = 5;
/// Codes that one number may ask for in an hour.
const CODES_AN_HOUR: u64 = 5;

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

/// A new one-time code: six digits that nobody can guess.
pub fn new_code() -> String {
    format!("{:06}", rand::random_range(0..1_000_000_u32))
}

/// Keeps a new one-time code for a number. Only its hash is stored.
///
/// # Errors
/// [`Refusal::TooManyCodes`] after five codes in an hour.
pub async fn ask_code(
    db: &DatabaseConnection,
    phone: &PhoneNumber,
    code: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let hour_ago = Instant::from(now.checked_sub(1.hour()).unwrap_or(Timestamp::MIN));
    let tx = begin_write(db).await?;
    let recent = login_code::Entity::find()
        .filter(login_code::Column::Phone.eq(phone.as_str()))
        .filter(login_code::Column::CreatedAt.gt(hour_ago));
    if recent.clone().count(&tx).await? >= CODES_AN_HOUR {
        let oldest = recent.order_by_asc(login_code::Column::CreatedAt).one(&tx).await?;
        let again_at = oldest.map_or(now, |row| Timestamp::from(row.created_at)).checked_add(1.hour()).unwrap_or(now);
        return Err(Refusal::TooManyCodes { again_at }.into());
    }
    let id = new_id(now);
    login_code::Entity::insert(login_code::ActiveModel {
        id: Set(id),
        phone: Set(phone.as_str().to_owned()),
        code_hash: Set(hash_code(id, code)),
        created_at: Set(now.into()),
        expires_at: Set(now.checked_add(CODE_MINUTES.minutes()).unwrap_or(now).into()),
        used_at: Set(None),
        tries: Set(0),
    })
    .exec_without_returning(&tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a code that could not be sent, so that the one before it is the newest again.
pub async fn take_back_code(db: &DatabaseConnection, phone: &PhoneNumber, code: &str) -> Result<(), StoreError> {
    let newest = login_code::Entity::find()
        .filter(login_code::Column::Phone.eq(phone.as_str()))
        .filter(login_code::Column::UsedAt.is_null())
        .order_by_desc(login_code::Column::CreatedAt)
        .limit(CODES_AN_HOUR)
        .all(db)
        .await?;
    if let Some(row) = newest.into_iter().find(|row| row.code_hash == hash_code(row.id, code)) {
        login_code::Entity::delete_by_id(row.id).exec(db).await?;
    }
    Ok(())
}

/// The hash of a code that is kept in a row of that id.
pub(crate) fn hash_code(id: Uuid, code: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(id.as_bytes());
    hash.update(code.as_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signs in by the newest code of a number; a number that was never seen gets an account.
///
/// # Errors
/// [`Refusal::WrongCode`] for a code that is wrong, used or expired, or after five wrong guesses; every failure looks
/// the same.
pub async fn enter_code(
    db: &DatabaseConnection,
    phone: &PhoneNumber,
    code: &str,
    now: Timestamp,
) -> Result<AccountId, StoreError> {
    let tx = begin_write(db).await?;
    if !takes_code(&tx, phone, code, now).await? {
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

/// Counts a guess at the newest code of a number, and uses it up if it is right.
async fn takes_code(tx: &WriteTx, phone: &PhoneNumber, code: &str, now: Timestamp) -> Result<bool, StoreError> {
    let newest = login_code::Entity::find()
        .filter(login_code::Column::Phone.eq(phone.as_str()))
        .order_by_desc(login_code::Column::CreatedAt)
        .lock_exclusive()
        .one(tx)
        .await?
        .filter(|row| row.used_at.is_none() && Timestamp::from(row.expires_at) > now && row.tries < CODE_TRIES)
        .ok_or(Refusal::WrongCode)?;
    let right = newest.code_hash == hash_code(newest.id, code.trim());
    let tries = newest.tries;
    let mut change = newest.into_active_model();
    change.tries = Set(tries + 1);
    if right {
        change.used_at = Set(Some(now.into()));
    }
    change.update(tx).await?;
    Ok(right)
}

/// Uses up the newest code of a number, as somebody's proof that the phone is in their hand.
///
/// # Errors
/// [`Refusal::WrongCode`].
pub async fn use_code(
    db: &DatabaseConnection,
    phone: &PhoneNumber,
    code: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let right = takes_code(&tx, phone, code, now).await?;
    tx.commit().await?;
    if right { Ok(()) } else { Err(Refusal::WrongCode.into()) }
}

/// Gives an account another phone, by a code that was sent there. What others granted to the old number goes on to the
/// new one, and every login session but the one of handle `here` ends.
///
/// # Errors
/// [`Refusal::WrongCode`]; [`Refusal::PhoneTaken`] where another account signs in with it.
pub async fn change_phone(
    db: &DatabaseConnection,
    who: &Who,
    phone: &PhoneNumber,
    code: &str,
    here: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    if !takes_code(&tx, phone, code, now).await? {
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
