//! Setting up activities and terms (staff).

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    days,
    entity::{activity, community, occurrence, room, stored::Stored, term},
    entries::{entry_like, new_seed},
    error::InField,
    id::new_id,
    schedule,
    terms::{instant, load_term, zone_of},
    tx::begin_write,
};
use domain::{
    activity::{ActivityKind, Audience, Unit},
    block::Hours,
    calendar::Span,
    day_kind::HolidayPolicy,
    entry::{Entry, Giving},
    expansion,
    id::{ActivityId, CommunityId, RoomId, TermId},
    parts::Parts,
    reading::{PreviewDay, RoomChoice},
    recurrence::Series,
    rights::Act,
    schedule::Taken,
    term::{AgeRule, MAX_OCCURRENCES, Minimum, OccurrenceState, Promotion, Scopes, TermState},
    text::{InputProblem, Line, Paragraph, Title},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter};
use uuid::Uuid;

/// An activity to be made.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// Its name.
    pub name: Title,
    /// Its kind.
    pub kind: ActivityKind,
    /// Whom it is for.
    pub audience: Audience,
    /// What a place is counted in.
    pub unit: Unit,
    /// A paragraph about it.
    pub summary: Paragraph,
    /// Who runs it, or nothing.
    pub leaders: String,
}

/// When in the day, where, and by whom the dates of a term are to be held.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Start, local.
    pub start: Time,
    /// End, after the start.
    pub end: Time,
    /// How the time between the two is parted: each part is a date of the term.
    pub parts: Parts,
    /// The room.
    pub room: Option<RoomId>,
    /// Who leads, or nothing.
    pub leader: Option<Line>,
}

/// A term to be made. Times are local.
#[derive(Clone, Debug)]
pub struct NewTerm {
    /// Its activity.
    pub activity: ActivityId,
    /// Its name.
    pub name: Title,
    /// The rule of its dates, with exceptions.
    pub series: Series,
    /// The first day that the rule may give.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// What happens on days off.
    pub holidays: HolidayPolicy,
    /// When in the day, where, and by whom.
    pub holding: Holding,
    /// Places on each date.
    pub capacity: u32,
    /// When booking opens.
    pub opens: Option<DateTime>,
    /// When booking closes.
    pub closes: Option<DateTime>,
    /// Hours before the start until which a family may cancel.
    pub cancel_hours: u32,
    /// Whom it takes.
    pub age: AgeRule,
    /// What may be booked.
    pub scopes: Scopes,
    /// The most parties that may wait.
    pub waitlist_cap: Option<u32>,
    /// With how few people it is in question.
    pub minimum: Option<Minimum>,
    /// The term whose rules of entry it takes over; the usual ones if none.
    pub entry_like: Option<TermId>,
}

async fn community_for(
    conn: &impl ConnectionTrait,
    who: &Who,
    id: CommunityId,
) -> Result<community::Model, StoreError> {
    if !who.actor.may(Act::ManageActivities, id) {
        return Err(StoreError::NotAllowed);
    }
    community::Entity::find_by_id(id.0).one(conn).await?.ok_or(StoreError::NotFound)
}

/// Makes an activity.
///
/// # Errors
/// [`StoreError::NotAllowed`] without the right to it.
pub async fn new_activity(
    db: &DatabaseConnection,
    who: &Who,
    at: CommunityId,
    new: NewActivity,
    now: Timestamp,
) -> Result<ActivityId, StoreError> {
    let tx = begin_write(db).await?;
    community_for(&tx, who, at).await?;
    let id = ActivityId(new_id(now));
    activity::Entity::insert(activity::ActiveModel {
        id: Set(id.0),
        community_id: Set(at.0),
        name: Set(new.name.as_str().to_owned()),
        kind: Set(Stored(new.kind)),
        audience: Set(Stored(new.audience)),
        unit: Set(Stored(new.unit)),
        summary: Set(new.summary.as_str().to_owned()),
        topics: Set("[]".to_owned()),
        leaders: Set(new.leaders),
        created_at: Set(now.into()),
        archived_at: Set(None),
    })
    .exec_without_returning(&tx)
    .await?;
    Change { subject: ("activity", id.0), ..Change::at_desk(who, at, "new_activity") }
        .write(&tx, None::<()>, Some(new.name.as_str()), now)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The dates that a rule gives, each with 农历 and 休/班, before anything is saved.
///
/// # Errors
/// [`StoreError::Invalid`] for a rule that gives no date, too many, or can't be.
pub async fn preview(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    series: &Series,
    from: Date,
    until: Date,
    policy: HolidayPolicy,
) -> Result<Vec<PreviewDay>, StoreError> {
    // Beyond the end, since a date may be put off.
    let last = until.checked_add(1.months()).unwrap_or(until);
    let kinds = days::kinds(conn, at, Span { first: from, last }).await?;
    let plain: Vec<_> = kinds.iter().map(|(date, kind, _)| (*date, *kind)).collect();
    let planned = expansion::plan(series, from, until, &plain, policy).map_err(|problem| {
        let field = match problem {
            InputProblem::Order => "until",
            _ => "rule",
        };
        StoreError::Invalid(domain::refusal::FieldProblem::new(field, problem))
    })?;
    Ok(planned
        .into_iter()
        .map(|planned| PreviewDay { head: days::head(planned.date, &kinds), fate: planned.fate, clashes: Vec::new() })
        .collect())
}

/// A term as another one of its kind would begin: the day after its last, for as long, without opening and closing times
/// and without the dates that were left out of it.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community.
pub async fn like_term(conn: &impl ConnectionTrait, at: CommunityId, id: TermId) -> Result<NewTerm, StoreError> {
    let loaded = load_term(conn, id).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    let series = crate::calendar::series_of(&loaded.row)?;
    let (first, last) = (Date::from(loaded.row.first_date), Date::from(loaded.row.last_date));
    let from = last.tomorrow().unwrap_or(last);
    let (start, end) = loaded.hours();
    Ok(NewTerm {
        activity: loaded.row.activity_id.into(),
        name: Title::parse(&loaded.row.name).in_field("name")?,
        series: series.rule.into(),
        from,
        until: from.checked_add(last - first).unwrap_or(from),
        holidays: loaded.row.holidays.0,
        holding: Holding {
            start,
            end,
            parts: loaded.parts()?,
            room: loaded.row.room_id.map(RoomId),
            leader: Line::parse(&loaded.row.leader).ok(),
        },
        capacity: loaded.term.capacity,
        opens: None,
        closes: None,
        cancel_hours: loaded.term.cancel_hours,
        age: AgeRule { on: None, ..loaded.term.age },
        scopes: loaded.term.scopes,
        waitlist_cap: loaded.term.waitlist_cap,
        minimum: loaded.minimum(),
        entry_like: Some(id),
    })
}

/// Names at each day of a preview what stands in its way, and gives the rooms in which all of them could be held, where
/// the room is what clashes.
///
/// # Errors
/// [`StoreError::Invalid`] for a time that can't be.
pub async fn find_clashes(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    days: &mut [PreviewDay],
    holding: &Holding,
) -> Result<Vec<RoomChoice>, StoreError> {
    let zone = crate::communities::zone(conn, at).await?;
    let dates: Vec<Date> = days.iter().filter(|day| day.fate.is_kept()).map(|day| day.head.date).collect();
    let wanted = wanted(TermId(Uuid::nil()), &dates, holding, &zone)?;
    let mut rooms_clash = false;
    for (date, line) in schedule::taken(conn, at, &wanted, &[]).await?.lines(&wanted) {
        rooms_clash |= line.by.is_of_room();
        if let Some(day) = days.iter_mut().find(|day| day.head.date == date) {
            day.clashes.push(line);
        }
    }
    if !rooms_clash {
        return Ok(Vec::new());
    }
    let rooms = crate::communities::rooms(conn, at).await?;
    Ok(schedule::taken_anywhere(conn, at, &wanted, &[]).await?.free_rooms(&wanted, &rooms))
}

/// What dates of a term would take up.
fn wanted(term: TermId, dates: &[Date], holding: &Holding, zone: &TimeZone) -> Result<Vec<Taken>, StoreError> {
    let day = Hours::new(holding.start, holding.end).in_field("end")?;
    let parts = holding.parts.of(day).in_field("parts")?;
    let most = MAX_OCCURRENCES;
    if dates.len() * parts.len() > most {
        return Err(InputProblem::TooManyDates { max: most }).in_field("parts");
    }
    let take = |(date, part): (&Date, &Hours)| {
        Ok(Taken {
            term,
            occurrence: None,
            date: *date,
            starts_at: instant(*date, part.from, zone)?,
            ends_at: instant(*date, part.to, zone)?,
            room: holding.room,
            leader: holding.leader.as_ref().map(|leader| leader.as_str().to_owned()),
        })
    };
    let all = dates.iter().flat_map(|date| parts.iter().map(move |part| (date, part)));
    all.map(take).collect::<Result<_, InputProblem>>().in_field("start")
}

/// Makes a term with its dates.
///
/// # Errors
/// [`StoreError::Invalid`] naming the field; [`domain::refusal::Refusal::Clash`] if the room is taken on one of the dates.
pub async fn new_term(db: &DatabaseConnection, who: &Who, new: NewTerm, now: Timestamp) -> Result<TermId, StoreError> {
    let tx = begin_write(db).await?;
    let activity = activity::Entity::find_by_id(new.activity.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let at = CommunityId(activity.community_id);
    let community = community_for(&tx, who, at).await?;
    let zone = zone_of(&community);
    if new.holding.end <= new.holding.start {
        Err(InputProblem::Order).in_field("end")?;
    }
    if let (Some(opens), Some(closes)) = (new.opens, new.closes)
        && closes <= opens
    {
        Err(InputProblem::Order).in_field("closes")?;
    }
    if let (Some(min), Some(max)) = (new.age.min, new.age.max)
        && max < min
    {
        Err(InputProblem::Order).in_field("age_max")?;
    }
    if !(new.scopes.whole || new.scopes.rest || new.scopes.single || new.scopes.weekly) {
        Err(InputProblem::Empty).in_field("scopes")?;
    }
    // All of a day that is parted by minutes is nobody's.
    if new.holding.parts.minutes.is_some() && (new.scopes.whole || new.scopes.rest) {
        Err(InputProblem::Choice).in_field("scopes")?;
    }
    schedule::hold_community(&tx, at).await?;
    if let Some(id) = new.holding.room {
        let room = room::Entity::find_by_id(id.0).filter(room::Column::CommunityId.eq(at.0)).one(&tx).await?;
        room.ok_or(InputProblem::Choice).in_field("room")?;
    }
    let days = preview(&tx, at, &new.series, new.from, new.until, new.holidays).await?;
    let dates: Vec<Date> = days.iter().filter(|day| day.fate.is_kept()).map(|day| day.head.date).collect();
    let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else {
        return Err(InputProblem::NoDates).in_field("rule");
    };
    let id = TermId(new_id(now));
    let wanted = wanted(id, &dates, &new.holding, &zone)?;
    let leader = new.holding.leader.as_ref().map(|leader| leader.as_str().to_owned());
    schedule::taken(&tx, at, &wanted, &[]).await?.refuse_clash(&wanted)?;
    let opening = |local: Option<DateTime>| {
        local.map(|at| instant(at.date(), at.time(), &zone)).transpose().map(|at| at.map(Into::into))
    };
    let (entry, promotion) = match new.entry_like {
        Some(like) => entry_like(&tx, at, like, new.closes.is_some()).await?,
        None => (None, Promotion::AutoFill),
    };
    let parts = (!new.holding.parts.is_one()).then(|| serde_json::to_string(&new.holding.parts)).transpose();
    let parts = parts.map_err(|e| sea_orm::DbErr::Json(e.to_string()))?;
    // Whose turn is so short comes for one of them.
    let entry = entry.or_else(|| new.holding.parts.minutes.map(|_| Entry { one_a_day: true, ..Entry::default() }));
    let years = |age: Option<i16>| age.map(i32::from);
    let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    term::Entity::insert(term::ActiveModel {
        id: Set(id.0),
        community_id: Set(at.0),
        activity_id: Set(activity.id),
        name: Set(new.name.as_str().to_owned()),
        room_id: Set(new.holding.room.map(|room| room.0)),
        leader: Set(leader.clone().unwrap_or_default()),
        capacity: Set(small(new.capacity)),
        opens_at: Set(opening(new.opens).in_field("opens")?),
        closes_at: Set(opening(new.closes).in_field("closes")?),
        cancel_hours: Set(small(new.cancel_hours)),
        age_min: Set(years(new.age.min)),
        age_max: Set(years(new.age.max)),
        age_on: Set(new.age.on.map(Into::into)),
        book_whole: Set(new.scopes.whole),
        book_rest: Set(new.scopes.rest),
        book_single: Set(new.scopes.single),
        book_weekly: Set(new.scopes.weekly),
        waitlist_cap: Set(new.waitlist_cap.map(small)),
        promotion: Set(Stored(promotion)),
        recurrence: Set(serde_json::to_string(&new.series).map_err(|e| sea_orm::DbErr::Json(e.to_string()))?),
        first_date: Set(first.into()),
        last_date: Set(last.into()),
        start_time: Set(new.holding.start.strftime("%H:%M").to_string()),
        end_time: Set(new.holding.end.strftime("%H:%M").to_string()),
        parts: Set(parts),
        holidays: Set(Stored(new.holidays)),
        min_people: Set(new.minimum.map(|minimum| small(minimum.people))),
        decide_days: Set(small(new.minimum.map_or(Minimum::USUAL_DAYS, |minimum| minimum.days))),
        crew: Set(None),
        draw_seed: Set(entry.as_ref().filter(|entry| entry.giving == Giving::Draw).map(|_| new_seed())),
        entry: Set(entry
            .map(|entry| serde_json::to_string(&entry))
            .transpose()
            .map_err(|e| sea_orm::DbErr::Json(e.to_string()))?),
        drawn_at: Set(None),
        draw_result: Set(None),
        state: Set(Stored(TermState::Published)),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    let rows: Vec<_> = wanted
        .iter()
        .map(|Taken { date, starts_at, ends_at, .. }| occurrence::ActiveModel {
            id: Set(new_id(now)),
            community_id: Set(at.0),
            term_id: Set(id.0),
            on_date: Set((*date).into()),
            starts_at: Set((*starts_at).into()),
            ends_at: Set((*ends_at).into()),
            room_id: Set(new.holding.room.map(|room| room.0)),
            leader: Set(leader.clone()),
            capacity: Set(None),
            state: Set(Stored(OccurrenceState::Scheduled)),
            reason: Set(None),
            hand_made: Set(false),
            crew: Set(None),
            sequence: Set(0),
            updated_at: Set(now.into()),
        })
        .collect();
    for chunk in rows.chunks(400) {
        occurrence::Entity::insert_many(chunk.to_vec()).exec_without_returning(&tx).await?;
    }
    Change { subject: ("term", id.0), term: Some(id), ..Change::at_desk(who, at, "new_term") }
        .write(&tx, None::<()>, Some((new.name.as_str(), dates.len(), new.capacity)), now)
        .await?;
    tx.commit().await?;
    Ok(id)
}
