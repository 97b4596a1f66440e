//! Too few people: which terms are in question, calling one off whole, and who is missing at which date.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, later, now, request},
};
use domain::{
    crew::{Crew, CrewNeeds, CrewPlan, Duty, parse_names},
    reading::{DeskPage, NoticeText},
    refusal::Refusal,
    term::{Minimum, OccurrenceState, TermState},
    text::Line,
};
use jiff::{Timestamp, ToSpan};
use sea_orm::EntityTrait;
use store::{StoreError, activities, bookings::book_place, crews, entity::term, notices, rosters, schedule};

async fn desk(town: &Town, now: Timestamp) -> DeskPage {
    rosters::desk_page(&town.db, &town.staff, "yongxing", now).await.unwrap()
}

/// A term of which at least two must come, decided three days before it begins on 1 December.
async fn in_question(town: &Town) -> domain::id::TermId {
    let new = activities::NewTerm { minimum: Some(Minimum { people: 2, days: 3 }), ..town.new_term(5) };
    activities::new_term(&town.db, &town.staff, new, now()).await.unwrap()
}

on_both_databases!(a_term_that_too_few_booked_is_listed_once_it_must_be_decided, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = in_question(&town).await;
    let parent = town.parent(1).await;
    book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let day = |n: i64| now() + (n * 24).hours();
    assert_eq!(desk(&town, day(3)).await.short, [], "four days before nobody asks");
    let short = desk(&town, day(4)).await.short;
    let [one] = &short[..] else { panic!("{short:?}") };
    assert_eq!((one.term.id, one.held, one.missing), (term, 1, 1));
    let second = town.parent(2).await;
    book_place(&town.db, &second.who, &request(term, second.child), now()).await.unwrap();
    assert_eq!(desk(&town, day(4)).await.short, [], "now they are enough");
});

on_both_databases!(nobody_asks_whether_enough_booked_before_anybody_could, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let opens = Some(jiff::civil::date(2026, 11, 30).at(9, 0, 0, 0));
    let minimum = Some(Minimum { people: 2, days: 3 });
    let new = activities::NewTerm { opens, minimum, ..town.new_term(5) };
    activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let day = |n: i64| now() + (n * 24).hours();
    assert_eq!(desk(&town, day(5)).await.short, []);
    assert_eq!(desk(&town, day(6)).await.short.len(), 1);
});

on_both_databases!(calling_a_term_off_tells_each_family_once_and_can_be_undone, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = in_question(&town).await;
    let parent = town.parent(1).await;
    book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let reason = || Line::parse("报名不足").unwrap();
    let change = schedule::cancel_term(&test.db, &town.staff, term, reason(), later(1)).await.unwrap();
    let told = notices::list(&test.db, &parent.who, later(1)).await.unwrap();
    match &told[..] {
        [notice] => match &notice.says {
            NoticeText::CalledOff { reason, more: 3, .. } => assert_eq!(reason, "报名不足"),
            other => panic!("{other:?}"),
        },
        other => panic!("one notice for all dates: {other:?}"),
    }
    let state = || async { term::Entity::find_by_id(term.0).one(&test.db).await.unwrap().unwrap().state.0 };
    assert_eq!(state().await, TermState::Cancelled);
    let late = town.parent(2).await;
    match book_place(&town.db, &late.who, &request(term, late.child), later(2)).await {
        Err(StoreError::Refused(Refusal::CalledOff)) => {}
        other => panic!("{other:?}"),
    }
    match schedule::cancel_term(&test.db, &town.staff, term, reason(), later(2)).await {
        Err(StoreError::Refused(Refusal::NoDateLeft)) => {}
        other => panic!("{other:?}"),
    }
    schedule::undo_change(&test.db, &town.staff, change, later(3)).await.unwrap();
    assert_eq!(state().await, TermState::Published);
    let dates = schedule::plan_page(&test.db, &town.staff, "yongxing", term, later(3)).await.unwrap().dates;
    assert!(dates.iter().all(|date| date.state == OccurrenceState::Scheduled && date.families == 1));
});

on_both_databases!(who_is_missing_is_told_date_by_date, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    for n in 1..=3 {
        let parent = town.parent(n).await;
        book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    }
    assert_eq!(desk(&town, now()).await.gaps, [], "who asks for nobody misses nobody");
    let names = |text: &str| parse_names(text).unwrap();
    let plan = CrewPlan {
        needs: CrewNeeds { leader: true, class_teachers: 1, heads_per_volunteer: Some(2), guards: 0 },
        usual: Crew { class_teachers: names("陈静"), volunteers: names("甲"), guards: names("") },
    };
    crews::set_crew_plan(&test.db, &town.staff, term, &plan, now()).await.unwrap();
    let gaps = desk(&town, now()).await.gaps;
    let days: Vec<_> = gaps.iter().map(|date| date.date.day()).collect();
    assert_eq!(days, [1, 8], "the dates of the next two weeks");
    let missing: Vec<_> = gaps[0].gaps.iter().map(|gap| (gap.duty, gap.have, gap.need)).collect();
    assert_eq!(missing, [(Duty::Leader, 0, 1), (Duty::Volunteer, 1, 2)]);

    let own = Crew { volunteers: names("甲、乙"), ..plan.usual.clone() };
    crews::set_crew(&test.db, &town.staff, gaps[0].occurrence, Some(&own), now()).await.unwrap();
    let page = crews::crew_page(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
    let own: Vec<_> = page.dates.iter().map(|date| (date.own, date.gaps.len())).collect();
    assert_eq!(own, [(true, 1), (false, 2), (false, 2), (false, 2)]);
    crews::set_crew(&test.db, &town.staff, gaps[0].occurrence, None, now()).await.unwrap();
    assert_eq!(desk(&town, now()).await.gaps, gaps, "those who usually come, again");

    let stranger = Town::with_slug(&test.db, "xinqiao").await.staff;
    assert!(matches!(crews::set_crew_plan(&test.db, &stranger, term, &plan, now()).await, Err(StoreError::NotFound)));
    assert!(matches!(crews::crew_page(&test.db, &stranger, "xinqiao", term, now()).await, Err(StoreError::NotFound)));
});
