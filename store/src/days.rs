//! Days (休/班): a community's day kinds, and the heads of calendar days.

use crate::{
    StoreError,
    entity::{day_kind, time::Day},
};
use domain::{almanac::day_note, calendar::Span, day_kind::DayKind, id::CommunityId, reading::DayHead};
use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{LazyLock, RwLock},
};

/// The day kinds of a span, in order of date.
pub(crate) async fn kinds(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    span: Span,
) -> Result<Vec<(Date, DayKind, String)>, StoreError> {
    let rows = day_kind::Entity::find()
        .filter(day_kind::Column::CommunityId.eq(community.0))
        .filter(day_kind::Column::OnDate.between(Day::from(span.first), Day::from(span.last)))
        .order_by_asc(day_kind::Column::OnDate)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.on_date.into(), row.kind.0, row.name)).collect())
}

/// A lunar date takes some 50 µs to work out and never changes, so each is worked out once a process.
static NOTES: LazyLock<RwLock<HashMap<Date, DayHead>>> = LazyLock::new(Default::default);

/// The head of a day: lunar date, festival, and the marks that `kinds` gives it.
pub(crate) fn head(date: Date, kinds: &[(Date, DayKind, String)]) -> DayHead {
    let known = NOTES.read().ok().and_then(|notes| notes.get(&date).cloned());
    let mut head = known.unwrap_or_else(|| {
        let head = bare_head(date);
        if let Ok(mut notes) = NOTES.write() {
            // Bounded: whoever walks the calendar to year 2199 must not fill the memory.
            if notes.len() > 4_000 {
                notes.clear();
            }
            notes.insert(date, head.clone());
        }
        head
    });
    head.marks = kinds.iter().filter(|(on, ..)| *on == date).map(|(_, kind, name)| (*kind, name.clone())).collect();
    head
}

/// The heads of some dates in one community.
pub async fn heads(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    dates: &BTreeSet<Date>,
) -> Result<Vec<DayHead>, StoreError> {
    let (Some(&first), Some(&last)) = (dates.first(), dates.last()) else { return Ok(Vec::new()) };
    let kinds = kinds(conn, community, Span { first, last }).await?;
    Ok(dates.iter().map(|date| head(*date, &kinds)).collect())
}

fn bare_head(date: Date) -> DayHead {
    let note = day_note(date);
    let festival = match (&note.festival, &note.solar_term) {
        (Some(festival), Some(term)) if !festival.starts_with(term.as_str()) => Some(format!("{festival} {term}")),
        (Some(festival), _) => Some(festival.clone()),
        (None, term) => term.clone(),
    };
    DayHead {
        date,
        lunar: format!("{}{}", note.lunar_month, note.lunar_day),
        lunar_short: note.short().to_owned(),
        festival,
        marks: Vec::new(),
    }
}
