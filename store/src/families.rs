//! Households (家庭) and their members.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{account, community, household, household_member, person, stored::Stored},
    households::has_live,
    id::new_id,
    pickup, pinyin,
    terms::{local, zone_of},
    tx::begin_write,
};
use domain::{
    code::Code,
    consent::{Purpose, needs_guardian},
    id::{CommunityId, PersonId},
    person::{MemberRole, age_on},
    reading::{Me, Member},
    refusal::Refusal,
    rights::Door,
    text::PersonName,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The most members of one household.
pub const MAX_MEMBERS: u32 = 20;

/// A member to be added.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Who it is in the household.
    pub role: MemberRole,
    /// The name.
    pub name: PersonName,
    /// The birth date; a child's must be known.
    pub birth: Option<Date>,
    /// True for the account's own person.
    pub myself: bool,
}

/// What the pages show of who is signed in.
pub async fn me(db: &DatabaseConnection, who: &Who, now: Timestamp) -> Result<Me, StoreError> {
    let communities = community::Entity::find()
        .filter(community::Column::Id.is_in(who.actor.roles.iter().map(|(id, _)| id.0)))
        .order_by_asc(community::Column::CreatedAt)
        .all(db)
        .await?;
    let works_at = communities
        .into_iter()
        .filter_map(|community| {
            let role = who.actor.roles.iter().find(|(id, _)| id.0 == community.id)?.1;
            Some((community.slug, community.name, role))
        })
        .collect();
    Ok(Me {
        account: who.account,
        name: who.name.clone(),
        phone: who.phone.as_ref().map(|phone| phone.masked()),
        works_at,
        unread: crate::notices::unread(db, who).await?,
        members: members(db, who, now).await?,
        cared: crate::care_links::cared(db, who).await?,
    })
}

/// The members of the actor's household: the actor first, then in the order in which they were added.
pub async fn members(conn: &impl ConnectionTrait, who: &Who, now: Timestamp) -> Result<Vec<Member>, StoreError> {
    let Some(household) = who.household else { return Ok(Vec::new()) };
    let rows = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.eq(household))
        .order_by_asc(household_member::Column::CreatedAt)
        .all(conn)
        .await?;
    let persons =
        person::Entity::find().filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id))).all(conn).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.person_id).collect();
    let elsewhere = household_member::Entity::find()
        .select_only()
        .column(household_member::Column::PersonId)
        .filter(household_member::Column::PersonId.is_in(ids))
        .filter(household_member::Column::HouseholdId.ne(household));
    let elsewhere: Vec<Uuid> = elsewhere.into_tuple().all(conn).await?;
    let home = match persons.first() {
        Some(person) => community::Entity::find_by_id(person.community_id).one(conn).await?,
        None => None,
    };
    let today = home.map(|home| local(now, &zone_of(&home)).date());
    let mut members: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            let person = persons.iter().find(|person| person.id == row.person_id)?;
            let birth = person.birth_date.map(Date::from);
            Some(Member {
                person: PersonId(person.id),
                name: person.name.clone(),
                role: row.role.0,
                birth,
                age: birth.zip(today).map(|(birth, today)| age_on(birth, today)),
                myself: who.person == Some(person.id),
                shared: elsewhere.contains(&person.id),
            })
        })
        .collect();
    members.sort_by_key(|member| !member.myself);
    Ok(members)
}

/// Adds a member to the actor's household, which begins with its first member.
///
/// # Errors
/// [`Refusal::AlreadyInHousehold`] for the same name and birth date; [`Refusal::HouseholdFull`].
pub async fn add_member(
    db: &DatabaseConnection,
    who: &Who,
    at: CommunityId,
    new: NewMember,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let tx = begin_write(db).await?;
    // The account's row is the household's lock: two tabs that add the same child wait for each other here.
    let account =
        account::Entity::find_by_id(who.account.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    if new.myself && account.person_id.is_some() {
        return Err(Refusal::AlreadyInHousehold.into());
    }
    let who = &Who { household: account.household_id, person: account.person_id, ..who.clone() };
    let present = members(&tx, who, now).await?;
    if present.iter().any(|member| member.name == new.name.as_str() && member.birth == new.birth) {
        return Err(Refusal::AlreadyInHousehold.into());
    }
    if present.len() >= MAX_MEMBERS as usize {
        return Err(Refusal::HouseholdFull { max: MAX_MEMBERS }.into());
    }
    let household = match account.household_id {
        Some(household) => household,
        None => new_household(&tx, at, now).await?,
    };
    let phone = who.phone.as_ref().filter(|_| new.myself).map(|phone| phone.as_str().to_owned());
    let id = new_person(&tx, at, &new.name, new.birth, phone, None, now).await?;
    join(&tx, household, id, new.role, now).await?;
    if new.role == MemberRole::Child || new.myself {
        // Whoever adds a child has ticked the guardian's consent; whoever adds themself asks to be booked for.
        let row = person::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
        let zone = crate::communities::zone(&tx, at).await?;
        let by_guardian = needs_guardian(new.birth, local(now, &zone).date());
        crate::consents::keep(&tx, who, &row, Purpose::Service, true, by_guardian, Door::Page, now).await?;
    }
    let mut change = account.into_active_model();
    change.household_id = Set(Some(household));
    if new.myself {
        change.person_id = Set(Some(id.0));
        change.name = Set(new.name.as_str().to_owned());
    }
    change.update(&tx).await?;
    Change {
        community: at,
        by: Some((who.account, &who.name)),
        for_person: Some(id),
        action: "add_member",
        subject: ("household", household),
        term: None,
        door: Door::Page,
    }
    .write(&tx, None::<()>, Some(new.role.code()), now)
    .await?;
    tx.commit().await?;
    Ok(id)
}

pub(crate) async fn new_household(
    tx: &impl ConnectionTrait,
    at: CommunityId,
    now: Timestamp,
) -> Result<Uuid, StoreError> {
    let id = new_id(now);
    household::Entity::insert(household::ActiveModel {
        id: Set(id),
        community_id: Set(at.0),
        created_at: Set(now.into()),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(id)
}

/// Writes a person's row.
pub(crate) async fn new_person(
    tx: &impl ConnectionTrait,
    at: CommunityId,
    name: &PersonName,
    birth: Option<Date>,
    phone: Option<String>,
    building: Option<String>,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let id = new_id(now);
    person::Entity::insert(person::ActiveModel {
        id: Set(id),
        community_id: Set(at.0),
        name: Set(name.as_str().to_owned()),
        pinyin: Set(pinyin::pinyin(name.as_str())),
        initials: Set(pinyin::initials(name.as_str())),
        birth_date: Set(birth.map(Into::into)),
        phone: Set(phone),
        building: Set(building),
        withheld_at: Set(None),
        erased_at: Set(None),
        created_at: Set(now.into()),
        merged_into: Set(None),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(PersonId(id))
}

pub(crate) async fn join(
    tx: &impl ConnectionTrait,
    household: Uuid,
    person: PersonId,
    role: MemberRole,
    now: Timestamp,
) -> Result<(), StoreError> {
    household_member::Entity::insert(household_member::ActiveModel {
        household_id: Set(household),
        person_id: Set(person.0),
        role: Set(Stored(role)),
        created_at: Set(now.into()),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Takes a member out of the actor's household. The person's row stays: past rosters name it.
///
/// # Errors
/// [`Refusal::HasBookings`] while the person has live bookings; [`StoreError::NotFound`] for anybody else's member
/// and for the actor's own person.
pub async fn remove_member(db: &DatabaseConnection, who: &Who, id: PersonId, now: Timestamp) -> Result<(), StoreError> {
    let household = who.household.filter(|_| who.person != Some(id.0)).ok_or(StoreError::NotFound)?;
    let tx = begin_write(db).await?;
    let person = person::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let member = household_member::Entity::find_by_id((household, id.0)).one(&tx).await?;
    let member = member.ok_or(StoreError::NotFound)?;
    if has_live(&tx, id, Some(household), now).await? {
        return Err(Refusal::HasBookings.into());
    }
    let role = member.role.0;
    household_member::Entity::delete_by_id((household, id.0)).exec(&tx).await?;
    pickup::leave_home(&tx, who, household, id.0, now).await?;
    Change {
        community: CommunityId(person.community_id),
        by: Some((who.account, &who.name)),
        for_person: Some(id),
        action: "remove_member",
        subject: ("household", household),
        term: None,
        door: Door::Page,
    }
    .write(&tx, Some(role.code()), None::<()>, now)
    .await?;
    tx.commit().await?;
    Ok(())
}
