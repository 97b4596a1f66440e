//! Care links (家属授权): what a person lets a relative see and do. The relative is known by the phone that signs in, so
//! nothing has to be handed over, and what is revoked is gone at the next request: nothing of it is kept anywhere.

use crate::{
    StoreError,
    accounts::Who,
    attendance::notes_of,
    audit::Change,
    calendar,
    entity::{account, attendance, booking_place, care_link, community, person, time::Day},
    error::InField,
    id::new_id,
    merges::kept_of_all,
    notices,
    terms::{Loaded, code, load_terms, local, zone_of},
    tx::{WriteTx, begin_write},
};
use domain::{
    booking::PlaceState,
    care::{CareScope, MAX_CARE_LINKS, closed},
    code::Code,
    id::{CareLinkId, CommunityId, PersonId},
    phone::PhoneNumber,
    reading::{CareLink, Cared, CaredDate, CaredPage, NoticeText},
    refusal::Refusal,
    rights::{Act, Door},
    text::{InputProblem, Line, PersonName},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Days back for which a relative sees who came, and ahead for which the plan.
const BACK: i64 = 14;
const AHEAD: i64 = 60;

/// What is to be granted.
#[derive(Clone, Debug)]
pub struct NewCareLink {
    /// The relative, as the person calls them.
    pub name: PersonName,
    /// The phone by which the relative signs in.
    pub phone: PhoneNumber,
    /// What is allowed.
    pub scopes: Vec<CareScope>,
    /// Where the signed paper is kept: staff grant nothing without one.
    pub paper: Option<Line>,
}

/// Lets a relative see or do something. The same relative once more gets what is granted now instead. The person grants
/// it by their own account ([`Door::Page`]), or staff do on a signed paper ([`Door::Desk`]).
///
/// # Errors
/// [`StoreError::NotFound`] for a person who isn't the actor's own, or not of a community where the actor works;
/// [`StoreError::Invalid`] where nothing is granted or the paper is missing; [`Refusal::CareLinksFull`].
pub async fn grant_care_link(
    db: &DatabaseConnection,
    who: &Who,
    person: PersonId,
    new: NewCareLink,
    door: Door,
    now: Timestamp,
) -> Result<CareLinkId, StoreError> {
    let scopes = closed(&new.scopes);
    let tx = begin_write(db).await?;
    let row = hold_person(&tx, who, person, door).await?;
    if scopes.is_empty() {
        Err(InputProblem::Choice).in_field("scopes")?;
    }
    if door != Door::Page && new.paper.is_none() {
        Err(InputProblem::Empty).in_field("paper")?;
    }
    let of_person = || {
        care_link::Entity::find()
            .filter(care_link::Column::PersonId.eq(person.0))
            .filter(care_link::Column::RevokedAt.is_null())
    };
    let same = of_person().filter(care_link::Column::RelativePhone.eq(new.phone.as_str())).one(&tx).await?;
    let before = same.as_ref().map(|link| link.scopes.clone());
    match same {
        Some(link) => end(&tx, link, who, now).await?,
        None if of_person().count(&tx).await? >= u64::from(MAX_CARE_LINKS) => {
            return Err(Refusal::CareLinksFull { max: MAX_CARE_LINKS }.into());
        }
        None => {}
    }
    let id = CareLinkId(new_id(now));
    let granted = written(&scopes);
    care_link::Entity::insert(care_link::ActiveModel {
        id: Set(id.0),
        community_id: Set(row.community_id),
        person_id: Set(person.0),
        relative_name: Set(new.name.as_str().to_owned()),
        relative_phone: Set(new.phone.as_str().to_owned()),
        scopes: Set(granted.clone()),
        granted_by: Set(Some(who.account.0)),
        paper: Set(new.paper.map(|paper| paper.as_str().to_owned())),
        created_at: Set(now.into()),
        revoked_at: Set(None),
        revoked_by: Set(None),
    })
    .exec_without_returning(&tx)
    .await?;
    change(who, &row, "grant_care_link", id, door).write(&tx, before, Some(granted), now).await?;
    let relative = account::Entity::find().filter(account::Column::Phone.eq(new.phone.as_str())).one(&tx).await?;
    let home = community::Entity::find_by_id(row.community_id).one(&tx).await?.ok_or(StoreError::NotFound)?;
    if let Some(relative) = relative {
        let text = NoticeText::CareGranted { person: row.name.clone(), scopes, slug: home.slug, link: id };
        notices::owe(&tx, CommunityId(row.community_id), None, Some(relative.id), person, &text, now).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Ends a care link: by the person, by staff, or by the relative who no longer wants it. One that is over stays so.
///
/// # Errors
/// [`StoreError::NotFound`] for a link that is none of the actor's.
pub async fn revoke_care_link(
    db: &DatabaseConnection,
    who: &Who,
    id: CareLinkId,
    door: Door,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let tx = begin_write(db).await?;
    let link = care_link::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let by_relative =
        door == Door::Page && who.phone.as_ref().is_some_and(|phone| phone.as_str() == link.relative_phone);
    let person = PersonId(link.person_id);
    let row = match by_relative {
        true => person::Entity::find_by_id(link.person_id).one(&tx).await?.ok_or(StoreError::NotFound)?,
        false => hold_person(&tx, who, person, door).await?,
    };
    if link.revoked_at.is_some() {
        return Ok(person);
    }
    let before = link.scopes.clone();
    end(&tx, link, who, now).await?;
    change(who, &row, "revoke_care_link", id, door).write(&tx, Some(before), None::<()>, now).await?;
    tx.commit().await?;
    Ok(person)
}

pub(crate) async fn end(tx: &WriteTx, link: care_link::Model, who: &Who, now: Timestamp) -> Result<(), DbErr> {
    let mut change = link.into_active_model();
    change.revoked_at = Set(Some(now.into()));
    change.revoked_by = Set(Some(who.account.0));
    change.update(tx).await?;
    Ok(())
}

/// The person's row, locked, if the actor may decide through that door who sees it.
async fn hold_person(tx: &WriteTx, who: &Who, id: PersonId, door: Door) -> Result<person::Model, StoreError> {
    let row = person::Entity::find_by_id(id.0).lock_exclusive().one(tx).await?.ok_or(StoreError::NotFound)?;
    let allowed = match door {
        Door::Page => who.person == Some(id.0),
        _ => row.merged_into.is_none() && who.actor.may(Act::ManageBookings, CommunityId(row.community_id)),
    };
    if allowed { Ok(row) } else { Err(StoreError::NotFound) }
}

fn change<'a>(who: &'a Who, person: &person::Model, action: &'a str, id: CareLinkId, door: Door) -> Change<'a> {
    Change {
        community: CommunityId(person.community_id),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(person.id)),
        action,
        subject: ("care_link", id.0),
        term: None,
        door,
    }
}

/// The relatives to whom a person granted something, the newest last; for the person and for staff.
///
/// # Errors
/// [`StoreError::NotFound`] for a person who is none of the actor's.
pub async fn care_links(db: &DatabaseConnection, who: &Who, id: PersonId) -> Result<Vec<CareLink>, StoreError> {
    let row = person::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    if who.person != Some(id.0) && !who.actor.may(Act::ManageBookings, CommunityId(row.community_id)) {
        return Err(StoreError::NotFound);
    }
    let home = community::Entity::find_by_id(row.community_id).one(db).await?.ok_or(StoreError::NotFound)?;
    let zone = zone_of(&home);
    let links = care_link::Entity::find()
        .filter(care_link::Column::PersonId.eq(id.0))
        .filter(care_link::Column::RevokedAt.is_null())
        .order_by_asc(care_link::Column::CreatedAt)
        .all(db)
        .await?;
    let reading = |link: care_link::Model| CareLink {
        id: CareLinkId(link.id),
        name: link.relative_name,
        phone: PhoneNumber::parse(&link.relative_phone).map(|phone| phone.masked()).unwrap_or_default(),
        scopes: read(&link.scopes),
        since: local(link.created_at.into(), &zone).date(),
        paper: link.paper,
    };
    Ok(links.into_iter().map(reading).collect())
}

/// The live links to the actor's phone. One that stayed with a record that was joined to another has its twin there.
async fn links_to(conn: &impl ConnectionTrait, who: &Who) -> Result<Vec<care_link::Model>, DbErr> {
    let Some(phone) = &who.phone else { return Ok(Vec::new()) };
    let mut links = care_link::Entity::find()
        .filter(care_link::Column::RelativePhone.eq(phone.as_str()))
        .filter(care_link::Column::RevokedAt.is_null())
        .order_by_asc(care_link::Column::CreatedAt)
        .all(conn)
        .await?;
    let merged = kept_of_all(conn, links.iter().map(|link| link.person_id).collect()).await?;
    links.retain(|link| !merged.contains_key(&link.person_id));
    Ok(links)
}

/// Who lets the actor see or do something.
pub async fn cared(conn: &impl ConnectionTrait, who: &Who) -> Result<Vec<Cared>, StoreError> {
    let links = links_to(conn, who).await?;
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let persons = person::Entity::find().filter(person::Column::Id.is_in(links.iter().map(|link| link.person_id)));
    let persons: HashMap<Uuid, person::Model> =
        persons.all(conn).await?.into_iter().map(|person| (person.id, person)).collect();
    let homes =
        community::Entity::find().filter(community::Column::Id.is_in(links.iter().map(|link| link.community_id)));
    let slugs: HashMap<Uuid, String> = homes.all(conn).await?.into_iter().map(|home| (home.id, home.slug)).collect();
    let reading = |link: care_link::Model| {
        Some(Cared {
            id: CareLinkId(link.id),
            person: PersonId(link.person_id),
            name: persons.get(&link.person_id)?.name.clone(),
            slug: slugs.get(&link.community_id)?.clone(),
            scopes: read(&link.scopes),
        })
    };
    Ok(links.into_iter().filter_map(reading).collect())
}

/// The persons for whom the actor may do something by care links.
pub(crate) async fn persons_who_allow(
    conn: &impl ConnectionTrait,
    who: &Who,
    scope: CareScope,
) -> Result<HashSet<Uuid>, DbErr> {
    let links = links_to(conn, who).await?.into_iter();
    Ok(links.filter(|link| read(&link.scopes).contains(&scope)).map(|link| link.person_id).collect())
}

/// What a relative sees of a person: only what was granted.
///
/// # Errors
/// [`StoreError::NotFound`] for a link that is over, or to somebody else.
pub async fn cared_page(
    db: &DatabaseConnection,
    who: &Who,
    id: CareLinkId,
    now: Timestamp,
) -> Result<CaredPage, StoreError> {
    let cared = cared(db, who).await?.into_iter().find(|cared| cared.id == id).ok_or(StoreError::NotFound)?;
    let home = crate::communities::by_slug(db, &cared.slug).await?;
    let today = local(now, &zone_of(&home)).date();
    let sees_roll = cared.scopes.contains(&CareScope::SeeRoll);
    let from = if sees_roll { today.saturating_sub(BACK.days()) } else { today };
    let dates = dates_of(db, cared.person, from, today.saturating_add(AHEAD.days()), sees_roll, now).await?;
    let bookings = match cared.scopes.contains(&CareScope::Book) {
        true => calendar::bookings_of(db, cared.person, now).await?,
        false => Vec::new(),
    };
    Ok(CaredPage { cared, community: home.name, telephone: home.phone, today, dates, bookings })
}

async fn dates_of(
    db: &DatabaseConnection,
    person: PersonId,
    from: Date,
    until: Date,
    sees_roll: bool,
    now: Timestamp,
) -> Result<Vec<CaredDate>, StoreError> {
    let places = booking_place::Entity::find()
        .filter(booking_place::Column::PersonId.eq(person.0))
        .filter(booking_place::Column::OnDate.between(Day::from(from), Day::from(until)))
        .filter(booking_place::Column::State.is_in([PlaceState::Held, PlaceState::Waiting].map(code)))
        .all(db)
        .await?;
    let ids: Vec<Uuid> = places.iter().map(|place| place.occurrence_id).collect();
    let terms = crate::terms::terms_with(db, &ids).await?;
    let loaded = load_terms(db, &terms).await?;
    let marks: HashMap<Uuid, attendance::Model> = match sees_roll {
        true => attendance::Entity::find()
            .filter(attendance::Column::PersonId.eq(person.0))
            .filter(attendance::Column::OccurrenceId.is_in(ids))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.occurrence_id, row))
            .collect(),
        false => HashMap::new(),
    };
    let zone = loaded.first().map(|loaded| loaded.zone.clone());
    let mut notes = match zone.filter(|_| sees_roll) {
        Some(zone) => notes_of(db, &places.iter().map(|place| place.occurrence_id).collect::<Vec<_>>(), &zone).await?,
        None => HashMap::new(),
    };
    let mut dates: Vec<CaredDate> = places
        .iter()
        .filter_map(|place| {
            let of_place = |loaded: &Loaded| loaded.dates.iter().position(|date| date.id == place.occurrence_id);
            let (loaded, at) = loaded.iter().find_map(|loaded| Some((loaded, of_place(loaded)?)))?;
            let date = loaded.dates.get(at)?;
            let (starts_at, ends_at) = (Timestamp::from(date.starts_at), Timestamp::from(date.ends_at));
            let waiting = place.state == PlaceState::Waiting;
            let time = |at| local(at, &loaded.zone).time();
            let row = marks.get(&date.id);
            let mark = row.map(|row| (row.mark.0, time(row.marked_at.into())));
            let left = row.and_then(|row| row.left_at).map(|at| time(at.into()));
            Some(CaredDate {
                activity: loaded.activity.id.into(),
                name: loaded.activity.name.clone(),
                date: date.on_date.into(),
                start: local(starts_at, &loaded.zone).time(),
                end: local(ends_at, &loaded.zone).time(),
                room: loaded.room(date.room_id),
                waiting,
                state: date.state.0,
                begun: starts_at <= now,
                over: ends_at <= now,
                mark,
                left,
                notes: notes.remove(&(date.id, person.0)).unwrap_or_default(),
            })
        })
        // Who waited for what is over was not there.
        .filter(|date| !(date.waiting && date.over))
        .collect();
    dates.sort_by(|one, other| (one.date, one.start, &one.name).cmp(&(other.date, other.start, &other.name)));
    Ok(dates)
}

/// Scopes as their column holds them.
fn written(scopes: &[CareScope]) -> String {
    scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ")
}

fn read(scopes: &str) -> Vec<CareScope> {
    scopes.split(' ').filter_map(CareScope::from_code).collect()
}

/// What was granted to a phone goes on to the one that its account signs in with now.
pub(crate) async fn follow_phone(tx: &WriteTx, old: &PhoneNumber, new: &PhoneNumber) -> Result<(), StoreError> {
    let live = |phone: &PhoneNumber| {
        care_link::Entity::find()
            .filter(care_link::Column::RelativePhone.eq(phone.as_str()))
            .filter(care_link::Column::RevokedAt.is_null())
    };
    let there: Vec<Uuid> = live(new).all(tx).await?.into_iter().map(|row| row.person_id).collect();
    for row in live(old).all(tx).await?.into_iter().filter(|row| !there.contains(&row.person_id)) {
        let mut model = row.into_active_model();
        model.relative_phone = Set(new.as_str().to_owned());
        model.update(tx).await?;
    }
    Ok(())
}
