//! The calendar's page: its head, its filters, and one of three views.

use super::{
    filters::{CalendarQuery, Filters},
    list::DayList,
    month::MonthTable,
    week::WeekGrid,
};
use crate::{
    error::AppError,
    frame::{framed, telephone, use_head, use_slug},
    live::Live,
    parts::{Empty, Failure, Icon, Loading, PageTitle},
    say,
    sheets::month::SheetQuery,
    words,
};
use domain::{
    calendar::{self, View},
    code::Code,
    reading::CalendarDay,
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

/// One page of the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarPage {
    /// The view, after choosing one for the device.
    pub view: View,
    /// The day that the view holds.
    pub day: Date,
    /// Its days: whole weeks for a month.
    pub days: Vec<CalendarDay>,
    /// Where an empty page points to.
    pub next: Option<Date>,
    /// The community's revision, or an earlier one.
    pub revision: i64,
}

/// Reads a page of the calendar. The query comes as the URL has it, so that no form of it is refused.
#[server(prefix = "/api", endpoint = "read_calendar", input = server_fn::codec::GetUrl)]
pub async fn read_calendar(slug: String, query: String) -> Result<CalendarPage, AppError> {
    use domain::calendar::{Span, month_weeks, span};
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let revision = host.revisions.of(&slug).unwrap_or_default();
    let community = host.calendar.community(&slug, now).await?;
    let head = &community.head;
    let query = CalendarQuery::read(&leptos_router::params::ParamsMap::from_iter(
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    ));
    let view = query.view.unwrap_or_else(crate::ssr::view_for_device);
    let day = query.day.unwrap_or(head.today);
    let span = match (view, month_weeks(day).as_slice()) {
        (View::Month, [first, .., last]) => Span { first: first[0], last: last[6] },
        _ => span(view, day),
    };
    let filter = store::calendar::Filter { side: query.side, kind: query.kind, age: query.age, vacant: query.free };
    let days = host.calendar.days(&community, span, filter, now).await?;
    let next = if days.iter().all(|day| day.entries.is_empty()) {
        store::calendar::next_date_after(&host.db, head.id, span.last).await?
    } else {
        None
    };
    Ok(CalendarPage { view, day, days, next, revision })
}

/// The calendar of a community; in 长辈版 its plain address shows four tiles instead.
#[component]
pub fn CalendarRoute() -> impl IntoView {
    let slug = use_slug();
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(CalendarQuery::read));
    let page = Resource::new(
        move || (slug.get(), query.get()),
        |(slug, query)| {
            let address = query.href("");
            let query = address.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
            read_calendar(slug, query)
        },
    );
    let live = Live::follow(slug, move |live| live.when_free(move || page.refetch()));
    let elder = crate::look::use_look().elder;
    let shown = move |page: CalendarPage| {
        live.shows(page.revision);
        page
    };
    view! {
        <Transition fallback=Loading>
            {move || {
                Suspend::new(async move {
                    match framed(page).await.map(shown) {
                        Ok(page) if elder && query.get_untracked().is_plain() => {
                            view! { <Tiles page /> }.into_any()
                        }
                        Ok(page) => {
                            view! { <Calendar page query=query.get_untracked() /> }.into_any()
                        }
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn Calendar(page: CalendarPage, query: CalendarQuery) -> impl IntoView {
    let head = use_head();
    let CalendarPage { view, day, days, next, .. } = page;
    let to = |query: CalendarQuery| query.href(&head.slug);
    let asked = CalendarQuery { view: Some(view), ..query.clone() };
    let before = to(CalendarQuery { day: Some(calendar::previous(view, day)), ..asked.clone() });
    let after = to(CalendarQuery { day: Some(calendar::next(view, day)), ..asked.clone() });
    let now = to(CalendarQuery { day: None, ..asked.clone() });
    let title = match view {
        View::Month => words::month_year(day),
        View::Week | View::List => {
            let span = calendar::span(view, day);
            words::span(span.first, span.last)
        }
    };
    let views = [
        (View::List, say!(calendar.view_list)),
        (View::Week, say!(calendar.view_week)),
        (View::Month, say!(calendar.view_month)),
    ];
    let tabs = views
        .into_iter()
        .map(|(each, text)| {
            let href = to(CalendarQuery { view: Some(each), ..query.clone() });
            view! {
                <a href=href aria-current=(each == view).then_some("page")>
                    {text}
                </a>
            }
        })
        .collect_view();
    let print = (view == View::Month).then(|| {
        let href = SheetQuery::of(CalendarQuery { day: Some(day), ..query.clone() }).href(&head.slug);
        view! {
            <a class="button" href=href>
                <Icon name="print" />
                {say!(sheet.link_month)}
            </a>
        }
    });
    let empty = days.iter().all(|day| day.entries.is_empty());
    let body = if empty && view != View::Month {
        let go = next.map(|date| {
            let href = to(CalendarQuery { day: Some(date), ..asked.clone() });
            view! {
                <a class="button button--primary" href=href>
                    {say!(calendar.empty_next, date = words::date_long(date)).to_string()}
                </a>
            }
        });
        let clear = query.filters().then(|| {
            let href = to(CalendarQuery { view: query.view, day: query.day, ..CalendarQuery::default() });
            view! {
                <a class="button" href=href>
                    {say!(calendar.clear)}
                </a>
            }
        });
        let title = if query.filters() { say!(calendar.empty_filter) } else { say!(calendar.empty_title) };
        view! {
            <Empty title text=say!(calendar.empty_text)>
                {go}
                {clear}
            </Empty>
        }
        .into_any()
    } else {
        let (slug, today) = (head.slug.clone(), head.today);
        match view {
            View::List => view! { <DayList slug today days /> }.into_any(),
            View::Week => view! { <WeekGrid slug today days /> }.into_any(),
            View::Month => view! { <MonthTable head=head.clone() day days query=asked.clone() /> }.into_any(),
        }
    };
    view! {
        <PageTitle text=format!("{} · {}", head.name, say!(common.brand)) />
        <div class="cal-head">
            <div>
                <p class="eyebrow">{format!("{} · {}", head.name, day.year())}</p>
                <h1>{title}</h1>
            </div>
            <div class="cal-head__move">
                <nav class="pager" aria-label=say!(calendar.turn)>
                    <a class="button" href=before rel="prev" aria-label=say!(calendar.previous)>
                        <Icon name="left" />
                    </a>
                    <a class="button" href=now>
                        {say!(common.today)}
                    </a>
                    <a class="button" href=after rel="next" aria-label=say!(calendar.next)>
                        <Icon name="right" />
                    </a>
                </nav>
                <nav class="tabs" aria-label=say!(calendar.view)>
                    {tabs}
                </nav>
            </div>
        </div>
        <Filters query slug=head.slug.clone() />
        {body}
        <p class="row">
            <a class="button" href=format!("/feeds/communities/{}.ics", head.slug) rel="external" download>
                <Icon name="feed" />
                {say!(calendar.subscribe)}
            </a>
            {print}
        </p>
    }
}

/// 长辈版's first page of a community: at most four big tiles.
#[component]
fn Tiles(page: CalendarPage) -> impl IntoView {
    let head = use_head();
    let today = page.days.iter().find(|day| day.head.date == head.today);
    let entries = today.map(|day| day.entries.clone()).unwrap_or_default();
    let first = entries.first().map(|entry| format!("{} {}", words::time(entry.start), entry.name));
    let list = CalendarQuery { view: Some(View::List), day: Some(head.today), ..CalendarQuery::default() };
    let hello = match entries.len() {
        0 => say!(calendar.hello_none).to_string(),
        count => say!(calendar.hello, count = count).to_string(),
    };
    let lunar = today.map(|day| format!(" · {}", day.head.lunar)).unwrap_or_default();
    view! {
        <PageTitle text=format!("{} · {}", head.name, say!(common.brand)) />
        <div class="page-head">
            <p class="eyebrow">
                {words::date_long(head.today)} <span lang="zh-CN">{lunar}</span>
            </p>
            <h1>{hello}</h1>
        </div>
        <ul class="tiles">
            <li class="tile">
                <Icon name="sun" />
                <a href=list.href(&head.slug)>{say!(calendar.tile_today)}</a>
                <p>{first}</p>
            </li>
            <li class="tile">
                <Icon name="calendar" />
                <a href=format!("/{}?view={}", head.slug, View::Week.code())>{say!(calendar.tile_week)}</a>
                <p>{say!(calendar.tile_week_text)}</p>
            </li>
            <li class="tile">
                <Icon name="ticket" />
                <a href=format!("/{}/my", head.slug)>{say!(calendar.tile_my)}</a>
                <p>{say!(calendar.tile_my_text)}</p>
            </li>
            <li class="tile">
                <Icon name="phone" />
                <a href=telephone(&head.phone)>{say!(calendar.tile_call)}</a>
                <p>{head.phone.clone()}</p>
            </li>
        </ul>
    }
}
