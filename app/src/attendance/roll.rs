//! The roll of a date: one tap a person. Each tap is sent at once, and kept in the browser until it was answered; so the
//! roll goes on where there is no network.

#[cfg(feature = "hydrate")]
use super::caller::browser;
use super::{
    caller::{Caller, Told},
    line::{Person, Row, plain},
};
use crate::{
    desk::parts::{Back, DeskFailure, works_at_desk},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Banner, Icon, Loading, PageTitle, StateBadge},
    say, words,
};
use domain::{
    activity::{ActivityKind, Audience},
    booking::{Mark, Standing},
    code::Code,
    id::RequestKey,
    reading::{RollPage, TapAnswer, TapLine},
    roll::Says,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// A roll, with a key for the next tap of a page without scripts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollRead {
    /// The roll.
    pub page: RollPage,
    /// The key.
    pub key: RequestKey,
}

/// Reads a date's roll.
#[server(prefix = "/api", endpoint = "read_roll", input = server_fn::codec::GetUrl)]
pub async fn read_roll(slug: String, occurrence: String) -> Result<RollRead, AppError> {
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let page = store::attendance::roll(&host.db, &who, &slug, id, crate::ssr::now()?).await?;
    Ok(RollRead { page, key: crate::ssr::new_key()? })
}

/// Does what taps at a date's roll say (`key:person:says:seen`, with commas between), and says what became of each. A
/// plain form is sent back to the roll, or to the page that it names: today's, or the day of care's.
#[server(prefix = "/api", endpoint = "send_taps")]
pub async fn send_taps(
    slug: String,
    occurrence: String,
    taps: String,
    back: Option<String>,
) -> Result<Vec<TapAnswer>, AppError> {
    use domain::{
        roll::{Verdict, read_taps},
        text::InputProblem,
    };
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let taps = read_taps(&taps).map_err(|_| crate::ssr::said(AppError::invalid("taps", InputProblem::Choice)))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let sent = store::attendance::send_taps(&host.db, &who, id, &taps, crate::ssr::now()?).await;
    let answers = crate::ssr::told(sent, &slug).await?;
    if crate::ssr::is_plain_form() {
        let missed = answers.iter().any(|answer| !matches!(answer.verdict, Verdict::Counts | Verdict::Same));
        let told = if missed { "changed" } else { "saved" };
        match (back.as_deref(), answers.first()) {
            (Some("day"), _) => crate::ssr::go(&slug, &format!("desk/occurrences/{id}/day?done={told}")),
            (Some("today"), _) => crate::ssr::go(&slug, &format!("desk/today?done={told}")),
            (_, Some(first)) => {
                crate::ssr::go(&slug, &format!("desk/occurrences/{id}?done={told}#p-{}", first.person));
            }
            (_, None) => crate::ssr::go(&slug, &format!("desk/occurrences/{id}")),
        }
    }
    Ok(answers)
}

/// The page, loaded when it is opened.
pub struct RollRoute;

#[lazy_route]
impl LazyRoute for RollRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <RollPageView /> }.into_any()
    }
}

#[component]
fn RollPageView() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let occurrence = Memo::new(move |_| params.with(|params| params.get("occurrence").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let q = RwSignal::new(query.with_untracked(|query| query.get("q").unwrap_or_default()));
    let page = Resource::new(move || (slug.get(), occurrence.get()), |(slug, occurrence)| read_roll(slug, occurrence));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(read) => view! { <Roll read done q page /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Roll(
    read: RollRead,
    done: Memo<Option<String>>,
    q: RwSignal<String>,
    page: Resource<Result<RollRead, AppError>>,
) -> impl IntoView {
    let head = use_head();
    let RollRead { page: RollPage { date, lines, undo, history }, key } = read;
    let here = format!("/{}/desk/occurrences/{}", head.slug, date.occurrence);
    let rows = lines.iter().map(|line| (line.person, (line.name.clone(), RwSignal::new(Row::of(line))))).collect();
    let families = lines.iter().filter_map(|line| Some((line.person, line.family?))).collect();
    let caller = Caller {
        key,
        rows: StoredValue::new(rows),
        families: StoredValue::new(families),
        undo: RwSignal::new(undo.map(|undo| (undo.name, undo.said, vec![(undo.person, undo.back)]))),
        history: RwSignal::new(history),
        told: RwSignal::new(None),
        unsent: RwSignal::new(0),
        cut_off: RwSignal::new(false),
        signed_out: RwSignal::new(false),
        #[cfg(feature = "hydrate")]
        page,
        #[cfg(feature = "hydrate")]
        slug: StoredValue::new(head.slug.clone()),
        #[cfg(feature = "hydrate")]
        occurrence: date.occurrence,
        #[cfg(feature = "hydrate")]
        account: StoredValue::new(crate::frame::use_me().get_untracked().map(|me| me.account)),
        #[cfg(feature = "hydrate")]
        sending: StoredValue::new(false),
    };
    #[cfg(not(feature = "hydrate"))]
    let _ = page;
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::start(caller));
    // A leader has no roster to go back to.
    let roster = works_at_desk(&head.slug).then(|| {
        view! { <Back to=format!("desk/terms/{}", date.term) text=say!(desk.back_roster) /> }
    });
    let day = (date.kind == ActivityKind::DayCare).then(|| {
        view! { <a class="button" href=format!("{here}/day")>{say!(day_care.title)}</a> }
    });
    let pickup = (date.audience == Audience::Child).then(|| {
        view! { <a class="button" href=format!("{here}/pickup")>{say!(pickup.title)}</a> }
    });
    let all = lines.len();
    let nth = date.ordinal.map(|ordinal| format!(" · {}", words::ordinal(ordinal))).unwrap_or_default();
    let title = format!("{} {}", words::date_long(date.date), words::time(date.start));
    let called_off = date.standing == Standing::CalledOff;
    let off = called_off.then(|| {
        view! {
            <StateBadge standing=date.standing unit=date.unit opens=None reason=date.reason.clone() />
        }
    });
    let people = lines
        .into_iter()
        .enumerate()
        .map(|(n, line)| view! { <Person n=n + 1 line side=date.audience.side().code() q caller /> })
        .collect_view();
    let nobody = (all == 0).then(|| view! { <p class="soft">{say!(desk.roll_empty)}</p> });
    let came = move || caller.count(|row| matches!(row.on.mark, Some(Mark::Present | Mark::Late)));
    let marked = move || caller.count(|row| row.on.mark.is_some());
    let bar = (all > 0 && !called_off).then(|| view! { <Bar caller all /> });
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.roll), date.name) />
        <div class="row">
            <Back to="desk/today".to_owned() text=say!(roll.today) />
            {roster} {day} {pickup}
        </div>
        <div class="page-head">
            <p class="eyebrow">{format!("{}{nth}", date.name)}</p>
            <h1>{say!(desk.roll_of, date = title).to_string()}</h1>
            <p class="row" role="status">
                <b>{move || say!(desk.roll_came, came = came(), all = all).to_string()}</b>
                <span class="soft">{move || say!(desk.roll_marked, marked = marked(), all = all).to_string()}</span>
                {off}
            </p>
        </div>
        <Notes caller done />
        {nobody}
        <form
            class="row"
            role="search"
            method="get"
            action=here
            on:submit=move |event| event.prevent_default()
        >
            <label class="visually-hidden" for="q">
                {say!(desk.search_roll)}
            </label>
            <input
                class="input input--search"
                id="q"
                name="q"
                type="search"
                autocomplete="off"
                placeholder=say!(desk.search_roll)
                value=q.get_untracked()
                on:input=move |event| q.set(event_target_value(&event))
            />
            <button class="button">
                <Icon name="search" />
                {say!(desk.search_go)}
            </button>
        </form>
        <form class="roll" method="post" action="/api/send_taps">
            <input type="hidden" name="slug" value=head.slug />
            <input type="hidden" name="occurrence" value=date.occurrence.to_string() />
            <ol class="roll__list">{people}</ol>
            {bar}
        </form>
        <History caller />
    }
}

/// What came of taps, where it isn't what was tapped; and what waits.
#[component]
fn Notes(caller: Caller, done: Memo<Option<String>>) -> impl IntoView {
    let no = |title: String, text: Option<&'static str>| {
        view! { <Banner class="banner--no" icon="alert" title>{text}</Banner> }.into_any()
    };
    let told = move || match caller.told.get() {
        Some(Told::Changed(names)) => {
            Some(no(say!(roll.changed, names = names.join("、")).to_string(), Some(say!(roll.look_again))))
        }
        Some(Told::TooLate(names)) => Some(no(say!(roll.too_late, names = names.join("、")).to_string(), None)),
        Some(Told::Failed(error)) => Some(no(words::error(&error), None)),
        None if done.get().as_deref() == Some("changed") => {
            Some(no(say!(roll.changed_some).to_owned(), Some(say!(roll.look_again))))
        }
        None => None,
    };
    let waiting = move || {
        let unsent = caller.unsent.get();
        let stuck = unsent > 0 && (caller.cut_off.get() || caller.signed_out.get());
        stuck.then(|| {
            let text = if caller.signed_out.get() { say!(roll.sign_in_to_send) } else { say!(roll.no_network_text) };
            let title = say!(roll.no_network, count = unsent).to_string();
            view! { <Banner class="banner--wait" icon="clock" title>{text}</Banner> }
        })
    };
    view! { <div aria-live="polite">{told} {waiting}</div> }
}

/// What stays in sight: undo, and everybody else at once.
#[component]
fn Bar(caller: Caller, all: usize) -> impl IntoView {
    let undo = move || {
        caller.undo.get().map(|(name, said, back)| {
            let text = say!(roll.undo, name = name, said = said_of(said)).to_string();
            let rows = back.iter().map(|(who, says)| (*who, *says, caller.row(*who).map_or(0, |row| row.get().seen)));
            let value = plain(caller.key, rows);
            view! {
                <button
                    class="button"
                    name="taps"
                    value=value
                    on:click=move |event| {
                        event.prevent_default();
                        caller.tap(&back);
                        caller.undo.set(None);
                    }
                >
                    <Icon name="repeat" />
                    {text}
                </button>
            }
        })
    };
    let open = Memo::new(move |_| caller.unmarked().len());
    let rest = |says: Says| {
        // Only a form that no script reads sends it.
        let rows = caller.unmarked().into_iter().map(|(who, seen)| (who, says, seen));
        let value = plain(caller.key, rows);
        let text = move || match says {
            Says::Absent => say!(roll.rest_absent, count = open.get()).to_string(),
            _ => say!(roll.rest_present, count = open.get()).to_string(),
        };
        view! {
            <button
                class=if says == Says::Present { "button button--primary" } else { "button" }
                name="taps"
                value=value
                hidden=move || open.get() == 0
                on:click=move |event| {
                    event.prevent_default();
                    let open = untrack(|| caller.unmarked());
                    caller.tap(&open.iter().map(|(who, _)| (*who, says)).collect::<Vec<_>>());
                }
            >
                {text}
            </button>
        }
    };
    let rest = untrack(|| (rest(Says::Absent), rest(Says::Present)));
    let done = move || (open.get() == 0).then(|| say!(roll.all_done, all = all).to_string());
    view! {
        <div class="save-bar">
            {undo} <p class="soft">{done}</p>
            <div class="row">{rest.0} {rest.1}</div>
        </div>
    }
}

/// What a tap says, in a word.
pub fn said_of(says: Says) -> &'static str {
    match says {
        Says::Present => words::mark(Mark::Present),
        Says::Late => words::mark(Mark::Late),
        Says::Absent => words::mark(Mark::Absent),
        Says::Leave => words::mark(Mark::Leave),
        Says::Left => say!(roll.left),
        Says::Nothing => say!(desk.mark_none),
    }
}

#[component]
fn History(caller: Caller) -> impl IntoView {
    let line = |tap: TapLine| {
        let sent = tap.sent.map(|sent| say!(roll.sent_at, time = words::time(sent)).to_string());
        let lost = (!tap.counted).then(|| view! { <b>{say!(roll.did_not_count)}</b> });
        view! {
            <li>
                {words::time(tap.at)} " " {tap.who} "：" {tap.name} " " {said_of(tap.says)} " "
                <span class="fine">{sent}</span> " " {lost}
            </li>
        }
    };
    move || {
        let history = caller.history.get();
        (!history.is_empty()).then(|| {
            view! {
                <details class="card">
                    <summary>{say!(roll.history, count = history.len()).to_string()}</summary>
                    <ol class="plain-list">{history.into_iter().map(line).collect_view()}</ol>
                </details>
            }
        })
    }
}
