//! All activities of a community.

use crate::{
    error::AppError,
    frame::{framed, use_slug},
    parts::{Empty, Failure, Loading, PageTitle, SideBadge},
    say, words,
};
use domain::{code::Code, reading::ActivityCard};
use leptos::prelude::*;

/// Reads all activities of a community.
#[server(prefix = "/api", endpoint = "read_activities", input = server_fn::codec::GetUrl)]
pub async fn read_activities(slug: String) -> Result<Vec<ActivityCard>, AppError> {
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let head = store::communities::head(&host.db, &slug, now).await?;
    Ok(store::calendar::activities(&host.db, head.id, now).await?)
}

/// The list.
#[component]
pub fn ActivityList() -> impl IntoView {
    let slug = use_slug();
    let cards = Resource::new(move || slug.get(), read_activities);
    view! {
        <PageTitle text=format!("{} · {}", say!(activity.list_title), say!(common.brand)) />
        <div class="cal-head">
            <div>
                <h1>{say!(activity.list_title)}</h1>
            </div>
        </div>
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match framed(cards).await {
                    Err(error) => view! { <Failure error /> }.into_any(),
                    Ok(cards) if cards.is_empty() => {
                        view! {
                            <Empty title=say!(activity.list_empty) text=say!(activity.list_empty_text) />
                        }
                            .into_any()
                    }
                    Ok(cards) => {
                        let slug = slug.get_untracked();
                        let rows = cards.into_iter().map(|card| view! { <Row card slug=slug.clone() /> });
                        view! { <ul class="occ-list">{rows.collect_view()}</ul> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Row(card: ActivityCard, slug: String) -> impl IntoView {
    let side = card.audience.side();
    let next = match card.next {
        Some(date) => say!(activity.next_on, date = words::date_short(date)).to_string(),
        None => say!(activity.no_next).to_string(),
    };
    view! {
        <li class=format!("occ occ--plain occ--{}", side.code())>
            <div class="occ__body">
                <h2 class="occ__name">
                    <a href=format!("/{slug}/activities/{}", card.id)>{card.name}</a>
                </h2>
                <p class="occ__meta">
                    <SideBadge side />
                    <span class="kind">{words::kind(card.kind)}</span>
                </p>
            </div>
            <p class="occ__state">{next}</p>
        </li>
    }
}
