//! Holidays, swapped working days and closures of a year: imported, pasted, entered and removed.

use super::{
    hits::{DecideHits, Hits},
    parts::{Back, DeskFailure},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, Icon, Loading, PageTitle, field_problem},
    say, words,
};
use domain::{
    code::Code,
    day_kind::{DayKind, DaySpan},
    reading::DaysPage,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads a year's days; this year's where none is named.
#[server(prefix = "/api", endpoint = "read_days", input = server_fn::codec::GetUrl)]
pub async fn read_days(slug: String, year: Option<String>) -> Result<DaysPage, AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let year = match year {
        Some(year) => year.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?,
        None => store::communities::head(&host.db, &slug, now).await?.today.year(),
    };
    match store::day_kinds::days_page(&host.db, &who, &slug, year, now).await {
        Err(store::StoreError::Invalid(_)) => Err(crate::ssr::said(AppError::NotFound)),
        read => Ok(read?),
    }
}

/// Adds what the State Council announced for a year.
#[server(prefix = "/api", endpoint = "import_holidays")]
pub async fn import_holidays(slug: String, year: String) -> Result<(), AppError> {
    let number = year.parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let count = store::day_kinds::import_holidays(&host.db, &who, &slug, number, crate::ssr::now()?).await?;
    crate::ssr::go(&slug, &format!("desk/days?year={number}&added={count}"));
    Ok(())
}

/// Adds days of one kind, or a list as it is copied from a notice.
#[server(prefix = "/api", endpoint = "set_days")]
pub async fn set_days(
    slug: String,
    first: Option<String>,
    last: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    list: Option<String>,
) -> Result<(), AppError> {
    use domain::{
        day_kind::parse_days,
        person::parse_date,
        text::{InputProblem, Line},
    };
    let typed = [
        ("days-first", first.as_deref()),
        ("days-last", last.as_deref()),
        ("days-name", name.as_deref()),
        ("days-list", list.as_deref()),
    ];
    let at = |field: &'static str| move |problem| crate::ssr::said(AppError::invalid(field, problem));
    let setting = async {
        let spans = match list.as_deref() {
            Some(list) => parse_days(list)
                .map_err(|(line, problem)| crate::ssr::said(AppError::invalid(&format!("list {line}"), problem)))?,
            None => {
                let first = parse_date(first.as_deref().unwrap_or_default()).map_err(at("first"))?;
                let last = match last.as_deref().unwrap_or_default().trim() {
                    "" => first,
                    last => parse_date(last).map_err(at("last"))?,
                };
                let kind = DayKind::from_code(kind.as_deref().unwrap_or_default());
                let kind = kind.ok_or(InputProblem::Choice).map_err(at("kind"))?;
                let name = Line::parse(name.as_deref().unwrap_or_default()).map_err(at("name"))?;
                vec![DaySpan::new(first, last, kind, name).map_err(at("last"))?]
            }
        };
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let count = store::day_kinds::set_days(&host.db, &who, &slug, &spans, crate::ssr::now()?).await?;
        Ok::<_, AppError>((count, spans.first().map(|span| span.first.year()).unwrap_or_default()))
    };
    let (count, year) = crate::ssr::keeping(&typed, setting).await?;
    crate::ssr::go(&slug, &format!("desk/days?year={year}&added={count}"));
    Ok(())
}

/// Takes the days of one kind away from a span.
#[server(prefix = "/api", endpoint = "remove_days")]
pub async fn remove_days(slug: String, first: String, last: String, kind: String) -> Result<(), AppError> {
    use domain::{person::parse_date, text::Line};
    let bad = || crate::ssr::said(AppError::BadRequest);
    let (first, last) = (parse_date(&first).map_err(|_| bad())?, parse_date(&last).map_err(|_| bad())?);
    let kind = DayKind::from_code(&kind).ok_or_else(bad)?;
    let name = Line::parse(kind.code()).map_err(|_| bad())?;
    let span = DaySpan::new(first, last, kind, name).map_err(|_| bad())?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    store::day_kinds::remove_days(&host.db, &who, &slug, &span, crate::ssr::now()?).await?;
    crate::ssr::go(&slug, &format!("desk/days?year={}&done=removed", first.year()));
    Ok(())
}

/// What the page's URL asks for and tells.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    year: Option<String>,
    added: Option<usize>,
    decided: Option<usize>,
    left: usize,
    removed: bool,
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    import: ServerAction<ImportHolidays>,
    set: ServerAction<SetDays>,
    list: ServerAction<SetDays>,
    remove: ServerAction<RemoveDays>,
    decide: ServerAction<DecideHits>,
}

/// The page, loaded when it is opened.
pub struct DaysRoute;

#[lazy_route]
impl LazyRoute for DaysRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <DaysPageView /> }.into_any()
    }
}

#[component]
fn DaysPageView() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let number = |name: &str| query.get(name).and_then(|number| number.parse().ok());
            Asked {
                year: query.get("year"),
                added: number("added"),
                decided: number("decided"),
                left: number("left").unwrap_or_default(),
                removed: query.get("done").as_deref() == Some("removed"),
            }
        })
    });
    let actions = Actions {
        import: ServerAction::new(),
        set: ServerAction::new(),
        list: ServerAction::new(),
        remove: ServerAction::new(),
        decide: ServerAction::new(),
    };
    let done = Memo::new(move |_| {
        let set = (actions.set.version().get(), actions.list.version().get());
        (actions.import.version().get(), set, actions.remove.version().get(), actions.decide.version().get())
    });
    let page =
        Resource::new(move || (slug.get(), asked.get(), done.get()), |(slug, asked, _)| read_days(slug, asked.year));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let asked = asked.get_untracked();
                        view! { <Days page asked actions /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Days(page: DaysPage, asked: Asked, actions: Actions) -> impl IntoView {
    let head = use_head();
    let DaysPage { year, spans, missing, hits, .. } = page;
    let here = format!("/{}/desk/days", head.slug);
    let said = match asked {
        Asked { added: Some(count), .. } => Some(say!(days.added, count = count).to_string()),
        Asked { decided: Some(count), left: 0, .. } => Some(say!(days.decided, count = count).to_string()),
        Asked { decided: Some(count), left, .. } => {
            Some(say!(days.decided_left, count = count, left = left).to_string())
        }
        Asked { removed: true, .. } => Some(say!(days.removed).to_owned()),
        _ => None,
    };
    let said = said.map(|title| {
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let slug = head.slug.clone();
    let here_too = slug.clone();
    let import = match missing {
        Some(0) => view! { <p class="soft">{say!(days.complete, year = year).to_string()}</p> }.into_any(),
        Some(missing) => view! {
            <ActionForm action=actions.import attr:class="row">
                <input type="hidden" name="slug" value=here_too />
                <input type="hidden" name="year" value=year.to_string() />
                <button class="button button--primary" disabled=move || actions.import.pending().get()>
                    {say!(days.import_year, year = year, count = missing).to_string()}
                </button>
            </ActionForm>
        }
        .into_any(),
        None => view! { <p class="soft">{say!(days.unknown, year = year).to_string()}</p> }.into_any(),
    };
    let none = spans.is_empty().then(|| view! { <p class="soft">{say!(days.none, year = year).to_string()}</p> });
    let rows = spans.into_iter().map(|span| row(span, slug.clone(), actions.remove)).collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(days.title), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head row row--apart">
            <h1>{say!(days.title_year, year = year).to_string()}</h1>
            <p class="row">
                <a class="button" href=format!("{here}?year={}", year.saturating_sub(1))>
                    <Icon name="left" />
                    {year.saturating_sub(1)}
                </a>
                <a class="button" href=format!("{here}?year={}", year.saturating_add(1))>
                    {year.saturating_add(1)}
                    <Icon name="right" />
                </a>
            </p>
        </div>
        {said}
        <ActionProblem action=actions.import />
        <ActionProblem action=actions.remove />
        <ActionProblem action=actions.decide />
        <Hits hits slug=slug.clone() year action=actions.decide />
        <div class="split">
            <section class="card stack" aria-labelledby="days-title">
                <h2 id="days-title">{say!(days.list_title)}</h2>
                {import}
                {none}
                <ol class="plan">{rows}</ol>
            </section>
            <div class="stack">
                <AddSpan slug=slug.clone() action=actions.set />
                <AddList slug action=actions.list />
            </div>
        </div>
    }
}

/// Days in a row.
fn row(span: DaySpan, slug: String, action: ServerAction<RemoveDays>) -> AnyView {
    let when = match span.first == span.last {
        true => words::date_long(span.first),
        false => format!("{} – {}", words::date_long(span.first), words::date_long(span.last)),
    };
    let hidden = format!(" {when} {}", span.name);
    view! {
        <li class="plan__date">
            <span class="dates__nth">{words::day_kind(span.kind)}</span>
            <div>
                <p>
                    <b>{span.name.as_str().to_owned()}</b>
                </p>
                <p class="occ__meta">{when}</p>
            </div>
            <ActionForm action>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="first" value=span.first.to_string() />
                <input type="hidden" name="last" value=span.last.to_string() />
                <input type="hidden" name="kind" value=span.kind.code() />
                <button class="button" disabled=move || action.pending().get()>
                    {say!(days.remove)}
                    <span class="visually-hidden">{hidden}</span>
                </button>
            </ActionForm>
        </li>
    }
    .into_any()
}

/// A closure, a school holiday, or a day.
#[component]
fn AddSpan(slug: String, action: ServerAction<SetDays>) -> impl IntoView {
    let kinds = [DayKind::Closure, DayKind::SchoolHoliday, DayKind::PublicHoliday, DayKind::WorkingDay].map(|kind| {
        view! { <option value=kind.code()>{words::day_kind_long(kind)}</option> }
    });
    view! {
        <ActionForm action attr:class="card form">
            <h2>{say!(days.add)}</h2>
            <ActionProblem action fields=&["first", "last", "name"] />
            <input type="hidden" name="slug" value=slug />
            <div class="field">
                <label for="days-kind">{say!(days.kind)}</label>
                <select class="input" id="days-kind" name="kind">
                    {kinds}
                </select>
            </div>
            <div class="fields">
                <Field
                    name="first"
                    form="days-"
                    kind="date"
                    label=say!(desk.from)
                    required=true
                    problem=field_problem(action, "first")
                />
                <Field
                    name="last"
                    form="days-"
                    kind="date"
                    label=say!(days.until)
                    problem=field_problem(action, "last")
                />
            </div>
            <Field
                name="name"
                form="days-"
                label=say!(days.name)
                hint=say!(days.name_hint).to_owned()
                required=true
                problem=field_problem(action, "name")
            />
            <p class="row">
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(days.add_go)}
                </button>
            </p>
        </ActionForm>
    }
}

/// A list as it is copied from a notice.
#[component]
fn AddList(slug: String, action: ServerAction<SetDays>) -> impl IntoView {
    let typed = crate::frame::typed("days-list").unwrap_or_default();
    // A line's problem is named by its number: `list 3`.
    let problem = move || {
        action.value().with(|value| match value {
            Some(Err(AppError::Invalid { problem })) => {
                let line = problem.field.strip_prefix("list ")?.to_owned();
                Some(say!(days.line, line = line, problem = words::problem(&problem.problem)).to_string())
            }
            _ => None,
        })
    };
    let failed = action.value().with_untracked(|value| matches!(value, Some(Err(_))));
    view! {
        <details class="card" open=failed>
            <summary>{say!(days.paste)}</summary>
            <ActionForm action attr:class="form">
                <div class="field">
                    <label for="days-list">{say!(days.paste_label)}</label>
                    <p class="field__hint" id="days-list-hint">
                        {say!(days.paste_hint)}
                    </p>
                    <input type="hidden" name="slug" value=slug />
                    <textarea
                        class="input"
                        id="days-list"
                        name="list"
                        rows="6"
                        aria-describedby="days-list-hint"
                        inner_html=crate::parts::escaped(&typed)
                    ></textarea>
                    {move || {
                        problem()
                            .map(|problem| {
                                view! {
                                    <p class="field__error" role="alert">
                                        <Icon name="alert" />
                                        <span>{problem}</span>
                                    </p>
                                }
                            })
                    }}
                </div>
                <p class="row">
                    <button class="button button--primary" disabled=move || action.pending().get()>
                        {say!(days.add_go)}
                    </button>
                </p>
            </ActionForm>
        </details>
    }
}
