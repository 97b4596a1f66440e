//! How many eat on the days of a month.

use super::{expected_on, stands};
use crate::{
    StoreError,
    accounts::Who,
    care_details::with_diet,
    communities,
    entity::{activity, occurrence, term, time::Day},
    rosters::desk_of,
    terms::{code, local, zone_of},
};
use domain::{
    activity::ActivityKind,
    booking::Mark,
    id::OccurrenceId,
    reading::{MealLine, MealsPage},
    rights::Act,
    term::OccurrenceState,
};
use jiff::{
    Timestamp,
    civil::{Date, time},
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// How many eat on each date of a month that goes over noon, of day care and holiday care.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk.
pub async fn meals(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    day: Option<Date>,
    now: Timestamp,
) -> Result<MealsPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let zone = zone_of(&communities::by_slug(db, slug).await?);
    let month = day.unwrap_or_else(|| local(now, &zone).date()).first_of_month();
    let rows = occurrence::Entity::find()
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(month), Day::from(month.last_of_month())))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .order_by_asc(occurrence::Column::StartsAt)
        .all(db)
        .await?;
    let terms: HashMap<Uuid, Uuid> = term::Entity::find()
        .filter(term::Column::Id.is_in(rows.iter().map(|row| row.term_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|term| (term.id, term.activity_id))
        .collect();
    let caring: HashMap<Uuid, String> = activity::Entity::find()
        .filter(activity::Column::Id.is_in(terms.values().copied()))
        .all(db)
        .await?
        .into_iter()
        .filter(|activity| matches!(activity.kind.0, ActivityKind::DayCare | ActivityKind::HolidayCare))
        .map(|activity| (activity.id, activity.name))
        .collect();
    let noon = time(12, 0, 0, 0);
    let over_noon = |row: &occurrence::Model| {
        local(row.starts_at.into(), &zone).time() < noon && local(row.ends_at.into(), &zone).time() > noon
    };
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            let name = caring.get(terms.get(&row.term_id)?)?.clone();
            over_noon(&row).then_some((row, name))
        })
        .collect();
    let ids: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
    let mut eating: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for expected in expected_on(db, &ids).await?.into_iter().filter(|expected| expected.leave.is_none()) {
        eating.entry(expected.occurrence_id).or_default().push(expected.person_id);
    }
    let everybody: Vec<Uuid> = eating.values().flatten().copied().collect();
    let diets = with_diet(db, &everybody).await?;
    let (stands, _) = stands(db, &ids).await?;
    let lines = rows.into_iter().map(|(row, name)| {
        let people = eating.remove(&row.id).unwrap_or_default();
        let count = |which: &dyn Fn(&Uuid) -> bool| {
            u32::try_from(people.iter().filter(|person| which(person)).count()).unwrap_or(u32::MAX)
        };
        let is_away = |person: &Uuid| {
            let mark = stands.get(&(row.id, *person)).and_then(|stand| stand.on.mark);
            matches!(mark, Some(Mark::Absent | Mark::Leave))
        };
        MealLine {
            occurrence: OccurrenceId(row.id),
            date: row.on_date.into(),
            name,
            meals: count(&|_| true),
            diets: count(&|person| diets.contains(person)),
            away: count(&is_away),
        }
    });
    Ok(MealsPage { month, lines: lines.collect() })
}
