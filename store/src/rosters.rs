//! The desk: a community's workbench, rosters, and people with what is theirs.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::weekly_of,
    calendar, care_details,
    changes::{all_for, changes_of},
    communities, crews,
    entity::{booking, booking_place, community, household_member, person, term, time::Day},
    families, merges, my_data,
    sealed::Keys,
    terms::{Loaded, code, count, instant, load_coming, load_term, local, waiters, zone_of},
    tx::begin_write,
};
use domain::{
    booking::{BookingState, PlaceState, Scope, standing_of_term},
    calendar::Span,
    code::Code,
    id::{ActivityId, BookingId, CommunityId, PersonId, TermId},
    line::why_stuck,
    person::{MemberRole, age_on},
    phone::PhoneNumber,
    reading::{DeskPage, DeskTerm, FoundPerson, PersonPage, RosterLine, RosterPage},
    rights::{Act, Door, Reach},
    text::{Line, PersonName},
    which::bookable_weekly,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LikeExpr},
};
use std::collections::HashMap;
use uuid::Uuid;

/// The community of a slug, if the actor may do `act` there. To anybody else the desk does not exist.
pub async fn desk_of(conn: &impl ConnectionTrait, who: &Who, slug: &str, act: Act) -> Result<CommunityId, StoreError> {
    let id = CommunityId(communities::by_slug(conn, slug).await?.id);
    if who.actor.may(act, id) { Ok(id) } else { Err(StoreError::NotFound) }
}

/// The desk's first page: all of it for who works at the desk; their own dates for leaders and volunteers.
pub async fn desk_page(db: &DatabaseConnection, who: &Who, slug: &str, now: Timestamp) -> Result<DeskPage, StoreError> {
    let community = communities::by_slug(db, slug).await?;
    let id = CommunityId(community.id);
    if !who.actor.roles.iter().any(|(at, _)| *at == id) {
        return Err(StoreError::NotFound);
    }
    let zone = zone_of(&community);
    let today = local(now, &zone).date();
    let may: Vec<Act> = Act::ALL.iter().copied().filter(|act| who.actor.may(*act, id)).collect();
    let whole = may.contains(&Act::ManageBookings);
    let named = who.actor.reach(Act::SeeDuties, id) > Reach::Nothing;
    let mut page = DeskPage {
        may,
        duties: Vec::new(),
        today: Vec::new(),
        terms: Vec::new(),
        activities: Vec::new(),
        short: Vec::new(),
        gaps: Vec::new(),
        claims: 0,
        still_here: crate::pickup::count_still_here(db, who, id, &zone, now).await?,
    };
    if !whole && !named {
        return Ok(page);
    }
    let ids: Vec<Uuid> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::CommunityId.eq(id.0))
        .filter(term::Column::LastDate.gte(Day::from(today)))
        .into_tuple()
        .all(db)
        .await?;
    // A date that has begun is still somebody's duty.
    let since = if whole { now } else { instant(today, Time::midnight(), &zone).unwrap_or(now) };
    let loaded = load_coming(db, &ids, today, since).await?;
    if named {
        let until = today.checked_add(2.months()).unwrap_or(today);
        page.duties = crews::duties_of(&loaded, &who.name, today, who.actor.reach(Act::CallRoll, id));
        page.duties.retain(|duty| duty.date <= until);
    }
    if whole {
        let span = Span { first: today, last: today };
        let days = calendar::days(db, id, span, calendar::Filter::default(), now).await?;
        let soon = Span { first: today, last: today.checked_add(14.days()).unwrap_or(today) };
        page.today = days.into_iter().flat_map(|day| day.entries).collect();
        page.terms = loaded.iter().map(|loaded| desk_term(loaded, now)).collect();
        page.terms.sort_by_key(|term| (term.first, term.id));
        page.activities = calendar::activities(db, id, now).await?;
        page.short = crews::short_terms(&loaded, today, now);
        page.gaps = crews::gaps_of(&loaded, soon, now);
        page.claims = crate::claims::to_check(db, id).await?;
    }
    Ok(page)
}

pub(crate) fn desk_term(loaded: &Loaded, now: Timestamp) -> DeskTerm {
    let coming: Vec<_> = loaded.term.coming(now).map(|o| o.id).collect();
    let held = |all: bool| {
        loaded.places.held.iter().filter(|(id, _)| all || coming.contains(id)).map(|(_, held)| *held).max().unwrap_or(0)
    };
    DeskTerm {
        id: loaded.term.id,
        activity: ActivityId(loaded.activity.id),
        activity_name: loaded.activity.name.clone(),
        name: loaded.row.name.clone(),
        audience: loaded.activity.audience.0,
        unit: loaded.activity.unit.0,
        first: loaded.row.first_date.into(),
        last: loaded.row.last_date.into(),
        capacity: loaded.term.capacity,
        held: held(coming.is_empty()),
        waiting: loaded.places.line.parties(),
        standing: standing_of_term(&loaded.term, &loaded.places, now),
        opens: loaded.opens(now),
    }
}

/// A term's roster with its waiting list.
pub async fn roster(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    now: Timestamp,
) -> Result<RosterPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let loaded = load_term(db, id).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    let rows = booking::Entity::find()
        .filter(booking::Column::TermId.eq(id.0))
        .filter(booking::Column::State.ne(code(BookingState::Cancelled)))
        .order_by_asc(booking::Column::OrderNo)
        .all(db)
        .await?;
    let persons = persons(db, rows.iter().map(|row| row.person_id).collect()).await?;
    let single: Vec<Uuid> = rows.iter().filter(|row| row.scope == Scope::Single).map(|row| row.id).collect();
    let mut dates: HashMap<Uuid, Vec<Date>> = HashMap::new();
    for chunk in single.chunks(500) {
        for place in booking_place::Entity::find()
            .filter(booking_place::Column::BookingId.is_in(chunk.to_vec()))
            .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
            .all(db)
            .await?
        {
            let date = loaded.term.occurrences.iter().find(|o| o.id.0 == place.occurrence_id);
            if let Some(date) = date {
                dates.entry(place.booking_id).or_default().push(date.on_date);
            }
        }
    }
    let today = local(now, &loaded.zone).date();
    let line = waiters(db, id).await?;
    let mut confirmed = Vec::new();
    let mut waiting = Vec::new();
    for row in rows {
        let Some(person) = persons.get(&row.person_id) else { continue };
        let own = dates.get(&row.id).map_or(&[][..], Vec::as_slice);
        let of_roster = RosterLine {
            booking: BookingId(row.id),
            person: PersonId(person.id),
            name: person.name.clone(),
            pinyin: person.pinyin.clone(),
            initials: person.initials.clone(),
            age: person.birth_date.map(|birth| age_on(birth.into(), today)),
            phone: masked(person),
            heads: count(row.heads),
            scope: row.scope.0,
            weekly: weekly_of(&row)?,
            date: own.iter().min().copied(),
            dates: u32::try_from(own.len()).unwrap_or(u32::MAX),
            booked: local(row.created_at.into(), &loaded.zone),
            door: row.door.0,
            answer_by: row.answer_by.map(|at| local(at.into(), &loaded.zone)),
            stuck: why_stuck(&loaded.term, &loaded.places, &line, BookingId(row.id), now),
        };
        if row.state == BookingState::Waiting { waiting.push(of_roster) } else { confirmed.push(of_roster) }
    }
    Ok(RosterPage {
        term: desk_term(&loaded, now),
        age: loaded.term.age,
        scopes: loaded.term.scopes,
        week_hours: bookable_weekly(&loaded.term, now),
        dates_at_once: loaded.term.entry.dates_at_once,
        dates: loaded.dates.iter().filter_map(|date| loaded.entry(date, now)).collect(),
        confirmed,
        waiting,
    })
}

pub(crate) async fn persons(
    conn: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, person::Model>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let rows = person::Entity::find().filter(person::Column::Id.is_in(chunk.to_vec())).all(conn).await?;
        found.extend(rows.into_iter().map(|person| (person.id, person)));
    }
    Ok(found)
}

fn masked(person: &person::Model) -> Option<String> {
    person.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok()).map(|phone| phone.masked())
}

/// Finds people of a community by name, pinyin, initials, the phone's last digits or building, and by what is sealed of
/// them where it is given whole: their address, and the phone of whom to call. At most 20.
pub async fn find_persons(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    slug: &str,
    query: &str,
    now: Timestamp,
) -> Result<Vec<FoundPerson>, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let query: String = query.trim().chars().take(40).collect();
    if query.is_empty() {
        return Ok(Vec::new());
    }
    // `%`, `_` and the escape itself are text that somebody typed, not wildcards.
    let escaped: String =
        query.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect();
    let like = |pattern: String| LikeExpr::new(pattern).escape('\\');
    let latin = escaped.to_lowercase().replace(' ', "");
    let any = Condition::any()
        .add(Expr::col(person::Column::Name).like(like(format!("%{escaped}%"))))
        .add(Expr::col(person::Column::Pinyin).like(like(format!("{latin}%"))))
        .add(Expr::col(person::Column::Initials).like(like(format!("{latin}%"))))
        .add(Expr::col(person::Column::Phone).like(like(format!("%{escaped}"))))
        .add(Expr::col(person::Column::Building).like(like(format!("{escaped}%"))))
        .add(person::Column::Id.is_in(care_details::persons_by(db, keys, at, &query).await?));
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(at.0))
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::ErasedAt.is_null())
        .filter(any)
        .order_by_asc(person::Column::Name)
        .limit(20)
        .all(db)
        .await?;
    let today = communities::head(db, slug, now).await?.today;
    Ok(rows.into_iter().map(|person| found(person, today)).collect())
}

/// Somebody without a phone whom the desk writes down.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name.
    pub name: PersonName,
    /// The birth date, where known.
    pub birth: Option<Date>,
    /// The phone of somebody to call, where there is one.
    pub phone: Option<PhoneNumber>,
    /// The building, where known.
    pub building: Option<Line>,
}

/// Writes a person down at the desk; the same name and birth date again gives the person who is there.
///
/// # Errors
/// [`StoreError::NotFound`] without the right to it.
pub async fn add_person(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    new: NewPerson,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let tx = begin_write(db).await?;
    community::Entity::find_by_id(at.0).lock_exclusive().one(&tx).await?;
    if let Some(birth) = new.birth {
        let known = person::Entity::find()
            .filter(person::Column::CommunityId.eq(at.0))
            .filter(person::Column::Name.eq(new.name.as_str()))
            .filter(person::Column::BirthDate.eq(Day::from(birth)))
            .one(&tx)
            .await?;
        if let Some(known) = known {
            return Ok(merges::kept_of(&tx, PersonId(known.id)).await?);
        }
    }
    let phone = new.phone.map(|phone| phone.as_str().to_owned());
    let building = new.building.map(|line| line.as_str().to_owned());
    let id = families::new_person(&tx, at, &new.name, new.birth, phone, building, now).await?;
    let household = families::new_household(&tx, at, now).await?;
    families::join(&tx, household, id, MemberRole::Adult, now).await?;
    Change {
        community: at,
        by: Some((who.account, &who.name)),
        for_person: Some(id),
        action: "add_person",
        subject: ("person", id.0),
        term: None,
        door: Door::Desk,
    }
    .write(&tx, None::<()>, None::<()>, now)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// A resident, for the desk; by the address of a record that was joined to another, that one.
///
/// # Errors
/// [`StoreError::NotFound`] for a person of another community, and without the right to it.
pub async fn person_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: PersonId,
    now: Timestamp,
) -> Result<PersonPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let asked = id;
    let id = merges::kept_of(db, asked).await?;
    let row = person::Entity::find_by_id(id.0).filter(person::Column::CommunityId.eq(at.0)).one(db).await?;
    let row = row.ok_or(StoreError::NotFound)?;
    let zone = zone_of(&communities::by_slug(db, slug).await?);
    let today = local(now, &zone).date();
    let homes: Vec<Uuid> = household_member::Entity::find()
        .select_only()
        .column(household_member::Column::HouseholdId)
        .filter(household_member::Column::PersonId.eq(id.0))
        .into_tuple()
        .all(db)
        .await?;
    let others = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.is_in(homes))
        .filter(household_member::Column::PersonId.ne(id.0))
        .order_by_asc(household_member::Column::CreatedAt)
        .all(db)
        .await?;
    let names = persons(db, others.iter().map(|other| other.person_id).collect()).await?;
    let changes = match who.actor.may(Act::ReadAudit, at) {
        true => {
            let records = merges::records_of(db, id.0).await?;
            changes_of(db, at, all_for(db, &records).await?, 200).await?
        }
        false => Vec::new(),
    };
    Ok(PersonPage {
        household: others.iter().filter_map(|other| Some(names.get(&other.person_id)?.name.clone())).collect(),
        bookings: calendar::bookings_of(db, id, now).await?,
        links: crate::care_links::care_links(db, who, id).await?,
        care: care_details::fields_of(db, id).await?,
        twins: merges::twins_of(db, &row, today).await?,
        merges: merges::lines_of(db, &row, &zone, now).await?,
        led: id != asked,
        signs_in: my_data::signs_in(db, id).await?,
        changes,
        person: found(row, today),
    })
}

pub(crate) fn found(person: person::Model, today: Date) -> FoundPerson {
    FoundPerson {
        id: PersonId(person.id),
        age: person.birth_date.map(|birth| age_on(birth.into(), today)),
        phone: masked(&person),
        name: person.name,
        building: person.building,
    }
}
