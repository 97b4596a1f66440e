//! The roll of one date.

use super::{expected_on, may_call_roll, stands};
use crate::{
    StoreError,
    accounts::Who,
    calendar::term_of,
    care_details::with_allergy,
    communities,
    entity::{household_member, tap},
    pickup,
    rosters::persons,
    terms::{count, load_term, local},
};
use domain::{
    id::{CommunityId, OccurrenceId, PersonId},
    reading::{RollLine, RollPage, TapLine, UndoTap},
    roll::{OnRoll, Says, Verdict},
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Taps that a roll shows as its history.
const HISTORY: usize = 100;

/// For so long one's last tap is offered to be undone.
const UNDO: SignedDuration = SignedDuration::from_mins(10);

/// The roll of a date: who holds a place, by name, what was marked, and by which taps.
pub async fn roll(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: OccurrenceId,
    now: Timestamp,
) -> Result<RollPage, StoreError> {
    let at = CommunityId(communities::by_slug(db, slug).await?.id);
    let loaded = load_term(db, term_of(db, id).await?).await?;
    let row = loaded.dates.iter().find(|date| date.id == id.0).ok_or(StoreError::NotFound)?;
    if loaded.community() != at || !may_call_roll(who, row) {
        return Err(StoreError::NotFound);
    }
    let expected = expected_on(db, &[id.0]).await?;
    let (stands, taps) = stands(db, &[id.0]).await?;
    let ids: Vec<_> = expected.iter().map(|expected| expected.person_id).collect();
    let allergies = with_allergy(db, &ids).await?;
    let families = families(db, &ids).await?;
    let of_child = pickup::at_roll(db, id).await?;
    let named = ids.iter().copied().chain(taps.iter().map(|tap| tap.person_id)).collect();
    let persons = persons(db, named).await?;
    let time = |at: Timestamp| local(at, &loaded.zone).time();
    let mut lines: Vec<_> = expected
        .into_iter()
        .filter_map(|expected| {
            let person = persons.get(&expected.person_id)?;
            let stand = stands.get(&(id.0, person.id)).cloned().unwrap_or_default();
            let row = stand.row.as_ref();
            Some(RollLine {
                person: PersonId(person.id),
                name: person.name.clone(),
                pinyin: format!("{} {}", person.pinyin, person.initials),
                heads: count(expected.heads),
                on: stand.on,
                at: row.map(|row| time(row.marked_at.into())),
                left: row.and_then(|row| row.left_at).map(|at| time(at.into())),
                seen: stand.taps,
                family: families.get(&person.id).copied(),
                alone: of_child.get(&PersonId(person.id)).is_some_and(|child| child.alone),
                handed: of_child
                    .get(&PersonId(person.id))
                    .and_then(|child| child.live.as_ref())
                    .map(|live| (live.at.time(), live.taker.clone())),
                leave: expected.leave,
                allergy: allergies.contains(&person.id),
            })
        })
        .collect();
    lines.sort_by(|a, b| a.pinyin.cmp(&b.pinyin).then_with(|| a.person.cmp(&b.person)));
    let undo = taps.iter().find(|tap| tap.account_id == who.account.0).and_then(|tap| {
        let line = lines.iter().find(|line| line.person.0 == tap.person_id)?;
        let fresh = tap.verdict == Verdict::Counts && now.duration_since(tap.created_at.into()) <= UNDO;
        let latest = taps.iter().find(|other| other.person_id == tap.person_id)?;
        (fresh && latest.id == tap.id).then(|| UndoTap {
            name: line.name.clone(),
            said: tap.says.0,
            back: before(&taps, tap),
            person: line.person,
            seen: line.seen,
        })
    });
    let history = taps.iter().take(HISTORY).filter_map(|tap| {
        Some(TapLine {
            at: time(tap.made_at.into()),
            sent: (tap.created_at != tap.made_at).then(|| time(tap.created_at.into())),
            who: tap.account_name.clone(),
            name: persons.get(&tap.person_id)?.name.clone(),
            says: tap.says.0,
            counted: tap.verdict == Verdict::Counts,
        })
    });
    let history = history.collect();
    Ok(RollPage { date: loaded.entry(row, now).ok_or(StoreError::NotFound)?, lines, undo, history })
}

/// What the roll said of a person before a tap, by the taps that counted before it.
fn before(taps: &[tap::Model], of: &tap::Model) -> Says {
    let earlier = taps.iter().rev().filter(|tap| tap.person_id == of.person_id && tap.verdict == Verdict::Counts);
    earlier.take_while(|tap| tap.id != of.id).fold(OnRoll::default(), |on, tap| on.after(tap.says.0)).says()
}

/// Of these persons, those who came as a family: the number of their household, counted from the first.
async fn families(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, u32>, DbErr> {
    let mut households: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for ids in ids.chunks(500) {
        let members = household_member::Entity::find().filter(household_member::Column::PersonId.is_in(ids.to_vec()));
        for member in members.all(conn).await? {
            households.entry(member.household_id).or_default().push(member.person_id);
        }
    }
    let mut families = HashMap::new();
    for (number, members) in (0..).zip(households.into_values().filter(|members| members.len() > 1)) {
        for member in members {
            families.entry(member).or_insert(number);
        }
    }
    Ok(families)
}
