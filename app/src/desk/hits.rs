//! What becomes of the dates that a holiday or a closure hits: one decision for all or each.

use crate::{error::AppError, parts::Marks, say, words};
use domain::{
    code::Code,
    day_kind::{HitDecision, HolidayPolicy},
    reading::Hit,
};
use leptos::prelude::*;
use std::collections::HashMap;

/// Decides what becomes of the dates that are hit: `all` for all that are named, else each by its id, with an `o`
/// before it, since a key that begins with a digit would be read as a place in a list.
#[server(prefix = "/api", endpoint = "decide_hits")]
pub async fn decide_hits(
    slug: String,
    year: Option<String>,
    all: Option<String>,
    #[server(default)] decisions: HashMap<String, String>,
) -> Result<(), AppError> {
    use domain::text::InputProblem;
    let choice = || crate::ssr::said(AppError::invalid("decisions", InputProblem::Choice));
    // All of it is read before anything is written.
    let decisions = decisions
        .iter()
        .map(|(id, each)| {
            let id = id.strip_prefix('o').and_then(|id| id.parse().ok()).ok_or_else(choice)?;
            let code = all.as_deref().filter(|code| !code.is_empty()).unwrap_or(each);
            Ok((id, HitDecision::from_code(code).ok_or_else(choice)?))
        })
        .collect::<Result<Vec<_>, AppError>>()?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let (mut done, mut left) = (0, 0);
    for (id, decision) in decisions {
        match store::day_kinds::decide_hit(&host.db, &who, id, decision, crate::ssr::now()?).await {
            Ok(()) => done += 1,
            // It stays in the list, where each can be looked at by itself.
            Err(store::StoreError::Refused(_)) => left += 1,
            Err(error) => return Err(error.into()),
        }
    }
    let year = year.and_then(|year| year.parse::<i16>().ok()).map(|year| format!("year={year}&")).unwrap_or_default();
    crate::ssr::go(&slug, &format!("desk/days?{year}decided={done}&left={left}"));
    Ok(())
}

/// The dates that fall on a day off, with one decision for all or each.
#[component]
pub fn Hits(
    /// The dates.
    hits: Vec<Hit>,
    /// The community.
    slug: String,
    /// The year to come back to.
    year: i16,
    /// Decides.
    action: ServerAction<DecideHits>,
) -> impl IntoView {
    if hits.is_empty() {
        return ().into_any();
    }
    let title = say!(days.hits, count = hits.len()).to_string();
    let rows = hits.into_iter().map(hit).collect_view();
    let all = [
        (HitDecision::Cancel, say!(days.all_cancel)),
        (HitDecision::Move, say!(days.all_move)),
        (HitDecision::Keep, say!(days.all_keep)),
    ]
    .map(|(decision, text)| {
        view! {
            <button class="button" name="all" value=decision.code() disabled=move || action.pending().get()>
                {text}
            </button>
        }
    });
    view! {
        <section class="card" aria-labelledby="hits-title">
            <ActionForm action attr:class="stack">
                <h2 id="hits-title">{title}</h2>
                <p class="soft">{say!(days.hits_text)}</p>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="year" value=year.to_string() />
                <ol class="plan">{rows}</ol>
                <p class="row">
                    <button
                        class="button button--primary"
                        name="all"
                        value=""
                        disabled=move || action.pending().get()
                    >
                        {say!(days.each)}
                    </button>
                    {all}
                </p>
            </ActionForm>
        </section>
    }
    .into_any()
}

fn hit(hit: Hit) -> AnyView {
    let default = if hit.policy == HolidayPolicy::Move { HitDecision::Move } else { HitDecision::Cancel };
    let id = format!("o{}", hit.occurrence);
    let options = [
        (HitDecision::Cancel, say!(days.cancel)),
        (HitDecision::Move, say!(days.move_on)),
        (HitDecision::Keep, say!(days.keep)),
    ]
    .map(|(decision, text)| {
        view! {
            <option value=decision.code() selected=decision == default>
                {text}
            </option>
        }
    });
    let long = words::date_long(hit.head.date);
    let label = format!("{long} {}", hit.name);
    let families = (hit.families > 0).then(|| say!(dates.families, count = hit.families).to_string());
    view! {
        <li class="plan__date plan__date--hit">
            <div>
                <p class="row">
                    <b>{hit.name}</b>
                    <Marks head=hit.head />
                </p>
                <p class="occ__meta">
                    <span>{long}</span>
                    <span>{words::hours(hit.start, hit.end)}</span>
                    {families.map(|text| view! { <span>{text}</span> })}
                </p>
            </div>
            <select class="input input--short" name=format!("decisions[{id}]") aria-label=label>
                {options}
            </select>
        </li>
    }
    .into_any()
}
