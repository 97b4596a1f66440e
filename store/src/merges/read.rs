//! What staff see before they join two records, and of those that were joined.

use super::{
    kept_of,
    record::came,
    rows::{Moved, Plan},
    undo::hinders_undo,
};
use crate::{
    StoreError,
    accounts::Who,
    calendar, care_details, communities,
    entity::{account, activity, care_link, household_member, person, person_merge, term},
    households::homes_of,
    rosters::{desk_of, found, persons},
    terms::{local, zone_of},
};
use domain::{
    id::{CommunityId, MergeId, PersonId},
    merge::Hindrance,
    phone::PhoneNumber,
    reading::{FoundPerson, Hindered, MergeLine, MergePage, MergePair, MergeSide},
    rights::Act,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The most likely twins that are named.
const TWINS: u64 = 5;

/// A record, others that are likely the same person, and what would come of joining it `with` one. Whoever searches fills in
/// what is found.
///
/// # Errors
/// [`StoreError::NotFound`] for a record of another community, and without the right to it.
pub async fn merge_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: PersonId,
    with: Option<PersonId>,
    now: Timestamp,
) -> Result<MergePage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let community = communities::by_slug(db, slug).await?;
    let zone = zone_of(&community);
    let today = local(now, &zone).date();
    let kept = here(db, at, id).await?;
    let twins = twins_of(db, &kept, today).await?;
    let pair = match with {
        Some(with) => Some(pair(db, &kept, &here(db, at, with).await?, &zone, now).await?),
        None => None,
    };
    Ok(MergePage { person: found(kept, today), twins, found: Vec::new(), pair })
}

/// The record that stands for a person of a community.
async fn here(db: &DatabaseConnection, at: CommunityId, id: PersonId) -> Result<person::Model, StoreError> {
    let id = kept_of(db, id).await?;
    let row = person::Entity::find_by_id(id.0).filter(person::Column::CommunityId.eq(at.0)).one(db).await?;
    row.ok_or(StoreError::NotFound)
}

async fn pair(
    db: &DatabaseConnection,
    kept: &person::Model,
    gone: &person::Model,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<MergePair, StoreError> {
    let sides = (side(db, kept, zone, now).await?, side(db, gone, zone, now).await?);
    if kept.id == gone.id {
        let hinders = named(db, vec![Hindrance::Same]).await?;
        return Ok(MergePair { kept: sides.0, gone: sides.1, joined: Vec::new(), stays: 0, two_homes: false, hinders });
    }
    let plan = Plan::read(db, kept, gone, now).await?;
    Ok(MergePair {
        kept: sides.0,
        gone: sides.1,
        joined: plan.moved.joined,
        stays: u32::try_from(plan.fit.stays.len()).unwrap_or(u32::MAX),
        two_homes: plan.two_homes,
        hinders: named(db, plan.fit.hinders).await?,
    })
}

async fn side(
    db: &DatabaseConnection,
    row: &person::Model,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<MergeSide, StoreError> {
    let homes = homes_of(db, row.id).await?;
    let answers = account::Entity::find().filter(account::Column::HouseholdId.is_in(homes.clone()));
    let answers = answers.order_by_asc(account::Column::Id).all(db).await?;
    let others = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.is_in(homes))
        .filter(household_member::Column::PersonId.ne(row.id))
        .order_by_asc(household_member::Column::CreatedAt)
        .all(db)
        .await?;
    let names = persons(db, others.iter().map(|other| other.person_id).collect()).await?;
    let bookings = calendar::bookings_of(db, PersonId(row.id), now).await?;
    let links = care_link::Entity::find()
        .filter(care_link::Column::PersonId.eq(row.id))
        .filter(care_link::Column::RevokedAt.is_null());
    let accounts = account::Entity::find().filter(account::Column::PersonId.eq(row.id));
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(MergeSide {
        birth: row.birth_date.map(Date::from),
        since: local(row.created_at.into(), zone).date(),
        household: others.iter().filter_map(|other| Some(names.get(&other.person_id)?.name.clone())).collect(),
        answers: answers.into_iter().map(name_of).collect(),
        account: accounts.count(db).await? > 0,
        bookings: bookings.into_iter().map(|one| (one.name, one.dates.first().map(|date| date.date))).collect(),
        came: count(came(db, row.id).await?),
        relatives: count(links.count(db).await?),
        care: !care_details::fields_of(db, PersonId(row.id)).await?.is_empty(),
        person: found(row.clone(), local(now, zone).date()),
    })
}

/// The name of an account, or its phone, masked, while it has none.
fn name_of(row: account::Model) -> String {
    let phone = row.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
    match phone {
        Some(phone) if row.name.is_empty() => phone.masked(),
        _ => row.name,
    }
}

/// Records that are likely the same person's: of the same name, and neither birth date nor phone says otherwise.
pub(crate) async fn twins_of(
    conn: &impl ConnectionTrait,
    of: &person::Model,
    today: Date,
) -> Result<Vec<FoundPerson>, DbErr> {
    if of.erased_at.is_some() {
        return Ok(Vec::new());
    }
    // Of two birth dates the same decides, of one the phones do.
    let unknown_or = |column: person::Column, same: Condition| Condition::any().add(column.is_null()).add(same);
    let mut fits = Condition::all();
    let phone = match &of.phone {
        Some(phone) => {
            unknown_or(person::Column::Phone, Condition::all().add(person::Column::Phone.eq(phone.as_str())))
        }
        None => Condition::all(),
    };
    fits = match of.birth_date {
        Some(birth) => {
            let unknown = Condition::all().add(person::Column::BirthDate.is_null()).add(phone);
            fits.add(Condition::any().add(person::Column::BirthDate.eq(birth)).add(unknown))
        }
        None => fits.add(phone),
    };
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(of.community_id))
        .filter(person::Column::Name.eq(of.name.as_str()))
        .filter(person::Column::Id.ne(of.id))
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::ErasedAt.is_null())
        .filter(fits)
        .order_by_asc(person::Column::Id)
        .limit(TWINS)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| found(row, today)).collect())
}

/// The records that were joined to a person's, newest first, each with what hinders taking it back.
pub(crate) async fn lines_of(
    conn: &impl ConnectionTrait,
    kept: &person::Model,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<MergeLine>, StoreError> {
    let merges = person_merge::Entity::find()
        .filter(person_merge::Column::KeptId.eq(kept.id))
        .filter(person_merge::Column::UndoneAt.is_null())
        .order_by_desc(person_merge::Column::At)
        .order_by_desc(person_merge::Column::Id)
        .all(conn)
        .await?;
    let names = persons(conn, merges.iter().map(|merge| merge.gone_id).collect()).await?;
    let mut lines = Vec::new();
    for merge in merges {
        let Some(gone) = names.get(&merge.gone_id) else { continue };
        let moved = Moved::read(&merge.moved)?;
        let hinders = hinders_undo(conn, &merge, &moved, kept, gone, now).await?;
        lines.push(MergeLine {
            id: MergeId(merge.id),
            at: local(merge.at.into(), zone),
            by: merge.account_name,
            name: gone.name.clone(),
            joined: moved.joined,
            hinders: named(conn, hinders).await?,
        });
    }
    Ok(lines)
}

/// Hindrances with the names of the activities that they are about, each once.
async fn named(conn: &impl ConnectionTrait, hinders: Vec<Hindrance>) -> Result<Vec<Hindered>, DbErr> {
    let term = |hindrance: &Hindrance| match hindrance {
        Hindrance::Place { term, .. } | Hindrance::Term { term } | Hindrance::Period { term } => Some(term.0),
        _ => None,
    };
    let terms: BTreeSet<Uuid> = hinders.iter().filter_map(term).collect();
    let rows: Vec<(Uuid, Uuid)> = term::Entity::find()
        .select_only()
        .columns([term::Column::Id, term::Column::ActivityId])
        .filter(term::Column::Id.is_in(terms))
        .into_tuple()
        .all(conn)
        .await?;
    let activities: HashMap<Uuid, String> = activity::Entity::find()
        .filter(activity::Column::Id.is_in(rows.iter().map(|(_, activity)| *activity)))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let of_term: HashMap<Uuid, &String> =
        rows.iter().filter_map(|(term, activity)| Some((*term, activities.get(activity)?))).collect();
    let mut named: Vec<Hindered> = Vec::new();
    for why in hinders {
        let activity = term(&why).and_then(|term| of_term.get(&term)).map(|name| (*name).clone());
        let one = Hindered { why, activity };
        if !named.contains(&one) {
            named.push(one);
        }
    }
    Ok(named)
}
