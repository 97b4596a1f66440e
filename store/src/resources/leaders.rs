//! Leaders (授课人): who leads, each one's month, and the days on which they are away.

use super::{blocks_from, dates, of};
use crate::{
    StoreError,
    accounts::Who,
    entity::{occurrence, time::Day},
    rosters::desk_of,
};
use domain::{
    block::Blocked,
    calendar::Span,
    reading::{LeaderCard, LeadersPage},
    rights::Act,
    term::OccurrenceState,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect};
use std::collections::BTreeSet;

/// All leaders of dates from two months back on, with how often each leads in a month, and the month of one of them.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk.
pub async fn leaders_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    day: Option<Date>,
    leader: Option<&str>,
    now: Timestamp,
) -> Result<LeadersPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let today = crate::communities::head(db, slug, now).await?.today;
    let month = day.unwrap_or(today).first_of_month();
    let span = Span { first: month, last: month.last_of_month() };
    let blocks = blocks_from(db, at, today).await?;
    let since = today.checked_sub(2.months()).unwrap_or(today).min(month);
    let led: Vec<Option<String>> = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::Leader)
        .distinct()
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.gte(Day::from(since)))
        .filter(occurrence::Column::Leader.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let away = blocks.iter().filter_map(|(_, block)| match &block.of {
        Blocked::Leader(name) => Some(name.clone()),
        Blocked::Room(_) => None,
    });
    let names: BTreeSet<String> = led.into_iter().flatten().chain(away).filter(|name| !name.is_empty()).collect();
    let all = dates(db, at, span, Condition::all().add(occurrence::Column::Leader.is_not_null())).await?;
    let leads = |name: &str| {
        let held = all.iter().filter(|held| held.date.state == OccurrenceState::Scheduled);
        held.filter(|held| held.row.leader.as_deref() == Some(name)).count()
    };
    let leaders = names
        .into_iter()
        .map(|name| LeaderCard {
            dates: u32::try_from(leads(&name)).unwrap_or(u32::MAX),
            away: of(&blocks, &Blocked::Leader(name.clone())),
            name,
        })
        .collect();
    let own = all.into_iter().filter(|held| leader.is_some() && held.row.leader.as_deref() == leader);
    Ok(LeadersPage { month, leaders, dates: own.map(|held| held.date).collect() })
}
