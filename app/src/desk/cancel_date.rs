//! Calling one date of a term off.

use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Field, field_problem},
    say, words,
};
use domain::{booking::Standing, id::TermId, reading::DateEntry};
use leptos::prelude::*;

/// Calls one date off; the others stay as they are.
#[server(prefix = "/api", endpoint = "cancel_occurrence")]
pub async fn cancel_occurrence(
    slug: String,
    term: String,
    occurrence: Option<String>,
    reason: Option<String>,
) -> Result<(), AppError> {
    use domain::text::{InputProblem, Line};
    let at = |field: &'static str| move |problem| crate::ssr::said(AppError::invalid(field, problem));
    let id = occurrence.unwrap_or_default().parse().map_err(|_| at("occurrence")(InputProblem::Choice))?;
    let reason = Line::parse(&reason.unwrap_or_default()).map_err(at("reason"))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let done = store::activities::cancel_occurrence(&host.db, &who, id, reason, crate::ssr::now()?).await;
    crate::ssr::told(done, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}?done=off&id={id}"));
    Ok(())
}

/// The form, where a date is still to come.
#[component]
pub fn CancelDate(
    /// The term's dates.
    dates: Vec<DateEntry>,
    /// The term.
    term: TermId,
    /// Calls off.
    action: ServerAction<CancelOccurrence>,
) -> impl IntoView {
    let head = use_head();
    let options = dates
        .into_iter()
        .filter(|date| !matches!(date.standing, Standing::Past | Standing::CalledOff))
        .map(|date| {
            let text = format!("{} {}", words::date_long(date.date), words::time(date.start));
            view! { <option value=date.occurrence.to_string()>{text}</option> }
        })
        .collect::<Vec<_>>();
    if options.is_empty() {
        return ().into_any();
    }
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = action.value().with_untracked(|value| matches!(value, Some(Err(_))));
    view! {
        <details class="card" open=failed>
            <summary>{say!(desk.off_title)}</summary>
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["reason"] />
                <p class="soft">{say!(desk.off_text)}</p>
                <input type="hidden" name="slug" value=head.slug />
                <input type="hidden" name="term" value=term.to_string() />
                <div class="field">
                    <label for="off-occurrence">{say!(desk.date)}</label>
                    <select class="input" id="off-occurrence" name="occurrence">
                        {options}
                    </select>
                </div>
                <Field
                    name="reason"
                    form="off-"
                    label=say!(desk.reason)
                    hint=say!(desk.reason_hint).to_owned()
                    required=true
                    problem=field_problem(action, "reason")
                />
                <p class="row">
                    <button class="button button--no" disabled=move || action.pending().get()>
                        {say!(desk.off)}
                    </button>
                </p>
            </ActionForm>
        </details>
    }
    .into_any()
}
