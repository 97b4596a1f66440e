//! The staff's calendar: every date where it takes place, nothing of other communities, nothing of history.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, now, request},
};
use domain::{
    activity::Side,
    day_kind::parse_days,
    desk_calendar::DeskView,
    id::{RoomId, TermId},
    reading::{StaffCalendar, StaffDate},
    schedule::{Arrangement, Edit, Reach, Shared},
    text::Line,
};
use jiff::{
    ToSpan,
    civil::{Date, date, time},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use store::{
    StoreError, activities,
    bookings::book_place,
    day_kinds::set_days,
    entity::{occurrence, room},
    id::new_id,
    schedule::{self, DeskFilter, desk_calendar},
};

async fn page(town: &Town, view: DeskView, day: Date, filter: &DeskFilter) -> StaffCalendar {
    desk_calendar(&town.db, &town.staff, "yongxing", view, Some(day), filter, now()).await.unwrap()
}

/// The only date of a week in December.
async fn only(town: &Town, day: Date) -> StaffDate {
    let dates = page(town, DeskView::Rooms, day, &DeskFilter::default()).await.dates;
    assert_eq!(dates.len(), 1, "{dates:?}");
    dates[0].clone()
}

/// A term in the town's room, led by somebody.
async fn led(town: &Town, hour: i8, leader: &str) -> TermId {
    let mut new = town.new_term(5);
    new.holding.room = Some(town.room);
    new.holding.leader = Some(Line::parse(leader).unwrap());
    (new.holding.start, new.holding.end) = (time(hour, 0, 0, 0), time(hour + 2, 0, 0, 0));
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

async fn other_room(town: &Town) -> RoomId {
    let id = new_id(now());
    let new = room::ActiveModel {
        id: Set(id),
        community_id: Set(town.community.0),
        name: Set("书画室".to_owned()),
        size: Set(12),
        hours: Set(None),
    };
    room::Entity::insert(new).exec_without_returning(&town.db).await.unwrap();
    RoomId(id)
}

const TUESDAY: Date = date(2026, 12, 8);

on_both_databases!(a_date_shows_in_its_own_room_though_its_term_names_another, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    led(&town, 9, "陈老师").await;
    let elsewhere = other_room(&town).await;
    let seen = only(&town, TUESDAY).await;
    assert_eq!((seen.now.room, seen.now.leader.as_deref()), (Some(town.room), Some("陈老师")));
    let to = Arrangement { room: Some(elsewhere), leader: Some("李老师".to_owned()), ..seen.now.clone() };
    let edit = Edit { of: seen.occurrence, to, reach: Reach::This, hand_made_too: false, reason: None };
    schedule::edit_dates(&test.db, &town.staff, &edit, seen.sequence, now()).await.unwrap().unwrap();
    let moved = only(&town, TUESDAY).await;
    assert_eq!((moved.now.room, moved.now.leader.as_deref()), (Some(elsewhere), Some("李老师")));
    assert_eq!(moved.sequence, seen.sequence + 1, "a form made of it is not refused");
    assert_eq!(only(&town, date(2026, 12, 15)).await.now.room, Some(town.room), "the others stay");
    let week = page(&town, DeskView::Leaders, TUESDAY, &DeskFilter::default()).await;
    assert_eq!(week.leaders.len(), 2, "those who lead around this week: {:?}", week.leaders);
    assert_eq!(week.rooms.len(), 2);
});

on_both_databases!(places_are_counted_and_what_has_begun_is_told, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    for n in 1..=3 {
        let parent = town.parent(n).await;
        book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    }
    let seen = only(&town, TUESDAY).await;
    assert_eq!((seen.held, seen.capacity, seen.begun, seen.can_move()), (2, 2, false, true));
    let after = "2026-12-08T01:00:00Z".parse().unwrap();
    let view = DeskView::Month;
    let month =
        desk_calendar(&test.db, &town.staff, "yongxing", view, None, &DeskFilter::default(), after).await.unwrap();
    assert_eq!(month.day, TUESDAY, "today's page, where no day is named");
    assert_eq!((month.days[0].date, month.days.len(), month.dates.len()), (date(2026, 11, 30), 35, 4));
    assert_eq!(month.dates.iter().map(|date| date.begun).collect::<Vec<_>>(), [true, true, false, false]);
});

on_both_databases!(a_date_called_off_is_still_shown, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    town.term(5).await;
    let seen = only(&town, TUESDAY).await;
    let reason = Line::parse("老师生病").unwrap();
    schedule::cancel_occurrence(&test.db, &town.staff, seen.occurrence, 0, reason, now()).await.unwrap();
    let off = only(&town, TUESDAY).await;
    assert_eq!((off.off, off.can_move(), off.reason.as_deref()), (true, false, Some("老师生病")));
    let year = page(&town, DeskView::Year, TUESDAY, &DeskFilter::default()).await;
    assert_eq!(year.plan[0].dates, 3, "but it is none of those that take place");
});

on_both_databases!(what_is_booked_twice_is_marked_even_beside_a_filter, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    led(&town, 9, "陈老师").await;
    let later = led(&town, 14, "李老师").await;
    let none = page(&town, DeskView::Rooms, TUESDAY, &DeskFilter::default()).await;
    assert!(none.dates.iter().all(|date| date.double.is_empty()), "{none:?}");
    // No way of the program leads there; an import may.
    let rows = occurrence::Entity::find().filter(occurrence::Column::TermId.eq(later.0)).all(&test.db).await.unwrap();
    for row in rows {
        let start = "2026-12-08T02:00:00Z".parse::<jiff::Timestamp>().unwrap();
        if Date::from(row.on_date) == TUESDAY {
            let mut row = row.into_active_model();
            row.starts_at = Set(start.into());
            row.update(&test.db).await.unwrap();
        }
    }
    let both = page(&town, DeskView::Rooms, TUESDAY, &DeskFilter::default()).await;
    assert!(both.dates.iter().all(|date| date.double == [Shared::Room]), "{both:?}");
    let filter = DeskFilter { leader: Some("李老师".to_owned()), ..DeskFilter::default() };
    let one = page(&town, DeskView::Rooms, TUESDAY, &filter).await;
    assert_eq!(one.dates.len(), 1);
    assert_eq!(one.dates[0].double, [Shared::Room]);
});

on_both_databases!(a_filter_leaves_only_what_it_asks_for, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    led(&town, 9, "陈老师").await;
    town.term(5).await;
    let some = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (DeskFilter::default(), 2),
        (DeskFilter { side: Some(Side::Child), ..DeskFilter::default() }, 2),
        (DeskFilter { side: Some(Side::Elder), ..DeskFilter::default() }, 0),
        (DeskFilter { room: Some(town.room), ..DeskFilter::default() }, 1),
        (DeskFilter { leader: some("陈老师"), ..DeskFilter::default() }, 1),
        (DeskFilter { leader: some("陈"), ..DeskFilter::default() }, 0),
        (DeskFilter { text: some("陈"), ..DeskFilter::default() }, 1),
        (DeskFilter { text: some("托管"), ..DeskFilter::default() }, 2),
        (DeskFilter { text: some("冬季"), ..DeskFilter::default() }, 2),
        (DeskFilter { text: some("%"), ..DeskFilter::default() }, 0),
    ] {
        let week = page(&town, DeskView::Rooms, TUESDAY, &filter).await;
        assert_eq!(week.dates.len(), expected, "{filter:?}");
        let year = page(&town, DeskView::Year, TUESDAY, &filter).await;
        assert_eq!(year.plan.len(), expected, "the year says the same: {filter:?}");
    }
});

on_both_databases!(a_year_counts_its_days_and_names_its_terms, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    led(&town, 9, "陈老师").await;
    town.term(5).await;
    let days = parse_days("2026-12-08 闭馆 检修").unwrap();
    set_days(&test.db, &town.staff, "yongxing", &days, now()).await.unwrap();
    let year = page(&town, DeskView::Year, date(2026, 2, 1), &DeskFilter::default()).await;
    assert_eq!((year.year.len(), year.dates.len(), year.days.len()), (365, 0, 0));
    let busy: Vec<_> = year.year.iter().filter(|day| day.dates > 0).map(|day| (day.date, day.dates)).collect();
    let tuesdays = [1, 8, 15, 22].map(|day| (date(2026, 12, day), 2));
    assert_eq!(busy, tuesdays);
    let closed = year.year.iter().find(|day| day.date == TUESDAY).unwrap();
    assert_eq!(closed.marks.len(), 1);
    let lines: Vec<_> = year.plan.iter().map(|term| (term.first, term.last, term.dates)).collect();
    assert_eq!(lines, [(date(2026, 12, 1), date(2026, 12, 22), 4); 2]);
});

on_both_databases!(ten_years_of_history_are_not_read, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    // Each of them in a state that no program knows: whoever reads one of them fails.
    let old = date(2016, 1, 5).series(1.week()).take_while(|day| *day < date(2026, 6, 1)).map(|day| {
        let at = |time| format!("{day}T{time}:00Z").parse::<jiff::Timestamp>().unwrap().into();
        occurrence::ActiveModel {
            id: Set(new_id(now())),
            community_id: Set(town.community.0),
            term_id: Set(term.0),
            on_date: Set(day.into()),
            starts_at: Set(at("01:00")),
            ends_at: Set(at("03:00")),
            room_id: Set(None),
            leader: Set(None),
            capacity: Set(None),
            state: Set(domain::term::OccurrenceState::Scheduled.into()),
            reason: Set(None),
            hand_made: Set(false),
            crew: Set(None),
            sequence: Set(0),
            updated_at: Set(now().into()),
        }
    });
    occurrence::Entity::insert_many(old).exec_without_returning(&test.db).await.unwrap();
    test.db
        .execute_unprepared("UPDATE occurrence SET state = 'unreadable' WHERE on_date < '2026-06-01'")
        .await
        .unwrap();
    let filter = DeskFilter::default();
    let old = desk_calendar(&test.db, &town.staff, "yongxing", DeskView::Year, Some(date(2020, 1, 1)), &filter, now());
    assert!(old.await.is_err(), "the trap works");
    for view in [DeskView::Month, DeskView::Rooms, DeskView::Leaders] {
        page(&town, view, TUESDAY, &filter).await;
    }
    let next = page(&town, DeskView::Year, date(2027, 1, 1), &filter).await;
    assert!(next.plan.is_empty());
});

on_both_databases!(staff_of_another_community_find_nothing, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
    town.term(5).await;
    let parent = town.parent(1).await;
    let filter = DeskFilter::default();
    for view in [DeskView::Month, DeskView::Rooms, DeskView::Leaders, DeskView::Year] {
        for who in [&elsewhere.staff, &parent.who] {
            let asked = desk_calendar(&test.db, who, "yongxing", view, Some(TUESDAY), &filter, now()).await;
            assert!(matches!(asked, Err(StoreError::NotFound)), "{view}: {asked:?}");
        }
        let own = desk_calendar(&test.db, &elsewhere.staff, "elsewhere", view, Some(TUESDAY), &filter, now()).await;
        let own = own.unwrap();
        assert!(own.dates.is_empty() && own.plan.is_empty(), "{view}: {own:?}");
    }
});
