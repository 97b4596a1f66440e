//! The desk: terms, rosters, people without a phone, the roll, and who may see them.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, later, now, request},
};
use domain::{
    booking::Mark,
    reading::Booked,
    recurrence::{Recurrence, Weekday},
    refusal::Refusal,
    rights::Door,
    roll::{Says, Verdict},
    text::{InputProblem, PersonName, Title},
};
use jiff::{ToSpan, civil::date};
use store::{
    StoreError,
    activities::{self, NewTerm},
    attendance,
    bookings::{BookRequest, book_place},
    changes,
    rosters::{self, NewPerson},
    sealed::Keys,
    terms::load_term,
};

on_both_databases!(
    the_desk_books_for_somebody_without_a_phone_and_the_audit_says_who,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let term = town.term(5).await;
        let new = NewPerson {
            name: PersonName::parse("李桂芳").unwrap(),
            birth: Some(date(1950, 3, 2)),
            phone: None,
            building: Some(domain::text::Line::parse("3号楼").unwrap()),
        };
        let person = rosters::add_person(&test.db, &town.staff, "yongxing", new.clone(), now()).await.unwrap();
        let again = rosters::add_person(&test.db, &town.staff, "yongxing", new, now()).await.unwrap();
        assert_eq!(person, again, "the same name and birth date is the same person");
        for query in ["李桂", "liguifang", "lgf", "3号楼"] {
            let found =
                rosters::find_persons(&test.db, &Keys::none(), &town.staff, "yongxing", query, now()).await.unwrap();
            assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [person], "{query}");
        }
        for query in ["%", "_", "\\", "'; DROP TABLE person; --"] {
            let found =
                rosters::find_persons(&test.db, &Keys::none(), &town.staff, "yongxing", query, now()).await.unwrap();
            assert!(found.is_empty(), "{query} is text, not a wildcard");
        }
        let asked = BookRequest { door: Door::Desk, ..request(term, person) };
        let booked = book_place(&test.db, &town.staff, &asked, now()).await.unwrap();
        assert!(matches!(booked, Booked::Confirmed { .. }));
        let roster = rosters::roster(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
        assert_eq!((roster.confirmed[0].name.as_str(), roster.confirmed[0].door), ("李桂芳", Door::Desk));
        let audit = changes::changes_of_term(&test.db, &town.staff, "yongxing", term).await.unwrap();
        let line = audit.iter().find(|line| line.action == "book_place").unwrap();
        assert_eq!((line.who.as_str(), line.for_whom.as_deref(), line.door), ("陈静", Some("李桂芳"), Door::Desk));
    }
);

on_both_databases!(the_desk_does_not_exist_for_families_and_for_staff_of_elsewhere, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let elsewhere = Town::with_slug(&test.db, "shijia").await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    let date = load_term(&test.db, term).await.unwrap().term.occurrences[0].id;
    for who in [&parent.who, &elsewhere.staff] {
        let desk = rosters::desk_page(&test.db, who, "yongxing", now()).await;
        assert!(matches!(desk, Err(StoreError::NotFound)), "{desk:?}");
        let roster = rosters::roster(&test.db, who, "yongxing", term, now()).await;
        assert!(matches!(roster, Err(StoreError::NotFound)));
        let through_theirs = rosters::roster(&test.db, who, "shijia", term, now()).await;
        assert!(matches!(through_theirs, Err(StoreError::NotFound)), "another community's term, by one's own desk");
        let roll = attendance::roll(&test.db, who, "yongxing", date, now()).await;
        assert!(matches!(roll, Err(StoreError::NotFound)));
        let off = domain::text::Line::parse("x").unwrap();
        let cancelled = store::schedule::cancel_occurrence(&test.db, who, date, 0, off, now()).await;
        assert!(matches!(cancelled, Err(StoreError::NotFound)));
        let asked = BookRequest { door: Door::Desk, ..request(term, parent.child) };
        let booked = book_place(&test.db, who, &asked, now()).await;
        assert!(matches!(booked, Err(StoreError::NotFound)), "{booked:?}");
        let made = activities::new_term(&test.db, who, town.new_term(5), now()).await;
        assert!(matches!(made, Err(StoreError::NotAllowed)), "{made:?}");
    }
});

on_both_databases!(a_term_skips_holidays_and_refuses_a_room_that_is_taken, |test: TestDatabase| async move {
    use domain::day_kind::DayKind;
    use sea_orm::{ActiveValue::Set, EntityTrait};
    use store::entity::{day_kind, stored::Stored};
    let town = Town::new(&test.db).await;
    day_kind::Entity::insert(day_kind::ActiveModel {
        id: Set(store::id::new_id(now())),
        community_id: Set(town.community.0),
        on_date: Set(date(2026, 12, 8).into()),
        kind: Set(Stored(DayKind::PublicHoliday)),
        name: Set("示例节".to_owned()),
    })
    .exec_without_returning(&test.db)
    .await
    .unwrap();
    let mut new = town.new_term(10);
    new.holding.room = Some(town.room);
    let preview = activities::preview(&test.db, town.community, &new.series, new.from, new.until, new.holidays);
    let kept: Vec<_> = preview.await.unwrap().iter().map(|day| (day.head.date, day.fate.is_kept())).collect();
    assert_eq!(kept[1], (date(2026, 12, 8), false));
    let term = activities::new_term(&test.db, &town.staff, new.clone(), now()).await.unwrap();
    let dates: Vec<_> = load_term(&test.db, term).await.unwrap().term.occurrences.iter().map(|o| o.on_date).collect();
    assert_eq!(dates, [date(2026, 12, 1), date(2026, 12, 15), date(2026, 12, 22)]);

    let clash = activities::new_term(&test.db, &town.staff, new.clone(), now()).await;
    assert!(
        matches!(clash, Err(StoreError::Refused(Refusal::Clash { term: other, on })) if other == term && on == dates[0]),
        "{clash:?}"
    );
    let mut after = new;
    (after.holding.start, after.holding.end) = (jiff::civil::time(11, 0, 0, 0), jiff::civil::time(12, 0, 0, 0));
    activities::new_term(&test.db, &town.staff, after, now()).await.expect("one may follow the other");
});

on_both_databases!(what_a_form_may_get_wrong_names_its_field, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let good = || NewTerm { name: Title::parse("x").unwrap(), ..town.new_term(5) };
    let cases = [
        ("end", InputProblem::Order, {
            let mut new = good();
            new.holding.end = new.holding.start;
            new
        }),
        ("until", InputProblem::Order, NewTerm { until: date(2026, 11, 1), ..good() }),
        (
            "rule",
            InputProblem::NoDates,
            NewTerm {
                series: Recurrence::Weekly { weekdays: vec![Weekday::Sunday], every: 1 }.into(),
                until: date(2026, 12, 3),
                ..good()
            },
        ),
    ];
    for (field, problem, new) in cases {
        let answer = activities::new_term(&test.db, &town.staff, new, now()).await;
        let Err(StoreError::Invalid(found)) = answer else { panic!("{field}: {answer:?}") };
        assert_eq!((found.field.as_str(), found.problem), (field, problem));
    }
});

on_both_databases!(the_roll_is_called_on_the_day_changed_and_taken_back, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let parent = town.parent(1).await;
    book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let date = load_term(&test.db, term).await.unwrap().term.occurrences[0].clone();

    let early = town.tap(date.id, parent.child, Says::Present, 0, later(0)).await;
    assert!(matches!(early, Err(StoreError::Refused(Refusal::NoRollYet))), "{early:?}");
    let taps = [
        (Says::Present, Some(Mark::Present)),
        (Says::Late, Some(Mark::Late)),
        (Says::Nothing, None),
        (Says::Leave, Some(Mark::Leave)),
    ];
    for (seen, (says, mark)) in (0..).zip(taps) {
        let answer = town.tap(date.id, parent.child, says, seen, date.starts_at + 1.minute()).await;
        assert_eq!(answer.unwrap(), Verdict::Counts);
        let roll = attendance::roll(&test.db, &town.staff, "yongxing", date.id, date.starts_at).await.unwrap();
        assert_eq!((roll.lines[0].on.mark, roll.lines[0].seen), (mark, seen + 1));
    }
    let stranger = town.parent(2).await;
    let nobody = town.tap(date.id, stranger.child, Says::Present, 0, date.starts_at).await;
    assert_eq!(nobody.unwrap(), Verdict::Gone);
    let audit = changes::changes_of_term(&test.db, &town.staff, "yongxing", term).await.unwrap();
    assert_eq!(audit.iter().filter(|line| line.action == "mark_attendance").count(), 4, "history is kept");
});
