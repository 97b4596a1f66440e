//! Pickup through the host: photos, and what the pages say to two of the staff and to the family.

use crate::{
    town::{Parent, Town, now, request},
    world::{World, header, text},
};
use axum::body::Body;
use domain::{
    id::{OccurrenceId, PickupPersonId},
    pickup::LARGEST_PHOTO,
    rights::StaffRole,
    roll::Says,
    text::{Line, PersonName},
};
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use store::{
    accounts::{Who, who_is},
    activities,
    bookings::book_place,
    pickup::{NewPickupPerson, add_pickup_person},
    rosters, staff,
};

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 a small picture";

/// A class on 1 December from 9 to 11 with a child that is here, and a clock that the test moves.
struct Scene {
    world: World,
    clock: Arc<AtomicI64>,
    parent: Parent,
    granny: PickupPersonId,
    date: OccurrenceId,
    family: String,
    staff: String,
    colleague: String,
}

impl Scene {
    async fn new() -> Self {
        let class: Timestamp = "2026-12-01T02:00:00Z".parse().unwrap();
        let clock = Arc::new(AtomicI64::new(class.as_second()));
        let told = Arc::clone(&clock);
        let world = World::with(move |setup| {
            setup.rate_limit = false;
            setup.host.clock = Arc::new(move || Timestamp::from_second(told.load(Ordering::Relaxed)).unwrap());
        })
        .await;
        let town = Town::new(&world.db).await;
        let parent = town.parent(1).await;
        let term = activities::new_term(&world.db, &town.staff, town.new_term(5), now()).await.unwrap();
        book_place(&world.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
        let roster = rosters::roster(&world.db, &town.staff, "yongxing", term, now()).await.unwrap();
        let date = roster.dates[0].occurrence;
        town.tap(date, parent.child, Says::Present, 0, class).await.unwrap();
        let new = NewPickupPerson {
            name: PersonName::parse("王秀英").unwrap(),
            relation: Line::parse("奶奶").unwrap(),
            phone: None,
            only_on: None,
        };
        let granny = add_pickup_person(&world.db, &parent.who, parent.child, new, now()).await.unwrap();
        let colleague =
            staff::add(&world.db, "yongxing", "wumin", "吴敏", "a long password", StaffRole::Desk, [8; 16], now());
        let colleague: Who = who_is(&world.db, colleague.await.unwrap()).await.unwrap().unwrap();
        let (family, staff) = (world.sign_in(&parent.who).await, world.sign_in(&town.staff).await);
        let colleague = world.sign_in(&colleague).await;
        Self { world, clock, parent, granny, date, family, staff, colleague }
    }

    fn page(&self) -> String {
        format!("/yongxing/desk/occurrences/{}/pickup", self.date)
    }

    fn hand(&self, rest: &str) -> String {
        format!("slug=yongxing&occurrence={}&person={}&{rest}", self.date, self.parent.child)
    }

    async fn shown(&self, cookie: &str, path: &str) -> String {
        text(self.world.get_as(cookie, path).await).await
    }

    /// Sends a photo as a browser's form does.
    async fn send(&self, cookie: &str, photo: &[u8], agreed: bool) -> Response<Body> {
        let (slug, child) = ("yongxing", self.parent.child.to_string());
        let mut body = Vec::new();
        let agree = agreed.then_some(("agree", "yes"));
        for (name, value) in [("slug", slug), ("child", child.as_str())].into_iter().chain(agree) {
            body.extend(format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let head = "--b\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n";
        body.extend(head.bytes().chain(photo.iter().copied()).chain(*b"\r\n--b--\r\n"));
        self.post(cookie, "multipart/form-data; boundary=b", body).await
    }

    async fn post(&self, cookie: &str, kind: &str, body: Vec<u8>) -> Response<Body> {
        let request = Request::post(format!("/photos/{}", self.granny)).header("host", "localhost");
        let request = request.header("cookie", cookie).header("origin", "http://localhost");
        self.world.ask(request.header("content-type", kind).header("accept", "text/html"), body).await
    }
}

#[tokio::test]
async fn a_photo_is_taken_in_from_the_family_and_shown_to_no_cache() {
    let scene = Scene::new().await;
    let address = format!("/photos/{}", scene.granny);
    let child = scene.parent.child;
    let back = |word: &str| format!("/yongxing/my/pickup/{child}?done=photo_{word}");
    let large = [JPEG, &[0; LARGEST_PHOTO]].concat();
    for (photo, agreed, word) in
        [(JPEG, false, "unagreed"), (b"<svg>", true, "kind"), (&large, true, "large"), (JPEG, true, "kept")]
    {
        let answer = scene.send(&scene.family, photo, agreed).await;
        assert_eq!((answer.status(), header(&answer, "location")), (StatusCode::SEE_OTHER, &*back(word)));
        let page = scene.shown(&scene.family, &back(word)).await;
        assert_eq!(page.contains("banner--no"), word != "kept", "{word}");
        assert_eq!(page.contains(&format!("src=\"{address}\"")), word == "kept", "{word}");
    }
    for cookie in [&scene.family, &scene.staff] {
        let shown = scene.world.get_as(cookie, &address).await;
        assert_eq!((header(&shown, "content-type"), header(&shown, "cache-control")), ("image/jpeg", "no-store"));
        assert_eq!(header(&shown, "x-content-type-options"), "nosniff");
        let bytes = axum::body::to_bytes(shown.into_body(), usize::MAX).await.unwrap();
        assert_eq!(&bytes[..], JPEG);
    }
    // Whoever it doesn't belong to is told the same as of a photo that isn't there.
    let stranger = {
        let town = Town::with_slug(&scene.world.db, "elsewhere").await;
        scene.world.sign_in(&town.staff).await
    };
    let missing = format!("/photos/{}", store::id::new_id(now()));
    for cookie in ["", &stranger] {
        let theirs = scene.world.get_as(cookie, &address).await;
        assert_eq!(theirs.status(), StatusCode::NOT_FOUND);
        assert_eq!(text(theirs).await, scene.shown(cookie, &missing).await);
        for agreed in [true, false] {
            assert_eq!(scene.send(cookie, JPEG, agreed).await.status(), StatusCode::NOT_FOUND);
        }
    }
    assert_eq!(scene.send(&scene.staff, JPEG, true).await.status(), StatusCode::NOT_FOUND, "staff give no photos");
    // Whatever else is sent gets a sentence.
    for (kind, body) in [
        ("multipart/form-data", b"slug=yongxing".to_vec()),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken".to_vec()),
        ("application/json", b"{}".to_vec()),
        ("", Vec::new()),
    ] {
        let answer = scene.post(&scene.family, kind, body).await;
        assert!(answer.status().is_client_error(), "{kind}: {}", answer.status());
    }
    let evil = Request::post(&address).header("host", "localhost").header("cookie", &scene.family);
    let evil = evil.header("origin", "https://evil.example").header("content-type", "multipart/form-data; boundary=b");
    assert_eq!(scene.world.ask(evil, "").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_second_of_two_staff_is_told_by_whom_to_whom_and_when() {
    let scene = Scene::new().await;
    let by_granny = scene.hand(&format!("way=person&picker={}", scene.granny));
    let done = scene.world.post(&scene.staff, "hand_over", by_granny.clone()).await;
    assert_eq!(done.status(), StatusCode::OK);
    scene.clock.fetch_add(120, Ordering::Relaxed);
    let second = scene.world.post(&scene.colleague, "hand_over", by_granny.clone()).await;
    assert_eq!(second.status(), StatusCode::CONFLICT);
    let error = text(second).await;
    assert!(error.contains("handed_over") && !error.contains("王秀英") && !error.contains("陈静"), "{error}");
    // Without JavaScript: back on the page, which says it from its rows; the address holds no name.
    let request = Request::post("/api/hand_over").header("host", "localhost").header("cookie", &scene.colleague);
    let request = request.header("origin", "http://localhost").header("accept", "text/html");
    let request = request.header("referer", format!("http://localhost{}", scene.page()));
    let plain = scene.world.ask(request.header("content-type", "application/x-www-form-urlencoded"), by_granny).await;
    let back = header(&plain, "location").to_owned();
    assert!(plain.status().is_redirection() && back.contains("__err") && !back.contains("%E7"), "{back}");
    let page = scene.shown(&scene.colleague, back.strip_prefix("http://localhost").unwrap()).await;
    assert!(page.contains("孩子1已经接走了：10:00 交给王秀英 · 奶奶，经手：陈静"), "{page}");
    // The family is told, and reads who took the child.
    let told = scene.shown(&scene.family, "/yongxing/notices").await;
    assert!(told.contains("孩子1已接走") && told.contains("12月1日 10:00 交给王秀英 · 奶奶"), "{told}");
    let mine = scene.shown(&scene.family, &format!("/yongxing/my/pickup/{}", scene.parent.child)).await;
    assert!(mine.contains("经手：陈静"), "{mine}");
}

#[tokio::test]
async fn the_board_turns_red_after_the_end_and_comes_anew_without_scripts() {
    let scene = Scene::new().await;
    let board = async || scene.shown(&scene.staff, "/yongxing/desk/still-here").await;
    let before = board().await;
    assert!(before.contains("还有 1 个孩子没接走") && before.contains("孩子1"), "{before}");
    assert!(before.contains("<noscript><meta http-equiv=\"refresh\" content=\"20\"></noscript>"), "{before}");
    assert!(!before.contains("board__date--late"));
    assert!(scene.shown(&scene.staff, "/yongxing/desk").await.contains("还有 1 个孩子没接走"));
    scene.clock.fetch_add(75 * 60, Ordering::Relaxed);
    let after = board().await;
    assert!(after.contains("board__date--late") && after.contains("下课已 15 分钟"), "{after}");
    let reason = scene.hand("way=override&taker=%E5%A7%A8%E5%A6%88&reason=%E5%A6%88%E5%A6%88%E7%94%B5%E8%AF%9D");
    assert_eq!(scene.world.post(&scene.staff, "hand_over", reason).await.status(), StatusCode::OK);
    let last = board().await;
    assert!(last.contains("今天到的孩子都接走了") && !last.contains("board__date--late"), "{last}");
    let told = scene.shown(&scene.family, "/yongxing/notices").await;
    assert!(told.contains("由名单外的人接走，请核对") && told.contains("妈妈电话"), "{told}");
}

#[tokio::test]
async fn the_code_is_on_the_familys_page_and_nowhere_else() {
    let scene = Scene::new().await;
    let child = scene.parent.child;
    let form = format!("slug=yongxing&person={child}&wanted=renew");
    assert_eq!(scene.world.post(&scene.family, "set_pickup_code", form).await.status(), StatusCode::OK);
    let read = scene.shown(&scene.family, &format!("/api/read_family_pickup?person={child}")).await;
    let code = serde_json::from_str::<serde_json::Value>(&read).unwrap()["code"].as_str().unwrap().to_owned();
    let mine = scene.shown(&scene.family, &format!("/yongxing/my/pickup/{child}")).await;
    assert!(mine.contains(&format!("{} {}", &code[..3], &code[3..])), "{mine}");
    let desk = scene.shown(&scene.staff, &scene.page()).await;
    assert!(desk.contains("说接送码") && !desk.contains(&code), "{desk}");
    let wrong = scene.hand(&format!("way=code&taker=x&code={:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000));
    let told = scene.world.post(&scene.staff, "hand_over", wrong).await;
    assert_eq!(told.status(), StatusCode::CONFLICT);
    assert!(text(told).await.contains("\"left\":4"));
    let right = scene.hand(&format!("way=code&taker=x&code={code}"));
    assert_eq!(scene.world.post(&scene.staff, "hand_over", right).await.status(), StatusCode::OK);
    for path in [scene.page(), format!("/yongxing/desk/people/{child}"), "/yongxing/desk/changes".to_owned()] {
        assert!(!scene.shown(&scene.staff, &path).await.contains(&code), "{path}");
    }
}
