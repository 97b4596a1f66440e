//! Changing one date, or with it the later ones: the form, what it would do, and calling the date off.
//!
//! The form is a plain one, with and without JavaScript: 看看会改什么 asks the page anew with the fields in its URL, and
//! 保存 posts them.

use super::{
    edit_form::EditForm,
    parts::{RoomField, query},
    rule_fields::said,
};
use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Field, Icon, field_problem},
    say, words,
};
use domain::{
    code::Code,
    id::TermId,
    reading::{EditPreview, PlannedChange, PlannedDate, RoomChoice},
    refusal::FieldProblem,
    schedule::Reach,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Moves a date, or gives it another room or leader, and the later ones or all with it, if so asked.
#[server(prefix = "/api", endpoint = "edit_dates")]
pub async fn edit_dates(slug: String, term: String, #[server(flatten)] form: EditForm) -> Result<(), AppError> {
    let changed = async {
        let (edit, sequence) = form.parse().map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let done = store::schedule::edit_dates(&host.db, &who, &edit, sequence, crate::ssr::now()?).await;
        crate::ssr::told(done, &slug).await
    }
    .await;
    let page = format!("desk/terms/{term}/dates");
    match changed {
        Ok(_) => crate::ssr::go(&slug, &page),
        Err(error) => {
            super::parts::keep_typed::<EditDates>(&slug, &page, &form.pairs(), &error);
            return Err(error);
        }
    }
    Ok(())
}

/// Calls one date off, or with `day` all that its term still meets on that day; the others stay as they are.
#[server(prefix = "/api", endpoint = "cancel_occurrence")]
pub async fn cancel_occurrence(
    slug: String,
    term: String,
    occurrence: Option<String>,
    sequence: Option<String>,
    reason: Option<String>,
    day: Option<String>,
) -> Result<(), AppError> {
    use domain::text::{InputProblem, Line};
    let at = |field: &'static str| move |problem| crate::ssr::said(AppError::invalid(field, problem));
    let id = occurrence.unwrap_or_default().parse().map_err(|_| at("occurrence")(InputProblem::Choice))?;
    let sequence = sequence.unwrap_or_default().parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?;
    let reason = Line::parse(&reason.unwrap_or_default()).map_err(at("reason"))?;
    let who = crate::ssr::need_who().await?;
    let (db, now) = (&crate::ssr::host()?.db, crate::ssr::now()?);
    let done = match day {
        Some(_) => store::schedule::cancel_day(db, &who, id, sequence, reason, now).await,
        None => store::schedule::cancel_occurrence(db, &who, id, sequence, reason, now).await,
    };
    crate::ssr::told(done, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/dates"));
    Ok(())
}

/// What can't be changed, and the way back.
#[component]
pub fn Stopped(
    /// Why.
    text: &'static str,
    /// The page of all dates.
    here: String,
) -> impl IntoView {
    view! {
        <div class="card">
            <p>{text}</p>
            <p class="row">
                <a class="button" href=here>
                    {say!(dates.close)}
                </a>
            </p>
        </div>
    }
}

/// The form, what it would do, and calling the date off.
#[component]
pub fn ChangeDate(
    /// The date.
    date: PlannedDate,
    /// True if its term meets more than once that day.
    parted: bool,
    /// The form as typed.
    form: EditForm,
    /// The community's rooms.
    rooms: Vec<RoomChoice>,
    /// The term.
    term: TermId,
    /// What the form would do.
    preview: Option<EditPreview>,
    /// What is wrong with it.
    problem: Option<FieldProblem>,
    /// Calls the date off.
    cancel: ServerAction<CancelOccurrence>,
) -> impl IntoView {
    let head = use_head();
    let here = format!("/{}/desk/terms/{term}/dates", head.slug);
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let reach = form.reach.clone().unwrap_or_default();
    let reaches = [
        Some((Reach::This, say!(dates.reach_this))),
        parted.then(|| (Reach::Day, say!(which.reach_day))),
        Some((Reach::Later, say!(dates.reach_later))),
        Some((Reach::All, say!(dates.reach_all))),
    ];
    let reaches = reaches.into_iter().flatten().map(|(code, name)| {
        view! {
            <label class="choice">
                <input type="radio" name="reach" value=code.code() checked=reach == code.code() />
                <span>{name}</span>
            </label>
        }
    });
    let reaches = reaches.collect_view();
    let by_hand = form.hand_made_too.as_deref() == Some("yes");
    // Never dispatched: it reads from the URL what the saving came to.
    let saving = ServerAction::<EditDates>::new();
    let refused = saving.value().with_untracked(|value| value.clone().and_then(Result::err));
    let (problem, refused) = match refused {
        Some(AppError::Invalid { problem }) => (Some(problem), None),
        refused => (problem, refused),
    };
    let refused = refused.map(|error| {
        view! {
            <div class="banner banner--no" role="alert">
                <Icon name="alert" />
                <p class="banner__title">{words::error(&error)}</p>
            </div>
        }
    });
    let preview = preview.map(|preview| view! { <Preview preview form=form.clone() here=here.clone() /> });
    let (off, id) = (date.clone(), date.occurrence.to_string());
    view! {
        <form class="card form" method="get" action=format!("{here}#edit")>
            <h2>{say!(dates.change_of, date = words::date_long(date.now.date)).to_string()}</h2>
            {refused}
            <input type="hidden" name="slug" value=head.slug.clone() />
            <input type="hidden" name="term" value=term.to_string() />
            <input type="hidden" name="edit" value=id />
            <input type="hidden" name="sequence" value=value(&form.sequence) />
            <Field
                name="date"
                kind="date"
                label=say!(desk.date)
                value=value(&form.date)
                problem=said(&problem, "date")
            />
            <div class="fields">
                <Field
                    name="start"
                    kind="time"
                    label=say!(desk.start)
                    value=value(&form.start)
                    problem=said(&problem, "start")
                />
                <Field
                    name="end"
                    kind="time"
                    label=say!(desk.end)
                    value=value(&form.end)
                    problem=said(&problem, "end")
                />
            </div>
            <RoomField rooms chosen=form.room.clone() id="room" problem=problem.clone() />
            <Field
                name="leader"
                label=say!(desk.leader)
                value=value(&form.leader)
                problem=said(&problem, "leader")
            />
            <Field
                name="reason"
                label=say!(dates.why)
                hint=say!(dates.why_hint).to_owned()
                value=value(&form.reason)
                problem=said(&problem, "reason")
            />
            <fieldset class="group">
                <legend>{say!(dates.reach)}</legend>
                <div class="choices">{reaches}</div>
                <label class="choice">
                    <input type="checkbox" name="hand_made_too" value="yes" checked=by_hand />
                    <span>{say!(dates.hand_made_too)}</span>
                </label>
            </fieldset>
            <p class="row">
                <button class="button">{say!(dates.preview)}</button>
                <button
                    class="button button--primary"
                    formmethod="post"
                    formaction=EditDates::url()
                >
                    {say!(dates.save)}
                </button>
                <a class="button" href=here.clone()>
                    {say!(dates.close)}
                </a>
            </p>
            {preview}
        </form>
        <CallOff date=off parted term action=cancel />
    }
}

/// What a change would do: each date, old and new; whom it touches; what stands in the way, and the rooms that are free.
#[component]
fn Preview(preview: EditPreview, form: EditForm, here: String) -> impl IntoView {
    let EditPreview { changes, told, clashes, free } = preview;
    if changes.is_empty() {
        return view! { <p class="soft" role="status">{say!(dates.nothing_changes)}</p> }.into_any();
    }
    let count = say!(dates.changes, dates = changes.len()).to_string();
    let told = match told {
        0 => say!(dates.will_tell_nobody).to_owned(),
        told => say!(dates.will_tell, count = told).to_string(),
    };
    let rows = changes.into_iter().map(change).collect_view();
    let clashed = (!clashes.is_empty()).then(|| {
        let lines = clashes
            .into_iter()
            .map(|clash| {
                let text = format!("{} {}", words::date_long(clash.date), super::preview::clash_text(&clash));
                view! { <li>{text}</li> }
            })
            .collect_view();
        let free = (!free.is_empty()).then(|| {
            let links = free
                .into_iter()
                .map(|room| {
                    let form = EditForm { room: Some(room.id.to_string()), ..form.clone() };
                    view! {
                        <a class="button" href=format!("{here}?{}#edit", query(&form.pairs()))>
                            {say!(desk.room_of, name = room.name, size = room.size).to_string()}
                        </a>
                    }
                })
                .collect_view();
            view! {
                <p>{say!(dates.free_rooms)}</p>
                <p class="row">{links}</p>
            }
        });
        view! {
            <div class="banner banner--no" role="alert">
                <Icon name="alert" />
                <div>
                    <p class="banner__title">{say!(dates.clashes)}</p>
                    <ul>{lines}</ul>
                    {free}
                </div>
            </div>
        }
    });
    view! {
        <section class="stack" aria-labelledby="will">
            <h3 id="will">{count}</h3>
            {clashed}
            <ol class="moves">{rows}</ol>
            <p>{told}</p>
        </section>
    }
    .into_any()
}

fn change(change: PlannedChange) -> AnyView {
    let PlannedChange { from, to, was, will, was_room, will_room } = change;
    let day = |date| words::date_long(date);
    let mut parts = Vec::new();
    let when = |date, start, end| format!("{} {}", day(date), words::hours(start, end));
    let same_time = (was.date, was.start, was.end) == (will.date, will.start, will.end);
    if !same_time {
        parts.push((when(from.date, was.start, was.end), when(to.date, will.start, will.end)));
    }
    let none = || say!(desk.nothing).to_owned();
    if was.room != will.room {
        parts.push((was_room.unwrap_or_else(none), will_room.unwrap_or_else(none)));
    }
    if was.leader != will.leader {
        parts.push((was.leader.unwrap_or_else(none), will.leader.unwrap_or_else(none)));
    }
    let lead = same_time.then(|| view! { <span>{day(from.date)}</span> });
    let parts = parts
        .into_iter()
        .map(|(old, new)| {
            view! {
                <span class="change">
                    <del>{old}</del>
                    <span aria-hidden="true">"→"</span>
                    <span class="visually-hidden">{say!(desk.changed_to)}</span>
                    <b>{new}</b>
                </span>
            }
        })
        .collect_view();
    view! { <li>{lead} {parts}</li> }.into_any()
}

/// Calling the date off, with its name and how many families it touches.
#[component]
fn CallOff(date: PlannedDate, parted: bool, term: TermId, action: ServerAction<CancelOccurrence>) -> impl IntoView {
    let head = use_head();
    let long = words::date_long(date.now.date);
    let long = if parted { format!("{long} {}", words::time(date.now.start)) } else { long };
    let title = say!(dates.off_title, date = long).to_string();
    let whole_day = parted.then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="day" value="yes" />
                <span>{say!(which.off_day)}</span>
            </label>
        }
    });
    let text = match date.families {
        0 => say!(dates.off_nobody).to_owned(),
        count => say!(dates.off_text, count = count).to_string(),
    };
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = action.value().with_untracked(|value| matches!(value, Some(Err(_))));
    view! {
        <details class="card" open=failed>
            <summary>{title}</summary>
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["reason"] />
                <p class="soft">{text}</p>
                <input type="hidden" name="slug" value=head.slug />
                <input type="hidden" name="term" value=term.to_string() />
                <input type="hidden" name="occurrence" value=date.occurrence.to_string() />
                <input type="hidden" name="sequence" value=date.sequence.to_string() />
                <Field
                    name="reason"
                    form="off-"
                    label=say!(desk.reason)
                    hint=say!(desk.reason_hint).to_owned()
                    required=true
                    problem=field_problem(action, "reason")
                />
                {whole_day}
                <p class="row">
                    <button class="button button--no" disabled=move || action.pending().get()>
                        {say!(desk.off)}
                    </button>
                </p>
            </ActionForm>
        </details>
    }
}
