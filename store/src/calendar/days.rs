//! The days of the public calendar. Whatever history lies behind a community, a page reads the dates that it shows and
//! those on which their standing depends, and of all others only how many there are.

use super::Filter;
use crate::{
    StoreError, days,
    entity::{
        occurrence, term,
        time::{Day, Instant},
    },
    terms::{Loaded, code, gather, held_places},
};
use domain::{
    calendar::Span,
    id::CommunityId,
    reading::{CalendarDay, DateEntry},
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rows of dates by their terms.
type Dates = HashMap<Uuid, Vec<occurrence::Model>>;

/// The days of a span with what takes place on each.
pub async fn days(
    db: &DatabaseConnection,
    community: CommunityId,
    span: Span,
    filter: Filter,
    now: Timestamp,
) -> Result<Vec<CalendarDay>, StoreError> {
    let mut by_day: BTreeMap<Date, Vec<(Timestamp, DateEntry)>> = BTreeMap::new();
    for (term, counts) in &read(db, community, span, now).await? {
        let mut nth = counts.before;
        for row in term.dates.iter().filter(|row| (span.first..=span.last).contains(&row.on_date.into())) {
            let takes_place = row.state == OccurrenceState::Scheduled;
            nth += usize::from(takes_place);
            let ordinal = takes_place.then_some((nth, counts.all));
            if let Some(entry) = term.entry_as(row, ordinal, now).filter(|entry| filter.lets_pass(entry)) {
                by_day.entry(entry.date).or_default().push((row.starts_at.into(), entry));
            }
        }
    }
    let kinds = days::kinds(db, community, span).await?;
    let mut days = Vec::new();
    let mut date = span.first;
    while date <= span.last {
        let mut entries = by_day.remove(&date).unwrap_or_default();
        entries.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.name.cmp(&y.name)));
        days.push(CalendarDay {
            head: days::head(date, &kinds),
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        });
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    Ok(days)
}

/// The terms that meet in a span, with their dates there, and where one of these is still to come and stands as its
/// term does, with what makes the term stand so: its first date and all that are to come.
async fn read(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    span: Span,
    now: Timestamp,
) -> Result<Vec<(Loaded, Counts)>, DbErr> {
    let here = Condition::all()
        .add(occurrence::Column::CommunityId.eq(community.0))
        .add(occurrence::Column::OnDate.between(Day::from(span.first), Day::from(span.last)));
    let to_come = occurrence::Column::StartsAt.gt(Instant::from(now));
    let mut dates = Dates::new();
    add(conn, here.clone(), &mut dates).await?;
    let ids: Vec<Uuid> = dates.keys().copied().collect();
    let mut counts = counts(conn, &ids, span.first).await?;
    let mut held = held_places(conn, here.add(to_come.clone())).await?;

    let whole = as_a_whole(conn, &dates, now).await?;
    if !whole.is_empty() {
        let of_them = Condition::all().add(occurrence::Column::TermId.is_in(whole.clone()));
        let firsts = whole.iter().filter_map(|id| counts.get(id)?.first);
        let firsts = of_them
            .clone()
            .add(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
            .add(occurrence::Column::OnDate.is_in(firsts));
        add(conn, firsts, &mut dates).await?;
        let coming = of_them.add(to_come);
        add(conn, coming.clone(), &mut dates).await?;
        held.extend(held_places(conn, coming).await?);
    }
    for rows in dates.values_mut() {
        rows.sort_by_key(|row| (row.starts_at, row.id));
        rows.dedup_by_key(|row| row.id);
    }
    let terms = gather(conn, &ids, dates, held).await?;
    let counted = |term: Loaded| {
        let counts = counts.remove(&term.row.id).unwrap_or_default();
        (term, counts)
    };
    Ok(terms.into_iter().map(counted).collect())
}

async fn add(conn: &impl ConnectionTrait, which: Condition, dates: &mut Dates) -> Result<(), DbErr> {
    for row in occurrence::Entity::find().filter(which).all(conn).await? {
        dates.entry(row.term_id).or_default().push(row);
    }
    Ok(())
}

/// Those of the terms with a date to come of which no single date may be booked.
async fn as_a_whole(conn: &impl ConnectionTrait, dates: &Dates, now: Timestamp) -> Result<Vec<Uuid>, DbErr> {
    let coming = |rows: &[occurrence::Model]| rows.iter().any(|row| Timestamp::from(row.starts_at) > now);
    let coming = dates.iter().filter(|(_, rows)| coming(rows)).map(|(id, _)| *id);
    term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::Id.is_in(coming))
        .filter(term::Column::BookSingle.eq(false))
        .into_tuple()
        .all(conn)
        .await
}

/// How many dates of a term take place.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// In all.
    all: usize,
    /// Before the span.
    before: usize,
    /// The day of the first.
    first: Option<Day>,
}

/// The counts of terms, from an index alone: 第 n 次 / 共 m 次 needs no row of a date that isn't shown.
async fn counts(conn: &impl ConnectionTrait, terms: &[Uuid], from: Date) -> Result<HashMap<Uuid, Counts>, DbErr> {
    use occurrence::Column;
    let before: Expr = Expr::case(Column::OnDate.lt(Day::from(from)), 1).finally(0).into();
    let rows: Vec<(Uuid, i64, i64, Option<Day>)> = occurrence::Entity::find()
        .select_only()
        .column(Column::TermId)
        .column_as(Column::OnDate.count(), "every")
        .column_as(before.sum().cast_as("bigint"), "before")
        .column_as(Column::OnDate.min(), "first")
        .filter(Column::TermId.is_in(terms.iter().copied()))
        .filter(Column::State.eq(code(OccurrenceState::Scheduled)))
        .group_by(Column::TermId)
        .into_tuple()
        .all(conn)
        .await?;
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    let counts = |all, before, first| Counts { all: count(all), before: count(before), first };
    Ok(rows.into_iter().map(|(term, all, before, first)| (term, counts(all, before, first))).collect())
}
