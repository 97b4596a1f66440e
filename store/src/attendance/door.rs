//! Signing in at the door (签到), by a code that a family shows or staff type.

use super::{own_dates, send_taps, today};
use crate::{
    StoreError,
    accounts::Who,
    communities,
    entity::{household_member, person},
    terms::{local, zone_of},
};
use domain::{
    id::{CommunityId, PersonId, RequestKey},
    reading::{CheckInCode, CheckedIn},
    refusal::Refusal,
    roll::{Tap, Verdict, check_in_code, read_code},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

/// Marks whoever a check-in code names as here, on each of today's dates whose door is open.
///
/// # Errors
/// [`Refusal::NoSuchCode`] for what is no code and for one of nobody who is expected today; [`Refusal::NotAtThisHour`]
/// for somebody whose dates are over or begin later; [`StoreError::NotFound`] for who calls no roll there.
pub async fn check_in(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    code: &str,
    key: RequestKey,
    now: Timestamp,
) -> Result<Vec<CheckedIn>, StoreError> {
    let community = communities::by_slug(db, slug).await?;
    let today_there = local(now, &zone_of(&community)).date();
    // Who may call no roll is not told what a code is.
    own_dates(db, who, CommunityId(community.id), today_there, now).await?;
    let code = read_code(code).ok_or(Refusal::NoSuchCode)?;
    let found = today(db, who, slug, Some(&code), now).await?.found;
    let Some(name) = found.first().map(|found| found.name.clone()) else { return Err(Refusal::NoSuchCode.into()) };
    let mut checked = Vec::new();
    for found in found {
        let Some(says) = found.says else { continue };
        let already = found.on.is_here();
        if !already {
            let key = key.of(found.person).of(found.occurrence);
            let tap = Tap { key, person: found.person, says, seen: found.seen, kept_for: None };
            let answers = send_taps(db, who, found.occurrence, &[tap], now).await?;
            if answers.iter().any(|answer| matches!(answer.verdict, Verdict::LookAgain | Verdict::Gone)) {
                return Err(Refusal::ChangedSince.into());
            }
        }
        checked.push(CheckedIn {
            person: found.person,
            name: found.name,
            occurrence: found.occurrence,
            activity: found.activity,
            start: found.start,
            room: found.room,
            says,
            already,
        });
    }
    if checked.is_empty() {
        return Err(Refusal::NotAtThisHour { name }.into());
    }
    Ok(checked)
}

/// The check-in codes of the actor's household.
pub async fn check_in_codes(db: &DatabaseConnection, who: &Who) -> Result<Vec<CheckInCode>, StoreError> {
    let Some(household) = who.household else { return Ok(Vec::new()) };
    let members =
        household_member::Entity::find().filter(household_member::Column::HouseholdId.eq(household)).all(db).await?;
    let persons = person::Entity::find().filter(person::Column::Id.is_in(members.iter().map(|row| row.person_id)));
    let mut codes: Vec<_> = persons.all(db).await?;
    codes.sort_by_key(|person| (person.created_at, person.id));
    let code = |person: person::Model| CheckInCode {
        person: PersonId(person.id),
        name: person.name,
        code: check_in_code(PersonId(person.id)),
    };
    Ok(codes.into_iter().map(code).collect())
}
