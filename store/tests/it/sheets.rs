//! Sheets for the wall.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, now},
};
use domain::{
    activity::Side,
    id::{ActivityId, TermId},
    sheet::Paper,
};
use jiff::civil::date;
use store::{
    StoreError,
    calendar::Filter,
    id::new_id,
    sheets::{month_sheet, term_sheet},
};

on_both_databases!(a_month_is_set_in_whole_weeks_with_every_date_of_them, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    town.term(2).await;
    let read = async |paper, filter| {
        month_sheet(&test.db, town.community, date(2026, 12, 24), paper, filter, now()).await.unwrap()
    };
    let sheet = read(Paper::A4, Filter::default()).await;
    assert_eq!((sheet.month, sheet.paper, sheet.pages.len()), (date(2026, 12, 1), Paper::A4, 1));
    assert_eq!(sheet.lunar, ["十月", "十一月"]);
    let days = &sheet.pages[0];
    assert_eq!((days[0].head.date, days[34].head.date), (date(2026, 11, 30), date(2027, 1, 3)));
    let taught: Vec<_> = days.iter().filter(|day| !day.entries.is_empty()).map(|day| day.head.date.day()).collect();
    assert_eq!(taught, [1, 8, 15, 22]);
    let elders = read(Paper::A3, Filter { side: Some(Side::Elder), ..Filter::default() }).await;
    assert!(elders.pages[0].iter().all(|day| day.entries.is_empty()));
    assert!(elders.size >= sheet.size, "{} {}", elders.size, sheet.size);
});

on_both_databases!(a_terms_dates_come_with_their_days_and_only_by_its_own_activity, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
    let other = elsewhere.term(2).await;
    let read = async |activity: ActivityId, term: Option<TermId>| {
        term_sheet(&test.db, town.community, activity, term, now()).await
    };
    for named in [None, Some(term)] {
        let sheet = read(town.activity, named).await.unwrap();
        assert_eq!((sheet.term.id, sheet.term.dates.len()), (term, 4));
        for (date, day) in sheet.term.dates.iter().zip(&sheet.days) {
            assert_eq!(date.date, day.date);
        }
        assert_eq!(sheet.days[0].lunar, "十月廿三");
    }
    for (activity, term) in [
        (town.activity, Some(other)),
        (town.activity, Some(TermId(new_id(now())))),
        (elsewhere.activity, None),
        (ActivityId(new_id(now())), None),
    ] {
        assert!(matches!(read(activity, term).await, Err(StoreError::NotFound)), "{activity} {term:?}");
    }
});
