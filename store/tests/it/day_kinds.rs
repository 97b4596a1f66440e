//! Holidays and closures: imported once, and one decision for the dates they hit.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, now, request},
};
use domain::{
    day_kind::{DayKind, DaySpan, HitDecision, HolidayPolicy, parse_days},
    id::TermId,
    reading::{DaysPage, NoticeText},
    recurrence::Recurrence,
    text::Line,
};
use jiff::civil::date;
use store::{
    StoreError, activities,
    bookings::book_place,
    day_kinds::{days_page, decide_hit, import_holidays, remove_days, set_days},
    notices, schedule,
};

async fn page(town: &Town, year: i16) -> DaysPage {
    days_page(&town.db, &town.staff, "yongxing", year, now()).await.unwrap()
}

async fn set(town: &Town, list: &str) -> usize {
    set_days(&town.db, &town.staff, "yongxing", &parse_days(list).unwrap(), now()).await.unwrap()
}

/// A term of four Tuesdays in December that was set up before anybody knew of a closure.
async fn term(town: &Town, policy: HolidayPolicy) -> TermId {
    let mut new = town.new_term(5);
    new.holidays = policy;
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

async fn newest(town: &Town, parent: &Parent) -> NoticeText {
    notices::list(&town.db, &parent.who, now()).await.unwrap()[0].says.clone()
}

on_both_databases!(a_years_holidays_are_imported_once_and_stay_editable, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let empty = page(&town, 2026).await;
    assert!(empty.spans.is_empty() && empty.missing.unwrap() > 20, "{empty:?}");
    let added = import_holidays(&test.db, &town.staff, "yongxing", 2026, now()).await.unwrap();
    assert_eq!(added, usize::try_from(empty.missing.unwrap()).unwrap());
    let full = page(&town, 2026).await;
    assert_eq!(full.missing, Some(0));
    let spring = full.spans.iter().find(|span| span.name.as_str() == "春节" && span.kind == DayKind::PublicHoliday);
    let spring = spring.unwrap().clone();
    assert_eq!((spring.first, spring.last), (date(2026, 2, 15), date(2026, 2, 23)));
    import_holidays(&test.db, &town.staff, "yongxing", 2026, now()).await.unwrap();
    assert_eq!(page(&town, 2026).await.spans, full.spans, "twice is once");
    remove_days(&test.db, &town.staff, "yongxing", &spring, now()).await.unwrap();
    assert_eq!(page(&town, 2026).await.missing, Some(9));
    let unknown = import_holidays(&test.db, &town.staff, "yongxing", 2040, now()).await;
    assert!(matches!(unknown, Err(StoreError::Invalid(_))), "{unknown:?}");
    assert_eq!(page(&town, 2040).await.missing, None);
    assert_eq!(set(&town, "2040-02-12~2040-02-18 休 春节\n2040-02-19 班 春节").await, 8);
    assert_eq!(page(&town, 2040).await.spans.len(), 2);
    let stranger = days_page(&test.db, &town.parent(1).await.who, "yongxing", 2026, now()).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)));
});

on_both_databases!(a_closure_lists_the_dates_it_hits_and_each_is_decided, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = term(&town, HolidayPolicy::Skip).await;
    let keeps = {
        let mut new = town.new_term(5);
        new.holidays = HolidayPolicy::Keep;
        new.holding.start = jiff::civil::time(19, 0, 0, 0);
        new.holding.end = jiff::civil::time(20, 0, 0, 0);
        activities::new_term(&test.db, &town.staff, new, now()).await.unwrap()
    };
    let parent = town.parent(1).await;
    book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    assert!(page(&town, 2026).await.hits.is_empty());
    set(&town, "2026-12-07~2026-12-17 闭馆 装修\n2026-12-20~2026-12-23 闭馆 检修").await;
    let hits = page(&town, 2026).await.hits;
    let seen: Vec<_> = hits.iter().map(|hit| (hit.head.date.day(), hit.families, hit.name.as_str())).collect();
    assert_eq!(
        seen,
        [(8, 1, "假期托管"), (15, 1, "假期托管"), (22, 1, "假期托管")],
        "not those of a term that keeps them"
    );

    for (hit, decision) in hits.iter().zip([HitDecision::Cancel, HitDecision::Move, HitDecision::Keep]) {
        decide_hit(&test.db, &town.staff, hit.occurrence, decision, now()).await.unwrap();
    }
    assert!(page(&town, 2026).await.hits.is_empty(), "all is decided");
    let plan = schedule::plan_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let dates: Vec<_> = plan.dates.iter().map(|date| (date.now.date.day(), date.reason.as_deref())).collect();
    assert_eq!(dates, [(1, None), (8, Some("装修")), (18, None), (22, None)]);
    let told = notices::list(&test.db, &parent.who, now()).await.unwrap();
    assert_eq!(told.len(), 2, "of the one called off and the one moved: {told:?}");
    let others = schedule::plan_page(&test.db, &town.staff, "yongxing", keeps, now()).await.unwrap();
    assert!(others.dates.iter().all(|date| date.sequence == 0));
});

on_both_databases!(a_moved_date_does_not_meet_its_own_term_nor_another_closure, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mut new = town.new_term(5);
    new.series = Recurrence::Dates { dates: (1..=4).map(|day| date(2026, 12, day)).collect() }.into();
    new.holidays = HolidayPolicy::Move;
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let parent = town.parent(1).await;
    book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    set(&town, "2026-12-02 闭馆 检修\n2026-12-05~2026-12-06 闭馆 检修").await;
    let hit = page(&town, 2026).await.hits[0].clone();
    assert_eq!(hit.policy, HolidayPolicy::Move);
    decide_hit(&test.db, &town.staff, hit.occurrence, HitDecision::Move, now()).await.unwrap();
    match newest(&town, &parent).await {
        NoticeText::Moved { from, to, .. } => assert_eq!((from.date.day(), to.date.day()), (2, 7)),
        other => panic!("{other:?}"),
    }
    let stranger = decide_hit(&test.db, &parent.who, hit.occurrence, HitDecision::Cancel, now()).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)));
});

on_both_databases!(a_name_given_again_replaces_the_old_one, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    set(&town, "2026-12-08 闭馆 装修").await;
    set(&town, "2026-12-08 闭馆 消防检修\n2026-12-08 闭馆 再来一次").await;
    let spans = page(&town, 2026).await.spans;
    let name = Line::parse("消防检修").unwrap();
    assert_eq!(spans, [DaySpan { first: date(2026, 12, 8), last: date(2026, 12, 8), kind: DayKind::Closure, name }]);
});
