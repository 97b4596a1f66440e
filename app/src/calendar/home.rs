//! The first page: choose a community.

use crate::{
    error::AppError,
    frame::Header,
    parts::{Empty, Failure, Icon, Loading, PageTitle, SideBadge},
    say,
};
use domain::{activity::Side, reading::CommunityCard};
use leptos::prelude::*;

/// Reads all communities.
#[server(prefix = "/api", endpoint = "read_communities", input = server_fn::codec::GetUrl)]
pub async fn read_communities() -> Result<Vec<CommunityCard>, AppError> {
    Ok(store::communities::list(&crate::ssr::host()?.db, crate::ssr::now()?).await?)
}

/// The first page.
#[component]
pub fn Home() -> impl IntoView {
    let communities = Resource::new(|| (), |()| read_communities());
    view! {
        <PageTitle text=format!("{} · {}", say!(calendar.home_title), say!(common.brand)) />
        <Header head=None me=Signal::stored(None) />
        <main class="wrap page" id="main" tabindex="-1">
            <section class="hero">
                <div class="hero__text">
                    <h1>{say!(calendar.hero_title)}</h1>
                    <p class="lead">{say!(calendar.hero_text)}</p>
                    {(!crate::look::use_look().elder)
                        .then(|| {
                            view! {
                                <form method="post" action="/api/choose_look">
                                    <button class="button button--primary" name="look" value="elder">
                                        <Icon name="big" />
                                        {say!(calendar.enter_elder)}
                                    </button>
                                </form>
                            }
                        })}
                </div>
                <img class="hero__scene" src="/scene.svg" alt="" width="860" height="300" />
            </section>
            <Suspense fallback=Loading>
                {move || Suspend::new(async move {
                    match communities.await {
                        Ok(communities) => view! { <Communities communities /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
}

#[component]
fn Communities(communities: Vec<CommunityCard>) -> impl IntoView {
    if communities.is_empty() {
        return view! {
            <Empty title=say!(calendar.no_community) text=say!(calendar.no_community_text) />
        }
        .into_any();
    }
    view! {
        <section aria-labelledby="choose">
            <h2 class="section-title" id="choose">
                {say!(calendar.which)}
                <small>{say!(calendar.how_many, count = communities.len()).to_string()}</small>
            </h2>
            <ul class="communities">
                {communities.into_iter().map(|card| view! { <Card card /> }).collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Card(card: CommunityCard) -> impl IntoView {
    let total = card.elder + card.child + card.all;
    let share = |count: u32| f64::from(count) * 100.0 / f64::from(total.max(1));
    let (child, all, elder) = (share(card.child), share(card.all), share(card.elder));
    let sides = [(Side::Child, card.child), (Side::Elder, card.elder), (Side::All, card.all)];
    view! {
        <li class="community">
            <h3 class="community__name">
                <a href=format!("/{}", card.slug)>{card.name}</a>
            </h3>
            <p class="community__place">{card.place}</p>
            <p class="community__week">
                {if total == 0 { say!(calendar.none_this_week) } else { say!(calendar.this_week) }} " "
                {sides
                    .into_iter()
                    .filter(|(_, count)| *count > 0)
                    .map(|(side, count)| view! { <SideBadge side /> <span>{count}</span> " " })
                    .collect_view()}
            </p>
            <svg class="week-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="week-bar__child" width=child.to_string() height="6"></rect>
                <rect class="week-bar__all" x=child.to_string() width=all.to_string() height="6"></rect>
                <rect class="week-bar__elder" x=(child + all).to_string() width=elder.to_string() height="6"></rect>
            </svg>
        </li>
    }
}
