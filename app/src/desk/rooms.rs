//! The rooms (场地) of a community: each with its size, its hours and what blocks it; and a room's own page, where it is
//! changed, closed for a time or cleared.

use super::{
    block::{BlockFields, Blocks, LiftBlock, block_text},
    block_form::BlockForm,
    parts::{Back, DeskFailure},
    room_form::{AddRoom, ChangeRoom, RoomForm},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Loading, PageTitle},
    say, words,
};
use domain::{
    block::OpeningHours,
    code::Code,
    reading::{BlockHit, ResourceDate, RoomCard, RoomPage, RoomsPage},
    recurrence::Weekday,
    refusal::FieldProblem,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// Reads all rooms.
#[server(prefix = "/api", endpoint = "read_rooms", input = server_fn::codec::GetUrl)]
pub async fn read_rooms(slug: String) -> Result<RoomsPage, AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::resources::rooms_page(&host.db, &who, &slug, crate::ssr::now()?).await?)
}

/// A room with what blocking it would hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomView {
    /// The room.
    pub page: RoomPage,
    /// What the block would hit, if its form was filled in.
    pub hits: Option<Vec<BlockHit>>,
    /// What is wrong with the form.
    pub problem: Option<FieldProblem>,
}

/// Reads a room, and what blocking it would hit.
#[server(prefix = "/api", endpoint = "read_room", input = server_fn::codec::GetUrl)]
pub async fn read_room(slug: String, room: String, form: Option<BlockForm>) -> Result<RoomView, AppError> {
    let id = room.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let page = store::resources::room_page(&host.db, &who, &slug, id, crate::ssr::now()?).await?;
    let form = form.map(|form| BlockForm { room: Some(room), ..form });
    let (hits, problem) = super::block::preview(&slug, form.as_ref()).await?;
    Ok(RoomView { page, hits, problem })
}

/// The page of all rooms, loaded when it is opened.
pub struct RoomsRoute;

#[lazy_route]
impl LazyRoute for RoomsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <AllRooms /> }.into_any()
    }
}

#[component]
fn AllRooms() -> impl IntoView {
    let slug = use_slug();
    let add = ServerAction::<AddRoom>::new();
    let page = Resource::new(move || (slug.get(), add.version().get()), |(slug, _)| read_rooms(slug));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Rooms page add /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Rooms(page: RoomsPage, add: ServerAction<AddRoom>) -> impl IntoView {
    let head = use_head();
    let none = page.rooms.is_empty().then(|| view! { <p class="soft">{say!(resources.no_rooms)}</p> });
    let rows = page.rooms.into_iter().map(|room| card(room, &head.slug)).collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(resources.rooms), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <h1>{say!(resources.rooms)}</h1>
        </div>
        <div class="split split--edit">
            <div>
                {none}
                <ol class="plan">{rows}</ol>
            </div>
            <div class="aside">
                <ActionForm action=add attr:class="card form">
                    <h2>{say!(resources.add_room)}</h2>
                    <input type="hidden" name="slug" value=head.slug.clone() />
                    <RoomForm room=None action=add save=say!(resources.add_room_go) />
                </ActionForm>
            </div>
        </div>
    }
}

fn card(room: RoomCard, slug: &str) -> AnyView {
    let hidden = format!(" {}", room.name);
    let blocks = room.blocks.iter().map(|line| view! { <p class="fine">{block_text(line)}</p> }).collect_view();
    view! {
        <li class="plan__date plan__date--hit">
            <div>
                <p>
                    <b>{room.name.clone()}</b>
                </p>
                <p class="occ__meta">
                    <span>{say!(resources.size, size = room.size).to_string()}</span>
                    <span>{hours_text(room.hours.as_ref())}</span>
                </p>
                {blocks}
            </div>
            <a class="button" href=format!("/{slug}/desk/rooms/{}", room.id)>
                {say!(resources.manage)}
                <span class="visually-hidden">{hidden}</span>
            </a>
        </li>
    }
    .into_any()
}

/// 周一 – 周五 09:00–17:00：days in a row with the same hours together.
fn hours_text(hours: Option<&OpeningHours>) -> String {
    let Some(OpeningHours(week)) = hours else { return say!(resources.always).to_owned() };
    let mut runs: Vec<(Weekday, Weekday, String)> = Vec::new();
    for (day, hours) in Weekday::ALL.iter().zip(week) {
        let text = match hours {
            Some(hours) => words::hours(hours.from, hours.to),
            None => say!(resources.shut).to_owned(),
        };
        match runs.last_mut().filter(|(_, _, same)| *same == text) {
            Some((_, last, _)) => *last = *day,
            None => runs.push((*day, *day, text)),
        }
    }
    let runs = runs.into_iter().map(|(first, last, text)| match first == last {
        true => format!("{} {text}", words::weekday_short(first)),
        false => format!("{} – {} {text}", words::weekday_short(first), words::weekday_short(last)),
    });
    runs.collect::<Vec<_>>().join("; ")
}

/// The page of a room, loaded when it is opened.
pub struct RoomRoute;

#[lazy_route]
impl LazyRoute for RoomRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <OneRoom /> }.into_any()
    }
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    change: ServerAction<ChangeRoom>,
    lift: ServerAction<LiftBlock>,
}

#[component]
fn OneRoom() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let room = Memo::new(move |_| params.with(|params| params.get("room").unwrap_or_default()));
    let form = Memo::new(move |_| query.with(BlockForm::in_url));
    let done = Memo::new(move |_| query.with(|query| query.get("done").or_else(|| query.get("saved"))));
    let actions = Actions { change: ServerAction::new(), lift: ServerAction::new() };
    let view = Resource::new(
        move || {
            let versions = (actions.change.version().get(), actions.lift.version().get(), done.get());
            (slug.get(), room.get(), form.get(), versions)
        },
        |(slug, room, form, _)| read_room(slug, room, form),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => {
                        let (form, done) = (form.get_untracked(), done.get_untracked());
                        view! { <Room view form done actions /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Room(view: RoomView, form: Option<BlockForm>, done: Option<String>, actions: Actions) -> impl IntoView {
    let head = use_head();
    let RoomView { page: RoomPage { room, outside }, hits, problem } = view;
    let here = format!("/{}/desk/rooms/{}", head.slug, room.id);
    let done = done.map(|done| {
        let title = match done.parse::<usize>() {
            Ok(0) => say!(resources.blocked_none).to_owned(),
            Ok(count) => say!(resources.blocked, count = count).to_string(),
            Err(_) => say!(resources.room_saved).to_owned(),
        };
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let id = Some(room.id.to_string());
    let form = BlockForm { room: id.clone(), ..form.unwrap_or_default() };
    let blocks = (!room.blocks.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="blocks">
                <h2 id="blocks">{say!(resources.blocks)}</h2>
                <Blocks blocks=room.blocks.clone() action=actions.lift />
            </section>
        }
    });
    let outside = (!outside.is_empty()).then(|| {
        let rows = outside.into_iter().map(|date| outside_row(date, &head.slug)).collect_view();
        view! {
            <section class="card stack" aria-labelledby="outside">
                <h2 id="outside">{say!(resources.outside)}</h2>
                <p class="soft">{say!(resources.outside_text)}</p>
                <ol class="plan">{rows}</ol>
            </section>
        }
    });
    let title = say!(resources.block_room).to_owned();
    view! {
        <PageTitle text=format!("{} · {}", room.name, head.name) />
        <Back to="desk/rooms".to_owned() text=say!(resources.back_rooms) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{say!(resources.rooms)}</p>
                <h1>{room.name.clone()}</h1>
            </div>
        </div>
        {done}
        <ActionProblem action=actions.lift />
        {outside}
        <div class="split">
            <div class="stack">{blocks} <BlockFields form hits problem here title /></div>
            <ActionForm action=actions.change attr:class="card form">
                <h2>{say!(resources.change_room)}</h2>
                <input type="hidden" name="slug" value=head.slug.clone() />
                <input type="hidden" name="room" value=room.id.to_string() />
                <RoomForm room=Some(room.clone()) action=actions.change save=say!(dates.save) />
            </ActionForm>
        </div>
    }
}

fn outside_row(date: ResourceDate, slug: &str) -> AnyView {
    let long = words::date_long(date.head.date);
    let hidden = format!(" {long} {}", date.name);
    view! {
        <li class="plan__date plan__date--hit">
            <div>
                <p>
                    <b>{date.name}</b>
                </p>
                <p class="occ__meta">
                    <span>{long}</span>
                    <span>{words::hours(date.start, date.end)}</span>
                </p>
            </div>
            <a class="button" href=format!("/{slug}/desk/terms/{}/dates?edit={}#edit", date.term, date.occurrence)>
                {say!(dates.change)}
                <span class="visually-hidden">{hidden}</span>
            </a>
        </li>
    }
    .into_any()
}
