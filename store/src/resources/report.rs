//! What a month came to: dates called off, and dates that somebody else led.

use super::{Held, dates};
use crate::{
    StoreError,
    accounts::Who,
    entity::{booking_place, occurrence},
    rosters::desk_of,
    terms::code,
};
use domain::{
    booking::PlaceState,
    calendar::Span,
    reading::{ReportLine, ReportPage},
    rights::Act,
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use std::collections::HashMap;
use uuid::Uuid;

/// The report of a month: this one where none is named.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk.
pub async fn report_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    day: Option<Date>,
    now: Timestamp,
) -> Result<ReportPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ReadReport).await?;
    let month = match day {
        Some(day) => day,
        None => crate::communities::head(db, slug, now).await?.today,
    }
    .first_of_month();
    let span = Span { first: month, last: month.last_of_month() };
    let such = Condition::any()
        .add(occurrence::Column::State.eq(code(OccurrenceState::Cancelled)))
        .add(occurrence::Column::HandMade.eq(true));
    let all = dates(db, at, span, such).await?;
    let ids: Vec<Uuid> = all.iter().map(|held| held.row.id).collect();
    let mut heads: HashMap<Uuid, u32> = HashMap::new();
    for ids in ids.chunks(400) {
        let some: Vec<(Uuid, i64)> = booking_place::Entity::find()
            .select_only()
            .column(booking_place::Column::OccurrenceId)
            .column_as(Expr::col(booking_place::Column::Places).sum().cast_as("bigint"), "places")
            .filter(booking_place::Column::OccurrenceId.is_in(ids.to_vec()))
            .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
            .group_by(booking_place::Column::OccurrenceId)
            .into_tuple()
            .all(db)
            .await?;
        heads.extend(some.into_iter().map(|(id, places)| (id, u32::try_from(places).unwrap_or(0))));
    }
    let (mut cancelled, mut substituted) = (Vec::new(), Vec::new());
    for Held { row, term, date } in all {
        let (state, stands_in) = (date.state, date.in_place_of.is_some());
        let line = ReportLine {
            date,
            term_name: term.name,
            usual: term.leader,
            heads: heads.get(&row.id).copied().unwrap_or_default(),
            leader: row.leader,
        };
        match state {
            OccurrenceState::Cancelled => cancelled.push(line),
            OccurrenceState::Scheduled if stands_in => substituted.push(line),
            OccurrenceState::Scheduled => {}
        }
    }
    Ok(ReportPage { month, cancelled, substituted })
}
