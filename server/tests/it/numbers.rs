//! Numbers and rosters as files: what is text stays text, what is a number is one, and phones are as on the page.

use crate::{
    town::{Town, request},
    world::{World, header, percent, text},
};
use axum::body::{Body, to_bytes};
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use domain::{
    phone::PhoneNumber,
    recurrence::{Recurrence, Series},
    text::{Line, PersonName},
};
use http::{Response, StatusCode};
use jiff::civil::date;
use std::io::Cursor;
use store::{
    activities::{Holding, NewTerm, new_term},
    bookings::book_place,
    rosters::{NewPerson, add_person},
};

/// Each would be a formula, were it typed.
const FORMULAS: [&str; 4] = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)"];

async fn book(answer: Response<Body>) -> Xlsx<Cursor<Vec<u8>>> {
    assert_eq!(answer.status(), StatusCode::OK);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!((header(&answer, "content-type"), header(&answer, "cache-control")), (kind, "no-store"));
    let named = header(&answer, "content-disposition");
    assert!(named.starts_with("attachment; filename=\"zhaoxi-") && named.ends_with(".xlsx\""), "{named}");
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap()
}

fn rows(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

#[tokio::test]
async fn no_cell_of_a_file_begins_a_formula_and_numbers_are_numbers() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let cookie = world.sign_in(&town.staff).await;
    let rename = format!("UPDATE activity SET name = '{}'", FORMULAS[0].replace('\'', "''"));
    sea_orm::ConnectionTrait::execute_unprepared(&world.db, &rename).await.unwrap();
    // A date that is over by 9:00 of today.
    let yesterday = date(2026, 11, 23);
    let new = NewTerm {
        series: Series::from(Recurrence::Dates { dates: vec![yesterday, date(2026, 12, 1)] }),
        from: yesterday,
        until: date(2026, 12, 1),
        holding: Holding { leader: Some(Line::parse("李老师").unwrap()), ..town.new_term(9).holding },
        ..town.new_term(9)
    };
    let before = "2026-11-20T01:00:00Z".parse().unwrap();
    let term = new_term(&world.db, &town.staff, new, before).await.unwrap();
    for (n, name) in FORMULAS.into_iter().enumerate() {
        let new = NewPerson {
            name: PersonName::parse(name).unwrap(),
            birth: Some(date(2018, 5, 1)),
            phone: Some(PhoneNumber::parse(&format!("1380000000{n}")).unwrap()),
            building: None,
        };
        let person = add_person(&world.db, &town.staff, "yongxing", new, before).await.unwrap();
        let wish = store::bookings::BookRequest { door: domain::rights::Door::Desk, ..request(term, person) };
        book_place(&world.db, &town.staff, &wish, before).await.unwrap();
    }

    let path = format!("/api/roster_sheet?slug=yongxing&term={term}");
    let mut file = book(world.get_as(&cookie, &path).await).await;
    let lines = rows(&mut file, "已报名");
    let names: Vec<_> = lines.iter().skip(1).map(|line| line[1].clone()).collect();
    assert_eq!(names, FORMULAS.map(|name| Data::String(name.to_owned())));
    assert_eq!(lines[1][0], Data::Float(1.0), "a number is one");
    assert_eq!(lines[1][3], Data::String("138****0000".to_owned()), "as on the page");
    for sheet in file.sheet_names() {
        assert!(file.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet}");
    }

    let mut file = book(world.get_as(&cookie, "/api/numbers_sheet?slug=yongxing&day=2026-11-01").await).await;
    let lines = rows(&mut file, "各活动");
    assert_eq!(lines[1][0], Data::String(FORMULAS[0].to_owned()));
    assert_eq!(lines[0][3], Data::String("场次".to_owned()));
    assert_eq!((&lines[1][3], &lines[1][4], &lines[1][6]), (&Data::Float(1.0), &Data::Float(1.0), &Data::Float(4.0)));
    assert!(file.worksheet_formula("各活动").unwrap().is_empty());

    let page = text(world.get_as(&cookie, "/yongxing/desk/numbers?day=2026-11-01").await).await;
    assert!(page.contains("有 1 次没点名") && page.contains("=cmd|"), "{page}");
    let none = text(world.get_as(&cookie, "/yongxing/desk/numbers?from=2020-01-01&to=2026-01-01").await).await;
    assert!(none.contains("没有办过活动") && none.contains("一次最多看三年"), "{none}");
}

#[tokio::test]
async fn numbers_are_not_there_for_who_may_not_read_them() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let parent = world.sign_in(&town.parent(1).await.who).await;
    for path in ["/yongxing/desk/numbers".to_owned(), format!("/yongxing/desk/numbers?q={}", percent("数字"))] {
        assert_eq!(world.get_as(&parent, &path).await.status(), StatusCode::NOT_FOUND);
        assert!(text(world.get(&path).await).await.contains("登录"), "who isn't signed in is led there");
    }
}
