//! The rules of entry on real rows: groups, periods, households, overlaps, preparation, several at once.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::{BookingState, Scope},
    entry::{ClaimState, Entry, Giving, Group, Overlap},
    id::TermId,
    reading::{Booked, NoticeText},
    refusal::Refusal,
    rights::Door,
    term::Promotion,
    text::PersonName,
};
use jiff::{ToSpan, civil::date};
use sea_orm::EntityTrait;
use store::{
    StoreError, accounts,
    activities::{self, NewTerm},
    bookings::{Answers, Asked, BookRequest, BookingDesk, book_place, cancel_booking, prepare_booking, prepared},
    calendar, claims,
    entity::person,
    entries::{NewEntry, set_entry},
    my_data::correct_member,
    notices,
};

async fn set(town: &Town, term: TermId, entry: Entry) {
    let new = NewEntry { entry, priority_opens: None, promotion: Promotion::AutoFill };
    set_entry(&town.db, &town.staff, term, new, now()).await.unwrap();
}

async fn two_terms_of_a_period(town: &Town) -> [TermId; 2] {
    let terms = [town.term(5).await, town.term(5).await];
    for term in terms {
        set(town, term, Entry { period: "2027寒假".to_owned().try_into().ok(), ..Entry::default() }).await;
    }
    terms
}

async fn ask(town: &Town, parent: &Parent, request: &BookRequest) -> Result<Booked, StoreError> {
    book_place(&town.db, &parent.who, request, now()).await
}

/// Lets the household of a parent belong to a group, as staff do.
async fn grant(town: &Town, parent: &Parent, group: Group) {
    claims::ask_claim(&town.db, &parent.who, "yongxing", group, None, now()).await.unwrap();
    let asked = claims::claims_page(&town.db, &town.staff, "yongxing").await.unwrap();
    let claim = asked.iter().find(|claim| claim.state == ClaimState::Asked).unwrap();
    claims::check_claim(&town.db, &town.staff, "yongxing", claim.id, true, now()).await.unwrap();
}

fn refusal(answer: Result<Booked, StoreError>) -> Refusal {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

on_both_databases!(a_group_counts_once_staff_have_checked_it, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    set(&town, term, Entry { only: vec![Group::Resident], ..Entry::default() }).await;
    let parent = town.parent(1).await;
    let wish = request(term, parent.child);
    let only = Refusal::OnlyGroups { groups: vec![Group::Resident] };
    assert_eq!(refusal(ask(&town, &parent, &wish).await), only);
    claims::ask_claim(&test.db, &parent.who, "yongxing", Group::Resident, None, now()).await.unwrap();
    assert_eq!(refusal(ask(&town, &parent, &wish).await), only, "asking is not having");
    let asked = claims::claims_page(&test.db, &town.staff, "yongxing").await.unwrap();
    assert_eq!((asked.len(), asked[0].household.as_slice()), (1, &["孩子1".to_owned()][..]));
    let stranger = claims::check_claim(&test.db, &parent.who, "yongxing", asked[0].id, true, now()).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)), "{stranger:?}");
    claims::check_claim(&test.db, &town.staff, "yongxing", asked[0].id, true, now()).await.unwrap();
    assert!(matches!(ask(&town, &parent, &wish).await, Ok(Booked::Confirmed { .. })));
    let told = notices::list(&test.db, &parent.who, now()).await.unwrap();
    assert!(matches!(told[0].says, NoticeText::ClaimChecked { granted: true, .. }), "{told:?}");
});

on_both_databases!(a_priority_group_moves_up_before_who_came_earlier, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(1).await;
    let entry = Entry { giving: Giving::PriorityFirst, priority: vec![Group::DualIncome], ..Entry::default() };
    set(&town, term, entry).await;
    let [a, b, c, d] = [town.parent(1).await, town.parent(2).await, town.parent(3).await, town.parent(4).await];
    grant(&town, &c, Group::DualIncome).await;
    let first = ask(&town, &a, &request(term, a.child)).await.unwrap();
    assert!(matches!(ask(&town, &b, &request(term, b.child)).await, Ok(Booked::Waiting { number: 1, .. })));
    assert!(matches!(ask(&town, &c, &request(term, c.child)).await, Ok(Booked::Waiting { number: 1, .. })));
    assert!(matches!(ask(&town, &d, &request(term, d.child)).await, Ok(Booked::Waiting { number: 3, .. })));
    // Granted while waiting: from then on it counts.
    grant(&town, &d, Group::DualIncome).await;
    let place = async |parent: &Parent| {
        calendar::my_bookings(&test.db, &parent.who, None, now()).await.unwrap()[0].place_in_line
    };
    assert_eq!((place(&c).await, place(&d).await, place(&b).await), (Some(1), Some(2), Some(3)));
    cancel_booking(&test.db, &a.who, first.booking(), Door::Page, now()).await.unwrap();
    assert_eq!((place(&c).await, place(&d).await, place(&b).await), (None, Some(1), Some(2)));
});

on_both_databases!(who_steps_forward_by_a_granted_group_gets_the_place_that_is_free, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(2).await;
    let entry = Entry {
        giving: Giving::PriorityFirst,
        priority: vec![Group::DualIncome],
        smaller_may_pass: false,
        ..Entry::default()
    };
    set(&town, term, entry).await;
    let [a, b, c] = [town.parent(1).await, town.parent(2).await, town.parent(3).await];
    ask(&town, &a, &request(term, a.child)).await.unwrap();
    let two = BookRequest { heads: 2, ..request(term, b.child) };
    assert!(matches!(ask(&town, &b, &two).await, Ok(Booked::Waiting { number: 1, .. })));
    assert!(matches!(ask(&town, &c, &request(term, c.child)).await, Ok(Booked::Waiting { number: 2, .. })));
    grant(&town, &c, Group::DualIncome).await;
    let mine = calendar::my_bookings(&test.db, &c.who, None, now()).await.unwrap();
    assert_eq!(mine[0].state, BookingState::Confirmed, "nobody before her wants less than is free");
});

on_both_databases!(a_child_has_one_place_a_period_whoever_books, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let terms = two_terms_of_a_period(&town).await;
    // Mother and father have an account each, and each wrote the child down.
    let [mother, father] = [town.parent(1).await, town.parent(2).await];
    let same = [town.child(mother.who.account, "小明").await, town.child(father.who.account, "小明").await];
    let who = accounts::who_is(&test.db, father.who.account).await.unwrap().unwrap();
    let (one, two) = (request(terms[0], same[0]), request(terms[1], same[1]));
    let both = tokio::join!(book_place(&test.db, &mother.who, &one, now()), book_place(&test.db, &who, &two, now()),);
    let (won, lost): (Vec<_>, Vec<_>) = [both.0, both.1].into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 1), "{won:?} {lost:?}");
    let again = refusal(book_place(&test.db, &mother.who, &request(terms[1], same[0]), now()).await);
    let once_more = refusal(book_place(&test.db, &who, &request(terms[0], same[1]), now()).await);
    for refusal in [again, once_more] {
        assert!(
            matches!(refusal, Refusal::PeriodTaken { waiting: false, .. } | Refusal::AlreadyBooked { .. }),
            "{refusal:?}"
        );
    }
    assert!(matches!(ask(&town, &mother, &request(terms[1], mother.child)).await, Ok(Booked::Confirmed { .. })));
});

on_both_databases!(a_corrected_name_gives_no_child_two_places_of_a_period, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let terms = two_terms_of_a_period(&town).await;
    let [mother, father] = [town.parent(1).await, town.parent(2).await];
    let written = [town.child(mother.who.account, "小明").await, town.child(father.who.account, "小名").await];
    let father = accounts::who_is(&test.db, father.who.account).await.unwrap().unwrap();
    book_place(&test.db, &mother.who, &request(terms[0], written[0]), now()).await.unwrap();
    book_place(&test.db, &father, &request(terms[1], written[1]), now()).await.unwrap();
    let row = person::Entity::find_by_id(written[1].0).one(&test.db).await.unwrap().unwrap();
    let right = PersonName::parse("小明").unwrap();
    let birth = row.birth_date.map(Into::into);
    let mended = correct_member(&test.db, &father, written[1], &right, birth, now()).await;
    assert!(matches!(mended, Err(StoreError::Refused(Refusal::SameChildBooked))), "{mended:?}");
    let kept = person::Entity::find_by_id(written[1].0).one(&test.db).await.unwrap().unwrap();
    assert_eq!(kept.name, "小名", "nothing was written");
    let mine = calendar::my_bookings(&test.db, &father, None, now()).await.unwrap();
    cancel_booking(&test.db, &father, mine[0].id, Door::Page, now()).await.unwrap();
    correct_member(&test.db, &father, written[1], &right, birth, now()).await.unwrap();
});

on_both_databases!(a_household_has_its_limit_and_gets_it_back, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    set(&town, term, Entry { per_household: Some(1), ..Entry::default() }).await;
    let parent = town.parent(1).await;
    let sister = town.child(parent.who.account, "妹妹").await;
    let first = ask(&town, &parent, &request(term, parent.child)).await.unwrap();
    let second = request(term, sister);
    assert_eq!(refusal(ask(&town, &parent, &second).await), Refusal::HouseholdLimit { max: 1 });
    cancel_booking(&test.db, &parent.who, first.booking(), Door::Page, now()).await.unwrap();
    assert!(ask(&town, &parent, &second).await.is_ok());
});

on_both_databases!(two_things_at_once_are_warned_of_with_their_day, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (one, two) = (town.term(5).await, town.term(5).await);
    let afternoon = {
        let new = town.new_term(5);
        let holding = activities::Holding {
            start: jiff::civil::time(11, 0, 0, 0),
            end: jiff::civil::time(12, 0, 0, 0),
            ..new.holding.clone()
        };
        activities::new_term(&test.db, &town.staff, NewTerm { holding, ..new }, now()).await.unwrap()
    };
    let parent = town.parent(1).await;
    ask(&town, &parent, &request(one, parent.child)).await.unwrap();
    let overlaps = Refusal::Overlaps { term: one, on: date(2026, 12, 1), may_insist: true };
    assert_eq!(refusal(ask(&town, &parent, &request(two, parent.child)).await), overlaps);
    assert!(ask(&town, &parent, &request(afternoon, parent.child)).await.is_ok(), "one ends as the other begins");
    let insists = BookRequest { insists: true, ..request(two, parent.child) };
    assert!(ask(&town, &parent, &insists).await.is_ok());
    let blocks = town.term(5).await;
    set(&town, blocks, Entry { overlap: Overlap::Block, ..Entry::default() }).await;
    let insists = BookRequest { insists: true, ..request(blocks, parent.child) };
    assert!(matches!(refusal(ask(&town, &parent, &insists).await), Refusal::Overlaps { may_insist: false, .. }));
});

on_both_databases!(what_is_settled_before_the_opening_is_checked_then_and_again, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let opens = date(2026, 11, 25).at(9, 0, 0, 0);
    let new = NewTerm { opens: Some(opens), ..town.new_term(5) };
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    set(
        &town,
        term,
        Entry { only: vec![Group::Resident], consent: "接送须知".to_owned().try_into().ok(), ..Entry::default() },
    )
    .await;
    let parent = town.parent(1).await;
    let asked = |consents| Asked {
        who: parent.who.clone(),
        request: BookRequest { consents, ..request(term, parent.child) },
        at: now(),
    };
    let early = prepare_booking(&test.db, &asked(true)).await;
    assert!(matches!(early, Err(StoreError::Refused(Refusal::OnlyGroups { .. }))), "{early:?}");
    grant(&town, &parent, Group::Resident).await;
    let silent = prepare_booking(&test.db, &asked(false)).await;
    assert!(matches!(silent, Err(StoreError::Refused(Refusal::ConsentNeeded))), "{silent:?}");
    prepare_booking(&test.db, &asked(true)).await.unwrap();
    prepare_booking(&test.db, &asked(true)).await.unwrap();
    let kept = prepared(&test.db, &parent.who, town.activity).await.unwrap();
    assert_eq!(
        kept.iter().map(|one| (one.term, one.person, one.scope)).collect::<Vec<_>>(),
        [(term, parent.child, Scope::Whole)]
    );
    assert!(prepared(&test.db, &town.parent(2).await.who, town.activity).await.unwrap().is_empty());
    // Nobody is in before the second, prepared or not.
    let wish = BookRequest { consents: true, ..request(term, parent.child) };
    let opening = later(24 * 60);
    let second_before = opening - 1.second();
    let early = book_place(&test.db, &parent.who, &wish, second_before).await;
    assert!(matches!(early, Err(StoreError::Refused(Refusal::NotYetOpen { .. }))), "{early:?}");
    assert!(matches!(book_place(&test.db, &parent.who, &wish, opening).await, Ok(Booked::Confirmed { .. })));
});

on_both_databases!(several_children_get_places_all_or_none, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (small, large) = (town.term(1).await, town.term(5).await);
    let parent = town.parent(1).await;
    let sister = town.child(parent.who.account, "妹妹").await;
    let desk = BookingDesk::open(test.db.clone());
    let party = |term| -> Vec<Asked> {
        let one = |child| Asked { who: parent.who.clone(), request: request(term, child), at: now() };
        vec![one(parent.child), one(sister)]
    };
    let answers: Answers = desk.book_together(party(small)).await.unwrap();
    let refusals: Vec<Refusal> = answers.into_iter().map(refusal).collect();
    assert_eq!(refusals, [Refusal::NoneOfThem, Refusal::NotTogether], "the first had the last place");
    let none = calendar::my_bookings(&test.db, &parent.who, None, now()).await.unwrap();
    assert!(none.is_empty(), "neither has the one place: {none:?}");
    assert!(ask(&town, &parent, &request(small, sister)).await.is_ok(), "and it is still free");

    let both = party(large);
    let answers = desk
        .book_together(vec![
            both[0].clone(),
            Asked { request: BookRequest { insists: true, ..both[1].request.clone() }, ..both[1].clone() },
        ])
        .await
        .unwrap();
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Booked::Confirmed { .. }))), "{answers:?}");
    // Each can be cancelled alone.
    let first = answers[0].as_ref().unwrap().booking();
    cancel_booking(&test.db, &parent.who, first, Door::Page, now()).await.unwrap();
    let left = calendar::my_bookings(&test.db, &parent.who, Some(town.activity), now()).await.unwrap();
    let left: Vec<_> = left.iter().map(|one| (one.term, one.person, one.state)).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&(large, sister, BookingState::Confirmed)));
});
