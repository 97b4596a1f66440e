//! A roster from a file, over HTTP: what each line would do, what became of it, and what is no roster.

use crate::{
    town::{Town, now},
    world::{World, header, percent, text},
};
use app::error::AppError;
use domain::{
    id::TermId,
    phone::PhoneNumber,
    roster_file::FileProblem,
    term::AgeRule,
    text::{InputProblem, PersonName},
};
use http::{Request, StatusCode};
use jiff::civil::{Date, date};
use rust_xlsxwriter::Workbook;
use sea_orm::{EntityTrait, PaginatorTrait};
use store::{
    activities::{NewTerm, new_term},
    entity::{booking, person},
    rosters::{NewPerson, add_person},
};

/// A sheet with the template's headings and these lines.
fn roster(lines: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (row, line) in (0..).zip([["姓名", "出生日期", "手机号", "备注"]].iter().chain(lines)) {
        for (column, cell) in (0..).zip(line) {
            page.write_string(row, column, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A sheet of one line.
pub fn a_roster() -> Vec<u8> {
    roster(&[["小明", "2018-05-01", "", ""]])
}

struct Desk {
    world: World,
    town: Town,
    term: TermId,
    cookie: String,
}

impl Desk {
    /// At a term of two places, for children of five and older.
    async fn new() -> Self {
        let world = World::with(|setup| setup.rate_limit = false).await;
        let town = Town::new(&world.db).await;
        let age = AgeRule { min: Some(5), max: Some(14), on: None };
        let new = NewTerm { age, ..town.new_term(2) };
        let term = new_term(&world.db, &town.staff, new, now()).await.unwrap();
        let cookie = world.sign_in(&town.staff).await;
        Self { world, town, term, cookie }
    }

    async fn add(&self, name: &str, birth: Option<Date>, phone: Option<&str>) -> String {
        let phone = phone.map(|phone| PhoneNumber::parse(phone).unwrap());
        let new = NewPerson { name: PersonName::parse(name).unwrap(), birth, phone, building: None };
        add_person(&self.world.db, &self.town.staff, "yongxing", new, now()).await.unwrap().to_string()
    }

    async fn send(&self, file: &[u8]) -> http::Response<axum::body::Body> {
        let term = self.term.to_string();
        self.world.send_file(&self.cookie, "preview_roster", &[("slug", "yongxing"), ("term", &term)], file).await
    }

    async fn import(&self, more: &str) -> http::Response<axum::body::Body> {
        let form = format!("slug=yongxing&term={}&scope=whole{more}", self.term);
        self.world.post(&self.cookie, "import_roster", form).await
    }

    async fn page(&self) -> String {
        let path = format!("/yongxing/desk/terms/{}/import", self.term);
        let answer = self.world.get_as(&self.cookie, &path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        text(answer).await
    }

    async fn counts(&self) -> (u64, u64) {
        let bookings = booking::Entity::find().count(&self.world.db).await.unwrap();
        (person::Entity::find().count(&self.world.db).await.unwrap(), bookings)
    }
}

/// The row of a table that names somebody.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let row = page.split("<tr>").find(|row| row.contains(&format!("scope=\"row\">{name}<")));
    row.unwrap_or_else(|| panic!("{name} is not on the page"))
}

#[tokio::test]
async fn a_roster_is_looked_over_booked_and_told_line_by_line_and_never_twice() {
    let desk = Desk::new().await;
    desk.add("小红", Some(date(2018, 5, 1)), None).await;
    let first = desk.add("小刚", None, None).await;
    let file = roster(&[
        ["小明", "2018-05-01", "13800000001", "走读"],
        ["小红", "2018/5/1", "", ""],
        ["小刚", "2017-01-01", "", ""],
        ["小华", "2016-03-04", "12345", ""],
        ["", "2016-03-04", "", ""],
        ["小明", "2018年5月1日", "", ""],
        ["小小", "2025-01-01", "", ""],
        ["小丽", "", "13800000002", ""],
        ["小军", "2015-06-07", "", "</td><script>alert(1)</script>"],
    ]);
    let before = desk.counts().await;
    assert_eq!(desk.send(&file).await.status(), StatusCode::OK);
    assert_eq!(desk.counts().await, before, "looking over writes nothing");
    let page = desk.page().await;
    for (name, said) in [
        ("小红", "已登记：8 周岁"),
        ("小刚", "是哪一位"),
        ("小华", "手机号"),
        ("小小", "周岁"),
        ("小丽", "要填出生日期"),
        ("小军", "新登记一位居民"),
    ] {
        assert!(row(&page, name).contains(said), "{name}: {}", row(&page, name));
    }
    assert!(page.contains("和第 2 行是同一个人") && page.contains("138****0001") && !page.contains("13800000001"));
    assert!(
        page.contains("3 行可以报名") && page.contains("1 行要先确认是谁") && page.contains("5 行不会报"),
        "{page}"
    );
    assert!(!page.contains("<script>alert(1)"));

    // Two of them first, as a page with script asks.
    let some = desk.import("&rows=2,3").await;
    assert_eq!((some.status(), text(some).await.as_str()), (StatusCode::OK, "2"));
    assert_eq!(desk.counts().await, (before.0 + 1, 2));
    // Then the rest, with a choice; there is no place left.
    assert_eq!(desk.import(&format!("&choices[r4]={first}")).await.status(), StatusCode::OK);
    let page = desk.page().await;
    assert!(page.contains("报上 2 人，候补 1 人，没报 6 行"), "{page}");
    for (name, said) in [("小明", "已报名"), ("小红", "已报名"), ("小军", "候补第 1 位"), ("小小", "周岁")]
    {
        assert!(row(&page, name).contains(said), "{name}: {}", row(&page, name));
    }
    // Whose age isn't known can't be let in, whoever was chosen.
    assert!(row(&page, "小刚").contains("出生日期"), "{}", row(&page, "小刚"));
    let after = desk.counts().await;
    assert_eq!(after, (before.0 + 2, 3), "小明 and 小军 are new, and nobody who was refused");

    assert_eq!(desk.import("").await.status(), StatusCode::OK);
    assert_eq!(desk.counts().await, after, "once more books nobody");
    assert_eq!(desk.send(&file).await.status(), StatusCode::OK);
    let page = desk.page().await;
    assert!(row(&page, "小明").contains("不会再报") && row(&page, "小军").contains("不会再报"));
    assert_eq!(desk.import("").await.status(), StatusCode::OK);
    assert_eq!(desk.counts().await, after, "the same file again books nobody");
}

#[tokio::test]
async fn what_is_no_roster_gets_a_sentence_on_its_page() {
    let desk = Desk::new().await;
    let huge = vec![b'x'; 1_500_000];
    for (file, problem) in [
        (&b"name,birth\nx,y"[..], InputProblem::File { problem: FileProblem::NotASheet }),
        (&a_roster()[..900], InputProblem::File { problem: FileProblem::NotASheet }),
        (&huge, InputProblem::File { problem: FileProblem::TooLarge }),
        (&roster(&[]), InputProblem::File { problem: FileProblem::NoLines }),
        (b"", InputProblem::Empty),
    ] {
        let answer = desk.send(file).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let said: AppError = serde_json::from_str(&text(answer).await).unwrap();
        assert_eq!(said, AppError::invalid("file", problem));
    }
    let answer = desk.send(&vec![b'x'; 2_200_000]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for kind in ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"] {
        let request = Request::post("/api/preview_roster").header("host", "localhost").header("cookie", &desk.cookie);
        let request = request.header("origin", "http://localhost").header("content-type", kind);
        assert_eq!(desk.world.ask(request, "--X").await.status(), StatusCode::BAD_REQUEST, "{kind}");
    }

    // A plain form is sent back to its page, which says it.
    let path = format!("/yongxing/desk/terms/{}/import", desk.term);
    let body = format!(
        "--X\r\nContent-Disposition: form-data; name=\"slug\"\r\n\r\nyongxing\r\n--X\r\nContent-Disposition: form-data; \
         name=\"term\"\r\n\r\n{}\r\n--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n\
         小明 13800000001\r\n--X--\r\n",
        desk.term
    );
    let request = Request::post("/api/preview_roster").header("host", "localhost").header("cookie", &desk.cookie);
    let request = request.header("origin", "http://localhost").header("accept", "text/html");
    let request = request.header("referer", format!("http://localhost{path}"));
    let answer = desk.world.ask(request.header("content-type", "multipart/form-data; boundary=X"), body).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let back = header(&answer, "location").trim_start_matches("http://localhost").to_owned();
    assert!(back.starts_with(&path) && !back.contains("138") && !back.contains(&percent("小明")), "{back}");
    let page = text(desk.world.get_as(&desk.cookie, &back).await).await;
    assert!(page.contains("这不是能打开的 Excel 文件"), "{page}");
}

#[tokio::test]
async fn a_file_is_kept_for_its_term_and_its_sender_alone_and_is_forgotten_when_asked() {
    let desk = Desk::new().await;
    assert_eq!(desk.send(&a_roster()).await.status(), StatusCode::OK);
    assert!(desk.page().await.contains("小明"));
    let other = desk.town.term(3).await;
    let path = format!("/yongxing/desk/terms/{other}/import");
    assert!(!text(desk.world.get_as(&desk.cookie, &path).await).await.contains("小明"));
    let again = desk.world.sign_in(&desk.town.staff).await;
    let path = format!("/yongxing/desk/terms/{}/import", desk.term);
    assert!(!text(desk.world.get_as(&again, &path).await).await.contains("小明"), "another login");
    let form = format!("slug=yongxing&term={}", desk.term);
    assert_eq!(desk.world.post(&desk.cookie, "forget_sheet", form).await.status(), StatusCode::OK);
    assert!(!desk.page().await.contains("小明"));
    assert_eq!(desk.import("").await.status(), StatusCode::UNPROCESSABLE_ENTITY, "there is no file");
    assert_eq!(desk.counts().await.1, 0);
}

#[tokio::test]
async fn the_template_is_a_roster_without_anybody() {
    let desk = Desk::new().await;
    let answer = desk.world.get_as(&desk.cookie, "/api/import_template?slug=yongxing").await;
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let said: AppError = serde_json::from_str(&text(desk.send(&bytes).await).await).unwrap();
    assert_eq!(said, AppError::invalid("file", InputProblem::File { problem: FileProblem::NoLines }));
}
