//! Attendance (签到): the rolls of dates, what is on today, and who signs in at the door.

mod attended;
mod day;
mod door;
mod leave;
mod meals;
mod roll;
mod taps;
mod today;

pub(crate) use attended::{attended, term_before};
pub use attended::{attended_page, excuse, withdraw_excuse};
pub(crate) use day::notes_of;
pub use day::{day, withdraw_day_note, write_day_note};
pub use door::{check_in, check_in_codes};
use leave::leaves_of;
pub use leave::{take_leave, withdraw_leave};
pub use meals::meals;
pub use roll::roll;
pub use taps::send_taps;
pub use today::today;

use crate::{
    StoreError,
    accounts::Who,
    entity::{
        attendance, booking_place, occurrence, tap,
        time::{Day, Instant},
    },
    terms::code,
};
use domain::{
    booking::PlaceState,
    id::CommunityId,
    leave::LeaveKind,
    rights::{Act, Reach},
    roll::{OnRoll, Verdict},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// True for who calls every roll of the community, and for who leads that date.
pub(crate) fn may_call_roll(who: &Who, date: &occurrence::Model) -> bool {
    match who.actor.reach(Act::CallRoll, CommunityId(date.community_id)) {
        Reach::All => true,
        Reach::Own => date.leader.as_deref() == Some(who.name.as_str()),
        Reach::Nothing => false,
    }
}

/// How somebody stands on a roll.
#[derive(Clone, Debug, Default)]
struct Stand {
    on: OnRoll,
    /// Taps that counted.
    taps: u32,
    /// When the latest of them was made, or the mark where it is older than taps are kept.
    last: Option<Timestamp>,
    /// The row, where there is a mark.
    row: Option<attendance::Model>,
}

/// The rolls of some dates: each person's stand, by date and person, and all taps at them, the latest first.
async fn stands(
    conn: &impl ConnectionTrait,
    dates: &[Uuid],
) -> Result<(HashMap<(Uuid, Uuid), Stand>, Vec<tap::Model>), DbErr> {
    let marks = attendance::Entity::find().filter(attendance::Column::OccurrenceId.is_in(dates.iter().copied()));
    let mut stands: HashMap<(Uuid, Uuid), Stand> = HashMap::new();
    for row in marks.all(conn).await? {
        let on = OnRoll { mark: Some(row.mark.0), left: row.left_at.is_some() };
        let last = Some(row.left_at.unwrap_or(row.marked_at).into());
        stands.insert((row.occurrence_id, row.person_id), Stand { on, taps: 0, last, row: Some(row) });
    }
    let taps = tap::Entity::find()
        .filter(tap::Column::OccurrenceId.is_in(dates.iter().copied()))
        .order_by_desc(tap::Column::MadeAt)
        .order_by_desc(tap::Column::CreatedAt)
        .all(conn)
        .await?;
    for tap in taps.iter().filter(|tap| tap.verdict == Verdict::Counts) {
        let stand = stands.entry((tap.occurrence_id, tap.person_id)).or_default();
        stand.taps += 1;
        stand.last = stand.last.max(Some(tap.made_at.into()));
    }
    Ok((stands, taps))
}

/// Places held on some dates.
async fn held_on(conn: &impl ConnectionTrait, dates: &[Uuid]) -> Result<Vec<booking_place::Model>, DbErr> {
    let mut found = Vec::new();
    for dates in dates.chunks(500) {
        let held = booking_place::Entity::find()
            .filter(booking_place::Column::OccurrenceId.is_in(dates.to_vec()))
            .filter(booking_place::Column::State.eq(code(PlaceState::Held)));
        found.extend(held.all(conn).await?);
    }
    Ok(found)
}

/// Somebody who is on the roll of a date.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub occurrence_id: Uuid,
    pub person_id: Uuid,
    pub heads: i32,
    /// Why the family said that nobody comes.
    pub leave: Option<LeaveKind>,
}

/// Who is on the rolls of some dates: whoever holds a place, and whoever took leave, though the place may have gone on for
/// the day. Nobody is looked for in vain, and who comes after all is looked after like the others.
pub(crate) async fn expected_on(conn: &impl ConnectionTrait, dates: &[Uuid]) -> Result<Vec<Expected>, DbErr> {
    let leaves: HashMap<(Uuid, Uuid), LeaveKind> = leaves_of(conn, dates)
        .await?
        .into_iter()
        .map(|leave| ((leave.occurrence_id, leave.person_id), leave.kind.0))
        .collect();
    let held =
        held_on(conn, dates).await?.into_iter().map(|place| ((place.occurrence_id, place.person_id), place.heads));
    let mut heads: BTreeMap<(Uuid, Uuid), i32> = leaves.keys().map(|key| (*key, 1)).collect();
    heads.extend(held);
    let expected = heads.into_iter().map(|((occurrence_id, person_id), heads)| Expected {
        occurrence_id,
        person_id,
        heads,
        leave: leaves.get(&(occurrence_id, person_id)).copied(),
    });
    Ok(expected.collect())
}

/// The dates of a community that somebody calls the roll of, around an instant: of the day there, and those of the day
/// before that are not over.
async fn own_dates(
    conn: &impl ConnectionTrait,
    who: &Who,
    at: CommunityId,
    today: Date,
    now: Timestamp,
) -> Result<Vec<occurrence::Model>, StoreError> {
    if who.actor.reach(Act::CallRoll, at) == Reach::Nothing {
        return Err(StoreError::NotFound);
    }
    let yesterday = today.saturating_sub(1.day());
    let rows = occurrence::Entity::find()
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(yesterday), Day::from(today)))
        .order_by_asc(occurrence::Column::StartsAt)
        .all(conn)
        .await?;
    let here = |row: &occurrence::Model| Date::from(row.on_date) == today || row.ends_at > Instant::from(now);
    Ok(rows.into_iter().filter(|row| here(row) && may_call_roll(who, row)).collect())
}
