//! Sheets for the wall: a month of a community, and the dates of one term.

use crate::{
    StoreError,
    calendar::{self, Filter},
    days,
};
use domain::{
    almanac::day_note,
    calendar::{Span, month_weeks},
    id::{ActivityId, CommunityId, TermId},
    reading::{CalendarDay, MonthSheet, TermSheet},
    sheet::{Paper, fit},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::DatabaseConnection;

/// The month that holds a day, set for a paper.
pub async fn month_sheet(
    db: &DatabaseConnection,
    community: CommunityId,
    day: Date,
    paper: Paper,
    filter: Filter,
    now: Timestamp,
) -> Result<MonthSheet, StoreError> {
    let dates = month_weeks(day).concat();
    let span = Span { first: *dates.first().unwrap_or(&day), last: *dates.last().unwrap_or(&day) };
    let mut all = calendar::days(db, community, span, filter, now).await?;
    let month = dates.get(6).copied().unwrap_or(day).first_of_month();
    let weeks: Vec<&[CalendarDay]> = all.chunks(7).collect();
    let set = fit(paper, &weeks, filter.side);
    let pages_on_a3 = fit(Paper::A3, &weeks, filter.side).pages.len();
    let lunar = lunar_months(all.iter().filter(|day| day.head.date.first_of_month() == month));
    let pages = set.pages.iter().map(|weeks| all.drain(..weeks * 7).collect()).collect();
    Ok(MonthSheet { month, lunar, paper, size: set.size, pages, pages_on_a3 })
}

/// The lunar months of some days in a row: that of the first, and each that begins among them.
fn lunar_months<'a>(days: impl Iterator<Item = &'a CalendarDay>) -> Vec<String> {
    days.enumerate()
        .filter(|(n, day)| *n == 0 || day.head.lunar.ends_with("初一"))
        .map(|(_, day)| day_note(day.head.date).lunar_month)
        .filter(|name| !name.is_empty())
        .collect()
}

/// The dates of one term of an activity; of its current one where none is named.
///
/// # Errors
/// [`StoreError::NotFound`] for an activity of another community and for a term of another activity.
pub async fn term_sheet(
    db: &DatabaseConnection,
    community: CommunityId,
    activity: ActivityId,
    term: Option<TermId>,
    now: Timestamp,
) -> Result<TermSheet, StoreError> {
    let page = calendar::activity_page(db, community, activity, now).await?;
    let term = page.terms.into_iter().find(|each| term.is_none_or(|term| each.id == term));
    let term = term.ok_or(StoreError::NotFound)?;
    let days = days::heads(db, community, &term.dates.iter().map(|date| date.date).collect()).await?;
    Ok(TermSheet { activity: page.card, unit: page.unit, term, days })
}
