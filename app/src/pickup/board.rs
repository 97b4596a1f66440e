//! The board of who is still here: large enough for a wall, and true by itself.

use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Empty, Icon, Loading, PageTitle},
    say, words,
};
use domain::reading::{StillHere, StillHereChild, StillHereDate};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use std::time::Duration;

/// How often the board is read anew, in seconds.
const EVERY: u64 = 20;

/// Reads the board.
#[server(prefix = "/api", endpoint = "read_still_here", input = server_fn::codec::GetUrl)]
pub async fn read_still_here(slug: String) -> Result<StillHere, AppError> {
    let who = crate::ssr::need_who().await?;
    Ok(store::pickup::still_here(&crate::ssr::host()?.db, &who, &slug, crate::ssr::now()?).await?)
}

/// The page, loaded when it is opened.
pub struct StillHereRoute;

#[lazy_route]
impl LazyRoute for StillHereRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <StillHerePage /> }.into_any()
    }
}

#[component]
fn StillHerePage() -> impl IntoView {
    let slug = use_slug();
    let tick = RwSignal::new(0_u32);
    // Effects run in the browser alone.
    Effect::new(move |_| {
        let ticking = set_interval_with_handle(
            move || {
                tick.try_update(|tick| *tick = tick.wrapping_add(1));
            },
            Duration::from_secs(EVERY),
        );
        on_cleanup(move || {
            if let Ok(ticking) = ticking {
                ticking.clear();
            }
        });
    });
    let board = Resource::new(move || (slug.get(), tick.get()), |(slug, _)| read_still_here(slug));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(board).await {
                    Ok(board) => view! { <Board board /> }.into_any(),
                    Err(error) => {
                        view! {
                            <PageTitle text=say!(pickup.board) />
                            <DeskFailure error />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// Makes the page come anew where there are no scripts. The browser's own code never puts it in: there it would be heeded.
fn without_scripts() -> String {
    if cfg!(feature = "ssr") { format!("<meta http-equiv=\"refresh\" content=\"{EVERY}\">") } else { String::new() }
}

#[component]
fn Board(board: StillHere) -> impl IntoView {
    let head = use_head();
    let StillHere { now, dates } = board;
    let left: usize = dates.iter().map(|date| date.children.len()).sum();
    let late: usize = dates.iter().filter(|date| date.late.is_some()).map(|date| date.children.len()).sum();
    let count = match left {
        0 => say!(pickup.board_zero).to_owned(),
        left => say!(pickup.board_count, count = left).to_string(),
    };
    let late = (late > 0).then(|| {
        view! {
            <p class="board__late">
                <Icon name="alert" />
                {say!(pickup.board_late_count, count = late).to_string()}
            </p>
        }
    });
    let body = if dates.is_empty() {
        view! { <Empty title=say!(pickup.board_none) text=say!(pickup.board_none_text) /> }.into_any()
    } else {
        let cards = dates.into_iter().map(|date| view! { <DateCard date slug=head.slug.clone() /> }).collect_view();
        view! {
            <div class="board__head" aria-live="polite">
                <p class=if left == 0 { "board__count board__count--none" } else { "board__count" }>{count}</p>
                {late}
            </div>
            <ul class="board">{cards}</ul>
        }
        .into_any()
    };
    view! {
        <PageTitle text=format!("{} · {}", say!(pickup.board), head.name) />
        <noscript inner_html=without_scripts()></noscript>
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <h1>{say!(pickup.board)}</h1>
            <p class="soft">{say!(pickup.board_at, time = words::time(now.time())).to_string()}</p>
        </div>
        {body}
    }
}

#[component]
fn DateCard(date: StillHereDate, slug: String) -> impl IntoView {
    let StillHereDate { occurrence, name, room, start, end, late, came, children } = date;
    let href = format!("/{slug}/desk/occurrences/{occurrence}/pickup");
    let left = children.len();
    // Nobody waits for a child that isn't here.
    let late = late.filter(|_| left > 0);
    let (class, icon, state) = match (late, left, came) {
        (Some(minutes), ..) => {
            ("board__date board__date--late", "alert", say!(pickup.board_late, minutes = minutes).to_string())
        }
        (None, 0, 0) => ("board__date board__date--gone", "clock", say!(pickup.board_nobody).to_owned()),
        (None, 0, came) => ("board__date board__date--gone", "check", say!(pickup.board_gone, came = came).to_string()),
        _ => ("board__date", "clock", say!(pickup.board_until, time = words::time(end)).to_string()),
    };
    let counts = (left > 0).then(|| say!(pickup.board_came, here = left, came = came).to_string());
    let about: Vec<_> = [Some(words::hours(start, end)), room, counts].into_iter().flatten().collect();
    let names = children
        .into_iter()
        .map(|StillHereChild { person, name, alone }| {
            let alone = alone.then(|| view! { <small>{say!(pickup.may_alone)}</small> });
            view! {
                <li>
                    <a class="board__child" href=format!("{href}#c{person}")>
                        {name}
                        {alone}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <li class=class>
            <div class="board__title">
                <h2>
                    <a href=href.clone()>{name}</a>
                </h2>
                <p class="board__state">
                    <Icon name=icon />
                    {state}
                </p>
            </div>
            <p class="soft">{about.join(" · ")}</p>
            <ul class="board__children">{names}</ul>
        </li>
    }
}

/// On the desk's first page: how many are still here, and the way to the board; nothing where no children come today.
#[component]
pub fn StillHereLine(
    /// So many.
    still_here: Option<u32>,
) -> impl IntoView {
    let slug = use_head().slug;
    still_here.map(|count| {
        let text = match count {
            0 => say!(pickup.desk_zero).to_owned(),
            count => say!(pickup.desk_count, count = count).to_string(),
        };
        view! {
            <p class="still-here-line">
                <Icon name="people" />
                <b>{text}</b>
                <a href=format!("/{slug}/desk/still-here")>{say!(pickup.to_board)}</a>
            </p>
        }
    })
}
