//! Adding a date to a term: one more, or in place of one that was called off.

use super::parts::RoomField;
use crate::{
    error::AppError,
    frame::{typed, use_head},
    parts::{ActionProblem, Field, field_problem},
    say, words,
};
use domain::reading::PlanPage;
use leptos::prelude::*;

/// Adds a date to a term.
#[server(prefix = "/api", endpoint = "add_occurrence")]
pub async fn add_occurrence(
    slug: String,
    term: String,
    date: Option<String>,
    start: Option<String>,
    end: Option<String>,
    room: Option<String>,
    leader: Option<String>,
) -> Result<(), AppError> {
    let typed = [
        ("add-date", date.as_deref()),
        ("add-start", start.as_deref()),
        ("add-end", end.as_deref()),
        ("add-room", room.as_deref()),
        ("add-leader", leader.as_deref()),
    ];
    let adding = async {
        let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
        let at = super::edit_form::arrangement(&date, &start, &end, &room, &leader)
            .map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let done = store::schedule::add_occurrence(&host.db, &who, id, &at, crate::ssr::now()?).await;
        crate::ssr::told(done, &slug).await
    };
    crate::ssr::keeping(&typed, adding).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/dates"));
    Ok(())
}

/// The form, with the times, the room and the leader of the last date.
#[component]
pub fn AddDate(
    /// The term's dates.
    page: PlanPage,
    /// Adds one.
    action: ServerAction<AddOccurrence>,
) -> impl IntoView {
    let head = use_head();
    let like = page.dates.last().map(|date| date.now.clone());
    let time = |time: Option<jiff::civil::Time>| time.map(words::time).unwrap_or_default();
    let (start, end) = (time(like.as_ref().map(|like| like.start)), time(like.as_ref().map(|like| like.end)));
    let room = typed("add-room").or_else(|| like.as_ref()?.room.map(|room| room.to_string()));
    let leader = like.and_then(|like| like.leader).unwrap_or_default();
    view! {
        <ActionForm action attr:class="card form">
            <h2>{say!(dates.add)}</h2>
            <p class="soft">{say!(dates.add_text)}</p>
            <ActionProblem action fields=&["date", "start", "end", "leader"] />
            <input type="hidden" name="slug" value=head.slug />
            <input type="hidden" name="term" value=page.term.id.to_string() />
            <Field
                name="date"
                form="add-"
                kind="date"
                label=say!(desk.date)
                required=true
                problem=field_problem(action, "date")
            />
            <div class="fields">
                <Field
                    name="start"
                    form="add-"
                    kind="time"
                    label=say!(desk.start)
                    value=start
                    required=true
                    problem=field_problem(action, "start")
                />
                <Field
                    name="end"
                    form="add-"
                    kind="time"
                    label=say!(desk.end)
                    value=end
                    required=true
                    problem=field_problem(action, "end")
                />
            </div>
            <RoomField rooms=page.rooms chosen=room id="add-room" problem=None />
            <Field
                name="leader"
                form="add-"
                label=say!(desk.leader)
                value=leader
                problem=field_problem(action, "leader")
            />
            <p class="row">
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(dates.add_go)}
                </button>
            </p>
        </ActionForm>
    }
}
