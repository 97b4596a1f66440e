//! A community to measure: forty activities with the terms that run now, alone or with ten years before them.

use crate::Failure;
use domain::{
    activity::{ActivityKind, Audience, Unit},
    booking::{BookingState, PlaceState, Scope},
    day_kind::HolidayPolicy,
    id::{ActivityId, RoomId},
    recurrence::{Recurrence, Series, Weekday},
    rights::{Door, StaffRole},
    term::{OccurrenceState, Promotion, TermState},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, time},
    tz::Offset,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, Iterable};
use std::ops::Range;
use store::{
    DatabaseConnection,
    accounts::{Who, who_is},
    entity::{activity, booking, booking_member, booking_place, community, occurrence, person, room, term},
    id::new_id,
    tx,
};
use uuid::Uuid;

/// Its name in URLs.
pub const SLUG: &str = "bench";
/// Its staff sign in so.
pub const LOGIN: &str = "bench";
/// And by this.
pub const PASSWORD: &str = "bench password";
/// Activities that it offers.
pub const ACTIVITIES: usize = 40;
/// Those of them of which one term runs for years, on three days a week.
const RUNNING: usize = 10;
/// Rooms, each used by four activities, one after the other.
pub const ROOMS: usize = 10;
/// Its people.
const PERSONS: usize = 200;
/// Weeks of a term, the six before this one among them: so a month that holds today has the same dates with and without
/// history.
const TERM: Range<i64> = -6..7;
/// Terms of thirteen weeks in ten years.
const TERMS: i64 = 40;
/// A term that runs for years is as long as so many: 780 dates, where 800 are allowed.
const RUN: i64 = 20;
/// The weeks with five places held on each date; before, it is two.
const BUSY_SINCE: i64 = -104;
/// Beijing time, which has known no other offset for longer than the history.
const OFFSET: Offset = Offset::constant(8);
/// SQLite takes 32 766 values a statement; one of some thousand is as quick.
const VALUES: usize = 6_000;

/// What was seeded.
pub struct Seeded {
    /// Somebody who plans.
    pub staff: Who,
    /// Its rooms.
    pub rooms: Vec<RoomId>,
    /// One of its activities.
    pub activity: ActivityId,
    /// Dates in all.
    pub dates: usize,
    /// Places held in all.
    pub places: usize,
}

#[derive(Default)]
struct Rows {
    terms: Vec<term::ActiveModel>,
    dates: Vec<occurrence::ActiveModel>,
    bookings: Vec<booking::ActiveModel>,
    members: Vec<booking_member::ActiveModel>,
    places: Vec<booking_place::ActiveModel>,
}

struct Town {
    community: Uuid,
    rooms: Vec<Uuid>,
    activities: Vec<Uuid>,
    persons: Vec<Uuid>,
    monday: Date,
}

/// Seeds an empty, migrated database, with or without ten years of history.
pub async fn seed(db: &DatabaseConnection, history: bool, now: Timestamp) -> Result<Seeded, Failure> {
    let today = OFFSET.to_datetime(now).date();
    let ids = |count: usize| (0..count).map(|_| new_id(now)).collect::<Vec<_>>();
    let town = Town {
        community: new_id(now),
        rooms: ids(ROOMS),
        activities: ids(ACTIVITIES),
        persons: ids(PERSONS),
        monday: today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())?,
    };
    community::Entity::insert(community_row(town.community, SLUG, now)).exec_without_returning(db).await?;
    let role = StaffRole::Desk;
    let staff = store::staff::add(db, SLUG, LOGIN, "测量", PASSWORD, role, [1; 16], now).await?;
    let mut rows = Rows::default();
    for (weeks, nth) in terms(history) {
        rows.add(&town, weeks, nth)?;
    }
    let (dates, places) = (rows.dates.len(), rows.places.len());
    let tx = tx::begin_write(db).await?;
    put(&tx, town.rooms()).await?;
    put(&tx, town.activities(now)).await?;
    put(&tx, town.persons(now)).await?;
    put(&tx, rows.terms).await?;
    put(&tx, rows.dates).await?;
    put(&tx, rows.bookings).await?;
    put(&tx, rows.members).await?;
    put(&tx, rows.places).await?;
    tx.commit().await?;
    Ok(Seeded {
        staff: who_is(db, staff).await?.ok_or("no staff")?,
        rooms: town.rooms.iter().copied().map(RoomId).collect(),
        activity: town.activities.first().copied().map(ActivityId).ok_or("no activity")?,
        dates,
        places,
    })
}

/// The weeks of each term, counted from this one, and its activity; in the order in which they were planned.
fn terms(history: bool) -> Vec<(Range<i64>, usize)> {
    let length = TERM.end - TERM.start;
    let mut terms = Vec::new();
    for nth in 0..ACTIVITIES {
        let (count, weeks) = match (history, nth < RUNNING) {
            (false, _) => (1, length),
            (true, false) => (TERMS, length),
            (true, true) => (TERMS / RUN, length * RUN),
        };
        terms.extend((0..count).map(|back| (TERM.end - weeks * (back + 1)..TERM.end - weeks * back, nth)));
    }
    terms.sort_by_key(|(weeks, nth)| (weeks.start, *nth));
    terms
}

fn weekdays(nth: usize) -> Vec<Weekday> {
    match nth {
        nth if nth < RUNNING => vec![Weekday::Monday, Weekday::Wednesday, Weekday::Friday],
        nth if nth % 2 == 0 => vec![Weekday::Tuesday, Weekday::Thursday],
        _ => vec![Weekday::Wednesday, Weekday::Saturday],
    }
}

/// Four activities share a room, each at hours of its own; the evening is free.
fn hours(nth: usize) -> (Time, Time) {
    let start = [8, 10, 13, 15].get(nth / ROOMS).copied().unwrap_or(15);
    (time(start, 0, 0, 0), time(start + 1, 30, 0, 0))
}

impl Rows {
    fn add(&mut self, town: &Town, weeks: Range<i64>, nth: usize) -> Result<(), Failure> {
        let planned = instant(town.day(weeks.start - 3)?, time(9, 0, 0, 0))?;
        let id = new_id(planned);
        let (start, end) = hours(nth);
        let (room, leader) = (town.rooms.get(nth % ROOMS).copied(), format!("讲师{nth}"));
        let weekdays = weekdays(nth);
        let mut dates = Vec::new();
        for week in weeks.clone() {
            for weekday in &weekdays {
                let day = town.day(week)?.checked_add((*weekday as i64).days())?;
                dates.push((new_id(planned), week, day));
            }
        }
        for (date, _, day) in &dates {
            self.dates.push(occurrence::ActiveModel {
                id: Set(*date),
                community_id: Set(town.community),
                term_id: Set(id),
                on_date: Set((*day).into()),
                starts_at: Set(instant(*day, start)?.into()),
                ends_at: Set(instant(*day, end)?.into()),
                room_id: Set(room),
                leader: Set(Some(leader.clone())),
                state: Set(OccurrenceState::Scheduled.into()),
                hand_made: Set(false),
                sequence: Set(0),
                updated_at: Set(planned.into()),
                ..Default::default()
            });
        }
        for party in 0..5 {
            let person = town.persons.get((self.terms.len() * 5 + party) % PERSONS).copied().unwrap_or_default();
            let held: Vec<(Uuid, Date)> = dates
                .iter()
                .filter(|(_, week, _)| party < 2 || *week >= BUSY_SINCE)
                .map(|(date, _, day)| (*date, *day))
                .collect();
            if !held.is_empty() {
                self.book(town, id, (person, party as i64 + 1), &held, planned);
            }
        }
        // Every third is booked as a whole only: such a date stands as its term does.
        let single = !nth.is_multiple_of(3);
        self.terms.push(term::ActiveModel {
            id: Set(id),
            community_id: Set(town.community),
            activity_id: Set(town.activities.get(nth).copied().unwrap_or_default()),
            name: Set(format!("{}起", town.day(weeks.start)?)),
            room_id: Set(room),
            leader: Set(leader),
            capacity: Set(20),
            cancel_hours: Set(24),
            book_whole: Set(true),
            book_rest: Set(true),
            book_single: Set(single),
            promotion: Set(Promotion::AutoFill.into()),
            recurrence: Set(serde_json::to_string(&Series::from(Recurrence::Weekly { weekdays, every: 1 }))?),
            first_date: Set(dates.first().ok_or("no date")?.2.into()),
            last_date: Set(dates.last().ok_or("no date")?.2.into()),
            start_time: Set(start.strftime("%H:%M").to_string()),
            end_time: Set(end.strftime("%H:%M").to_string()),
            holidays: Set(HolidayPolicy::Keep.into()),
            state: Set(TermState::Published.into()),
            created_at: Set(planned.into()),
            ..Default::default()
        });
        Ok(())
    }

    fn book(&mut self, town: &Town, term: Uuid, (person, number): (Uuid, i64), dates: &[(Uuid, Date)], at: Timestamp) {
        let id = new_id(at);
        self.bookings.push(booking::ActiveModel {
            id: Set(id),
            community_id: Set(town.community),
            term_id: Set(term),
            person_id: Set(person),
            heads: Set(1),
            scope: Set(Scope::Whole.into()),
            state: Set(BookingState::Confirmed.into()),
            queue_no: Set(number),
            door: Set(Door::Desk.into()),
            created_at: Set(at.into()),
            confirmed_at: Set(Some(at.into())),
            ..Default::default()
        });
        self.members.push(booking_member::ActiveModel { booking_id: Set(id), person_id: Set(person) });
        self.places.extend(dates.iter().map(|(date, day)| booking_place::ActiveModel {
            id: Set(new_id(at)),
            booking_id: Set(id),
            occurrence_id: Set(*date),
            person_id: Set(person),
            places: Set(1),
            heads: Set(1),
            state: Set(PlaceState::Held.into()),
            on_date: Set((*day).into()),
        }));
    }
}

impl Town {
    /// The Monday of a week, counted from this one.
    fn day(&self, week: i64) -> Result<Date, jiff::Error> {
        self.monday.checked_add(week.weeks())
    }

    fn rooms(&self) -> Vec<room::ActiveModel> {
        let row = |(n, id): (usize, &Uuid)| room::ActiveModel {
            id: Set(*id),
            community_id: Set(self.community),
            name: Set(format!("场地{n}")),
            size: Set(30),
            ..Default::default()
        };
        self.rooms.iter().enumerate().map(row).collect()
    }

    fn activities(&self, now: Timestamp) -> Vec<activity::ActiveModel> {
        let row = |(n, id): (usize, &Uuid)| activity::ActiveModel {
            id: Set(*id),
            community_id: Set(self.community),
            name: Set(format!("活动{n}")),
            kind: Set(if n % 2 == 0 { ActivityKind::Course } else { ActivityKind::Club }.into()),
            audience: Set([Audience::Elder, Audience::Child, Audience::All][n % 3].into()),
            unit: Set(Unit::Person.into()),
            summary: Set(String::new()),
            topics: Set("[]".to_owned()),
            leaders: Set(String::new()),
            created_at: Set(now.into()),
            ..Default::default()
        };
        self.activities.iter().enumerate().map(row).collect()
    }

    fn persons(&self, now: Timestamp) -> Vec<person::ActiveModel> {
        let row = |(n, id): (usize, &Uuid)| person::ActiveModel {
            id: Set(*id),
            community_id: Set(self.community),
            name: Set(format!("居民{n}")),
            pinyin: Set(String::new()),
            initials: Set(String::new()),
            withheld_at: Set(None),
            erased_at: Set(None),
            created_at: Set(now.into()),
            ..Default::default()
        };
        self.persons.iter().enumerate().map(row).collect()
    }
}

/// A community's row.
pub fn community_row(id: Uuid, slug: &str, now: Timestamp) -> community::ActiveModel {
    community::ActiveModel {
        id: Set(id),
        slug: Set(slug.to_owned()),
        name: Set("测量社区".to_owned()),
        place: Set(String::new()),
        phone: Set("0513-0000-0000".to_owned()),
        zone: Set("Asia/Shanghai".to_owned()),
        about: Set(String::new()),
        created_at: Set(now.into()),
    }
}

fn instant(day: Date, at: Time) -> Result<Timestamp, jiff::Error> {
    OFFSET.to_timestamp(day.to_datetime(at))
}

async fn put<A: ActiveModelTrait>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr> {
    let columns = <A::Entity as EntityTrait>::Column::iter().count();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some = rows.by_ref().take(VALUES / columns);
        A::Entity::insert_many(some).exec_without_returning(tx).await?;
    }
    Ok(())
}
