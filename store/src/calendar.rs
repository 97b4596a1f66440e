//! The public calendar, activity pages, one's own dates, and feeds.

mod days;
mod mine;
mod places;
mod reader;

pub use days::days;
pub(crate) use mine::bookings_of;
pub use mine::my_bookings;
pub use places::places;
pub use reader::{CalendarReader, CommunityNow};

use crate::{
    StoreError,
    bookings::seed_commitment,
    communities,
    entity::{
        activity, community, occurrence, term,
        time::{Day, Instant},
    },
    terms::{Loaded, code, days_of, load_term, load_terms, local, terms_of, zone_of},
};
use domain::{
    activity::{ActivityKind, Side},
    booking::{Standing, standing_of_term},
    id::{ActivityId, CommunityId, OccurrenceId, TermId},
    reading::{ActivityCard, ActivityPage, DateEntry, TermCard, TermName},
    recurrence::Series,
    term::{OccurrenceState, TermState},
    which::bookable_weekly,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What a visitor looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// 一老, 一小 or 全龄.
    pub side: Option<Side>,
    /// The kind of activity.
    pub kind: Option<ActivityKind>,
    /// Only what somebody of this age may join.
    pub age: Option<i16>,
    /// Only what has places left.
    pub vacant: bool,
}

impl Filter {
    fn lets_pass(&self, entry: &DateEntry) -> bool {
        let young = entry.age.min.is_some_and(|min| self.age.is_some_and(|age| age < min));
        let old = entry.age.max.is_some_and(|max| self.age.is_some_and(|age| age > max));
        self.side.is_none_or(|side| entry.audience.side() == side)
            && self.kind.is_none_or(|kind| entry.kind == kind)
            && !young
            && !old
            && (!self.vacant || matches!(entry.standing, Standing::Open { .. }))
    }
}

/// The first date after a day that passes the filter, within a year: where an empty page points to.
pub async fn next_date_after(
    db: &DatabaseConnection,
    community: CommunityId,
    day: Date,
) -> Result<Option<Date>, StoreError> {
    let next = occurrence::Entity::find()
        .filter(occurrence::Column::CommunityId.eq(community.0))
        .filter(occurrence::Column::OnDate.gt(Day::from(day)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .order_by_asc(occurrence::Column::OnDate)
        .one(db)
        .await?;
    Ok(next.map(|row| row.on_date.into()))
}

/// All activities of a community, those with a coming date first.
pub async fn activities(
    db: &DatabaseConnection,
    community: CommunityId,
    now: Timestamp,
) -> Result<Vec<ActivityCard>, StoreError> {
    let rows = activity::Entity::find()
        .filter(activity::Column::CommunityId.eq(community.0))
        .filter(activity::Column::ArchivedAt.is_null())
        .order_by_asc(activity::Column::CreatedAt)
        .all(db)
        .await?;
    let next: Vec<(Uuid, Option<Day>)> = occurrence::Entity::find()
        .select_only()
        .column(term::Column::ActivityId)
        .column_as(occurrence::Column::OnDate.min(), "next")
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .filter(occurrence::Column::CommunityId.eq(community.0))
        .filter(occurrence::Column::OnDate.gte(days_of(now, now).0))
        .filter(occurrence::Column::StartsAt.gt(Instant::from(now)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .group_by(term::Column::ActivityId)
        .into_tuple()
        .all(db)
        .await?;
    let next: HashMap<_, _> = next.into_iter().collect();
    let mut cards: Vec<_> =
        rows.iter().map(|row| card(row, next.get(&row.id).copied().flatten().map(Date::from))).collect();
    cards.sort_by_key(|card| (card.next.is_none(), card.next));
    Ok(cards)
}

fn card(row: &activity::Model, next: Option<Date>) -> ActivityCard {
    ActivityCard {
        id: ActivityId(row.id),
        name: row.name.clone(),
        kind: row.kind.0,
        audience: row.audience.0,
        summary: row.summary.clone(),
        next,
    }
}

/// An activity's page.
///
/// # Errors
/// [`StoreError::NotFound`] for an id that is not of this community.
pub async fn activity_page(
    db: &DatabaseConnection,
    community: CommunityId,
    id: ActivityId,
    now: Timestamp,
) -> Result<ActivityPage, StoreError> {
    let row = activity::Entity::find_by_id(id.0)
        .filter(activity::Column::CommunityId.eq(community.0))
        .one(db)
        .await?
        .ok_or(StoreError::NotFound)?;
    let ids = terms_of(db, id).await?;
    let mut terms: Vec<_> =
        load_terms(db, &ids).await?.iter().map(|loaded| term_card(loaded, now)).collect::<Result<_, _>>()?;
    // What can still be joined first, the nearest of it on top; then what is over, the latest first.
    terms.sort_by_key(|term: &TermCard| {
        let over = term.standing == Standing::Past || term.state == TermState::Cancelled;
        (over, if over { i64::MAX - day_number(term.last) } else { day_number(term.first) })
    });
    let next = terms
        .iter()
        .flat_map(|term| &term.dates)
        .filter(|date| !matches!(date.standing, Standing::Past | Standing::CalledOff))
        .map(|date| date.date)
        .min();
    Ok(ActivityPage {
        card: card(&row, next),
        unit: row.unit.0,
        topics: serde_json::from_str(&row.topics).unwrap_or_default(),
        leaders: row.leaders,
        terms,
    })
}

fn day_number(date: Date) -> i64 {
    i64::from(date.year()) * 366 + i64::from(date.day_of_year())
}

fn term_card(loaded: &Loaded, now: Timestamp) -> Result<TermCard, StoreError> {
    let row = &loaded.row;
    let (start, end) = loaded.hours();
    Ok(TermCard {
        id: loaded.term.id,
        name: row.name.clone(),
        state: row.state.0,
        series: series_of(row)?,
        first: row.first_date.into(),
        last: row.last_date.into(),
        start,
        end,
        parts: loaded.parts()?,
        week_hours: bookable_weekly(&loaded.term, now),
        room: loaded.room(row.room_id),
        leader: row.leader.clone(),
        capacity: loaded.term.capacity,
        minimum: loaded.minimum(),
        age: loaded.term.age,
        scopes: loaded.term.scopes,
        begun: loaded.term.has_begun(now),
        opens: loaded.opens(now),
        opens_in: loaded.term.first_opening().map(|at| at.as_second() - now.as_second()).filter(|seconds| *seconds > 0),
        closes: loaded.term.closes_at.map(|at| local(at, &loaded.zone)),
        cancel_hours: loaded.term.cancel_hours,
        entry: loaded.term.entry.clone(),
        priority_opens: loaded.term.entry.priority_opens_at.map(|at| local(at, &loaded.zone)),
        promotion: loaded.term.promotion,
        commitment: seed_commitment(row)?,
        drawn: loaded.term.drawn,
        standing: standing_of_term(&loaded.term, &loaded.places, now),
        waiting: loaded.places.line.parties(),
        dates: loaded.dates.iter().filter_map(|date| loaded.entry(date, now)).collect(),
    })
}

/// A term by its names.
///
/// # Errors
/// [`StoreError::NotFound`] for an unknown id.
pub async fn term_name(db: &DatabaseConnection, id: TermId) -> Result<TermName, StoreError> {
    let loaded = load_term(db, id).await?;
    let (start, end) = loaded.hours();
    Ok(TermName {
        slug: loaded.slug.clone(),
        activity: ActivityId(loaded.activity.id),
        term: id,
        name: loaded.activity.name,
        start,
        end,
    })
}

/// The rule of a term.
pub(crate) fn series_of(row: &term::Model) -> Result<Series, StoreError> {
    serde_json::from_str(&row.recurrence).map_err(|e| StoreError::Database(DbErr::Json(e.to_string())))
}

/// A calendar to subscribe to.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Its name.
    pub name: String,
    /// The community's IANA zone.
    pub zone: String,
    /// Its dates from 60 days back to a year ahead.
    pub entries: Vec<FeedEntry>,
}

/// One date of a feed.
#[derive(Clone, Debug)]
pub struct FeedEntry {
    /// The occurrence: the stable part of the UID.
    pub occurrence: Uuid,
    /// What it is.
    pub title: String,
    /// Where.
    pub place: String,
    /// More about it.
    pub description: String,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Called off?
    pub cancelled: bool,
    /// Rises with every change (RFC 5545, 3.8.7.4).
    pub sequence: i32,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The page that shows it, from the site's root.
    pub path: String,
}

/// The feed of a whole community; none if there is no such community.
pub async fn feed_of_community(
    db: &DatabaseConnection,
    slug: &str,
    now: Timestamp,
) -> Result<Option<Feed>, StoreError> {
    let community = match communities::by_slug(db, slug).await {
        Ok(community) => community,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let name = community.name.clone();
    feed(db, community, None, name, now).await.map(Some)
}

/// The feed of one activity; none if there is no such activity.
pub async fn feed_of_activity(db: &DatabaseConnection, id: Uuid, now: Timestamp) -> Result<Option<Feed>, StoreError> {
    let Some(activity) = activity::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let Some(community) = community::Entity::find_by_id(activity.community_id).one(db).await? else {
        return Ok(None);
    };
    let name = format!("{} · {}", activity.name, community.name);
    feed(db, community, Some(id), name, now).await.map(Some)
}

async fn feed(
    db: &DatabaseConnection,
    community: community::Model,
    only: Option<Uuid>,
    name: String,
    now: Timestamp,
) -> Result<Feed, StoreError> {
    let hours = |days: i64| (days * 24).hours();
    let since = Instant::from(now.checked_sub(hours(60)).unwrap_or(now));
    let until = Instant::from(now.checked_add(hours(366)).unwrap_or(now));
    let mut find = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::TermId)
        .distinct()
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .filter(occurrence::Column::CommunityId.eq(community.id))
        .filter(occurrence::Column::StartsAt.between(since, until));
    if let Some(activity) = only {
        find = find.filter(term::Column::ActivityId.eq(activity));
    }
    let terms: Vec<Uuid> = find.into_tuple().all(db).await?;
    let mut entries = Vec::new();
    for loaded in load_terms(db, &terms).await? {
        for row in loaded.dates.iter().filter(|row| row.starts_at >= since && row.starts_at <= until) {
            let called_off = row.state == OccurrenceState::Cancelled || loaded.row.state == TermState::Cancelled;
            entries.push(FeedEntry {
                occurrence: row.id,
                title: loaded.activity.name.clone(),
                place: [loaded.room(row.room_id).unwrap_or_default(), community.name.clone()].join(" "),
                description: loaded.activity.summary.clone(),
                starts_at: row.starts_at.into(),
                ends_at: row.ends_at.into(),
                cancelled: called_off,
                sequence: row.sequence,
                updated_at: row.updated_at.into(),
                path: format!("/{}/activities/{}", community.slug, loaded.activity.id),
            });
        }
    }
    entries.sort_by_key(|entry| (entry.starts_at, entry.occurrence));
    Ok(Feed { name, zone: zone_of(&community).iana_name().unwrap_or("UTC").to_owned(), entries })
}

/// The term of an occurrence.
pub(crate) async fn term_of(conn: &impl ConnectionTrait, id: OccurrenceId) -> Result<TermId, StoreError> {
    let row = occurrence::Entity::find_by_id(id.0).one(conn).await?.ok_or(StoreError::NotFound)?;
    Ok(TermId(row.term_id))
}
