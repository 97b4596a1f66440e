//! Leaders (授课人): who leads how often, one leader's own month, and the days on which they are away.

use super::{
    block::{BlockFields, Blocks, LiftBlock, block_text},
    block_form::BlockForm,
    parts::{Back, DeskFailure, MonthPager, query},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Loading, Marks, PageTitle, State},
    say, words,
};
use domain::{
    reading::{BlockHit, LeaderCard, LeadersPage, ResourceDate},
    refusal::FieldProblem,
    term::OccurrenceState,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};
use serde::{Deserialize, Serialize};

/// Leaders with what one's days away would hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadersView {
    /// The leaders.
    pub page: LeadersPage,
    /// What the block would hit, if its form was filled in.
    pub hits: Option<Vec<BlockHit>>,
    /// What is wrong with the form.
    pub problem: Option<FieldProblem>,
}

/// Reads the leaders, one's month, and what its days away would hit.
#[server(prefix = "/api", endpoint = "read_leaders", input = server_fn::codec::GetUrl)]
pub async fn read_leaders(
    slug: String,
    day: Option<String>,
    leader: Option<String>,
    form: Option<BlockForm>,
) -> Result<LeadersView, AppError> {
    let day = day.and_then(|day| domain::person::parse_date(&day).ok());
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let (leader, now) = (leader.as_deref(), crate::ssr::now()?);
    let page = store::resources::leaders_page(&host.db, &who, &slug, day, leader, now).await?;
    let form = form.map(|form| BlockForm { room: None, ..form });
    let (hits, problem) = super::block::preview(&slug, form.as_ref()).await?;
    Ok(LeadersView { page, hits, problem })
}

/// What the page's URL asks for and tells.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    day: Option<String>,
    leader: Option<String>,
    form: Option<BlockForm>,
    done: Option<usize>,
}

/// The page, loaded when it is opened.
pub struct LeadersRoute;

#[lazy_route]
impl LazyRoute for LeadersRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <AllLeaders /> }.into_any()
    }
}

#[component]
fn AllLeaders() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| Asked {
            day: query.get("day"),
            leader: query.get("leader").filter(|name| !name.is_empty()),
            form: BlockForm::in_url(query),
            done: query.get("done").and_then(|count| count.parse().ok()),
        })
    });
    let lift = ServerAction::<LiftBlock>::new();
    let view = Resource::new(
        move || (slug.get(), asked.get(), lift.version().get()),
        |(slug, asked, _)| read_leaders(slug, asked.day, asked.leader, asked.form),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => {
                        let asked = asked.get_untracked();
                        view! { <Leaders view asked lift /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Leaders(view: LeadersView, asked: Asked, lift: ServerAction<LiftBlock>) -> impl IntoView {
    let head = use_head();
    let LeadersView { page, hits, problem } = view;
    let here = format!("/{}/desk/leaders", head.slug);
    let done = asked.done.map(|count| {
        let title = match count {
            0 => say!(resources.away_none).to_owned(),
            count => say!(resources.blocked, count = count).to_string(),
        };
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let names = page.leaders.iter().map(|card| view! { <option value=card.name.clone()></option> }).collect_view();
    let none = page.leaders.is_empty().then(|| view! { <p class="soft">{say!(resources.no_leaders)}</p> });
    let away = page.leaders.iter().find(|card| Some(&card.name) == asked.leader.as_ref());
    let away = away.map(|card| card.away.clone()).unwrap_or_default();
    let month = page.month;
    let rows = page
        .leaders
        .into_iter()
        .map(|card| {
            let chosen = asked.leader.as_deref() == Some(card.name.as_str());
            row(card, chosen, &here, month)
        })
        .collect_view();
    let kept = asked.leader.clone().map(|leader| ("leader", leader)).into_iter().collect::<Vec<_>>();
    let aside = asked.leader.clone().map(|leader| {
        let form = BlockForm { leader: Some(leader.clone()), room: None, ..asked.form.unwrap_or_default() };
        let title = say!(resources.block_leader, name = leader.clone()).to_string();
        let blocks = (!away.is_empty()).then(|| {
            view! {
                <h3>{say!(resources.away)}</h3>
                <Blocks blocks=away action=lift />
            }
        });
        let empty = page.dates.is_empty().then(|| view! { <p class="soft">{say!(resources.no_dates)}</p> });
        let dates = page.dates.into_iter().map(|date| date_row(date, &head.slug)).collect_view();
        view! {
            <div class="stack">
                <section class="card stack" aria-labelledby="month-of">
                    <h2 id="month-of">
                        {say!(resources.month_of, name = leader, month = words::month_year(month)).to_string()}
                    </h2>
                    {empty}
                    <ol class="plan">{dates}</ol>
                    {blocks}
                </section>
                <BlockFields form hits problem here=here.clone() title />
            </div>
        }
    });
    let hint = asked.leader.is_none().then(|| view! { <p class="soft">{say!(resources.choose_leader)}</p> });
    view! {
        <PageTitle text=format!("{} · {}", say!(resources.leaders), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{words::month_year(month)}</p>
                <h1>{say!(resources.leaders)}</h1>
            </div>
            <MonthPager month here=here.clone() kept />
        </div>
        {done}
        <ActionProblem action=lift />
        <datalist id="leader-names">{names}</datalist>
        <div class="split split--edit">
            <div>
                {hint}
                {none}
                <ol class="plan">{rows}</ol>
            </div>
            <div class="aside">{aside}</div>
        </div>
    }
}

fn row(card: LeaderCard, chosen: bool, here: &str, month: jiff::civil::Date) -> AnyView {
    let class = if chosen { "plan__date plan__date--hit plan__date--chosen" } else { "plan__date plan__date--hit" };
    let href = format!("{here}?{}", query(&[("leader", &card.name), ("day", &month.to_string())]));
    let away = card.away.iter().map(|line| view! { <p class="fine">{block_text(line)}</p> }).collect_view();
    view! {
        <li class=class>
            <div>
                <p>
                    <a href=href aria-current=chosen.then_some("true")>
                        <b>{card.name}</b>
                    </a>
                </p>
                {away}
            </div>
            <span class="soft">{say!(resources.dates_count, count = card.dates).to_string()}</span>
        </li>
    }
    .into_any()
}

fn date_row(date: ResourceDate, slug: &str) -> AnyView {
    let off = date.state == OccurrenceState::Cancelled;
    let long = words::date_long(date.head.date);
    let when = match off {
        true => view! { <del>{long}</del> }.into_any(),
        false => view! { <b>{long}</b> }.into_any(),
    };
    let why = off.then(|| {
        let text = match &date.reason {
            Some(reason) => say!(common.called_off_why, reason = reason.clone()).to_string(),
            None => say!(common.called_off).to_owned(),
        };
        view! { <State class="cancelled" icon="cross" text /> }
    });
    let for_whom = date.in_place_of.map(|name| say!(resources.stands_in, name = name).to_string());
    let class = if off { "plan__date plan__date--hit plan__date--off" } else { "plan__date plan__date--hit" };
    view! {
        <li class=class>
            <div>
                <p class="row">{when} <Marks head=date.head /> {why}</p>
                <p class="occ__meta">
                    <span>{words::hours(date.start, date.end)}</span>
                    <span>
                        <a href=format!("/{slug}/desk/terms/{}/dates", date.term)>{date.name}</a>
                    </span>
                    {date.room.map(|room| view! { <span>{room}</span> })}
                    {for_whom.map(|text| view! { <span>{text}</span> })}
                </p>
            </div>
        </li>
    }
    .into_any()
}
