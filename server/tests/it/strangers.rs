//! What is somebody else's: every request that names something, from everybody it doesn't belong to.

use crate::{
    town::{Town, now, request},
    world::{World, text},
};
use domain::{
    block::{Block, BlockKind, Blocked},
    entry::Group,
    text::Line,
};
use http::StatusCode;
use jiff::civil::{date, time};
use store::{bookings::book_place, id::new_id};

/// A request by name, its fields with ID for somebody else's thing, and that thing's id.
type Asked = (&'static str, String, String);

fn asked(name: &'static str, fields: &str, id: impl ToString) -> Asked {
    (name, fields.to_owned(), id.to_string())
}

#[tokio::test]
async fn a_stranger_learns_nothing_and_changes_nothing() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let elsewhere = Town::with_slug(&world.db, "elsewhere").await;
    let term = town.term(2).await;
    let parent = town.parent(1).await;
    let child = parent.child;
    let booked = book_place(&world.db, &parent.who, &request(term, child), now()).await.unwrap();
    let booking = booked.booking();
    let staff = world.sign_in(&town.staff).await;
    let roster = text(world.get_as(&staff, &format!("/yongxing/desk/terms/{term}")).await).await;
    let occurrence = roster.split("/desk/occurrences/").nth(1).and_then(|rest| rest.get(..36)).unwrap().to_owned();
    let activity = town.activity;

    // ID stands for somebody else's thing, and for one that doesn't exist: the answers must be the same.
    let key = "01936a2e-0000-7000-8000-000000000000";
    let book = format!("slug=SLUG&activity={activity}&term={term}&person=ID&scope=whole&key={key}");
    let dates = "rule=dates&dates=2026-12-01&start=09:00&end=10:00&capacity=5&cancel_hours=1&scopes[]=whole";
    let edit = "form[sequence]=0&form[reach]=all&form[date]=2026-12-30&form[start]=09:00&form[end]=10:00";
    let when = "date=2026-12-30&start=09:00&end=10:00";
    let at = domain::schedule::Arrangement {
        date: date(2026, 12, 29),
        start: time(9, 0, 0, 0),
        end: time(10, 0, 0, 0),
        room: None,
        leader: None,
    };
    let change = store::schedule::add_occurrence(&world.db, &town.staff, term, &at, now()).await.unwrap();
    let room = town.room;
    let leave = Block::new(
        Blocked::Leader("李老师".to_owned()),
        date(2026, 12, 1),
        date(2026, 12, 1),
        None,
        Line::parse("外出").unwrap(),
    );
    let (leave, close) = (leave.unwrap(), BlockKind::Close);
    store::schedule::set_block(&world.db, &town.staff, "yongxing", &leave, close, &[], now()).await.unwrap();
    let leaders = store::resources::leaders_page(&world.db, &town.staff, "yongxing", None, None, now()).await.unwrap();
    let block = leaders.leaders[0].away[0].id;
    store::claims::ask_claim(&world.db, &parent.who, "yongxing", Group::Resident, None, now()).await.unwrap();
    let claim = store::claims::claims_page(&world.db, &town.staff, "yongxing").await.unwrap()[0].id;
    let rules = "giving=first_come&overlap=warn&promotion=auto_fill";
    let prepare = format!("slug=SLUG&activity={activity}&term={term}&person=ID&scope=whole");
    let writing = [
        asked("accept_offer", "slug=SLUG&booking=ID&back=my", booking),
        asked("set_entry", &format!("slug=SLUG&term=ID&{rules}"), term),
        asked("check_claim", "slug=SLUG&claim=ID&answer=grant", claim),
        asked("prepare_booking", &prepare, child),
        asked("book_place", &book, child),
        asked("cancel_booking", "slug=SLUG&booking=ID&back=my", booking),
        asked("remove_member", "slug=SLUG&person=ID", child),
        asked("cancel_booking_at_desk", "slug=SLUG&term=TERM&booking=ID", booking),
        asked("cancel_occurrence", "slug=SLUG&term=TERM&occurrence=ID&sequence=0&reason=x", &occurrence),
        asked("restore_occurrence", "slug=SLUG&term=TERM&occurrence=ID&sequence=0", &occurrence),
        asked("edit_dates", &format!("slug=SLUG&term=TERM&edit=ID&sequence=0&reach=all&{when}"), &occurrence),
        asked("add_occurrence", &format!("slug=SLUG&term=ID&{when}"), term),
        asked("undo_change", "slug=SLUG&term=TERM&change=ID", change),
        asked("decline_date", &format!("slug=SLUG&booking=ID&occurrence={occurrence}"), booking),
        asked("decide_hits", "slug=SLUG&decisions[oID]=keep", &occurrence),
        asked("send_taps", &format!("slug=SLUG&occurrence=ID&taps={key}:CHILD:present:0"), &occurrence),
        asked("hand_over", "slug=SLUG&occurrence=ID&person=CHILD&way=alone", &occurrence),
        asked("add_pickup_person", "slug=SLUG&person=ID&name=x&relation=x", child),
        asked("set_pickup_code", "slug=SLUG&person=ID&wanted=renew", child),
        asked("allow_alone", "slug=SLUG&person=ID&alone=yes", child),
        asked("cancel_term", "slug=SLUG&term=ID&reason=x", term),
        asked("set_crew_plan", "slug=SLUG&term=ID&guards=x", term),
        asked("set_crew", "slug=SLUG&term=TERM&occurrence=ID&guards=x", &occurrence),
        asked("change_room", "slug=SLUG&room=ID&name=x&size=9", room),
        asked("set_block", "slug=SLUG&room=ID&first=2026-12-01&reason=x", room),
        asked("lift_block", "slug=SLUG&block=ID", block),
        asked("new_term", &format!("slug=SLUG&activity=ID&name=x&{dates}"), activity),
        asked("book_at_desk", &format!("slug=SLUG&term=ID&person=CHILD&scope=whole&key={key}"), term),
    ];
    let reading = [
        asked("read_roster", "slug=SLUG&term=ID", term),
        asked("read_plan", "slug=SLUG&term=ID", term),
        asked("read_plan", &format!("slug=SLUG&term=TERM&form[edit]=ID&{edit}"), &occurrence),
        asked("read_crew", "slug=SLUG&term=ID", term),
        asked("read_entry", "slug=SLUG&term=ID", term),
        asked("read_room", "slug=SLUG&room=ID", room),
        asked("read_room", "slug=SLUG&room=ID&form[first]=2026-12-01&form[reason]=x", room),
        asked("read_audit", "slug=SLUG&term=ID", term),
        asked("read_roll", "slug=SLUG&occurrence=ID", &occurrence),
        asked("read_pickup", "slug=SLUG&occurrence=ID", &occurrence),
    ];
    let nothing = new_id(now()).to_string();
    let other_parent = world.sign_in(&town.parent(2).await.who).await;
    let other_staff = world.sign_in(&elsewhere.staff).await;
    let before =
        text(world.get_as(&staff, &format!("/yongxing/desk/terms/{term}/audit")).await).await.matches("<tr").count();

    let filled = |form: &str, slug: &str, id: &str| {
        let form = form.replace("SLUG", slug).replace("TERM", &term.to_string()).replace("CHILD", &child.to_string());
        form.replace("ID", id)
    };
    let refused = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED];
    for (who, cookie) in
        [("nobody", ""), ("another parent", &other_parent), ("staff of another community", &other_staff)]
    {
        for (name, form, id) in &writing {
            // A desk elsewhere names its own community, and this one.
            for slug in ["yongxing", "elsewhere"] {
                let theirs = world.post(cookie, name, filled(form, slug, id)).await;
                let none = world.post(cookie, name, filled(form, slug, &nothing)).await;
                assert!(refused.contains(&theirs.status()), "{name} by {who}: {}", theirs.status());
                assert_eq!(theirs.status(), none.status(), "{name} by {who} tells what exists");
                assert_eq!(text(theirs).await, text(none).await, "{name} by {who} tells what exists");
            }
        }
        for (name, form) in [
            ("import_holidays", "slug=yongxing&year=2026"),
            ("set_days", "slug=yongxing&first=2026-12-01&kind=closure&name=x"),
            ("set_days", "slug=yongxing&list=2026-12-01 闭馆 x"),
            ("add_room", "slug=yongxing&name=x&size=9"),
            ("set_block", "slug=yongxing&leader=x&first=2026-12-01&reason=x"),
            ("remove_days", "slug=yongxing&first=2026-12-01&last=2026-12-01&kind=closure"),
        ] {
            let answer = world.post(cookie, name, form).await;
            assert!(refused.contains(&answer.status()), "{name} by {who}: {}", answer.status());
        }
        for name in ["read_days", "read_rooms", "read_leaders", "read_report", "read_claims"] {
            let read = world.get_as(cookie, &format!("/api/{name}?slug=yongxing")).await;
            assert!(refused.contains(&read.status()), "{name} by {who}: {}", read.status());
        }
        for view in ["month", "rooms", "leaders", "year"] {
            let path = format!("/api/read_staff_calendar?slug=yongxing&asked[view]={view}&asked[day]=2026-12-01");
            let answer = world.get_as(cookie, &path).await;
            assert!(refused.contains(&answer.status()), "{view} by {who}: {}", answer.status());
        }
        for (name, query, id) in &reading {
            for slug in ["yongxing", "elsewhere"] {
                let theirs = world.get_as(cookie, &format!("/api/{name}?{}", filled(query, slug, id))).await;
                let none = world.get_as(cookie, &format!("/api/{name}?{}", filled(query, slug, &nothing))).await;
                assert!(refused.contains(&theirs.status()), "{name} by {who}: {}", theirs.status());
                assert_eq!(theirs.status(), none.status(), "{name} by {who} tells what exists");
                assert_eq!(text(theirs).await, text(none).await, "{name} by {who} tells what exists");
            }
        }
        for path in [format!("/yongxing/activities/{activity}?booked={booking}"), "/yongxing/my".to_owned()] {
            let page = text(world.get_as(cookie, &path).await).await;
            assert!(!page.contains("孩子1"), "{path} names the child to {who}");
        }
    }
    let after =
        text(world.get_as(&staff, &format!("/yongxing/desk/terms/{term}/audit")).await).await.matches("<tr").count();
    assert_eq!(before, after, "nothing was changed");
}
