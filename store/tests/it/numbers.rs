//! What some days came to: the numbers are those that somebody counts by hand from the rows.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, now, request},
};
use domain::{
    activity::{ActivityKind, Audience, Side, Unit},
    booking::{Mark, PlaceState},
    code::Code,
    id::{ActivityId, OccurrenceId, PersonId, TermId},
    numbers::{Period, Tally},
    parts::Parts,
    reading::NumbersPage,
    recurrence::{Recurrence, Series, Weekday},
    rights::{Door, StaffRole},
    roll::{Says, Verdict},
    term::{OccurrenceState, Scopes},
    text::{Line, Paragraph, Title},
};
use jiff::{
    Timestamp,
    civil::{Date, date, time},
};
use sea_orm::EntityTrait;
use std::collections::BTreeSet;
use store::{
    StoreError,
    accounts::Who,
    activities::{self, Holding, NewActivity, NewTerm},
    bookings::{BookRequest, book_place, cancel_booking},
    entity::{activity, attendance, booking_place, occurrence, term},
    numbers::{Days, numbers_page},
    schedule,
};

/// 18:00 on Sunday 20 December.
const LATER: &str = "2026-12-20T10:00:00Z";
const DECEMBER: Days = Days::Of(Period::Month, None);

struct Scene {
    town: Town,
    people: Vec<PersonId>,
    club: ActivityId,
}

async fn dates_of(town: &Town, term: TermId) -> Vec<(OccurrenceId, i32)> {
    let plan = schedule::plan_page(&town.db, &town.staff, "yongxing", term, now()).await.unwrap();
    plan.dates.iter().map(|date| (date.occurrence, date.sequence)).collect()
}

async fn one_date(town: &Town, activity: ActivityId, day: Date, hour: i8) -> TermId {
    let new = NewTerm {
        activity,
        series: Series::from(Recurrence::Dates { dates: vec![day] }),
        from: day,
        until: day,
        holding: Holding {
            start: time(hour, 30, 0, 0),
            end: time(hour + 1, 0, 0, 0),
            parts: Parts::default(),
            room: None,
            leader: None,
        },
        scopes: Scopes { whole: true, rest: true, single: true, weekly: false },
        ..town.new_term(10)
    };
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

async fn mark(town: &Town, date: OccurrenceId, person: PersonId, says: Says) {
    assert_eq!(town.tap(date, person, says, 0, at(LATER)).await.unwrap(), Verdict::Counts);
}

fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

impl Scene {
    /// Care on four Tuesdays, of which the second's roll is never called, the third is called off, and the fourth is to
    /// come; a club of families, once; and the care once in November.
    async fn of(db: &sea_orm::DatabaseConnection) -> Self {
        let town = Town::new(db).await;
        let parents = [town.parent(1).await, town.parent(2).await, town.parent(3).await];
        let people: Vec<_> = parents.iter().map(|parent| parent.child).collect();
        let care = town.term(5).await;
        let mut booked = Vec::new();
        for parent in &parents {
            booked.push(book_place(db, &parent.who, &request(care, parent.child), now()).await.unwrap().booking());
        }
        let dates = dates_of(&town, care).await;
        mark(&town, dates[0].0, people[0], Says::Present).await;
        mark(&town, dates[0].0, people[1], Says::Late).await;
        mark(&town, dates[0].0, people[2], Says::Absent).await;
        let after_first = at("2026-12-02T01:00:00Z");
        cancel_booking(db, &town.staff, booked[2], Door::Desk, after_first).await.unwrap();
        let reason = Line::parse("停电").unwrap();
        schedule::cancel_occurrence(db, &town.staff, dates[2].0, dates[2].1, reason, after_first).await.unwrap();
        let new = NewActivity {
            name: Title::parse("祖孙做灯笼").unwrap(),
            kind: ActivityKind::Club,
            audience: Audience::Elder,
            unit: Unit::Family,
            summary: Paragraph::default(),
            leaders: String::new(),
        };
        let club = activities::new_activity(db, &town.staff, town.community, new, now()).await.unwrap();
        let once = one_date(&town, club, date(2026, 12, 3), 15).await;
        for (parent, heads) in parents.iter().zip([3, 2]) {
            let wish = BookRequest { heads, ..request(once, parent.child) };
            book_place(db, &parent.who, &wish, now()).await.unwrap();
        }
        let party = dates_of(&town, once).await[0].0;
        mark(&town, party, people[0], Says::Present).await;
        mark(&town, party, people[1], Says::Leave).await;
        let november = one_date(&town, town.activity, date(2026, 11, 26), 10).await;
        book_place(db, &parents[0].who, &request(november, people[0]), now()).await.unwrap();
        mark(&town, dates_of(&town, november).await[0].0, people[0], Says::Present).await;
        Self { town, people, club }
    }

    async fn read(&self, who: &Who, days: Days, side: Option<Side>) -> Result<NumbersPage, StoreError> {
        numbers_page(&self.town.db, who, "yongxing", days, side, at(LATER)).await
    }

    async fn numbers(&self, days: Days, side: Option<Side>) -> NumbersPage {
        self.read(&self.town.staff, days, side).await.unwrap()
    }

    /// Counted from the rows as they stand, one by one, without a query that adds up.
    async fn by_hand(&self, first: Date, last: Date, of: impl Fn(&activity::Model) -> bool) -> Tally {
        let db = &self.town.db;
        let terms = term::Entity::find().all(db).await.unwrap();
        let offered = activity::Entity::find().all(db).await.unwrap();
        let places = booking_place::Entity::find().all(db).await.unwrap();
        let marks = attendance::Entity::find().all(db).await.unwrap();
        let (mut tally, mut people) = (Tally::default(), BTreeSet::new());
        for date in occurrence::Entity::find().all(db).await.unwrap() {
            let day: Date = date.on_date.into();
            let term = terms.iter().find(|term| term.id == date.term_id).unwrap();
            let of_it = offered.iter().find(|activity| activity.id == term.activity_id).unwrap();
            let over = Timestamp::from(date.ends_at) <= at(LATER) && date.state == OccurrenceState::Scheduled;
            if !over || day < first || day > last || !of(of_it) {
                continue;
            }
            tally.dates += 1;
            tally.places += u32::try_from(date.capacity.unwrap_or(term.capacity)).unwrap();
            let mut called = false;
            for place in places.iter().filter(|place| place.occurrence_id == date.id && place.state == PlaceState::Held)
            {
                let heads = u32::try_from(place.heads).unwrap();
                tally.booked += heads;
                let mark = marks.iter().find(|mark| mark.occurrence_id == date.id && mark.person_id == place.person_id);
                called |= mark.is_some_and(|row| row.mark.0 != Mark::Leave);
                match mark.map(|row| row.mark.0) {
                    Some(Mark::Present | Mark::Late) => {
                        tally.came += heads;
                        people.insert(place.person_id);
                    }
                    Some(Mark::Absent) => tally.absent += heads,
                    Some(Mark::Leave) => tally.leave += heads,
                    None => {}
                }
            }
            tally.uncalled += u32::from(!called);
        }
        tally.people = u32::try_from(people.len()).unwrap();
        tally
    }
}

on_both_databases!(numbers_are_those_that_somebody_counts_by_hand, |test: TestDatabase| async move {
    let scene = Scene::of(&test.db).await;
    let (first, last) = (date(2026, 12, 1), date(2026, 12, 31));
    let page = scene.numbers(DECEMBER, None).await;
    assert_eq!((page.span.first, page.span.last, page.period), (first, last, Some(Period::Month)));
    let expected = Tally { dates: 3, uncalled: 1, places: 20, booked: 10, came: 5, absent: 1, leave: 2, people: 2 };
    assert_eq!(page.total, expected);
    assert_eq!(page.total, scene.by_hand(first, last, |_| true).await);
    assert_eq!(page.total.unmarked(), 2, "two children on the roll that was never called");
    for line in &page.activities {
        let hand = scene.by_hand(first, last, |activity| activity.id == line.activity.0).await;
        assert_eq!(line.tally, hand, "{}", line.name);
    }
    let names: Vec<_> = page.activities.iter().map(|line| (line.name.as_str(), line.tally.people)).collect();
    assert_eq!(names, [("祖孙做灯笼", 1), ("假期托管", 2)], "what most came to stands first; people are no sum");
    let hours: Vec<_> = page.hours.iter().map(|cell| (cell.hour, cell.weekday, cell.dates, cell.came)).collect();
    assert_eq!(hours, [(9, Weekday::Tuesday, 2, 2), (15, Weekday::Thursday, 1, 3)]);
    assert!(page.communities.is_empty(), "there is one alone");
    assert_eq!(scene.people.len(), 3);
});

on_both_databases!(months_sides_and_days_are_counted_each_for_themselves, |test: TestDatabase| async move {
    let scene = Scene::of(&test.db).await;
    let page = scene.numbers(Days::Of(Period::Quarter, Some(date(2026, 10, 7))), None).await;
    let months: Vec<_> = page.months.iter().map(|line| (line.month, line.tally.came, line.tally.people)).collect();
    assert_eq!(months, [(date(2026, 11, 1), 1, 1), (date(2026, 12, 1), 5, 2)]);
    assert_eq!((page.total.came, page.total.people), (6, 2));

    let elders = scene.numbers(DECEMBER, Some(Side::Elder)).await;
    assert_eq!(elders.total, scene.by_hand(date(2026, 12, 1), date(2026, 12, 31), |a| a.id == scene.club.0).await);
    assert_eq!(elders.activities.len(), 1);
    assert_eq!(scene.numbers(DECEMBER, Some(Side::All)).await.total, Tally::default());

    let (first, last) = (date(2026, 12, 2), date(2026, 12, 8));
    let page = scene.numbers(Days::Between(last, first), None).await;
    assert_eq!((page.period, page.total), (None, scene.by_hand(first, last, |_| true).await));
    assert_eq!(page.total.dates, 2);
});

on_both_databases!(
    whoever_reads_several_communities_sees_each_of_them_and_nobody_else,
    |test: TestDatabase| async move {
        let scene = Scene::of(&test.db).await;
        let other = Town::with_slug(&test.db, "elsewhere").await;
        let mut street = scene.town.staff.clone();
        street.actor.roles = vec![(scene.town.community, StaffRole::Street), (other.community, StaffRole::Street)];
        let page = scene.read(&street, DECEMBER, None).await.unwrap();
        let lines: Vec<_> = page.communities.iter().map(|line| (line.slug.as_str(), line.tally)).collect();
        assert_eq!(lines, [("elsewhere", Tally::default()), ("yongxing", page.total)], "added up as the page itself");

        street.actor.roles[1].1 = StaffRole::Auditor;
        assert!(scene.read(&street, DECEMBER, None).await.unwrap().communities.is_empty());
        for role in StaffRole::ALL {
            street.actor.roles = vec![(scene.town.community, *role)];
            let may = matches!(role, StaffRole::Desk | StaffRole::Admin | StaffRole::Street);
            assert_eq!(scene.read(&street, DECEMBER, None).await.is_ok(), may, "{role}");
        }
        assert!(matches!(scene.read(&other.staff, DECEMBER, None).await, Err(StoreError::NotFound)));
    }
);
