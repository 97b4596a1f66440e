//! Who is told of a change of dates: every party that holds or waits for a place on one of them, once.

use super::{change::Doing, undo::Snapshot};
use crate::{
    StoreError,
    entity::{booking, booking_place, occurrence, person},
    notices,
    terms::{Loaded, code, local},
};
use domain::{
    booking::PlaceState,
    id::{BookingId, OccurrenceId, PersonId},
    reading::{NoticeText, Told},
    schedule::ChangeKind,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

fn told(loaded: &Loaded, date: &Snapshot) -> Told {
    Told {
        date: date.on_date,
        start: local(date.starts_at, &loaded.zone).time(),
        end: local(date.ends_at, &loaded.zone).time(),
        room: loaded.room(date.room),
        leader: date.leader.clone(),
    }
}

/// Owes the notices of a change, and says to how many parties. `after` holds the dates as they are now, `before` as
/// they were.
pub(super) async fn tell(
    doing: &Doing<'_>,
    before: &[Snapshot],
    after: &[occurrence::Model],
) -> Result<usize, StoreError> {
    let Doing { tx, loaded, now, .. } = *doing;
    let ids: Vec<Uuid> = after.iter().map(|date| date.id).collect();
    let mut touched: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for ids in ids.chunks(400) {
        let places = booking_place::Entity::find()
            .filter(booking_place::Column::OccurrenceId.is_in(ids.to_vec()))
            .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
            .all(tx)
            .await?;
        for place in places {
            touched.entry(place.booking_id).or_default().push(place.occurrence_id);
        }
    }
    let all: Vec<Uuid> = touched.keys().copied().collect();
    let mut count = 0;
    for ids in all.chunks(400) {
        let bookings = booking::Entity::find()
            .filter(booking::Column::Id.is_in(ids.to_vec()))
            .order_by_asc(booking::Column::QueueNo)
            .all(tx)
            .await?;
        let names: HashMap<Uuid, String> = person::Entity::find()
            .filter(person::Column::Id.is_in(bookings.iter().map(|booking| booking.person_id)))
            .all(tx)
            .await?
            .into_iter()
            .map(|person| (person.id, person.name))
            .collect();
        for booking in bookings {
            let dates = touched.get(&booking.id).map_or(&[][..], Vec::as_slice);
            let name = names.get(&booking.person_id).cloned().unwrap_or_default();
            let Some(text) = text(doing, before, after, dates, &booking, name) else { continue };
            let (home, account) = (booking.household_id, booking.account_id);
            notices::owe(tx, loaded.community(), home, account, PersonId(booking.person_id), &text, now).await?;
            count += 1;
        }
    }
    Ok(count)
}

fn text(
    doing: &Doing<'_>,
    before: &[Snapshot],
    after: &[occurrence::Model],
    dates: &[Uuid],
    booking: &booking::Model,
    person: String,
) -> Option<NoticeText> {
    let loaded = doing.loaded;
    let row = after.iter().find(|date| dates.contains(&date.id))?;
    let is = Snapshot::of(row);
    let was = before.iter().find(|date| date.id == row.id);
    let (activity, slug) = (loaded.activity.name.clone(), loaded.slug.clone());
    let activity_id = loaded.activity.id.into();
    let date = told(loaded, &is);
    let more = u32::try_from(dates.len().saturating_sub(1)).unwrap_or(u32::MAX);
    Some(match doing.kind {
        ChangeKind::Edit => NoticeText::Moved {
            activity,
            person,
            slug,
            activity_id,
            booking: BookingId(booking.id),
            occurrence: OccurrenceId(row.id),
            from: told(loaded, was?),
            to: date,
            more,
            reason: row.reason.clone().filter(|_| was.is_some_and(|was| was.reason != row.reason)),
        },
        ChangeKind::Cancel => {
            let reason = row.reason.clone().unwrap_or_default();
            NoticeText::CalledOff { activity, person, slug, activity_id, date, reason, more }
        }
        ChangeKind::Restore => NoticeText::Restored { activity, person, slug, activity_id, date },
        ChangeKind::Add => NoticeText::Added {
            activity,
            person,
            slug,
            activity_id,
            booking: BookingId(booking.id),
            occurrence: OccurrenceId(row.id),
            date,
        },
    })
}
