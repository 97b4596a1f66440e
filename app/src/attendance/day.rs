//! A day of care (照料记录): meal, activity, rest, medicine and the way home, each in one tap; the family sees it as it
//! happens. And how many eat, for the kitchen.

use super::{line::plain, roll::SendTaps};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, FieldError, Loading, PageTitle, field_problem},
    say, words,
};
use domain::{
    care_details::CareField,
    code::Code,
    day_note::DayNoteKind,
    id::RequestKey,
    reading::{DayLine, DayNote, DayPage},
    roll::Says,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// A day of care, with a key for the next form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayRead {
    /// It.
    pub page: DayPage,
    /// The key.
    pub key: RequestKey,
}

/// Reads a day of care.
#[server(prefix = "/api", endpoint = "read_day", input = server_fn::codec::GetUrl)]
pub async fn read_day(slug: String, occurrence: String) -> Result<DayRead, AppError> {
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let page = store::attendance::day(&host.db, &who, &slug, id, crate::ssr::now()?).await?;
    Ok(DayRead { page, key: crate::ssr::new_key()? })
}

/// Writes a note of the day of one or several people, their ids with commas between.
#[server(prefix = "/api", endpoint = "write_day_note")]
pub async fn write_day_note(
    slug: String,
    occurrence: String,
    people: String,
    kind: String,
    words: Option<String>,
    key: RequestKey,
) -> Result<(), AppError> {
    use domain::{refusal::FieldProblem, text::InputProblem};
    let invalid = |problem: FieldProblem| crate::ssr::said(AppError::Invalid { problem });
    let choice = |field| crate::ssr::said(AppError::invalid(field, InputProblem::Choice));
    let writing = async {
        let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
        let people =
            people.split(',').filter(|id| !id.is_empty()).take(500).map(str::parse).collect::<Result<Vec<_>, _>>();
        let people = people.map_err(|_| choice("people"))?;
        let kind = DayNoteKind::from_code(&kind).ok_or_else(|| choice("kind"))?;
        let words = kind.words(words.as_deref().unwrap_or_default()).map_err(invalid)?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let now = crate::ssr::now()?;
        let written =
            store::attendance::write_day_note(&host.db, &who, id, &people, kind, words.as_ref(), key, now).await;
        crate::ssr::told(written, &slug).await?;
        Ok(id)
    };
    let id: domain::id::OccurrenceId = crate::ssr::keeping(&[("words", words.as_deref())], writing).await?;
    crate::ssr::go(&slug, &format!("desk/occurrences/{id}/day?done={key}"));
    Ok(())
}

/// Takes a note back.
#[server(prefix = "/api", endpoint = "withdraw_day_note")]
pub async fn withdraw_day_note(slug: String, note: String) -> Result<(), AppError> {
    let id = note.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let back = store::attendance::withdraw_day_note(&host.db, &who, id, crate::ssr::now()?).await;
    let occurrence = crate::ssr::told(back, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/occurrences/{occurrence}/day?done={id}"));
    Ok(())
}

/// 用餐, 活动, 休息 …
pub fn kind_words(kind: DayNoteKind) -> &'static str {
    match kind {
        DayNoteKind::Meal => say!(day_care.meal),
        DayNoteKind::Activity => say!(day_care.activity),
        DayNoteKind::Rest => say!(day_care.rest),
        DayNoteKind::Medicine => say!(day_care.medicine),
        DayNoteKind::GoneHome => say!(day_care.gone_home),
        DayNoteKind::Other => say!(day_care.other),
    }
}

/// Notes of a day, in order: what a family reads.
#[component]
pub fn Notes(
    /// They.
    notes: Vec<DayNote>,
) -> impl IntoView {
    let rows = notes
        .into_iter()
        .map(|note| {
            view! {
                <li>
                    <time>{words::time(note.at)}</time>
                    " "
                    <b>{kind_words(note.kind)}</b>
                    " "
                    {note.words}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="day-notes">{rows}</ol> }
}

/// The day of care, loaded when it is opened.
pub struct DayRoute;

#[lazy_route]
impl LazyRoute for DayRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <DayPageView /> }.into_any()
    }
}

#[component]
fn DayPageView() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let occurrence = Memo::new(move |_| params.with(|params| params.get("occurrence").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let write = ServerAction::<WriteDayNote>::new();
    let withdraw = ServerAction::<WithdrawDayNote>::new();
    let tap = ServerAction::<SendTaps>::new();
    let page = Resource::new(
        move || {
            (
                slug.get(),
                occurrence.get(),
                done.get(),
                write.version().get(),
                withdraw.version().get(),
                tap.version().get(),
            )
        },
        |(slug, occurrence, ..)| read_day(slug, occurrence),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(read) => {
                        let saved = done.get_untracked().is_some();
                        view! { <Day read saved write withdraw tap /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Day(
    read: DayRead,
    saved: bool,
    write: ServerAction<WriteDayNote>,
    withdraw: ServerAction<WithdrawDayNote>,
    tap: ServerAction<SendTaps>,
) -> impl IntoView {
    let head = use_head();
    let DayRead { page: DayPage { date, lines }, key } = read;
    let here: Vec<_> = lines.iter().filter(|line| line.on.is_here()).map(|line| line.person.to_string()).collect();
    let (count, everybody) = (here.len(), here.join(","));
    let title = format!("{} {}", words::date_long(date.date), words::hours(date.start, date.end));
    let slug = head.slug.clone();
    let occurrence = date.occurrence.to_string();
    let hidden = about(&slug, &occurrence, &everybody, key);
    let for_all = (count > 0).then(|| {
        let buttons = [DayNoteKind::Meal, DayNoteKind::Activity, DayNoteKind::Rest]
            .map(|kind| {
                view! {
                    <button class="button" name="kind" value=kind.code()>
                        {kind_words(kind)}
                    </button>
                }
            })
            .collect_view();
        view! {
            <section class="card stack" aria-labelledby="for-all">
                <h2 id="for-all">{say!(day_care.for_all, count = count).to_string()}</h2>
                <ActionForm action=write attr:class="stack">
                    {hidden}
                    <label for="words-all">{say!(day_care.words)}</label>
                    <input class="input" id="words-all" name="words" autocomplete="off" />
                    <div class="row">{buttons}</div>
                </ActionForm>
            </section>
        }
    });
    let none = lines.is_empty().then(|| view! { <p class="soft">{say!(desk.roll_empty)}</p> });
    let people = lines
        .into_iter()
        .map(|line| {
            let (slug, occurrence) = (slug.clone(), occurrence.clone());
            view! { <PersonDay line slug occurrence key write withdraw tap /> }
        })
        .collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(day_care.title), date.name) />
        <Back to=format!("desk/occurrences/{}", date.occurrence) text=say!(desk.roll) />
        <div class="page-head">
            <p class="eyebrow">{format!("{} · {title}", date.name)}</p>
            <h1>{say!(day_care.title)}</h1>
            <p>{say!(day_care.text)}</p>
        </div>
        <ActionProblem action=write fields=&["words"] />
        <ActionProblem action=withdraw />
        <ActionProblem action=tap />
        {move || {
            (saved && write.value().with(|value| !matches!(value, Some(Err(_)))))
                .then(|| {
                    view! {
                        <Banner class="banner--good" icon="check" title=say!(day_care.noted)>
                            {None::<String>}
                        </Banner>
                    }
                })
        }}
        <div class="stack-l">
            {for_all} {none} <ul class="roll__list">{people}</ul>
        </div>
    }
}

/// The fields of a form that say whose day at what date a note is of.
fn about(slug: &str, occurrence: &str, people: &str, key: RequestKey) -> AnyView {
    let key = key.to_string();
    [("slug", slug), ("occurrence", occurrence), ("people", people), ("key", &key)]
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.to_owned() /> })
        .collect_view()
        .into_any()
}

#[component]
fn PersonDay(
    line: DayLine,
    slug: String,
    occurrence: String,
    key: RequestKey,
    write: ServerAction<WriteDayNote>,
    withdraw: ServerAction<WithdrawDayNote>,
    tap: ServerAction<SendTaps>,
) -> impl IntoView {
    let DayLine { person, name, on, at, seen, notes, diet } = line;
    let state = match (on.mark, at) {
        (Some(mark), Some(at)) if !on.left => format!("{} {}", words::mark(mark), words::time(at)),
        (Some(_), _) if on.left => say!(day_care.is_home).to_owned(),
        _ => say!(day_care.not_here).to_owned(),
    };
    let care = format!("/{slug}/desk/people/{person}/care-details");
    let diet = diet.then(|| {
        view! {
            <a class="care-mark" href=care>
                {words::care_kept(CareField::Diet)}
                <span class="visually-hidden">{format!(" {name}")}</span>
            </a>
        }
    });
    let rows = notes
        .into_iter()
        .map(|note| {
            let hidden = format!(" {} {}", words::time(note.at), kind_words(note.kind));
            let slug = slug.clone();
            view! {
                <li class="row">
                    <span>
                        <time>{words::time(note.at)}</time>
                        " "
                        <b>{kind_words(note.kind)}</b>
                        " "
                        {note.words}
                    </span>
                    <ActionForm action=withdraw>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="note" value=note.id.to_string() />
                        <button class="button button--plain">
                            {say!(desk.mark_none)} <span class="visually-hidden">{hidden}</span>
                        </button>
                    </ActionForm>
                </li>
            }
        })
        .collect_view();
    let arrive = on.mark.is_none().then(|| {
        let value = plain(key, std::iter::once((person, Says::Present, seen)));
        let hidden = format!(" {name}");
        let fields = [("slug", slug.clone()), ("occurrence", occurrence.clone()), ("back", "day".to_owned())]
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view();
        view! {
            <ActionForm action=tap>
                {fields} <button class="tap" name="taps" value=value>
                    {say!(day_care.arrived)} <span class="visually-hidden">{hidden}</span>
                </button>
            </ActionForm>
        }
    });
    let id = format!("w-{person}");
    let (error, described) = (format!("{id}-error"), format!("{id}-error"));
    let hidden = about(&slug, &occurrence, &person.to_string(), key);
    let form = on.is_here().then(|| {
        let buttons = DayNoteKind::ALL
            .iter()
            .map(|kind| {
                view! {
                    <button class="tap" name="kind" value=kind.code()>
                        {kind_words(*kind)}
                    </button>
                }
            })
            .collect_view();
        view! {
            <ActionForm action=write attr:class="stack">
                {hidden}
                <label class="fine" for=id.clone()>
                    {say!(day_care.words_one)}
                </label>
                <input class="input" id=id.clone() name="words" autocomplete="off" aria-describedby=described />
                <div class="day-taps">{buttons}</div>
            </ActionForm>
        }
    });
    let mine = person.to_string();
    let problem = field_problem(write, "words");
    let problem = Signal::derive(move || {
        let sent = write.input().with(|input| input.as_ref().map(|input| input.people.clone()));
        problem.get().filter(|_| sent.is_none() || sent.as_deref() == Some(mine.as_str()))
    });
    view! {
        <li class="roll__person">
            <p class="who">
                <b>{name.clone()}</b>
                <span class="fine">{state}</span>
                {diet}
            </p>
            <ol class="day-notes">{rows}</ol>
            {arrive}
            {form}
            <FieldError id=error problem />
        </li>
    }
}
