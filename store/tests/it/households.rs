//! Households that come together and apart.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, now, request},
};
use domain::{
    household::HouseholdNews, id::PersonId, person::MemberRole, reading::NoticeText, refusal::Refusal, rights::Door,
    text::PersonName,
};
use jiff::{Timestamp, ToSpan, civil::date};
use store::{
    StoreError,
    accounts::{Who, who_is},
    birthdays::come_of_age,
    bookings::{book_place, cancel_booking},
    calendar::my_bookings,
    families::{self, NewMember},
    households::{Entered, enter_household_code, invite, leave_household, open_code},
    notices,
};

async fn known(town: &Town, parent: &Parent) -> Who {
    who_is(&town.db, parent.who.account).await.unwrap().unwrap()
}

async fn myself(town: &Town, who: &Who, name: &str) -> PersonId {
    let name = PersonName::parse(name).unwrap();
    let new = NewMember { role: MemberRole::Guardian, name, birth: None, myself: true };
    families::add_member(&town.db, who, town.community, new, now()).await.unwrap()
}

async fn news(town: &Town, who: &Who) -> Vec<HouseholdNews> {
    let items = notices::list(&town.db, who, now()).await.unwrap();
    items
        .into_iter()
        .filter_map(|item| match item.says {
            NoticeText::Household { news, .. } => Some(news),
            _ => None,
        })
        .collect()
}

on_both_databases!(
    a_second_guardian_joins_by_code_and_answers_for_the_same_children,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let mother = town.parent(1).await;
        let father = town.stranger(2).await;
        let mother_who = known(&town, &mother).await;
        let id = invite(&test.db, &mother_who, None, "12345678", now()).await.unwrap();
        assert!(open_code(&test.db, &mother_who, id, now()).await.unwrap().is_some());

        let wrong = enter_household_code(&test.db, &father, town.community, "87654321", now()).await;
        assert!(matches!(wrong, Err(StoreError::Refused(Refusal::WrongHouseholdCode))));
        let entered = enter_household_code(&test.db, &father, town.community, "12345678", now()).await.unwrap();
        assert_eq!(entered, Entered::Joined);
        assert!(open_code(&test.db, &mother_who, id, now()).await.unwrap().is_none(), "a code is good once");
        let again = enter_household_code(&test.db, &town.stranger(3).await, town.community, "12345678", now()).await;
        assert!(matches!(again, Err(StoreError::Refused(Refusal::WrongHouseholdCode))));

        let father = who_is(&test.db, father.account).await.unwrap().unwrap();
        assert_eq!(father.household, mother_who.household);
        let term = town.term(5).await;
        let booked = book_place(&test.db, &father, &request(term, mother.child), now()).await.unwrap();
        assert_eq!(my_bookings(&test.db, &mother_who, None, now()).await.unwrap().len(), 1);
        cancel_booking(&test.db, &mother_who, booked.booking(), Door::Page, now()).await.unwrap();
    }
);

on_both_databases!(a_child_lives_in_two_homes_and_both_are_told, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, father) = (town.parent(1).await, town.parent(2).await);
    let (mother_who, father_who) = (known(&town, &mother).await, known(&town, &father).await);
    let elsewhere = invite(&test.db, &mother_who, Some(father.child), "11112222", now()).await;
    assert!(matches!(elsewhere, Err(StoreError::NotFound)), "nobody shares another's child");
    invite(&test.db, &mother_who, Some(mother.child), "12345678", now()).await.unwrap();
    let entered = enter_household_code(&test.db, &father_who, town.community, "12345678", now()).await.unwrap();
    assert_eq!(entered, Entered::Shared(mother.child));
    assert_eq!(news(&town, &mother_who).await, [HouseholdNews::Shared]);

    // His own child stays his, and hers stays in both homes.
    let of_father = families::members(&test.db, &father_who, now()).await.unwrap();
    assert_eq!(of_father.iter().filter(|member| member.shared).map(|m| m.person).collect::<Vec<_>>(), [mother.child]);
    assert_eq!(of_father.len(), 2);
    assert_eq!(families::members(&test.db, &mother_who, now()).await.unwrap().len(), 1);

    let erased = store::my_data::erase_member(&test.db, &father_who, mother.child, now()).await;
    assert!(matches!(erased, Err(StoreError::Refused(Refusal::InTwoHomes))), "one home erases no child of both");

    let term = town.term(5).await;
    let booked = book_place(&test.db, &father_who, &request(term, mother.child), now()).await.unwrap();
    assert_eq!(my_bookings(&test.db, &mother_who, None, now()).await.unwrap().len(), 1, "she sees what he booked");
    let own = book_place(&test.db, &father_who, &request(term, father.child), now()).await.unwrap();
    let not_hers = cancel_booking(&test.db, &mother_who, own.booking(), Door::Page, now()).await;
    assert!(matches!(not_hers, Err(StoreError::NotFound)), "his other child is none of hers");
    cancel_booking(&test.db, &mother_who, booked.booking(), Door::Page, now()).await.unwrap();
});

on_both_databases!(a_code_is_over_after_a_day, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mother = known(&town, &town.parent(1).await).await;
    invite(&test.db, &mother, None, "12345678", now()).await.unwrap();
    let father = town.stranger(2).await;
    let late: Timestamp = now().checked_add(24.hours()).unwrap();
    let refused = enter_household_code(&test.db, &father, town.community, "12345678", late).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::WrongHouseholdCode))));
});

on_both_databases!(who_has_children_joins_no_other_household, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, other) = (known(&town, &town.parent(1).await).await, known(&town, &town.parent(2).await).await);
    invite(&test.db, &mother, None, "12345678", now()).await.unwrap();
    let refused = enter_household_code(&test.db, &other, town.community, "12345678", now()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::HasHousehold))));
});

on_both_databases!(who_moves_out_leaves_the_children_with_whoever_stays, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mother = known(&town, &town.parent(1).await).await;
    myself(&town, &mother, "王芳").await;
    let alone = leave_household(&test.db, &known_again(&town, &mother).await, now()).await;
    assert!(matches!(alone, Err(StoreError::Refused(Refusal::LastGuardian))));
    invite(&test.db, &mother, None, "12345678", now()).await.unwrap();
    let father = town.stranger(2).await;
    myself(&town, &father, "李强").await;
    let father = known_again(&town, &father).await;
    let entered = enter_household_code(&test.db, &father, town.community, "12345678", now()).await.unwrap();
    assert_eq!(entered, Entered::Joined, "who was alone takes themself along");
    let father = known_again(&town, &father).await;
    assert_eq!(families::members(&test.db, &father, now()).await.unwrap().len(), 3);
    leave_household(&test.db, &father, now().checked_add(1.minutes()).unwrap()).await.unwrap();
    let father = known_again(&town, &father).await;
    let left = families::members(&test.db, &father, now()).await.unwrap();
    assert_eq!(left.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["李强"]);
    assert_eq!(families::members(&test.db, &mother, now()).await.unwrap().len(), 2);
    assert_eq!(news(&town, &mother).await, [HouseholdNews::Left, HouseholdNews::Joined]);
});

async fn known_again(town: &Town, who: &Who) -> Who {
    who_is(&town.db, who.account).await.unwrap().unwrap()
}

on_both_databases!(a_child_that_turns_14_or_18_is_noticed_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mother = known(&town, &town.parent(1).await).await;
    // The town's day is 24 November 2026.
    for (name, birth) in [
        ("今天十四", date(2012, 11, 24)),
        ("明天十四", date(2012, 11, 25)),
        ("上周十八", date(2008, 11, 17)),
        ("早就十八", date(2006, 1, 1)),
    ] {
        let name = PersonName::parse(name).unwrap();
        let new = NewMember { role: MemberRole::Child, name, birth: Some(birth), myself: false };
        families::add_member(&test.db, &mother, town.community, new, now()).await.unwrap();
    }
    assert_eq!(come_of_age(&test.db, now()).await.unwrap(), 2);
    assert_eq!(come_of_age(&test.db, now()).await.unwrap(), 0, "once");
    let mut told = news(&town, &mother).await;
    told.sort_unstable();
    assert_eq!(told, [HouseholdNews::Turned14, HouseholdNews::Turned18]);
    let members = families::members(&test.db, &mother, now()).await.unwrap();
    let role = |name: &str| members.iter().find(|member| member.name == name).unwrap().role;
    assert_eq!((role("今天十四"), role("上周十八")), (MemberRole::Child, MemberRole::Adult));
});
