//! How households (家庭) come together and apart: a second guardian by code, a child in two homes, moving out.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::of_persons,
    entity::{
        account, booking, booking_place, claim, community, household, household_code, household_member, occurrence,
        person, preparation, time::Instant,
    },
    families::{join, new_household},
    id::new_id,
    login_codes::hash_code,
    notices,
    terms::{code, local, zone_of},
    tx::{WriteTx, begin_write},
};
use domain::{
    booking::PlaceState,
    household::{CODE_DIGITS, CODE_HOURS, HouseholdNews},
    id::{CommunityId, PersonId},
    person::MemberRole,
    reading::{NoticeText, OpenCode},
    refusal::Refusal,
    rights::Door,
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, RelationTrait, sea_query::Expr,
};
use uuid::Uuid;

/// A new code of a household: eight digits that nobody can guess in a day.
pub fn new_code() -> String {
    format!("{:0width$}", rand::random_range(0..10_u32.pow(CODE_DIGITS as u32)), width = CODE_DIGITS)
}

/// Keeps a new code of the actor's household: for a second guardian, or for the other home of a child. Only its hash is
/// stored; an earlier code for the same ends. Gives what names it.
///
/// # Errors
/// [`StoreError::NotFound`] for who has no household, and for anybody who is not a child of it.
pub async fn invite(
    db: &DatabaseConnection,
    who: &Who,
    child: Option<PersonId>,
    code: &str,
    now: Timestamp,
) -> Result<Uuid, StoreError> {
    let household = who.household.ok_or(StoreError::NotFound)?;
    let tx = begin_write(db).await?;
    if let Some(child) = child {
        let member = household_member::Entity::find_by_id((household, child.0)).one(&tx).await?;
        member.filter(|row| row.role == MemberRole::Child).ok_or(StoreError::NotFound)?;
    }
    let same = household_code::Entity::delete_many().filter(household_code::Column::HouseholdId.eq(household));
    match child {
        Some(child) => same.filter(household_code::Column::PersonId.eq(child.0)).exec(&tx).await?,
        None => same.filter(household_code::Column::PersonId.is_null()).exec(&tx).await?,
    };
    let id = new_id(now);
    household_code::Entity::insert(household_code::ActiveModel {
        id: Set(id),
        household_id: Set(household),
        person_id: Set(child.map(|child| child.0)),
        code_hash: Set(hash_code(id, code)),
        created_by: Set(who.account.0),
        created_at: Set(now.into()),
        expires_at: Set(now.checked_add(CODE_HOURS.hours()).unwrap_or(now).into()),
    })
    .exec_without_returning(&tx)
    .await?;
    change(&tx, household, who, child, "invite").await?.write(&tx, None::<()>, None::<()>, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// What a code that can still be used is for; none once it was used or is over.
pub async fn open_code(
    db: &DatabaseConnection,
    who: &Who,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<OpenCode>, StoreError> {
    let row = household_code::Entity::find_by_id(id)
        .filter(household_code::Column::CreatedBy.eq(who.account.0))
        .filter(household_code::Column::ExpiresAt.gt(Instant::from(now)))
        .one(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let home = household::Entity::find_by_id(row.household_id).one(db).await?.ok_or(StoreError::NotFound)?;
    let home = community::Entity::find_by_id(home.community_id).one(db).await?.ok_or(StoreError::NotFound)?;
    let child = match row.person_id {
        Some(id) => person::Entity::find_by_id(id).one(db).await?.map(|person| person.name),
        None => None,
    };
    Ok(Some(OpenCode { child, until: local(row.expires_at.into(), &zone_of(&home)) }))
}

/// What a code led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// The actor belongs to the household now.
    Joined,
    /// The child lives in the actor's household, too.
    Shared(PersonId),
}

/// Uses a code. Who joins a household leaves behind one in which nobody else was, and takes what was booked along.
///
/// # Errors
/// [`Refusal::WrongHouseholdCode`] for one that is wrong, used or over; [`Refusal::HasHousehold`] for who has a household
/// with others in it.
pub async fn enter_household_code(
    db: &DatabaseConnection,
    who: &Who,
    at: CommunityId,
    code: &str,
    now: Timestamp,
) -> Result<Entered, StoreError> {
    let tx = begin_write(db).await?;
    let open = household_code::Entity::find().filter(household_code::Column::ExpiresAt.gt(Instant::from(now)));
    let rows = open.lock_exclusive().all(&tx).await?;
    let row =
        rows.into_iter().find(|row| row.code_hash == hash_code(row.id, code)).ok_or(Refusal::WrongHouseholdCode)?;
    let actor = account::Entity::find_by_id(who.account.0).lock_exclusive().one(&tx).await?;
    let actor = actor.ok_or(StoreError::NotFound)?;
    household_code::Entity::delete_by_id(row.id).exec(&tx).await?;
    let child = row.person_id.map(PersonId);
    let entered = match child {
        Some(child) => share(&tx, actor, row.household_id, at, child, now).await?,
        None => join_as_guardian(&tx, actor, row.household_id, now).await?,
    };
    let what = change(&tx, row.household_id, who, child.or(who.person.map(PersonId)), "enter_household_code").await?;
    what.write(&tx, None::<()>, None::<()>, now).await?;
    let news = if child.is_some() { HouseholdNews::Shared } else { HouseholdNews::Joined };
    tell(&tx, row.household_id, who, child, news, now).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Tells a household how it changed: of a child, or of the actor.
async fn tell(
    tx: &WriteTx,
    home: Uuid,
    who: &Who,
    child: Option<PersonId>,
    news: HouseholdNews,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(about) = child.map(|child| child.0).or(who.person) else { return Ok(()) };
    let name = person::Entity::find_by_id(about).one(tx).await?.map(|person| person.name).unwrap_or_default();
    let row = household::Entity::find_by_id(home).one(tx).await?.ok_or(StoreError::NotFound)?;
    let community = community::Entity::find_by_id(row.community_id).one(tx).await?.ok_or(StoreError::NotFound)?;
    let text = NoticeText::Household { news, person: name, slug: community.slug };
    notices::owe(tx, CommunityId(community.id), Some(home), None, PersonId(about), &text, now).await?;
    Ok(())
}

async fn share(
    tx: &WriteTx,
    actor: account::Model,
    from: Uuid,
    at: CommunityId,
    child: PersonId,
    now: Timestamp,
) -> Result<Entered, StoreError> {
    // It may have moved out since.
    household_member::Entity::find_by_id((from, child.0)).one(tx).await?.ok_or(Refusal::WrongHouseholdCode)?;
    let home = match actor.household_id {
        Some(home) => home,
        None => {
            let home = new_household(tx, at, now).await?;
            let mut model = actor.into_active_model();
            model.household_id = Set(Some(home));
            model.update(tx).await?;
            home
        }
    };
    if household_member::Entity::find_by_id((home, child.0)).one(tx).await?.is_some() {
        return Err(Refusal::AlreadyInHousehold.into());
    }
    join(tx, home, child, MemberRole::Child, now).await?;
    Ok(Entered::Shared(child))
}

async fn join_as_guardian(
    tx: &WriteTx,
    actor: account::Model,
    home: Uuid,
    now: Timestamp,
) -> Result<Entered, StoreError> {
    if actor.household_id == Some(home) {
        return Err(Refusal::AlreadyInHousehold.into());
    }
    if let Some(old) = actor.household_id {
        let others = household_member::Entity::find().filter(household_member::Column::HouseholdId.eq(old));
        let others = others.all(tx).await?.iter().any(|row| Some(row.person_id) != actor.person_id);
        if others || accounts_of(tx, old).await? > 1 {
            return Err(Refusal::HasHousehold.into());
        }
        take_along(tx, actor.person_id, old, home).await?;
    }
    if let Some(person) = actor.person_id {
        household_member::Entity::delete_many()
            .filter(household_member::Column::PersonId.eq(person))
            .filter(household_member::Column::HouseholdId.eq(actor.household_id))
            .exec(tx)
            .await?;
        join(tx, home, PersonId(person), MemberRole::Guardian, now).await?;
    }
    let mut model = actor.into_active_model();
    model.household_id = Set(Some(home));
    model.update(tx).await?;
    Ok(Entered::Joined)
}

/// What a household had that nobody but this person was in is the other's.
async fn take_along(tx: &WriteTx, person: Option<Uuid>, old: Uuid, home: Uuid) -> Result<(), DbErr> {
    booking::Entity::update_many()
        .col_expr(booking::Column::HouseholdId, Expr::value(home))
        .filter(of_persons(person))
        .filter(booking::Column::HouseholdId.eq(old))
        .exec(tx)
        .await?;
    preparation::Entity::update_many()
        .col_expr(preparation::Column::HouseholdId, Expr::value(home))
        .filter(preparation::Column::HouseholdId.eq(old))
        .exec(tx)
        .await?;
    // What the one claimed, the other need not be; nobody loses a group that the new household has.
    claim::Entity::delete_many().filter(claim::Column::HouseholdId.eq(old)).exec(tx).await?;
    Ok(())
}

async fn accounts_of(conn: &impl ConnectionTrait, household: Uuid) -> Result<u64, DbErr> {
    account::Entity::find().filter(account::Column::HouseholdId.eq(household)).count(conn).await
}

/// Leaves the household: with one's own person, alone. The children stay; who needs them has them shared.
///
/// # Errors
/// [`Refusal::LastGuardian`] where nobody else of it can sign in; [`Refusal::HasBookings`] while one's own person holds
/// or awaits places through it.
pub async fn leave_household(db: &DatabaseConnection, who: &Who, now: Timestamp) -> Result<(), StoreError> {
    let home = who.household.ok_or(StoreError::NotFound)?;
    let tx = begin_write(db).await?;
    // The household's row is the lock: of two who leave at once, one stays.
    household::Entity::find_by_id(home).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    if accounts_of(&tx, home).await? < 2 {
        return Err(Refusal::LastGuardian.into());
    }
    if let Some(person) = who.person {
        if has_live(&tx, PersonId(person), Some(home), now).await? {
            return Err(Refusal::HasBookings.into());
        }
        household_member::Entity::delete_by_id((home, person)).exec(&tx).await?;
    }
    let actor = account::Entity::find_by_id(who.account.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let mut model = actor.into_active_model();
    model.household_id = Set(None);
    model.update(&tx).await?;
    let what = change(&tx, home, who, who.person.map(PersonId), "leave_household").await?;
    what.write(&tx, None::<()>, None::<()>, now).await?;
    tell(&tx, home, who, None, HouseholdNews::Left, now).await?;
    // Who leaves with a person of their own has a household again: of one.
    if let Some(person) = who.person {
        let at =
            CommunityId(household::Entity::find_by_id(home).one(&tx).await?.ok_or(StoreError::NotFound)?.community_id);
        let own = new_household(&tx, at, now).await?;
        join(&tx, own, PersonId(person), MemberRole::Guardian, now).await?;
        account::Entity::update_many()
            .col_expr(account::Column::HouseholdId, Expr::value(own))
            .filter(account::Column::Id.eq(who.account.0))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// True while a person holds or awaits places on dates that aren't over; with a household, through its bookings alone.
pub(crate) async fn has_live(
    conn: &impl ConnectionTrait,
    person: PersonId,
    household: Option<Uuid>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let live = booking_place::Entity::find()
        .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
        .join(JoinType::InnerJoin, booking_place::Relation::Booking.def())
        .filter(booking_place::Column::PersonId.eq(person.0))
        .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
        .filter(occurrence::Column::EndsAt.gt(Instant::from(now)))
        .apply_if(household, |live, household| live.filter(booking::Column::HouseholdId.eq(household)));
    Ok(live.count(conn).await? > 0)
}

/// The households that a person belongs to.
pub(crate) async fn homes_of(conn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<Uuid>, DbErr> {
    household_member::Entity::find()
        .select_only()
        .column(household_member::Column::HouseholdId)
        .filter(household_member::Column::PersonId.eq(person))
        .into_tuple()
        .all(conn)
        .await
}

/// Ends codes that are over.
pub async fn sweep_codes(db: &DatabaseConnection, now: Timestamp) -> Result<u64, DbErr> {
    let over = household_code::Entity::delete_many().filter(household_code::Column::ExpiresAt.lte(Instant::from(now)));
    Ok(over.exec(db).await?.rows_affected)
}

async fn change<'a>(
    tx: &WriteTx,
    household: Uuid,
    who: &'a Who,
    person: Option<PersonId>,
    action: &'a str,
) -> Result<Change<'a>, StoreError> {
    let row = household::Entity::find_by_id(household).one(tx).await?.ok_or(StoreError::NotFound)?;
    Ok(Change {
        community: CommunityId(row.community_id),
        by: Some((who.account, &who.name)),
        for_person: person,
        action,
        subject: ("household", household),
        term: None,
        door: Door::Page,
    })
}
