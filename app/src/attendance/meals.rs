//! How many eat (用餐人数) on the days of a month, for the kitchen.

use crate::{
    desk::parts::{Back, DeskFailure, MonthPager},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Icon, Loading, PageTitle},
    say,
    sheets::parts::PrintButton,
    words,
};
use domain::reading::MealsPage;
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads how many eat on the days of a month.
#[server(prefix = "/api", endpoint = "read_meals", input = server_fn::codec::GetUrl)]
pub async fn read_meals(slug: String, day: Option<String>) -> Result<MealsPage, AppError> {
    let day = day.and_then(|day| domain::person::parse_date(&day).ok());
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::attendance::meals(&host.db, &who, &slug, day, crate::ssr::now()?).await?)
}

/// How many eat, loaded when it is opened.
pub struct MealsRoute;

#[lazy_route]
impl LazyRoute for MealsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <MealsPageView /> }.into_any()
    }
}

#[component]
fn MealsPageView() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let day = Memo::new(move |_| query.with(|query| query.get("day")));
    let page = Resource::new(move || (slug.get(), day.get()), |(slug, day)| read_meals(slug, day));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Meals page /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Meals(page: MealsPage) -> impl IntoView {
    let head = use_head();
    let MealsPage { month, lines } = page;
    let here = format!("/{}/desk/meals", head.slug);
    let all: u32 = lines.iter().map(|line| line.meals).sum();
    let none = lines.is_empty().then(|| view! { <p class="soft">{say!(day_care.no_meals)}</p> });
    let rows = lines
        .into_iter()
        .map(|line| {
            let day = format!("/{}/desk/occurrences/{}", head.slug, line.occurrence);
            view! {
                <tr>
                    <th scope="row">{words::date_long(line.date)}</th>
                    <td data-label=say!(desk.activity)>
                        <a href=day>{line.name}</a>
                    </td>
                    <td data-label=say!(day_care.meals)>
                        <b>{line.meals}</b>
                    </td>
                    <td data-label=say!(day_care.diets)>{line.diets}</td>
                    <td data-label=say!(day_care.away)>{line.away}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(day_care.meals_title), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{head.name.clone()}</p>
                <h1>{say!(day_care.meals_of, month = words::month_year(month)).to_string()}</h1>
                <p>{say!(day_care.meals_text)}</p>
            </div>
            <MonthPager month here kept=Vec::new() />
        </div>
        <section class="card" aria-labelledby="meals">
            <table class="table">
                <caption>
                    <h2 id="meals">{say!(day_care.meals_sum, count = all).to_string()}</h2>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(desk.date)}</th>
                        <th scope="col">{say!(desk.activity)}</th>
                        <th scope="col">{say!(day_care.meals)}</th>
                        <th scope="col">{say!(day_care.diets)}</th>
                        <th scope="col">{say!(day_care.away)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none}
        </section>
        <div class="row">
            <PrintButton />
            <Icon name="info" />
            <span class="fine">{say!(day_care.diets_text)}</span>
        </div>
    }
}
