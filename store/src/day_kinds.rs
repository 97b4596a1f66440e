//! A community's days that differ (休/班/假/闭馆): importing and changing them, and what becomes of the dates they hit.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    days,
    entity::{activity, day_kind, occurrence, stored::Stored, term, time::Day, time::Instant},
    error::InField,
    id::new_id,
    rosters::desk_of,
    schedule::{self, hold_community},
    terms::{code, load_term, local},
    tx::begin_write,
};
use domain::{
    almanac,
    calendar::Span,
    day_kind::{DayKind, DaySpan, HitDecision, HolidayPolicy},
    expansion::next_open_day,
    id::{CommunityId, OccurrenceId},
    reading::{DaysPage, Hit},
    refusal::Refusal,
    rights::Act,
    schedule::{Arrangement, Edit, Reach},
    term::{OccurrenceState, TermState},
    text::{InputProblem, Line},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, sea_query::OnConflict,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// What the State Council announced for a year, as far as the program knows it.
fn announced(year: i16) -> Result<Vec<DaySpan>, InputProblem> {
    let days = almanac::public_holidays(year);
    let named = days.into_iter().map(|(date, kind, name)| Ok((date, kind, Line::parse(&name)?)));
    Ok(spans(named.collect::<Result<Vec<_>, InputProblem>>()?))
}

/// Days, in order of date, as runs of one kind and name.
fn spans(days: Vec<(Date, DayKind, Line)>) -> Vec<DaySpan> {
    let mut spans: Vec<DaySpan> = Vec::new();
    for (date, kind, name) in days {
        let goes_on = |span: &&mut DaySpan| {
            span.kind == kind && span.name == name && span.last.tomorrow().is_ok_and(|next| next == date)
        };
        match spans.iter_mut().rev().take(4).find(goes_on) {
            Some(span) => span.last = date,
            None => spans.push(DaySpan { first: date, last: date, kind, name }),
        }
    }
    spans
}

fn year_of(year: i16) -> Result<Span, StoreError> {
    let (first, last) = (Date::new(year, 1, 1), Date::new(year, 12, 31));
    match (first, last) {
        (Ok(first), Ok(last)) if almanac::YEARS.contains(&year) => Ok(Span { first, last }),
        _ => Err(InputProblem::Date).in_field("year"),
    }
}

/// A year's days, and the dates to come that fall on a day off, whatever the year.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk; [`StoreError::Invalid`] for a year that the almanac doesn't know.
pub async fn days_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    year: i16,
    now: Timestamp,
) -> Result<DaysPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let today = crate::communities::head(db, slug, now).await?.today;
    let kinds = days::kinds(db, at, year_of(year)?).await?;
    let there: HashSet<(Date, DayKind)> = kinds.iter().map(|(date, kind, _)| (*date, *kind)).collect();
    let announced = almanac::public_holidays(year);
    let missing = announced.iter().filter(|(date, kind, _)| !there.contains(&(*date, *kind))).count();
    let named = kinds.into_iter().filter_map(|(date, kind, name)| Some((date, kind, Line::parse(&name).ok()?)));
    Ok(DaysPage {
        year,
        today,
        spans: spans(named.collect()),
        missing: (!announced.is_empty()).then_some(u32::try_from(missing).unwrap_or(u32::MAX)),
        hits: hits(db, at, today, now).await?,
    })
}

/// Dates to come on days off, of terms that don't keep them, unless somebody decided by hand that they stay.
async fn hits(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    today: Date,
    now: Timestamp,
) -> Result<Vec<Hit>, StoreError> {
    let far = today.checked_add(5.years()).unwrap_or(Date::MAX);
    let kinds = days::kinds(conn, at, Span { first: today, last: far }).await?;
    let off: Vec<Day> = kinds.iter().filter(|(_, kind, _)| kind.is_off()).map(|(date, ..)| Day::from(*date)).collect();
    let mut rows: Vec<occurrence::Model> = Vec::new();
    for off in off.chunks(400) {
        let some = occurrence::Entity::find()
            .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
            .filter(occurrence::Column::CommunityId.eq(at.0))
            .filter(occurrence::Column::OnDate.is_in(off.to_vec()))
            .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
            .filter(occurrence::Column::StartsAt.gt(Instant::from(now)))
            .filter(occurrence::Column::HandMade.eq(false))
            .filter(term::Column::State.eq(code(TermState::Published)))
            .filter(term::Column::Holidays.ne(code(HolidayPolicy::Keep)))
            .order_by_asc(occurrence::Column::StartsAt)
            .all(conn)
            .await?;
        rows.extend(some);
    }
    let named: Vec<(Uuid, String, Stored<HolidayPolicy>)> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .column(activity::Column::Name)
        .column(term::Column::Holidays)
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(term::Column::CommunityId.eq(at.0))
        .filter(term::Column::LastDate.gte(Day::from(today)))
        .into_tuple()
        .all(conn)
        .await?;
    let terms: HashMap<Uuid, (String, HolidayPolicy)> =
        named.into_iter().map(|(id, name, policy)| (id, (name, policy.0))).collect();
    let zone = crate::communities::zone(conn, at).await?;
    let ids: Vec<_> = rows.iter().map(|date| date.id).collect();
    let families = schedule::families(conn, &ids).await?;
    let hit = |date: occurrence::Model| {
        let (name, policy) = terms.get(&date.term_id)?.clone();
        Some(Hit {
            occurrence: OccurrenceId(date.id),
            head: days::head(date.on_date.into(), &kinds),
            name,
            start: local(date.starts_at.into(), &zone).time(),
            end: local(date.ends_at.into(), &zone).time(),
            families: u32::try_from(families.get(&date.id).map_or(0, HashSet::len)).unwrap_or(u32::MAX),
            policy,
        })
    };
    Ok(rows.into_iter().filter_map(hit).collect())
}

/// Adds what the State Council announced for a year; what is there stays. Gives the number of days added.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk; [`StoreError::Invalid`] for a year that the program doesn't know.
pub async fn import_holidays(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    year: i16,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let spans = announced(year).in_field("year")?;
    if spans.is_empty() {
        return Err(InputProblem::NoDates).in_field("year");
    }
    set_days(db, who, slug, &spans, now).await
}

/// Adds days; a day that has that kind already gets the new name. Gives the number of days written.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk.
pub async fn set_days(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    spans: &[DaySpan],
    now: Timestamp,
) -> Result<usize, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let tx = begin_write(db).await?;
    hold_community(&tx, at).await?;
    let mut seen = HashSet::new();
    let rows: Vec<_> = spans
        .iter()
        .flat_map(|span| span.days().map(move |day| (day, span)))
        .filter(|(day, span)| seen.insert((*day, span.kind)))
        .map(|(day, span)| day_kind::ActiveModel {
            id: Set(new_id(now)),
            community_id: Set(at.0),
            on_date: Set(day.into()),
            kind: Set(Stored(span.kind)),
            name: Set(span.name.as_str().to_owned()),
        })
        .collect();
    for rows in rows.chunks(400) {
        use day_kind::Column::{CommunityId, Kind, Name, OnDate};
        let same_day = OnConflict::columns([CommunityId, OnDate, Kind]).update_column(Name).to_owned();
        day_kind::Entity::insert_many(rows.to_vec()).on_conflict(same_day).exec_without_returning(&tx).await?;
    }
    Change::at_desk(who, at, "set_days").write(&tx, None::<()>, Some(spans), now).await?;
    tx.commit().await?;
    Ok(rows.len())
}

/// Takes the days of a span away, of its kind alone.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk.
pub async fn remove_days(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    span: &DaySpan,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let tx = begin_write(db).await?;
    hold_community(&tx, at).await?;
    day_kind::Entity::delete_many()
        .filter(day_kind::Column::CommunityId.eq(at.0))
        .filter(day_kind::Column::Kind.eq(code(span.kind)))
        .filter(day_kind::Column::OnDate.between(Day::from(span.first), Day::from(span.last)))
        .exec(&tx)
        .await?;
    Change::at_desk(who, at, "remove_days").write(&tx, Some(span), None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Decides what becomes of a date that falls on a day off: called off with the day's name as the reason, moved to the
/// next day that is open and on which its term does not meet, or kept. Families are told as of any change.
///
/// # Errors
/// [`StoreError::NotFound`] for a date of another community; what [`schedule::edit_dates`] and
/// [`schedule::cancel_occurrence`] say; [`Refusal::NoDateLeft`] where no day within a month is open.
pub async fn decide_hit(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    decision: HitDecision,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = occurrence::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let at = CommunityId(row.community_id);
    if !who.actor.may(Act::ManageActivities, at) {
        return Err(StoreError::NotFound);
    }
    let on = Date::from(row.on_date);
    let month = Span { first: on, last: on.checked_add(1.month()).unwrap_or(on) };
    let kinds = days::kinds(db, at, month).await?;
    match decision {
        HitDecision::Cancel => {
            let day = kinds.iter().find(|(date, kind, _)| *date == on && kind.is_off());
            let reason = Line::parse(day.map_or("", |(.., name)| name.as_str())).in_field("reason")?;
            schedule::cancel_occurrence(db, who, id, row.sequence, reason, now).await?;
        }
        HitDecision::Move => {
            let loaded = load_term(db, row.term_id.into()).await?;
            let off: BTreeSet<Date> = kinds.iter().filter(|(_, kind, _)| kind.is_off()).map(|day| day.0).collect();
            let taken: BTreeSet<Date> = loaded.term.occurrences.iter().map(|date| date.on_date).collect();
            let next = next_open_day(on, |day| !off.contains(&day) && !taken.contains(&day));
            let to = Arrangement { date: next.ok_or(Refusal::NoDateLeft)?, ..schedule::arrangement(&loaded, &row) };
            let edit = Edit { of: id, to, reach: Reach::This, hand_made_too: false, reason: None };
            schedule::edit_dates(db, who, &edit, row.sequence, now).await?;
        }
        HitDecision::Keep => {
            let tx = begin_write(db).await?;
            hold_community(&tx, at).await?;
            let mut kept = row.clone().into_active_model();
            kept.hand_made = Set(true);
            kept.updated_at = Set(now.into());
            kept.update(&tx).await?;
            let change = Change {
                subject: ("occurrence", id.0),
                term: Some(row.term_id.into()),
                ..Change::at_desk(who, at, "keep_date")
            };
            change.write(&tx, None::<()>, Some(on), now).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
