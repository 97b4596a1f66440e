//! The booking list (报名单): several people and classes, settled one by one and confirmed together.

use super::{
    countdown::{clock, countdown},
    prepare_booking::what_of,
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    live::Live,
    parts::{ActionProblem, Banner, Empty, Failure, Icon, Loading, PageTitle, StateBadge},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::{
    booking::Standing,
    id::{PreparationId, RequestKey},
    reading::Listed,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingListView {
    /// The lines.
    pub listed: Vec<Listed>,
    /// Why lines of the last confirmation were not booked.
    pub left: Vec<(PreparationId, AppError)>,
    /// The key of the next confirmation.
    pub key: RequestKey,
    /// The community's revision, or an earlier one.
    pub revision: i64,
}

/// Under this the login session keeps why lines were not booked, until the next confirmation.
#[cfg(feature = "ssr")]
const LEFT: &str = "left";

/// Reads the household's list at a community; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_booking_list", input = server_fn::codec::GetUrl)]
pub async fn read_booking_list(slug: String) -> Result<Option<BookingListView>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let revision = host.revisions.of(&slug).unwrap_or_default();
    let head = store::communities::head(&host.db, &slug, now).await?;
    let listed = store::bookings::listed(&host.db, &who, head.id, now).await?;
    let left = crate::ssr::kept(LEFT).await?.unwrap_or_default();
    Ok(Some(BookingListView { listed, left, key: crate::ssr::new_key()?, revision }))
}

/// Books lines of the household's list together: all of them or none, or as many as there are places for. The list then
/// says what became of them.
#[server(prefix = "/api", endpoint = "book_listed")]
pub async fn book_listed(
    slug: String,
    listed: Option<Vec<String>>,
    together: Option<String>,
    key: String,
) -> Result<(), AppError> {
    use store::bookings::{Asked, requests_listed};
    let who = crate::ssr::need_who().await?;
    let (host, at) = (crate::ssr::host()?, crate::ssr::now()?);
    let choice = || crate::ssr::said(AppError::invalid("listed", domain::text::InputProblem::Choice));
    let key: RequestKey = key.parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?;
    let ids = listed.unwrap_or_default().iter().map(|id| id.parse()).collect::<Result<Vec<PreparationId>, _>>();
    let ids = ids.ok().filter(|ids| !ids.is_empty() && ids.len() <= MOST).ok_or_else(choice)?;
    let requests = crate::ssr::told(requests_listed(&host.db, &who, &ids, key).await, &slug).await?;
    let asked: Vec<Asked> = requests.into_iter().map(|request| Asked { who: who.clone(), request, at }).collect();
    let answers = if together.as_deref() == Some("each") {
        let mut answers = Vec::with_capacity(asked.len());
        for one in asked {
            answers.push(host.desk.book_place(one).await);
        }
        answers
    } else {
        crate::ssr::told(host.desk.book_together(asked).await, &slug).await?
    };
    let mut left: Vec<(PreparationId, AppError)> = Vec::new();
    for (id, answer) in ids.iter().zip(answers) {
        // Each line says its own.
        if let Err(error) = crate::ssr::noted(answer, &slug).await {
            left.push((*id, error));
        }
    }
    crate::ssr::keep(LEFT, Some(&left).filter(|left| !left.is_empty())).await?;
    let booked = ids.len() - left.len();
    crate::ssr::go(&slug, &format!("my/list?booked={booked}&of={key}"));
    Ok(())
}

/// More lines than a household has reason to confirm at once.
#[cfg(feature = "ssr")]
const MOST: usize = 40;

/// Takes a line off the household's list.
#[server(prefix = "/api", endpoint = "take_off_list")]
pub async fn take_off_list(slug: String, listed: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = listed.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    crate::ssr::told(store::bookings::take_off_list(&host.db, &who, id, now).await, &slug).await?;
    crate::ssr::go(&slug, &format!("my/list?off={id}"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct BookingListRoute;

#[lazy_route]
impl LazyRoute for BookingListRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <BookingList /> }.into_any()
    }
}

#[component]
fn BookingList() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    // What was done stands in the URL, so it is also what asks for the page anew.
    let done = Memo::new(move |_| query.with(|query| (query.get("booked"), query.get("of"), query.get("off"))));
    let version = RwSignal::new(0_u32);
    let view = Resource::new(move || (slug.get(), done.get(), version.get()), |(slug, ..)| read_booking_list(slug));
    let live = Live::follow(slug, move |live| live.when_free(move || view.refetch()));
    view! {
        <PageTitle text=format!("{} · {}", say!(list.title), say!(common.brand)) />
        <p>
            <a class="back" href=move || format!("/{}/my", slug.get())>
                <Icon name="left" />
                {say!(list.back)}
            </a>
        </p>
        <div class="page-head">
            <h1>{say!(list.title)}</h1>
            <p class="soft">{say!(list.text)}</p>
        </div>
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(view)) => {
                        live.shows(view.revision);
                        let booked = done.with_untracked(|(booked, ..)| booked.as_ref().and_then(|n| n.parse().ok()));
                        view! { <List view booked version /> }.into_any()
                    }
                    Ok(None) => {
                        let (title, text) = (say!(family.signed_out_title), say!(family.signed_out_text));
                        view! { <SignInFirst title text to="my/list" /> }.into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn List(view: BookingListView, booked: Option<usize>, version: RwSignal<u32>) -> impl IntoView {
    let slug = use_head().slug;
    let BookingListView { listed, left, key, .. } = view;
    let confirm = ServerAction::<BookListed>::new();
    let take_off = ServerAction::<TakeOffList>::new();
    let [mine, activities] = ["my", "activities"].map(|page| format!("/{slug}/{page}"));
    let good = booked.filter(|booked| *booked > 0).map(|booked| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(list.booked, count = booked).to_string()>
                <p>
                    <a href=mine>{say!(list.see_mine)}</a>
                </p>
            </Banner>
        }
    });
    if listed.is_empty() {
        let empty = view! {
            <Empty title=say!(list.empty_title) text=say!(list.empty_text)>
                <a class="button button--primary" href=activities>
                    {say!(list.see_activities)}
                </a>
            </Empty>
        };
        return view! {
            {good}
            {booked.is_none().then_some(empty)}
        }
        .into_any();
    }
    let bad = (booked.is_some() && !left.is_empty()).then(|| {
        let title = match booked {
            Some(0) => say!(list.none_booked).to_owned(),
            _ => say!(list.left, count = left.len()).to_string(),
        };
        view! {
            <Banner class="banner--no" icon="alert" title>
                <p>{say!(list.left_text)}</p>
            </Banner>
        }
    });
    let opens_in = listed.iter().filter_map(|one| one.opens_in).min();
    let ready = listed.iter().filter(|one| can_book(one.standing)).count();
    let several = listed.len() > 1;
    let lines = listed
        .iter()
        .map(|one| {
            // Said once, beside what it was said of.
            let why = left.iter().find(|(id, _)| booked.is_some() && *id == one.prepared.id);
            let why = why.map(|(_, error)| words::error(error));
            view! { <Line one=one.clone() slug=slug.clone() why /> }
        })
        .collect_view();
    let removals = listed
        .iter()
        .map(|one| {
            let (id, slug) = (one.prepared.id.to_string(), slug.clone());
            let name = format!("off-{id}");
            view! {
                <ActionForm action=take_off attr:id=name>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="listed" value=id />
                </ActionForm>
            }
        })
        .collect_view();
    let together = several.then(|| view! { <Together /> });
    view! {
        {good}
        {bad}
        {opens_in.map(|seconds| view! { <Opening seconds version /> })}
        <ActionForm action=confirm attr:class="form">
            <ActionProblem action=confirm />
            <ActionProblem action=take_off />
            <input type="hidden" name="slug" value=slug.clone() />
            <input type="hidden" name="key" value=key.to_string() />
            <ul class="list__lines">{lines}</ul>
            {together}
            <button
                class="button button--primary button--big"
                disabled=move || ready == 0 || confirm.pending().get()
            >
                {if ready == 0 { say!(list.not_yet) } else { say!(list.confirm) }}
            </button>
        </ActionForm>
        {removals}
    }
    .into_any()
}

/// All or none, or as many as there are.
#[component]
fn Together() -> impl IntoView {
    view! {
        <fieldset class="group">
            <legend>{say!(entry.together)}</legend>
            <div class="choices">
                <label class="choice">
                    <input type="radio" name="together" value="each" checked />
                    <b>{say!(list.each)}</b>
                </label>
                <label class="choice">
                    <input type="radio" name="together" value="all" />
                    <b>{say!(list.all)}</b>
                </label>
            </div>
        </fieldset>
    }
}

/// The countdown to the next opening; the page then asks anew by itself.
#[component]
fn Opening(seconds: i64, version: RwSignal<u32>) -> impl IntoView {
    let left = countdown(seconds, move || version.update(|version| *version += 1));
    move || {
        let left = left.get();
        (left < 86_400).then(|| {
            view! {
                <p class="banner" role="timer">
                    <Icon name="clock" />
                    <b>{say!(list.opens_in, time = clock(left)).to_string()}</b>
                </p>
            }
        })
    }
}

/// True where a line can be confirmed now.
fn can_book(standing: Standing) -> bool {
    matches!(standing, Standing::Open { .. } | Standing::Waitlist { .. } | Standing::Applying { .. })
}

#[component]
fn Line(one: Listed, slug: String, why: Option<String>) -> impl IntoView {
    let id = one.prepared.id.to_string();
    let can = can_book(one.standing);
    let when = format!("{} · {}", words::span(one.first, one.last), words::hours(one.start, one.end));
    let name = format!("{} · {}", one.prepared.name, one.name);
    let hidden = format!(" {name}");
    let term = format!("/{slug}/activities/{}#t{}", one.activity, one.prepared.term);
    view! {
        <li class="list__line">
            <label class="choice">
                <input type="checkbox" name="listed[]" value=id.clone() checked=can disabled=!can />
                <b>{name}</b>
                <span class="choice__note">{format!("{} · {when} · {}", one.term_name, what_of(&one.prepared))}</span>
            </label>
            <p class="row">
                <StateBadge standing=one.standing unit=one.unit opens=one.opens reason=None />
                <a href=term>{say!(list.see_class)}<span class="visually-hidden">{hidden.clone()}</span></a>
                <button class="button button--plain" form=format!("off-{id}")>
                    {say!(list.take_off)}
                    <span class="visually-hidden">{hidden}</span>
                </button>
            </p>
            {why.map(|why| view! { <p class="field__error" role="alert">{why}</p> })}
        </li>
    }
}
