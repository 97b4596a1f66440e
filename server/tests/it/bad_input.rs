//! Every request of the app with whatever may be sent to it.

use crate::{
    town::{Town, now, request},
    world::{World, percent, registered, text},
};
use app::error::AppError;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use proptest::{
    prelude::*,
    sample::{select, subsequence},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use sea_orm::{ConnectionTrait, Statement};
use store::{bookings::book_place, id::new_id};

/// How many inputs each request gets from each sort of visitor.
const INPUTS: usize = 14;

/// Whatever a form of the app may hold.
const FIELDS: &[&str] = &[
    "giving",
    "priority[]",
    "priority_opens",
    "only[]",
    "grade_min",
    "per_household",
    "period",
    "overlap",
    "shapes",
    "promotion",
    "offer_hours",
    "hold_minutes",
    "persons[]",
    "together",
    "shape",
    "insist",
    "group",
    "claim",
    "answer",
    "slug",
    "activity",
    "term",
    "person",
    "with",
    "kept",
    "gone",
    "agreed",
    "merge",
    "scope",
    "occurrence",
    "occurrences[]",
    "occurrences",
    "weekly[]",
    "weekly",
    "pause_from",
    "pause_to",
    "minutes",
    "dates_at_once",
    "one_a_day",
    "day",
    "heads",
    "key",
    "booking",
    "back",
    "kind",
    "name",
    "birth",
    "paper",
    "sure",
    "phone",
    "code",
    "to",
    "login",
    "password",
    "credential",
    "passkey",
    "building",
    "reason",
    "audience",
    "unit",
    "summary",
    "leaders",
    "find",
    "query",
    "form",
    "taps",
    "edit",
    "sequence",
    "date",
    "reach",
    "hand_made_too",
    "form[edit]",
    "form[date]",
    "asked[view]",
    "asked[day]",
    "asked[side]",
    "asked[room]",
    "asked[leader]",
    "asked[q]",
    "asked[pick]",
    "asked",
    "change",
    "year",
    "first",
    "last",
    "list",
    "all",
    "decisions[o1]",
    "decisions",
    "lunar_month",
    "lunar_day",
    "except",
    "like",
    "rule",
    "weekday[]",
    "weekday",
    "every",
    "nth",
    "nth_weekday",
    "month_day",
    "dates",
    "from",
    "until",
    "start",
    "end",
    "holidays",
    "room",
    "leader",
    "capacity",
    "opens",
    "closes",
    "cancel_hours",
    "age_min",
    "age_max",
    "scopes[]",
    "waitlist_cap",
    "min_people",
    "decide_days",
    "size",
    "hours[MO_from]",
    "hours",
    "block",
    "sequences[o1]",
    "sequences",
    "day",
    "form[first]",
    "form[leader]",
    "class_teachers",
    "class_teachers_count",
    "heads_per_volunteer",
    "volunteers",
    "guards",
    "guards_count",
    "usual",
    "allergies",
    "health",
    "diet",
    "contact_name",
    "contact_phone",
    "contact_relation",
    "address",
    "agree",
    "version",
    "words",
    "by",
    "rows",
    "choices[r2]",
    "choices",
    "picker",
    "pickup",
    "way",
    "taker",
    "relation",
    "only_on",
    "wanted",
    "alone",
    "__err",
    "__path",
];

/// Nothing that any field is meant to hold.
const ODD: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "\u{202e}txt",
    "\u{feff}",
    "😀👨‍👩‍👧",
    "𠮷龘",
    "</script><script>alert(1)</script>",
    "</textarea>",
    "=cmd|' /C calc'!A0",
    "\r\nSet-Cookie: x=1",
    "'; DROP TABLE booking; --",
    "%00",
    "%ff",
    "..%2f..",
    "../../etc/passwd",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "2026-02-29",
    "-9999-01-01",
    "24:00",
    "-1",
    "0",
    "4294967296",
    "99999999999999999999",
    "NaN",
    "1e999",
    "true",
    "null",
    "[]",
    "{}",
    "{\"a\":1}",
    "00000000-0000-0000-0000-000000000000",
    "//evil.example/",
    "javascript:alert(1)",
    "zh-CN\u{7f}",
];

/// One request.
#[derive(Clone, Debug)]
struct Input {
    kind: Option<&'static str>,
    body: Vec<u8>,
}

/// Forms, JSON, broken UTF-8, empty and huge ones. `known` are ids of things that are there.
fn inputs(known: Vec<String>) -> impl Strategy<Value = Input> {
    let value = prop_oneof![
        3 => select(known),
        4 => select(ODD).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => select(vec![1000_usize, 20_000]).prop_map(|length| "长".repeat(length)),
    ];
    let fields = subsequence(FIELDS, 0..FIELDS.len());
    let filled = fields.prop_flat_map(move |fields| {
        let values = proptest::collection::vec(value.clone(), fields.len());
        values.prop_map(move |values| fields.iter().copied().zip(values).collect::<Vec<_>>())
    });
    let encoded = filled.clone().prop_map(|fields| {
        fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect::<Vec<_>>().join("&")
    });
    let json = filled.prop_map(|fields| {
        let object: serde_json::Map<_, _> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), serde_json::Value::String(value))).collect();
        serde_json::Value::Object(object).to_string()
    });
    let form = Some("application/x-www-form-urlencoded");
    prop_oneof![
        6 => encoded.prop_map(move |body| Input { kind: form, body: body.into_bytes() }),
        2 => json.prop_map(|body| Input { kind: Some("application/json"), body: body.into_bytes() }),
        1 => proptest::collection::vec(any::<u8>(), 0..400).prop_map(move |body| Input { kind: form, body }),
        1 => proptest::collection::vec(any::<u8>(), 0..400).prop_map(|body| Input { kind: Some("application/json"), body }),
        1 => select(vec![&b"{"[..], b"[[[[[[", b"null", b"slug=%", b"&&&==", b"slug=a&slug=b", b"marks[][][]=1"])
            .prop_map(|body| Input { kind: None, body: body.to_vec() }),
        1 => select(vec!["multipart/form-data", "text/plain", "application/octet-stream", ";;;"])
            .prop_map(|kind| Input { kind: Some(kind), body: b"slug=yongxing".to_vec() }),
    ]
}

/// Everything in the database but login sessions, to be compared.
async fn rows(world: &World, all: &str) -> Vec<String> {
    let found = world.db.query_all_raw(Statement::from_string(world.db.get_database_backend(), all)).await.unwrap();
    found.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// One statement that reads every row of every table.
async fn everything(world: &World) -> String {
    let query = |sql: String| Statement::from_string(world.db.get_database_backend(), sql);
    let tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'login_session'";
    let mut parts = Vec::new();
    for table in world.db.query_all_raw(query(tables.to_owned())).await.unwrap() {
        let table: String = table.try_get_by_index(0).unwrap();
        let columns =
            world.db.query_all_raw(query(format!("SELECT name FROM pragma_table_info('{table}')"))).await.unwrap();
        let columns: Vec<String> =
            columns.iter().map(|row| format!("quote(\"{}\")", row.try_get_by_index::<String>(0).unwrap())).collect();
        parts.push(format!("SELECT '{table}: ' || {} FROM \"{table}\"", columns.join(" || ',' || ")));
    }
    format!("{} ORDER BY 1", parts.join(" UNION ALL "))
}

#[tokio::test]
async fn whatever_is_sent_gets_a_sentence_and_changes_nothing() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let term = town.term(2).await;
    let parents = [town.parent(1).await, town.parent(2).await];
    let wish = request(term, parents[0].child);
    book_place(&world.db, &parents[0].who, &wish, now()).await.unwrap();
    let mut known = vec!["yongxing".to_owned(); 6];
    known.extend([
        town.activity.to_string(),
        term.to_string(),
        parents[0].child.to_string(),
        new_id(now()).to_string(),
    ]);
    known.extend(["whole", "single", "rest", "1", "child", "2026-12-01", "09:00", "weekly", "MO"].map(str::to_owned));
    let strategy = inputs(known);
    let mut runner = TestRunner::deterministic();
    let visitors = [String::new(), world.sign_in(&parents[1].who).await, world.sign_in(&town.staff).await];
    let all = everything(&world).await;
    let mut before = rows(&world, &all).await;
    let (mut asked, mut refused) = (0, 0);
    for (path, method) in registered() {
        // Signing out ends the visitor's session: that is what it is for.
        let visitors = if path.ends_with("/sign_out") { &visitors[..1] } else { &visitors };
        for visitor in visitors {
            for n in 0..INPUTS {
                let input = strategy.new_tree(&mut runner).unwrap().current();
                let shown = String::from_utf8_lossy(&input.body).chars().take(600).collect::<String>();
                let accept = if n % 8 == 7 { "text/html" } else { "application/json" };
                let mut request =
                    Request::builder().method(method.clone()).header("host", "localhost").header("accept", accept);
                request = request.header("origin", "http://localhost").header("cookie", visitor);
                if let Some(kind) = input.kind {
                    request = request.header("content-type", kind);
                }
                let (uri, body) = if method == Method::GET {
                    let query: String = input
                        .body
                        .iter()
                        .map(|byte| {
                            if byte.is_ascii_graphic() && *byte != b'#' {
                                char::from(*byte).to_string()
                            } else {
                                format!("%{byte:02X}")
                            }
                        })
                        .collect();
                    (format!("{path}?{}", query.get(..60_000).unwrap_or(&query)), Body::empty())
                } else {
                    (path.to_owned(), Body::from(input.body))
                };
                let Ok(uri) = uri.parse::<http::Uri>() else { continue };
                let response = world.ask(request.uri(uri), body).await;
                let status = response.status();
                asked += 1;
                let said = text(response).await;
                assert!(!status.is_server_error(), "{path} answered {status} {said} to {shown}");
                if status.is_client_error() && accept == "application/json" {
                    refused += 1;
                    let error: AppError =
                        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{path}: {status} {said}"));
                    assert_ne!(error, AppError::Failed, "{path}: {shown}");
                }
                let after = rows(&world, &all).await;
                if status.is_client_error() {
                    assert_eq!(before, after, "{path} refused {shown}, and yet changed something");
                }
                before = after;
            }
        }
    }
    assert!(asked > 3000 && refused > asked / 2, "{refused} of {asked}: too few were refused to prove anything");
    assert_eq!(world.get("/yongxing").await.status(), StatusCode::OK, "and the server is still there");
}

#[tokio::test]
async fn any_address_is_answered_without_a_failure() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    town.term(2).await;
    let cookie = world.sign_in(&town.staff).await;
    let places = [
        "",
        "/sheet",
        "/activities",
        "/my",
        "/notices",
        "/desk",
        "/desk/calendar",
        "/desk/rooms",
        "/desk/leaders",
        "/desk/report",
        "/desk/numbers",
        "/desk/still-here",
        "/sign-in",
        "/desk/activities/new",
    ];
    let names = [
        "view", "date", "day", "size", "side", "kind", "age", "free", "room", "leader", "q", "pick", "booked", "to",
        "find", "done", "by", "from", "__err",
    ];
    for place in places {
        // Each odd value in all of a page's parameters at once, and the oddest in each alone.
        let together = |odd: &&str| names.map(|name| format!("{name}={}", percent(odd))).join("&");
        let alone = ["", "\0", "9999-12-31", "-9999-01-01", "</textarea>", "-1"]
            .into_iter()
            .flat_map(|odd| names.map(|name| format!("{name}={}", percent(odd))));
        for query in ODD.iter().map(together).chain(alone) {
            let path = format!("/yongxing{place}?{query}");
            let answer = world.get_as(&cookie, &path).await;
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
        }
    }
    for odd in ODD.iter().filter(|odd| !odd.is_empty()) {
        let odd = percent(odd);
        let kinds =
            ["", "yongxing/", "yongxing/activities/", "yongxing/desk/terms/", "yongxing/desk/occurrences/", "photos/"];
        for path in kinds.map(|kind| format!("/{kind}{odd}")) {
            let answer = world.get_as(&cookie, &path).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
        for path in [format!("{odd}/sheet"), format!("{}/sheet?term={odd}", town.activity)] {
            let answer = world.get(&format!("/yongxing/activities/{path}")).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
