//! Staff accounts.

use crate::{
    StoreError,
    audit::Change,
    communities,
    entity::{account, staff_role, stored::Stored},
    error::{InField, is_duplicate},
    id::new_id,
    password,
    tx::begin_write,
};
use domain::{
    id::{AccountId, CommunityId},
    rights::{Door, StaffRole},
    text::{InputProblem, PersonName},
};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};

/// The fewest characters of a password (NIST SP 800-63B-4, 3.1.1.2).
pub const MIN_PASSWORD: usize = 8;

/// Makes a staff account with a role in one community. `salt` is 16 random bytes.
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
    let login = login.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !(3..=40).contains(&login.len()) || !login.chars().all(plain) {
        return Err(InputProblem::BadCharacter).in_field("login");
    }
    if password.chars().count() < MIN_PASSWORD {
        return Err(InputProblem::Number { min: 8, max: 128 }).in_field("password");
    }
    let hash = password::hash(password, salt);
    let tx = begin_write(db).await?;
    let community = CommunityId(communities::by_slug(&tx, slug).await?.id);
    let id = AccountId(new_id(now));
    account::Entity::insert(account::ActiveModel {
        id: Set(id.0),
        phone: Set(None),
        login: Set(Some(login.to_owned())),
        password_hash: Set(Some(hash)),
        person_id: Set(None),
        household_id: Set(None),
        name: Set(name.as_str().to_owned()),
        created_at: Set(now.into()),
        disabled_at: Set(None),
    })
    .exec_without_returning(&tx)
    .await
    .map_err(|error| match is_duplicate(&error) {
        true => StoreError::Invalid(domain::refusal::FieldProblem::new("login", InputProblem::Choice)),
        false => error.into(),
    })?;
    staff_role::Entity::insert(staff_role::ActiveModel {
        account_id: Set(id.0),
        community_id: Set(community.0),
        role: Set(Stored(role)),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    Change {
        community,
        by: None,
        for_person: None,
        action: "add_staff",
        subject: ("account", id.0),
        term: None,
        door: Door::Command,
    }
    .write(&tx, None::<()>, Some(role), now)
    .await?;
    tx.commit().await?;
    Ok(id)
}
