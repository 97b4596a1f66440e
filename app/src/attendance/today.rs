//! Today (今天), on a phone in the corridor: what is on now and next, and one field for a scanner, a code or a name.

use super::{
    door::{Answer, CheckIn, Door},
    roll::{SendTaps, said_of},
};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Icon, Loading, PageTitle},
    pickup::board::StillHereLine,
    say, words,
};
use domain::{
    code::Code,
    id::RequestKey,
    reading::{TodayDate, TodayPage, TodayPerson},
    roll::Tap,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};
use serde::{Deserialize, Serialize};

/// What is on today, with a key for the next form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TodayRead {
    /// It.
    pub page: TodayPage,
    /// The key.
    pub key: RequestKey,
}

/// Reads what is on today; `find` looks for somebody who is expected.
#[server(prefix = "/api", endpoint = "read_today", input = server_fn::codec::GetUrl)]
pub async fn read_today(slug: String, find: Option<String>) -> Result<TodayRead, AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let page = store::attendance::today(&host.db, &who, &slug, find.as_deref(), crate::ssr::now()?).await?;
    Ok(TodayRead { page, key: crate::ssr::new_key()? })
}

/// The page, loaded when it is opened.
pub struct TodayRoute;

#[lazy_route]
impl LazyRoute for TodayRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <TodayPageView /> }.into_any()
    }
}

#[component]
fn TodayPageView() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    // A QR code that the phone's own camera read leads here with its code.
    let find = Memo::new(move |_| query.with(|query| query.get("find").or_else(|| query.get("code"))));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let door = ServerAction::<CheckIn>::new();
    let taps = ServerAction::<SendTaps>::new();
    let page = Resource::new(move || (slug.get(), find.get()), |(slug, find)| read_today(slug, find));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(read) => view! { <Today read find done door taps /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Today(
    read: TodayRead,
    find: Memo<Option<String>>,
    done: Memo<Option<String>>,
    door: ServerAction<CheckIn>,
    taps: ServerAction<SendTaps>,
) -> impl IntoView {
    let head = use_head();
    let key = read.key;
    let kept = RwSignal::new(false);
    let told = move || {
        kept.get().then(|| {
            view! {
                <p class="fine row" role="status">
                    <Icon name="check" />
                    {say!(roll.kept_here)}
                </p>
            }
        })
    };
    #[cfg(feature = "hydrate")]
    {
        let here = format!("/{}/desk", head.slug);
        let live = read.page.dates.iter().filter(|date| !date.called_off);
        let rolls = live.map(|date| format!("{here}/occurrences/{}", date.occurrence));
        let paths: Vec<_> = std::iter::once(format!("{here}/today")).chain(rolls).collect();
        Effect::new(move |_| super::worker::keep_pages(paths.clone(), kept));
    }
    let shown = RwSignal::new(read);
    // The field, and a camera that runs, stay as they are.
    let slug = StoredValue::new(head.slug.clone());
    let refresh = move || {
        leptos::task::spawn_local(async move {
            let (Some(slug), Some(find)) = (slug.try_get_value(), find.try_get_untracked()) else { return };
            if let Ok(read) = read_today(slug, find).await {
                shown.try_set(read);
            }
        });
    };
    Effect::new(move |before: Option<(usize, usize)>| {
        let versions = (door.version().get(), taps.version().get());
        if before.is_some_and(|before| before != versions) {
            refresh();
        }
        versions
    });
    // What has begun or ended, and who came, changes by itself.
    Effect::new(move |_| {
        let again = move || {
            if !document().hidden() {
                refresh();
            }
        };
        if let Ok(handle) = set_interval_with_handle(again, std::time::Duration::from_secs(30)) {
            on_cleanup(move || handle.clear());
        }
    });
    let lists = move || {
        let dates = shown.with(|read| read.page.dates.clone());
        let none = dates.is_empty().then(|| view! { <p class="soft">{say!(desk.none_today)}</p> });
        let (over, coming): (Vec<_>, Vec<_>) = dates.into_iter().partition(|date| date.over);
        let (on, next): (Vec<_>, Vec<_>) = coming.into_iter().partition(|date| date.begun);
        view! {
            {none}
            <Dates id="on" title=say!(roll.on_now) dates=on />
            <Dates id="next" title=say!(roll.next) dates=next />
            <Dates id="over" title=say!(roll.over) dates=over />
        }
    };
    let found = move || {
        let (found, key) = shown.with(|read| (read.page.found.clone(), read.key));
        view! { <Found found find taps key /> }
    };
    let still_here = move || view! { <StillHereLine still_here=shown.with(|read| read.page.still_here) /> };
    view! {
        <PageTitle text=format!("{} · {}", say!(roll.today), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <p class="eyebrow">{words::date_long(head.today)}</p>
            <h1>{say!(roll.today)}</h1>
        </div>
        <div class="stack-l">
            <section class="stack" aria-labelledby="door-title">
                <h2 class="visually-hidden" id="door-title">
                    {say!(roll.door)}
                </h2>
                <Door door key />
                <Answer door done />
                <ActionProblem action=taps />
                {found}
            </section>
            {still_here} {lists} {told}
        </div>
    }
}

/// Some of the dates, if there are any.
#[component]
fn Dates(id: &'static str, title: &'static str, dates: Vec<TodayDate>) -> impl IntoView {
    (!dates.is_empty()).then(|| {
        let count = dates.len();
        let mut of_terms: Vec<Vec<TodayDate>> = Vec::new();
        for date in dates {
            match of_terms.iter_mut().find(|others| others.first().is_some_and(|other| other.term == date.term)) {
                Some(others) => others.push(date),
                None => of_terms.push(vec![date]),
            }
        }
        let rows = of_terms
            .into_iter()
            .map(|dates| match <[TodayDate; 1]>::try_from(dates) {
                Ok([date]) => view! { <DateCard date /> }.into_any(),
                Err(dates) => view! { <PartedCard dates /> }.into_any(),
            })
            .collect_view();
        view! {
            <section aria-labelledby=id>
                <h2 class="section-title" id=id>
                    {title}
                    <small>{say!(desk.today_count, count = count).to_string()}</small>
                </h2>
                <ol class="today-list">{rows}</ol>
            </section>
        }
    })
}

/// Those who were looked for.
#[component]
fn Found(
    found: Vec<TodayPerson>,
    find: Memo<Option<String>>,
    taps: ServerAction<SendTaps>,
    key: RequestKey,
) -> impl IntoView {
    let head = use_head();
    let looked = find.get_untracked().filter(|find| !find.trim().is_empty())?;
    if found.is_empty() {
        return Some(view! { <p class="soft">{say!(roll.nobody_found, find = looked).to_string()}</p> }.into_any());
    }
    let rows = found
        .into_iter()
        .map(|found| {
            let place: Vec<String> =
                [Some(words::time(found.start)), Some(found.activity), found.room].into_iter().flatten().collect();
            let roll = format!("/{}/desk/occurrences/{}#p-{}", head.slug, found.occurrence, found.person);
            let said = found.on.mark.map(|_| view! { <b>{said_of(found.on.says())}</b> });
            let slug = head.slug.clone();
            let hidden = format!(" {}", found.name);
            let sign_in = found.says.filter(|_| !found.on.is_here()).map(|says| {
                let key = key.of(found.person).of(found.occurrence);
                let tap = Tap { key, person: found.person, says, seen: found.seen, kept_for: None };
                view! {
                    <ActionForm action=taps>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="occurrence" value=found.occurrence.to_string() />
                        <input type="hidden" name="back" value="today" />
                        <button class="button button--primary" name="taps" value=tap.to_string()>
                            {say!(roll.check_in)}
                            <span class="visually-hidden">{hidden}</span>
                        </button>
                    </ActionForm>
                }
            });
            view! {
                <li class="card care__row">
                    <div>
                        <p>
                            <b>{found.name.clone()}</b>
                            " "
                            {said}
                        </p>
                        <p class="fine">{place.join(" · ")}</p>
                    </div>
                    <div class="row">
                        {sign_in}
                        <a class="button" href=roll>
                            {say!(desk.roll)}
                            <span class="visually-hidden">{format!(" {}", found.name)}</span>
                        </a>
                    </div>
                </li>
            }
        })
        .collect_view();
    Some(view! { <ul class="care">{rows}</ul> }.into_any())
}

/// Several dates of a term on one day, as one card: a clinic has many.
#[component]
fn PartedCard(dates: Vec<TodayDate>) -> impl IntoView {
    let head = use_head();
    let first = dates.first()?;
    let class = format!("today__card today__card--{} today__card--parted", first.audience.side().code());
    let sum = |which: fn(&TodayDate) -> u32| dates.iter().filter(|date| !date.called_off).map(which).sum::<u32>();
    let (expected, here) = (sum(|date| date.expected), sum(|date| date.here));
    let state = match (expected, here) {
        (0, _) => say!(roll.nobody).to_owned(),
        (expected, 0) => say!(roll.expected, count = expected).to_string(),
        (expected, here) => say!(roll.here_of, here = here, all = expected).to_string(),
    };
    let place: Vec<String> = [first.room.clone(), first.leader.clone()].into_iter().flatten().collect();
    let (start, name) = (first.start, first.name.clone());
    let end = dates.iter().map(|date| date.end).max().unwrap_or(first.end);
    let parts = dates
        .into_iter()
        .map(|date| {
            let time = words::time(date.start);
            if date.called_off {
                return view! { <li><del class="button">{time}</del></li> }.into_any();
            }
            let href = format!("/{}/desk/occurrences/{}", head.slug, date.occurrence);
            let count = format!("{}/{}", date.here, date.expected);
            let what = match (date.expected, date.here) {
                (0, _) => say!(roll.nobody).to_owned(),
                (all, here) => say!(roll.here_of, here = here, all = all).to_string(),
            };
            view! {
                <li>
                    <a class="button" href=href>
                        {time}
                        " "
                        <span class="fine" aria-hidden="true">{count}</span>
                        <span class="visually-hidden">{format!(" {} {what}", date.name)}</span>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect_view();
    Some(view! {
        <li class=class>
            <span class="today__time">
                <b>{words::time(start)}</b>
                <span>{say!(calendar.until, end = words::time(end)).to_string()}</span>
            </span>
            <span class="today__what">
                <b>{name}</b>
                <span class="fine">{place.join(" · ")}</span>
            </span>
            <span class="today__state">{state}</span>
            <ul class="today__parts row">{parts}</ul>
        </li>
    })
}

/// One date, as a large target.
#[component]
fn DateCard(date: TodayDate) -> impl IntoView {
    let head = use_head();
    let side = date.audience.side().code();
    let open = date.expected.saturating_sub(date.marked);
    let state = match date {
        TodayDate { called_off: true, .. } => say!(common.called_off).to_owned(),
        TodayDate { expected: 0, .. } => say!(roll.nobody).to_owned(),
        TodayDate { marked: 0, expected, .. } => say!(roll.expected, count = expected).to_string(),
        TodayDate { here, expected, .. } => say!(roll.here_of, here = here, all = expected).to_string(),
    };
    let missing = (!date.called_off && date.begun && open > 0)
        .then(|| view! { <span class="tag tag--no">{say!(roll.open, count = open).to_string()}</span> });
    let place: Vec<String> = [date.room.clone(), date.leader.clone()].into_iter().flatten().collect();
    let body = view! {
        <span class="today__time">
            <b>{words::time(date.start)}</b>
            <span>{say!(calendar.until, end = words::time(date.end)).to_string()}</span>
        </span>
        <span class="today__what">
            <b>{date.name.clone()}</b>
            <span class="fine">{place.join(" · ")}</span>
        </span>
        <span class="today__state">{state} {missing}</span>
    };
    let class = format!("today__card today__card--{side}");
    if date.called_off {
        return view! { <li class=format!("{class} today__card--off")>{body}</li> }.into_any();
    }
    let href = format!("/{}/desk/occurrences/{}", head.slug, date.occurrence);
    view! {
        <li>
            <a class=class href=href>
                {body}
            </a>
        </li>
    }
    .into_any()
}
