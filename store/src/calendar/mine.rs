//! One's own bookings with their dates.

use crate::{
    StoreError,
    accounts::Who,
    attendance::attended,
    bookings::{of_persons, weekly_of},
    care_links::persons_who_allow,
    entity::{booking, booking_place, community, household_member, leave, occurrence, person},
    terms::{Loaded, code, count, line_before, load_terms, local, terms_of},
};
use domain::{
    attended::Attended,
    booking::{BookingState, PlaceState, cancel_deadline, may_cancel},
    care::CareScope,
    code::Code,
    entry::Giving,
    id::{ActivityId, BookingId, OccurrenceId, PersonId},
    leave::{LeaveKind, leave_deadline, may_take_leave},
    line::Line,
    reading::{MyBooking, MyDate},
    rights::Door,
    which::Which,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The live bookings of the actor's household and of those who let the actor book, by the first date still to come; with
/// `of`, those of one activity's page.
pub async fn my_bookings(
    db: &DatabaseConnection,
    who: &Who,
    of: Option<ActivityId>,
    now: Timestamp,
) -> Result<Vec<MyBooking>, StoreError> {
    let allowed = persons_who_allow(db, who, CareScope::Book).await?;
    let mut persons: Vec<Uuid> = allowed.into_iter().collect();
    if let Some(household) = who.household {
        // Whoever booked it: another home for a child of both, or the desk.
        let members = household_member::Entity::find()
            .select_only()
            .column(household_member::Column::PersonId)
            .filter(household_member::Column::HouseholdId.eq(household));
        persons.extend(members.into_tuple::<Uuid>().all(db).await?);
    }
    let of_activity = match of {
        Some(activity) => Condition::all().add(booking::Column::TermId.is_in(terms_of(db, activity).await?)),
        None => Condition::all(),
    };
    live_bookings(db, of_activity.add(of_persons(persons)), now).await
}

/// The live bookings for one person.
pub(crate) async fn bookings_of(
    db: &DatabaseConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<MyBooking>, StoreError> {
    live_bookings(db, Condition::all().add(of_persons([person.0])), now).await
}

async fn live_bookings(
    db: &DatabaseConnection,
    which: Condition,
    now: Timestamp,
) -> Result<Vec<MyBooking>, StoreError> {
    let rows = booking::Entity::find()
        .filter(which)
        .filter(booking::Column::State.ne(code(BookingState::Cancelled)))
        .order_by_asc(booking::Column::CreatedAt)
        .all(db)
        .await?;
    let terms: Vec<Uuid> = rows.iter().map(|row| row.term_id).collect();
    let loaded: HashMap<Uuid, Loaded> =
        load_terms(db, &terms).await?.into_iter().map(|loaded| (loaded.row.id, loaded)).collect();
    let persons: HashMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let communities: HashMap<Uuid, community::Model> = community::Entity::find()
        .filter(community::Column::Id.is_in(rows.iter().map(|row| row.community_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|community| (community.id, community))
        .collect();
    let mut places: HashMap<Uuid, Vec<OccurrenceId>> = HashMap::new();
    for place in booking_place::Entity::find()
        .filter(booking_place::Column::BookingId.is_in(rows.iter().map(|row| row.id)))
        .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
        .all(db)
        .await?
    {
        places.entry(place.booking_id).or_default().push(OccurrenceId(place.occurrence_id));
    }
    let mut leaves: HashMap<(Uuid, OccurrenceId), LeaveKind> = HashMap::new();
    for row in leave::Entity::find()
        .filter(leave::Column::BookingId.is_in(rows.iter().map(|row| row.id)))
        .filter(leave::Column::WithdrawnAt.is_null())
        .all(db)
        .await?
    {
        let date = OccurrenceId(row.occurrence_id);
        leaves.insert((row.booking_id, date), row.kind.0);
        // Its place may have gone on for the day, and the date is still the family's.
        let dates = places.entry(row.booking_id).or_default();
        if !dates.contains(&date) {
            dates.push(date);
        }
    }
    let mut records: HashMap<(Uuid, Uuid), Attended> = HashMap::new();
    for loaded in loaded.values().filter(|loaded| loaded.term.entry.attendance.is_some()) {
        let people: Vec<Uuid> =
            rows.iter().filter(|row| row.term_id == loaded.row.id).map(|row| row.person_id).collect();
        let found = attended(db, loaded.term.id, &people).await?;
        records.extend(found.into_iter().map(|(person, attended)| ((loaded.row.id, person), attended)));
    }
    let mut before: HashMap<Uuid, Line> = HashMap::new();
    for row in rows.iter().filter(|row| row.state == BookingState::Waiting) {
        let Some(loaded) = loaded.get(&row.term_id) else { continue };
        before.insert(row.id, line_before(db, &loaded.row, row.order_no).await?);
    }
    let mut mine: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            let loaded = loaded.get(&row.term_id)?;
            let community = communities.get(&row.community_id)?;
            let name = persons.get(&row.person_id)?.clone();
            let places = places.get(&row.id).map_or(&[][..], Vec::as_slice);
            let leave = |date| leaves.get(&(row.id, date)).copied();
            let mine = my_booking(row, loaded, community, name, places, leave, before.get(&row.id), now)?;
            let record = records.get(&(row.term_id, row.person_id)).copied();
            Some(MyBooking { attended: record.zip(loaded.term.entry.attendance), ..mine })
        })
        .collect();
    mine.sort_by_key(|booking| booking.dates.first().map(|date| (date.date, date.start)));
    Ok(mine)
}

fn my_booking(
    row: &booking::Model,
    loaded: &Loaded,
    community: &community::Model,
    person_name: String,
    places: &[OccurrenceId],
    leave: impl Fn(OccurrenceId) -> Option<LeaveKind>,
    before: Option<&Line>,
    now: Timestamp,
) -> Option<MyBooking> {
    let dates: Vec<_> = loaded
        .dates
        .iter()
        .filter(|date| places.contains(&OccurrenceId(date.id)) && Timestamp::from(date.ends_at) > now)
        .filter_map(|date| my_date(loaded, date, row.state.0, leave(OccurrenceId(date.id)), now))
        .collect();
    if dates.is_empty() {
        return None;
    }
    let waits = row.state == BookingState::Waiting;
    let weekly = weekly_of(row).unwrap_or_default();
    let of_weeks = Which::Weekly(weekly.clone());
    let missing = of_weeks
        .dates(&loaded.term, now)
        .into_iter()
        .filter(|date| !places.contains(&date.id))
        .map(|date| date.on_date)
        .collect();
    let answer_by = row.answer_by.map(Timestamp::from).filter(|_| row.state == BookingState::Offered);
    let to_be_drawn = waits && loaded.term.entry.giving == Giving::Draw && !loaded.term.drawn;
    Some(MyBooking {
        id: BookingId(row.id),
        slug: community.slug.clone(),
        community: community.name.clone(),
        activity: ActivityId(loaded.activity.id),
        name: loaded.activity.name.clone(),
        audience: loaded.activity.audience.0,
        term: loaded.term.id,
        term_name: loaded.row.name.clone(),
        person: PersonId(row.person_id),
        person_name,
        number: (loaded.term.entry.giving == Giving::Draw).then_some(row.queue_no),
        heads: count(row.heads),
        scope: row.scope.0,
        weekly,
        missing,
        state: row.state.0,
        place_in_line: before.filter(|_| !to_be_drawn).map(|line| line.wanting(places) + 1),
        answer_by: answer_by.map(|at| local(at, &loaded.zone)),
        answer_in: answer_by.map(|at| at.as_second() - now.as_second()),
        to_be_drawn,
        dates,
        cancel_until: (!waits)
            .then(|| cancel_deadline(&loaded.term, places))
            .flatten()
            .map(|at| local(at, &loaded.zone)),
        attended: None,
        can_cancel: may_cancel(&loaded.term, row.state.0, places, Door::Page, now).is_ok(),
    })
}

fn my_date(
    loaded: &Loaded,
    date: &occurrence::Model,
    state: BookingState,
    leave: Option<LeaveKind>,
    now: Timestamp,
) -> Option<MyDate> {
    let id = OccurrenceId(date.id);
    let of_rules = loaded.term.occurrences.iter().find(|on| on.id == id)?;
    let may_leave = LeaveKind::ALL
        .iter()
        .copied()
        .filter(|kind| state == BookingState::Confirmed && may_take_leave(&loaded.term, of_rules, *kind, now).is_ok())
        .collect();
    Some(MyDate {
        occurrence: id,
        date: date.on_date.into(),
        start: local(date.starts_at.into(), &loaded.zone).time(),
        end: local(date.ends_at.into(), &loaded.zone).time(),
        room: loaded.room(date.room_id),
        state: date.state.0,
        ordinal: loaded.ordinal(id),
        leave,
        may_leave,
        leave_until: Some(local(leave_deadline(&loaded.term, of_rules, LeaveKind::Personal), &loaded.zone)),
    })
}
