//! The demo is alive on whatever day it is loaded, and obeys the rules.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
};
use domain::{
    activity::{Audience, Unit},
    booking::{self, BookingState, PlaceState, Places, Scope, Standing},
    entry::Entry,
    expansion::plan,
    id::{BookingId, OccurrenceId, TermId},
    line::{self, Line, Waiter},
    person::age_on,
    reading::NoticeText,
    recurrence::Series,
    term::{AgeRule, Occurrence, OccurrenceState, Scopes, Term},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Instant,
};
use store::{
    accounts::who_is,
    care_details::family_care,
    demo::{self, Loaded, SignInKind},
    entity::{
        account, activity, attendance, audit, booking as booking_row, booking_member, booking_place, care_detail,
        community, day_kind, notice, occurrence, person, room, term,
    },
    password,
    sealed::Keys,
};
use uuid::Uuid;

/// 9:30 on a Tuesday in autumn, a Tuesday in spring and a Wednesday in the summer holiday.
const MOMENTS: [&str; 3] = ["2026-11-24T01:30:00Z", "2026-03-10T01:30:00Z", "2026-07-15T01:30:00Z"];

/// The demo as it stands in the database.
struct Found {
    now: Timestamp,
    activities: HashMap<Uuid, activity::Model>,
    persons: HashMap<Uuid, person::Model>,
    rooms: HashMap<Uuid, room::Model>,
    kinds: Vec<day_kind::Model>,
    terms: Vec<term::Model>,
    occurrences: Vec<occurrence::Model>,
    bookings: Vec<booking_row::Model>,
    places: Vec<booking_place::Model>,
}

impl Found {
    async fn in_(test: &TestDatabase, now: Timestamp) -> Self {
        let db = &test.db;
        let mut occurrences = occurrence::Entity::find().all(db).await.unwrap();
        occurrences.sort_by_key(|row| row.starts_at);
        let mut bookings = booking_row::Entity::find().all(db).await.unwrap();
        bookings.sort_by_key(|row| row.queue_no);
        Self {
            now,
            activities: activity::Entity::find().all(db).await.unwrap().into_iter().map(|r| (r.id, r)).collect(),
            persons: person::Entity::find().all(db).await.unwrap().into_iter().map(|r| (r.id, r)).collect(),
            rooms: room::Entity::find().all(db).await.unwrap().into_iter().map(|r| (r.id, r)).collect(),
            kinds: day_kind::Entity::find().all(db).await.unwrap(),
            terms: term::Entity::find().all(db).await.unwrap(),
            occurrences,
            bookings,
            places: booking_place::Entity::find().all(db).await.unwrap(),
        }
    }

    fn activity(&self, term: &term::Model) -> &activity::Model {
        &self.activities[&term.activity_id]
    }

    fn dates<'a>(&'a self, term: &'a term::Model) -> impl Iterator<Item = &'a occurrence::Model> {
        self.occurrences.iter().filter(|row| row.term_id == term.id)
    }

    fn bookings<'a>(&'a self, term: &'a term::Model) -> impl Iterator<Item = &'a booking_row::Model> {
        self.bookings.iter().filter(|row| row.term_id == term.id)
    }

    /// A term and its places, as the rules see them.
    fn as_the_rules_see(&self, row: &term::Model) -> (Term, Places, Vec<Waiter>) {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let occurrences: Vec<Occurrence> = self
            .dates(row)
            .map(|date| Occurrence {
                id: OccurrenceId(date.id),
                on_date: date.on_date.into(),
                start: zone.to_datetime(date.starts_at.into()).time(),
                starts_at: date.starts_at.into(),
                ends_at: date.ends_at.into(),
                state: *date.state,
                capacity: None,
            })
            .collect();
        let term = Term {
            id: TermId(row.id),
            state: *row.state,
            unit: *self.activity(row).unit,
            capacity: row.capacity as u32,
            opens_at: row.opens_at.map(Into::into),
            closes_at: row.closes_at.map(Into::into),
            cancel_hours: row.cancel_hours as u32,
            age: AgeRule { min: row.age_min.map(|age| age as i16), max: row.age_max.map(|age| age as i16), on: None },
            scopes: Scopes {
                whole: row.book_whole,
                rest: row.book_rest,
                single: row.book_single,
                weekly: row.book_weekly,
            },
            waitlist_cap: None,
            promotion: *row.promotion,
            entry: Entry::default(),
            drawn: false,
            occurrences,
        };
        let of_term: HashMap<Uuid, &booking_row::Model> = self.bookings(row).map(|row| (row.id, row)).collect();
        let mut held: BTreeMap<OccurrenceId, u32> = BTreeMap::new();
        let mut waiting: BTreeMap<i64, Waiter> = BTreeMap::new();
        for place in &self.places {
            let Some(booking) = of_term.get(&place.booking_id) else { continue };
            match *place.state {
                PlaceState::Held => *held.entry(OccurrenceId(place.occurrence_id)).or_default() += place.places as u32,
                PlaceState::Waiting => waiting
                    .entry(booking.queue_no)
                    .or_insert_with(|| Waiter {
                        booking: BookingId(booking.id),
                        order_no: booking.order_no,
                        places: place.places as u32,
                        occurrences: Vec::new(),
                    })
                    .occurrences
                    .push(OccurrenceId(place.occurrence_id)),
                PlaceState::Released => {}
            }
        }
        let waiting: Vec<_> = waiting.into_values().collect();
        let mut line = Line::default();
        for waiter in &waiting {
            match of_term[&waiter.booking.0].scope.0 {
                Scope::Single => *line.single.entry(waiter.occurrences[0]).or_default() += 1,
                Scope::Weekly => line.some.push(waiter.occurrences.iter().copied().collect()),
                Scope::Whole | Scope::Rest => line.all += 1,
            }
        }
        (term, Places { held, line, first: Line::default() }, waiting)
    }

    fn standing(&self, row: &term::Model) -> Standing {
        let (term, places, _) = self.as_the_rules_see(row);
        booking::standing_of_term(&term, &places, self.now)
    }
}

on_both_databases!(the_demo_is_alive_on_whatever_day, |test: TestDatabase| async move {
    for moment in MOMENTS {
        let now: Timestamp = moment.parse().unwrap();
        let test = test.empty_twin().await;
        store::connect::migrate(&test.db).await.unwrap();
        let (file, began) = (KeyFile::new(), Instant::now());
        let loaded = demo::load(&test.db, &file.keys, now).await.unwrap();
        let took = began.elapsed();
        let Loaded::Fresh { accounts } = loaded else { panic!("{loaded:?}") };
        let found = Found::in_(&test, now).await;
        println!(
            "{moment}: {took:?}, {} persons, {} terms, {} dates, {} bookings, {} places, {} marks, {} audit rows",
            found.persons.len(),
            found.terms.len(),
            found.occurrences.len(),
            found.bookings.len(),
            found.places.len(),
            attendance::Entity::find().count(&test.db).await.unwrap(),
            audit::Entity::find().count(&test.db).await.unwrap(),
        );
        let communities = community::Entity::find().all(&test.db).await.unwrap();
        assert_eq!(communities.len(), 11);
        for community in &communities {
            let soon = now.checked_add(SignedDuration::from_hours(31 * 24)).unwrap();
            let coming = found
                .occurrences
                .iter()
                .filter(|o| o.community_id == community.id)
                .filter(|o| (now..soon).contains(&Timestamp::from(o.starts_at)))
                .count();
            assert!(coming > 0, "{moment}: nothing within a month in {}", community.name);
        }
        accounts_work(&test, &accounts).await;
        calendar_is_alive(&found);
        bookings_obey_the_rules(&found);
        terms_keep_their_rules(&found);
        the_family_has_what_the_stories_need(&test, &found).await;
        some_have_care_details(&test, &file.keys, &found).await;
    }
});

async fn some_have_care_details(test: &TestDatabase, keys: &Keys, found: &Found) {
    assert!((10..200).contains(&care_detail::Entity::find().count(&test.db).await.unwrap()));
    let parent = account::Entity::find().filter(account::Column::Phone.eq("13800000001")).one(&test.db).await.unwrap();
    let parent = who_is(&test.db, parent.unwrap().id.into()).await.unwrap().unwrap();
    let child = found.persons.values().find(|person| person.name == "小明").unwrap();
    let page = family_care(&test.db, keys, &parent, child.id.into(), found.now).await.unwrap();
    assert!(page.kept.details.allergies.unwrap().as_str().contains("花生"));
    assert!(page.kept.details.address.unwrap().home().is_some());
}

async fn accounts_work(test: &TestDatabase, accounts: &[demo::DemoSignIn]) {
    let rows = account::Entity::find().all(&test.db).await.unwrap();
    let by_phone = |phone: &str| rows.iter().find(|row| row.phone.as_deref() == Some(phone));
    let by_login = |login: &str| rows.iter().find(|row| row.login.as_deref() == Some(login));
    assert_eq!(accounts.iter().filter(|account| account.kind == SignInKind::Staff).count(), 11);
    let mut checked = false;
    for account in accounts {
        let row = match account.kind {
            SignInKind::Staff => by_login(&account.sign_in).unwrap(),
            SignInKind::Parent | SignInKind::Elder | SignInKind::Relative => by_phone(&account.sign_in).unwrap(),
        };
        assert_eq!(row.name, account.name);
        if let (Some(password), false) = (&account.password, checked) {
            assert!(password::verify(password, row.password_hash.as_deref().unwrap()));
            checked = true;
        }
    }
}

fn calendar_is_alive(found: &Found) {
    let soon = found.now.checked_add(SignedDuration::from_mins(10)).unwrap();
    let week = found.now.checked_add(SignedDuration::from_hours(8 * 24)).unwrap();
    let mut standings: Vec<(&term::Model, Standing)> = found.terms.iter().map(|t| (t, found.standing(t))).collect();
    standings.retain(|(_, standing)| *standing != Standing::Past);
    let care = |term: &term::Model| *found.activity(term).kind == domain::activity::ActivityKind::HolidayCare;
    let holds = |what: &str, wanted: &dyn Fn(&term::Model, &Standing) -> bool| {
        assert!(standings.iter().any(|(term, standing)| wanted(term, standing)), "{}: {what}", found.now);
    };
    holds("a care class opens within ten minutes", &|term, standing| {
        care(term) && matches!(standing, Standing::Opens { at } if *at > found.now && *at <= soon)
    });
    holds("a care class opens in a week", &|term, standing| {
        care(term) && matches!(standing, Standing::Opens { at } if *at > soon && *at <= week)
    });
    holds("a care class is open", &|term, standing| {
        care(term) && matches!(standing, Standing::Open { left } if *left > 5)
    });
    holds("a care class is full and six wait", &|term, standing| {
        care(term) && matches!(standing, Standing::Waitlist { ahead: 6 })
    });
    let by_unit = |unit| found.terms.iter().any(|term| *found.activity(term).unit == unit);
    assert!(by_unit(Unit::Family) && by_unit(Unit::Person));
    let cancelled = found.occurrences.iter().filter(|date| *date.state == OccurrenceState::Cancelled);
    let coming: Vec<_> = cancelled.filter(|date| Timestamp::from(date.starts_at) > found.now).collect();
    assert!(!coming.is_empty() && coming.iter().all(|date| date.reason.is_some()));
    // The first day of a term that opens later lies after its opening.
    for (term, _) in &standings {
        let first = found.dates(term).next().unwrap();
        assert!(term.opens_at.unwrap() < first.starts_at, "{}", term.name);
    }
}

fn bookings_obey_the_rules(found: &Found) {
    for row in &found.terms {
        let (term, places, waiting) = found.as_the_rules_see(row);
        let name = format!("{} {} at {}", found.activity(row).name, row.name, found.now);
        for date in &term.occurrences {
            let held = places.held.get(&date.id).copied().unwrap_or(0);
            assert!(held <= term.capacity, "{name}: {held} of {} on {}", term.capacity, date.on_date);
        }
        assert_eq!(line::promote(&term, &places, &waiting, found.now), [], "{name}: somebody waits for free places");

        let bookings: Vec<_> = found.bookings(row).collect();
        let numbers: Vec<i64> = bookings.iter().map(|b| b.queue_no).collect();
        assert_eq!(numbers, (1..=bookings.len() as i64).collect::<Vec<_>>(), "{name}");
        assert!(bookings.is_sorted_by_key(|b| b.created_at), "{name}");
        let mut live = HashSet::new();
        for booking in bookings {
            let created = Timestamp::from(booking.created_at);
            assert!(Some(booking.created_at) >= row.opens_at && created <= found.now, "{name}: {created}");
            assert!(term.scopes.allows(*booking.scope), "{name}: {:?}", *booking.scope);
            if *booking.state != BookingState::Cancelled && *booking.scope != Scope::Single {
                assert!(live.insert(booking.person_id), "{name}: twice the same person");
            }
            let person = &found.persons[&booking.person_id];
            let age = age_on(Date::from(person.birth_date.unwrap()), term.first().unwrap().on_date);
            assert!(term.age.min.is_none_or(|min| age >= min) && term.age.max.is_none_or(|max| age <= max), "{name}");
            match *found.activity(row).audience {
                Audience::Elder => assert!(age >= 60, "{name}: {} is {age}", person.name),
                Audience::Child => assert!(age <= 16, "{name}: {} is {age}", person.name),
                _ => {}
            }
        }
    }
}

fn terms_keep_their_rules(found: &Found) {
    for row in &found.terms {
        let community = row.community_id;
        let kinds: Vec<_> = found
            .kinds
            .iter()
            .filter(|kind| kind.community_id == community)
            .map(|kind| (Date::from(kind.on_date), *kind.kind))
            .collect();
        let series: Series = serde_json::from_str(&row.recurrence).unwrap();
        let planned = plan(&series, row.first_date.into(), row.last_date.into(), &kinds, *row.holidays).unwrap();
        let planned: Vec<Date> = planned.iter().filter(|day| day.fate.is_kept()).map(|day| day.date).collect();
        let mut dates: Vec<Date> = found.dates(row).map(|date| date.on_date.into()).collect();
        dates.dedup();
        assert_eq!(dates, planned, "{}: the rule gives other dates than there are", row.name);
        let room = &found.rooms[&row.room_id.unwrap()];
        assert!(row.capacity <= room.size, "{}: {} in {}", row.name, row.capacity, room.name);
    }
    // No room is booked twice at a time.
    let room_of: HashMap<Uuid, Uuid> = found.terms.iter().map(|term| (term.id, term.room_id.unwrap())).collect();
    let mut by_room: HashMap<Uuid, Vec<&occurrence::Model>> = HashMap::new();
    for date in found.occurrences.iter().filter(|date| *date.state == OccurrenceState::Scheduled) {
        by_room.entry(room_of[&date.term_id]).or_default().push(date);
    }
    for (room, dates) in by_room {
        for pair in dates.windows(2) {
            let room = &found.rooms[&room].name;
            assert!(pair[0].ends_at <= pair[1].starts_at, "{room} is booked twice on {:?}", pair[1].on_date);
        }
    }
}

async fn the_family_has_what_the_stories_need(test: &TestDatabase, found: &Found) {
    let person = |name: &str| found.persons.values().find(|person| person.name == name).unwrap();
    let booked = |name: &str, state: BookingState| {
        let id = person(name).id;
        let mine = found.bookings.iter().filter(move |b| b.person_id == id && *b.state == state);
        mine.map(|b| found.terms.iter().find(|term| term.id == b.term_id).unwrap()).collect::<Vec<_>>()
    };
    let boy = person("小明");
    assert_eq!(boy.pinyin, "xiaoming");
    let today = TimeZone::UTC.to_datetime(found.now).date();
    assert_eq!(age_on(boy.birth_date.unwrap().into(), today), 8);
    assert!(booked("小明", BookingState::Confirmed).len() >= 2);
    let waits = booked("小明", BookingState::Waiting);
    let (_, _, waiting) = found.as_the_rules_see(waits[0]);
    let his = found.bookings(waits[0]).find(|b| b.person_id == boy.id).unwrap();
    assert_eq!(waiting[2].order_no, his.order_no, "小明 is the third in line");
    let opera = booked("张桂兰", BookingState::Confirmed);
    assert!(opera.iter().any(|term| found.activity(term).name == "越剧班"));
    assert!(!booked("李秀英", BookingState::Confirmed).is_empty());

    let notices = notice::Entity::find().all(&test.db).await.unwrap();
    assert_eq!(notices.len(), 1);
    assert!(notices[0].kind == "promoted" && notices[0].read_at.is_none() && notices[0].person_id == Some(boy.id));
    let accounts = account::Entity::find().all(&test.db).await.unwrap();
    let parent = accounts.iter().find(|account| account.phone.as_deref() == Some("13800000001")).unwrap();
    assert_eq!(notices[0].account_id, Some(parent.id));
    let NoticeText::Promoted { activity_id, dates, .. } = serde_json::from_str(&notices[0].payload).unwrap() else {
        panic!("{}", notices[0].payload)
    };
    assert!(dates > 0 && found.activities.contains_key(&activity_id.0));

    let members = booking_member::Entity::find().all(&test.db).await.unwrap();
    let mut heads: HashMap<Uuid, i32> = HashMap::new();
    for member in members {
        *heads.entry(member.booking_id).or_default() += 1;
    }
    assert!(found.bookings.iter().all(|booking| heads[&booking.id] == booking.heads));
}

on_both_databases!(loading_twice_changes_nothing, |test: TestDatabase| async move {
    let now: Timestamp = MOMENTS[0].parse().unwrap();
    let loads = [0, 1].map(|_| {
        let db = test.db.clone();
        tokio::spawn(async move { demo::load(&db, &Keys::none(), now).await })
    });
    let mut fresh = 0;
    for load in loads {
        fresh += usize::from(load.await.unwrap().unwrap() != Loaded::AlreadyThere);
    }
    assert_eq!(fresh, 1, "of two that load at once, one does");
    let before = booking_row::Entity::find().count(&test.db).await.unwrap();
    let later = now.checked_add(SignedDuration::from_hours(1)).unwrap();
    assert_eq!(demo::load(&test.db, &Keys::none(), later).await.unwrap(), Loaded::AlreadyThere);
    assert_eq!(community::Entity::find().count(&test.db).await.unwrap(), 11);
    assert_eq!(booking_row::Entity::find().count(&test.db).await.unwrap(), before);
});

#[tokio::test]
async fn no_board_of_the_demo_begins_red_and_its_families_have_named_somebody() {
    // A Saturday evening on which a children's class is over.
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    let test = TestDatabase::sqlite().await;
    demo::load(&test.db, &Keys::none(), now).await.unwrap();
    let mut classes = 0;
    for home in store::communities::all(&test.db).await.unwrap() {
        let account = account::Entity::find().filter(account::Column::Login.eq(&home.slug));
        let staff = account.one(&test.db).await.unwrap().unwrap();
        let staff = who_is(&test.db, staff.id.into()).await.unwrap().unwrap();
        let board = store::pickup::still_here(&test.db, &staff, &home.slug, now).await.unwrap();
        for date in board.dates.iter().filter(|date| date.late.is_some()) {
            classes += 1;
            assert_eq!((date.children.len(), date.came > 0), (0, true), "{} {}", home.slug, date.name);
        }
    }
    assert!(classes > 0, "there is a class to look at");
    let parent = account::Entity::find().filter(account::Column::Phone.eq("13800000001")).one(&test.db).await.unwrap();
    let parent = who_is(&test.db, parent.unwrap().id.into()).await.unwrap().unwrap();
    let members = store::families::members(&test.db, &parent, now).await.unwrap();
    let child = members.iter().find(|member| member.name == "小明").unwrap().person;
    let page = store::pickup::family_pickup(&test.db, &parent, child, now).await.unwrap();
    assert!(page.persons.iter().any(|person| person.name == "李秀英" && person.relation == "奶奶"));
    assert!(page.code.is_some());
}
