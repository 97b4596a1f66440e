//! Terms read in part: the dates that a page shows, and those on which their standing depends, which are the first of a
//! term and those to come. Whatever history lies before, of the other dates only their number is read.

use super::{Loaded, code, gather, held_places, load_terms};
use crate::entity::{
    occurrence, term,
    time::{Day, Instant},
};
use domain::{calendar::Span, id::CommunityId, term::OccurrenceState};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Rows of dates by their terms.
type Dates = HashMap<Uuid, Vec<occurrence::Model>>;

/// How many dates of a term take place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// In all.
    pub all: usize,
    /// Before the span asked for.
    pub before: usize,
    /// The day of the first.
    first: Option<Day>,
}

/// The terms that meet in a span, with their dates there, and where one of these is still to come and stands as its
/// term does, with what makes the term stand so.
pub(crate) async fn load_span(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    span: Span,
    now: Timestamp,
) -> Result<Vec<(Loaded, Counts)>, DbErr> {
    let here = Condition::all()
        .add(occurrence::Column::CommunityId.eq(community.0))
        .add(occurrence::Column::OnDate.between(Day::from(span.first), Day::from(span.last)));
    let mut dates = Dates::new();
    add(conn, here.clone(), &mut dates).await?;
    let ids: Vec<Uuid> = dates.keys().copied().collect();
    let mut counts = counts(conn, &ids, span.first).await?;
    let mut held = held_places(conn, here.add(to_come(now))).await?;
    let whole = as_a_whole(conn, &dates, now).await?;
    if !whole.is_empty() {
        add(conn, firsts(&whole, &counts), &mut dates).await?;
        add(conn, coming(&whole, now), &mut dates).await?;
        held.extend(held_places(conn, coming(&whole, now)).await?);
    }
    let terms = gather(conn, &ids, in_order(dates), held).await?;
    let counted = |term: Loaded| {
        let counts = counts.remove(&term.row.id).unwrap_or_default();
        (term, counts)
    };
    Ok(terms.into_iter().map(counted).collect())
}

/// Terms with their first date and those to come, and with the places held on them; a term that has none to come is
/// read whole.
pub(crate) async fn load_coming(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    today: Date,
    now: Timestamp,
) -> Result<Vec<Loaded>, DbErr> {
    let mut dates = Dates::new();
    add(conn, coming(ids, now), &mut dates).await?;
    // Of whose dates to come all are called off counts as over: the desk then looks at those that were.
    let takes_place = |rows: &Vec<occurrence::Model>| rows.iter().any(|row| row.state == OccurrenceState::Scheduled);
    let (live, over): (Vec<Uuid>, Vec<Uuid>) = ids.iter().partition(|id| dates.get(*id).is_some_and(takes_place));
    let counts = counts(conn, &live, today).await?;
    add(conn, firsts(&live, &counts), &mut dates).await?;
    let held = held_places(conn, Condition::any().add(coming(&live, now)).add(firsts(&live, &counts))).await?;
    let mut terms = gather(conn, &live, in_order(dates), held).await?;
    terms.extend(load_terms(conn, &over).await?);
    Ok(terms)
}

fn to_come(now: Timestamp) -> sea_orm::sea_query::SimpleExpr {
    occurrence::Column::StartsAt.gt(Instant::from(now))
}

fn coming(terms: &[Uuid], now: Timestamp) -> Condition {
    Condition::all().add(occurrence::Column::TermId.is_in(terms.iter().copied())).add(to_come(now))
}

/// The first dates of terms, with what else takes place on one of their days.
fn firsts(terms: &[Uuid], counts: &HashMap<Uuid, Counts>) -> Condition {
    let days: BTreeSet<Day> = terms.iter().filter_map(|id| counts.get(id)?.first).collect();
    Condition::all()
        .add(occurrence::Column::TermId.is_in(terms.iter().copied()))
        .add(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .add(occurrence::Column::OnDate.is_in(days))
}

async fn add(conn: &impl ConnectionTrait, which: Condition, dates: &mut Dates) -> Result<(), DbErr> {
    for row in occurrence::Entity::find().filter(which).all(conn).await? {
        dates.entry(row.term_id).or_default().push(row);
    }
    Ok(())
}

fn in_order(mut dates: Dates) -> Dates {
    for rows in dates.values_mut() {
        rows.sort_by_key(|row| (row.starts_at, row.id));
        rows.dedup_by_key(|row| row.id);
    }
    dates
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
