//! Handing the children of a date over: who is still here, who may take each, and who has gone with whom.

use super::{
    HandOverLine,
    child::{Gone, Here, Missing},
};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Icon, Loading, PageTitle},
    say, words,
};
use domain::{
    pickup::is_still_here,
    reading::{PickupChild, PickupPage},
    refusal::Refusal,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads the children of a date with who may take them.
#[server(prefix = "/api", endpoint = "read_pickup", input = server_fn::codec::GetUrl)]
pub async fn read_pickup(slug: String, occurrence: String) -> Result<PickupPage, AppError> {
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    Ok(store::pickup::pickup_page(&crate::ssr::host()?.db, &who, &slug, id, crate::ssr::now()?).await?)
}

/// Hands a child over. Each way has fields of its own.
#[server(prefix = "/api", endpoint = "hand_over")]
pub async fn hand_over(
    slug: String,
    occurrence: String,
    person: String,
    way: String,
    picker: Option<String>,
    code: Option<String>,
    taker: Option<String>,
    reason: Option<String>,
) -> Result<(), AppError> {
    use domain::{
        code::Code,
        id::PersonId,
        pickup::{PickupCode, PickupWay},
        text::{InputProblem, Line, PersonName},
    };
    use store::pickup::{Take, hand_over};
    let missing = || crate::ssr::said(AppError::NotFound);
    let (id, child): (_, PersonId) =
        (occurrence.parse().map_err(|_| missing())?, person.parse().map_err(|_| missing())?);
    let invalid = |field: &str, problem| crate::ssr::said(AppError::invalid(&format!("{child}-{field}"), problem));
    let way = PickupWay::from_code(&way).ok_or_else(|| invalid("way", InputProblem::Choice))?;
    // The code is not kept for the page: it is told anew.
    let (taker_field, reason_field) = (format!("{child}-{way}-taker"), format!("{child}-{way}-reason"));
    let typed = [(taker_field.as_str(), taker.as_deref()), (reason_field.as_str(), reason.as_deref())];
    let handed = crate::ssr::keeping(&typed, async {
        let who = crate::ssr::need_who().await?;
        let name = || PersonName::parse(taker.as_deref().unwrap_or("")).map_err(|problem| invalid("taker", problem));
        let take = match way {
            PickupWay::Person => Take::Person(picker.as_deref().unwrap_or("").parse().map_err(|_| missing())?),
            PickupWay::Alone => Take::Alone,
            PickupWay::Code => {
                let code = PickupCode::parse(code.as_deref().unwrap_or(""));
                Take::Code { code: code.map_err(|problem| invalid("code", problem))?, taker: name()? }
            }
            PickupWay::Override => {
                let reason = Line::parse(reason.as_deref().unwrap_or(""));
                Take::Override { taker: name()?, reason: reason.map_err(|problem| invalid("reason", problem))? }
            }
        };
        let now = crate::ssr::now()?;
        crate::ssr::told(hand_over(&crate::ssr::host()?.db, &who, &slug, id, child, take, now).await, &slug).await
    });
    handed.await?;
    crate::ssr::go(&slug, &format!("desk/occurrences/{id}/pickup?done=handed&child={child}"));
    Ok(())
}

/// Takes a hand-over back.
#[server(prefix = "/api", endpoint = "undo_hand_over")]
pub async fn undo_hand_over(
    slug: String,
    occurrence: String,
    pickup: String,
    reason: Option<String>,
) -> Result<(), AppError> {
    use domain::text::Line;
    let missing = || crate::ssr::said(AppError::NotFound);
    let (id, pickup) = (occurrence.parse().map_err(|_| missing())?, pickup.parse().map_err(|_| missing())?);
    let who = crate::ssr::need_who().await?;
    let reason = Line::parse(reason.as_deref().unwrap_or(""));
    let reason = reason.map_err(|problem| crate::ssr::said(AppError::invalid(&format!("{pickup}-undo"), problem)))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let undone = store::pickup::undo_hand_over(&host.db, &who, &slug, id, pickup, &reason, now).await;
    crate::ssr::told(undone, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/occurrences/{id}/pickup?done=undone"));
    Ok(())
}

/// Marks a child as here, which whoever leaves must be. Whatever the roll said before, whoever presses this sees the child.
#[server(prefix = "/api", endpoint = "mark_here")]
pub async fn mark_here(slug: String, occurrence: String, person: String) -> Result<(), AppError> {
    use domain::roll::{Says, Tap, Verdict};
    let missing = || crate::ssr::said(AppError::NotFound);
    let (id, child) = (occurrence.parse().map_err(|_| missing())?, person.parse().map_err(|_| missing())?);
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let key = crate::ssr::new_key()?;
    // As if it had been kept for a moment: the latest tap counts.
    let tap = Tap { key, person: child, says: Says::Present, seen: 0, kept_for: Some(0) };
    let marked = store::attendance::send_taps(&host.db, &who, id, &[tap], now).await;
    if crate::ssr::told(marked, &slug).await?.iter().any(|answer| answer.verdict == Verdict::Gone) {
        return Err(missing());
    }
    crate::ssr::go(&slug, &format!("desk/occurrences/{id}/pickup?done=here&child={child}"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct PickupRoute;

#[lazy_route]
impl LazyRoute for PickupRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <PickupPageView /> }.into_any()
    }
}

/// What the page may do.
#[derive(Clone, Copy)]
pub(super) struct Doing {
    pub hand: ServerAction<HandOver>,
    pub undo: ServerAction<UndoHandOver>,
    pub here: ServerAction<MarkHere>,
}

#[component]
fn PickupPageView() -> impl IntoView {
    let slug = use_slug();
    let (params, query) = (use_params_map(), use_query_map());
    let occurrence = Memo::new(move |_| params.with(|params| params.get("occurrence").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| (query.get("done"), query.get("child"))));
    let doing = Doing { hand: ServerAction::new(), undo: ServerAction::new(), here: ServerAction::new() };
    let written = move || (doing.hand.version().get(), doing.undo.version().get(), doing.here.version().get());
    let page = Resource::new(
        move || (slug.get(), occurrence.get(), done.get(), written()),
        |(slug, occurrence, ..)| read_pickup(slug, occurrence),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let done = done.get_untracked();
                        view! { <Shown page done doing /> }.into_any()
                    }
                    Err(error) => {
                        view! {
                            <PageTitle text=say!(pickup.title) />
                            <DeskFailure error />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(page: PickupPage, done: (Option<String>, Option<String>), doing: Doing) -> impl IntoView {
    let slug = use_head().slug;
    let PickupPage { date, over, children } = page;
    let occurrence = date.occurrence.to_string();
    let told = told(&children, done, doing);
    let problem = problem(children.clone(), doing);
    let history: Vec<_> = children
        .iter()
        .flat_map(|child| child.undone.iter().map(|of| (child.name.clone(), of.clone())))
        .map(|(name, of)| view! { <li><HandOverLine of before=name today=true /></li> })
        .collect();
    let nobody = children.is_empty().then(|| view! { <p class="soft">{say!(pickup.none)}</p> });
    let (gone, left): (Vec<_>, Vec<_>) = children.into_iter().partition(|child| child.live.is_some());
    let (here, missing): (Vec<_>, Vec<_>) = left.into_iter().partition(|child| is_still_here(child.mark, false));
    let (count_here, count_gone) = (here.len(), gone.len());
    let title = say!(pickup.title_date, date = words::date_long(date.date)).to_string();
    let late = (over && count_here > 0).then(|| {
        view! {
            <span class="state state--late">
                <Icon name="alert" />
                {say!(pickup.board_until, time = words::time(date.end)).to_string()}
            </span>
        }
    });
    let still = match (count_here, count_gone) {
        (0, 0) => Some(say!(pickup.none_still)),
        (0, _) => Some(say!(pickup.all_gone)),
        _ => None,
    };
    let still = still.map(|text| view! { <p class="soft">{text}</p> });
    let place = (slug.clone(), occurrence.clone());
    let here = here.into_iter().map(|child| view! { <Here child place=place.clone() doing /> }).collect_view();
    let missing_cards =
        missing.into_iter().map(|child| view! { <Missing child place=place.clone() doing /> }).collect::<Vec<_>>();
    let missing = (!missing_cards.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="missing">
                <h2 id="missing">{say!(pickup.not_here)}</h2>
                <p class="soft">{say!(pickup.not_here_text)}</p>
                <ul class="gone-list">{missing_cards}</ul>
            </section>
        }
    });
    let gone_cards =
        gone.into_iter().map(|child| view! { <Gone child place=place.clone() doing /> }).collect::<Vec<_>>();
    let gone = (!gone_cards.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="gone">
                <h2 id="gone">{say!(pickup.gone)}</h2>
                <ul class="gone-list">{gone_cards}</ul>
            </section>
        }
    });
    let history = (!history.is_empty()).then(|| {
        view! {
            <details class="card">
                <summary>{say!(pickup.history)}</summary>
                <ul class="stack">{history}</ul>
            </details>
        }
    });
    view! {
        <PageTitle text=format!("{} · {}", say!(pickup.title), date.name) />
        <Back to="desk/still-here".to_owned() text=say!(pickup.board) />
        <div class="page-head">
            <p class="eyebrow">
                {format!("{} · {}", date.name, words::hours(date.start, date.end))}
                {date.room.clone().map(|room| format!(" · {room}"))}
            </p>
            <h1>{title}</h1>
            <p class="row">
                <b>{say!(pickup.count_here, here = count_here).to_string()}</b>
                <span>{say!(pickup.count_gone, gone = count_gone).to_string()}</span>
                {late}
                <a href=format!("/{slug}/desk/occurrences/{occurrence}")>{say!(pickup.to_roll)}</a>
            </p>
        </div>
        <div class="stack-l">
            {told} {problem} <ActionProblem action=doing.undo /> <ActionProblem action=doing.here /> {nobody}
            <section class="stack" aria-labelledby="still">
                <h2 id="still">{say!(pickup.still)}</h2>
                {still}
                <ul class="here-list">{here}</ul>
            </section>
            {missing} {gone} {history}
        </div>
    }
}

/// What was done, by its words in the page's address, as the rows now say it.
fn told(
    children: &[PickupChild],
    (done, child): (Option<String>, Option<String>),
    doing: Doing,
) -> impl IntoView + use<> {
    let child = child.and_then(|id| children.iter().find(|child| child.person.to_string() == id));
    let title = match (done.as_deref(), child) {
        (Some("handed"), Some(child)) => child.live.as_ref().map(|live| {
            let what = words::taken(live.way, &live.taker, live.reason.as_deref());
            say!(pickup.done_handed, name = child.name.clone(), what = what).to_string()
        }),
        (Some("here"), Some(child)) => Some(say!(pickup.done_here, name = child.name.clone()).to_string()),
        (Some("undone"), _) => Some(say!(pickup.done_undone).to_owned()),
        _ => None,
    };
    let failed = move || {
        let failed = doing.hand.value().with(|value| matches!(value, Some(Err(_))));
        failed || doing.undo.value().with(|value| matches!(value, Some(Err(_))))
    };
    move || {
        let title = title.clone().filter(|_| !failed())?;
        Some(view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        })
    }
}

/// Why a child could not be handed over. Whoever came second is told by whom and to whom it was, which no error says, since
/// without JavaScript it stands in the address.
fn problem(children: Vec<PickupChild>, doing: Doing) -> impl IntoView {
    let first = move || {
        let AppError::Refused { refusal: Refusal::HandedOver { person, .. }, .. } =
            doing.hand.value().with(|value| value.clone()?.err())?
        else {
            return None;
        };
        let child = children.iter().find(|child| child.person == person)?;
        let live = child.live.as_ref()?;
        let (time, what) = (words::time(live.at.time()), words::taken(live.way, &live.taker, live.reason.as_deref()));
        let (name, by) = (child.name.clone(), live.by.clone());
        Some(say!(pickup.was_first, name = name, time = time, what = what, by = by).to_string())
    };
    move || match first() {
        Some(text) => view! {
            <div class="banner banner--no" role="alert">
                <Icon name="alert" />
                <div>
                    <p class="banner__title">{text}</p>
                </div>
            </div>
        }
        .into_any(),
        None => view! { <ActionProblem action=doing.hand /> }.into_any(),
    }
}
