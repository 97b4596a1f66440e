//! The waiting lists of terms, counted and party by party.

use super::{code, count};
use crate::{
    StoreError,
    entity::{booking, booking_place, term},
};
use domain::{
    booking::{BookingState, PlaceState, Scope},
    id::{BookingId, OccurrenceId, TermId},
    line::{Line, Waiter},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationTrait,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The waiting lists of terms, or what of them stands before a number; `weekly` if one of them may be booked weekly.
pub(super) async fn lines(
    conn: &impl ConnectionTrait,
    terms: &[Uuid],
    weekly: bool,
    before: Option<i64>,
) -> Result<HashMap<Uuid, Line>, DbErr> {
    let waiting = booking::Entity::find()
        .select_only()
        .column(booking::Column::TermId)
        .filter(booking::Column::TermId.is_in(terms.to_vec()))
        .filter(booking::Column::State.eq(code(BookingState::Waiting)))
        .apply_if(before, |query, before| query.filter(booking::Column::OrderNo.lt(before)));
    let all: Vec<(Uuid, i64)> = waiting
        .clone()
        .column_as(booking::Column::Id.count(), "parties")
        .filter(booking::Column::Scope.is_in([Scope::Whole, Scope::Rest].map(code)))
        .group_by(booking::Column::TermId)
        .into_tuple()
        .all(conn)
        .await?;
    // A party that waits for one date has one row there.
    let single: Vec<(Uuid, Uuid, i64)> = waiting
        .clone()
        .column(booking_place::Column::OccurrenceId)
        .column_as(booking::Column::Id.count(), "parties")
        .join(JoinType::InnerJoin, booking::Relation::BookingPlace.def())
        .filter(booking::Column::Scope.eq(code(Scope::Single)))
        .group_by(booking::Column::TermId)
        .group_by(booking_place::Column::OccurrenceId)
        .into_tuple()
        .all(conn)
        .await?;
    let weekly: Vec<(Uuid, Uuid, Uuid)> = match weekly {
        true => {
            waiting
                .columns([booking::Column::Id])
                .column(booking_place::Column::OccurrenceId)
                .join(JoinType::InnerJoin, booking::Relation::BookingPlace.def())
                .filter(booking::Column::Scope.eq(code(Scope::Weekly)))
                .filter(booking_place::Column::State.eq(code(PlaceState::Waiting)))
                .order_by_asc(booking::Column::OrderNo)
                .into_tuple()
                .all(conn)
                .await?
        }
        false => Vec::new(),
    };
    let parties = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let mut lines: HashMap<Uuid, Line> = HashMap::new();
    for (term, count) in all {
        lines.entry(term).or_default().all = parties(count);
    }
    for (term, date, count) in single {
        lines.entry(term).or_default().single.insert(OccurrenceId(date), parties(count));
    }
    let mut last = None;
    for (term, booking, date) in weekly {
        let some = &mut lines.entry(term).or_default().some;
        if last.replace(booking) != Some(booking) {
            some.push(BTreeSet::new());
        }
        some.last_mut().map(|dates| dates.insert(OccurrenceId(date)));
    }
    Ok(lines)
}

/// The part of a term's waiting list that stands before a number.
pub(crate) async fn line_before(
    conn: &impl ConnectionTrait,
    term: &term::Model,
    order_no: i64,
) -> Result<Line, StoreError> {
    Ok(lines(conn, &[term.id], term.book_weekly, Some(order_no)).await?.remove(&term.id).unwrap_or_default())
}

/// Who waits for a term, as they stand in line.
pub(crate) async fn waiters(conn: &impl ConnectionTrait, term: TermId) -> Result<Vec<Waiter>, StoreError> {
    let rows: Vec<(Uuid, i64, i32, Uuid)> = booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .column(booking::Column::OrderNo)
        .column(booking_place::Column::Places)
        .column(booking_place::Column::OccurrenceId)
        .join(JoinType::InnerJoin, booking::Relation::BookingPlace.def())
        .filter(booking::Column::TermId.eq(term.0))
        .filter(booking::Column::State.eq(code(BookingState::Waiting)))
        .filter(booking_place::Column::State.eq(code(PlaceState::Waiting)))
        .order_by_asc(booking::Column::OrderNo)
        .into_tuple()
        .all(conn)
        .await?;
    let mut list: Vec<Waiter> = Vec::new();
    for (booking, order_no, places, date) in rows {
        match list.last_mut().filter(|last| last.booking.0 == booking) {
            Some(last) => last.occurrences.push(OccurrenceId(date)),
            None => list.push(Waiter {
                booking: BookingId(booking),
                order_no,
                places: count(places),
                occurrences: vec![OccurrenceId(date)],
            }),
        }
    }
    Ok(list)
}
