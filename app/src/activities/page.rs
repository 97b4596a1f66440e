//! An activity's page: what, for whom, its terms, and how to book.

use super::{
    places::{PlacesNow, Said},
    term::TermSection,
};
use crate::{
    error::AppError,
    frame::{framed, telephone, use_head, use_slug},
    parts::{Banner, Empty, Failure, Icon, Loading, PageTitle, SideBadge},
    say, words,
};
use domain::{
    booking::Standing,
    code::Code,
    id::RequestKey,
    reading::{ActivityPage, ActivityPlaces, MyBooking, Prepared},
    term::TermState,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

/// An activity with what the visitor has there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityView {
    /// The activity.
    pub page: ActivityPage,
    /// The household's live bookings there.
    pub mine: Vec<MyBooking>,
    /// What the household prepared there.
    pub prepared: Vec<Prepared>,
    /// A fresh key for the next booking; none for who can't book, so that the page is the same for all of them.
    pub key: Option<RequestKey>,
    /// The places of its terms, which change while somebody looks at them.
    pub places: ActivityPlaces,
}

/// Reads an activity's page.
#[server(prefix = "/api", endpoint = "read_activity", input = server_fn::codec::GetUrl)]
pub async fn read_activity(slug: String, activity: String) -> Result<ActivityView, AppError> {
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let id: domain::id::ActivityId = activity.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let revision = host.revisions.of(&slug).unwrap_or_default();
    let head = store::communities::head(&host.db, &slug, now).await?;
    let page = store::calendar::activity_page(&host.db, head.id, id, now).await?;
    let (mine, prepared, key) = match crate::ssr::who().await? {
        Some(who) => {
            let mine = store::calendar::my_bookings(&host.db, &who, Some(id), now).await?;
            let prepared = store::bookings::prepared(&host.db, &who, id).await?;
            (mine, prepared, Some(crate::ssr::new_key()?))
        }
        None => (Vec::new(), Vec::new(), None),
    };
    let places = store::calendar::places(&host.db, &page, revision).await?;
    Ok(ActivityView { page, mine, prepared, key, places })
}

/// An activity's page.
#[component]
pub fn ActivityRoute() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let activity = Memo::new(move |_| params.with(|params| params.get("activity").unwrap_or_default()));
    // What a booking or a cancellation came to stands in the URL, so it is also what asks for the page anew.
    let answer = Memo::new(move |_| {
        query.with(|query| Answer {
            booked: query.get("booked"),
            cancelled: query.get("cancelled"),
            prepared: query.get("prepared"),
            left: query.get("left").and_then(|count| count.parse().ok()),
        })
    });
    let way = Memo::new(move |_| query.with(|query| Way { several: query.get("several"), listing: query.get("list") }));
    let version = RwSignal::new(0_u32);
    let view = Resource::new(
        move || (slug.get(), activity.get(), answer.get(), version.get()),
        |(slug, activity, ..)| read_activity(slug, activity),
    );
    let now = PlacesNow::follow(slug, activity, move || {
        version.try_update(|version| *version += 1);
    });
    view! {
        <Transition fallback=Loading>
            {move || {
                let way = way.get();
                Suspend::new(async move {
                    match framed(view).await {
                        Ok(view) => {
                            let answer = answer.get_untracked();
                            now.begin(view.places.clone(), view.mine.clone());
                            view! { <Article view answer way version /> }.into_any()
                        }
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

/// Another way to book than for one person at once, as the URL says it: each names a term.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    /// For several people.
    several: Option<String>,
    /// By the booking list.
    listing: Option<String>,
}

/// What was just done, as the URL says it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    booked: Option<String>,
    cancelled: Option<String>,
    prepared: Option<String>,
    /// Of several asked for, so many have nothing.
    left: Option<u32>,
}

#[component]
fn Article(view: ActivityView, answer: Answer, way: Way, version: RwSignal<u32>) -> impl IntoView {
    let head = use_head();
    let ActivityView { page, mine, prepared, key, .. } = view;
    let booked = answer.booked;
    let left = answer.left.map(|count| {
        view! {
            <Banner class="banner--no" icon="alert" title=say!(entry.left_out, count = count).to_string()>
                <p>{say!(entry.left_out_text)}</p>
            </Banner>
        }
    });
    // A term that was called off stays in sight as long as somebody may still look for it.
    let over = |term: &domain::reading::TermCard| match term.state {
        TermState::Published => term.standing == Standing::Past,
        TermState::Cancelled => term.last < head.today,
    };
    let (past, current): (Vec<_>, Vec<_>) = page.terms.into_iter().partition(over);
    let side = page.card.audience.side();
    let unit = page.unit;
    let none = current.is_empty();
    let sections = move |terms: Vec<domain::reading::TermCard>, mine: &[MyBooking], booked: Option<String>| {
        terms
            .into_iter()
            .map(|term| {
                let mine: Vec<_> = mine.iter().filter(|booking| booking.term == term.id).cloned().collect();
                let prepared = prepared.iter().filter(|one| one.term == term.id).cloned().collect();
                let id = term.id.to_string();
                let named = |named: &Option<String>| named.as_deref() == Some(id.as_str());
                let (several, listing) = (named(&way.several), named(&way.listing));
                view! { <TermSection term unit mine prepared several listing key booked=booked.clone() version /> }
            })
            .collect_view()
    };
    let topics = (!page.topics.is_empty()).then(|| {
        view! {
            <ul class="topics" aria-label=say!(activity.topics)>
                {page.topics.into_iter().map(|topic| view! { <li>{topic}</li> }).collect_view()}
            </ul>
        }
    });
    let leaders = (!page.leaders.is_empty())
        .then(|| view! { <p class="soft">{say!(activity.leaders, leaders = page.leaders).to_string()}</p> });
    let current = sections(current, &mine, booked.clone());
    let past = (!past.is_empty()).then(|| {
        view! {
            <details class="stack">
                <summary>{say!(activity.past_terms)}</summary>
                {sections(past, &mine, booked)}
            </details>
        }
    });
    view! {
        <PageTitle text=format!("{} · {}", page.card.name, head.name) />
        <article class="stack-l">
            <Said />
            <p>
                <a class="back" href=format!("/{}", head.slug)>
                    <Icon name="left" />
                    {say!(common.back_calendar)}
                </a>
            </p>
            <header class=format!("page-head activity activity--{}", side.code())>
                <p class="row">
                    <SideBadge side />
                    <span class="kind">{words::kind(page.card.kind)}</span>
                </p>
                <h1>{page.card.name}</h1>
                <p class="lead">{page.card.summary}</p>
                {topics}
                {leaders}
            </header>
            {left}
            {none
                .then(|| {
                    view! {
                        <Empty title=say!(activity.no_terms) text=say!(activity.no_terms_text) />
                    }
                })}
            {current}
            {past}
            <div class="row">
                <a
                    class="button"
                    href=format!("/feeds/activities/{}.ics", page.card.id)
                    rel="external"
                    download
                >
                    <Icon name="feed" />
                    {say!(activity.subscribe)}
                </a>
                <a class="button" href=telephone(&head.phone)>
                    <Icon name="phone" />
                    {say!(activity.call)}
                </a>
            </div>
        </article>
    }
}
