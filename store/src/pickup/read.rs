//! The children of a date, with who may take each and who has.

use super::{OfDate, photo::with_photo};
use crate::{
    StoreError,
    accounts::Who,
    attendance::expected_on,
    audit::besides_booking,
    care_details::with_allergy,
    communities,
    entity::{
        attendance, audit, occurrence, pickup, pickup_person, pickup_rule,
        time::{Day, Instant},
    },
    rosters::persons,
    terms::{load_term, local},
};
use domain::{
    id::{CommunityId, OccurrenceId, PersonId, PickupId, PickupPersonId, TermId},
    phone::PhoneNumber,
    pickup::{CODE_WAIT, WRONG_CODES},
    reading::{AtRoll, HandOver, HandOverUndone, PickupChild, PickupPage, PickupPerson},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The verb of a wrong code in the audit, by which they are counted.
pub(super) const WRONG: &str = "wrong_pickup_code";

/// The page on which the children of a date are handed over.
///
/// # Errors
/// [`StoreError::NotFound`] for a date of another community, and for whoever doesn't call its roll.
pub async fn pickup_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: OccurrenceId,
    now: Timestamp,
) -> Result<PickupPage, StoreError> {
    let of_date = OfDate::read(db, who, slug, id).await?;
    let zone = &of_date.zone;
    let today = local(now, zone).date();
    let held = expected_on(db, &[id.0]).await?;
    let mut children: Vec<_> =
        persons(db, held.iter().map(|place| place.person_id).collect()).await?.into_values().collect();
    children.retain(|child| of_date.hands_over(child));
    children.sort_by(|a, b| a.pinyin.cmp(&b.pinyin).then_with(|| a.id.cmp(&b.id)));
    let ids: Vec<Uuid> = children.iter().map(|child| child.id).collect();
    let marks = marks_of(db, &[id.0]).await?;
    let rules = rules_of(db, &ids).await?;
    let allergies = with_allergy(db, &ids).await?;
    let wrong = wrong_codes(db, &ids, now).await?;
    let mut named = persons_of(db, &ids, today, false).await?;
    let mut handed: HashMap<Uuid, Vec<HandOver>> = HashMap::new();
    let rows = pickup::Entity::find().filter(pickup::Column::OccurrenceId.eq(id.0));
    for row in rows.order_by_desc(pickup::Column::At).all(db).await? {
        handed.entry(row.person_id).or_default().push(hand_over(row, zone));
    }
    let children = children
        .into_iter()
        .map(|child| {
            let (undone, live): (Vec<_>, Vec<_>) =
                handed.remove(&child.id).unwrap_or_default().into_iter().partition(|row| row.undone.is_some());
            let rule = rules.get(&child.id);
            let locked = wrong.get(&child.id).filter(|(count, _)| *count >= WRONG_CODES);
            PickupChild {
                person: PersonId(child.id),
                mark: marks.get(&(id.0, child.id)).map(|row| row.mark.0),
                allergy: allergies.contains(&child.id),
                alone: rule.is_some_and(|rule| rule.alone),
                code: rule.is_some_and(|rule| rule.secret.is_some()),
                code_locked_until: locked.map(|(_, until)| local(*until, zone).time()),
                persons: named.remove(&child.id).unwrap_or_default(),
                live: live.into_iter().next(),
                undone,
                name: child.name,
            }
        })
        .collect();
    let loaded = load_term(db, TermId(of_date.date.term_id)).await?;
    Ok(PickupPage {
        date: loaded.entry(&of_date.date, now).ok_or(StoreError::NotFound)?,
        over: Timestamp::from(of_date.date.ends_at) < now,
        children,
    })
}

/// What the roll of a date says beside each child's mark: of those who may go alone, or were handed over.
///
/// # Errors
/// [`StoreError::NotFound`] for a date that isn't there.
pub async fn at_roll(conn: &impl ConnectionTrait, id: OccurrenceId) -> Result<HashMap<PersonId, AtRoll>, StoreError> {
    let date = occurrence::Entity::find_by_id(id.0).one(conn).await?.ok_or(StoreError::NotFound)?;
    let zone = communities::zone(conn, CommunityId(date.community_id)).await?;
    let mut found: HashMap<PersonId, AtRoll> = HashMap::new();
    let ids: Vec<Uuid> = expected_on(conn, &[id.0]).await?.into_iter().map(|place| place.person_id).collect();
    for (person, rule) in rules_of(conn, &ids).await?.into_iter().filter(|(_, rule)| rule.alone) {
        found.insert(PersonId(person), AtRoll { alone: rule.alone, live: None });
    }
    for ((_, person), row) in live_of(conn, &[id.0]).await? {
        let at_roll = found.entry(PersonId(person)).or_insert(AtRoll { alone: false, live: None });
        at_roll.live = Some(hand_over(row, &zone));
    }
    Ok(found)
}

/// A row, as it is read.
pub(super) fn hand_over(row: pickup::Model, zone: &TimeZone) -> HandOver {
    let undone = row.undone_at.map(|at| HandOverUndone {
        at: local(at.into(), zone),
        by: row.undone_name.unwrap_or_default(),
        reason: row.undo_reason.unwrap_or_default(),
    });
    HandOver {
        id: PickupId(row.id),
        way: row.way.0,
        taker: row.taker,
        reason: row.reason,
        at: local(row.at.into(), zone),
        by: row.account_name,
        undone,
    }
}

/// Who may take some children today, or also on a day to come, in the order in which they were named.
pub(super) async fn persons_of(
    conn: &impl ConnectionTrait,
    children: &[Uuid],
    today: Date,
    coming: bool,
) -> Result<HashMap<Uuid, Vec<PickupPerson>>, StoreError> {
    use pickup_person::Column;
    let only_on = if coming { Column::OnlyOn.gte(Day::from(today)) } else { Column::OnlyOn.eq(Day::from(today)) };
    let on = Condition::any().add(Column::OnlyOn.is_null()).add(only_on);
    let mut rows = Vec::new();
    for some in children.chunks(500) {
        let named = pickup_person::Entity::find()
            .filter(Column::PersonId.is_in(some.iter().copied()))
            .filter(Column::EndedAt.is_null())
            .filter(on.clone())
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        rows.extend(named.all(conn).await?);
    }
    let photos = with_photo(conn, rows.iter().map(|row| row.id).collect()).await?;
    let mut found: HashMap<Uuid, Vec<PickupPerson>> = HashMap::new();
    for row in rows {
        let phone = row.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
        found.entry(row.person_id).or_default().push(PickupPerson {
            id: PickupPersonId(row.id),
            name: row.name,
            relation: row.relation,
            phone: phone.map(|phone| phone.masked()),
            photo: photos.contains(&row.id),
            only_on: row.only_on.map(Into::into),
        });
    }
    Ok(found)
}

/// The marks of some dates, by date and person.
pub(super) async fn marks_of(
    conn: &impl ConnectionTrait,
    dates: &[Uuid],
) -> Result<HashMap<(Uuid, Uuid), attendance::Model>, StoreError> {
    let mut found = HashMap::new();
    for some in dates.chunks(500) {
        let rows =
            attendance::Entity::find().filter(attendance::Column::OccurrenceId.is_in(some.iter().copied())).all(conn);
        found.extend(rows.await?.into_iter().map(|row| ((row.occurrence_id, row.person_id), row)));
    }
    Ok(found)
}

/// The hand-overs of some dates that count, by date and person.
pub(super) async fn live_of(
    conn: &impl ConnectionTrait,
    dates: &[Uuid],
) -> Result<HashMap<(Uuid, Uuid), pickup::Model>, StoreError> {
    let mut found = HashMap::new();
    for some in dates.chunks(500) {
        let rows = pickup::Entity::find()
            .filter(pickup::Column::OccurrenceId.is_in(some.iter().copied()))
            .filter(pickup::Column::UndoneAt.is_null());
        found.extend(rows.all(conn).await?.into_iter().map(|row| ((row.occurrence_id, row.person_id), row)));
    }
    Ok(found)
}

/// The rules of some children.
pub(super) async fn rules_of(
    conn: &impl ConnectionTrait,
    children: &[Uuid],
) -> Result<HashMap<Uuid, pickup_rule::Model>, StoreError> {
    let mut found = HashMap::new();
    for some in children.chunks(500) {
        let rows = pickup_rule::Entity::find().filter(pickup_rule::Column::PersonId.is_in(some.iter().copied()));
        found.extend(rows.all(conn).await?.into_iter().map(|row| (row.person_id, row)));
    }
    Ok(found)
}

/// The wrong codes of the last while for some children, and when the oldest that counts does so no more.
pub(super) async fn wrong_codes(
    conn: &impl ConnectionTrait,
    children: &[Uuid],
    now: Timestamp,
) -> Result<HashMap<Uuid, (u32, Timestamp)>, StoreError> {
    let since = now.checked_sub(CODE_WAIT).unwrap_or(Timestamp::MIN);
    let mut found: HashMap<Uuid, (u32, Timestamp)> = HashMap::new();
    for some in children.chunks(500) {
        let tried: Vec<(Option<Uuid>, Instant)> = audit::Entity::find()
            .select_only()
            .column(audit::Column::ForPerson)
            .column(audit::Column::At)
            .filter(besides_booking(some.iter().copied()))
            .filter(audit::Column::Action.eq(WRONG))
            .filter(audit::Column::At.gt(Instant::from(since)))
            .into_tuple()
            .all(conn)
            .await?;
        for (child, at) in tried {
            let over = Timestamp::from(at).checked_add(CODE_WAIT).unwrap_or(Timestamp::MAX);
            let Some(child) = child else { continue };
            let (count, until) = found.entry(child).or_insert((0, over));
            *count += 1;
            *until = over.min(*until);
        }
    }
    Ok(found)
}
