//! The staff's calendar: its head, its filters, one of four views, and beside it the date that is picked.

use super::{
    asked::Asked, drag::Drag, entry::Table, filters::Filters, month::Month, pick::Pick, week::Week, year::Year,
};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Icon, Loading, PageTitle},
    say, words,
};
use domain::{
    desk_calendar::{self, DeskView},
    reading::StaffCalendar,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads a page of the staff's calendar.
#[server(prefix = "/api", endpoint = "read_staff_calendar", input = server_fn::codec::GetUrl)]
pub async fn read_staff_calendar(slug: String, asked: Option<Asked>) -> Result<StaffCalendar, AppError> {
    let asked = asked.unwrap_or_default();
    let filter = store::schedule::DeskFilter {
        side: asked.side(),
        room: asked.room(),
        leader: asked.leader.clone(),
        text: asked.q.as_deref().map(|text| text.trim().to_owned()),
    };
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let (view, day) = (asked.view(), asked.day());
    Ok(store::schedule::desk_calendar(&host.db, &who, &slug, view, day, &filter, now).await?)
}

/// The page, loaded when it is opened.
pub struct StaffCalendarRoute;

#[lazy_route]
impl LazyRoute for StaffCalendarRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <StaffCalendarPage /> }.into_any()
    }
}

#[component]
fn StaffCalendarPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::in_url));
    let drag = Drag::new();
    // Picking reads anew, too: a form must name the number under which its date is seen now.
    let page = Resource::new(move || (slug.get(), asked.get()), |(slug, asked)| read_staff_calendar(slug, Some(asked)));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Calendar page asked=asked.get_untracked() drag /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Calendar(page: StaffCalendar, asked: Asked, drag: Drag) -> impl IntoView {
    let head = use_head();
    let (slug, view, day) = (head.slug.clone(), page.view, page.day);
    let to = |asked: Asked| asked.href(&slug);
    let before = to(asked.on(Some(desk_calendar::previous(view, day))));
    let after = to(asked.on(Some(desk_calendar::next(view, day))));
    let now = to(asked.on(None));
    let title = match (view, page.days.as_slice()) {
        (DeskView::Rooms | DeskView::Leaders, [first, .., last]) => words::span(first.date, last.date),
        (DeskView::Year, _) => say!(staff_calendar.year_of, year = day.year()).to_string(),
        _ => words::month_year(day),
    };
    let views = [
        (DeskView::Month, say!(calendar.view_month)),
        (DeskView::Rooms, say!(desk.room)),
        (DeskView::Leaders, say!(staff_calendar.leader)),
        (DeskView::Year, say!(staff_calendar.view_year)),
    ];
    let tabs = views
        .into_iter()
        .map(|(each, text)| {
            view! {
                <a href=to(asked.seen_as(each)) aria-current=(each == view).then_some("page")>
                    {text}
                </a>
            }
        })
        .collect_view();
    let picked = asked.pick().and_then(|id| page.dates.iter().find(|date| date.occurrence == id).cloned());
    let class = if picked.is_some() { "scal scal--picked" } else { "scal" };
    let rooms = page.rooms.clone();
    let pick = picked.map(|date| view! { <Pick date rooms=rooms.clone() asked=asked.clone() /> });
    let none = (page.dates.is_empty() && view != DeskView::Year)
        .then(|| view! { <p class="soft">{say!(staff_calendar.none)}</p> });
    let hint = (view != DeskView::Year).then(|| {
        view! {
            <p class="fine scal__hint">
                {say!(staff_calendar.hint)} " " <span class="scal__mouse">{say!(staff_calendar.hint_mouse)}</span>
            </p>
        }
    });
    let leaders = page.leaders.clone();
    let table =
        Table { slug: StoredValue::new(slug.clone()), asked: StoredValue::new(asked.clone()), drag, today: head.today };
    let body = match view {
        DeskView::Month => view! { <Month page table /> }.into_any(),
        DeskView::Rooms | DeskView::Leaders => view! { <Week page table /> }.into_any(),
        DeskView::Year => view! { <Year page asked=asked.clone() slug=slug.clone() today=head.today /> }.into_any(),
    };
    view! {
        <PageTitle text=format!("{title} · {} · {}", say!(staff_calendar.title), head.name) />
        <div class=class>
            <Back to="desk".to_owned() text=say!(desk.back) />
            <div class="cal-head">
                <div>
                    <p class="eyebrow">{format!("{} · {}", head.name, say!(staff_calendar.title))}</p>
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
            <Filters asked slug rooms leaders />
            <div class="scal__split">
                <div class="scal__pick" id="pick">
                    {pick}
                </div>
                <div class="scal__body">{hint} {none} {body}</div>
            </div>
        </div>
    }
}
