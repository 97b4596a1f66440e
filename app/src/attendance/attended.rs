//! How people attended a term (出勤): who fell short of what the next term asks, and what staff excuse.

use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, FieldError, Loading, PageTitle, field_problem, has_failed},
    say, words,
};
use domain::{
    attended::{AttendanceRule, Attended},
    reading::{AttendedLine, AttendedPage},
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads how people attended a term.
#[server(prefix = "/api", endpoint = "read_attended", input = server_fn::codec::GetUrl)]
pub async fn read_attended(slug: String, term: String) -> Result<AttendedPage, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::attendance::attended_page(&host.db, &who, &slug, id, crate::ssr::now()?).await?)
}

/// Excuses somebody's attendance of a term.
#[server(prefix = "/api", endpoint = "excuse")]
pub async fn excuse(slug: String, term: String, person: String, reason: String) -> Result<(), AppError> {
    let excusing = async {
        let not_found = |_| crate::ssr::said(AppError::NotFound);
        let (id, person) = (term.parse().map_err(not_found)?, person.parse().map_err(not_found)?);
        let why = domain::text::Line::parse(&reason)
            .map_err(|problem| crate::ssr::said(AppError::invalid("reason", problem)))?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        Ok(store::attendance::excuse(&host.db, &who, &slug, id, person, &why, crate::ssr::now()?).await?)
    };
    crate::ssr::keeping(&[("reason", Some(&reason))], excusing).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/attendance?done=excused"));
    Ok(())
}

/// Takes an excuse back.
#[server(prefix = "/api", endpoint = "withdraw_excuse")]
pub async fn withdraw_excuse(slug: String, term: String, person: String) -> Result<(), AppError> {
    let not_found = |_| crate::ssr::said(AppError::NotFound);
    let (id, person) = (term.parse().map_err(not_found)?, person.parse().map_err(not_found)?);
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    store::attendance::withdraw_excuse(&host.db, &who, &slug, id, person, crate::ssr::now()?).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/attendance?done=withdrawn"));
    Ok(())
}

/// 出勤 5 / 6 次（83 %）
pub fn record(attended: &Attended) -> String {
    match attended.percent() {
        Some(percent) => {
            say!(attended.record, came = attended.came, dates = attended.dates(), percent = percent).to_string()
        }
        None => say!(attended.no_record).to_owned(),
    }
}

/// What a rule asks, in a sentence.
pub fn rule(rule: &AttendanceRule) -> Option<String> {
    let percent = rule.percent.map(|percent| say!(attended.rule_percent, percent = percent).to_string());
    let late = rule.late_pickups.map(|max| say!(attended.rule_late, max = max).to_string());
    (!rule.is_empty()).then(|| words::sentences([percent, late]))
}

/// The page, loaded when it is opened.
pub struct AttendedRoute;

#[lazy_route]
impl LazyRoute for AttendedRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <AttendedPageView /> }.into_any()
    }
}

#[component]
fn AttendedPageView() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let excuse = ServerAction::<Excuse>::new();
    let withdraw = ServerAction::<WithdrawExcuse>::new();
    let page = Resource::new(
        move || (slug.get(), term.get(), done.get(), excuse.version().get(), withdraw.version().get()),
        |(slug, term, ..)| read_attended(slug, term),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let done = done.get_untracked();
                        view! { <Everybody page done excuse withdraw /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Everybody(
    page: AttendedPage,
    done: Option<String>,
    excuse: ServerAction<Excuse>,
    withdraw: ServerAction<WithdrawExcuse>,
) -> impl IntoView {
    let head = use_head();
    let AttendedPage { term, rule: asks, lines } = page;
    let title = format!("{} · {}", term.activity_name, term.name);
    let told = asks.as_ref().and_then(rule).unwrap_or_else(|| say!(attended.no_rule).to_owned());
    let none = lines.is_empty().then(|| view! { <p class="soft">{say!(desk.roll_empty)}</p> });
    let banner = done.filter(|_| !has_failed(excuse)).map(|done| {
        let title = if done == "excused" { say!(attended.excused) } else { say!(attended.withdrawn) };
        view! { <Banner class="banner--good" icon="check" title>{None::<String>}</Banner> }
    });
    let rows = lines
        .into_iter()
        .map(|line| {
            let (slug, term) = (head.slug.clone(), term.id.to_string());
            view! { <Somebody line slug term excuse withdraw /> }
        })
        .collect_view();
    view! {
        <PageTitle text=format!("{} · {title}", say!(attended.title)) />
        <Back to=format!("desk/terms/{}", term.id) text=say!(desk.back_roster) />
        <div class="page-head">
            <p class="eyebrow">{title.clone()}</p>
            <h1>{say!(attended.title)}</h1>
            <p>{told}</p>
            <p>
                <a href=format!("/{}/desk/terms/{}/entry", head.slug, term.id)>{say!(attended.set_rule)}</a>
            </p>
        </div>
        {banner}
        <ActionProblem action=withdraw />
        <section class="card">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{say!(attended.name)}</th>
                        <th scope="col">{say!(attended.title)}</th>
                        <th scope="col">{say!(attended.late)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{say!(desk.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none}
        </section>
    }
}

#[component]
fn Somebody(
    line: AttendedLine,
    slug: String,
    term: String,
    excuse: ServerAction<Excuse>,
    withdraw: ServerAction<WithdrawExcuse>,
) -> impl IntoView {
    let AttendedLine { person, name, attended, breach, excuse: excused } = line;
    let about = |slug: String, term: String| {
        [("slug", slug), ("term", term), ("person", person.to_string())]
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view()
    };
    let hidden = format!(" {name}");
    let short = breach.is_some();
    let action = match excused {
        Some(reason) => {
            let fields = about(slug, term);
            view! {
                <p class="fine">{say!(attended.excused_for, reason = reason).to_string()}</p>
                <ActionForm action=withdraw>
                    {fields} <button class="button button--plain">
                        {say!(attended.withdraw)} <span class="visually-hidden">{hidden}</span>
                    </button>
                </ActionForm>
            }
            .into_any()
        }
        None if short => {
            let fields = about(slug, term);
            let mine = person.to_string();
            let sent = excuse.input().with_untracked(|input| input.as_ref().map(|input| input.person.clone()));
            let failed = has_failed(excuse) && sent.is_none_or(|sent| sent == mine);
            let (id, label) = (format!("reason-{person}"), format!("reason-{person}"));
            view! {
                <details open=failed>
                    <summary>
                        {say!(attended.excuse)} <span class="visually-hidden">{hidden}</span>
                    </summary>
                    <ActionForm action=excuse attr:class="stack">
                        {fields} <label for=label>{say!(attended.reason)}</label>
                        <input class="input" id=id name="reason" autocomplete="off" required />
                        <FieldError problem=field_problem(excuse, "reason") />
                        <button class="button">{say!(attended.excuse)}</button>
                    </ActionForm>
                </details>
            }
            .into_any()
        }
        None => ().into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                {name} " " {short.then(|| view! { <span class="tag tag--no">{say!(attended.short)}</span> })}
            </th>
            <td data-label=say!(attended.title)>{record(&attended)}</td>
            <td data-label=say!(attended.late)>{attended.late_pickups}</td>
            <td>{action}</td>
        </tr>
    }
}
