//! The desk's first page: today's dates, the terms that run or are to come, and the activities.

use super::{
    duties::Duties,
    parts::{DeskFailure, Share},
    watch::{Gaps, Short},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Icon, Loading, PageTitle, SideBadge, StateBadge},
    pickup::board::StillHereLine,
    say, words,
};
use domain::{
    booking::Standing,
    code::Code,
    reading::{ActivityCard, DateEntry, DeskPage, DeskTerm, DutyDate},
    rights::Act,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Reads the desk's first page.
#[server(prefix = "/api", endpoint = "read_desk", input = server_fn::codec::GetUrl)]
pub async fn read_desk(slug: String) -> Result<DeskPage, AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::rosters::desk_page(&host.db, &who, &slug, crate::ssr::now()?).await?)
}

/// The page, loaded when it is opened.
pub struct DeskHome;

#[lazy_route]
impl LazyRoute for DeskHome {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <DeskHomePage /> }.into_any()
    }
}

#[component]
fn DeskHomePage() -> impl IntoView {
    let slug = use_slug();
    let page = Resource::new(move || slug.get(), read_desk);
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Desk page /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Desk(page: DeskPage) -> impl IntoView {
    let head = use_head();
    let slug = head.slug.clone();
    let DeskPage { may, duties, today, terms, activities, short, gaps, claims, still_here } = page;
    if !may.contains(&Act::ManageBookings) {
        return view! { <Lookout may duties still_here /> }.into_any();
    }
    let count = say!(desk.today_count, count = today.len()).to_string();
    let none_today = today.is_empty().then(|| view! { <p class="soft">{say!(desk.none_today)}</p> });
    let rows = today.into_iter().map(|entry| view! { <TodayRow entry slug=slug.clone() /> }).collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.title), head.name) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{words::date_long(head.today)}</p>
                <h1>{say!(desk.title)}</h1>
            </div>
            <a class="button button--primary" href=format!("/{slug}/desk/activities/new")>
                <Icon name="plus" />
                {say!(desk.new_activity)}
            </a>
        </div>
        <nav class="desk-nav" aria-label=say!(desk.title)>
            <a href=format!("/{slug}/desk") aria-current="page">
                {say!(common.today)}
            </a>
            <a href=format!("/{slug}/desk/today")>{say!(desk.roll_today)}</a>
            <a href=format!("/{slug}/desk#terms")>{say!(desk.terms)}</a>
            <a href=format!("/{slug}/desk#activities")>{say!(desk.activities)}</a>
            <a href=format!("/{slug}/desk/calendar")>{say!(staff_calendar.title)}</a>
            <a href=format!("/{slug}/desk/days")>{say!(days.title)}</a>
            <a href=format!("/{slug}/desk/rooms")>{say!(resources.rooms)}</a>
            <a href=format!("/{slug}/desk/people")>{say!(people.title)}</a>
            <a href=format!("/{slug}/desk/claims")>
                {say!(entry.check_title)}
                {(claims > 0).then(|| view! { <span class="count">{claims}</span> })}
            </a>
            <a href=format!("/{slug}/desk/meals")>{say!(day_care.meals_title)}</a>
            <a href=format!("/{slug}/desk/leaders")>{say!(resources.leaders)}</a>
            <Overview may=may.clone() slug=slug.clone() />
        </nav>
        <div class="stack-l">
            <StillHereLine still_here />
            <Short short />
            <Gaps gaps />
            {(!duties.is_empty()).then(|| view! { <Duties duties /> })}
            <section aria-labelledby="today">
                <h2 class="section-title" id="today">
                    {say!(desk.today_dates)}
                    <small>{count}</small>
                </h2>
                {none_today}
                <ol class="occ-list">{rows}</ol>
            </section>
            <Terms terms slug=slug.clone() />
            <Activities activities slug=slug.clone() />
        </div>
    }
    .into_any()
}

/// The pages that look at the community as a whole, as far as the visitor may see them.
#[component]
fn Overview(may: Vec<Act>, slug: String) -> impl IntoView {
    [
        (Act::ReadReport, "numbers", say!(numbers.title)),
        (Act::ReadReport, "report", say!(resources.report)),
        (Act::ReadAudit, "changes", say!(staff.changes)),
        (Act::ManageStaff, "staff", say!(staff.title)),
        (Act::WriteTexts, "texts", say!(privacy.edit)),
    ]
    .into_iter()
    .filter(|(act, ..)| may.contains(act))
    .map(|(_, page, text)| view! { <a href=format!("/{slug}/desk/{page}")>{text}</a> })
    .collect_view()
}

/// The desk of who doesn't work at it: when to be there, and what may be looked at.
#[component]
fn Lookout(may: Vec<Act>, duties: Vec<DutyDate>, still_here: Option<u32>) -> impl IntoView {
    let head = use_head();
    let looks = [Act::ReadReport, Act::ReadAudit, Act::ManageStaff].iter().any(|act| may.contains(act));
    let pages = looks.then(|| {
        view! {
            <nav class="desk-nav" aria-label=say!(staff.welcome)>
                <Overview may slug=head.slug.clone() />
            </nav>
        }
    });
    let duties = (!looks || !duties.is_empty()).then(|| view! { <Duties duties /> });
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.title), head.name) />
        <div class="page-head">
            <p class="eyebrow">{words::date_long(head.today)}</p>
            <h1>{say!(desk.title)}</h1>
        </div>
        {pages}
        <div class="stack-l">
            <StillHereLine still_here />
            {duties}
        </div>
    }
}

#[component]
fn TodayRow(entry: DateEntry, slug: String) -> impl IntoView {
    let side = entry.audience.side();
    let off = entry.standing == Standing::CalledOff;
    let class = format!("occ occ--mine occ--{}{}", side.code(), if off { " occ--cancelled" } else { "" });
    let start = words::time(entry.start);
    let hidden = format!(" {start} {}", entry.name);
    view! {
        <li class=class>
            <p class="occ__time">
                <time datetime=start.clone()>{start.clone()}</time>
                " "
                <span>{say!(calendar.until, end = words::time(entry.end)).to_string()}</span>
            </p>
            <div class="occ__body">
                <h3 class="occ__name">
                    <a href=format!("/{slug}/desk/terms/{}", entry.term)>{entry.name.clone()}</a>
                </h3>
                <p class="occ__meta">
                    <SideBadge side />
                    {entry.room.clone().map(|room| view! { <span>{room}</span> })}
                    {entry.ordinal.map(|ordinal| view! { <span>{words::ordinal(ordinal)}</span> })}
                </p>
            </div>
            <p class="occ__state">
                <StateBadge
                    standing=entry.standing
                    unit=entry.unit
                    opens=entry.opens
                    reason=entry.reason.clone()
                />
                {(!off)
                    .then(|| {
                        view! {
                            <a class="button" href=format!("/{slug}/desk/occurrences/{}", entry.occurrence)>
                                {say!(desk.roll)}
                                <span class="visually-hidden">{hidden}</span>
                            </a>
                        }
                    })}
            </p>
        </li>
    }
}

#[component]
fn Terms(terms: Vec<DeskTerm>, slug: String) -> impl IntoView {
    let none = terms.is_empty().then(|| view! { <p class="soft">{say!(desk.no_terms)}</p> });
    let rows = terms
        .into_iter()
        .map(|term| {
            let hidden = format!(" {} {}", term.activity_name, term.name);
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/{slug}/activities/{}", term.activity)>{term.activity_name.clone()}</a>
                        " "
                        <SideBadge side=term.audience.side() />
                    </th>
                    <td data-label=say!(desk.term)>
                        <span>
                            {term.name.clone()}
                            " "
                            <span class="soft">{words::span(term.first, term.last)}</span>
                        </span>
                    </td>
                    <td data-label=say!(desk.state)>
                        <StateBadge standing=term.standing unit=term.unit opens=term.opens reason=None />
                    </td>
                    <td data-label=say!(desk.booked)>
                        <Share held=term.held capacity=term.capacity waiting=term.waiting />
                    </td>
                    <td>
                        <a class="button" href=format!("/{slug}/desk/terms/{}", term.id)>
                            {say!(desk.roster)}
                            <span class="visually-hidden">{hidden}</span>
                        </a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" id="terms" aria-labelledby="terms-title">
            <table class="table">
                <caption>
                    <h2 id="terms-title">{say!(desk.terms)}</h2>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(desk.activity)}</th>
                        <th scope="col">{say!(desk.term)}</th>
                        <th scope="col">{say!(desk.state)}</th>
                        <th scope="col">{say!(desk.booked)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{say!(desk.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none}
        </section>
    }
}

#[component]
fn Activities(activities: Vec<ActivityCard>, slug: String) -> impl IntoView {
    let none = activities.is_empty().then(|| view! { <p class="soft">{say!(desk.no_activities)}</p> });
    let rows = activities
        .into_iter()
        .map(|card| {
            let next = card.next.map_or_else(|| say!(desk.no_next).to_owned(), words::date_long);
            let hidden = format!(" {}", card.name);
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/{slug}/activities/{}", card.id)>{card.name}</a>
                        " "
                        <SideBadge side=card.audience.side() />
                    </th>
                    <td data-label=say!(desk.kind)>{words::kind(card.kind)}</td>
                    <td data-label=say!(desk.next_date)>{next}</td>
                    <td>
                        <a class="button" href=format!("/{slug}/desk/activities/{}/terms/new", card.id)>
                            <Icon name="plus" />
                            {say!(desk.new_term)}
                            <span class="visually-hidden">{hidden}</span>
                        </a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" id="activities" aria-labelledby="activities-title">
            <table class="table">
                <caption>
                    <h2 id="activities-title">{say!(desk.activities)}</h2>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(desk.activity)}</th>
                        <th scope="col">{say!(desk.kind)}</th>
                        <th scope="col">{say!(desk.next_date)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{say!(desk.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none}
        </section>
    }
}
