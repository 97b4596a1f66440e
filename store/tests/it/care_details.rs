//! Care details: who keeps them, who reads them, for which reason, and who is told.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
    town::{Parent, Town, later, now},
};
use domain::{
    address::Address,
    care_details::{CareDetails, CareField, CareNote, CareReason, Contact},
    consent::Purpose,
    id::PersonId,
    phone::PhoneNumber,
    refusal::Refusal,
    rights::{Door, StaffRole},
    text::{Line, PersonName},
};
use jiff::ToSpan;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait};
use store::{
    StoreError,
    accounts::{Who, who_is},
    attendance,
    bookings::book_place,
    care_details::{
        NewCareDetails, clear_care_details, family_care, give_care_reason, keep_care_details, read_care_details,
    },
    consents::{decide, is_granted},
    entity::{care_detail, care_reason},
    rosters,
    sealed::Keys,
    staff,
};

/// All five.
pub fn all() -> CareDetails {
    CareDetails {
        allergies: CareNote::parse("花生,会起疹子").ok(),
        health: CareNote::parse("哮喘,书包里有喷雾").ok(),
        diet: CareNote::parse("不吃猪肉").ok(),
        contact: Some(Contact {
            name: PersonName::parse("外婆李兰").unwrap(),
            phone: PhoneNumber::parse("13712345678").unwrap(),
            relation: Line::parse("外婆").ok(),
        }),
        address: Address::parse("3号楼1单元502室").ok(),
    }
}

pub fn new(details: CareDetails, version: i32) -> NewCareDetails {
    NewCareDetails { details, version, agreed: true }
}

async fn keep(town: &Town, keys: &Keys, parent: &Parent, details: CareDetails, version: i32) -> Result<(), StoreError> {
    keep_care_details(&town.db, keys, &parent.who, parent.child, new(details, version), Door::Page, now()).await
}

async fn read(town: &Town, keys: &Keys, who: &Who, id: PersonId) -> Result<domain::reading::DeskCare, StoreError> {
    read_care_details(&town.db, keys, who, "yongxing", id, now()).await
}

fn is_unknown<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::NotFound))
}

fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer.unwrap_err() {
        StoreError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

on_both_databases!(
    a_family_keeps_them_and_staff_read_them_for_a_reason_that_both_see,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
        let (file, parent, other) = (KeyFile::new(), town.parent(1).await, town.parent(2).await);
        let keys = &file.keys;
        let nothing = family_care(&test.db, keys, &parent.who, parent.child, now()).await.unwrap();
        assert_eq!((nothing.kept.version, nothing.kept.agreed, nothing.kept.guardian), (0, None, true));
        keep(&town, keys, &parent, all(), 0).await.unwrap();
        let page = family_care(&test.db, keys, &parent.who, parent.child, now()).await.unwrap();
        assert_eq!((page.kept.details.clone(), page.kept.version, page.readings.len()), (all(), 1, 0));

        let seen = rosters::person_page(&test.db, &town.staff, "yongxing", parent.child, now()).await.unwrap();
        assert_eq!(seen.care, all().kept(), "staff see that something is kept");
        let text = format!("{:?}", serde_json::to_string(&seen).unwrap());
        for secret in ["花生", "哮喘", "猪肉", "李兰", "13712345678", "502室"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let closed = read(&town, keys, &town.staff, parent.child).await.unwrap();
        assert_eq!((closed.fields, closed.reason, closed.opened), (all().kept(), None, None));

        let say = |who, slug, reason, words: Option<&str>| {
            give_care_reason(
                &town.db,
                who,
                slug,
                parent.child,
                reason,
                words.and_then(|words| Line::parse(words).ok()),
                now(),
            )
        };
        let wordless = say(&town.staff, "yongxing", CareReason::Other, None).await.unwrap_err();
        assert!(matches!(wordless, StoreError::Invalid(problem) if problem.field == "words"));
        assert_eq!(care_reason::Entity::find().all(&test.db).await.unwrap(), []);
        say(&town.staff, "yongxing", CareReason::Meal, Some("周二午餐")).await.unwrap();
        say(&town.staff, "yongxing", CareReason::Class, None).await.unwrap();
        for _ in 0..2 {
            let opened = read(&town, keys, &town.staff, parent.child).await.unwrap();
            assert_eq!((opened.reason, opened.opened.unwrap().details), (Some(CareReason::Meal), all()));
        }
        let page = family_care(&test.db, keys, &parent.who, parent.child, now()).await.unwrap();
        assert_eq!(page.readings.len(), 2, "each reading is kept");
        let reading = &page.readings[0];
        assert_eq!((reading.who.as_str(), reading.at.to_string().as_str()), ("陈静", "2026-11-24T09:00:00"));
        assert_eq!((reading.why.reason, reading.why.words.as_deref()), (Some(CareReason::Meal), Some("周二午餐")));
        assert_eq!(reading.why.fields, all().kept());
        let changes =
            rosters::person_page(&test.db, &town.staff, "yongxing", parent.child, now()).await.unwrap().changes;
        let mut did: Vec<_> = changes.iter().map(|line| line.action.as_str()).collect();
        did.sort_unstable();
        assert_eq!(
            did,
            [
                "add_member",
                "decide_consent",
                "decide_consent",
                "give_care_reason",
                "keep_care_details",
                "read_care_details",
                "read_care_details"
            ]
        );
        assert!(!format!("{changes:?}").contains("花生"));

        // The reason holds for that account on that day.
        let tomorrow = now() + 24.hours();
        let closed = read_care_details(&test.db, keys, &town.staff, "yongxing", parent.child, tomorrow).await.unwrap();
        assert_eq!(closed.opened, None);
        let colleague =
            staff::add(&test.db, "yongxing", "wumin", "吴敏", "a long password", StaffRole::Admin, [8; 16], now());
        let colleague = who_is(&test.db, colleague.await.unwrap()).await.unwrap().unwrap();
        assert_eq!(read(&town, keys, &colleague, parent.child).await.unwrap().opened, None);

        for who in [&elsewhere.staff, &parent.who, &other.who] {
            assert!(is_unknown(&read(&town, keys, who, parent.child).await));
            assert!(is_unknown(&say(who, "yongxing", CareReason::Class, None).await));
            assert!(is_unknown(&keep_at_desk(&town, keys, who, parent.child, all(), 1).await));
            assert!(is_unknown(&clear_care_details(&test.db, who, parent.child, Door::Desk, now()).await));
        }
        assert!(is_unknown(&say(&elsewhere.staff, "elsewhere", CareReason::Class, None).await));
        for who in [&elsewhere.staff, &town.staff, &other.who] {
            assert!(is_unknown(&family_care(&test.db, keys, who, parent.child, now()).await));
            let theirs = keep_care_details(&test.db, keys, who, parent.child, new(all(), 1), Door::Page, now()).await;
            assert!(is_unknown(&theirs));
            assert!(is_unknown(&clear_care_details(&test.db, who, parent.child, Door::Page, now()).await));
        }
    }
);

async fn keep_at_desk(
    town: &Town,
    keys: &Keys,
    who: &Who,
    id: PersonId,
    details: CareDetails,
    version: i32,
) -> Result<(), StoreError> {
    keep_care_details(&town.db, keys, who, id, new(details, version), Door::Desk, now()).await
}

on_both_databases!(nothing_is_kept_without_consent_or_over_what_was_not_seen, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (file, parent) = (KeyFile::new(), town.parent(1).await);
    let keys = &file.keys;
    let silent = NewCareDetails { agreed: false, ..new(all(), 0) };
    let told = keep_care_details(&test.db, keys, &parent.who, parent.child, silent.clone(), Door::Page, now()).await;
    assert_eq!(refused(told), Refusal::CareConsent { guardian: true });
    let told = keep_care_details(&test.db, keys, &town.staff, parent.child, silent, Door::Desk, now()).await;
    assert_eq!(refused(told), Refusal::CareConsent { guardian: true });
    assert_eq!(care_detail::Entity::find().all(&test.db).await.unwrap(), []);

    // The desk writes down a paper form without reading anything; a second one would write over what it hasn't seen.
    let some = CareDetails { diet: CareNote::parse("吃素").ok(), ..CareDetails::default() };
    keep_at_desk(&town, keys, &town.staff, parent.child, some.clone(), 0).await.unwrap();
    assert_eq!(refused(keep_at_desk(&town, keys, &town.staff, parent.child, all(), 1).await), Refusal::ReasonNeeded);
    give_care_reason(&test.db, &town.staff, "yongxing", parent.child, CareReason::Family, None, now()).await.unwrap();
    keep_at_desk(&town, keys, &town.staff, parent.child, all(), 1).await.unwrap();
    assert_eq!(refused(keep(&town, keys, &parent, some.clone(), 1).await), Refusal::ChangedSince);
    assert_eq!(refused(keep(&town, keys, &parent, some.clone(), 0).await), Refusal::ChangedSince);
    // Consent was given once.
    let again = NewCareDetails { agreed: false, ..new(some.clone(), 2) };
    keep_care_details(&test.db, keys, &parent.who, parent.child, again, Door::Page, later(1)).await.unwrap();
    let row = care_detail::Entity::find().one(&test.db).await.unwrap().unwrap();
    assert_eq!(row.version, 3);
    assert_eq!(is_granted(&test.db, parent.child, Purpose::Care).await.unwrap(), Some(true));
    assert!(row.allergies.is_none() && row.address_index.is_none() && row.contact_index.is_none());
    // The same once more is no change; nothing at all ends it, and the consent with it.
    let keep_at = async |details: CareDetails, version, at| {
        let new = new(details, version);
        keep_care_details(&test.db, keys, &parent.who, parent.child, new, Door::Page, later(at)).await.unwrap();
    };
    let clear_at = async |at| {
        clear_care_details(&test.db, &parent.who, parent.child, Door::Page, later(at)).await.unwrap();
    };
    let agreed = async || is_granted(&test.db, parent.child, Purpose::Care).await.unwrap();
    keep_at(some, 3, 2).await;
    assert_eq!(care_detail::Entity::find().one(&test.db).await.unwrap().unwrap().version, 3);
    keep_at(CareDetails::default(), 3, 3).await;
    assert_eq!((care_detail::Entity::find().all(&test.db).await.unwrap(), agreed().await), (vec![], Some(false)));
    keep_at(all(), 0, 4).await;
    assert_eq!(agreed().await, Some(true));
    clear_at(5).await;
    clear_at(6).await;
    assert_eq!(agreed().await, Some(false));
    // Whoever refuses it elsewhere is kept no more of.
    keep_at(all(), 0, 7).await;
    decide(&test.db, &parent.who, parent.child, Purpose::Care, false, later(8)).await.unwrap();
    assert_eq!(care_detail::Entity::find().all(&test.db).await.unwrap(), []);
    let changes = rosters::person_page(&test.db, &town.staff, "yongxing", parent.child, now()).await.unwrap().changes;
    let cleared: Vec<_> = changes.iter().filter(|line| line.action == "clear_care_details").collect();
    assert_eq!(cleared.len(), 3);
    assert!(cleared.iter().all(|line| line.before.is_none() && line.after.is_some()), "{cleared:?}");
});

on_both_databases!(a_value_that_is_moved_to_another_place_does_not_open, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (file, one, two) = (KeyFile::new(), town.parent(1).await, town.parent(2).await);
    for parent in [&one, &two] {
        keep(&town, &file.keys, parent, all(), 0).await.unwrap();
    }
    let run = async |sql: String| test.db.execute_unprepared(&sql).await.unwrap();
    let id = |person: PersonId| match test.db.get_database_backend() {
        DbBackend::Sqlite => format!("x'{}'", person.0.simple()),
        _ => format!("'{person}'"),
    };
    let (first, second) = (id(one.child), id(two.child));
    let opens = async |parent: &Parent| {
        let page = family_care(&test.db, &file.keys, &parent.who, parent.child, now()).await;
        assert!(page.is_ok() || matches!(page, Err(StoreError::Sealed)), "{page:?}");
        page.is_ok()
    };
    run(format!(
        "UPDATE care_detail SET allergies = (SELECT allergies FROM care_detail WHERE person_id = {first})
         WHERE person_id = {second}"
    ))
    .await;
    assert!(opens(&one).await && !opens(&two).await, "of another row");
    run(format!("UPDATE care_detail SET health = diet WHERE person_id = {first}")).await;
    assert!(!opens(&one).await, "of another column");
    run("UPDATE care_detail SET key_id = 7".to_owned()).await;
    assert!(!opens(&one).await, "under another key's number");
    // What can't be opened is cleared all the same, and kept anew.
    clear_care_details(&test.db, &one.who, one.child, Door::Page, now()).await.unwrap();
    keep(&town, &file.keys, &one, all(), 0).await.unwrap();
    assert!(opens(&one).await);
});

on_both_databases!(a_whole_address_finds_the_person_and_a_part_of_it_does_not, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
    let (file, parent) = (KeyFile::new(), town.parent(1).await);
    keep(&town, &file.keys, &parent, all(), 0).await.unwrap();
    let find = async |query: &str| {
        let found = rosters::find_persons(&test.db, &file.keys, &town.staff, "yongxing", query, now()).await.unwrap();
        found.iter().map(|found| found.id).collect::<Vec<_>>()
    };
    for query in ["3-1-502", "3号楼1单元502", "3栋1单元502室", " 三号楼一单元五〇二 ", "137 1234 5678"]
    {
        assert_eq!(find(query).await, [parent.child], "{query}");
    }
    for query in ["3-1-503", "1-502", "3-1", "502", "3-1-50", "5678", "13712345679"] {
        assert_eq!(find(query).await, [], "{query}");
    }
    let theirs = rosters::find_persons(&test.db, &file.keys, &elsewhere.staff, "elsewhere", "3-1-502", now()).await;
    assert_eq!(theirs.unwrap(), []);
    let moved = CareDetails { address: Address::parse("12-301").ok(), ..all() };
    keep(&town, &file.keys, &parent, moved, 1).await.unwrap();
    assert_eq!((find("3-1-502").await, find("12幢301").await), (vec![], vec![parent.child]));
    // Without keys the rest of the search goes on.
    let found = rosters::find_persons(&test.db, &Keys::none(), &town.staff, "yongxing", "12-301", now()).await.unwrap();
    assert_eq!(found, []);
});

on_both_databases!(the_roll_says_that_an_allergy_is_kept_and_not_which, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(5).await;
    let (file, one, two) = (KeyFile::new(), town.parent(1).await, town.parent(2).await);
    for parent in [&one, &two] {
        book_place(&test.db, &parent.who, &crate::town::request(term, parent.child), now()).await.unwrap();
    }
    keep(&town, &file.keys, &one, all(), 0).await.unwrap();
    let diet = CareDetails { allergies: None, ..all() };
    keep(&town, &file.keys, &two, diet, 0).await.unwrap();
    let date = store::terms::load_term(&test.db, term).await.unwrap().term.occurrences[0].id;
    let roll = attendance::roll(&test.db, &town.staff, "yongxing", date, now()).await.unwrap();
    let marked: Vec<_> = roll.lines.iter().filter(|line| line.allergy).map(|line| line.person).collect();
    assert_eq!(marked, [one.child]);
    // Whoever leads the date reads it for a reason, and of nobody else.
    let salt = store::password::new_salt();
    let teacher =
        staff::add(&test.db, "yongxing", "teacher", "李老师", "a long password", StaffRole::Leader, salt, now()).await;
    let teacher = who_is(&test.db, teacher.unwrap()).await.unwrap().unwrap();
    assert!(is_unknown(&read(&town, &file.keys, &teacher, one.child).await));
    let reason = give_care_reason(&test.db, &teacher, "yongxing", one.child, CareReason::Class, None, now()).await;
    assert!(is_unknown(&reason));
    test.db.execute_unprepared("UPDATE occurrence SET leader = '李老师'").await.unwrap();
    let closed = read(&town, &file.keys, &teacher, one.child).await.unwrap();
    assert!(closed.opened.is_none() && !closed.edits);
    give_care_reason(&test.db, &teacher, "yongxing", one.child, CareReason::Class, None, now()).await.unwrap();
    assert!(read(&town, &file.keys, &teacher, one.child).await.unwrap().opened.is_some());
    assert!(is_unknown(&keep_at_desk(&town, &file.keys, &teacher, one.child, all(), 1).await));
    let stranger = town.parent(3).await;
    assert!(is_unknown(&read(&town, &file.keys, &teacher, stranger.child).await));
    assert!(!serde_json::to_string(&roll).unwrap().contains("花生"));
    let fields = read(&town, &file.keys, &town.staff, two.child).await.unwrap().fields;
    assert!(!fields.contains(&CareField::Allergies));
});
