//! Families, written straight into the tables in one transaction: a rush needs a thousand of them in a moment.

use domain::{
    id::{AccountId, CommunityId, PersonId},
    person::MemberRole,
    phone::PhoneNumber,
    rights::Actor,
};
use jiff::{Timestamp, civil::date};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait};
use sha2::{Digest, Sha256};
use std::ops::Range;
use store::{
    accounts::Who,
    entity::{account, household, household_member, login_session, person},
    id::new_id,
    login_sessions::IDLE,
    tx::begin_write,
};
use tower_sessions::session::Id;

/// Rows of one statement.
const ROWS: usize = 400;

/// A parent with a child of eight, signed in.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Who it is.
    pub who: Who,
    /// The child.
    pub child: PersonId,
    /// What the browser sends as the cookie.
    pub cookie: String,
}

/// What time it is. A login session lives by the host's own clock, whatever clock the rules are shown.
#[allow(clippy::disallowed_methods, reason = "whoever proves something of a running server needs its time")]
pub fn clock() -> Timestamp {
    Timestamp::now()
}

/// Parents of a community, by their numbers.
///
/// # Errors
/// Only those of the database.
pub async fn crowd(
    db: &DatabaseConnection,
    community: CommunityId,
    numbers: Range<u32>,
    now: Timestamp,
) -> Result<Vec<Parent>, DbErr> {
    let mut parents = Vec::new();
    let (mut accounts, mut households, mut members) = (Vec::new(), Vec::new(), Vec::new());
    let (mut persons, mut sessions) = (Vec::new(), Vec::new());
    for n in numbers {
        let (account_id, home, child) = (new_id(now), new_id(now), new_id(now));
        let token = Id::default();
        let phone = format!("138{n:08}");
        accounts.push(account::ActiveModel {
            id: Set(account_id),
            phone: Set(Some(phone.clone())),
            household_id: Set(Some(home)),
            name: Set(String::new()),
            created_at: Set(now.into()),
            ..Default::default()
        });
        households.push(household::ActiveModel {
            id: Set(home),
            community_id: Set(community.0),
            created_at: Set(now.into()),
        });
        persons.push(person::ActiveModel {
            id: Set(child),
            community_id: Set(community.0),
            name: Set(format!("孩子{n}")),
            pinyin: Set(format!("haizi{n}")),
            initials: Set(format!("hz{n}")),
            birth_date: Set(Some(date(2018, 5, 1).into())),
            withheld_at: Set(None),
            erased_at: Set(None),
            created_at: Set(now.into()),
            ..Default::default()
        });
        members.push(household_member::ActiveModel {
            household_id: Set(home),
            person_id: Set(child),
            role: Set(MemberRole::Child.into()),
            created_at: Set(now.into()),
        });
        sessions.push(login_session::ActiveModel {
            id: Set(Sha256::digest(token.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()),
            account_id: Set(Some(account_id)),
            data: Set(format!(r#"{{"account":"{account_id}"}}"#)),
            device: Set(None),
            created_at: Set(clock().into()),
            expires_at: Set(clock().checked_add(IDLE).unwrap_or(Timestamp::MAX).into()),
        });
        let phone = PhoneNumber::parse(&phone).ok();
        parents.push(Parent {
            who: Who {
                account: AccountId(account_id),
                name: phone.as_ref().map(PhoneNumber::masked).unwrap_or_default(),
                person: None,
                household: Some(home),
                phone,
                actor: Actor { account: AccountId(account_id), roles: Vec::new() },
            },
            child: PersonId(child),
            cookie: format!("__Host-zhaoxi={token}"),
        });
    }
    let tx = begin_write(db).await?;
    put(&tx, households).await?;
    put(&tx, persons).await?;
    put(&tx, members).await?;
    put(&tx, accounts).await?;
    put(&tx, sessions).await?;
    tx.commit().await?;
    Ok(parents)
}

/// Writes many rows.
///
/// # Errors
/// Only those of the database.
pub async fn put<A: ActiveModelTrait>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr> {
    for rows in rows.chunks(ROWS) {
        A::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}
