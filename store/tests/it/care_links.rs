//! Care links on real rows: a relative sees and does what was granted, nothing else, and nothing once it is revoked.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, later, now, request},
};
use domain::{
    care::{CareScope, MAX_CARE_LINKS},
    id::{CareLinkId, PersonId},
    leave::LeaveKind,
    phone::PhoneNumber,
    reading::{Booked, NoticeText},
    refusal::Refusal,
    rights::Door,
    text::{InputProblem, Line, PersonName},
};
use store::{
    StoreError,
    accounts::{Who, who_is},
    attendance::{take_leave, withdraw_leave},
    bookings::{book_place, cancel_booking},
    calendar,
    care_links::{NewCareLink, care_links, cared, cared_page, grant_care_link, revoke_care_link},
    families::{NewMember, add_member},
    notices, rosters,
};

/// An elder with an account of her own.
async fn elder(town: &Town, n: u32) -> (Who, PersonId) {
    let parent = town.parent(n).await;
    let new = NewMember {
        role: domain::person::MemberRole::Guardian,
        name: PersonName::parse("李秀英").unwrap(),
        birth: None,
        myself: true,
    };
    let person = add_member(&town.db, &parent.who, town.community, new, now()).await.unwrap();
    (who_is(&town.db, parent.who.account).await.unwrap().unwrap(), person)
}

fn link(relative: &Parent, scopes: &[CareScope]) -> NewCareLink {
    NewCareLink {
        name: PersonName::parse("女儿李娜").unwrap(),
        phone: relative.who.phone.clone().unwrap(),
        scopes: scopes.to_vec(),
        paper: None,
    }
}

async fn grant(town: &Town, mother: &(Who, PersonId), to: &Parent, scopes: &[CareScope]) -> CareLinkId {
    grant_care_link(&town.db, &mother.0, mother.1, link(to, scopes), Door::Page, now()).await.unwrap()
}

fn is_unknown<T>(answer: Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::NotFound))
}

on_both_databases!(a_relative_sees_what_was_granted_and_nothing_once_it_is_revoked, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, daughter, stranger) = (elder(&town, 1).await, town.parent(2).await, town.parent(3).await);
    let term = town.term(5).await;
    book_place(&test.db, &mother.0, &request(term, mother.1), now()).await.unwrap();
    let link = grant(&town, &mother, &daughter, &[CareScope::SeePlan]).await;
    let told = &notices::list(&test.db, &daughter.who, now()).await.unwrap()[0].says;
    assert!(matches!(told, NoticeText::CareGranted { person, .. } if person == "李秀英"), "{told:?}");

    let page = cared_page(&test.db, &daughter.who, link, now()).await.unwrap();
    assert_eq!((page.cared.name.as_str(), page.dates.len(), page.bookings.len()), ("李秀英", 4, 0));
    assert!(is_unknown(cared_page(&test.db, &stranger.who, link, now()).await), "it is hers alone");
    assert!(cared(&test.db, &stranger.who).await.unwrap().is_empty());
    assert!(
        calendar::my_bookings(&test.db, &daughter.who, None, now()).await.unwrap().is_empty(),
        "seeing is not doing"
    );

    revoke_care_link(&test.db, &mother.0, link, Door::Page, later(1)).await.unwrap();
    assert!(is_unknown(cared_page(&test.db, &daughter.who, link, later(1)).await));
    assert!(cared(&test.db, &daughter.who).await.unwrap().is_empty());
    assert!(care_links(&test.db, &mother.0, mother.1).await.unwrap().is_empty());
    revoke_care_link(&test.db, &mother.0, link, Door::Page, later(2)).await.unwrap();
});

on_both_databases!(the_roll_is_seen_by_whom_it_was_granted_to_and_by_no_other, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, daughter, son) = (elder(&town, 1).await, town.parent(2).await, town.parent(3).await);
    let term = town.term(5).await;
    book_place(&test.db, &mother.0, &request(term, mother.1), now()).await.unwrap();
    let sees_roll = grant(&town, &mother, &daughter, &[CareScope::SeeRoll]).await;
    let sees_plan = grant(&town, &mother, &son, &[CareScope::SeePlan]).await;
    // The first of the dates is on 1 December at nine.
    let first = later(7 * 24 * 60 + 30);
    let dates = cared_page(&test.db, &daughter.who, sees_roll, first).await.unwrap().dates;
    assert_eq!((dates[0].begun, dates[0].over, dates[0].mark), (true, false, None));
    let on = calendar::my_bookings(&test.db, &mother.0, None, now()).await.unwrap()[0].dates[0].occurrence;
    let mark = Some(domain::booking::Mark::Present);
    town.tap(on, mother.1, domain::roll::Says::Present, 0, first).await.unwrap();
    let marked = |page: domain::reading::CaredPage| page.dates[0].mark.map(|(mark, _)| mark);
    assert_eq!(marked(cared_page(&test.db, &daughter.who, sees_roll, first).await.unwrap()), mark);
    assert_eq!(marked(cared_page(&test.db, &son.who, sees_plan, first).await.unwrap()), None);
    let days_later = later(10 * 24 * 60);
    assert_eq!(marked(cared_page(&test.db, &daughter.who, sees_roll, days_later).await.unwrap()), mark, "it stays");
    let plan = cared_page(&test.db, &son.who, sees_plan, days_later).await.unwrap();
    assert_eq!(plan.dates.len(), 3, "what is over is no plan");
});

on_both_databases!(who_may_book_for_her_books_and_cancels_until_it_is_revoked, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, daughter) = (elder(&town, 1).await, town.parent(2).await);
    let (term, other) = (town.term(5).await, town.term(5).await);
    let wish = request(term, mother.1);
    assert!(is_unknown(book_place(&test.db, &daughter.who, &wish, now()).await), "not before it was granted");
    grant(&town, &mother, &daughter, &[CareScope::SeePlan]).await;
    assert!(is_unknown(book_place(&test.db, &daughter.who, &wish, now()).await), "nor by seeing alone");
    let link = grant(&town, &mother, &daughter, &[CareScope::Book]).await;
    let booked = book_place(&test.db, &daughter.who, &wish, now()).await.unwrap();
    assert!(matches!(booked, Booked::Confirmed { .. }), "{booked:?}");
    let hers = calendar::my_bookings(&test.db, &mother.0, None, now()).await.unwrap();
    assert_eq!(hers[0].id, booked.booking(), "it is in her own plan");
    assert_eq!(cared_page(&test.db, &daughter.who, link, now()).await.unwrap().bookings.len(), 1);
    // Who books takes leave, too.
    let day = hers[0].dates[1].occurrence;
    take_leave(&test.db, &daughter.who, booked.booking(), day, LeaveKind::Personal, now()).await.unwrap();
    let hers = calendar::my_bookings(&test.db, &mother.0, None, now()).await.unwrap();
    assert_eq!(hers[0].dates[1].leave, Some(LeaveKind::Personal));
    withdraw_leave(&test.db, &daughter.who, booked.booking(), day, now()).await.unwrap();
    cancel_booking(&test.db, &daughter.who, booked.booking(), Door::Page, now()).await.unwrap();

    let own = book_place(&test.db, &mother.0, &request(other, mother.1), now()).await.unwrap();
    revoke_care_link(&test.db, &mother.0, link, Door::Page, later(1)).await.unwrap();
    assert!(is_unknown(cancel_booking(&test.db, &daughter.who, own.booking(), Door::Page, later(1)).await));
    let leave = take_leave(&test.db, &daughter.who, own.booking(), day, LeaveKind::Personal, later(1)).await;
    assert!(is_unknown(leave));
    assert!(is_unknown(book_place(&test.db, &daughter.who, &request(term, mother.1), later(1)).await));
});

on_both_databases!(only_the_person_grants_or_staff_on_paper_and_few_at_a_time, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, daughter, stranger) = (elder(&town, 1).await, town.parent(2).await, town.parent(3).await);
    let new = || link(&daughter, &[CareScope::SeeRoll]);
    let by_stranger = grant_care_link(&test.db, &stranger.who, mother.1, new(), Door::Page, now()).await;
    assert!(is_unknown(by_stranger));
    assert!(is_unknown(grant_care_link(&test.db, &stranger.who, mother.1, new(), Door::Desk, now()).await));
    let no_paper = grant_care_link(&test.db, &town.staff, mother.1, new(), Door::Desk, now()).await;
    assert!(matches!(no_paper, Err(StoreError::Invalid(problem)) if problem.field == "paper"));
    let paper = NewCareLink { paper: Some(Line::parse("3 号档案盒").unwrap()), ..new() };
    grant_care_link(&test.db, &town.staff, mother.1, paper, Door::Desk, now()).await.unwrap();
    assert_eq!(care_links(&test.db, &mother.0, mother.1).await.unwrap()[0].paper.as_deref(), Some("3 号档案盒"));
    let nothing = grant_care_link(&test.db, &mother.0, mother.1, link(&daughter, &[]), Door::Page, now()).await;
    assert!(matches!(nothing, Err(StoreError::Invalid(problem)) if problem.problem == InputProblem::Choice));

    // The same relative once more has one link, with what was granted last.
    let again = grant(&town, &mother, &daughter, &[CareScope::Book]).await;
    let links = care_links(&test.db, &mother.0, mother.1).await.unwrap();
    assert_eq!(links.iter().map(|link| link.id).collect::<Vec<_>>(), [again]);
    for n in 1..MAX_CARE_LINKS {
        let phone = PhoneNumber::parse(&format!("137{n:08}")).unwrap();
        let new = NewCareLink { phone, ..new() };
        grant_care_link(&test.db, &mother.0, mother.1, new, Door::Page, now()).await.unwrap();
    }
    let phone = PhoneNumber::parse("13600000000").unwrap();
    let full = grant_care_link(&test.db, &mother.0, mother.1, NewCareLink { phone, ..new() }, Door::Page, now()).await;
    assert!(matches!(full, Err(StoreError::Refused(Refusal::CareLinksFull { max: MAX_CARE_LINKS }))), "{full:?}");
    // The relative may give it up, too.
    revoke_care_link(&test.db, &daughter.who, again, Door::Page, later(1)).await.unwrap();
    assert!(is_unknown(revoke_care_link(&test.db, &stranger.who, again, Door::Page, later(1)).await));
});

on_both_databases!(the_desk_reads_a_residents_bookings_relatives_and_changes, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
    let (mother, daughter) = (elder(&town, 1).await, town.parent(2).await);
    let term = town.term(5).await;
    book_place(&test.db, &mother.0, &request(term, mother.1), now()).await.unwrap();
    grant(&town, &mother, &daughter, &[CareScope::SeeRoll]).await;
    let page = rosters::person_page(&test.db, &town.staff, "yongxing", mother.1, now()).await.unwrap();
    assert_eq!((page.person.name.as_str(), page.household.len(), page.bookings.len()), ("李秀英", 1, 1));
    assert_eq!(page.links.iter().map(|link| link.name.as_str()).collect::<Vec<_>>(), ["女儿李娜"]);
    let mut did: Vec<_> = page.changes.iter().map(|line| line.action.as_str()).collect();
    did.sort_unstable();
    assert_eq!(did, ["add_member", "book_place", "decide_consent", "grant_care_link"]);
    let text = format!("{page:?}");
    assert!(!text.contains("13900000001") && !text.contains("13900000002"), "phones are masked: {text}");
    for (who, slug) in [(&elsewhere.staff, "elsewhere"), (&elsewhere.staff, "yongxing"), (&mother.0, "yongxing")] {
        assert!(is_unknown(rosters::person_page(&test.db, who, slug, mother.1, now()).await), "{slug}");
    }
});
