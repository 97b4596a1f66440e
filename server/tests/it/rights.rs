//! Role × request × whose: every request of the app, from every sort of visitor. The table below says what each needs;
//! `docs/rights.md` is made of it and of the table of rights in domain, and this test keeps all three the same.

use crate::{
    town::{Town, now, request},
    world::{World, registered, text},
};
use domain::{
    block::{Block, BlockKind, Blocked},
    care::CareScope,
    code::Code,
    day_note::DayNoteKind,
    entry::{Entry, Giving, Group},
    person::MemberRole,
    pickup::CodeUse,
    rights::{Act, Door, Reach, StaffRole, reach_of},
    roll::Says,
    term::Promotion,
    text::{Line, PersonName},
};
use http::{Method, Request, StatusCode};
use jiff::civil::{date, time};
use sea_orm::{ActiveValue::Set, EntityTrait};
use std::{collections::BTreeSet, fmt::Write};
use store::{
    accounts::who_is,
    activities::NewTerm,
    bookings::{Asked, BookRequest, book_place, prepare_booking},
    care_links::{NewCareLink, grant_care_link},
    entity::{day_note, stored::Stored},
    entries::NewEntry,
    families::{self, NewMember},
    id::new_id,
    password,
    pickup::{self, NewPickupPerson, Take},
    staff,
};

/// What a request needs of whoever sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// To be signed in; it answers with the visitor's own.
    SignedIn,
    /// To be of the household that it names something of.
    Household,
    /// To be the relative of a care link.
    Relative,
    /// To be on either side of a care link.
    EitherSide,
    /// To be signed in, and known as a resident.
    Resident,
    /// To be signed in by phone.
    Phone,
    /// To work for the community, as anything.
    Work,
    /// To work for any community.
    WorkSomewhere,
    /// A right in the whole community.
    Right(Act),
    /// To call the roll of that date.
    Roll,
    /// To look after that person, for who reads what must be known.
    Care,
}

use Needs::{
    Care, EitherSide, Household, Nothing, Phone, Relative, Resident, Right, Roll, SignedIn, Work, WorkSomewhere,
};

/// Every request, what it needs, and a form that is about things of one family in 永兴社区. What takes something away
/// comes last.
pub const TABLE: &[(&str, Needs, &str)] = &[
    ("read_communities", Nothing, ""),
    ("read_frame", Nothing, "slug=yongxing"),
    ("read_calendar", Nothing, "slug=yongxing&query="),
    ("read_activities", Nothing, "slug=yongxing"),
    ("read_activity", Nothing, "slug=yongxing&activity=ACTIVITY"),
    ("read_places", Nothing, "slug=yongxing&activity=ACTIVITY"),
    ("read_own_bookings", Nothing, "activity=ACTIVITY"),
    ("read_term_name", Nothing, "term=TERM"),
    ("read_month_sheet", Nothing, "slug=yongxing&query="),
    ("read_term_sheet", Nothing, "slug=yongxing&activity=ACTIVITY"),
    ("read_draw", Nothing, "slug=yongxing&term=DRAWN"),
    ("choose_look", Nothing, "lang=en"),
    ("read_sign_in", Nothing, ""),
    ("read_my", SignedIn, "slug=yongxing"),
    ("read_booking_list", SignedIn, "slug=yongxing"),
    ("read_care", SignedIn, ""),
    ("read_inbox", SignedIn, ""),
    ("read_account", SignedIn, "slug=yongxing"),
    ("ask_code", Nothing, "slug=yongxing&phone=13900009999"),
    ("enter_code", Nothing, "slug=yongxing&code=123456"),
    ("enter_password", Nothing, "slug=yongxing&login=nobody&password=wrong+password"),
    ("enter_second", Nothing, "slug=yongxing&code=123456"),
    ("begin_passkey_entry", Nothing, ""),
    ("enter_passkey", Nothing, "slug=yongxing&credential=%7B%7D"),
    ("read_factors", SignedIn, "slug=yongxing"),
    ("confirm_password", SignedIn, "slug=yongxing&password=wrong+password"),
    ("begin_totp", WorkSomewhere, "slug=yongxing"),
    ("set_up_totp", WorkSomewhere, "slug=yongxing&code=123456"),
    ("forget_totp", SignedIn, "slug=yongxing"),
    ("remove_totp", WorkSomewhere, "slug=yongxing"),
    ("begin_passkey", WorkSomewhere, ""),
    ("add_passkey", WorkSomewhere, "slug=yongxing&name=x&credential=%7B%7D"),
    ("remove_passkey", WorkSomewhere, "slug=yongxing&passkey=NEW"),
    ("new_recovery_codes", WorkSomewhere, "slug=yongxing"),
    ("hide_recovery_codes", SignedIn, "slug=yongxing"),
    ("read_privacy", Nothing, "slug=yongxing"),
    ("read_my_week", SignedIn, "slug=yongxing"),
    ("read_my_data", SignedIn, "slug=yongxing"),
    ("export_data", SignedIn, ""),
    ("decide_consent", Household, "slug=yongxing&person=CHILD&purpose=photos&answer=grant"),
    ("correct_member", Household, "slug=yongxing&person=CHILD&name=%E5%B0%8F%E7%BA%A2&birth=2018-05-01"),
    ("read_texts", Right(Act::WriteTexts), "slug=yongxing"),
    ("write_text", Right(Act::WriteTexts), "slug=yongxing&purpose=photos&text=x"),
    ("read_notices", SignedIn, ""),
    ("ask_claim", SignedIn, "slug=yongxing&group=resident"),
    ("book_listed", Household, "slug=yongxing&listed[]=LISTED&key=NEW"),
    ("grant_care_link", Resident, "slug=yongxing&name=%E7%8E%8B&phone=13900009998&scopes[]=see_plan"),
    ("prove_phone", SignedIn, "slug=yongxing&code=123456"),
    ("tell_new_phone", SignedIn, "slug=yongxing&phone=13900009997"),
    ("change_phone", SignedIn, "slug=yongxing&code=123456"),
    ("forget_phone_change", SignedIn, "slug=yongxing"),
    ("change_password", SignedIn, "slug=yongxing&old=x&new=short"),
    ("add_member", SignedIn, "slug=yongxing&kind=child&name=%E5%B0%8F%E7%BA%A2&birth=2019-01-01&consent=yes"),
    ("invite", Household, "slug=yongxing&child=CHILD"),
    ("enter_household_code", SignedIn, "slug=yongxing&code=12345678"),
    ("leave_household", SignedIn, "slug=yongxing"),
    ("read_cared", Relative, "link=LINK"),
    ("prepare_booking", Household, "slug=yongxing&activity=ACTIVITY&term=TERM&person=CHILD&scope=whole"),
    ("book_place", Household, "slug=yongxing&activity=ACTIVITY&term=TERM&person=CHILD&scope=whole&key=NEW"),
    ("accept_offer", Household, "slug=yongxing&booking=BOOKING&back=my"),
    ("read_desk", Work, "slug=yongxing"),
    ("read_roll", Roll, "slug=yongxing&occurrence=DATE"),
    ("send_taps", Roll, "slug=yongxing&occurrence=DATE&taps=NEW:CHILD:present:0"),
    ("read_today", Roll, "slug=yongxing"),
    ("read_attended", Right(Act::ManageBookings), "slug=yongxing&term=TERM"),
    ("excuse", Right(Act::ManageBookings), "slug=yongxing&term=TERM&person=CHILD&reason=x"),
    ("withdraw_excuse", Right(Act::ManageBookings), "slug=yongxing&term=TERM&person=CHILD"),
    ("read_day", Roll, "slug=yongxing&occurrence=DATE"),
    ("write_day_note", Roll, "slug=yongxing&occurrence=DATE&people=CHILD&kind=meal&key=NEW"),
    ("withdraw_day_note", Roll, "slug=yongxing&note=NOTE"),
    ("read_meals", Right(Act::ManageBookings), "slug=yongxing"),
    ("check_in", Roll, "slug=yongxing&code=00000000&key=NEW"),
    ("read_codes", SignedIn, "slug=yongxing"),
    ("read_roster", Right(Act::ManageBookings), "slug=yongxing&term=TERM"),
    ("read_claims", Right(Act::ManageBookings), "slug=yongxing"),
    ("find_people", Right(Act::ManageBookings), "slug=yongxing&find=a"),
    ("read_person", Right(Act::ManageBookings), "slug=yongxing&person=CHILD"),
    ("read_merge", Right(Act::ManageBookings), "slug=yongxing&person=CHILD&with=TWIN&find=a"),
    ("read_slip", Right(Act::ManageBookings), "slug=yongxing&person=CHILD"),
    ("read_out_code", Right(Act::ManageBookings), "slug=yongxing&person=CHILD"),
    (
        "correct_at_desk",
        Right(Act::ManageBookings),
        "slug=yongxing&person=WALKIN&name=%E8%80%81%E6%9D%8E&paper=%E7%9B%92",
    ),
    ("erase_at_desk", Right(Act::ManageBookings), "slug=yongxing&person=WALKIN&paper=%E7%9B%92&sure=yes"),
    ("read_code_read_out", Right(Act::ManageBookings), "slug=yongxing&person=CHILD"),
    ("book_at_desk", Right(Act::ManageBookings), "slug=yongxing&term=TERM&person=CHILD&scope=whole&key=NEW"),
    (
        "add_person_and_book",
        Right(Act::ManageBookings),
        "slug=yongxing&term=TERM&name=%E8%80%81%E6%9D%8E&birth=1950-01-01&scope=whole&key=NEW",
    ),
    ("roster_sheet", Right(Act::ManageBookings), "slug=yongxing&term=TERM"),
    ("import_template", Right(Act::ManageBookings), "slug=yongxing"),
    ("preview_roster", Right(Act::ManageBookings), "slug=yongxing&term=TERM&file=FILE"),
    ("read_import", Right(Act::ManageBookings), "slug=yongxing&term=TERM"),
    ("import_roster", Right(Act::ManageBookings), "slug=yongxing&term=TERM&scope=whole"),
    ("forget_sheet", SignedIn, "slug=yongxing&term=TERM"),
    ("check_claim", Right(Act::ManageBookings), "slug=yongxing&claim=CLAIM&answer=grant"),
    (
        "grant_on_paper",
        Right(Act::ManageBookings),
        "slug=yongxing&person=CHILD&name=%E7%8E%8B&phone=13900009996&scopes[]=see_plan&paper=%E7%9B%92",
    ),
    ("read_care_details", Care, "slug=yongxing&person=CHILD"),
    ("give_care_reason", Care, "slug=yongxing&person=CHILD&reason=class"),
    (
        "keep_care_on_paper",
        Right(Act::ManageBookings),
        "slug=yongxing&person=CHILD&version=0&diet=%E5%90%83%E7%B4%A0&agree=yes",
    ),
    ("read_family_care", Household, "person=CHILD"),
    ("keep_care_details", Household, "slug=yongxing&person=CHILD&version=0&diet=%E5%90%83%E7%B4%A0&agree=yes"),
    ("clear_care_details", Household, "slug=yongxing&person=CHILD"),
    ("read_pickup", Roll, "slug=yongxing&occurrence=DATE"),
    ("read_still_here", Roll, "slug=yongxing"),
    ("mark_here", Roll, "slug=yongxing&occurrence=DATE&person=CHILD"),
    ("hand_over", Roll, "slug=yongxing&occurrence=DATE&person=CHILD&way=person&picker=PICKER"),
    ("undo_hand_over", Roll, "slug=yongxing&occurrence=DATE&pickup=PICKUP&reason=x"),
    ("read_family_pickup", Household, "person=CHILD"),
    (
        "add_pickup_person",
        Household,
        "slug=yongxing&person=CHILD&name=%E7%8E%8B&relation=%E5%A5%B6%E5%A5%B6&phone=13900009995",
    ),
    ("set_pickup_code", Household, "slug=yongxing&person=CHILD&wanted=renew"),
    ("allow_alone", Household, "slug=yongxing&person=CHILD&alone=yes"),
    ("take_pickup_photo_away", Household, "slug=yongxing&picker=PICKER"),
    ("end_pickup_person", Household, "slug=yongxing&picker=PICKER"),
    ("read_audit", Right(Act::ReadAudit), "slug=yongxing&term=TERM"),
    ("read_changes", Right(Act::ReadAudit), "slug=yongxing"),
    ("read_report", Right(Act::ReadReport), "slug=yongxing"),
    ("read_numbers", Right(Act::ReadReport), "slug=yongxing&by=year"),
    ("numbers_sheet", Right(Act::ReadReport), "slug=yongxing&by=year"),
    ("read_staff", Right(Act::ManageStaff), "slug=yongxing"),
    (
        "add_staff",
        Right(Act::ManageStaff),
        "slug=yongxing&name=%E7%8E%8B&login=somebody&password=a+long+password&role=desk",
    ),
    ("set_start_password", Right(Act::ManageStaff), "slug=yongxing&account=COLLEAGUE&password=a+long+password"),
    ("reset_second_factor", Right(Act::ManageStaff), "slug=yongxing&account=COLLEAGUE"),
    ("change_role", Right(Act::ManageStaff), "slug=yongxing&account=COLLEAGUE&role=volunteer"),
    ("may_set_up", Right(Act::ManageActivities), "slug=yongxing"),
    ("read_staff_calendar", Right(Act::ManageActivities), "slug=yongxing&asked[view]=month&asked[day]=2026-12-01"),
    ("read_crew", Right(Act::ManageActivities), "slug=yongxing&term=TERM"),
    ("read_plan", Right(Act::ManageActivities), "slug=yongxing&term=TERM"),
    ("read_days", Right(Act::ManageActivities), "slug=yongxing"),
    ("read_entry", Right(Act::ManageActivities), "slug=yongxing&term=TERM"),
    ("read_leaders", Right(Act::ManageActivities), "slug=yongxing"),
    ("read_rooms", Right(Act::ManageActivities), "slug=yongxing"),
    ("read_room", Right(Act::ManageActivities), "slug=yongxing&room=ROOM"),
    ("read_term_form", Right(Act::ManageActivities), r#"{"slug":"yongxing","activity":"ACTIVITY"}"#),
    ("new_activity", Right(Act::ManageActivities), "slug=yongxing&name=x&kind=course&audience=all&unit=person"),
    ("new_term", Right(Act::ManageActivities), "slug=yongxing&activity=ACTIVITY&name=x&rule=dates"),
    (
        "set_entry",
        Right(Act::ManageActivities),
        "slug=yongxing&term=TERM&giving=first_come&overlap=warn&promotion=auto_fill",
    ),
    ("add_occurrence", Right(Act::ManageActivities), "slug=yongxing&term=TERM&date=2026-12-30&start=09:00&end=10:00"),
    ("undo_change", Right(Act::ManageActivities), "slug=yongxing&term=TERM&change=CHANGE"),
    ("set_crew_plan", Right(Act::ManageActivities), "slug=yongxing&term=TERM&guards=x"),
    ("set_crew", Right(Act::ManageActivities), "slug=yongxing&term=TERM&occurrence=DATE&guards=x"),
    (
        "edit_dates",
        Right(Act::ManageActivities),
        "slug=yongxing&term=TERM&edit=DATE&sequence=0&reach=all&date=2026-12-30&start=09:00&end=10:00",
    ),
    ("cancel_occurrence", Right(Act::ManageActivities), "slug=yongxing&term=TERM&occurrence=DATE&sequence=0&reason=x"),
    ("restore_occurrence", Right(Act::ManageActivities), "slug=yongxing&term=TERM&occurrence=DATE&sequence=1"),
    ("import_holidays", Right(Act::ManageActivities), "slug=yongxing&year=2026"),
    ("set_days", Right(Act::ManageActivities), "slug=yongxing&first=2027-12-01&kind=closure&name=x"),
    ("remove_days", Right(Act::ManageActivities), "slug=yongxing&first=2027-12-01&last=2027-12-01&kind=closure"),
    ("decide_hits", Right(Act::ManageActivities), "slug=yongxing&decisions[oDATE]=keep"),
    ("add_room", Right(Act::ManageActivities), "slug=yongxing&name=x&size=9"),
    ("change_room", Right(Act::ManageActivities), "slug=yongxing&room=ROOM&name=y&size=9"),
    ("set_block", Right(Act::ManageActivities), "slug=yongxing&room=ROOM&first=2027-12-01&reason=x"),
    ("lift_block", Right(Act::ManageActivities), "slug=yongxing&block=BLOCK"),
    ("take_leave", Household, "slug=yongxing&booking=BOOKING&occurrence=DATE&kind=sick"),
    ("withdraw_leave", Household, "slug=yongxing&booking=BOOKING&occurrence=DATE"),
    ("decline_date", Household, "slug=yongxing&booking=BOOKING&occurrence=DATE"),
    ("take_off_list", SignedIn, "slug=yongxing&listed=LISTED"),
    ("cancel_booking_at_desk", Right(Act::ManageBookings), "slug=yongxing&term=TERM&booking=BOOKING"),
    ("cancel_term", Right(Act::ManageActivities), "slug=yongxing&term=TERM&reason=x"),
    ("cancel_booking", Household, "slug=yongxing&booking=BOOKING&back=my"),
    ("remove_member", Household, "slug=yongxing&person=CHILD"),
    ("erase_member", Household, "slug=yongxing&person=PARENT&sure=yes"),
    ("undo_merge", Right(Act::ManageBookings), "slug=yongxing&merge=MERGE"),
    ("merge_persons", Right(Act::ManageBookings), "slug=yongxing&kept=CHILD&gone=TWIN"),
    ("revoke_at_desk", Right(Act::ManageBookings), "slug=yongxing&link=LINK"),
    ("revoke_care_link", EitherSide, "slug=yongxing&link=LINK"),
    ("begin_phone_change", Phone, "slug=yongxing"),
    ("end_login", SignedIn, "slug=yongxing"),
    ("sign_out", Nothing, "slug=yongxing"),
];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    Nobody,
    /// A member of the family that it is about.
    Family,
    AnotherFamily,
    /// To whom the family's parent granted a care link.
    Relative,
    Staff(StaffRole),
    /// Of another community.
    StaffElsewhere(StaffRole),
}

impl Visitor {
    pub fn all() -> impl Iterator<Item = Self> {
        let roles = || StaffRole::ALL.iter().copied();
        [Self::Nobody, Self::Family, Self::AnotherFamily, Self::Relative]
            .into_iter()
            .chain(roles().map(Self::Staff))
            .chain(roles().map(Self::StaffElsewhere))
    }

    pub fn may(self, needs: Needs) -> bool {
        match (needs, self) {
            (Nothing, _) => true,
            (SignedIn, visitor) => visitor != Self::Nobody,
            (Household, visitor) => visitor == Self::Family,
            (Relative, visitor) => visitor == Self::Relative,
            (EitherSide, visitor) => matches!(visitor, Self::Family | Self::Relative),
            (Resident, visitor) => visitor == Self::Family,
            (Phone, visitor) => matches!(visitor, Self::Family | Self::AnotherFamily | Self::Relative),
            (Work, visitor) => matches!(visitor, Self::Staff(_)),
            (WorkSomewhere, visitor) => matches!(visitor, Self::Staff(_) | Self::StaffElsewhere(_)),
            (Right(act), Self::Staff(role)) => reach_of(role, act) == Reach::All,
            (Roll, Self::Staff(role)) => reach_of(role, Act::CallRoll) > Reach::Nothing,
            (Care, Self::Staff(role)) => reach_of(role, Act::ReadCare) > Reach::Nothing,
            (Right(_) | Roll | Care, _) => false,
        }
    }
}

/// A town in which everything that the forms name is there.
pub struct Scene {
    pub world: World,
    cookie: String,
    names: Vec<(&'static str, String)>,
}

impl Scene {
    pub async fn of(visitor: Visitor) -> Self {
        let world = World::with(|setup| setup.rate_limit = false).await;
        let town = Town::new(&world.db).await;
        Town::with_slug(&world.db, "elsewhere").await;
        let family = town.parent(1).await;
        let mut new_term = town.new_term(5);
        new_term.holding.leader = Some(Line::parse("李老师").unwrap());
        let term = store::activities::new_term(&world.db, &town.staff, new_term, now()).await.unwrap();
        let booked = book_place(&world.db, &family.who, &request(term, family.child), now()).await.unwrap();
        let roster = store::rosters::roster(&world.db, &town.staff, "yongxing", term, now()).await.unwrap();
        let draw = Entry { giving: Giving::Draw, ..Entry::default() };
        let draw = NewEntry { entry: draw, priority_opens: None, promotion: Promotion::AutoFill };
        let closing = NewTerm { closes: Some(date(2026, 11, 25).at(10, 0, 0, 0)), ..town.new_term(5) };
        let drawn = store::activities::new_term(&world.db, &town.staff, closing, now()).await.unwrap();
        store::entries::set_entry(&world.db, &town.staff, drawn, draw, now()).await.unwrap();
        let wish = BookRequest { insists: true, ..request(drawn, family.child) };
        let asked = Asked { who: family.who.clone(), request: wish, at: now() };
        prepare_booking(&world.db, &asked).await.unwrap();
        let listed =
            store::bookings::listed(&world.db, &family.who, town.community, now()).await.unwrap()[0].prepared.id;
        let away = (date(2026, 12, 1), Line::parse("外出").unwrap());
        let away = Block::new(Blocked::Leader("王老师".to_owned()), away.0, away.0, None, away.1).unwrap();
        let close = BlockKind::Close;
        store::schedule::set_block(&world.db, &town.staff, "yongxing", &away, close, &[], now()).await.unwrap();
        let leaders = store::resources::leaders_page(&world.db, &town.staff, "yongxing", None, None, now()).await;
        let block = leaders.unwrap().leaders.into_iter().find_map(|leader| Some(leader.away.first()?.id)).unwrap();
        let at = domain::schedule::Arrangement {
            date: date(2026, 12, 29),
            start: time(9, 0, 0, 0),
            end: time(10, 0, 0, 0),
            room: None,
            leader: None,
        };
        let change = store::schedule::add_occurrence(&world.db, &town.staff, term, &at, now()).await.unwrap();
        let new = NewMember {
            role: MemberRole::Guardian,
            name: PersonName::parse("王芳").unwrap(),
            birth: None,
            myself: true,
        };
        let family_who = who_is(&world.db, family.who.account).await.unwrap().unwrap();
        let parent = families::add_member(&world.db, &family_who, town.community, new, now()).await.unwrap();
        let relative = town.parent(3).await.who;
        let link = NewCareLink {
            name: PersonName::parse("女儿").unwrap(),
            phone: relative.phone.clone().unwrap(),
            scopes: vec![CareScope::SeePlan],
            paper: None,
        };
        let family_who = who_is(&world.db, family.who.account).await.unwrap().unwrap();
        let link = grant_care_link(&world.db, &family_who, parent, link, Door::Page, now()).await.unwrap();
        store::claims::ask_claim(&world.db, &family_who, "yongxing", Group::Resident, None, now()).await.unwrap();
        let claim = store::claims::claims_page(&world.db, &town.staff, "yongxing").await.unwrap()[0].id;
        let date = roster.dates[0].occurrence;
        let class = "2026-12-01T02:00:00Z".parse().unwrap();
        town.tap(date, family.child, Says::Present, 0, class).await.unwrap();
        let granny = NewPickupPerson {
            name: PersonName::parse("王秀英").unwrap(),
            relation: Line::parse("奶奶").unwrap(),
            phone: "13700000007".to_owned().try_into().ok(),
            only_on: None,
        };
        let picker = pickup::add_pickup_person(&world.db, &family_who, family.child, granny, now()).await.unwrap();
        pickup::set_pickup_code(&world.db, &family_who, family.child, CodeUse::Renew, now()).await.unwrap();
        let take = Take::Person(picker);
        let handed =
            pickup::hand_over(&world.db, &town.staff, "yongxing", date, family.child, take, class).await.unwrap();
        let salt = password::new_salt();
        let add = async |slug: &str, login: &str, name: &str, role| {
            let account = staff::add(&world.db, slug, login, name, "a long password", role, salt, now()).await.unwrap();
            who_is(&world.db, account).await.unwrap().unwrap()
        };
        let colleague = add("yongxing", "colleague", "同事", StaffRole::Desk).await;
        add("yongxing", "another-admin", "管理员", StaffRole::Admin).await;
        let cookie = match visitor {
            Visitor::Nobody => String::new(),
            Visitor::Family => world.sign_in(&family_who).await,
            Visitor::AnotherFamily => world.sign_in(&town.parent(2).await.who).await,
            Visitor::Relative => world.sign_in(&relative).await,
            Visitor::Staff(role) => world.sign_in(&add("yongxing", "visitor", "李老师", role).await).await,
            Visitor::StaffElsewhere(role) => world.sign_in(&add("elsewhere", "visitor", "李老师", role).await).await,
        };
        let twice = || store::rosters::NewPerson {
            name: PersonName::parse("孩子1").unwrap(),
            birth: None,
            phone: None,
            building: None,
        };
        let mut twins = Vec::new();
        for _ in 0..2 {
            twins.push(store::rosters::add_person(&world.db, &town.staff, "yongxing", twice(), now()).await.unwrap());
        }
        let walk_in = store::rosters::NewPerson { name: PersonName::parse("没有账号").unwrap(), ..twice() };
        let walk_in = store::rosters::add_person(&world.db, &town.staff, "yongxing", walk_in, now()).await.unwrap();
        let (child, twin) = (family.child, twins[0]);
        let merge = store::merges::merge_persons(&world.db, &town.staff, "yongxing", child, twins[1], false, now());
        let merge = merge.await.unwrap();
        let note = new_id(now());
        day_note::Entity::insert(day_note::ActiveModel {
            id: Set(note),
            community_id: Set(town.community.0),
            occurrence_id: Set(roster.dates[0].occurrence.0),
            person_id: Set(family.child.0),
            kind: Set(Stored(DayNoteKind::Meal)),
            words: Set(None),
            account_id: Set(colleague.account.0),
            created_at: Set(now().into()),
            withdrawn_at: Set(None),
        })
        .exec_without_returning(&world.db)
        .await
        .unwrap();
        let names = vec![
            ("NOTE", note.to_string()),
            ("ACTIVITY", town.activity.to_string()),
            ("TERM", term.to_string()),
            ("PARENT", parent.to_string()),
            ("CHILD", family.child.to_string()),
            ("BOOKING", booked.booking().to_string()),
            ("DATE", roster.dates[0].occurrence.to_string()),
            ("CHANGE", change.to_string()),
            ("LINK", link.to_string()),
            ("CLAIM", claim.to_string()),
            ("COLLEAGUE", colleague.account.to_string()),
            ("ROOM", town.room.to_string()),
            ("DRAWN", drawn.to_string()),
            ("LISTED", listed.to_string()),
            ("BLOCK", block.to_string()),
            ("PICKER", picker.to_string()),
            ("PICKUP", handed.to_string()),
            ("WALKIN", walk_in.to_string()),
            ("TWIN", twin.to_string()),
            ("MERGE", merge.to_string()),
        ];
        Self { world, cookie, names }
    }

    async fn ask(&self, name: &str, needs: Needs, form: &str) -> StatusCode {
        let (status, body) = self.answer(name, form).await;
        // Who is asked to sign in by the page itself is told that there is nothing.
        let asks_to_sign_in = reads(name) && matches!(needs, SignedIn | Relative | Household);
        if body == "null" && asks_to_sign_in { StatusCode::UNAUTHORIZED } else { status }
    }

    /// What a request is answered, and its status.
    pub async fn answer(&self, name: &str, form: &str) -> (StatusCode, String) {
        let mut form = form.replace("NEW", &new_id(now()).to_string());
        for (word, value) in &self.names {
            form = form.replace(word, value);
        }
        let answer = if reads(name) {
            self.world.get_as(&self.cookie, &format!("/api/{name}?{form}")).await
        } else if form.ends_with("file=FILE") {
            let fields = form.split('&').filter_map(|pair| pair.split_once('='));
            let fields: Vec<_> = fields.filter(|(name, _)| *name != "file").collect();
            self.world.send_file(&self.cookie, name, &fields, &crate::import::a_roster()).await
        } else if form.starts_with('{') {
            let request = Request::post(format!("/api/{name}")).header("host", "localhost");
            let request = request.header("cookie", &self.cookie).header("origin", "http://localhost");
            self.world.ask(request.header("content-type", "application/json"), form).await
        } else {
            self.world.post(&self.cookie, name, form).await
        };
        (answer.status(), text(answer).await)
    }
}

/// True for a request that changes nothing, and is a GET.
pub fn reads(name: &str) -> bool {
    registered().into_iter().any(|(path, method)| path.strip_prefix("/api/") == Some(name) && method == Method::GET)
}

const REFUSED: [StatusCode; 3] = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];

#[tokio::test]
async fn every_request_does_for_each_sort_of_visitor_what_the_table_says() {
    let known: BTreeSet<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    let there: BTreeSet<&str> = registered().into_iter().filter_map(|(path, _)| path.strip_prefix("/api/")).collect();
    assert_eq!(known, there, "left: the table's requests, right: the app's");
    let mut wrong = String::new();
    for visitor in Visitor::all() {
        let scene = Scene::of(visitor).await;
        for (name, needs, form) in TABLE {
            let status = scene.ask(name, *needs, form).await;
            if status.is_server_error() || REFUSED.contains(&status) == visitor.may(*needs) {
                let _ = writeln!(wrong, "{name} by {visitor:?}: {status}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn a_leader_calls_no_roll_but_of_own_dates() {
    let scene = Scene::of(Visitor::Staff(StaffRole::Leader)).await;
    let roster = "slug=yongxing&occurrence=DATE";
    assert_eq!(scene.ask("read_roll", Roll, roster).await, StatusCode::OK);
    let other = "UPDATE occurrence SET leader = '别的老师'";
    sea_orm::ConnectionTrait::execute_unprepared(&scene.world.db, other).await.unwrap();
    assert_eq!(scene.ask("read_roll", Roll, roster).await, StatusCode::NOT_FOUND);
    assert_eq!(
        scene.ask("send_taps", Roll, &format!("{roster}&taps=NEW:CHILD:present:0")).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(scene.ask("read_pickup", Roll, roster).await, StatusCode::NOT_FOUND);
    let hand = format!("{roster}&person=CHILD&way=person&picker=PICKER");
    assert_eq!(scene.ask("hand_over", Roll, &hand).await, StatusCode::NOT_FOUND);
}

#[test]
fn the_page_of_rights_is_what_the_tables_say() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rights.md");
    let page = page();
    if std::env::var_os("ZHAOXI_WRITE_RIGHTS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), page, "ZHAOXI_WRITE_RIGHTS=1 writes it anew");
}

/// The tables in words.
fn page() -> String {
    let mut page = String::from(
        "# Rights\n\nMade by the test `rights` of `server` from the table of rights (`domain/src/rights.rs`) and the table \
         of requests beside it, which is tried whole: each request by each sort of visitor. Whoever may not do \
         something is told the same as if it weren't there.\n\n## What a role may do\n\n*own*: for the dates that name \
         who has the role, as leader or in the crew.\n\n|",
    );
    for role in StaffRole::ALL {
        let _ = write!(page, " | {role}");
    }
    page.push_str(" |\n|---|");
    page.push_str(&"---|".repeat(StaffRole::ALL.len()));
    for act in Act::ALL {
        let _ = write!(page, "\n| `{act}`");
        for role in StaffRole::ALL {
            let reach = match reach_of(*role, *act) {
                Reach::Nothing => "",
                Reach::Own => "own",
                Reach::All => "yes",
            };
            let _ = write!(page, " | {reach}");
        }
        page.push_str(" |");
    }
    page.push_str("\n\n## What a request needs\n\n| request | needs |\n|---|---|");
    let mut rows: Vec<_> = TABLE.iter().map(|(name, needs, _)| (*name, *needs)).collect();
    rows.sort_unstable_by_key(|(name, _)| *name);
    for (name, needs) in rows {
        let needs = match needs {
            Nothing => "nothing; what it shows is public or the visitor's own".to_owned(),
            SignedIn => "to be signed in".to_owned(),
            Household => "to be of the household".to_owned(),
            EitherSide => "to be on either side of the care link".to_owned(),
            Resident => "to be signed in, and known as a resident".to_owned(),
            Phone => "to be signed in by phone".to_owned(),
            Relative => "to be the relative of the care link".to_owned(),
            Work => "to work for the community".to_owned(),
            WorkSomewhere => "to work for a community".to_owned(),
            Right(act) => format!("`{act}`"),
            Roll => "`call_roll`, at least for one's own dates".to_owned(),
            Care => "`read_care`, at least of those who come to one's own dates; it is written down".to_owned(),
        };
        let _ = write!(page, "\n| `{name}` | {needs} |");
    }
    page.push('\n');
    page
}
