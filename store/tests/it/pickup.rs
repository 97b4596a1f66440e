//! Handing children over: who may, by which way, who wins of two, what is kept and who is told.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
    town::{Parent, Town, now, request},
};
use domain::{
    booking::Mark,
    id::{OccurrenceId, PersonId, PickupId, PickupPersonId, TermId},
    phone::PhoneNumber,
    pickup::{CodeUse, LARGEST_PHOTO, PhotoKind, PickupCode, PickupWay, WRONG_CODES},
    reading::{HandOver, NoticeText},
    refusal::Refusal,
    rights::StaffRole,
    roll::{Says, Verdict},
    text::{Line, PersonName},
};
use jiff::{Timestamp, ToSpan, civil::date};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use store::{
    StoreError,
    accounts::{Who, who_is},
    activities,
    bookings::book_place,
    entity::{audit, pickup, pickup_person, pickup_photo, pickup_rule, tap},
    families, households,
    my_data::{ERASED, erase_member, export},
    notices, pickup as pickups,
    pickup::{
        NewPickupPerson, Take, add_pickup_person, allow_alone, end_pickup_person, family_pickup, hand_over, keep_photo,
        pickup_page, set_pickup_code, still_here, take_photo_away, undo_hand_over,
    },
    retention, rosters,
    sealed::{Keys, check, reseal, rotate},
    staff,
};

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 a small picture";

/// 10:00 on the first date, which runs from 9:00 to 11:00 on 1 December.
fn class() -> Timestamp {
    "2026-12-01T02:00:00Z".parse().unwrap()
}

/// A class with a child in it, who is here.
struct Scene {
    town: Town,
    parent: Parent,
    term: TermId,
    date: OccurrenceId,
}

impl Scene {
    async fn new(test: &TestDatabase) -> Self {
        let town = Town::new(&test.db).await;
        let mut new = town.new_term(9);
        new.holding.leader = Line::parse("李老师").ok();
        let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
        let parent = town.parent(1).await;
        book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
        let roster = rosters::roster(&test.db, &town.staff, "yongxing", term, now()).await.unwrap();
        let scene = Self { date: roster.dates[0].occurrence, town, parent, term };
        scene.mark(scene.parent.child, Some(Mark::Present)).await;
        scene
    }

    async fn mark(&self, child: PersonId, mark: Option<Mark>) {
        let says = match mark {
            Some(Mark::Present) => Says::Present,
            Some(Mark::Late) => Says::Late,
            Some(Mark::Absent) => Says::Absent,
            Some(Mark::Leave) => Says::Leave,
            None => Says::Nothing,
        };
        let taps = tap::Entity::find()
            .filter(tap::Column::OccurrenceId.eq(self.date.0))
            .filter(tap::Column::PersonId.eq(child.0))
            .count(&self.town.db);
        let seen = u32::try_from(taps.await.unwrap()).unwrap();
        let verdict = self.town.tap(self.date, child, says, seen, class()).await.unwrap();
        assert_eq!(verdict, Verdict::Counts);
    }

    /// Another child of the class, who is here.
    async fn another(&self, n: u32) -> Parent {
        let parent = self.town.parent(n).await;
        book_place(&self.town.db, &parent.who, &request(self.term, parent.child), now()).await.unwrap();
        self.mark(parent.child, Some(Mark::Present)).await;
        parent
    }

    async fn colleague(&self, name: &str, role: StaffRole) -> Who {
        let login = format!("s{}", name.chars().map(|c| (c as u32).to_string()).collect::<String>());
        let account = staff::add(&self.town.db, "yongxing", &login, name, "a long password", role, [9; 16], now());
        who_is(&self.town.db, account.await.unwrap()).await.unwrap().unwrap()
    }

    async fn name(&self, name: &str) -> PickupPersonId {
        add_pickup_person(&self.town.db, &self.parent.who, self.parent.child, named(name), now()).await.unwrap()
    }

    async fn take_by(&self, who: &Who, child: PersonId, take: Take, at: Timestamp) -> Result<PickupId, StoreError> {
        hand_over(&self.town.db, who, "yongxing", self.date, child, take, at).await
    }

    async fn take(&self, take: Take) -> Result<PickupId, StoreError> {
        self.take_by(&self.town.staff, self.parent.child, take, class()).await
    }

    async fn page(&self) -> domain::reading::PickupPage {
        pickup_page(&self.town.db, &self.town.staff, "yongxing", self.date, class()).await.unwrap()
    }

    async fn live(&self) -> Option<HandOver> {
        self.page().await.children.into_iter().find(|child| child.person == self.parent.child).unwrap().live
    }

    async fn did(&self, action: &str) -> Vec<audit::Model> {
        audit::Entity::find().filter(audit::Column::Action.eq(action)).all(&self.town.db).await.unwrap()
    }
}

fn named(name: &str) -> NewPickupPerson {
    NewPickupPerson {
        name: PersonName::parse(name).unwrap(),
        relation: Line::parse("奶奶").unwrap(),
        phone: PhoneNumber::parse("13712345678").ok(),
        only_on: None,
    }
}

fn by_code(code: &str) -> Take {
    Take::Code { code: PickupCode::parse(code).unwrap(), taker: PersonName::parse("邻居老周").unwrap() }
}

fn by_reason() -> Take {
    let reason = Line::parse("妈妈来电话,姨妈来接").unwrap();
    Take::Override { taker: PersonName::parse("姨妈").unwrap(), reason }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer.unwrap_err() {
        StoreError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn is_unknown<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::NotFound))
}

/// A code that is not this one.
fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

on_both_databases!(
    a_child_is_handed_to_whom_the_family_named_and_the_family_is_told,
    |test: TestDatabase| async move {
        let scene = Scene::new(&test).await;
        let granny = scene.name("王秀英").await;
        let child = scene.page().await.children.remove(0);
        assert_eq!(
            (child.persons[0].name.as_str(), child.persons[0].phone.as_deref()),
            ("王秀英", Some("137****5678"))
        );
        assert_eq!((child.mark, child.live), (Some(Mark::Present), None));
        scene.take(Take::Person(granny)).await.unwrap();
        let live = scene.live().await.unwrap();
        assert_eq!((live.way, live.taker.as_str(), live.by.as_str()), (PickupWay::Person, "王秀英 · 奶奶", "陈静"));
        assert_eq!(live.at.to_string(), "2026-12-01T10:00:00");
        let told = notices::list(&test.db, &scene.parent.who, class()).await.unwrap();
        let NoticeText::HandedOver { taker, person, reason, .. } = &told[0].says else { panic!("{told:?}") };
        assert_eq!((taker.as_str(), person.as_str(), reason.as_deref()), ("王秀英 · 奶奶", "孩子1", None));
        let page = family_pickup(&test.db, &scene.parent.who, scene.parent.child, class()).await.unwrap();
        assert_eq!((page.handed.len(), page.handed[0].0.as_str()), (1, "假期托管"));
        // The audit says that it was done, and no name.
        let rows = scene.did("hand_over").await;
        assert_eq!((rows.len(), rows[0].after.as_deref()), (1, Some("\"person\"")));
        assert!(!format!("{rows:?}").contains("王秀英"));
        let at_roll = pickups::at_roll(&test.db, scene.date).await.unwrap();
        assert_eq!(at_roll[&scene.parent.child].live.as_ref(), Some(&live));
    }
);

on_both_databases!(
    of_two_staff_who_hand_over_at_once_one_does_and_the_other_learns_when,
    |test: TestDatabase| async move {
        let scene = Scene::new(&test).await;
        let granny = scene.name("王秀英").await;
        let colleague = scene.colleague("吴敏", StaffRole::Desk).await;
        let (one, other) = tokio::join!(
            scene.take_by(&scene.town.staff, scene.parent.child, Take::Person(granny), class()),
            scene.take_by(&colleague, scene.parent.child, by_reason(), class()),
        );
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        let child = scene.parent.child;
        assert_eq!(refused(lost), Refusal::HandedOver { person: child, at: class() });
        let live = scene.live().await.unwrap();
        assert_eq!(live.id, won.unwrap(), "the page says by whom and to whom");
        assert_eq!(pickup::Entity::find().count(&test.db).await.unwrap(), 1);
        assert_eq!(notices::list(&test.db, &scene.parent.who, class()).await.unwrap().len(), 1, "told once");
    }
);

on_both_databases!(a_hand_over_is_taken_back_once_and_stays_in_the_history, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let granny = scene.name("王秀英").await;
    let first = scene.take(Take::Person(granny)).await.unwrap();
    let reason = Line::parse("点错了人").unwrap();
    let undo = async || {
        let at = class() + 1.minute();
        undo_hand_over(&test.db, &scene.town.staff, "yongxing", scene.date, first, &reason, at).await
    };
    undo().await.unwrap();
    assert_eq!(refused(undo().await), Refusal::ChangedSince);
    let child = scene.page().await.children.remove(0);
    assert_eq!(child.live, None);
    let undone = child.undone[0].undone.as_ref().unwrap();
    assert_eq!((undone.by.as_str(), undone.reason.as_str()), ("陈静", "点错了人"));
    scene.take(Take::Person(granny)).await.unwrap();
    assert_eq!(pickup::Entity::find().count(&test.db).await.unwrap(), 2);
    let told = notices::list(&test.db, &scene.parent.who, class()).await.unwrap();
    assert!(
        told.iter().any(|told| matches!(&told.says, NoticeText::HandOverUndone { reason, .. } if reason == "点错了人"))
    );
    let nothing = PickupId(store::id::new_id(now()));
    let unknown = undo_hand_over(&test.db, &scene.town.staff, "yongxing", scene.date, nothing, &reason, class()).await;
    assert!(is_unknown(&unknown));
});

on_both_databases!(a_code_holds_for_its_day_and_guessing_ends_after_five, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let (who, child) = (&scene.parent.who, scene.parent.child);
    // Without a code of the family's no code is right.
    assert_eq!(refused(scene.take(by_code("123456")).await), Refusal::WrongPickupCode { left: WRONG_CODES - 1 });
    set_pickup_code(&test.db, who, child, CodeUse::Renew, class()).await.unwrap();
    let code = async |at| family_pickup(&test.db, who, child, at).await.unwrap().code.unwrap();
    let (today, tomorrow) = (code(class()).await, code(class() + 24.hours()).await);
    assert!(!today.is_same(&tomorrow));
    let colleague = scene.colleague("吴敏", StaffRole::Desk).await;
    for (n, wrong) in [tomorrow.as_str().to_owned(), other_than(today.as_str())].iter().enumerate() {
        let told = scene.take_by(&colleague, child, by_code(wrong), class()).await;
        let left = WRONG_CODES - 2 - u32::try_from(n).unwrap();
        assert_eq!(refused(told), Refusal::WrongPickupCode { left }, "counted for all of the staff together");
    }
    for left in [1, 0] {
        let told =
            scene.take_by(&scene.town.staff, child, by_code(&other_than(today.as_str())), class() + 20.minutes());
        assert_eq!(refused(told.await), Refusal::WrongPickupCode { left });
    }
    let again_at = class() + 60.minutes();
    let at = class() + 30.minutes();
    let right = scene.take_by(&scene.town.staff, child, by_code(today.as_str()), at).await;
    assert_eq!(refused(right), Refusal::TooManyPickupCodes { again_at }, "not even the right one");
    let page = pickup_page(&test.db, &scene.town.staff, "yongxing", scene.date, at).await.unwrap();
    assert_eq!(page.children[0].code_locked_until.unwrap().to_string(), "11:00:00");
    // An hour after the first it is tried again; meanwhile another child's code is good.
    let friend = scene.another(2).await;
    set_pickup_code(&test.db, &friend.who, friend.child, CodeUse::Renew, class()).await.unwrap();
    let theirs = family_pickup(&test.db, &friend.who, friend.child, class()).await.unwrap().code.unwrap();
    scene.take_by(&scene.town.staff, friend.child, by_code(theirs.as_str()), at).await.unwrap();
    let handed = scene.take_by(&scene.town.staff, child, by_code(today.as_str()), again_at + 1.minute()).await;
    handed.unwrap();
    let live = scene.live().await.unwrap();
    assert_eq!((live.way, live.taker.as_str()), (PickupWay::Code, "邻居老周"));
    // Neither code nor secret is in what is kept for good.
    let told = format!("{:?}", audit::Entity::find().all(&test.db).await.unwrap());
    assert!(!told.contains(today.as_str()) && !told.contains(&other_than(today.as_str())));
    assert_eq!(scene.did("wrong_pickup_code").await.len(), 5);
    // A new code makes the old one worthless; none is none.
    set_pickup_code(&test.db, who, child, CodeUse::Renew, class()).await.unwrap();
    assert!(!code(class()).await.is_same(&today));
    set_pickup_code(&test.db, who, child, CodeUse::Off, class()).await.unwrap();
    assert_eq!(family_pickup(&test.db, who, child, class()).await.unwrap().code, None);
});

on_both_databases!(whoever_is_named_for_a_day_takes_the_child_on_that_day_alone, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let (who, child) = (&scene.parent.who, scene.parent.child);
    let on = |day| NewPickupPerson { only_on: Some(day), ..named("李大力") };
    let past = add_pickup_person(&test.db, who, child, on(date(2026, 11, 23)), now()).await.unwrap_err();
    assert!(matches!(past, StoreError::Invalid(problem) if problem.field == "only_on"));
    let tomorrow = add_pickup_person(&test.db, who, child, on(date(2026, 12, 2)), now()).await.unwrap();
    assert_eq!(scene.page().await.children[0].persons, [], "not shown today");
    assert_eq!(refused(scene.take(Take::Person(tomorrow)).await), Refusal::MayNotTake { on: date(2026, 12, 1) });
    assert_eq!(family_pickup(&test.db, who, child, class()).await.unwrap().persons.len(), 1);
    let ended = scene.name("王秀英").await;
    end_pickup_person(&test.db, who, ended, now()).await.unwrap();
    assert_eq!(refused(scene.take(Take::Person(ended)).await), Refusal::MayNotTake { on: date(2026, 12, 1) });
    let today = add_pickup_person(&test.db, who, child, on(date(2026, 12, 1)), now()).await.unwrap();
    // Whom another family named takes nobody else's child.
    let friend = scene.another(2).await;
    assert!(is_unknown(&scene.take_by(&scene.town.staff, friend.child, Take::Person(today), class()).await));
    scene.take(Take::Person(today)).await.unwrap();
});

on_both_databases!(alone_or_by_a_reason_and_only_who_is_here, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let (who, child) = (&scene.parent.who, scene.parent.child);
    assert_eq!(refused(scene.take(Take::Alone).await), Refusal::MayNotGoAlone);
    allow_alone(&test.db, who, child, true, now()).await.unwrap();
    assert!(pickups::at_roll(&test.db, scene.date).await.unwrap()[&child].alone);
    scene.mark(child, None).await;
    assert_eq!(refused(scene.take(Take::Alone).await), Refusal::NotHereYet);
    scene.mark(child, Some(Mark::Late)).await;
    let alone = scene.take(Take::Alone).await.unwrap();
    assert_eq!(scene.live().await.unwrap().taker, "");
    let reason = Line::parse("家长又来了").unwrap();
    undo_hand_over(&test.db, &scene.town.staff, "yongxing", scene.date, alone, &reason, class()).await.unwrap();
    scene.take(by_reason()).await.unwrap();
    let live = scene.live().await.unwrap();
    assert_eq!((live.taker.as_str(), live.reason.as_deref()), ("姨妈", Some("妈妈来电话,姨妈来接")));
    let told = notices::list(&test.db, who, class()).await.unwrap();
    assert!(told.iter().any(|told| matches!(&told.says, NoticeText::HandedOver { reason: Some(_), .. })));
});

on_both_databases!(the_board_shows_who_is_still_here_and_who_should_be_gone, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let friend = scene.another(2).await;
    scene.mark(friend.child, Some(Mark::Absent)).await;
    let late = scene.another(3).await;
    let board = async |at| still_here(&test.db, &scene.town.staff, "yongxing", at).await.unwrap();
    let seen = board(class()).await;
    let names = |board: &domain::reading::StillHere| {
        board.dates[0].children.iter().map(|child| child.person).collect::<Vec<_>>()
    };
    assert_eq!((seen.dates.len(), seen.dates[0].came, seen.dates[0].late), (1, 2, None));
    assert_eq!(names(&seen), [scene.parent.child, late.child]);
    let desk = async |who: &Who, at| rosters::desk_page(&test.db, who, "yongxing", at).await.unwrap().still_here;
    assert_eq!(desk(&scene.town.staff, class()).await, Some(2));
    scene.take(by_reason()).await.unwrap();
    let closing = class() + 60.minutes();
    assert_eq!(board(closing).await.dates[0].late, None, "on the minute of its end nobody is late");
    let after = board(closing + 25.minutes()).await;
    assert_eq!((names(&after), after.dates[0].late), (vec![late.child], Some(25)));
    assert_eq!(after.now.to_string(), "2026-12-01T11:25:00");
    // Tomorrow is another day.
    assert!(board(class() + 24.hours()).await.dates.is_empty());
    assert_eq!(desk(&scene.town.staff, class() + 24.hours()).await, None);
    // A leader sees the dates that they lead, whoever calls no roll sees no board.
    let leader = scene.colleague("李老师", StaffRole::Leader).await;
    assert_eq!(still_here(&test.db, &leader, "yongxing", class()).await.unwrap().dates.len(), 1);
    let other = scene.colleague("别的老师", StaffRole::Leader).await;
    assert!(still_here(&test.db, &other, "yongxing", class()).await.unwrap().dates.is_empty());
    for nobody in [scene.colleague("小陈", StaffRole::Volunteer).await, scene.parent.who.clone()] {
        assert!(is_unknown(&still_here(&test.db, &nobody, "yongxing", class()).await));
    }
});

on_both_databases!(nobody_but_the_family_and_those_who_call_that_roll_knows_of_it, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let elsewhere = Town::with_slug(&test.db, "elsewhere").await;
    let (file, granny) = (KeyFile::new(), scene.name("王秀英").await);
    let (db, keys, child) = (&test.db, &file.keys, scene.parent.child);
    keep_photo(db, keys, &scene.parent.who, granny, JPEG, now()).await.unwrap();
    let stranger = scene.town.parent(2).await.who;
    for who in [&stranger, &scene.town.staff, &elsewhere.staff] {
        assert!(is_unknown(&family_pickup(db, who, child, now()).await));
        assert!(is_unknown(&add_pickup_person(db, who, child, named("坏人"), now()).await));
        assert!(is_unknown(&end_pickup_person(db, who, granny, now()).await));
        assert!(is_unknown(&allow_alone(db, who, child, true, now()).await));
        assert!(is_unknown(&set_pickup_code(db, who, child, CodeUse::Renew, now()).await));
        assert!(is_unknown(&keep_photo(db, keys, who, granny, JPEG, now()).await));
        assert!(is_unknown(&take_photo_away(db, who, granny, now()).await));
    }
    let other = scene.colleague("别的老师", StaffRole::Leader).await;
    let reason = Line::parse("x").unwrap();
    for who in [&stranger, &scene.parent.who, &other, &elsewhere.staff] {
        assert!(is_unknown(&pickup_page(db, who, "yongxing", scene.date, class()).await));
        assert!(is_unknown(&scene.take_by(who, child, Take::Person(granny), class()).await));
        let undone = undo_hand_over(db, who, "yongxing", scene.date, PickupId(granny.0), &reason, class()).await;
        assert!(is_unknown(&undone));
    }
    for who in [&stranger, &other, &elsewhere.staff] {
        assert!(is_unknown(&pickups::photo(db, keys, who, granny, class()).await));
    }
    // Its own leader does, on the day; on another day there is no reason to.
    let leader = scene.colleague("李老师", StaffRole::Leader).await;
    assert_eq!(pickups::photo(db, keys, &leader, granny, class()).await.unwrap(), (PhotoKind::Jpeg, JPEG.to_vec()));
    assert!(is_unknown(&pickups::photo(db, keys, &leader, granny, class() + 24.hours()).await));
    scene.take_by(&leader, child, Take::Person(granny), class()).await.unwrap();
});

on_both_databases!(
    a_photo_is_sealed_looked_at_on_record_and_gone_when_it_is_taken_away,
    |test: TestDatabase| async move {
        let scene = Scene::new(&test).await;
        let (file, granny) = (KeyFile::new(), scene.name("王秀英").await);
        let (db, keys, who) = (&test.db, &file.keys, &scene.parent.who);
        let photos = async || pickup_photo::Entity::find().all(db).await.unwrap();
        for (wrong, problem) in [(b"<svg onload=alert(1)>".to_vec(), "choice"), (vec![0xFF; LARGEST_PHOTO + 1], "long")]
        {
            let told = keep_photo(db, keys, who, granny, &wrong, now()).await.unwrap_err();
            assert!(matches!(told, StoreError::Invalid(ref told) if told.field == "photo"), "{problem}: {told:?}");
        }
        assert!(matches!(keep_photo(db, &Keys::none(), who, granny, JPEG, now()).await, Err(StoreError::Sealed)));
        keep_photo(db, keys, who, granny, JPEG, now()).await.unwrap();
        keep_photo(db, keys, who, granny, JPEG, now()).await.unwrap();
        assert_eq!(photos().await.len(), 1);
        assert!(!photos().await[0].photo.windows(JPEG.len()).any(|part| part == JPEG), "sealed");
        assert!(scene.page().await.children[0].persons[0].photo);
        // The family's own looks are nobody's business; of the staff's, one a day is kept.
        let look = async |who: &Who, at| pickups::photo(db, keys, who, granny, at).await.unwrap();
        look(who, class()).await;
        assert_eq!(scene.did("see_pickup_photo").await.len(), 0);
        for at in [class(), class() + 3.hours(), class() + 24.hours()] {
            look(&scene.town.staff, at).await;
        }
        let looks = scene.did("see_pickup_photo").await;
        assert_eq!((looks.len(), looks[0].for_person), (2, Some(scene.parent.child.0)));
        // Keys change as for all that is sealed.
        rotate(db, &file.path).await.unwrap();
        assert_eq!(reseal(db, keys, |_| {}).await.unwrap(), 1);
        check(db, keys).await.unwrap();
        assert_eq!(look(who, class()).await.1, JPEG);
        take_photo_away(db, who, granny, now()).await.unwrap();
        assert!(photos().await.is_empty() && is_unknown(&pickups::photo(db, keys, who, granny, class()).await));
        keep_photo(db, keys, who, granny, JPEG, now()).await.unwrap();
        end_pickup_person(db, who, granny, now()).await.unwrap();
        assert!(photos().await.is_empty(), "gone with the person");
        assert!(is_unknown(&keep_photo(db, keys, who, granny, JPEG, now()).await));
    }
);

on_both_databases!(
    both_homes_of_a_child_say_who_may_take_it_and_one_that_goes_takes_its_own_along,
    |test: TestDatabase| async move {
        let scene = Scene::new(&test).await;
        let (db, child) = (&test.db, scene.parent.child);
        let other = scene.town.stranger(5).await;
        households::invite(db, &scene.parent.who, Some(child), "12345678", now()).await.unwrap();
        households::enter_household_code(db, &other, scene.town.community, "12345678", now()).await.unwrap();
        let other = who_is(db, other.account).await.unwrap().unwrap();
        scene.name("王秀英").await;
        let theirs = add_pickup_person(db, &other, child, named("李大力"), now() + 1.minute()).await.unwrap();
        let named_now = async || {
            let page = family_pickup(db, &scene.parent.who, child, now()).await.unwrap();
            page.persons.into_iter().map(|person| person.name).collect::<Vec<_>>()
        };
        assert_eq!(named_now().await, ["王秀英", "李大力"]);
        scene.take(Take::Person(theirs)).await.unwrap();
        for who in [&other, &scene.parent.who] {
            let told = notices::list(db, who, class()).await.unwrap();
            assert_eq!(told.iter().filter(|told| matches!(told.says, NoticeText::HandedOver { .. })).count(), 1);
        }
        families::remove_member(db, &other, child, now()).await.unwrap();
        assert_eq!(named_now().await, ["王秀英"]);
        assert!(is_unknown(&family_pickup(db, &other, child, now()).await));
    }
);

on_both_databases!(a_month_after_the_end_neither_phone_nor_photo_is_kept, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let (file, db, who, child) = (KeyFile::new(), &test.db, &scene.parent.who, scene.parent.child);
    let once = NewPickupPerson { only_on: Some(date(2026, 12, 1)), ..named("李大力") };
    let once = add_pickup_person(db, who, child, once, now()).await.unwrap();
    keep_photo(db, &file.keys, who, once, JPEG, now()).await.unwrap();
    let ended = scene.name("王秀英").await;
    end_pickup_person(db, who, ended, now()).await.unwrap();
    scene.name("留下的").await;
    let phones = async || {
        let rows = pickup_person::Entity::find().filter(pickup_person::Column::Phone.is_not_null());
        rows.count(db).await.unwrap()
    };
    retention::delete_old(db, class() + (25 * 24).hours()).await.unwrap();
    assert_eq!(
        (phones().await, pickup_photo::Entity::find().count(db).await.unwrap()),
        (2, 1),
        "the one that ended first"
    );
    retention::delete_old(db, class() + (33 * 24).hours()).await.unwrap();
    assert_eq!((phones().await, pickup_photo::Entity::find().count(db).await.unwrap()), (1, 0));
});

on_both_databases!(what_is_kept_can_be_taken_along_and_erased, |test: TestDatabase| async move {
    let scene = Scene::new(&test).await;
    let (file, granny) = (KeyFile::new(), scene.name("罕见名字").await);
    let (db, who, child) = (&test.db, &scene.parent.who, scene.parent.child);
    keep_photo(db, &file.keys, who, granny, JPEG, now()).await.unwrap();
    set_pickup_code(db, who, child, CodeUse::Renew, now()).await.unwrap();
    scene.take(Take::Person(granny)).await.unwrap();
    let data = export(db, &file.keys, who, class()).await.unwrap();
    let kept = &data["members"][0]["pickup"];
    assert_eq!((&kept["persons"][0]["name"], &kept["persons"][0]["photo"]), (&"罕见名字".into(), &true.into()));
    assert_eq!(kept["handed_over"][0]["taker"], "罕见名字 · 奶奶");
    assert!(kept["uses_a_code"] == true && kept.get("secret").is_none());
    // All dates are over by then.
    erase_member(db, who, child, "2027-03-01T00:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(pickup_person::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(pickup_photo::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(pickup_rule::Entity::find().count(db).await.unwrap(), 0);
    let line = pickup::Entity::find().one(db).await.unwrap().unwrap();
    assert_eq!((line.taker.as_str(), line.pickup_person_id, line.reason), (ERASED, None, None), "the line stays");
});
