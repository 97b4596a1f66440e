//! Setting up activities and terms (staff).

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    days,
    entity::{activity, community, occurrence, room, stored::Stored, term},
    error::InField,
    id::new_id,
    schedule,
    terms::zone_of,
    tx::begin_write,
};
use domain::{
    activity::{ActivityKind, Audience, Unit},
    calendar::Span,
    day_kind::HolidayPolicy,
    id::{ActivityId, CommunityId, RoomId, TermId},
    reading::PreviewDay,
    recurrence::{self, Recurrence},
    rights::{Act, Door},
    schedule::Taken,
    term::{AgeRule, OccurrenceState, Promotion, Scopes, TermState},
    text::{InputProblem, Line, Paragraph, Title},
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter,
};
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

/// A term to be made. Times are local.
#[derive(Clone, Debug)]
pub struct NewTerm {
    /// Its activity.
    pub activity: ActivityId,
    /// Its name.
    pub name: Title,
    /// The rule of its dates.
    pub recurrence: Recurrence,
    /// The first day that the rule may give.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// Start.
    pub start: Time,
    /// End, after the start.
    pub end: Time,
    /// What happens on days off.
    pub holidays: HolidayPolicy,
    /// The room.
    pub room: Option<RoomId>,
    /// Who leads, or nothing.
    pub leader: Option<Line>,
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
    change(who, at, "new_activity", ("activity", id.0), None)
        .write(&tx, None::<()>, Some(new.name.as_str()), now)
        .await?;
    tx.commit().await?;
    Ok(id)
}

fn change<'a>(
    who: &'a Who,
    community: CommunityId,
    action: &'a str,
    subject: (&'a str, Uuid),
    term: Option<TermId>,
) -> Change<'a> {
    Change { community, by: Some((who.account, &who.name)), for_person: None, action, subject, term, door: Door::Desk }
}

/// The dates that a rule gives, each with 农历 and 休/班, before anything is saved.
///
/// # Errors
/// [`StoreError::Invalid`] for a rule that gives no date, too many, or can't be.
pub async fn preview(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    rule: &Recurrence,
    from: Date,
    until: Date,
    policy: HolidayPolicy,
) -> Result<Vec<PreviewDay>, StoreError> {
    let kinds = days::kinds(conn, at, Span { first: from, last: until }).await?;
    let plain: Vec<_> = kinds.iter().map(|(date, kind, _)| (*date, *kind)).collect();
    let planned = recurrence::plan(rule, from, until, &plain, policy).map_err(|problem| {
        let field = match problem {
            InputProblem::Order => "until",
            _ => "rule",
        };
        StoreError::Invalid(domain::refusal::FieldProblem::new(field, problem))
    })?;
    Ok(planned
        .into_iter()
        .map(|planned| PreviewDay { head: days::head(planned.date, &kinds), kept: planned.kept })
        .collect())
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
    if new.end <= new.start {
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
    if !(new.scopes.whole || new.scopes.rest || new.scopes.single) {
        Err(InputProblem::Empty).in_field("scopes")?;
    }
    schedule::hold_community(&tx, at).await?;
    if let Some(id) = new.room {
        let room = room::Entity::find_by_id(id.0).filter(room::Column::CommunityId.eq(at.0)).one(&tx).await?;
        room.ok_or(InputProblem::Choice).in_field("room")?;
    }
    let days = preview(&tx, at, &new.recurrence, new.from, new.until, new.holidays).await?;
    let dates: Vec<Date> = days.iter().filter(|day| day.kept).map(|day| day.head.date).collect();
    let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else {
        return Err(InputProblem::NoDates).in_field("rule");
    };
    let id = TermId(new_id(now));
    let times = dates
        .iter()
        .map(|date| Ok((*date, instant(*date, new.start, &zone)?, instant(*date, new.end, &zone)?)))
        .collect::<Result<Vec<_>, InputProblem>>()
        .in_field("start")?;
    let leader = new.leader.as_ref().map(|leader| leader.as_str().to_owned());
    let wanted: Vec<_> = times
        .iter()
        .map(|(date, starts_at, ends_at)| Taken {
            term: id,
            occurrence: None,
            date: *date,
            starts_at: *starts_at,
            ends_at: *ends_at,
            room: new.room,
            leader: leader.clone(),
        })
        .collect();
    if let Some(span) = schedule::span_around(&wanted) {
        schedule::taken(&tx, at, span, &[]).await?.refuse_clash(&wanted)?;
    }
    let opening = |local: Option<DateTime>| {
        local.map(|at| instant(at.date(), at.time(), &zone)).transpose().map(|at| at.map(Into::into))
    };
    let years = |age: Option<i16>| age.map(i32::from);
    let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    term::Entity::insert(term::ActiveModel {
        id: Set(id.0),
        community_id: Set(at.0),
        activity_id: Set(activity.id),
        name: Set(new.name.as_str().to_owned()),
        room_id: Set(new.room.map(|room| room.0)),
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
        waitlist_cap: Set(new.waitlist_cap.map(small)),
        promotion: Set(Stored(Promotion::AutoFill)),
        recurrence: Set(serde_json::to_string(&new.recurrence).map_err(|e| sea_orm::DbErr::Json(e.to_string()))?),
        first_date: Set(first.into()),
        last_date: Set(last.into()),
        start_time: Set(new.start.strftime("%H:%M").to_string()),
        end_time: Set(new.end.strftime("%H:%M").to_string()),
        holidays: Set(Stored(new.holidays)),
        state: Set(Stored(TermState::Published)),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    let rows: Vec<_> = times
        .iter()
        .map(|(date, starts_at, ends_at)| occurrence::ActiveModel {
            id: Set(new_id(now)),
            community_id: Set(at.0),
            term_id: Set(id.0),
            on_date: Set((*date).into()),
            starts_at: Set((*starts_at).into()),
            ends_at: Set((*ends_at).into()),
            room_id: Set(new.room.map(|room| room.0)),
            leader: Set(leader.clone()),
            capacity: Set(None),
            state: Set(Stored(OccurrenceState::Scheduled)),
            reason: Set(None),
            hand_made: Set(false),
            sequence: Set(0),
            updated_at: Set(now.into()),
        })
        .collect();
    for chunk in rows.chunks(400) {
        occurrence::Entity::insert_many(chunk.to_vec()).exec_without_returning(&tx).await?;
    }
    bump(&tx, community).await?;
    change(who, at, "new_term", ("term", id.0), Some(id))
        .write(&tx, None::<()>, Some((new.name.as_str(), dates.len(), new.capacity)), now)
        .await?;
    tx.commit().await?;
    Ok(id)
}

pub(crate) fn instant(date: Date, time: Time, zone: &TimeZone) -> Result<Timestamp, InputProblem> {
    zone.to_ambiguous_zoned_datetime(date.to_datetime(time))
        .compatible()
        .map(|at| at.timestamp())
        .map_err(|_| InputProblem::Date)
}

/// A community's revision rises with every change that its public pages show.
pub(crate) async fn bump(tx: &impl ConnectionTrait, community: community::Model) -> Result<(), StoreError> {
    let revision = community.revision;
    let mut change = community.into_active_model();
    change.revision = Set(revision + 1);
    change.update(tx).await?;
    Ok(())
}
