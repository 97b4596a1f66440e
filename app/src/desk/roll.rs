//! The roll of a date: one form, four large answers a person.

use super::parts::{Back, DeskFailure, works_at_desk};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Icon, Loading, PageTitle, StateBadge},
    say, words,
};
use domain::{
    booking::{Mark, Standing},
    care_details::CareField,
    code::Code,
    reading::{RollLine, RollPage},
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use std::collections::HashMap;

/// Reads a date's roll.
#[server(prefix = "/api", endpoint = "read_roll", input = server_fn::codec::GetUrl)]
pub async fn read_roll(slug: String, occurrence: String) -> Result<RollPage, AppError> {
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::attendance::roll(&host.db, &who, &slug, id, crate::ssr::now()?).await?)
}

/// Marks the roll: a mark by each person's id, with a `p` before it, since a key that begins with a digit would be
/// read as a place in a list. Whoever has no mark in the form stays as before, and so does who
/// holds no place any more.
#[server(prefix = "/api", endpoint = "mark_roll")]
pub async fn mark_roll(
    slug: String,
    occurrence: String,
    #[server(default)] marks: HashMap<String, String>,
) -> Result<(), AppError> {
    use domain::text::InputProblem;
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let bad = || crate::ssr::said(AppError::invalid("marks", InputProblem::Choice));
    // All of it is read before anything is written.
    let marks = marks
        .into_iter()
        .map(|(person, mark)| match mark.as_str() {
            NO_MARK => Ok((person, None)),
            code => Ok((person, Some(Mark::from_code(code).ok_or_else(bad)?))),
        })
        .collect::<Result<HashMap<_, _>, AppError>>()?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let roll = store::attendance::roll(&host.db, &who, &slug, id, now).await?;
    for line in roll.lines {
        if let Some(&mark) = marks.get(&key(&line))
            && mark != line.mark
        {
            let marked = store::attendance::mark_attendance(&host.db, &who, id, line.person, mark, now).await;
            crate::ssr::told(marked, &slug).await?;
        }
    }
    crate::ssr::go(&slug, &format!("desk/occurrences/{id}?done=saved"));
    Ok(())
}

/// In place of a mark's code: takes back a mark that was made by mistake.
const NO_MARK: &str = "none";

/// A person's key in the form's marks.
fn key(line: &RollLine) -> String {
    format!("p{}", line.person)
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
    let saved = Memo::new(move |_| query.with(|query| query.get("done").is_some()));
    let q = RwSignal::new(query.with_untracked(|query| query.get("q").unwrap_or_default()));
    let action = ServerAction::<MarkRoll>::new();
    let page = Resource::new(
        move || (slug.get(), occurrence.get(), action.version().get()),
        |(slug, occurrence, _)| read_roll(slug, occurrence),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Roll page saved q action /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Roll(page: RollPage, saved: Memo<bool>, q: RwSignal<String>, action: ServerAction<MarkRoll>) -> impl IntoView {
    let head = use_head();
    let RollPage { date, lines } = page;
    let here = format!("/{}/desk/occurrences/{}", head.slug, date.occurrence);
    // A leader has no roster to go back to.
    let (back, back_text) = match works_at_desk(&head.slug) {
        true => (format!("desk/terms/{}", date.term), say!(desk.back_roster)),
        false => ("desk".to_owned(), say!(desk.back)),
    };
    let all = lines.len();
    let marked = lines.iter().filter(|line| line.mark.is_some()).count();
    let came = lines.iter().filter(|line| matches!(line.mark, Some(Mark::Present | Mark::Late))).count();
    let nth = date.ordinal.map(|ordinal| format!(" · {}", words::ordinal(ordinal))).unwrap_or_default();
    let title = format!("{} {}", words::date_long(date.date), words::time(date.start));
    let called_off = date.standing == Standing::CalledOff;
    let no_roll = called_off || all == 0;
    let off = called_off.then(|| {
        view! {
            <StateBadge standing=date.standing unit=date.unit opens=None reason=date.reason.clone() />
        }
    });
    let rows = lines
        .into_iter()
        .enumerate()
        .map(|(n, line)| view! { <Person n=n + 1 line side=date.audience.side().code() q /> })
        .collect_view();
    let nobody = (all == 0).then(|| view! { <p class="soft">{say!(desk.roll_empty)}</p> });
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.roll), date.name) />
        <Back to=back text=back_text />
        <div class="page-head">
            <p class="eyebrow">{format!("{}{nth}", date.name)}</p>
            <h1>{say!(desk.roll_of, date = title).to_string()}</h1>
            <p class="row">
                <b>{say!(desk.roll_came, came = came, all = all).to_string()}</b>
                {off}
            </p>
        </div>
        {move || {
            (saved.get() && !action.value().with(|value| matches!(value, Some(Err(_)))))
                .then(|| {
                    view! {
                        <Banner class="banner--good" icon="check" title=say!(desk.roll_saved)>
                            {None::<String>}
                        </Banner>
                    }
                })
        }}
        <ActionProblem action />
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
                placeholder=say!(desk.search_roll)
                value=q.get_untracked()
                on:input=move |event| q.set(event_target_value(&event))
            />
            <button class="button">
                <Icon name="search" />
                {say!(desk.search_go)}
            </button>
        </form>
        <ActionForm action attr:class="roll">
            <input type="hidden" name="slug" value=head.slug />
            <input type="hidden" name="occurrence" value=date.occurrence.to_string() />
            {rows}
            <div class="save-bar">
                <p>{say!(desk.roll_marked, marked = marked, all = all).to_string()}</p>
                <button class="button button--primary" disabled=move || action.pending().get() || no_roll>
                    {say!(desk.roll_save)}
                </button>
            </div>
        </ActionForm>
    }
}

#[component]
fn Person(n: usize, line: RollLine, side: &'static str, q: RwSignal<String>) -> impl IntoView {
    let search = StoredValue::new((line.name.to_lowercase(), line.pinyin.clone()));
    // A hidden line keeps its answer and is saved with the others.
    let hidden = move || {
        let q = q.get().trim().to_lowercase();
        search.with_value(|(name, latin)| {
            let latin = latin.split(' ').any(|latin| latin.starts_with(&q.replace(' ', "")));
            !(name.contains(&q) || latin)
        })
    };
    let name = format!("marks[{}]", key(&line));
    let choice = |code: &'static str, text: &'static str, checked: bool| {
        view! {
            <label>
                <input type="radio" name=name.clone() value=code checked=checked />
                {text}
            </label>
        }
    };
    let choices =
        Mark::ALL.iter().map(|mark| choice(mark.code(), words::mark(*mark), line.mark == Some(*mark))).collect_view();
    let take_back = line.mark.is_some().then(|| choice(NO_MARK, say!(desk.mark_none), false));
    let first: String = line.name.chars().take(1).collect();
    let heads = (line.heads > 1).then(|| say!(desk.heads_count, heads = line.heads).to_string());
    let at = line.at.map(|at| say!(desk.marked_at, time = words::time(at)).to_string());
    let about: Vec<_> = [heads, at].into_iter().flatten().collect();
    let allergy = line.allergy.then(|| {
        let href = format!("/{}/desk/people/{}/care-details", use_head().slug, line.person);
        view! {
            <a class="care-mark care-mark--allergy" href=href>
                <Icon name="alert" />
                {words::care_kept(CareField::Allergies)}
                <span class="visually-hidden">{format!(" {}", line.name)}</span>
            </a>
        }
    });
    view! {
        <div hidden=hidden>
            <fieldset class="group roll__person">
                <legend class="visually-hidden">{line.name.clone()}</legend>
                <p class="who">
                    <span class=format!("avatar avatar--{side}") aria-hidden="true">
                        {first}
                    </span>
                    {format!("{n}. {} ", line.name)}
                    <span class="fine">{about.join(" · ")}</span>
                    {allergy}
                </p>
                <div class="roll__choices">{choices} {take_back}</div>
            </fieldset>
        </div>
    }
}
