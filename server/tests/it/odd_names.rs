//! Names and titles that look like code, through the forms and back on every page and feed.

use crate::{
    town::{Town, request},
    world::{World, header, percent, text},
};
use axum::body::Body;
use http::{Response, StatusCode};
use store::accounts::who_is;

/// Each says that it was taken for code where it stands unescaped.
const ODD: &[&str] = &[
    "</title><script>alert(1)</script>",
    "</textarea><b>bold</b>",
    "\"><img src=x onerror=alert(1)>",
    "'--><svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
    "&lt;b&gt; &amp;amp; %3Cb%3E \\n \\u003cb",
    "𠮷龘靐齉爩😀👨‍👩‍👧é",
    "一行\r\nBEGIN:VEVENT\r\nATTACH:x",
];

/// As the app keeps it: one line.
fn kept(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a page says to its reader.
fn unescaped(page: &str) -> String {
    let mut said = page.to_owned();
    for (entity, text) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")]
    {
        said = said.replace(entity, text);
    }
    said
}

/// A TEXT value of a feed, read back (RFC 5545, 3.3.11).
fn unfolded_text(value: &str) -> String {
    let mut characters = value.chars();
    let mut text = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next().map(|escaped| if escaped == 'n' { '\n' } else { escaped })),
            character => text.push(character),
        }
    }
    text
}

/// The id that an answer leads on to, after `before`.
async fn leads_to(answer: Response<Body>, before: &str) -> String {
    let to = header(&answer, "location").to_owned();
    let id = to.split(before).nth(1).and_then(|rest| rest.get(..36)).map(str::to_owned);
    match id {
        Some(id) => id,
        None => panic!("{to} {}", text(answer).await),
    }
}

#[tokio::test]
async fn odd_names_come_back_as_they_were_typed_and_never_as_code() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let staff = world.sign_in(&town.staff).await;
    for (n, odd) in ODD.iter().enumerate() {
        let (typed, kept) = (percent(odd), kept(odd));
        let form =
            format!("slug=yongxing&name={typed}&kind=course&audience=all&unit=person&summary={typed}&leaders={typed}");
        let activity = leads_to(world.post(&staff, "new_activity", form).await, "activities/").await;
        let form = format!(
            "slug=yongxing&activity={activity}&name={typed}&rule=dates&dates=2026-12-0{}&start=09:00&end=10:00\
             &leader={typed}&capacity=5&cancel_hours=1&scopes[]=whole&scopes[]=single",
            n + 1
        );
        let term = leads_to(world.post(&staff, "new_term", form).await, "terms/").await;

        let parent = town.parent(u32::try_from(n).unwrap()).await;
        let cookie = world.sign_in(&parent.who).await;
        let form = format!("slug=yongxing&kind=child&name={typed}&birth=2018-05-01&consent=yes");
        let child = leads_to(world.post(&cookie, "add_member", form).await, "added=").await;
        let wish = request(term.parse().unwrap(), child.parse().unwrap());
        let who = who_is(&world.db, parent.who.account).await.unwrap().unwrap();
        store::bookings::book_place(&world.db, &who, &wish, crate::town::now()).await.unwrap();
        let form = format!(
            "slug=yongxing&term={term}&name={typed}&birth=1950-01-01&building={typed}&scope=whole&key={}",
            store::id::new_id(crate::town::now())
        );
        let booked = world.post(&staff, "add_person_and_book", form).await;
        assert_eq!(booked.status(), StatusCode::OK, "{}", text(booked).await);

        let date = format!("2026-12-0{}", n + 1);
        let public = [
            format!("/yongxing?view=list&day={date}"),
            format!("/yongxing?view=week&day={date}"),
            format!("/yongxing?view=month&day={date}"),
            format!("/yongxing/sheet?day={date}"),
            "/yongxing/activities".to_owned(),
            format!("/yongxing/activities/{activity}"),
            format!("/yongxing/activities/{activity}/sheet"),
        ];
        let own = [
            "/yongxing/my".to_owned(),
            "/yongxing/my?by=person".to_owned(),
            format!("/yongxing/activities/{activity}"),
        ];
        let roster = text(world.get_as(&staff, &format!("/yongxing/desk/terms/{term}")).await).await;
        let roll = roster.split("/desk/occurrences/").nth(1).and_then(|rest| rest.get(..36)).unwrap().to_owned();
        let desk = [
            "/yongxing/desk".to_owned(),
            format!("/yongxing/desk/activities/{activity}/terms/new"),
            format!("/yongxing/desk/terms/{term}"),
            format!("/yongxing/desk/terms/{term}?find={typed}"),
            format!("/yongxing/desk/terms/{term}/audit"),
            format!("/yongxing/desk/occurrences/{roll}"),
        ];
        let pages = public.iter().map(|path| ("", path)).chain(own.iter().map(|path| (cookie.as_str(), path)));
        for (cookie, path) in pages.chain(desk.iter().map(|path| (staff.as_str(), path))) {
            let answer = world.get_as(cookie, path).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            let page = text(answer).await;
            for code in ["<script>alert(1)", "<b>bold", "<img src=x", "<svg onload"] {
                let at = page.find(code).map(|at| page.get(at.saturating_sub(200)..at + 100).unwrap_or(code));
                assert_eq!(at, None, "{path} holds {code}");
            }
            assert!(unescaped(&page).contains(&kept), "{path} does not say {kept}");
        }

        let feed = text(world.get(&format!("/feeds/activities/{activity}.ics")).await).await;
        for line in feed.split("\r\n") {
            assert!(line.len() <= 75 && !line.contains('\n'), "RFC 5545, 3.1: {} octets: {line}", line.len());
        }
        let unfolded = feed.replace("\r\n ", "");
        assert_eq!(unfolded.matches("\r\nBEGIN:VEVENT").count(), 1, "{unfolded}");
        assert!(!unfolded.contains("\r\nATTACH"), "{unfolded}");
        let summary = unfolded.split("\r\nSUMMARY:").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
        assert!(unfolded_text(summary).contains(&kept), "{summary}");
    }
}

#[tokio::test]
async fn text_that_hides_what_it_says_is_refused_and_a_sentence_says_so() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let parent = town.parent(1).await;
    let (staff, cookie) = (world.sign_in(&town.staff).await, world.sign_in(&parent.who).await);
    for odd in ["小\0明", "\u{202e}明小", "小\u{200b}明", "\u{feff}小明", "小\u{7}明", "%FF%FE"] {
        let typed = if odd.starts_with('%') { odd.to_owned() } else { percent(odd) };
        let child = format!("slug=yongxing&kind=child&name={typed}&birth=2018-05-01&consent=yes");
        let activity = format!("slug=yongxing&name={typed}&kind=course&audience=all&unit=person&summary=&leaders=");
        for answer in
            [world.post(&cookie, "add_member", child).await, world.post(&staff, "new_activity", activity).await]
        {
            // What isn't UTF-8 is shown as replacement characters by the form's decoder, and refused all the same.
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{odd:?}");
            assert!(text(answer).await.contains("BadCharacter"), "{odd:?}");
        }
    }
    let long = percent(&"长".repeat(41));
    let answer = world
        .post(&cookie, "add_member", format!("slug=yongxing&kind=child&name={long}&birth=2018-05-01&consent=yes"))
        .await;
    assert!(text(answer).await.contains("\"max\":40"));
}

#[tokio::test]
async fn a_consent_text_is_never_code_where_it_is_read_or_written() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    Town::new(&world.db).await;
    let salt = store::password::new_salt();
    let role = domain::rights::StaffRole::Admin;
    let admin =
        store::staff::add(&world.db, "yongxing", "admin", "主任", "a long password", role, salt, crate::town::now());
    let admin = who_is(&world.db, admin.await.unwrap()).await.unwrap().unwrap();
    let (admin, odd) = (world.sign_in(&admin).await, "</textarea></dd><script>alert(1)</script>");
    let form = format!("slug=yongxing&purpose=photos&text={}", percent(odd));
    assert_eq!(world.post(&admin, "write_text", form).await.status(), StatusCode::OK);
    for path in ["/yongxing/privacy", "/yongxing/desk/texts"] {
        let page = text(world.get_as(&admin, path).await).await;
        assert!(page.contains("&lt;/textarea&gt;") && !page.contains("<script>alert"), "{path}");
    }
}
