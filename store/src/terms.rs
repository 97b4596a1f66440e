//! Terms with their dates and places, read together as the rules want them.

mod lines;
mod part;

pub(crate) use lines::{line_before, waiters};
pub(crate) use part::{Counts, load_coming, load_span};

use lines::lines;

use crate::{
    StoreError,
    entity::{activity, booking_place, community, occurrence, room, term, time::Day},
};
use domain::{
    booking::{PlaceState, Places, standing_of_date},
    entry::{Entry, Giving},
    id::{ActivityId, CommunityId, OccurrenceId, TermId},
    line::OTHERS,
    parts::Parts,
    reading::DateEntry,
    term::{AgeRule, Minimum, Occurrence, Scopes, Term},
    text::InputProblem,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A term with everything that the rules and the pages need to know of it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The row.
    pub row: term::Model,
    /// Its activity.
    pub activity: activity::Model,
    /// What the rules see.
    pub term: Term,
    /// The rows of its dates, in order of start.
    pub dates: Vec<occurrence::Model>,
    /// Who holds and who waits.
    pub places: Places,
    /// Names of the rooms used.
    pub rooms: HashMap<Uuid, String>,
    /// The community's zone.
    pub zone: TimeZone,
    /// The community's slug, as links name it.
    pub slug: String,
}

/// A community's time zone; Beijing time if the row names one that doesn't exist.
pub(crate) fn zone_of(community: &community::Model) -> TimeZone {
    TimeZone::get(&community.zone).or_else(|_| TimeZone::get("Asia/Shanghai")).unwrap_or(TimeZone::UTC)
}

/// The local civil time of an instant.
pub(crate) fn local(at: Timestamp, zone: &TimeZone) -> DateTime {
    zone.to_datetime(at)
}

/// The first and the last day that a clock anywhere may show in a stretch of time: the indexes on local dates find by
/// them what then is taken by its instant.
pub(crate) fn days_of(from: Timestamp, until: Timestamp) -> (Day, Day) {
    let date = |at: Timestamp| local(at, &TimeZone::UTC).date();
    (date(from).saturating_sub(1.day()).into(), date(until).saturating_add(1.day()).into())
}

/// The instant of a local date and time. A time that the clock skips (in spring, where there is daylight saving) is taken
/// as late as it would have been without; of one that comes twice the first is meant (RFC 5545, 3.3.5).
pub(crate) fn instant(date: Date, time: Time, zone: &TimeZone) -> Result<Timestamp, InputProblem> {
    zone.to_ambiguous_zoned_datetime(date.to_datetime(time))
        .compatible()
        .map(|at| at.timestamp())
        .map_err(|_| InputProblem::Date)
}

pub(crate) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn age_rule(row: &term::Model) -> AgeRule {
    let age = |years: Option<i32>| years.and_then(|years| i16::try_from(years).ok());
    AgeRule { min: age(row.age_min), max: age(row.age_max), on: row.age_on.map(Date::from) }
}

/// The rules of entry of a term.
pub(crate) fn entry_of(row: &term::Model) -> Result<Entry, DbErr> {
    let read = |text: &String| serde_json::from_str(text).map_err(|error| DbErr::Json(error.to_string()));
    row.entry.as_ref().map_or_else(|| Ok(Entry::default()), read)
}

fn rules_of(
    row: &term::Model,
    entry: Entry,
    activity: &activity::Model,
    dates: &[occurrence::Model],
    zone: &TimeZone,
) -> Term {
    Term {
        id: TermId(row.id),
        state: row.state.0,
        unit: activity.unit.0,
        capacity: count(row.capacity),
        opens_at: row.opens_at.map(Timestamp::from),
        closes_at: row.closes_at.map(Timestamp::from),
        cancel_hours: count(row.cancel_hours),
        age: age_rule(row),
        scopes: Scopes { whole: row.book_whole, rest: row.book_rest, single: row.book_single, weekly: row.book_weekly },
        waitlist_cap: row.waitlist_cap.map(count),
        promotion: row.promotion.0,
        entry,
        drawn: row.drawn_at.is_some(),
        occurrences: dates
            .iter()
            .map(|o| Occurrence {
                id: OccurrenceId(o.id),
                on_date: o.on_date.into(),
                start: local(o.starts_at.into(), zone).time(),
                starts_at: o.starts_at.into(),
                ends_at: o.ends_at.into(),
                state: o.state.0,
                capacity: o.capacity.map(count),
            })
            .collect(),
    }
}

/// Waits for, and takes, the locks of terms, in the order of their ids, so that two who want the same never wait for
/// each other. On SQLite the write transaction is the lock already. A term that isn't there is left out.
pub(crate) async fn lock_terms(tx: &impl ConnectionTrait, ids: &[TermId]) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(term::Column::Id)
        .lock_exclusive()
        .into_tuple::<Uuid>()
        .all(tx)
        .await?;
    Ok(())
}

/// Those of these terms whose locks nobody holds just now (PostgreSQL).
pub(crate) async fn unlocked_terms(conn: &impl ConnectionTrait, ids: &[TermId]) -> Result<Vec<TermId>, DbErr> {
    let free = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple::<Uuid>();
    Ok(free.all(conn).await?.into_iter().map(TermId).collect())
}

/// Reads one term.
pub async fn load_term(conn: &impl ConnectionTrait, id: TermId) -> Result<Loaded, StoreError> {
    load_terms(conn, &[id.0]).await?.pop().ok_or(StoreError::NotFound)
}

/// Reads terms by id, in no particular order; unknown ids are left out.
pub async fn load_terms(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Loaded>, DbErr> {
    let mut loaded = Vec::with_capacity(ids.len());
    // SQLite and PostgreSQL both bound the number of parameters of a statement.
    for ids in ids.chunks(500) {
        load_chunk(conn, ids, &mut loaded).await?;
    }
    Ok(loaded)
}

async fn load_chunk(conn: &impl ConnectionTrait, ids: &[Uuid], loaded: &mut Vec<Loaded>) -> Result<(), DbErr> {
    let of_these = Condition::all().add(occurrence::Column::TermId.is_in(ids.to_vec()));
    let mut dates: HashMap<Uuid, Vec<occurrence::Model>> = HashMap::new();
    for date in
        occurrence::Entity::find().filter(of_these.clone()).order_by_asc(occurrence::Column::StartsAt).all(conn).await?
    {
        dates.entry(date.term_id).or_default().push(date);
    }
    let held = held_places(conn, of_these).await?;
    loaded.extend(gather(conn, ids, dates, held).await?);
    Ok(())
}

/// Terms with the dates and the held places given. Who gives only some of a term's must know that the rules see only
/// those.
async fn gather(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    mut dates: HashMap<Uuid, Vec<occurrence::Model>>,
    held: BTreeMap<OccurrenceId, u32>,
) -> Result<Vec<Loaded>, DbErr> {
    let rows = term::Entity::find().filter(term::Column::Id.is_in(ids.to_vec())).all(conn).await?;
    let activities = activity::Entity::find()
        .filter(activity::Column::Id.is_in(rows.iter().map(|row| row.activity_id)))
        .all(conn)
        .await?;
    let communities = community::Entity::find()
        .filter(community::Column::Id.is_in(rows.iter().map(|row| row.community_id)))
        .all(conn)
        .await?;
    let rooms: HashMap<Uuid, String> = room::Entity::find()
        .filter(room::Column::CommunityId.is_in(communities.iter().map(|c| c.id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|room| (room.id, room.name))
        .collect();
    let mut entries = rows.iter().map(|row| Ok((row.id, entry_of(row)?))).collect::<Result<HashMap<_, _>, DbErr>>()?;
    let weekly = rows.iter().any(|row| row.book_weekly);
    let with_priority = entries.iter().filter(|(_, entry)| entry.giving == Giving::PriorityFirst);
    let with_priority: Vec<Uuid> = with_priority.map(|(id, _)| *id).collect();
    let mut firsts = match with_priority.as_slice() {
        [] => HashMap::new(),
        ids => lines(conn, ids, weekly, Some(OTHERS)).await?,
    };
    let mut lines = lines(conn, ids, weekly, None).await?;
    let mut loaded = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(activity) = activities.iter().find(|a| a.id == row.activity_id).cloned() else { continue };
        let Some(community) = communities.iter().find(|c| c.id == row.community_id) else { continue };
        let dates = dates.remove(&row.id).unwrap_or_default();
        let held = dates.iter().filter_map(|date| held.get_key_value(&OccurrenceId(date.id)));
        let zone = zone_of(community);
        loaded.push(Loaded {
            term: rules_of(&row, entries.remove(&row.id).unwrap_or_default(), &activity, &dates, &zone),
            places: Places {
                held: held.map(|(id, places)| (*id, *places)).collect(),
                line: lines.remove(&row.id).unwrap_or_default(),
                first: firsts.remove(&row.id).unwrap_or_default(),
            },
            rooms: rooms.clone(),
            zone,
            slug: community.slug.clone(),
            row,
            activity,
            dates,
        });
    }
    Ok(loaded)
}

/// Places held on each of the dates that a condition takes, counted from rows.
async fn held_places(conn: &impl ConnectionTrait, dates: Condition) -> Result<BTreeMap<OccurrenceId, u32>, DbErr> {
    let rows: Vec<(Uuid, i64)> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::OccurrenceId)
        .column_as(Expr::col((booking_place::Entity, booking_place::Column::Places)).sum().cast_as("bigint"), "places")
        .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
        .filter(dates)
        .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
        .group_by(booking_place::Column::OccurrenceId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(date, places)| (OccurrenceId(date), u32::try_from(places).unwrap_or(0))).collect())
}

/// The terms of an activity.
pub(crate) async fn terms_of(conn: &impl ConnectionTrait, activity: ActivityId) -> Result<Vec<Uuid>, DbErr> {
    term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::ActivityId.eq(activity.0))
        .into_tuple()
        .all(conn)
        .await
}

/// The terms of some dates.
pub(crate) async fn terms_with(conn: &impl ConnectionTrait, dates: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::TermId)
        .distinct()
        .filter(occurrence::Column::Id.is_in(dates.to_vec()))
        .into_tuple()
        .all(conn)
        .await
}

/// The code of a value, as its column stores it.
pub(crate) fn code(value: impl domain::code::Code) -> &'static str {
    value.code()
}

impl Loaded {
    /// The community.
    pub fn community(&self) -> CommunityId {
        CommunityId(self.row.community_id)
    }

    /// What a list says of one of its dates.
    pub fn entry(&self, date: &occurrence::Model, now: Timestamp) -> Option<DateEntry> {
        self.entry_as(date, self.ordinal(OccurrenceId(date.id)), now)
    }

    /// The same where the place among all its dates is known from elsewhere.
    pub(crate) fn entry_as(
        &self,
        date: &occurrence::Model,
        ordinal: Option<(usize, usize)>,
        now: Timestamp,
    ) -> Option<DateEntry> {
        let of_rules = self.term.occurrences.iter().find(|o| o.id.0 == date.id)?;
        let (start, end) = (local(of_rules.starts_at, &self.zone), local(of_rules.ends_at, &self.zone));
        Some(DateEntry {
            occurrence: of_rules.id,
            term: self.term.id,
            activity: ActivityId(self.activity.id),
            name: self.activity.name.clone(),
            kind: self.activity.kind.0,
            audience: self.activity.audience.0,
            unit: self.activity.unit.0,
            age: self.term.age,
            date: of_rules.on_date,
            start: start.time(),
            end: end.time(),
            room: self.room(date.room_id),
            ordinal,
            dates: 1,
            standing: standing_of_date(&self.term, &self.places, of_rules, now),
            opens: self.opens(now),
            reason: date.reason.clone(),
        })
    }

    /// 第 n 次 / 共 m 次 of a date, where the term meets once a day.
    pub(crate) fn ordinal(&self, date: OccurrenceId) -> Option<(usize, usize)> {
        self.term.ordinal(date).filter(|_| self.row.parts.is_none())
    }

    /// With how few people it is in question.
    pub fn minimum(&self) -> Option<Minimum> {
        let people = self.row.min_people.map(count)?;
        Some(Minimum { people, days: count(self.row.decide_days) })
    }

    /// The local time of the first opening, while it lies ahead.
    pub fn opens(&self, now: Timestamp) -> Option<DateTime> {
        self.term.first_opening().filter(|at| now < *at).map(|at| local(at, &self.zone))
    }

    /// A room's name.
    pub fn room(&self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.rooms.get(&id).cloned())
    }

    /// How its day is parted.
    pub fn parts(&self) -> Result<Parts, DbErr> {
        let read = |text: &String| serde_json::from_str(text).map_err(|error| DbErr::Json(error.to_string()));
        self.row.parts.as_ref().map_or_else(|| Ok(Parts::default()), read)
    }

    /// Start and end of its day as the term states them.
    pub fn hours(&self) -> (Time, Time) {
        let time = |text: &str| text.parse().unwrap_or(Time::midnight());
        (time(&self.row.start_time), time(&self.row.end_time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const ZONES: [&str; 6] = [
        "Asia/Shanghai",
        "Asia/Urumqi",
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        // Half an hour of daylight saving.
        "Australia/Lord_Howe",
    ];

    #[test]
    fn a_local_time_comes_back_as_it_went_in_whatever_the_zone() {
        for name in ZONES {
            let zone = TimeZone::get(name).unwrap();
            let mut skipped = 0;
            for day in date(2026, 1, 1).series(1.day()).take(730) {
                for half_hour in 0..48_i8 {
                    let time = Time::constant(half_hour / 2, half_hour % 2 * 30, 0, 0);
                    let back = local(instant(day, time, &zone).unwrap(), &zone);
                    if back != day.to_datetime(time) {
                        skipped += 1;
                        let late = back.duration_since(day.to_datetime(time));
                        assert!((1..=60).contains(&late.as_mins()), "{name} {day} {time} became {back}");
                    }
                }
            }
            let springs = match name {
                "America/New_York" | "Europe/Berlin" => 4,
                "Australia/Lord_Howe" => 2,
                _ => 0,
            };
            assert_eq!(skipped, springs, "{name}: only what the clock skips");
        }
    }

    #[test]
    fn a_day_of_the_term_goes_on_in_the_order_of_the_clock_on_the_wall() {
        for name in ZONES {
            let zone = TimeZone::get(name).unwrap();
            for day in date(2026, 1, 1).series(1.day()).take(730) {
                let at = |hour| instant(day, Time::constant(hour, 0, 0, 0), &zone).unwrap();
                assert!(at(9) < at(11) && at(0) <= at(3), "{name} {day}");
            }
        }
    }
}
