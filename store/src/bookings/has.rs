//! What persons and households have already, as far as the rules of entry of some terms ask for it.

use super::{
    batch::{distinct, place_state},
    book::BookRequest,
};
use crate::{
    attendance::{attended, term_before},
    entity::{
        booking, booking_place, claim, occurrence, person,
        stored::Stored,
        time::{Day, Instant},
    },
    many,
    terms::{Loaded, code, days_of},
};
use domain::{
    attended::Attended,
    booking::{BookingState, PlaceState},
    entry::{ClaimState, Giving, Group, Standings},
    id::{OccurrenceId, PersonId, TermId},
    term::OccurrenceState,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A date on which a person has or awaits a place.
#[derive(Clone, Copy, Debug)]
struct Live {
    term: TermId,
    date: OccurrenceId,
    on: Date,
    starts_at: Timestamp,
    ends_at: Timestamp,
    state: PlaceState,
}

/// What counts, by person, child and household.
#[derive(Clone, Debug, Default)]
pub(crate) struct Has {
    live: HashMap<PersonId, Vec<Live>>,
    /// By community, period and child.
    in_period: HashMap<(Uuid, String, String), (TermId, bool)>,
    /// Live bookings of a household in a term.
    of_household: HashMap<(TermId, Uuid), u32>,
    groups: HashMap<(Uuid, Uuid), Vec<Group>>,
    /// How people attended the term before one that asks.
    attended: HashMap<(TermId, Uuid), Attended>,
}

/// The days from the first to the last that are still to come of each term, and one beside them: what meets a date in
/// another zone, or over midnight, stands there. Terms whose days meet share a span, so that each is read once. Naming the
/// days would read less, but then a database looks for each person on each day.
fn spans(terms: &HashMap<TermId, Loaded>, now: Timestamp) -> Vec<(Date, Date)> {
    let from = Date::from(days_of(now, now).0);
    let of_term = |loaded: &Loaded| {
        let coming = || loaded.dates.iter().map(|date| Date::from(date.on_date)).filter(|day| *day >= from);
        Some((coming().min()?.saturating_sub(1.day()), coming().max()?.saturating_add(1.day())))
    };
    let mut each: Vec<(Date, Date)> = terms.values().filter_map(of_term).collect();
    each.sort_unstable();
    let mut spans: Vec<(Date, Date)> = Vec::new();
    for (first, last) in each {
        match spans.last_mut().filter(|span| first <= span.1) {
            Some(span) => span.1 = span.1.max(last),
            None => spans.push((first, last)),
        }
    }
    spans
}

/// A child by name and birth date: each of two guardians may have written it down.
pub(crate) fn identity(person: &person::Model) -> String {
    let birth = person.birth_date.map_or_else(|| person.id.to_string(), |birth| Date::from(birth).to_string());
    format!("{}|{birth}", person.name)
}

impl Has {
    /// Reads it for terms, persons and households; what no rule asks for isn't read.
    pub(crate) async fn read(
        conn: &impl ConnectionTrait,
        terms: &HashMap<TermId, Loaded>,
        people: &HashMap<PersonId, person::Model>,
        homes: &[Uuid],
        now: Option<Timestamp>,
    ) -> Result<Self, DbErr> {
        let mut has = Self::default();
        let entries = || terms.values().map(|loaded| &loaded.term.entry);
        let ids: Vec<Uuid> = people.keys().map(|person| person.0).collect();
        for span in now.map(|now| spans(terms, now)).unwrap_or_default() {
            for ids in many::groups(&ids) {
                has.read_live(conn, ids, span).await?;
            }
        }
        let periods: BTreeSet<&str> = entries().filter_map(|entry| Some(entry.period.as_ref()?.as_str())).collect();
        if !periods.is_empty() {
            let children: Vec<String> = people.values().map(identity).collect();
            for children in many::groups(&children) {
                has.read_periods(conn, &periods, children).await?;
            }
        }
        let limited = terms.values().filter(|loaded| loaded.term.entry.per_household.is_some());
        let limited: Vec<Uuid> = limited.map(|loaded| loaded.row.id).collect();
        let asks_groups = entries().any(|entry| entry.giving == Giving::PriorityFirst || !entry.only.is_empty());
        for homes in many::groups(homes).filter(|_| !limited.is_empty()) {
            has.read_households(conn, &limited, homes).await?;
        }
        for (term, loaded) in terms.iter().filter(|(_, loaded)| loaded.term.entry.attendance.is_some()) {
            let Some(before) = term_before(conn, &loaded.row).await? else { continue };
            let records = attended(conn, before, &ids).await?;
            has.attended.extend(records.into_iter().map(|(person, attended)| ((*term, person), attended)));
        }
        if asks_groups {
            has.groups = Self::groups_of(conn, homes).await?;
        }
        Ok(has)
    }

    /// What stands on the days of a span.
    async fn read_live(
        &mut self,
        conn: &impl ConnectionTrait,
        people: Vec<Uuid>,
        (first, last): (Date, Date),
    ) -> Result<(), DbErr> {
        let places: Vec<(Uuid, Uuid, Stored<PlaceState>)> = booking_place::Entity::find()
            .select_only()
            .column(booking_place::Column::PersonId)
            .column(booking_place::Column::OccurrenceId)
            .column(booking_place::Column::State)
            .filter(booking_place::Column::PersonId.is_in(people))
            .filter(booking_place::Column::OnDate.between(Day::from(first), Day::from(last)))
            .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
            .into_tuple()
            .all(conn)
            .await?;
        // Asked for by themselves: joined, a database that has not counted its rows yet may begin with all dates there are.
        let mut dates: HashMap<Uuid, (Uuid, Day, Instant, Instant)> = HashMap::new();
        for ids in many::groups(&distinct(places.iter().map(|(_, date, _)| *date))) {
            let rows: Vec<(Uuid, Uuid, Day, Instant, Instant)> = occurrence::Entity::find()
                .select_only()
                .column(occurrence::Column::Id)
                .column(occurrence::Column::TermId)
                .column(occurrence::Column::OnDate)
                .column(occurrence::Column::StartsAt)
                .column(occurrence::Column::EndsAt)
                .filter(occurrence::Column::Id.is_in(ids))
                .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
                .into_tuple()
                .all(conn)
                .await?;
            dates.extend(
                rows.into_iter().map(|(id, term, on, starts_at, ends_at)| (id, (term, on, starts_at, ends_at))),
            );
        }
        for (person, date, state) in places {
            let Some((term, on, starts_at, ends_at)) = dates.get(&date).copied() else { continue };
            self.live.entry(PersonId(person)).or_default().push(Live {
                term: TermId(term),
                date: OccurrenceId(date),
                on: on.into(),
                starts_at: starts_at.into(),
                ends_at: ends_at.into(),
                state: state.0,
            });
        }
        Ok(())
    }

    async fn read_periods(
        &mut self,
        conn: &impl ConnectionTrait,
        periods: &BTreeSet<&str>,
        children: Vec<String>,
    ) -> Result<(), DbErr> {
        let rows = booking::Entity::find()
            .filter(booking::Column::Period.is_in(periods.iter().copied()))
            .filter(booking::Column::Identity.is_in(children))
            .filter(booking::Column::State.ne(code(BookingState::Cancelled)));
        for row in rows.all(conn).await? {
            let (Some(period), Some(child)) = (row.period, row.identity) else { continue };
            let waits = row.state == BookingState::Waiting;
            self.in_period.insert((row.community_id, period, child), (TermId(row.term_id), waits));
        }
        Ok(())
    }

    async fn read_households(
        &mut self,
        conn: &impl ConnectionTrait,
        terms: &[Uuid],
        homes: Vec<Uuid>,
    ) -> Result<(), DbErr> {
        let rows: Vec<(Uuid, Uuid, i64)> = booking::Entity::find()
            .select_only()
            .column(booking::Column::TermId)
            .column(booking::Column::HouseholdId)
            .column_as(booking::Column::Id.count(), "live")
            .filter(booking::Column::TermId.is_in(terms.to_vec()))
            .filter(booking::Column::HouseholdId.is_in(homes))
            .filter(booking::Column::State.ne(code(BookingState::Cancelled)))
            .group_by(booking::Column::TermId)
            .group_by(booking::Column::HouseholdId)
            .into_tuple()
            .all(conn)
            .await?;
        for (term, home, live) in rows {
            self.of_household.insert((TermId(term), home), u32::try_from(live).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// The groups that staff granted to households, by community and household.
    pub(crate) async fn groups_of(
        conn: &impl ConnectionTrait,
        homes: &[Uuid],
    ) -> Result<HashMap<(Uuid, Uuid), Vec<Group>>, DbErr> {
        let mut groups: HashMap<(Uuid, Uuid), Vec<Group>> = HashMap::new();
        for homes in many::groups(homes) {
            let rows = claim::Entity::find()
                .filter(claim::Column::HouseholdId.is_in(homes))
                .filter(claim::Column::State.eq(code(ClaimState::Granted)));
            for row in rows.all(conn).await? {
                groups.entry((row.community_id, row.household_id)).or_default().push(row.group.0);
            }
        }
        Ok(groups)
    }

    /// What one person has against one request.
    pub(crate) fn standings(
        &self,
        loaded: &Loaded,
        person: &person::Model,
        household: Option<Uuid>,
        request: &BookRequest,
        now: Timestamp,
    ) -> Standings {
        let term = &loaded.term;
        let live = self.live.get(&PersonId(person.id)).map(Vec::as_slice).unwrap_or_default();
        let wanted = request.which.dates(term, now);
        let earlier = live.iter().find(|live| wanted.iter().any(|o| o.id == live.date));
        let meets = |live: &&Live| {
            live.term != term.id && wanted.iter().any(|o| o.starts_at < live.ends_at && live.starts_at < o.ends_at)
        };
        let overlapping = live.iter().filter(meets).min_by_key(|live| live.starts_at);
        let community = loaded.row.community_id;
        let period =
            term.entry.period.as_ref().and_then(|period| {
                self.in_period.get(&(community, period.as_str().to_owned(), identity(person))).copied()
            });
        Standings {
            earlier: earlier.map(|live| match live.state {
                PlaceState::Waiting => BookingState::Waiting,
                PlaceState::Held | PlaceState::Released => BookingState::Confirmed,
            }),
            // In the same term it is the same booking, or another of its dates.
            in_period: period.filter(|(other, _)| *other != term.id),
            of_household: household
                .and_then(|home| self.of_household.get(&(term.id, home)).copied())
                .unwrap_or_default(),
            overlapping: overlapping.map(|live| (live.term, live.on)),
            attended: self.attended.get(&(term.id, person.id)).copied(),
            days: live.iter().filter(|live| live.term == term.id).map(|live| live.on).collect(),
            withheld: person.withheld_at.is_some(),
            groups: household.and_then(|home| self.groups.get(&(community, home)).cloned()).unwrap_or_default(),
        }
    }

    /// Keeps what was decided, for whoever is next.
    pub(crate) fn note(
        &mut self,
        loaded: &Loaded,
        person: Option<&person::Model>,
        household: Option<Uuid>,
        dates: &[OccurrenceId],
        state: BookingState,
    ) {
        let Some(person) = person else { return };
        let term = &loaded.term;
        let live = self.live.entry(PersonId(person.id)).or_default();
        live.extend(term.occurrences.iter().filter(|o| dates.contains(&o.id)).map(|o| Live {
            term: term.id,
            date: o.id,
            on: o.on_date,
            starts_at: o.starts_at,
            ends_at: o.ends_at,
            state: place_state(state),
        }));
        if let Some(period) = &term.entry.period {
            let waits = state == BookingState::Waiting;
            let key = (loaded.row.community_id, period.as_str().to_owned(), identity(person));
            self.in_period.insert(key, (term.id, waits));
        }
        if let Some(home) = household.filter(|_| term.entry.per_household.is_some()) {
            *self.of_household.entry((term.id, home)).or_default() += 1;
        }
    }
}
