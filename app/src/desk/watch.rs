//! What the desk's first page warns of: terms that too few have booked, and dates at which somebody is missing.

use super::crew::gap_text;
use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Field, Icon, field_problem},
    say, words,
};
use domain::reading::{CrewDate, ShortTerm};
use leptos::prelude::*;

/// Calls off all dates of a term that are to come.
#[server(prefix = "/api", endpoint = "cancel_term")]
pub async fn cancel_term(slug: String, term: String, reason: Option<String>) -> Result<(), AppError> {
    use domain::text::Line;
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let reason = Line::parse(&reason.unwrap_or_default());
    let reason = reason.map_err(|problem| crate::ssr::said(AppError::invalid("reason", problem)))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let done = store::schedule::cancel_term(&host.db, &who, id, reason, crate::ssr::now()?).await;
    crate::ssr::told(done, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/dates"));
    Ok(())
}

/// Terms that too few have booked, with the way to call each off; who goes on with one leaves it.
#[component]
pub fn Short(
    /// The terms.
    short: Vec<ShortTerm>,
) -> impl IntoView {
    let head = use_head();
    if short.is_empty() {
        return ().into_any();
    }
    let title = say!(resources.short, count = short.len()).to_string();
    let rows = short
        .into_iter()
        .map(|short| {
            let ShortTerm { term, held, minimum, missing, first } = short;
            let name = format!("{} · {}", term.activity_name, term.name);
            let first = words::date_long(first);
            let text =
                say!(resources.short_text, held = held, people = minimum.people, missing = missing, first = first);
            let hidden = format!(" {name}");
            view! {
                <li class="plan__date plan__date--hit">
                    <div>
                        <p>
                            <b>{name.clone()}</b>
                        </p>
                        <p class="occ__meta">{text.to_string()}</p>
                    </div>
                    <a class="button" href=format!("/{}/desk/terms/{}/dates#cancel-term", head.slug, term.id)>
                        {say!(resources.short_go)}
                        <span class="visually-hidden">{hidden}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="short-title">
            <h2 id="short-title" class="gap">
                <Icon name="alert" />
                {title}
            </h2>
            <ol class="plan">{rows}</ol>
        </section>
    }
    .into_any()
}

/// Calling off all dates of a term that are to come.
#[component]
pub fn CancelTermForm(
    /// The term.
    term: domain::id::TermId,
    /// Calls it off.
    action: ServerAction<CancelTerm>,
) -> impl IntoView {
    let head = use_head();
    let failed = action.value().with_untracked(|value| matches!(value, Some(Err(_))));
    view! {
        <details class="card" id="cancel-term" open=failed>
            <summary>{say!(resources.cancel_term)}</summary>
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["reason"] />
                <p class="soft">{say!(resources.cancel_term_text)}</p>
                <input type="hidden" name="slug" value=head.slug />
                <input type="hidden" name="term" value=term.to_string() />
                <Field
                    name="reason"
                    form="term-off-"
                    label=say!(desk.reason)
                    hint=say!(desk.reason_hint).to_owned()
                    required=true
                    problem=field_problem(action, "reason")
                />
                <p class="row">
                    <button class="button button--no" disabled=move || action.pending().get()>
                        {say!(resources.cancel_term_go)}
                    </button>
                </p>
            </ActionForm>
        </details>
    }
}

/// Dates of the next two weeks at which somebody is missing.
#[component]
pub fn Gaps(
    /// The dates.
    gaps: Vec<CrewDate>,
) -> impl IntoView {
    let head = use_head();
    if gaps.is_empty() {
        return ().into_any();
    }
    let title = say!(resources.gaps, count = gaps.len()).to_string();
    let rows = gaps
        .into_iter()
        .map(|date| {
            let long = words::date_long(date.date);
            let hidden = format!(" {long} {}", date.name);
            let here = format!("/{}/desk/terms/{}/crew?edit={}#edit", head.slug, date.term, date.occurrence);
            view! {
                <li class="plan__date plan__date--hit">
                    <div>
                        <p>
                            <b>{date.name.clone()}</b>
                        </p>
                        <p class="occ__meta">
                            <span>{long}</span>
                            <span>{words::hours(date.start, date.end)}</span>
                            <span>{gap_text(&date.gaps)}</span>
                        </p>
                    </div>
                    <a class="button" href=here>
                        {say!(resources.fill_gap)}
                        <span class="visually-hidden">{hidden}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="gaps-title">
            <h2 id="gaps-title" class="gap">
                <Icon name="alert" />
                {title}
            </h2>
            <ol class="plan">{rows}</ol>
        </section>
    }
    .into_any()
}
