//! The days of the public calendar.

use super::Filter;
use crate::{
    StoreError, days,
    terms::{Counts, Loaded, load_span},
};
use domain::{
    calendar::Span,
    day_kind::DayKind,
    id::CommunityId,
    reading::{CalendarDay, DateEntry},
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::DatabaseConnection;
use std::collections::BTreeMap;

/// What the days of a span are made of. At a later instant they are made of the same, while nothing of it changes.
#[derive(Debug)]
pub(super) struct SpanRows {
    span: Span,
    terms: Vec<(Loaded, Counts)>,
    kinds: Vec<(Date, DayKind, String)>,
}

impl SpanRows {
    /// Reads them.
    pub(super) async fn read(
        db: &DatabaseConnection,
        community: CommunityId,
        span: Span,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let terms = load_span(db, community, span, now).await?;
        Ok(Self { span, terms, kinds: days::kinds(db, community, span).await? })
    }

    /// How many dates they hold.
    pub(super) fn dates(&self) -> usize {
        self.terms.iter().map(|(term, _)| term.dates.len()).sum()
    }
}

/// The days of a span with what takes place on each.
pub async fn days(
    db: &DatabaseConnection,
    community: CommunityId,
    span: Span,
    filter: Filter,
    now: Timestamp,
) -> Result<Vec<CalendarDay>, StoreError> {
    days_at(&SpanRows::read(db, community, span, now).await?, filter, now)
}

/// The days as they stand at an instant not before that of reading.
pub(super) fn days_at(rows: &SpanRows, filter: Filter, now: Timestamp) -> Result<Vec<CalendarDay>, StoreError> {
    let SpanRows { span, terms, kinds } = rows;
    let mut by_day: BTreeMap<Date, Vec<(Timestamp, DateEntry)>> = BTreeMap::new();
    for (term, counts) in terms {
        let mut nth = counts.before;
        let by_minutes = term.parts()?.minutes.is_some();
        for row in term.dates.iter().filter(|row| (span.first..=span.last).contains(&row.on_date.into())) {
            let takes_place = row.state == OccurrenceState::Scheduled;
            nth += usize::from(takes_place);
            let ordinal = (takes_place && term.row.parts.is_none()).then_some((nth, counts.all));
            if let Some(entry) = term.entry_as(row, ordinal, now).filter(|entry| filter.lets_pass(entry)) {
                let of_day = by_day.entry(entry.date).or_default();
                match of_day.last_mut().filter(|(_, last)| last.term == entry.term && term.row.parts.is_some()) {
                    Some((_, last)) => last.join(entry, by_minutes),
                    None => of_day.push((row.starts_at.into(), entry)),
                }
            }
        }
    }
    let mut days = Vec::new();
    let mut date = span.first;
    while date <= span.last {
        let mut entries = by_day.remove(&date).unwrap_or_default();
        entries.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.name.cmp(&y.name)));
        days.push(CalendarDay {
            head: days::head(date, kinds),
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        });
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    Ok(days)
}
