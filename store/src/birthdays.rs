//! Children who come of age: at 14 their own consent counts, at 18 they are adults. Their households are told, once.

use crate::{
    audit::{Change, besides_booking},
    entity::{audit, community, household_member, person, stored::Stored, time::Day},
    merges, notices,
    terms::{code, local, zone_of},
    tx::begin_write,
};
use domain::{
    code::Code,
    household::{ADULT_AGE, CONSENT_AGE, HouseholdNews},
    id::{CommunityId, PersonId},
    person::MemberRole,
    reading::NoticeText,
    rights::Door,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

/// For so many days after a birthday it is made up for: the program may have stood still.
const BACK_DAYS: i64 = 30;

/// Tells households of children who turned 14 or 18, and makes the latter adults. Any number of nodes may do it: what
/// was told is in the audit, and is looked up under the person's lock.
pub async fn come_of_age(db: &DatabaseConnection, now: Timestamp) -> Result<u32, DbErr> {
    let mut told = 0;
    for community in community::Entity::find().all(db).await? {
        let today = local(now, &zone_of(&community)).date();
        for (age, news) in [(CONSENT_AGE, HouseholdNews::Turned14), (ADULT_AGE, HouseholdNews::Turned18)] {
            for person in children_born(db, community.id, today, age).await? {
                told += u32::from(tell(db, &community, person, news, now).await?);
            }
        }
    }
    Ok(told)
}

/// Children of a community who turned `age` in the last days.
async fn children_born(db: &DatabaseConnection, at: Uuid, today: Date, age: i16) -> Result<Vec<Uuid>, DbErr> {
    // Of 29 February, the birthday of a common year is 1 March: a day later than the year's subtraction says.
    let until = today.checked_sub(i64::from(age).years()).unwrap_or(today);
    let since = until.checked_sub(BACK_DAYS.days()).unwrap_or(until);
    let born: Vec<(Uuid, Day)> = person::Entity::find()
        .select_only()
        .columns([person::Column::Id, person::Column::BirthDate])
        .filter(person::Column::CommunityId.eq(at))
        .filter(person::Column::BirthDate.between(Day::from(since), Day::from(until)))
        .into_tuple()
        .all(db)
        .await?;
    let grown = born.into_iter().filter(|(_, birth)| domain::person::age_on((*birth).into(), today) >= age);
    let ids: Vec<Uuid> = grown.map(|(id, _)| id).collect();
    household_member::Entity::find()
        .select_only()
        .column(household_member::Column::PersonId)
        .distinct()
        .filter(household_member::Column::PersonId.is_in(ids))
        .filter(household_member::Column::Role.eq(code(MemberRole::Child)))
        .into_tuple()
        .all(db)
        .await
}

async fn tell(
    db: &DatabaseConnection,
    community: &community::Model,
    id: Uuid,
    news: HouseholdNews,
    now: Timestamp,
) -> Result<bool, DbErr> {
    // Who was written down twice is told once.
    let records = merges::records_of(db, id).await?;
    let before = audit::Entity::find().filter(besides_booking(records)).filter(audit::Column::Action.eq(news.code()));
    if before.clone().one(db).await?.is_some() {
        return Ok(false);
    }
    let tx = begin_write(db).await?;
    let Some(person) = person::Entity::find_by_id(id).lock_exclusive().one(&tx).await? else { return Ok(false) };
    if before.one(&tx).await?.is_some() {
        return Ok(false);
    }
    let homes = household_member::Entity::find()
        .filter(household_member::Column::PersonId.eq(id))
        .filter(household_member::Column::Role.eq(code(MemberRole::Child)))
        .all(&tx)
        .await?;
    let Some(first) = homes.first().map(|home| home.household_id) else { return Ok(false) };
    if news == HouseholdNews::Turned18 {
        for home in homes {
            let mut model = home.into_active_model();
            model.role = Set(Stored(MemberRole::Adult));
            model.update(&tx).await?;
        }
    }
    let at = CommunityId(community.id);
    let text = NoticeText::Household { news, person: person.name, slug: community.slug.clone() };
    notices::owe(&tx, at, Some(first), None, PersonId(id), &text, now).await?;
    Change {
        community: at,
        by: None,
        for_person: Some(PersonId(id)),
        action: news.code(),
        subject: ("person", id),
        term: None,
        door: Door::Rule,
    }
    .write(&tx, None::<()>, None::<()>, now)
    .await?;
    tx.commit().await?;
    Ok(true)
}
