//! A term's roster: who has a place, who waits, and what the desk does for them.

use super::{
    book_by_name::{AddPersonAndBook, BookAtDesk, BookByName},
    parts::{Back, DeskFailure, SearchForm, Share},
    roster_table::{CancelBookingAtDesk, RosterTable},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Icon, Loading, PageTitle, State, StateBadge},
    say, words,
};
use domain::{
    booking::Standing,
    id::RequestKey,
    person::is_named,
    reading::{DateEntry, FoundPerson, RosterLine, RosterPage},
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// A roster with what the desk needs to book by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterView {
    /// The roster.
    pub page: RosterPage,
    /// Who was found by name.
    pub found: Vec<FoundPerson>,
    /// A fresh key for the next booking.
    pub key: RequestKey,
}

/// Reads a roster, and the people found by `find`.
#[server(prefix = "/api", endpoint = "read_roster", input = server_fn::codec::GetUrl)]
pub async fn read_roster(slug: String, term: String, find: Option<String>) -> Result<RosterView, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let page = store::rosters::roster(&host.db, &who, &slug, id, now).await?;
    let found = match find {
        Some(find) => store::rosters::find_persons(&host.db, &host.keys, &who, &slug, &find, now).await?,
        None => Vec::new(),
    };
    Ok(RosterView { page, found, key: crate::ssr::new_key()? })
}

/// What the roster's URL asks for and tells.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    /// Only lines that match.
    q: String,
    /// Find people by this.
    find: Option<String>,
    /// The booking that was just made.
    booked: Option<String>,
    /// What was just done: made or cancelled.
    done: Option<String>,
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    cancel: ServerAction<CancelBookingAtDesk>,
    book: ServerAction<BookAtDesk>,
    add: ServerAction<AddPersonAndBook>,
}

/// The page, loaded when it is opened.
pub struct RosterRoute;

#[lazy_route]
impl LazyRoute for RosterRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <RosterPageView /> }.into_any()
    }
}

#[component]
fn RosterPageView() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let asked = Memo::new(move |_| {
        query.with(|query| Asked {
            q: query.get("q").unwrap_or_default().trim().to_lowercase(),
            find: query.get("find").map(|find| find.trim().to_owned()).filter(|find| !find.is_empty()),
            booked: query.get("booked"),
            done: query.get("done"),
        })
    });
    let actions = Actions { cancel: ServerAction::new(), book: ServerAction::new(), add: ServerAction::new() };
    let done = Memo::new(move |_| {
        let booked = (actions.book.version().get(), actions.add.version().get());
        (actions.cancel.version().get(), booked)
    });
    let view = Resource::new(
        move || (slug.get(), term.get(), asked.get(), done.get()),
        |(slug, term, asked, _)| read_roster(slug, term, asked.find),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => {
                        let asked = asked.get_untracked();
                        view! { <Roster view asked actions /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Roster(view: RosterView, asked: Asked, actions: Actions) -> impl IntoView {
    let head = use_head();
    let RosterView { page, found, key } = view;
    let here = format!("/{}/desk/terms/{}", head.slug, page.term.id);
    let again = format!("/{}/desk/activities/{}/terms/new?like={}", head.slug, page.term.activity, page.term.id);
    let file = format!("/api/roster_sheet?slug={}&term={}", head.slug, page.term.id);
    let unit = page.dates.first().map_or(domain::activity::Unit::Person, |date| date.unit);
    let today = page.dates.iter().find(|date| date.date == head.today && date.standing != Standing::CalledOff);
    let today = today.map(|date| {
        view! {
            <a class="button" href=format!("/{}/desk/occurrences/{}", head.slug, date.occurrence)>
                {say!(desk.roll_today)}
            </a>
        }
    });
    let answer = view! { <Answer page=page.clone() asked=asked.clone() /> };
    let numbered = |lines: &[RosterLine]| -> Vec<(usize, RosterLine)> {
        let lines = lines.iter().cloned().enumerate().map(|(n, line)| (n + 1, line));
        lines.filter(|(_, line)| matches(line, &asked.q)).collect()
    };
    let confirmed = numbered(&page.confirmed);
    let waiting = numbered(&page.waiting);
    let nobody = (!asked.q.is_empty() && confirmed.is_empty() && waiting.is_empty())
        .then(|| view! { <p class="soft">{say!(desk.nobody_matches)}</p> });
    let confirmed_count = say!(desk.share, held = page.term.held, capacity = page.term.capacity).to_string();
    let waiting_count = say!(desk.waiting_count, count = page.waiting.len()).to_string();
    let any_waiting = !page.waiting.is_empty();
    let ages = words::ages(&page.age).map(|ages| view! { <span>{ages}</span> });
    let slug = head.slug.clone();
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.roster), page.term.activity_name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{format!("{} · {}", page.term.activity_name, page.term.name)}</p>
                <h1>{say!(desk.roster)}</h1>
                <p class="row">
                    <StateBadge standing=page.term.standing unit opens=page.term.opens reason=None />
                    <span>{words::span(page.term.first, page.term.last)}</span>
                    {ages}
                    <Share held=page.term.held capacity=page.term.capacity waiting=page.term.waiting />
                </p>
            </div>
            <p class="row">
                {today}
                <a class="button" href=format!("{here}/attendance")>
                    {say!(attended.title)}
                </a>
                <a class="button" href=format!("{here}/dates")>
                    {say!(dates.title)}
                </a>
                <a class="button" href=format!("{here}/entry")>
                    {say!(entry.title)}
                </a>
                <a class="button" href=again>
                    {say!(desk.again)}
                </a>
                <a class="button" href=format!("{here}/audit")>
                    {say!(desk.audit)}
                </a>
                <a class="button" href=format!("{here}/import")>
                    {say!(import.from_roster)}
                </a>
                <a class="button" href=file rel="external" download="">
                    <Icon name="download" />
                    {say!(import.download_roster)}
                </a>
            </p>
        </div>
        {answer}
        <div class="split">
            <div class="stack">
                <SearchForm action=here.clone() name="q" label=say!(desk.search) value=asked.q.clone() />
                {nobody}
                <ActionProblem action=actions.cancel />
                <RosterTable
                    title=say!(desk.confirmed)
                    number=say!(desk.number)
                    count=confirmed_count
                    lines=confirmed
                    slug=slug.clone()
                    term=page.term.id
                    action=actions.cancel
                />
                {any_waiting
                    .then(|| {
                        view! {
                            <RosterTable
                                title=say!(desk.waiting)
                                number=say!(desk.place_in_line)
                                count=waiting_count
                                lines=waiting
                                slug=slug.clone()
                                term=page.term.id
                                action=actions.cancel
                            />
                        }
                    })}
                <Dates dates=page.dates.clone() slug=slug.clone() />
            </div>
            <BookByName page found find=asked.find key book=actions.book add=actions.add />
        </div>
    }
}

/// True if a line is what was searched for: by name, pinyin, initials, or the phone's end.
fn matches(line: &RosterLine, q: &str) -> bool {
    is_named(q, &line.name, [line.pinyin.as_str(), &line.initials])
        || line.phone.as_ref().is_some_and(|phone| phone.ends_with(q))
}

/// What was just done, said once.
#[component]
fn Answer(page: RosterPage, asked: Asked) -> impl IntoView {
    let by_id = |lines: &[RosterLine]| {
        let booked = asked.booked.as_deref()?;
        lines.iter().position(|line| line.booking.to_string() == booked)
    };
    let (title, icon, person) = match asked.done.as_deref() {
        Some("made") => (say!(desk.done_made).to_owned(), "check", None),
        Some("cancelled") => (say!(desk.done_cancelled).to_owned(), "check", None),
        _ => match (by_id(&page.confirmed), by_id(&page.waiting)) {
            (Some(n), _) => {
                let line = page.confirmed.get(n);
                let name = line.map(|line| line.name.clone()).unwrap_or_default();
                (say!(desk.done_booked, name = name).to_string(), "check", line.map(|line| line.person))
            }
            (None, Some(n)) => {
                let line = page.waiting.get(n);
                let name = line.map(|line| line.name.clone()).unwrap_or_default();
                let title = say!(desk.done_waiting, name = name, number = n + 1).to_string();
                (title, "queue", line.map(|line| line.person))
            }
            _ => return ().into_any(),
        },
    };
    let slug = use_head().slug;
    let slip = person.map(|person| {
        view! {
            <p>
                <a class="button" href=format!("/{slug}/desk/people/{person}/slip")>
                    <Icon name="print" />
                    {say!(sheet.slip_print)}
                </a>
            </p>
        }
    });
    view! {
        <Banner class="banner--good" icon title>
            {slip}
        </Banner>
    }
    .into_any()
}

/// The term's dates, each with its roll.
#[component]
fn Dates(dates: Vec<DateEntry>, slug: String) -> impl IntoView {
    let open = dates.len() <= 12;
    let count = say!(desk.dates_count, count = dates.len()).to_string();
    let rows = dates
        .into_iter()
        .map(|date| {
            let long = format!("{} {}", words::date_long(date.date), words::time(date.start));
            let nth = date.ordinal.map(|(n, _)| say!(common.nth, n = n).to_string());
            let off = date.standing == Standing::CalledOff;
            let past = date.standing == Standing::Past;
            let why = words::standing(date.standing, date.unit, None, date.reason.as_deref());
            let hidden = format!(" {long}");
            let when = match off {
                true => view! { <del>{long}</del> }.into_any(),
                false => view! { <span>{long}</span> }.into_any(),
            };
            view! {
                <li class=past.then_some("dates__past")>
                    <span class="dates__nth">{nth}</span>
                    {when}
                    {off.then(|| view! { <State class="cancelled" icon="cross" text=why /> })}
                    {(!off)
                        .then(|| {
                            view! {
                                <a href=format!("/{slug}/desk/occurrences/{}", date.occurrence)>
                                    {say!(desk.roll)}
                                    <span class="visually-hidden">{hidden}</span>
                                </a>
                            }
                        })}
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="card" open=open>
            <summary>{count}</summary>
            <ol class="dates">{rows}</ol>
        </details>
    }
}
