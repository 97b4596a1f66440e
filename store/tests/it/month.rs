//! The public calendar's pages: each date stands as it would were its term read whole, but history is not read.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, later, now, request},
};
use domain::{
    booking::Standing,
    calendar::Span,
    id::{OccurrenceId, TermId},
    reading::DateEntry,
    term::{OccurrenceState, Scopes},
    which::Which,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date, time},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use store::{
    activities,
    bookings::{BookRequest, book_place},
    calendar::{self, CalendarReader, Filter},
    entity::occurrence,
    rosters, schedule,
    terms::{load_term, load_terms},
};

fn month(year: i16, month: i8) -> Span {
    let first = date(year, month, 1);
    Span { first, last: first.last_of_month() }
}

async fn shown(town: &Town, span: Span, now: Timestamp) -> Vec<DateEntry> {
    let days = calendar::days(&town.db, town.community, span, Filter::default(), now).await.unwrap();
    days.into_iter().flat_map(|day| day.entries).collect()
}

/// A term of Tuesdays at an hour of its own.
async fn term(town: &Town, hour: i8, [from, until]: [Date; 2], scopes: Scopes, capacity: u32) -> TermId {
    let mut new = town.new_term(capacity);
    (new.from, new.until, new.scopes) = (from, until, scopes);
    (new.holding.start, new.holding.end) = (time(hour, 0, 0, 0), time(hour + 1, 0, 0, 0));
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

async fn rows(town: &Town, term: TermId) -> Vec<occurrence::Model> {
    let dates = occurrence::Entity::find().filter(occurrence::Column::TermId.eq(term.0));
    dates.order_by_asc(occurrence::Column::StartsAt).all(&town.db).await.unwrap()
}

async fn call_off(town: &Town, row: occurrence::Model) {
    let mut row = row.into_active_model();
    row.state = Set(OccurrenceState::Cancelled.into());
    row.update(&town.db).await.unwrap();
}

const ALL: Scopes = Scopes { whole: true, rest: true, single: true, weekly: false };
const WHOLE: Scopes = Scopes { whole: true, rest: false, single: false, weekly: false };
const REST: Scopes = Scopes { whole: true, rest: true, single: false, weekly: false };

on_both_databases!(a_month_says_of_each_date_what_its_term_read_whole_would_say, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (old, soon) = ([date(2025, 9, 1), date(2027, 6, 30)], [date(2026, 12, 8), date(2027, 2, 28)]);
    let terms = [
        term(&town, 8, old, ALL, 2).await,
        term(&town, 9, old, WHOLE, 2).await,
        term(&town, 10, old, REST, 2).await,
        term(&town, 11, soon, WHOLE, 1).await,
        term(&town, 13, soon, REST, 2).await,
        term(&town, 14, [date(2025, 1, 1), date(2026, 11, 10)], REST, 2).await,
    ];
    for (nth, term, which) in [
        (1, 0, Which::Rest),
        (2, 0, Which::Rest),
        (3, 0, Which::Rest),
        (4, 2, Which::Rest),
        (5, 3, Which::Whole),
        (6, 3, Which::Whole),
    ] {
        let parent = town.parent(nth).await;
        let asked = BookRequest { which, ..request(terms[term], parent.child) };
        book_place(&test.db, &parent.who, &asked, now()).await.unwrap();
    }
    // The first date of a term, one before the month, one in it, one after it.
    for (term, dates) in [(1, vec![0, 1]), (2, vec![60, 66]), (0, vec![3, 65, 70]), (3, vec![0])] {
        let rows = rows(&town, terms[term]).await;
        for n in dates {
            call_off(&town, rows[n].clone()).await;
        }
    }
    let all: Vec<_> = terms.iter().map(|term| term.0).collect();
    let whole = load_terms(&test.db, &all).await.unwrap();
    for now in [now(), now() + (24 * 20).hours()] {
        let desk = rosters::desk_page(&test.db, &town.staff, "yongxing", now).await.unwrap();
        assert_eq!(desk.terms.len(), 5, "all but the one that is over");
        for shown in desk.terms {
            let plan = schedule::plan_page(&test.db, &town.staff, "yongxing", shown.id, now).await.unwrap();
            assert_eq!(shown, plan.term, "the desk says what the term's own page says");
        }
    }
    let mut seen = Vec::new();
    for now in [now(), now() + (24 * 20).hours(), now() - (24 * 400).hours()] {
        for span in [month(2025, 9), month(2026, 10), month(2026, 11), month(2026, 12), month(2027, 1), month(2027, 6)]
        {
            let mut expected: Vec<_> = whole
                .iter()
                .flat_map(|loaded| loaded.dates.iter().filter_map(|row| loaded.entry(row, now)))
                .filter(|entry| (span.first..=span.last).contains(&entry.date))
                .collect();
            expected.sort_by_key(|entry| (entry.date, entry.start));
            assert_eq!(shown(&town, span, now).await, expected, "{span:?} at {now}");
            seen.extend(expected.into_iter().map(|entry| entry.standing));
        }
    }
    let any = |is: fn(&Standing) -> bool| seen.iter().any(is);
    assert!(any(|standing| matches!(standing, Standing::Open { .. })));
    assert!(any(|standing| matches!(standing, Standing::Waitlist { ahead: 1 })));
    assert!(any(|standing| *standing == Standing::Closed) && any(|standing| *standing == Standing::Past));
    assert!(any(|standing| *standing == Standing::CalledOff));
});

on_both_databases!(what_is_kept_of_a_month_shows_each_instant_and_each_change, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let dates = [date(2026, 12, 8), date(2027, 1, 31)];
    let mut opening = town.new_term(3);
    (opening.opens, opening.holding.start) = (Some(date(2026, 11, 25).at(9, 0, 0, 0)), time(16, 0, 0, 0));
    (opening.holding.end, opening.scopes) = (time(17, 0, 0, 0), WHOLE);
    activities::new_term(&test.db, &town.staff, opening, now()).await.unwrap();
    let terms = [term(&town, 9, dates, WHOLE, 1).await, term(&town, 10, dates, REST, 2).await];
    let reader = CalendarReader::new(test.db.clone());
    let span = month(2026, 12);
    let filter = Filter::default();
    let kept = async |now: Timestamp| {
        let community = reader.community("yongxing", now).await.unwrap();
        reader.days(&community, span, filter, now).await.unwrap()
    };
    let read = async |now: Timestamp| calendar::days(&test.db, town.community, span, filter, now).await.unwrap();
    // Over the opening, the beginning of a date, its end, and back.
    for minutes in [0, 10, 24 * 60 - 1, 24 * 60, 14 * 24 * 60, 14 * 24 * 60 + 20, 15 * 24 * 60, 5] {
        assert_eq!(kept(later(minutes)).await, read(later(minutes)).await, "after {minutes} minutes");
    }
    // Whatever no revision tells of isn't seen: nothing was read.
    let before = kept(now()).await;
    test.db.execute_unprepared("UPDATE term SET capacity = 9").await.unwrap();
    assert_eq!(kept(later(1)).await, before);
    assert_ne!(read(now()).await, before);
    test.db.execute_unprepared("UPDATE term SET capacity = 1").await.unwrap();
    for (nth, term) in terms.into_iter().enumerate() {
        let parent = town.parent(nth.try_into().unwrap()).await;
        let asked = BookRequest { which: Which::Rest, ..request(term, parent.child) };
        let asked = if nth == 0 { request(term, parent.child) } else { asked };
        let before = kept(now()).await;
        book_place(&test.db, &parent.who, &asked, now()).await.unwrap();
        let after = kept(now()).await;
        assert_ne!(after, before, "a booking is seen by whoever asks after it");
        assert_eq!(after, read(now()).await);
    }
});

on_both_databases!(
    the_month_page_counts_over_the_whole_term_though_it_reads_one_month,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let span = [date(2026, 1, 1), date(2026, 12, 31)];
        let term = term(&town, 9, span, ALL, 5).await;
        let rows = rows(&town, term).await;
        call_off(&town, rows[0].clone()).await;
        let december = shown(&town, month(2026, 12), now()).await;
        let ordinals: Vec<_> = december.iter().map(|entry| entry.ordinal).collect();
        assert_eq!(rows.len(), 52);
        assert_eq!(ordinals, [Some((47, 51)), Some((48, 51)), Some((49, 51)), Some((50, 51)), Some((51, 51))]);
    }
);

on_both_databases!(no_date_of_a_terms_history_is_read_for_a_month, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let span = [date(2020, 1, 1), date(2027, 12, 31)];
    let (single, whole) = (term(&town, 9, span, ALL, 5).await, term(&town, 10, span, REST, 5).await);
    // A state that no program knows: whoever reads such a row fails.
    test.db
        .execute_unprepared(
            "UPDATE occurrence SET state = 'unreadable' WHERE on_date > '2020-02-01' AND on_date < '2026-11-01'",
        )
        .await
        .unwrap();
    for term in [single, whole] {
        assert!(load_term(&test.db, term).await.is_err(), "the trap works");
    }
    let november = shown(&town, month(2026, 11), now()).await;
    assert_eq!(november.len(), 8);
    assert!(november.iter().any(|entry| matches!(entry.standing, Standing::Open { left: 5 })));
});

on_both_databases!(
    a_term_whose_coming_dates_are_all_called_off_keeps_its_count_at_the_desk,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let term = term(&town, 8, [date(2026, 11, 3), date(2026, 12, 8)], ALL, 5).await;
        let dates = rows(&town, term).await;
        // Not on the first date, which the desk reads in any case.
        let parent = town.parent(1).await;
        let second = Some(OccurrenceId(dates[1].id));
        let asked = BookRequest { which: Which::Dates(second.into_iter().collect()), ..request(term, parent.child) };
        book_place(&test.db, &parent.who, &asked, now() - (24 * 20).hours()).await.unwrap();
        for row in dates.into_iter().filter(|row| Timestamp::from(row.starts_at) > now()) {
            call_off(&town, row).await;
        }
        let desk = rosters::desk_page(&test.db, &town.staff, "yongxing", now()).await.unwrap();
        let plan = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
        assert_eq!((desk.terms.len(), desk.terms[0].held), (1, 1));
        assert_eq!(desk.terms[0], plan.term);
    }
);
