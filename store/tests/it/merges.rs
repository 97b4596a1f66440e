//! Two records of one person: joined, with all that hangs on them, and parted again.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::Mark,
    care::CareScope,
    consent::Purpose,
    id::{BookingId, MergeId, OccurrenceId, PersonId, TermId},
    merge::{Hindrance, Joined},
    person::MemberRole,
    phone::PhoneNumber,
    refusal::Refusal,
    rights::Door,
    roll::{Says, Verdict},
    roster_file::RawLine,
    text::{Line, PersonName},
};
use jiff::{Timestamp, ToSpan, civil::date};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};
use std::collections::BTreeSet;
use store::{
    StoreError,
    accounts::{Who, who_is},
    bookings::{BookRequest, book_place, cancel_booking},
    calendar, care_details,
    care_links::{NewCareLink, cared, grant_care_link, revoke_care_link},
    consents::decide,
    deep_check::deep_check,
    entity::{attendance, audit, booking, household_member, person, person_merge},
    families::{self, NewMember},
    merges::{COLUMNS, merge_page, merge_persons, undo_merge},
    my_data, notices,
    roster_file::recognise_lines,
    rosters::{self, NewPerson},
    sealed::Keys,
    terms::load_term,
};

const GRANDMOTHER: &str = "王秀兰";

/// Written down at the desk, by the name alone.
async fn by_desk(town: &Town, phone: Option<&str>) -> PersonId {
    let new = NewPerson {
        name: PersonName::parse(GRANDMOTHER).unwrap(),
        birth: None,
        phone: phone.map(|phone| PhoneNumber::parse(phone).unwrap()),
        building: Some(Line::parse("3栋").unwrap()),
    };
    rosters::add_person(&town.db, &town.staff, "yongxing", new, now()).await.unwrap()
}

/// Written down by a family, with the birth date.
async fn by_family(town: &Town, family: &Parent, year: i16, myself: bool) -> PersonId {
    let new = NewMember {
        role: if myself { MemberRole::Guardian } else { MemberRole::Elder },
        name: PersonName::parse(GRANDMOTHER).unwrap(),
        birth: Some(date(year, 3, 2)),
        myself,
    };
    families::add_member(&town.db, &family.who_now(town).await, town.community, new, now()).await.unwrap()
}

async fn book(town: &Town, who: &Who, term: TermId, person: PersonId, door: Door) -> BookingId {
    let asked = BookRequest { door, ..request(term, person) };
    book_place(&town.db, who, &asked, now()).await.unwrap().booking()
}

async fn merge(town: &Town, kept: PersonId, gone: PersonId) -> Result<MergeId, StoreError> {
    merge_persons(&town.db, &town.staff, "yongxing", kept, gone, false, later(1)).await
}

async fn undo(town: &Town, id: MergeId) -> Result<PersonId, StoreError> {
    undo_merge(&town.db, &town.staff, "yongxing", id, later(20)).await
}

fn hindered<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Hindrance {
    match answer {
        Err(StoreError::Refused(Refusal::CannotMerge { hindrance })) => hindrance,
        other => panic!("{other:?}"),
    }
}

/// All rows that name a person, for whoever compares before and after.
async fn everything(town: &Town) -> Vec<String> {
    let mut all = Vec::new();
    for (table, column, _) in COLUMNS.iter().filter(|(table, ..)| !["audit", "notice", "person_merge"].contains(table))
    {
        let id = match *table {
            "booking_member" => "booking_id",
            "care_detail" | "pickup_rule" => "person_id",
            "household_member" => "household_id",
            _ => "id",
        };
        let sql = match town.db.get_database_backend() {
            DbBackend::Sqlite => {
                format!("SELECT hex({id}) || ' ' || hex({column}) FROM \"{table}\" WHERE {column} IS NOT NULL")
            }
            _ => format!("SELECT {id}::text || ' ' || {column}::text FROM \"{table}\" WHERE {column} IS NOT NULL"),
        };
        for row in town.db.query_all_raw(Statement::from_string(town.db.get_database_backend(), sql)).await.unwrap() {
            all.push(format!("{table} {}", row.try_get_by_index::<String>(0).unwrap()));
        }
    }
    for row in booking::Entity::find().all(&town.db).await.unwrap() {
        all.push(format!("{} of household {:?}", row.id, row.household_id));
    }
    for row in person::Entity::find().all(&town.db).await.unwrap() {
        all.push(format!("{row:?}"));
    }
    all.sort();
    all
}

async fn sound(town: &Town, at: Timestamp) {
    let parts = deep_check(&town.db, at).await.unwrap();
    let found: Vec<_> = parts.into_iter().flat_map(|part| part.findings).filter(|one| !one.contains("seal")).collect();
    assert_eq!(found, [""; 0]);
}

async fn first_date(town: &Town, term: TermId) -> (OccurrenceId, Timestamp) {
    let date = load_term(&town.db, term).await.unwrap().term.occurrences[0].clone();
    (date.id, date.starts_at)
}

on_both_databases!(
    somebody_who_was_written_down_twice_is_one_person_and_can_be_two_again,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let (family, daughter) = (town.parent(1).await, town.parent(2).await);
        let (desks, familys) =
            (by_desk(&town, Some("13700001111")).await, by_family(&town, &family, 1950, false).await);
        let (morning, evening) = (town.term(5).await, town.term(5).await);
        book(&town, &town.staff, morning, desks, Door::Desk).await;
        book(&town, &family.who_now(&town).await, evening, familys, Door::Page).await;
        let paper = NewCareLink {
            name: PersonName::parse("女儿李娜").unwrap(),
            phone: daughter.who.phone.clone().unwrap(),
            scopes: vec![CareScope::SeePlan],
            paper: Some(Line::parse("3 号盒").unwrap()),
        };
        grant_care_link(&test.db, &town.staff, desks, paper, Door::Desk, now()).await.unwrap();
        let before = everything(&town).await;

        let page = rosters::person_page(&test.db, &town.staff, "yongxing", familys, now()).await.unwrap();
        assert_eq!(page.twins.iter().map(|twin| twin.id).collect::<Vec<_>>(), [desks]);
        let pair =
            merge_page(&test.db, &town.staff, "yongxing", familys, Some(desks), now()).await.unwrap().pair.unwrap();
        assert_eq!((&pair.hinders[..], pair.two_homes, pair.stays), (&[][..], false, 0));
        let joined = [(Joined::Bookings, 1), (Joined::Relatives, 1), (Joined::Phone, 1), (Joined::Building, 1)];
        assert_eq!(pair.joined, joined);
        let done = merge(&town, familys, desks).await.unwrap();

        let page = rosters::person_page(&test.db, &town.staff, "yongxing", desks, later(2)).await.unwrap();
        assert_eq!((page.person.id, page.led, page.bookings.len(), page.links.len()), (familys, true, 2, 1));
        assert_eq!((page.person.phone.as_deref(), page.person.building.as_deref()), (Some("137****1111"), Some("3栋")));
        assert_eq!((page.merges[0].joined.as_slice(), page.merges[0].hinders.len()), (&joined[..], 0));
        assert!(page.twins.is_empty());
        let verbs: Vec<&str> = page.changes.iter().map(|line| line.action.as_str()).collect();
        assert!(verbs.contains(&"merge_persons") && verbs.contains(&"add_person"), "of both records: {verbs:?}");
        for find in [GRANDMOTHER, "1111", "3栋"] {
            let found =
                rosters::find_persons(&test.db, &Keys::none(), &town.staff, "yongxing", find, now()).await.unwrap();
            assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [familys], "{find}");
        }
        let line = RawLine {
            row: 2,
            name: GRANDMOTHER.to_owned(),
            birth: String::new(),
            phone: String::new(),
            note: String::new(),
        };
        let sheet = town.term(5).await;
        let seen = recognise_lines(&test.db, &town.staff, "yongxing", sheet, &[line], later(2)).await.unwrap();
        assert!(
            format!("{:?}", seen[0].line.seen).contains(&familys.to_string()),
            "a sheet means her, and asks nothing"
        );
        let mine = calendar::my_bookings(&test.db, &family.who_now(&town).await, None, later(2)).await.unwrap();
        assert_eq!(mine.iter().filter(|booking| booking.person == familys).count(), 2, "the family sees both");
        assert_eq!(cared(&test.db, &daughter.who).await.unwrap()[0].person, familys);
        assert_eq!(by_desk_again(&town).await, familys, "who writes her down once more is given the one record");
        let booked = BookRequest { door: Door::Desk, ..request(town.term(5).await, desks) };
        assert!(matches!(book_place(&test.db, &town.staff, &booked, later(2)).await, Err(StoreError::NotFound)));
        sound(&town, later(3)).await;

        let told = notices::list(&test.db, &family.who_now(&town).await, later(2)).await.unwrap();
        assert!(format!("{told:?}").contains("Merged"), "{told:?}");
        assert_eq!(undo(&town, done).await.unwrap(), familys);
        assert_eq!(everything(&town).await, before, "all is as it was");
        sound(&town, later(21)).await;
        assert_eq!(hindered(undo(&town, done).await), Hindrance::Gone);
        merge(&town, desks, familys).await.expect("and the other way round");
    }
);

/// The same name and birth date as the family's record has.
async fn by_desk_again(town: &Town) -> PersonId {
    let name = PersonName::parse(GRANDMOTHER).unwrap();
    let new = NewPerson { name, birth: Some(date(1950, 3, 2)), phone: None, building: None };
    rosters::add_person(&town.db, &town.staff, "yongxing", new, later(2)).await.unwrap()
}

on_both_databases!(what_is_marked_moves_and_so_does_what_a_phone_kept, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let family = town.parent(1).await;
    let (desks, familys) = (by_desk(&town, None).await, by_family(&town, &family, 1950, false).await);
    let term = town.term(5).await;
    book(&town, &town.staff, term, desks, Door::Desk).await;
    let dates = load_term(&test.db, term).await.unwrap().term.occurrences;
    let (date, at) = (dates[0].id, dates[0].starts_at);
    assert_eq!(town.tap(date, desks, Says::Present, 0, at).await.unwrap(), Verdict::Counts);
    let done = merge_persons(&test.db, &town.staff, "yongxing", familys, desks, false, at + 1.minute()).await.unwrap();
    // The phone in the corridor still knows her by the other record.
    assert_eq!(town.tap(date, desks, Says::Late, 1, at + 2.minutes()).await.unwrap(), Verdict::Counts);
    let next = (dates[1].id, dates[1].starts_at);
    assert_eq!(town.tap(next.0, familys, Says::Present, 0, next.1).await.unwrap(), Verdict::Counts);
    let marks = || attendance::Entity::find().all(&test.db);
    let of = |rows: Vec<attendance::Model>| rows.into_iter().map(|row| (row.person_id, row.mark.0)).collect::<Vec<_>>();
    let mut there = of(marks().await.unwrap());
    there.sort();
    assert_eq!(there, [(familys.0, Mark::Present), (familys.0, Mark::Late)]);
    undo_merge(&test.db, &town.staff, "yongxing", done, next.1 + 1.hour()).await.unwrap();
    let back = of(marks().await.unwrap());
    assert!(back.iter().all(|(person, _)| *person == desks.0), "what was marked since went with its date: {back:?}");
});

on_both_databases!(what_both_have_of_what_is_over_stays_and_of_what_comes_hinders, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (one, other) = (by_desk(&town, None).await, by_desk(&town, None).await);
    let term = town.term(5).await;
    book(&town, &town.staff, term, one, Door::Desk).await;
    let twice = book(&town, &town.staff, term, other, Door::Desk).await;
    let (date, at) = first_date(&town, term).await;
    for person in [one, other] {
        town.tap(date, person, Says::Present, 0, at).await.unwrap();
    }
    assert_eq!(hindered(merge(&town, one, other).await), Hindrance::Place { term, on: date_of_first() });
    let pair = merge_page(&test.db, &town.staff, "yongxing", one, Some(other), now()).await.unwrap().pair.unwrap();
    assert_eq!(pair.hinders[0].activity.as_deref(), Some("假期托管"), "the page says of what");
    // The second is cancelled after its first date, which stays as it was.
    cancel_booking(&test.db, &town.staff, twice, Door::Desk, at + 1.hour()).await.unwrap();
    let pair = merge_page(&test.db, &town.staff, "yongxing", one, Some(other), now()).await.unwrap().pair.unwrap();
    assert_eq!((pair.stays, &pair.hinders[..]), (1, &[][..]));
    let done = merge_persons(&test.db, &town.staff, "yongxing", one, other, false, at + 2.hours()).await.unwrap();
    let stayed = booking::Entity::find_by_id(twice.0).one(&test.db).await.unwrap().unwrap();
    assert_eq!(stayed.person_id, other.0);
    let marks = attendance::Entity::find().filter(attendance::Column::PersonId.eq(other.0)).count(&test.db).await;
    assert_eq!(marks.unwrap(), 1, "who came twice was counted twice, and still is");
    sound(&town, at + 3.hours()).await;
    undo_merge(&test.db, &town.staff, "yongxing", done, at + 4.hours()).await.unwrap();
    sound(&town, at + 5.hours()).await;
});

fn date_of_first() -> jiff::civil::Date {
    date(2026, 12, 1)
}

on_both_databases!(records_of_two_people_are_not_joined, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let elsewhere = Town::with_slug(&test.db, "shijia").await;
    let (first, second) = (town.parent(1).await, town.parent(2).await);
    let (one, other) = (by_family(&town, &first, 1950, true).await, by_family(&town, &second, 1951, true).await);
    assert_eq!(hindered(merge(&town, one, one).await), Hindrance::Same);
    let pair = merge_page(&test.db, &town.staff, "yongxing", one, Some(other), now()).await.unwrap().pair.unwrap();
    let why: Vec<_> = pair.hinders.into_iter().map(|one| one.why).collect();
    assert_eq!(why, [Hindrance::TwoAccounts, Hindrance::Births]);
    assert_eq!(hindered(merge(&town, one, other).await), Hindrance::TwoAccounts);
    let file = KeyFile::new();
    let care = crate::care_details::new(crate::care_details::all(), 0);
    let mother = second.who_now(&town).await;
    care_details::keep_care_details(&test.db, &file.keys, &mother, second.child, care, Door::Page, now())
        .await
        .unwrap();
    assert_eq!(hindered(merge(&town, first.child, second.child).await), Hindrance::CareDetails);
    merge_persons(&test.db, &town.staff, "yongxing", second.child, first.child, true, later(1)).await.unwrap();
    let theirs = town_child(&elsewhere).await;
    for (kept, gone) in [(one, theirs), (theirs, one)] {
        assert!(matches!(merge(&town, kept, gone).await, Err(StoreError::NotFound)));
    }
    for who in [&elsewhere.staff, &first.who] {
        let asked = merge_persons(&test.db, who, "yongxing", one, other, true, now()).await;
        assert!(matches!(asked, Err(StoreError::NotFound)));
        let page = merge_page(&test.db, who, "yongxing", one, None, now()).await;
        assert!(matches!(page, Err(StoreError::NotFound)));
    }
});

async fn town_child(town: &Town) -> PersonId {
    let new = NewPerson { name: PersonName::parse(GRANDMOTHER).unwrap(), birth: None, phone: None, building: None };
    rosters::add_person(&town.db, &town.staff, "shijia", new, now()).await.unwrap()
}

on_both_databases!(
    people_of_two_homes_must_have_agreed_before_both_answer_for_a_child,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let (mother, father) = (town.parent(1).await, town.parent(2).await);
        let again = town.child(father.who.account, "孩子1").await;
        let term = town.term(5).await;
        let booked = book(&town, &father.who_now(&town).await, term, again, Door::Page).await;
        let before = everything(&town).await;
        let unasked = merge(&town, mother.child, again).await;
        assert!(matches!(&unasked, Err(StoreError::Invalid(problem)) if problem.field == "agreed"), "{unasked:?}");
        let done = merge_persons(&test.db, &town.staff, "yongxing", mother.child, again, true, later(1)).await.unwrap();
        for parent in [&mother, &father] {
            let who = parent.who_now(&town).await;
            let mine = calendar::my_bookings(&test.db, &who, None, later(2)).await.unwrap();
            assert_eq!(mine.iter().map(|one| (one.id, one.person)).collect::<Vec<_>>(), [(booked, mother.child)]);
            assert!(families::members(&test.db, &who, now()).await.unwrap().iter().any(|one| one.shared));
        }
        undo(&town, done).await.unwrap();
        assert_eq!(everything(&town).await, before);
    }
);

on_both_databases!(a_refusal_of_either_record_counts_for_both, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (mother, father) = (town.parent(1).await, town.parent(2).await);
    decide(&test.db, &father.who_now(&town).await, father.child, Purpose::Service, false, later(1)).await.unwrap();
    let done = merge_persons(&test.db, &town.staff, "yongxing", mother.child, father.child, true, later(2)).await;
    let term = town.term(5).await;
    let who = mother.who_now(&town).await;
    let refused = book_place(&test.db, &who, &request(term, mother.child), later(3)).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::ConsentWithdrawn))), "{refused:?}");
    let done = done.unwrap();
    undo(&town, done).await.unwrap();
    book_place(&test.db, &who, &request(term, mother.child), later(21)).await.unwrap();
    let again = merge_persons(&test.db, &town.staff, "yongxing", mother.child, father.child, true, later(22)).await;
    decide(&test.db, &who, mother.child, Purpose::Service, true, later(23)).await.unwrap();
    let since = undo_merge(&test.db, &town.staff, "yongxing", again.unwrap(), later(24)).await;
    assert_eq!(hindered(since), Hindrance::DecidedSince);
});

on_both_databases!(what_was_changed_since_hinders_taking_it_back, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let family = town.parent(1).await;
    let (kept, gone, third) =
        (by_desk(&town, None).await, by_family(&town, &family, 1950, false).await, by_desk(&town, None).await);
    let first = merge(&town, kept, gone).await.unwrap();
    let second = merge_persons(&test.db, &town.staff, "yongxing", kept, third, false, later(2)).await.unwrap();
    assert_eq!(hindered(undo(&town, first).await), Hindrance::MergedSince);
    undo(&town, second).await.unwrap();
    let relative = town.parent(3).await;
    let paper = || NewCareLink {
        name: PersonName::parse("女儿李娜").unwrap(),
        phone: relative.who.phone.clone().unwrap(),
        scopes: vec![CareScope::SeePlan],
        paper: Some(Line::parse("3 号盒").unwrap()),
    };
    let link = grant_care_link(&test.db, &town.staff, kept, paper(), Door::Desk, later(3)).await.unwrap();
    assert_eq!(hindered(undo(&town, first).await), Hindrance::AllowedSince);
    revoke_care_link(&test.db, &town.staff, link, Door::Desk, later(4)).await.unwrap();
    families::remove_member(&test.db, &family.who_now(&town).await, kept, later(5)).await.unwrap();
    assert_eq!(hindered(undo(&town, first).await), Hindrance::HomeChanged);
});

on_both_databases!(what_was_revoked_meanwhile_stays_revoked, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (one, other, daughter) = (by_desk(&town, None).await, by_desk(&town, None).await, town.parent(1).await);
    let paper = || NewCareLink {
        name: PersonName::parse("女儿李娜").unwrap(),
        phone: daughter.who.phone.clone().unwrap(),
        scopes: vec![CareScope::SeePlan],
        paper: Some(Line::parse("3 号盒").unwrap()),
    };
    let link = grant_care_link(&test.db, &town.staff, one, paper(), Door::Desk, now()).await.unwrap();
    grant_care_link(&test.db, &town.staff, other, paper(), Door::Desk, now()).await.unwrap();
    let done = merge(&town, one, other).await.unwrap();
    assert_eq!(cared(&test.db, &daughter.who).await.unwrap().len(), 1, "of two papers to one relative one is read");
    revoke_care_link(&test.db, &town.staff, link, Door::Desk, later(2)).await.unwrap();
    assert!(cared(&test.db, &daughter.who).await.unwrap().is_empty());
    undo(&town, done).await.unwrap();
    assert!(cared(&test.db, &daughter.who).await.unwrap().is_empty(), "not by the other record either");
});

on_both_databases!(a_merged_record_is_exported_and_erased_with_its_person, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let family = town.parent(1).await;
    let (kept, gone) = (by_family(&town, &family, 1950, false).await, by_desk(&town, Some("13700001111")).await);
    let older = by_desk(&town, None).await;
    merge(&town, gone, older).await.unwrap();
    let done = merge(&town, kept, gone).await.unwrap();
    let who = family.who_now(&town).await;
    let data = my_data::export(&test.db, &Keys::none(), &who, later(2)).await.unwrap();
    let members = data["members"].as_array().unwrap();
    let her = members.iter().find(|member| member["name"] == GRANDMOTHER).unwrap();
    assert_eq!(her["joined_records"].as_array().unwrap().len(), 2);
    assert_eq!(her["joined_records"][0]["phone"], "13700001111");
    my_data::erase_member(&test.db, &who, kept, later(3)).await.unwrap();
    let rows = person::Entity::find().filter(person::Column::Id.is_in([kept.0, gone.0, older.0]));
    for row in rows.all(&test.db).await.unwrap() {
        assert_eq!((row.name.as_str(), row.phone, row.birth_date), (my_data::ERASED, None, None));
    }
    for json in [
        person_merge::Entity::find().into_json().all(&test.db).await.unwrap(),
        audit::Entity::find().into_json().all(&test.db).await.unwrap(),
    ] {
        let text = serde_json::to_string(&json).unwrap();
        assert!(!text.contains(GRANDMOTHER) && !text.contains("13700001111"), "{text}");
    }
    assert_eq!(hindered(undo(&town, done).await), Hindrance::Erased);
});

on_both_databases!(of_two_who_join_one_record_to_different_ones_the_second_is_told, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (one, other, gone) = (by_desk(&town, None).await, by_desk(&town, None).await, by_desk(&town, None).await);
    let term = town.term(5).await;
    let booked = book(&town, &town.staff, term, gone, Door::Desk).await;
    let (first, second) = tokio::join!(merge(&town, one, gone), merge(&town, other, gone));
    let (won, lost) = if first.is_ok() { (one, second) } else { (other, first) };
    assert_eq!(hindered(lost), Hindrance::Gone);
    assert_eq!(booking::Entity::find_by_id(booked.0).one(&test.db).await.unwrap().unwrap().person_id, won.0);
    assert_eq!(person_merge::Entity::find().count(&test.db).await.unwrap(), 1);
    sound(&town, later(3)).await;
});

on_both_databases!(the_deep_check_finds_what_is_half_joined, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (kept, gone) = (by_desk(&town, None).await, by_desk(&town, None).await);
    merge(&town, kept, gone).await.unwrap();
    let found = async || -> Vec<String> {
        let parts = deep_check(&test.db, later(2)).await.unwrap();
        parts.into_iter().filter(|part| part.what == "records").flat_map(|part| part.findings).collect()
    };
    assert_eq!(found().await, [""; 0]);
    let home = household_member::Entity::find().one(&test.db).await.unwrap().unwrap().household_id;
    let back = household_member::ActiveModel {
        household_id: Set(home),
        person_id: Set(gone.0),
        role: Set(MemberRole::Adult.into()),
        created_at: Set(now().into()),
    };
    household_member::Entity::insert(back).exec_without_returning(&test.db).await.unwrap();
    assert_eq!(found().await, [format!("person {gone} is joined to another, and yet of a household")]);
    test.db.execute_unprepared("UPDATE person SET merged_into = NULL").await.unwrap();
    assert_eq!(found().await, [format!("person {gone} was joined to another, and yet is by itself")]);
});

on_both_databases!(an_account_goes_with_its_record, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let family = town.parent(1).await;
    let (kept, gone) = (by_desk(&town, None).await, by_family(&town, &family, 1950, true).await);
    let done = merge(&town, kept, gone).await.unwrap();
    let who = family.who_now(&town).await;
    assert_eq!(who.person, Some(kept.0));
    let homes = household_member::Entity::find().filter(household_member::Column::PersonId.eq(kept.0));
    let homes: Vec<_> = homes.all(&test.db).await.unwrap().into_iter().map(|row| row.household_id).collect();
    assert_eq!(homes, [who.household.unwrap()], "the household that the desk made of her alone is left");
    sound(&town, later(3)).await;
    undo(&town, done).await.unwrap();
    assert_eq!(who_is(&test.db, who.account).await.unwrap().unwrap().person, Some(gone.0));
});

on_both_databases!(every_column_that_names_a_person_is_thought_about, |test: TestDatabase| async move {
    let sql = match test.db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name, f.\"from\" FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f
             WHERE t.schema = 'main' AND f.\"table\" = 'person'
             UNION SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
             WHERE t.schema = 'main' AND c.name LIKE '%person%id' AND c.name <> 'pickup_person_id'"
        }
        _ => {
            "SELECT t.relname::text, c.attname::text FROM pg_constraint f
             JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class o ON o.oid = f.confrelid
             JOIN pg_attribute c ON c.attrelid = f.conrelid AND c.attnum = f.conkey[1]
             WHERE f.contype = 'f' AND o.relname = 'person'
             UNION SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name LIKE '%person%id' AND column_name <> 'pickup_person_id'"
        }
    };
    let rows = test.db.query_all_raw(Statement::from_string(test.db.get_database_backend(), sql)).await.unwrap();
    let there: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    let known: BTreeSet<(String, String)> =
        COLUMNS.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
    assert_eq!(there, known);
});
