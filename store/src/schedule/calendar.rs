//! The staff's calendar: every date of a month, a week or a year, read by its day, whatever history lies before.

use super::taken::blocks;
use crate::{
    StoreError,
    accounts::Who,
    communities::{rooms, zone},
    days,
    entity::{
        activity, booking_place, occurrence,
        stored::Stored,
        term,
        time::{Day, Instant},
    },
    rosters::desk_of,
    terms::{code, count, local},
};
use domain::{
    activity::{Audience, Side},
    booking::PlaceState,
    calendar::Span,
    desk_calendar::{DeskView, span},
    id::{CommunityId, OccurrenceId, RoomId, TermId},
    reading::{StaffCalendar, StaffDate, YearDay, YearTerm},
    rights::Act,
    schedule::{Arrangement, Shared, Taken, clashes},
    term::{OccurrenceState, TermState},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
    sea_query::{Expr, ExprTrait},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Weeks before and after a page in which whoever leads a date is offered as a leader.
const LEADER_WEEKS: i64 = 4;

/// What staff look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskFilter {
    /// 一老, 一小 or 全龄.
    pub side: Option<Side>,
    /// The room.
    pub room: Option<RoomId>,
    /// Who leads.
    pub leader: Option<String>,
    /// Part of the name of an activity, a term or a leader.
    pub text: Option<String>,
}

impl DeskFilter {
    fn lets_pass(&self, row: &Row) -> bool {
        let named = |text: &String| {
            let text = text.to_lowercase();
            let names = [Some(&row.name), Some(&row.term_name), row.leader.as_ref()];
            names.into_iter().flatten().any(|name| name.to_lowercase().contains(&text))
        };
        self.side.is_none_or(|side| row.audience.side() == side)
            && self.room.is_none_or(|room| row.room_id == Some(room.0))
            && self.leader.as_ref().is_none_or(|leader| row.leader.as_ref() == Some(leader))
            && self.text.as_ref().is_none_or(named)
    }
}

/// A date with what a calendar says of its term.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    term_id: Uuid,
    on_date: Day,
    starts_at: Instant,
    ends_at: Instant,
    room_id: Option<Uuid>,
    leader: Option<String>,
    capacity: Option<i32>,
    state: Stored<OccurrenceState>,
    reason: Option<String>,
    sequence: i32,
    term_name: String,
    term_capacity: i32,
    term_state: Stored<TermState>,
    name: String,
    audience: Stored<Audience>,
}

impl Row {
    fn off(&self) -> bool {
        self.state == OccurrenceState::Cancelled || self.term_state == TermState::Cancelled
    }
}

/// A page of the staff's calendar; today's where no day is named.
///
/// # Errors
/// [`StoreError::NotFound`] for whoever may not plan there.
pub async fn desk_calendar(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    view: DeskView,
    day: Option<Date>,
    filter: &DeskFilter,
    now: Timestamp,
) -> Result<StaffCalendar, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let zone = zone(db, at).await?;
    let day = day.unwrap_or_else(|| local(now, &zone).date());
    let span = span(view, day);
    let rows = rows(db, at, span).await?;
    let kinds = days::kinds(db, at, span).await?;
    let all_days = std::iter::successors(Some(span.first), |day| day.tomorrow().ok().filter(|day| *day <= span.last));
    let mut page = StaffCalendar {
        view,
        day,
        days: Vec::new(),
        dates: Vec::new(),
        rooms: rooms(db, at).await?,
        leaders: leaders(db, at, span).await?,
        blocks: Vec::new(),
        year: Vec::new(),
        plan: Vec::new(),
    };
    if view == DeskView::Year {
        let rows: Vec<_> = rows.into_iter().filter(|row| !row.off() && filter.lets_pass(row)).collect();
        let mut counts: HashMap<Date, u32> = HashMap::new();
        for row in &rows {
            *counts.entry(row.on_date.into()).or_default() += 1;
        }
        let marks = |day| kinds.iter().filter(move |(on, ..)| *on == day).map(|(_, kind, name)| (*kind, name.clone()));
        let year_day =
            |date| YearDay { date, dates: counts.get(&date).copied().unwrap_or(0), marks: marks(date).collect() };
        page.year = all_days.map(year_day).collect();
        page.plan = plan(&rows);
    } else {
        page.days = all_days.map(|day| days::head(day, &kinds)).collect();
        // Before the filter: what is hidden takes up its room all the same.
        let mut double = double_booked(&rows);
        let held = held(db, at, span).await?;
        page.blocks = blocks(db, at, span).await?.into_iter().map(|(_, block)| block).collect();
        page.dates = rows
            .into_iter()
            .filter(|row| filter.lets_pass(row))
            .map(|row| staff_date(row, &zone, &held, &mut double, now))
            .collect();
    }
    Ok(page)
}

/// The dates of a span with their terms and activities, by start.
async fn rows(conn: &impl ConnectionTrait, at: CommunityId, span: Span) -> Result<Vec<Row>, StoreError> {
    use occurrence::Column as Date;
    let columns = [
        Date::Id,
        Date::TermId,
        Date::OnDate,
        Date::StartsAt,
        Date::EndsAt,
        Date::RoomId,
        Date::Leader,
        Date::Capacity,
        Date::State,
        Date::Reason,
        Date::Sequence,
    ];
    Ok(occurrence::Entity::find()
        .select_only()
        .columns(columns)
        .column_as(term::Column::Name, "term_name")
        .column_as(term::Column::Capacity, "term_capacity")
        .column_as(term::Column::State, "term_state")
        .column_as(activity::Column::Name, "name")
        .column_as(activity::Column::Audience, "audience")
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(Date::CommunityId.eq(at.0))
        .filter(Date::OnDate.between(Day::from(span.first), Day::from(span.last)))
        .order_by_asc(Date::StartsAt)
        .order_by_asc(Date::Id)
        .into_model::<Row>()
        .all(conn)
        .await?)
}

/// Places held on each date of a span, counted from rows.
async fn held(conn: &impl ConnectionTrait, at: CommunityId, span: Span) -> Result<HashMap<Uuid, u32>, StoreError> {
    let rows: Vec<(Uuid, i64)> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::OccurrenceId)
        .column_as(Expr::col((booking_place::Entity, booking_place::Column::Places)).sum().cast_as("bigint"), "places")
        .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(span.first), Day::from(span.last)))
        .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
        .group_by(booking_place::Column::OccurrenceId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(date, places)| (date, u32::try_from(places).unwrap_or(0))).collect())
}

/// Who leads a date in the weeks around a span: those to whom one may be given.
async fn leaders(conn: &impl ConnectionTrait, at: CommunityId, span: Span) -> Result<Vec<String>, StoreError> {
    let (first, last) =
        (span.first.saturating_sub(LEADER_WEEKS.weeks()), span.last.saturating_add(LEADER_WEEKS.weeks()));
    Ok(occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::Leader)
        .distinct()
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(first), Day::from(last)))
        .filter(occurrence::Column::Leader.is_not_null())
        .order_by_asc(occurrence::Column::Leader)
        .into_tuple()
        .all(conn)
        .await?)
}

/// What each date shares with another of the same day at the same time.
fn double_booked(rows: &[Row]) -> HashMap<Uuid, Vec<Shared>> {
    let mut by_day: BTreeMap<Day, Vec<Taken>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.off()) {
        by_day.entry(row.on_date).or_default().push(Taken {
            term: TermId(row.term_id),
            occurrence: Some(OccurrenceId(row.id)),
            date: row.on_date.into(),
            starts_at: row.starts_at.into(),
            ends_at: row.ends_at.into(),
            room: row.room_id.map(RoomId),
            leader: row.leader.clone(),
        });
    }
    let mut double: HashMap<Uuid, Vec<Shared>> = HashMap::new();
    for day in by_day.values() {
        for clash in clashes(day, &[]) {
            for id in [clash.wanted, clash.other].iter().filter_map(|n| day.get(*n)?.occurrence) {
                let shared = double.entry(id.0).or_default();
                if !shared.contains(&clash.shared) {
                    shared.push(clash.shared);
                }
            }
        }
    }
    double
}

fn staff_date(
    row: Row,
    zone: &TimeZone,
    held: &HashMap<Uuid, u32>,
    double: &mut HashMap<Uuid, Vec<Shared>>,
    now: Timestamp,
) -> StaffDate {
    StaffDate {
        occurrence: OccurrenceId(row.id),
        term: TermId(row.term_id),
        off: row.off(),
        now: Arrangement {
            date: row.on_date.into(),
            start: local(row.starts_at.into(), zone).time(),
            end: local(row.ends_at.into(), zone).time(),
            room: row.room_id.map(RoomId),
            leader: row.leader,
        },
        term_name: row.term_name,
        name: row.name,
        audience: row.audience.0,
        capacity: count(row.capacity.unwrap_or(row.term_capacity)),
        held: held.get(&row.id).copied().unwrap_or(0),
        reason: row.reason,
        begun: Timestamp::from(row.starts_at) <= now,
        sequence: row.sequence,
        double: double.remove(&row.id).unwrap_or_default(),
    }
}

/// The terms of a year's dates, in the order of their first.
fn plan(rows: &[Row]) -> Vec<YearTerm> {
    let mut terms: Vec<YearTerm> = Vec::new();
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for row in rows {
        let date = row.on_date.into();
        let place = *places.entry(row.term_id).or_insert(terms.len());
        match terms.get_mut(place) {
            Some(term) => {
                term.last = date;
                term.dates += 1;
            }
            None => terms.push(YearTerm {
                term: TermId(row.term_id),
                term_name: row.term_name.clone(),
                name: row.name.clone(),
                audience: row.audience.0,
                first: date,
                last: date,
                dates: 1,
            }),
        }
    }
    terms
}
