//! A roster from a file (名单表格): whom its lines mean, before anybody is booked. Booking goes by
//! [`crate::bookings::BookingDesk`] and adding people by [`crate::rosters::add_person`], as at the desk.

use crate::{
    StoreError,
    accounts::Who,
    communities,
    entity::{booking, person},
    rosters::{desk_of, found},
    terms::{code, load_term},
};
use domain::{
    booking::{BookingState, Scope},
    code::Code,
    entry::right_age,
    id::{PersonId, TermId},
    reading::{FoundPerson, Seen, SeenLine},
    rights::Act,
    roster_file::{FileLine, Known, LineProblem, Meant, RawLine, read_lines, recognise},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A line with whom it means, and what could be read of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognised {
    /// For the page.
    pub line: SeenLine,
    /// For who is added by it.
    pub read: Option<FileLine>,
}

/// Reads lines, and finds whom of the community each means.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community, and without the right to book there.
pub async fn recognise_lines(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    term: TermId,
    lines: &[RawLine],
    now: Timestamp,
) -> Result<Vec<Recognised>, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let loaded = load_term(db, term).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    let today = communities::head(db, slug, now).await?.today;
    let read = read_lines(lines, today);
    let names: BTreeSet<&str> = read.iter().flatten().map(|line| line.name.as_str()).collect();
    let people = people_named(db, at.0, &names).await?;
    let mut known: Vec<Known> = people.values().map(known).collect();
    // Ids rise with time: who was known first is offered first.
    known.sort_by_key(|known| known.person);
    let live = live_bookings(db, term, people.keys().copied().collect()).await?;
    let see = |read: &Result<FileLine, LineProblem>| -> Seen {
        let line = match read {
            Ok(line) => line,
            Err(problem) => return Seen::Problem { problem: problem.clone() },
        };
        let person = |id: &PersonId| people.get(&id.0).map(|person| found(person.clone(), today));
        let fits = |birth: Option<Date>, seen: Seen| match right_age(&loaded.term, birth) {
            Ok(()) => seen,
            Err(refusal) => Seen::Refused { refusal },
        };
        match recognise(line, &known) {
            Err(problem) => Seen::Problem { problem },
            Ok(Meant::New) => fits(line.birth, Seen::New),
            Ok(Meant::OneOf(ids)) => {
                let people: Vec<FoundPerson> = ids.iter().filter_map(person).collect();
                Seen::Ask { people, or_new: line.birth.is_some() }
            }
            Ok(Meant::Is(id)) => match (live.get(&id.0), person(&id)) {
                (Some(waiting), _) => Seen::Booked { waiting: *waiting },
                (None, Some(person)) => {
                    let birth = people.get(&id.0).and_then(|person| person.birth_date).map(Date::from);
                    fits(birth, Seen::Known { person })
                }
                (None, None) => Seen::New,
            },
        }
    };
    let recognised = lines.iter().zip(read).map(|(raw, read)| {
        let seen = see(&read);
        let read = read.ok();
        let line = SeenLine {
            row: raw.row,
            name: raw.name.clone(),
            birth: read.as_ref().and_then(|line| line.birth),
            phone: read.as_ref().and_then(|line| Some(line.phone.as_ref()?.masked())),
            note: raw.note.clone(),
            seen,
        };
        Recognised { line, read }
    });
    Ok(recognised.collect())
}

/// Who of the community has one of these names; whoever was erased has none, and a record that was joined to another
/// isn't meant.
async fn people_named(
    conn: &impl ConnectionTrait,
    at: Uuid,
    names: &BTreeSet<&str>,
) -> Result<HashMap<Uuid, person::Model>, StoreError> {
    let names: Vec<&str> = names.iter().copied().collect();
    let mut people = HashMap::new();
    for names in names.chunks(400) {
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.eq(at))
            .filter(person::Column::Name.is_in(names.iter().copied()))
            .filter(person::Column::ErasedAt.is_null())
            .filter(person::Column::MergedInto.is_null())
            .all(conn)
            .await?;
        people.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(people)
}

fn known(row: &person::Model) -> Known {
    Known {
        person: PersonId(row.id),
        name: row.name.clone(),
        birth: row.birth_date.map(Date::from),
        phone: row.phone.clone(),
    }
}

/// Who of these holds or awaits the term as a whole, and whether they wait.
async fn live_bookings(
    conn: &impl ConnectionTrait,
    term: TermId,
    people: Vec<Uuid>,
) -> Result<HashMap<Uuid, bool>, StoreError> {
    let mut live = HashMap::new();
    for people in people.chunks(400) {
        let rows: Vec<(Uuid, String)> = booking::Entity::find()
            .select_only()
            .column(booking::Column::PersonId)
            .column(booking::Column::State)
            .filter(booking::Column::TermId.eq(term.0))
            .filter(booking::Column::PersonId.is_in(people.to_vec()))
            .filter(booking::Column::State.ne(code(BookingState::Cancelled)))
            .filter(booking::Column::Scope.is_in([Scope::Whole, Scope::Rest].map(code)))
            .into_tuple()
            .all(conn)
            .await?;
        live.extend(rows.into_iter().map(|(person, state)| (person, state == BookingState::Waiting.code())));
    }
    Ok(live)
}
