//! A slip in big type (大字条): somebody's coming dates on paper, for the fridge; a family's own week, and at the desk what
//! a resident without a phone takes home.

use super::parts::{Preview, PrintButton, Scan};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Loading, PageTitle},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::reading::QrCode;
#[cfg(feature = "ssr")]
use domain::{booking::BookingState, id::PersonId, reading::MyBooking, term::OccurrenceState};
use jiff::civil::{Date, Time};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_params_map, lazy_route};
use serde::{Deserialize, Serialize};

/// Days of one's own week, today among them.
#[cfg(feature = "ssr")]
const WEEK: i64 = 7;
/// The most dates of a slip: as many as one page holds in big type.
#[cfg(feature = "ssr")]
const MOST: usize = 12;

/// What stands on a slip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slip {
    /// Whose it is; none for a family's.
    pub name: Option<String>,
    /// The dates, in order.
    pub lines: Vec<SlipLine>,
    /// True if there are more dates than fit.
    pub more: bool,
    /// The check-in code of whose it is; on a family's, what leads to the community's calendar.
    pub code: Option<QrCode>,
    /// The digits of the check-in code.
    pub digits: Option<String>,
}

/// One date on a slip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlipLine {
    /// The day.
    pub date: Date,
    /// Start.
    pub start: Time,
    /// End.
    pub end: Time,
    /// What.
    pub activity: String,
    /// Where.
    pub room: Option<String>,
    /// Who; none on a slip of one person.
    pub person: Option<String>,
    /// True while it is only waited for.
    pub waiting: bool,
}

/// The lines of bookings from a day to another.
#[cfg(feature = "ssr")]
fn slip(of: Option<(PersonId, String)>, bookings: Vec<MyBooking>, first: Date, last: Date, slug: &str) -> Slip {
    let one = of.is_some();
    let digits = of.as_ref().map(|(person, _)| domain::roll::check_in_code(*person));
    let mut lines: Vec<SlipLine> = bookings
        .into_iter()
        .flat_map(|booking| {
            let held = booking.dates.iter().filter(|date| date.state == OccurrenceState::Scheduled);
            let held = held.filter(|date| (first..=last).contains(&date.date)).cloned().collect::<Vec<_>>();
            held.into_iter().map(move |date| SlipLine {
                date: date.date,
                start: date.start,
                end: date.end,
                activity: booking.name.clone(),
                room: date.room,
                person: (!one).then(|| booking.person_name.clone()),
                waiting: booking.state != BookingState::Confirmed,
            })
        })
        .collect();
    lines.sort_by_key(|line| (line.date, line.start));
    let more = lines.len() > MOST;
    lines.truncate(MOST);
    let code = match &digits {
        Some(digits) => super::qr::check_in_code(slug, digits),
        None => super::qr::qr_code(&format!("/{slug}")),
    };
    Slip { name: of.map(|(_, name)| name), lines, more, code, digits }
}

/// Reads the family's week; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_my_week", input = server_fn::codec::GetUrl)]
pub async fn read_my_week(slug: String) -> Result<Option<Slip>, AppError> {
    use jiff::ToSpan;
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let head = store::communities::head(&host.db, &slug, now).await?;
    let bookings = store::calendar::my_bookings(&host.db, &who, None, now).await?;
    let last = head.today.checked_add((WEEK - 1).days()).unwrap_or(head.today);
    Ok(Some(slip(None, bookings, head.today, last, &head.slug)))
}

/// Reads a resident's slip, for the desk.
#[server(prefix = "/api", endpoint = "read_slip", input = server_fn::codec::GetUrl)]
pub async fn read_slip(slug: String, person: String) -> Result<Slip, AppError> {
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let page = store::rosters::person_page(&host.db, &who, &slug, id, now).await?;
    let head = store::communities::head(&host.db, &slug, now).await?;
    Ok(slip(Some((id, page.person.name)), page.bookings, head.today, Date::MAX, &head.slug))
}

/// The family's week, loaded when it is opened.
pub struct WeekRoute;

#[lazy_route]
impl LazyRoute for WeekRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Week /> }.into_any()
    }
}

#[component]
fn Week() -> impl IntoView {
    let slug = use_slug();
    let slip = Resource::new(move || slug.get(), read_my_week);
    view! {
        <PageTitle text=format!("{} · {}", say!(sheet.week), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(slip).await {
                    Ok(Some(slip)) => {
                        let (title, back) = (say!(sheet.week).to_owned(), ("my".to_owned(), say!(common.nav_my)));
                        view! { <OnPaper slip title back /> }.into_any()
                    }
                    Ok(None) => {
                        view! { <SignInFirst title=say!(sheet.week) text=say!(family.signed_out_text) to="my/week" /> }
                            .into_any()
                    }
                    Err(error) => view! { <crate::parts::Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// A resident's slip, loaded when it is opened.
pub struct SlipRoute;

#[lazy_route]
impl LazyRoute for SlipRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <SlipOfPerson /> }.into_any()
    }
}

#[component]
fn SlipOfPerson() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let person = Memo::new(move |_| params.with(|params| params.get("person").unwrap_or_default()));
    let slip = Resource::new(move || (slug.get(), person.get()), |(slug, person)| read_slip(slug, person));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(slip).await {
                    Ok(slip) => {
                        let name = slip.name.clone().unwrap_or_default();
                        let title = say!(sheet.slip_of, name = name.clone()).to_string();
                        let back = (format!("desk/people/{}", person.get_untracked()), say!(people.title));
                        view! {
                            <PageTitle text=title.clone() />
                            <OnPaper slip title back />
                        }
                            .into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn OnPaper(slip: Slip, title: String, back: (String, &'static str)) -> impl IntoView {
    let head = use_head();
    let Slip { lines, more, code, digits, .. } = slip;
    let scan = match &digits {
        Some(digits) => say!(roll.slip_code, code = digits.clone()).to_string(),
        None => say!(sheet.slip_scan).to_owned(),
    };
    let none = lines.is_empty().then(|| view! { <p class="slip__none">{say!(sheet.slip_none)}</p> });
    let lines = lines
        .into_iter()
        .map(|line| {
            let waiting = line.waiting.then(|| view! { <b>{say!(common.short_waitlist)}</b> });
            let where_to: Vec<String> = [line.person, line.room].into_iter().flatten().collect();
            view! {
                <li>
                    <p class="slip__when">{words::date_long(line.date)} " " {words::hours(line.start, line.end)}</p>
                    <p class="slip__what">{line.activity} " " {waiting}</p>
                    <p>{where_to.join(" · ")}</p>
                </li>
            }
        })
        .collect_view();
    let more = more.then(|| view! { <p>{say!(sheet.slip_more)}</p> });
    let phone = say!(common.hotline, phone = head.phone.clone()).to_string();
    view! {
        <div class="sheet-tools stack">
            <Back to=back.0 text=back.1 />
            <div class="page-head">
                <h1>{title.clone()}</h1>
            </div>
            <div class="row">
                <PrintButton />
                <p class="fine">{say!(sheet.upright)}</p>
            </div>
        </div>
        <Preview>
            <section class="sheet sheet--slip" aria-labelledby="slip-h">
                <h2 class="slip__title" id="slip-h">
                    {title.clone()}
                </h2>
                <p>{say!(sheet.slip_made, date = words::date_long(head.today)).to_string()}</p>
                {none}
                <ol class="slip__lines">{lines}</ol>
                {more}
                <div class="slip__foot">
                    <div>
                        <p class="slip__phone">{phone}</p>
                        <p>{head.name}</p>
                    </div>
                    {code.map(|code| view! { <Scan code text=scan /> })}
                </div>
            </section>
        </Preview>
    }
}
