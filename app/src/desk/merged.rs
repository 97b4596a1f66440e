//! On a resident's page: records that are likely the same person's, those that were joined, and how to part them again.

use super::merge::{Hinders, Records};
use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Banner, Icon},
    say, words,
};
use domain::{
    id::PersonId,
    reading::{FoundPerson, MergeLine},
};
use leptos::prelude::*;

/// Parts two records that were joined.
#[server(prefix = "/api", endpoint = "undo_merge")]
pub async fn undo_merge(slug: String, merge: String) -> Result<(), AppError> {
    let id = merge.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let undone = store::merges::undo_merge(&host.db, &who, &slug, id, now).await;
    let person = crate::ssr::told(undone, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}?done=parted#records"));
    Ok(())
}

/// What there is of other records.
#[component]
pub fn OtherRecords(
    /// Whose.
    person: PersonId,
    /// Likely the same person's.
    twins: Vec<FoundPerson>,
    /// Joined to this one.
    merges: Vec<MergeLine>,
    /// What was just done.
    done: Option<String>,
    /// Parts them again.
    undo: ServerAction<UndoMerge>,
) -> impl IntoView {
    let here = format!("/{}/desk/people/{person}/merge", use_head().slug);
    let done = match done.as_deref() {
        Some("merged") => Some(say!(merge.done)),
        Some("parted") => Some(say!(merge.parted)),
        _ => None,
    };
    let done = done.map(|title| {
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let likely = (!twins.is_empty()).then(|| {
        view! {
            <p>{say!(merge.twins_text)}</p>
            <Records records=twins here=here.clone() />
        }
    });
    let joined = (!merges.is_empty()).then(|| {
        let rows = merges.into_iter().map(|line| view! { <Joined line undo /> }).collect_view();
        view! { <ul class="care">{rows}</ul> }
    });
    view! {
        <section class="stack" id="records" aria-labelledby="records-h">
            <h2 id="records-h">{say!(merge.records)}</h2>
            {done}
            <ActionProblem action=undo />
            {likely}
            {joined}
            <p>
                <a class="button" href=here.clone()>
                    <Icon name="people" />
                    {say!(merge.open)}
                </a>
            </p>
        </section>
    }
}

#[component]
fn Joined(line: MergeLine, undo: ServerAction<UndoMerge>) -> impl IntoView {
    let slug = use_head().slug;
    let MergeLine { id, at, by, name, joined, hinders } = line;
    let undo = if hinders.is_empty() {
        view! {
            <details>
                <summary>{say!(merge.undo)}</summary>
                <ActionForm action=undo attr:class="form">
                    <p class="soft">{say!(merge.undo_text)}</p>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="merge" value=id.to_string() />
                    <button class="button" disabled=move || undo.pending().get()>
                        {say!(merge.undo_go)}
                    </button>
                </ActionForm>
            </details>
        }
        .into_any()
    } else {
        view! { <Hinders title=say!(merge.cannot_undo) hinders /> }.into_any()
    };
    view! {
        <li class="card care__row">
            <div>
                <p>
                    <b>{say!(merge.line, name = name).to_string()}</b>
                </p>
                <p class="soft">{format!("{} · {by}", words::at(at))}</p>
                <p>{say!(merge.brought, what = words::merge::joined(&joined)).to_string()}</p>
            </div>
            {undo}
        </li>
    }
}
