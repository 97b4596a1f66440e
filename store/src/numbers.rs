//! Numbers (数字): what some days came to, by activity, month, hour and community.
//!
//! Counted from the rows of the days that are asked for and nothing else: dates are found by their local day, places by
//! their date, marks by date and person. The rows of a date are added up by the database, the dates by
//! [`domain::numbers`]; different people can be no sum of sums, so the database counts them for each line anew.

use crate::{
    StoreError,
    accounts::Who,
    communities,
    entity::{
        activity, attendance, booking, booking_member, booking_place, community, leave, occurrence,
        stored::Stored,
        term,
        time::{Day, Instant},
    },
    rosters::desk_of,
    terms::{code, count, local, zone_of},
};
use domain::{
    activity::{Audience, Side, Unit},
    booking::{BookingState, Mark, PlaceState},
    calendar::Span,
    code::Code,
    id::{ActivityId, CommunityId},
    numbers::{HeldDate, Period, Sums, Tally, between, came, tells_of_a_roll},
    reading::{ActivityNumbers, CommunityNumbers, HourNumbers, MonthNumbers, NumbersPage},
    rights::Act,
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, Select,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Which days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// The month, quarter or year that holds a day; today where none is named.
    Of(Period, Option<Date>),
    /// From one to another.
    Between(Date, Date),
}

impl Days {
    fn span(self, today: Date) -> (Span, Option<Period>) {
        match self {
            Self::Of(period, day) => (period.span(day.unwrap_or(today)), Some(period)),
            Self::Between(one, other) => (between(one, other), None),
        }
    }
}

/// The dates that count: of these communities, on these days, held and over, for this side.
#[derive(Clone)]
struct Counted {
    at: Vec<Uuid>,
    span: Span,
    side: Option<Side>,
    now: Timestamp,
}

impl Counted {
    fn such(&self) -> Condition {
        let audiences = |side| Audience::ALL.iter().copied().filter(move |audience| audience.side() == side).map(code);
        Condition::all()
            .add(occurrence::Column::CommunityId.is_in(self.at.clone()))
            .add(occurrence::Column::OnDate.between(Day::from(self.span.first), Day::from(self.span.last)))
            .add(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
            .add(occurrence::Column::EndsAt.lte(Instant::from(self.now)))
            .add_option(self.side.map(|side| activity::Column::Audience.is_in(audiences(side))))
    }

    fn dates(&self) -> Select<occurrence::Entity> {
        occurrence::Entity::find()
            .select_only()
            .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
            .join(JoinType::InnerJoin, term::Relation::Activity.def())
            .filter(self.such())
    }

    /// The places that were held on them: who isn't on the roll counts nowhere.
    fn places(&self, marks: JoinType) -> Select<booking_place::Entity> {
        booking_place::Entity::find()
            .select_only()
            .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
            .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
            .join(JoinType::InnerJoin, term::Relation::Activity.def())
            .join(marks, booking_place::Relation::Attendance.def())
            .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
            .filter(self.such())
    }

    /// The same with the people of each party that came.
    fn people(&self) -> Select<booking_place::Entity> {
        let present = Mark::ALL.iter().copied().filter(|mark| came(*mark)).map(code);
        self.places(JoinType::InnerJoin)
            .join(JoinType::InnerJoin, booking_place::Relation::Member.def())
            .filter(attendance::Column::Mark.is_in(present))
            .column_as(booking_member::Column::PersonId.into_expr().count_distinct(), "people")
    }
}

fn sum(column: impl Into<SimpleExpr>) -> SimpleExpr {
    column.into().sum().cast_as("bigint")
}

fn places_of_date() -> SimpleExpr {
    Func::coalesce([occurrence::Column::Capacity.into_expr(), term::Column::Capacity.into_expr()]).into()
}

/// The month of a local day as both databases write it: 2026-11.
fn month_of_date() -> SimpleExpr {
    Expr::cust("SUBSTR(CAST(occurrence.on_date AS TEXT), 1, 7)")
}

fn whole(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// What some days came to in a community, and in each other community whose numbers the actor may read.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor may not read them.
pub async fn numbers_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    days: Days,
    side: Option<Side>,
    now: Timestamp,
) -> Result<NumbersPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ReadReport).await?;
    let zone = zone_of(&communities::by_slug(db, slug).await?);
    let (span, period) = days.span(local(now, &zone).date());
    let counted = Counted { at: vec![at.0], span, side, now };
    let dates = held_dates(db, &counted, &zone).await?;
    let mut sums = Sums::of(&dates);
    let all: Option<i64> = counted.people().into_tuple().one(db).await?;
    sums.total.people = whole(all.unwrap_or_default());
    let of_activities: Vec<(i64, Uuid)> = counted
        .people()
        .column(term::Column::ActivityId)
        .group_by(term::Column::ActivityId)
        .into_tuple()
        .all(db)
        .await?;
    for (people, activity) in of_activities {
        sums.activities.entry(ActivityId(activity)).or_default().people = whole(people);
    }
    let of_months: Vec<(i64, String)> =
        counted.people().column_as(month_of_date(), "month").group_by(month_of_date()).into_tuple().all(db).await?;
    for (people, month) in of_months {
        if let Ok(month) = format!("{month}-01").parse() {
            sums.months.entry(month).or_default().people = whole(people);
        }
    }
    Ok(NumbersPage {
        span,
        period,
        side,
        total: sums.total,
        activities: named(db, sums.activities).await?,
        months: sums.months.into_iter().map(|(month, tally)| MonthNumbers { month, tally }).collect(),
        hours: sums
            .hours
            .into_iter()
            .map(|((hour, weekday), tally)| HourNumbers { weekday, hour, dates: tally.dates, came: tally.came })
            .collect(),
        communities: communities(db, who, counted).await?,
    })
}

/// The dates with the heads of each by mark.
async fn held_dates(
    conn: &impl ConnectionTrait,
    counted: &Counted,
    zone: &jiff::tz::TimeZone,
) -> Result<Vec<HeldDate>, StoreError> {
    let rows: Vec<(Uuid, Uuid, Day, Instant, i32)> = counted
        .dates()
        .column(occurrence::Column::Id)
        .column(term::Column::ActivityId)
        .column(occurrence::Column::OnDate)
        .column(occurrence::Column::StartsAt)
        .column_as(places_of_date(), "places")
        .into_tuple()
        .all(conn)
        .await?;
    let heads: Vec<(Uuid, Option<Stored<Mark>>, i64)> = counted
        .places(JoinType::LeftJoin)
        .column(booking_place::Column::OccurrenceId)
        .column(attendance::Column::Mark)
        .column_as(sum(booking_place::Column::Heads.into_expr()), "heads")
        .group_by(booking_place::Column::OccurrenceId)
        .group_by(attendance::Column::Mark)
        .into_tuple()
        .all(conn)
        .await?;
    let mut of_dates: HashMap<Uuid, (u32, BTreeMap<Mark, u32>)> = HashMap::new();
    for (date, mark, heads) in heads {
        let (booked, marks) = of_dates.entry(date).or_default();
        *booked += whole(heads);
        marks.extend(mark.map(|mark| (mark.0, whole(heads))));
    }
    // Who is on leave of a place that went to a guest holds none, and is on leave all the same.
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    for ids in ids.chunks(400) {
        let away: Vec<(Uuid, i64)> = leave::Entity::find()
            .select_only()
            .column(leave::Column::OccurrenceId)
            .column_as(sum(booking::Column::Heads.into_expr()), "heads")
            .join(JoinType::InnerJoin, leave::Relation::Booking.def())
            .filter(leave::Column::OccurrenceId.is_in(ids.to_vec()))
            .filter(leave::Column::GivenOn.eq(true))
            .filter(leave::Column::WithdrawnAt.is_null())
            .filter(booking::Column::State.eq(code(BookingState::Confirmed)))
            .group_by(leave::Column::OccurrenceId)
            .into_tuple()
            .all(conn)
            .await?;
        for (date, heads) in away {
            let (booked, marks) = of_dates.entry(date).or_default();
            *booked += whole(heads);
            *marks.entry(Mark::Leave).or_default() += whole(heads);
        }
    }
    let held = rows.into_iter().map(|(id, activity, on, starts_at, places)| {
        let (booked, marks) = of_dates.remove(&id).unwrap_or_default();
        HeldDate {
            activity: ActivityId(activity),
            on: on.into(),
            start: local(starts_at.into(), zone).time(),
            places: count(places),
            booked,
            marks,
        }
    });
    Ok(held.collect())
}

/// What activities came to, with their names, what most came to first.
async fn named(
    conn: &impl ConnectionTrait,
    tallies: BTreeMap<ActivityId, Tally>,
) -> Result<Vec<ActivityNumbers>, StoreError> {
    let ids: Vec<Uuid> = tallies.keys().map(|activity| activity.0).collect();
    let mut lines = Vec::new();
    for ids in ids.chunks(400) {
        let rows: Vec<(Uuid, String, Stored<Audience>, Stored<Unit>)> = activity::Entity::find()
            .select_only()
            .column(activity::Column::Id)
            .column(activity::Column::Name)
            .column(activity::Column::Audience)
            .column(activity::Column::Unit)
            .filter(activity::Column::Id.is_in(ids.to_vec()))
            .into_tuple()
            .all(conn)
            .await?;
        lines.extend(rows.into_iter().filter_map(|(id, name, audience, unit)| {
            let activity = ActivityId(id);
            let tally = *tallies.get(&activity)?;
            Some(ActivityNumbers { activity, name, side: audience.side(), unit: unit.0, tally })
        }));
    }
    lines.sort_by(|a, b| b.tally.came.cmp(&a.tally.came).then_with(|| a.name.cmp(&b.name)));
    Ok(lines)
}

/// What each community came to whose numbers the actor may read; nothing where there is only the one.
async fn communities(
    conn: &impl ConnectionTrait,
    who: &Who,
    counted: Counted,
) -> Result<Vec<CommunityNumbers>, StoreError> {
    let may = |id: &CommunityId| who.actor.may(Act::ReadReport, *id);
    let ids: BTreeSet<CommunityId> = who.actor.roles.iter().map(|(at, _)| *at).filter(may).collect();
    if ids.len() < 2 {
        return Ok(Vec::new());
    }
    let counted = Counted { at: ids.into_iter().map(|id| id.0).collect(), ..counted };
    let of = occurrence::Column::CommunityId;
    let mut tallies: HashMap<Uuid, Tally> = HashMap::new();
    let dates: Vec<(Uuid, i64, i64)> = counted
        .dates()
        .column(of)
        .column_as(occurrence::Column::Id.count(), "dates")
        .column_as(sum(places_of_date()), "places")
        .group_by(of)
        .into_tuple()
        .all(conn)
        .await?;
    for (at, dates, places) in dates {
        tallies.insert(at, Tally { dates: whole(dates), places: whole(places), ..Tally::default() });
    }
    let heads: Vec<(Uuid, Option<Stored<Mark>>, i64)> = counted
        .places(JoinType::LeftJoin)
        .column(of)
        .column(attendance::Column::Mark)
        .column_as(sum(booking_place::Column::Heads.into_expr()), "heads")
        .group_by(of)
        .group_by(attendance::Column::Mark)
        .into_tuple()
        .all(conn)
        .await?;
    for (at, mark, heads) in heads {
        let tally = tallies.entry(at).or_default();
        tally.booked += whole(heads);
        if let Some(mark) = mark {
            tally.mark(mark.0, whole(heads));
        }
    }
    let of_a_roll = Mark::ALL.iter().copied().filter(|mark| tells_of_a_roll(*mark)).map(code);
    let called: Vec<(Uuid, i64)> = counted
        .places(JoinType::InnerJoin)
        .filter(attendance::Column::Mark.is_in(of_a_roll))
        .column(of)
        .column_as(booking_place::Column::OccurrenceId.into_expr().count_distinct(), "called")
        .group_by(of)
        .into_tuple()
        .all(conn)
        .await?;
    let called: HashMap<Uuid, u32> = called.into_iter().map(|(at, called)| (at, whole(called))).collect();
    let people: Vec<(i64, Uuid)> = counted.people().column(of).group_by(of).into_tuple().all(conn).await?;
    for (people, at) in people {
        tallies.entry(at).or_default().people = whole(people);
    }
    let rows = community::Entity::find()
        .filter(community::Column::Id.is_in(counted.at))
        .order_by_asc(community::Column::CreatedAt)
        .order_by_asc(community::Column::Slug)
        .all(conn)
        .await?;
    let lines = rows.into_iter().map(|row| {
        let mut tally = tallies.remove(&row.id).unwrap_or_default();
        tally.uncalled = tally.dates.saturating_sub(called.get(&row.id).copied().unwrap_or_default());
        CommunityNumbers { slug: row.slug, name: row.name, tally }
    });
    Ok(lines.collect())
}
