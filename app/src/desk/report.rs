//! The month's report (月报): dates that were called off, and dates that somebody else led, each with its reason.

use super::parts::{Back, DeskFailure, MonthPager};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Loading, PageTitle},
    say, words,
};
use domain::reading::{ReportLine, ReportPage};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads a month's report; this month's where the URL names no day.
#[server(prefix = "/api", endpoint = "read_report", input = server_fn::codec::GetUrl)]
pub async fn read_report(slug: String, day: Option<String>) -> Result<ReportPage, AppError> {
    let day = day.and_then(|day| domain::person::parse_date(&day).ok());
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::resources::report_page(&host.db, &who, &slug, day, crate::ssr::now()?).await?)
}

/// The page, loaded when it is opened.
pub struct ReportRoute;

#[lazy_route]
impl LazyRoute for ReportRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <ReportOfMonth /> }.into_any()
    }
}

#[component]
fn ReportOfMonth() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let day = Memo::new(move |_| query.with(|query| query.get("day")));
    let page = Resource::new(move || (slug.get(), day.get()), |(slug, day)| read_report(slug, day));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Report page /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Report(page: ReportPage) -> impl IntoView {
    let head = use_head();
    let ReportPage { month, cancelled, substituted } = page;
    let here = format!("/{}/desk/report", head.slug);
    view! {
        <PageTitle text=format!("{} · {}", say!(resources.report), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{head.name.clone()}</p>
                <h1>{say!(resources.report_of, month = words::month_year(month)).to_string()}</h1>
            </div>
            <MonthPager month here kept=Vec::new() />
        </div>
        <div class="stack-l">
            <Lines
                id="substituted"
                title=say!(resources.substituted, count = substituted.len()).to_string()
                none=say!(resources.none_substituted)
                lines=substituted
            />
            <Lines
                id="cancelled"
                title=say!(resources.cancelled, count = cancelled.len()).to_string()
                none=say!(resources.none_cancelled)
                lines=cancelled
            />
        </div>
    }
}

#[component]
fn Lines(id: &'static str, title: String, none: &'static str, lines: Vec<ReportLine>) -> impl IntoView {
    let head = use_head();
    if lines.is_empty() {
        return view! {
            <section class="card">
                <h2>{title}</h2>
                <p class="soft">{none}</p>
            </section>
        }
        .into_any();
    }
    let rows = lines
        .into_iter()
        .map(|line| {
            let ReportLine { date, term_name, usual, leader, heads } = line;
            let leader = match leader {
                Some(leader) if leader != usual && !usual.is_empty() => format!("{usual} → {leader}"),
                Some(leader) => leader,
                None => usual,
            };
            view! {
                <tr>
                    <th scope="row">
                        {words::date_long(date.head.date)} " " {words::hours(date.start, date.end)}
                    </th>
                    <td data-label=say!(desk.activity)>
                        <a href=format!("/{}/desk/terms/{}/dates", head.slug, date.term)>
                            {format!("{} · {term_name}", date.name)}
                        </a>
                    </td>
                    <td data-label=say!(resources.leader)>{leader}</td>
                    <td data-label=say!(desk.booked)>{heads}</td>
                    <td data-label=say!(desk.reason)>{date.reason}</td>
                </tr>
            }
        })
        .collect_view();
    let title_id = format!("{id}-title");
    let heading = title_id.clone();
    view! {
        <section class="card" aria-labelledby=title_id>
            <table class="table">
                <caption>
                    <h2 id=heading>{title}</h2>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(desk.date)}</th>
                        <th scope="col">{say!(desk.activity)}</th>
                        <th scope="col">{say!(resources.leader)}</th>
                        <th scope="col">{say!(desk.booked)}</th>
                        <th scope="col">{say!(desk.reason)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}
