//! Taps at a roll: each is judged under the term's lock, and kept.

use super::{Stand, attended::attended, expected_on, may_call_roll, stands};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    calendar::term_of,
    entity::{activity, attendance, community, occurrence, person, stored::Stored, tap, term},
    households::homes_of,
    id::new_id,
    merges::kept_of_all,
    notices,
    terms::{entry_of, lock_terms},
    tx::{WriteTx, begin_write},
};
use domain::{
    attended::Attended,
    booking::Mark,
    id::{CommunityId, OccurrenceId, PersonId, TermId},
    reading::{NoticeText, TapAnswer},
    refusal::Refusal,
    rights::Door,
    roll::{OnRoll, Says, Tap, Verdict, judge},
    term::OccurrenceState,
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, IntoActiveModel};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Does what some taps at a date's roll say, each for itself, in the order in which they were made; and says what became
/// of each.
///
/// # Errors
/// [`StoreError::NotFound`] for a roll that isn't the actor's to call; [`Refusal::NoRollYet`] more than a day ahead.
/// A date that was called off, and whoever holds no place any more, are no error: that tap came to nothing
/// ([`Verdict::Gone`]).
pub async fn send_taps(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    taps: &[Tap],
    now: Timestamp,
) -> Result<Vec<TapAnswer>, StoreError> {
    let term = term_of(db, id).await?;
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[term]).await?;
    let date = occurrence::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    if !may_call_roll(who, &date) {
        return Err(StoreError::NotFound);
    }
    if now < Timestamp::from(date.starts_at).checked_sub(24.hours()).unwrap_or(Timestamp::MIN) {
        return Err(Refusal::NoRollYet.into());
    }
    let expected: HashSet<Uuid> =
        expected_on(&tx, &[id.0]).await?.into_iter().map(|expected| expected.person_id).collect();
    // A phone may have kept taps of a record that was joined to another since.
    let merged =
        kept_of_all(&tx, taps.iter().map(|tap| tap.person.0).filter(|id| !expected.contains(id)).collect()).await?;
    let takes_place = date.state == OccurrenceState::Scheduled;
    let (mut stands, before) = stands(&tx, &[id.0]).await?;
    let known: HashMap<Uuid, Verdict> = before.iter().map(|tap| (tap.id, tap.verdict.0)).collect();
    let mut answers = Vec::new();
    for tap in taps {
        let answer = |verdict| TapAnswer { key: tap.key, person: tap.person, verdict };
        if let Some(verdict) = known.get(&tap.key.0) {
            answers.push(answer(*verdict));
            continue;
        }
        let person = merged.get(&tap.person.0).map_or(tap.person, |kept| PersonId(*kept));
        let tap = &Tap { person, ..*tap };
        if !takes_place || !expected.contains(&tap.person.0) {
            answers.push(answer(Verdict::Gone));
            continue;
        }
        let stand = stands.entry((id.0, tap.person.0)).or_default();
        let verdict = judge(stand.on, stand.taps, stand.last, tap, tap.made_at(now));
        answers.push(answer(verdict));
        let marking = Marking { who, date: &date, term, door: Door::Desk, now };
        match verdict {
            Verdict::Counts => mark(&tx, &marking, tap, stand).await?,
            // One that is refused at once is tapped again by whoever has looked again.
            Verdict::LookAgain | Verdict::Same | Verdict::Gone => {}
            Verdict::TooLate => keep(&tx, &marking, tap, verdict).await?,
        }
    }
    tx.commit().await?;
    Ok(answers)
}

/// At which roll somebody taps.
pub(super) struct Marking<'a> {
    pub who: &'a Who,
    pub date: &'a occurrence::Model,
    pub term: TermId,
    pub door: Door,
    pub now: Timestamp,
}

/// Does what a tap that counts says, and keeps it.
pub(super) async fn mark(tx: &WriteTx, at: &Marking<'_>, tap: &Tap, stand: &mut Stand) -> Result<(), StoreError> {
    let made = tap.made_at(at.now);
    keep(tx, at, tap, Verdict::Counts).await?;
    let (was, on) = (stand.on, stand.on.after(tap.says));
    let left_at = on.left.then(|| made.into());
    stand.row = match (stand.row.take(), on.mark) {
        (Some(row), Some(mark)) => {
            let mut model = row.into_active_model();
            // Who leaves keeps the hour of arrival.
            if tap.says != Says::Left {
                model.marked_at = Set(made.into());
            }
            model.mark = Set(Stored(mark));
            model.left_at = Set(left_at);
            model.marked_by = Set(Some(at.who.account.0));
            Some(model.update(tx).await?)
        }
        (Some(row), None) => {
            attendance::Entity::delete_by_id(row.id).exec(tx).await?;
            None
        }
        (None, Some(mark)) => {
            let row = attendance::Model {
                id: new_id(at.now),
                community_id: at.date.community_id,
                occurrence_id: at.date.id,
                person_id: tap.person.0,
                mark: Stored(mark),
                marked_by: Some(at.who.account.0),
                marked_at: made.into(),
                left_at,
            };
            attendance::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
            Some(row)
        }
        (None, None) => None,
    };
    (stand.on, stand.taps, stand.last) = (on, stand.taps + 1, Some(made));
    if was.mark != on.mark && !matches!(on.mark, None | Some(Mark::Leave)) {
        warn(tx, at, tap, was, on).await?;
    }
    let said = |says| (says != Says::Nothing).then_some(says);
    Change {
        community: CommunityId(at.date.community_id),
        by: Some((at.who.account, &at.who.name)),
        for_person: Some(tap.person),
        action: "mark_attendance",
        subject: ("occurrence", at.date.id),
        term: Some(at.term),
        door: at.door,
    }
    .write(tx, said(was.says()), said(tap.says), at.now)
    .await?;
    Ok(())
}

/// Tells the family once somebody has come so seldom that the activity's next term would refuse them: at the tap by which
/// it became so.
async fn warn(tx: &WriteTx, at: &Marking<'_>, tap: &Tap, was: OnRoll, on: OnRoll) -> Result<(), StoreError> {
    let row = term::Entity::find_by_id(at.term.0).one(tx).await?.ok_or(StoreError::NotFound)?;
    let Some(rule) = entry_of(&row)?.attendance else { return Ok(()) };
    let record = attended(tx, at.term, &[tap.person.0]).await?.remove(&tap.person.0);
    let Some(record) = record else { return Ok(()) };
    let counts = |on: OnRoll| match on.mark {
        Some(Mark::Present | Mark::Late) => (1, 0),
        Some(Mark::Absent) => (0, 1),
        Some(Mark::Leave) | None => (0, 0),
    };
    let ((came, missed), (had_come, had_missed)) = (counts(on), counts(was));
    let before = Attended {
        came: (record.came + had_come).saturating_sub(came),
        missed: (record.missed + had_missed).saturating_sub(missed),
        ..record
    };
    let (None, Some(Refusal::AttendedTooLittle { came, dates, percent })) =
        (rule.breach(&before), rule.breach(&record))
    else {
        return Ok(());
    };
    let name = |id| person::Entity::find_by_id(id).one(tx);
    let of = name(tap.person.0).await?.map_or_else(String::new, |person| person.name);
    let activity = activity::Entity::find_by_id(row.activity_id).one(tx).await?.ok_or(StoreError::NotFound)?;
    let home = community::Entity::find_by_id(row.community_id).one(tx).await?.ok_or(StoreError::NotFound)?;
    let text =
        NoticeText::AttendedTooLittle { activity: activity.name, person: of, slug: home.slug, came, dates, percent };
    let household = homes_of(tx, tap.person.0).await?.first().copied();
    notices::owe(tx, CommunityId(row.community_id), household, None, tap.person, &text, at.now).await?;
    Ok(())
}

/// Keeps a tap with what became of it.
async fn keep(tx: &WriteTx, at: &Marking<'_>, tap: &Tap, verdict: Verdict) -> Result<(), StoreError> {
    let row = tap::ActiveModel {
        id: Set(tap.key.0),
        community_id: Set(at.date.community_id),
        occurrence_id: Set(at.date.id),
        person_id: Set(tap.person.0),
        says: Set(Stored(tap.says)),
        verdict: Set(Stored(verdict)),
        made_at: Set(tap.made_at(at.now).into()),
        created_at: Set(at.now.into()),
        account_id: Set(at.who.account.0),
        account_name: Set(at.who.name.clone()),
    };
    tap::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
