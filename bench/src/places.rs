//! Bookings through HTTP by signed-in parents, beside a bare loop of the same SQL on the same database.

use crate::{
    Failure,
    client::{Connection, Load},
    server::Server,
};
use domain::{
    activity::{ActivityKind, Audience, Unit},
    booking::Scope,
    day_kind::HolidayPolicy,
    id::{PersonId, RequestKey, TermId},
    person::MemberRole,
    phone::PhoneNumber,
    recurrence::{Recurrence, Series, Weekday},
    rights::{Door, StaffRole},
    term::{AgeRule, Scopes},
    text::{Paragraph, PersonName, Title},
};
use jiff::{
    Timestamp,
    civil::{date, time},
};
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};
use store::{
    DatabaseConnection,
    accounts::{self, Who, who_is},
    activities::{self, Holding, NewActivity, NewTerm},
    bookings::{BookRequest, book_place},
    communities, connect,
    families::{self, NewMember},
    id::new_id,
};

/// Parents who book at once.
const PARENTS: usize = 1000;
/// The places that they race for.
const PLACES: u32 = 20;

struct Parent {
    who: Who,
    child: PersonId,
    cookie: String,
}

/// Now.
#[allow(clippy::disallowed_methods, reason = "this program is its own host")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Measures both and writes a section of the report.
pub async fn report(server: &Server, database: &str) -> Result<String, Failure> {
    let db = connect::connect(database).await?;
    let head = communities::head(&db, "yongxing", now()).await?;
    let role = StaffRole::Desk;
    let staff = store::staff::add(&db, "yongxing", "bench", "测量", "bench password", role, [1; 16], now()).await?;
    let staff = who_is(&db, staff).await?.ok_or("no staff")?;
    let mut parents = Vec::new();
    for n in 0..PARENTS {
        parents.push(parent(server, &db, head.id, n).await?);
    }
    let (bare_term, http_term) = (term(&db, &staff, head.id).await?, term(&db, &staff, head.id).await?);

    let mut times = Vec::new();
    let start = Instant::now();
    for parent in &parents {
        let asked = Instant::now();
        let request = BookRequest {
            term: bare_term.0,
            person: parent.child,
            scope: Scope::Whole,
            occurrence: None,
            heads: 1,
            adults: None,
            insists: false,
            consents: false,
            key: RequestKey(new_id(now())),
            door: Door::Page,
        };
        book_place(&db, &parent.who, &request, now()).await?;
        times.push(asked.elapsed());
    }
    times.sort();
    let bare = Load { times, wall: start.elapsed() };

    let mut racing = tokio::task::JoinSet::new();
    let mut connections = Vec::new();
    for _ in &parents {
        connections.push(Connection::open(server.port).await?);
    }
    let start = Instant::now();
    for (parent, mut connection) in parents.into_iter().zip(connections) {
        let (term, activity) = http_term;
        racing.spawn(async move {
            let form = format!(
                "slug=yongxing&activity={activity}&term={term}&person={}&scope=whole&heads=1&key={}",
                parent.child,
                new_id(now())
            );
            let asked = Instant::now();
            let (answer, body) = connection.send("POST", "/api/book_place", &parent.cookie, form).await?;
            if !answer.status().is_success() {
                let body = String::from_utf8_lossy(&body).into_owned();
                return Err::<Duration, Failure>(format!("a booking answered {}: {body}", answer.status()).into());
            }
            Ok(asked.elapsed())
        });
    }
    let mut times = Vec::new();
    while let Some(time) = racing.join_next().await {
        times.push(time??);
    }
    times.sort();
    let http = Load { times, wall: start.elapsed() };

    let mut report = String::from("## Booking, SQLite\n\n");
    writeln!(report, "{PARENTS} signed-in parents at once, one class of {PLACES} places on four dates.\n")?;
    writeln!(report, "| | bookings/s | p50 | p99 |\n|---|---|---|---|")?;
    writeln!(report, "| through HTTP, all at once | {} |", http.row())?;
    writeln!(report, "| bare loop of the same SQL, one after the other | {} |", bare.row())?;
    writeln!(report, "| ratio | {:.3} | | |\n", http.rate() / bare.rate())?;
    Ok(report)
}

async fn parent(
    server: &Server,
    db: &DatabaseConnection,
    at: domain::id::CommunityId,
    n: usize,
) -> Result<Parent, Failure> {
    let phone = PhoneNumber::parse(&format!("166{n:08}")).map_err(|problem| problem.to_string())?;
    accounts::ask_code(db, &phone, "246810", now()).await?;
    // The cookie must come from the server; the code that it expects is the newest one, which was kept just now.
    let mut connection = Connection::open(server.port).await?;
    let asked = format!("slug=yongxing&phone={}&to=my", phone.as_str());
    let (answer, _) = connection.send("POST", "/api/ask_code", "", asked).await?;
    let planted = cookie_of(&answer)?;
    accounts::ask_code(db, &phone, "246810", now()).await?;
    let (answer, body) =
        connection.send("POST", "/api/enter_code", &planted, "slug=yongxing&code=246810&to=my".to_owned()).await?;
    if !answer.status().is_success() {
        return Err(format!("signing in answered {}: {}", answer.status(), String::from_utf8_lossy(&body)).into());
    }
    let cookie = cookie_of(&answer)?;
    accounts::ask_code(db, &phone, "135790", now()).await?;
    let account = accounts::enter_code(db, &phone, "135790", now()).await?;
    let who = who_is(db, account).await?.ok_or("no account")?;
    let new = NewMember {
        role: MemberRole::Child,
        name: PersonName::parse(&format!("孩子{n}")).map_err(|problem| problem.to_string())?,
        birth: Some(date(2018, 5, 1)),
        myself: false,
    };
    let child = families::add_member(db, &who, at, new, now()).await?;
    let who = who_is(db, account).await?.ok_or("no account")?;
    Ok(Parent { who, child, cookie })
}

/// The login cookie of an answer.
pub fn cookie_of(answer: &hyper::Response<()>) -> Result<String, Failure> {
    let cookie = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let ours = cookie.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with("__Host-"));
    Ok(ours.ok_or("no login cookie")?.to_owned())
}

async fn term(
    db: &DatabaseConnection,
    staff: &Who,
    at: domain::id::CommunityId,
) -> Result<(TermId, domain::id::ActivityId), Failure> {
    let title = |text: &str| Title::parse(text).map_err(|problem| problem.to_string());
    let new = NewActivity {
        name: title("测量班")?,
        kind: ActivityKind::HolidayCare,
        audience: Audience::Child,
        unit: Unit::Person,
        summary: Paragraph::default(),
        leaders: String::new(),
    };
    let activity = activities::new_activity(db, staff, at, new, now()).await?;
    let today = now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let day = |days: i64| today.checked_add(jiff::Span::new().days(days)).map_err(|error| error.to_string());
    let new = NewTerm {
        activity,
        name: title("冬季班")?,
        series: Series::from(Recurrence::Weekly { weekdays: vec![Weekday::Tuesday], every: 1 }),
        from: day(10)?,
        until: day(37)?,
        holidays: HolidayPolicy::Keep,
        holding: Holding { start: time(9, 0, 0, 0), end: time(11, 0, 0, 0), room: None, leader: None },
        capacity: PLACES,
        opens: None,
        closes: None,
        cancel_hours: 24,
        age: AgeRule::default(),
        scopes: Scopes { whole: true, rest: true, single: true },
        waitlist_cap: None,
        minimum: None,
        entry_like: None,
    };
    Ok((activities::new_term(db, staff, new, now()).await?, activity))
}
