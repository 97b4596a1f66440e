//! Every change of the community, newest first, by day or page after page.

use super::{
    audit::Changes,
    parts::{Back, DeskFailure},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Loading, PageTitle},
    say, words,
};
use domain::{person::parse_date, reading::AuditPage};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads changes of the community: of a day, or those before one of them.
#[server(prefix = "/api", endpoint = "read_changes", input = server_fn::codec::GetUrl)]
pub async fn read_changes(slug: String, day: Option<String>, before: Option<String>) -> Result<AuditPage, AppError> {
    let who = crate::ssr::need_who().await?;
    let day = day.and_then(|day| parse_date(&day).ok());
    let before = before.and_then(|id| id.parse().ok());
    Ok(store::changes::changes_page(&crate::ssr::host()?.db, &who, &slug, day, before).await?)
}

/// The page, loaded when it is opened.
pub struct ChangesRoute;

#[lazy_route]
impl LazyRoute for ChangesRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <ChangesOfCommunity /> }.into_any()
    }
}

#[component]
fn ChangesOfCommunity() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| (query.get("day"), query.get("before"))));
    let page =
        Resource::new(move || (slug.get(), asked.get()), |(slug, (day, before))| read_changes(slug, day, before));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let day = asked.get_untracked().0;
                        view! { <Shown page day /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(page: AuditPage, day: Option<String>) -> impl IntoView {
    let head = use_head();
    let here = format!("/{}/desk/changes", head.slug);
    let day = day.and_then(|day| parse_date(&day).ok());
    let title = match day {
        Some(day) => say!(staff.changes_of, date = words::date_year(day)).to_string(),
        None => say!(staff.changes).to_owned(),
    };
    let all = day.map(|_| {
        view! {
            <a class="button button--plain" href=here.clone()>
                {say!(staff.all_days)}
            </a>
        }
    });
    let older = page.older.map(|before| {
        let day = day.map(|day| format!("&day={day}")).unwrap_or_default();
        view! {
            <p>
                <a class="button" href=format!("{here}?before={before}{day}")>
                    {say!(staff.older)}
                </a>
            </p>
        }
    });
    view! {
        <PageTitle text=format!("{title} · {}", head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <h1>{title.clone()}</h1>
            <p class="soft">{say!(staff.changes_text)}</p>
        </div>
        <div class="stack">
            <form class="row" method="get">
                <label for="day">{say!(staff.day)}</label>
                <input
                    class="input input--day"
                    id="day"
                    name="day"
                    type="date"
                    value=day.map(|day| day.to_string())
                    max=head.today.to_string()
                    required
                />
                <button class="button">{say!(staff.day_go)}</button>
                {all}
            </form>
            <Changes lines=page.lines />
            {older}
        </div>
    }
}
