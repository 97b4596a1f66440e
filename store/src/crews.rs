//! Who must be there when a term meets (人手), who comes, and which terms too few have booked.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{occurrence, term},
    rosters::{desk_of, desk_term},
    schedule::hold_term,
    terms::{Loaded, load_term, local},
    tx::begin_write,
};
use domain::{
    calendar::Span,
    crew::{Crew, CrewPlan, Duty, gaps},
    id::{OccurrenceId, TermId},
    reading::{CrewDate, CrewPage, DutyDate, ShortTerm},
    rights::{Act, Reach},
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel};
use serde::{Serialize, de::DeserializeOwned};

fn read<T: DeserializeOwned>(json: Option<&str>) -> Option<T> {
    json.and_then(|json| serde_json::from_str(json).ok())
}

fn written(value: &impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|e| DbErr::Json(e.to_string()))
}

fn plan_of(row: &term::Model) -> CrewPlan {
    read(row.crew.as_deref()).unwrap_or_default()
}

/// The dates of a term that are to come, each with who is there and who is missing.
pub(crate) fn crew_dates(loaded: &Loaded, now: Timestamp) -> Vec<CrewDate> {
    let plan = plan_of(&loaded.row);
    let coming =
        |row: &&occurrence::Model| row.state == OccurrenceState::Scheduled && Timestamp::from(row.starts_at) > now;
    let date = |row: &occurrence::Model| {
        let own: Option<Crew> = read(row.crew.as_deref());
        let heads = loaded.places.held.get(&OccurrenceId(row.id)).copied().unwrap_or_default();
        let (is_own, crew) = (own.is_some(), own.unwrap_or_else(|| plan.usual.clone()));
        CrewDate {
            occurrence: OccurrenceId(row.id),
            term: loaded.term.id,
            name: loaded.activity.name.clone(),
            date: row.on_date.into(),
            start: local(row.starts_at.into(), &loaded.zone).time(),
            end: local(row.ends_at.into(), &loaded.zone).time(),
            leader: row.leader.clone(),
            gaps: gaps(&plan.needs, &crew, row.leader.is_some(), heads),
            crew,
            own: is_own,
            heads,
        }
    };
    loaded.dates.iter().filter(coming).map(date).collect()
}

/// The dates from today on at which somebody of that name leads or is of the crew, in order of start.
pub(crate) fn duties_of(terms: &[Loaded], name: &str, today: Date, may_call: Reach) -> Vec<DutyDate> {
    let mut duties: Vec<_> = terms
        .iter()
        .flat_map(|loaded| {
            let usual = plan_of(&loaded.row).usual;
            let coming = loaded
                .dates
                .iter()
                .filter(move |row| row.state == OccurrenceState::Scheduled && Date::from(row.on_date) >= today);
            coming.filter_map(move |row| {
                let leads = row.leader.as_deref() == Some(name);
                let own: Option<Crew> = read(row.crew.as_deref());
                let duty = match leads {
                    true => Duty::Leader,
                    false => own.as_ref().unwrap_or(&usual).duty_of(name)?,
                };
                Some(DutyDate {
                    occurrence: OccurrenceId(row.id),
                    name: loaded.activity.name.clone(),
                    date: row.on_date.into(),
                    start: local(row.starts_at.into(), &loaded.zone).time(),
                    end: local(row.ends_at.into(), &loaded.zone).time(),
                    room: loaded.room(row.room_id),
                    duty,
                    heads: loaded.places.held.get(&OccurrenceId(row.id)).copied().unwrap_or_default(),
                    roll: may_call == Reach::All || (leads && may_call == Reach::Own),
                })
            })
        })
        .collect();
    duties.sort_by_key(|date| (date.date, date.start, date.occurrence));
    duties
}

/// The dates of a span at which somebody is missing, in order of start.
pub(crate) fn gaps_of(terms: &[Loaded], span: Span, now: Timestamp) -> Vec<CrewDate> {
    let asking = terms.iter().filter(|loaded| loaded.row.crew.is_some());
    let dates = asking.flat_map(|loaded| crew_dates(loaded, now));
    let mut missing: Vec<_> =
        dates.filter(|date| !date.gaps.is_empty() && (span.first..=span.last).contains(&date.date)).collect();
    missing.sort_by_key(|date| (date.date, date.start, date.occurrence));
    missing
}

/// The terms that too few have booked and of which must be decided, the soonest first.
pub(crate) fn short_terms(terms: &[Loaded], today: Date, now: Timestamp) -> Vec<ShortTerm> {
    let short = |loaded: &Loaded| {
        let minimum = loaded.minimum()?;
        let first = loaded.term.first()?;
        let held = loaded.places.held.get(&first.id).copied().unwrap_or_default();
        let missing = loaded.term.shortage(Some(minimum), held, today, now)?;
        Some(ShortTerm { term: desk_term(loaded, now), held, minimum, missing, first: first.on_date })
    };
    let mut short: Vec<_> = terms.iter().filter_map(short).collect();
    short.sort_by_key(|short| (short.first, short.term.id));
    short
}

/// Who must be at a term's dates, and who is.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community.
pub async fn crew_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    now: Timestamp,
) -> Result<CrewPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let loaded = load_term(db, id).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    Ok(CrewPage { term: desk_term(&loaded, now), plan: plan_of(&loaded.row), dates: crew_dates(&loaded, now) })
}

/// Says who must be at a term's dates, and who usually comes.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community.
pub async fn set_crew_plan(
    db: &DatabaseConnection,
    who: &Who,
    id: TermId,
    plan: &CrewPlan,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, id).await?;
    let was = plan_of(&loaded.row);
    let mut row = loaded.row.clone().into_active_model();
    row.crew = Set(Some(written(plan)?));
    term::Entity::update(row).exec(&tx).await?;
    let change = Change::at_desk(who, loaded.community(), "set_crew_plan");
    Change { subject: ("term", id.0), term: Some(id), ..change }.write(&tx, Some(was), Some(plan), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Says who is there at one date; none: those who usually come.
///
/// # Errors
/// [`StoreError::NotFound`] for a date of another community.
pub async fn set_crew(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    crew: Option<&Crew>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let term = crate::calendar::term_of(db, id).await?;
    let tx = begin_write(db).await?;
    let loaded = hold_term(&tx, who, term).await?;
    let row = loaded.dates.iter().find(|row| row.id == id.0).cloned().ok_or(StoreError::NotFound)?;
    let was: Option<Crew> = read(row.crew.as_deref());
    let mut row = row.into_active_model();
    row.crew = Set(crew.map(written).transpose()?);
    row.update(&tx).await?;
    let change = Change::at_desk(who, loaded.community(), "set_crew");
    Change { subject: ("occurrence", id.0), term: Some(term), ..change }.write(&tx, was, crew, now).await?;
    tx.commit().await?;
    Ok(())
}
