//! One's own data: consent, seen, corrected, erased.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
    town::{Town, now, request},
};
use domain::{
    consent::Purpose,
    person::MemberRole,
    refusal::Refusal,
    rights::{Door, StaffRole},
    text::{Line, Paragraph, PersonName},
};
use jiff::{SignedDuration, civil::date};
use sea_orm::{EntityTrait, PaginatorTrait};
use store::{
    StoreError,
    accounts::who_is,
    bookings::{book_place, cancel_booking},
    care_details::keep_care_details,
    consents::{self, decide, is_granted},
    entity::{account, audit, booking, care_detail, login_code, person},
    families::{self, NewMember},
    login_codes,
    my_data::{ERASED, correct_at_desk, correct_member, erase_at_desk, erase_member, export},
    notices, password, retention, rosters,
    sealed::Keys,
    staff,
};

on_both_databases!(without_consent_nobody_is_booked_for_at_the_page_or_at_the_desk, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let parent = town.parent(1).await;
    let term = town.term(5).await;
    assert_eq!(is_granted(&test.db, parent.child, Purpose::Service).await.unwrap(), Some(true), "given with the child");
    decide(&test.db, &parent.who_now(&town).await, parent.child, Purpose::Photos, false, now()).await.unwrap();
    let who = parent.who_now(&town).await;
    let booked = book_place(&test.db, &who, &request(term, parent.child), now()).await.unwrap();
    cancel_booking(&test.db, &who, booked.booking(), Door::Page, now()).await.unwrap();

    decide(&test.db, &who, parent.child, Purpose::Service, false, now()).await.unwrap();
    for (who, door) in [(&who, Door::Page), (&town.staff, Door::Desk)] {
        let asked = store::bookings::BookRequest { door, ..request(term, parent.child) };
        let refused = book_place(&test.db, who, &asked, now()).await;
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::ConsentWithdrawn))), "{refused:?}");
    }
    decide(&test.db, &who, parent.child, Purpose::Service, true, now()).await.unwrap();
    book_place(&test.db, &who, &request(term, parent.child), now()).await.unwrap();

    let states = consents::of_household(&test.db, &who, town.community, now()).await.unwrap().remove(0);
    assert!(states.by_guardian, "a child of eight");
    assert_eq!(states.history.len(), 4, "every decision is kept");
});

on_both_databases!(a_text_written_anew_is_a_new_version, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let salt = password::new_salt();
    let admin =
        staff::add(&test.db, "yongxing", "admin", "主任", "a long password", StaffRole::Admin, salt, now()).await;
    let admin = who_is(&test.db, admin.unwrap()).await.unwrap().unwrap();
    let parent = town.parent(1).await;
    let who = parent.who_now(&town).await;
    decide(&test.db, &who, parent.child, Purpose::Photos, true, now()).await.unwrap();
    let text = Paragraph::parse("照片只贴在活动室里。").unwrap();
    let desk = consents::write_text(&test.db, &town.staff, "yongxing", Purpose::Photos, &text, now()).await;
    assert!(matches!(desk, Err(StoreError::NotFound)), "desk staff don't write it");
    for _ in 0..2 {
        consents::write_text(&test.db, &admin, "yongxing", Purpose::Photos, &text, now()).await.unwrap();
    }
    let texts = consents::texts(&test.db, town.community).await.unwrap();
    let photos = texts.iter().find(|text| text.purpose == Purpose::Photos).unwrap();
    assert_eq!(photos.version, 1, "the same text is no new version");
    let states = consents::of_household(&test.db, &who, town.community, now()).await.unwrap().remove(0).states;
    let changed: Vec<Purpose> = states.iter().filter(|state| state.changed).map(|state| state.purpose).collect();
    assert_eq!(changed, [Purpose::Photos]);
});

on_both_databases!(what_is_erased_is_nowhere_but_where_a_law_keeps_it, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let parent = town.parent(1).await;
    let who = parent.who_now(&town).await;
    let name = PersonName::parse("罕见名字").unwrap();
    let birth = Some(date(2018, 5, 1));
    correct_member(&test.db, &who, parent.child, &name, birth, now()).await.unwrap();
    let term = town.term(5).await;
    let booked = book_place(&test.db, &who, &request(term, parent.child), now()).await.unwrap();
    let file = KeyFile::new();
    let kept = crate::care_details::new(crate::care_details::all(), 0);
    keep_care_details(&test.db, &file.keys, &who, parent.child, kept, Door::Page, now()).await.unwrap();
    let unread = export(&test.db, &Keys::none(), &who, now()).await.unwrap();
    assert_eq!(unread["members"][0]["care_details"], "can't be opened now");
    let data = export(&test.db, &file.keys, &who, now()).await.unwrap();
    assert_eq!(data["members"][0]["care_details"]["kept"]["diet"], "不吃猪肉");
    assert_eq!(data["members"][0]["name"], "罕见名字");
    assert_eq!(data["members"][0]["bookings"][0]["term"], "冬季班");
    let done = data["members"][0]["changes"].as_array().unwrap();
    for action in ["add_member", "correct_member", "book_place", "keep_care_details"] {
        assert!(done.iter().any(|row| row["action"] == action), "{action} is not told: {done:?}");
    }
    let refused = erase_member(&test.db, &who, parent.child, now()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::HasBookings))));
    let other = town.parent(2).await;
    let theirs = erase_member(&test.db, &other.who_now(&town).await, parent.child, now()).await;
    assert!(matches!(theirs, Err(StoreError::NotFound)));
    cancel_booking(&test.db, &who, booked.booking(), Door::Page, now()).await.unwrap();
    erase_member(&test.db, &who, parent.child, now()).await.unwrap();

    let row = person::Entity::find_by_id(parent.child.0).one(&test.db).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.birth_date, row.pinyin.as_str()), (ERASED, None, ""));
    assert_eq!(booking::Entity::find().count(&test.db).await.unwrap(), 1, "the line stays");
    assert_eq!(care_detail::Entity::find().count(&test.db).await.unwrap(), 0);
    let found = rosters::find_persons(&test.db, &Keys::none(), &town.staff, "yongxing", "罕见", now()).await.unwrap();
    assert!(found.is_empty());
    assert!(families::members(&test.db, &who, now()).await.unwrap().is_empty());
    let told = audit::Entity::find().into_json().all(&test.db).await.unwrap();
    assert!(!serde_json::to_string(&told).unwrap().contains("罕见"), "not even the correction said what it was");
});

on_both_databases!(the_desk_mends_and_erases_who_has_no_account_and_nobody_else, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let name = |name: &str| PersonName::parse(name).unwrap();
    let elder = rosters::NewPerson { name: name("罕见名字"), birth: None, phone: None, building: None };
    let elder = rosters::add_person(&test.db, &town.staff, "yongxing", elder, now()).await.unwrap();
    let paper = Line::parse("申请夹第 12 页").unwrap();
    let (db, staff) = (&test.db, &town.staff);
    let mended = (&name("张桂兰"), Some(date(1950, 3, 1)));
    correct_at_desk(db, staff, "yongxing", elder, mended, &paper, now()).await.unwrap();
    let row = || async { person::Entity::find_by_id(elder.0).one(db).await.unwrap().unwrap() };
    assert_eq!((row().await.name.as_str(), row().await.initials.as_str()), ("张桂兰", "zgl"));
    let name_alone = (&name("张桂兰"), None);
    correct_at_desk(db, staff, "yongxing", elder, name_alone, &paper, now()).await.unwrap();
    assert_eq!(row().await.birth_date.map(Into::into), Some(date(1950, 3, 1)), "what was left empty stays");

    let parent = town.parent(1).await;
    let theirs = erase_at_desk(db, staff, "yongxing", parent.child, &paper, now()).await;
    assert!(matches!(theirs, Err(StoreError::Refused(Refusal::SignsIn))), "{theirs:?}");
    let not_staff = erase_at_desk(db, &parent.who_now(&town).await, "yongxing", elder, &paper, now()).await;
    assert!(matches!(not_staff, Err(StoreError::NotFound)), "{not_staff:?}");
    let asked = store::bookings::BookRequest { door: Door::Desk, ..request(town.term(5).await, elder) };
    let booked = book_place(db, staff, &asked, now()).await.unwrap();
    let held = erase_at_desk(db, staff, "yongxing", elder, &paper, now()).await;
    assert!(matches!(held, Err(StoreError::Refused(Refusal::HasBookings))), "{held:?}");
    cancel_booking(db, staff, booked.booking(), Door::Desk, now()).await.unwrap();
    erase_at_desk(db, staff, "yongxing", elder, &paper, now()).await.unwrap();
    assert_eq!((row().await.name.as_str(), row().await.birth_date), (ERASED, None));
    let told = audit::Entity::find().into_json().all(db).await.unwrap();
    let told = serde_json::to_string(&told).unwrap();
    assert!(told.contains("申请夹第 12 页") && !told.contains("罕见"), "where the request lies, not who it was");
    let again = erase_at_desk(db, staff, "yongxing", elder, &paper, now()).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
});

on_both_databases!(whoever_erases_themself_has_no_account_any_more, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let who = town.stranger(1).await;
    let new =
        NewMember { role: MemberRole::Guardian, name: PersonName::parse("王芳").unwrap(), birth: None, myself: true };
    let me = families::add_member(&test.db, &who, town.community, new, now()).await.unwrap();
    let who = who_is(&test.db, who.account).await.unwrap().unwrap();
    erase_member(&test.db, &who, me, now()).await.unwrap();
    assert!(who_is(&test.db, who.account).await.unwrap().is_none());
    let row = account::Entity::find_by_id(who.account.0).one(&test.db).await.unwrap().unwrap();
    assert_eq!((row.phone, row.name.as_str()), (None, ERASED));
    // The same phone begins anew.
    let again = town.stranger(1).await;
    assert_ne!(again.account, who.account);
    assert!(notices::list(&test.db, &again, now()).await.unwrap().is_empty());
});

on_both_databases!(codes_are_kept_for_a_day, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let phone = town.stranger(1).await.phone.unwrap();
    let next = now() + SignedDuration::from_hours(25);
    login_codes::ask_code(&test.db, &phone, None, "654321", next).await.unwrap();
    assert_eq!(login_code::Entity::find().count(&test.db).await.unwrap(), 2);
    assert_eq!(retention::delete_old(&test.db, next).await.unwrap(), 1);
    assert_eq!(retention::delete_old(&test.db, next).await.unwrap(), 0);
    assert_eq!(login_code::Entity::find().count(&test.db).await.unwrap(), 1);
});
