//! A draw (抽签), published so that anyone can do it again.

use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Banner, Failure, Icon, Loading, PageTitle},
    say,
};
use domain::reading::DrawPage;
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_params_map, lazy_route};

/// Reads what is published of a term's draw.
#[server(prefix = "/api", endpoint = "read_draw", input = server_fn::codec::GetUrl)]
pub async fn read_draw(slug: String, term: String) -> Result<DrawPage, AppError> {
    let missing = || crate::ssr::said(AppError::NotFound);
    let id = term.parse().map_err(|_| missing())?;
    let host = crate::ssr::host()?;
    let head = store::communities::head(&host.db, &slug, crate::ssr::now()?).await?;
    store::bookings::draw_page(&host.db, head.id, id).await?.ok_or_else(missing)
}

/// The page, loaded when it is opened.
pub struct DrawRoute;

#[lazy_route]
impl LazyRoute for DrawRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Draw /> }.into_any()
    }
}

#[component]
fn Draw() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let page = Resource::new(move || (slug.get(), term.get()), |(slug, term)| read_draw(slug, term));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Published page /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Published(page: DrawPage) -> impl IntoView {
    let head = use_head();
    let back = format!("/{}/activities/{}#t{}", head.slug, page.activity, page.term);
    let result = match &page.seed {
        None => view! { <p class="lead">{say!(entry.draw_before)}</p> }.into_any(),
        Some(seed) => {
            let rows = page
                .order
                .iter()
                .enumerate()
                .map(|(n, (number, share))| {
                    view! {
                        <tr>
                            <th scope="row">{say!(entry.draw_place, n = n + 1).to_string()}</th>
                            <td data-label=say!(entry.draw_number)>{*number}</td>
                            <td data-label=say!(entry.draw_share)>{*share}</td>
                        </tr>
                    }
                })
                .collect_view();
            let holds = page.holds.then(|| {
                view! {
                    <Banner class="banner--good" icon="check" title=say!(entry.draw_ok)>
                        {None::<String>}
                    </Banner>
                }
            });
            view! {
                {holds}
                <p>
                    {say!(entry.draw_seed)} " " <code class="hash">{seed.clone()}</code>
                </p>
                <table class="table">
                    <caption>
                        <h2 class="section-title">{say!(entry.draw_order)}</h2>
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">{say!(entry.draw_order)}</th>
                            <th scope="col">{say!(entry.draw_number)}</th>
                            <th scope="col">{say!(entry.draw_share)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                <p class="fine">{say!(entry.draw_mine)}</p>
            }
            .into_any()
        }
    };
    let download = page.seed.is_some().then(|| {
        view! {
            <p>
                <a class="button" href=format!("/feeds/draws/{}.json", page.term) rel="external" download>
                    <Icon name="feed" />
                    {say!(entry.draw_download)}
                </a>
            </p>
        }
    });
    view! {
        <PageTitle text=format!("{} · {}", say!(entry.draw_title), page.title) />
        <p>
            <a class="back" href=back>
                <Icon name="left" />
                {page.title.clone()}
            </a>
        </p>
        <div class="page-head">
            <h1>{say!(entry.draw_title)}</h1>
        </div>
        <div class="stack">
            <p>
                {say!(entry.commitment)} " " <code class="hash">{page.commitment.clone()}</code>
            </p>
            {result}
            <h2 class="section-title">{say!(entry.draw_how)}</h2>
            <p>{say!(entry.draw_how_text)}</p>
            {download}
        </div>
    }
}
