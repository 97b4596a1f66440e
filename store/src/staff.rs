//! Who works for a community, and as what.

use crate::{
    StoreError,
    accounts::{NewAccount, Who, new_account},
    audit::Change,
    communities,
    entity::{account, community, staff_role, stored::Stored},
    error::{InField, is_duplicate},
    login_sessions, password,
    rosters::desk_of,
    second_factors,
    terms::{code, local},
    tx::{WriteTx, begin_write},
};
use domain::{
    code::Code,
    id::{AccountId, CommunityId},
    phone::PhoneNumber,
    reading::{StaffLine, StaffPage},
    refusal::{FieldProblem, Refusal},
    rights::{Act, Door, Reach, StaffRole, may_give, reach_of},
    text::{InputProblem, PersonName},
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};

/// The fewest characters of a password (NIST SP 800-63B-4, 3.1.1.2).
pub const MIN_PASSWORD: usize = 8;
/// The most; a longer one would only cost time.
pub const MAX_PASSWORD: usize = 128;

/// How somebody who works here signs in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// By a code to this phone; the account may be there already.
    Phone(PhoneNumber),
    /// By a name and a password.
    Login {
        /// The name.
        login: String,
        /// The password's hash.
        hash: String,
    },
}

impl SignIn {
    /// By phone if it reads as one, else by name and password. `salt` is 16 random bytes.
    ///
    /// # Errors
    /// The field and what is wrong with it.
    pub fn parse(sign_in: &str, password: &str, salt: [u8; 16]) -> Result<Self, StoreError> {
        if let Ok(phone) = PhoneNumber::parse(sign_in) {
            return Ok(Self::Phone(phone));
        }
        let login = sign_in.trim().to_owned();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !(3..=40).contains(&login.len()) || !login.chars().all(plain) {
            return Err(InputProblem::BadCharacter).in_field("login");
        }
        check_password(password).in_field("password")?;
        Ok(Self::Login { login, hash: password::hash(password, salt) })
    }
}

fn check_password(password: &str) -> Result<(), InputProblem> {
    match password.chars().count() {
        MIN_PASSWORD..=MAX_PASSWORD => Ok(()),
        _ => Err(InputProblem::Number { min: MIN_PASSWORD as i64, max: MAX_PASSWORD as i64 }),
    }
}

/// Makes a staff account with a role in one community, from the command line.
///
/// # Errors
/// [`StoreError::Invalid`] for a short password, an unusable name or a sign-in name that is taken;
/// [`StoreError::NotFound`] for a community that isn't there.
pub async fn add(
    db: &DatabaseConnection,
    slug: &str,
    login: &str,
    name: &str,
    password: &str,
    role: StaffRole,
    salt: [u8; 16],
    now: Timestamp,
) -> Result<AccountId, StoreError> {
    let name = PersonName::parse(name).in_field("name")?;
    let sign_in = SignIn::parse(login, password, salt)?;
    let tx = begin_write(db).await?;
    let at = CommunityId(communities::by_slug(&tx, slug).await?.id);
    let id = employ(&tx, at, None, &name, sign_in, role, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes somebody work here.
///
/// # Errors
/// Those of [`add`]; [`StoreError::NotFound`] without the right to it, or to that role.
pub async fn add_staff(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    name: &PersonName,
    sign_in: SignIn,
    role: StaffRole,
    now: Timestamp,
) -> Result<AccountId, StoreError> {
    let tx = begin_write(db).await?;
    let at = desk_of(&tx, who, slug, Act::ManageStaff).await?;
    if !gives(who, at, role) {
        return Err(StoreError::NotFound);
    }
    let id = employ(&tx, at, Some(who), name, sign_in, role, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// True if the actor may give that role there.
fn gives(who: &Who, at: CommunityId, role: StaffRole) -> bool {
    who.actor.roles.iter().any(|(here, by)| *here == at && may_give(*by, role))
}

async fn employ(
    tx: &WriteTx,
    at: CommunityId,
    by: Option<&Who>,
    name: &PersonName,
    sign_in: SignIn,
    role: StaffRole,
    now: Timestamp,
) -> Result<AccountId, StoreError> {
    let taken = |error| match is_duplicate(&error) {
        true => StoreError::Invalid(FieldProblem::new("login", InputProblem::Choice)),
        false => error.into(),
    };
    let id = match sign_in {
        SignIn::Phone(phone) => {
            let known = account::Entity::find().filter(account::Column::Phone.eq(phone.as_str())).one(tx).await?;
            match known {
                Some(row) => AccountId(row.id),
                None => {
                    let new = NewAccount { phone: Some(&phone), name: name.as_str(), ..NewAccount::default() };
                    new_account(tx, new, now).await.map_err(taken)?
                }
            }
        }
        SignIn::Login { login, hash } => {
            let login = Some((login.as_str(), hash));
            let start_password = by.is_some();
            let new = NewAccount { login, start_password, name: name.as_str(), ..NewAccount::default() };
            new_account(tx, new, now).await.map_err(taken)?
        }
    };
    staff_role::Entity::insert(staff_role::ActiveModel {
        account_id: Set(id.0),
        community_id: Set(at.0),
        role: Set(Stored(role)),
        created_at: Set(now.into()),
    })
    .exec_without_returning(tx)
    .await
    .map_err(taken)?;
    change(at, by, id, "add_staff").write(tx, None::<()>, Some((name.as_str(), role)), now).await?;
    Ok(id)
}

fn change<'a>(at: CommunityId, by: Option<&'a Who>, of: AccountId, action: &'a str) -> Change<'a> {
    Change {
        community: at,
        by: by.map(|who| (who.account, who.name.as_str())),
        for_person: None,
        action,
        subject: ("account", of.0),
        term: None,
        door: if by.is_some() { Door::Desk } else { Door::Command },
    }
}

/// Who works here.
///
/// # Errors
/// [`StoreError::NotFound`] without the right to say who does.
pub async fn staff_page(db: &DatabaseConnection, who: &Who, slug: &str) -> Result<StaffPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageStaff).await?;
    let zone = communities::zone(db, at).await?;
    let rows = staff_role::Entity::find().filter(staff_role::Column::CommunityId.eq(at.0)).all(db).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.account_id).collect();
    let guarded = second_factors::guarded(db, &ids).await?;
    let accounts = account::Entity::find().filter(account::Column::Id.is_in(ids)).all(db).await?;
    let mut staff = Vec::new();
    for row in rows {
        let Some(account) = accounts.iter().find(|account| account.id == row.account_id).cloned() else { continue };
        let phone = account.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
        let masked = phone.map(|phone| phone.masked()).unwrap_or_default();
        staff.push(StaffLine {
            account: AccountId(account.id),
            name: if account.name.is_empty() { masked.clone() } else { account.name },
            has_password: account.login.is_some(),
            has_second: guarded.contains(&account.id),
            sign_in: account.login.unwrap_or(masked),
            role: row.role.0,
            since: local(row.created_at.into(), &zone).date(),
            myself: account.id == who.account.0,
            mine_to_change: gives(who, at, row.role.0),
        });
    }
    staff.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    Ok(StaffPage { staff, roles: StaffRole::ALL.iter().copied().filter(|role| gives(who, at, *role)).collect() })
}

/// Gives somebody who works here another role, or none.
///
/// # Errors
/// [`Refusal::LastAdmin`]; [`StoreError::NotFound`] without the right to it, and for who doesn't work here.
pub async fn change_role(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: AccountId,
    role: Option<StaffRole>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let at = desk_of(&tx, who, slug, Act::ManageStaff).await?;
    // The community's row is the lock: two admins who take each other's role wait for each other here.
    community::Entity::find_by_id(at.0).lock_exclusive().one(&tx).await?;
    let row = staff_role::Entity::find_by_id((id.0, at.0)).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let before = row.role.0;
    if !gives(who, at, before) || role.is_some_and(|role| !gives(who, at, role)) {
        return Err(StoreError::NotFound);
    }
    if role == Some(before) {
        return Ok(());
    }
    let left = role.is_some_and(|role| reach_of(role, Act::ManageStaff) == Reach::All);
    if reach_of(before, Act::ManageStaff) == Reach::All && !left && !has_other_admin(&tx, at, id).await? {
        return Err(Refusal::LastAdmin.into());
    }
    match role {
        Some(role) => {
            let mut model = row.into_active_model();
            model.role = Set(Stored(role));
            model.update(&tx).await?;
        }
        None => {
            staff_role::Entity::delete_by_id((id.0, at.0)).exec(&tx).await?;
        }
    }
    change(at, Some(who), id, "change_role").write(&tx, Some(before.code()), role.map(Code::code), now).await?;
    tx.commit().await?;
    Ok(())
}

async fn has_other_admin(tx: &impl ConnectionTrait, at: CommunityId, id: AccountId) -> Result<bool, StoreError> {
    let others = staff_role::Entity::find()
        .filter(staff_role::Column::CommunityId.eq(at.0))
        .filter(staff_role::Column::AccountId.ne(id.0))
        .filter(staff_role::Column::Role.is_in([code(StaffRole::Admin), code(StaffRole::Street)]));
    Ok(others.one(tx).await?.is_some())
}

/// Sets a new start password for somebody who works here and forgot the old one; every login session of theirs ends.
///
/// # Errors
/// [`Refusal::WorksElsewhere`] for who has a role that the actor may not give, there or in another community: whoever
/// knows the password would have it, too.
pub async fn set_start_password(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: AccountId,
    password: &str,
    salt: [u8; 16],
    now: Timestamp,
) -> Result<(), StoreError> {
    check_password(password).in_field("password")?;
    let hash = password::hash(password, salt);
    let tx = begin_write(db).await?;
    let at = desk_of(&tx, who, slug, Act::ManageStaff).await?;
    must_have_in_hand(&tx, who, at, id).await?;
    set_password(&tx, id, hash, true).await?;
    change(at, Some(who), id, "set_start_password").write(&tx, None::<()>, None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Whoever changes how another signs in may give every role that the other has.
async fn must_have_in_hand(tx: &WriteTx, who: &Who, at: CommunityId, id: AccountId) -> Result<(), StoreError> {
    let roles = staff_role::Entity::find().filter(staff_role::Column::AccountId.eq(id.0)).all(tx).await?;
    if !roles.iter().any(|row| row.community_id == at.0) {
        return Err(StoreError::NotFound);
    }
    match roles.iter().all(|row| gives(who, CommunityId(row.community_id), row.role.0)) {
        true => Ok(()),
        false => Err(Refusal::WorksElsewhere.into()),
    }
}

/// Takes the second factor from somebody who works here and lost it; every login session of theirs ends.
///
/// # Errors
/// [`Refusal::WorksElsewhere`] as for [`set_start_password`]; [`Refusal::NoSecondFactor`] for who has none.
pub async fn reset_second_factor(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let at = desk_of(&tx, who, slug, Act::ManageStaff).await?;
    must_have_in_hand(&tx, who, at, id).await?;
    if !second_factors::factors_of(&tx, id).await?.asked() {
        return Err(Refusal::NoSecondFactor.into());
    }
    second_factors::forget(&tx, id.0).await?;
    login_sessions::delete_of_account(&tx, id.0).await?;
    change(at, Some(who), id, "reset_second_factor").write(&tx, None::<()>, None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn set_password(tx: &WriteTx, id: AccountId, hash: String, start_password: bool) -> Result<(), StoreError> {
    let row = account::Entity::find_by_id(id.0).filter(account::Column::Login.is_not_null()).one(tx).await?;
    let mut model = row.ok_or(StoreError::NotFound)?.into_active_model();
    model.password_hash = Set(Some(hash));
    model.start_password = Set(start_password);
    model.update(tx).await?;
    login_sessions::delete_of_account(tx, id.0).await?;
    Ok(())
}

/// Whether the actor has a password, and if so, whether somebody else chose it.
pub async fn password_of(db: &DatabaseConnection, who: &Who) -> Result<Option<bool>, StoreError> {
    let row = account::Entity::find_by_id(who.account.0).filter(account::Column::Login.is_not_null()).one(db).await?;
    Ok(row.map(|row| row.start_password))
}

/// Says whether this is the actor's own password.
///
/// # Errors
/// [`Refusal::WrongPassword`] if it isn't, or there is none.
pub async fn confirm_password(db: &DatabaseConnection, who: &Who, password: String) -> Result<(), StoreError> {
    let row = account::Entity::find_by_id(who.account.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let login = row.login.ok_or(Refusal::WrongPassword)?;
    match crate::accounts::enter_password(db, &login, password).await? == who.account {
        true => Ok(()),
        false => Err(Refusal::WrongPassword.into()),
    }
}

/// Changes the actor's own password. Every login session ends, so that whoever knew the old one is out.
///
/// # Errors
/// [`Refusal::WrongPassword`] if the old one isn't right; [`StoreError::Invalid`] for a new one that is too short.
pub async fn change_password(
    db: &DatabaseConnection,
    who: &Who,
    old: String,
    new: &str,
    salt: [u8; 16],
    now: Timestamp,
) -> Result<(), StoreError> {
    check_password(new).in_field("new")?;
    confirm_password(db, who, old).await?;
    let hash = password::hash(new, salt);
    let tx = begin_write(db).await?;
    set_password(&tx, who.account, hash, false).await?;
    for (at, _) in &who.actor.roles {
        change(*at, Some(who), who.account, "change_password").write(&tx, None::<()>, None::<()>, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
