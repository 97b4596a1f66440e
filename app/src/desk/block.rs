//! Blocking a room or a leader (停用、腾空、请假): the form, what it hits with a decision on each date, and the blocks that
//! stand.
//!
//! The form is a plain one, with and without JavaScript: 看看影响哪些日期 asks the page anew with the fields in its URL,
//! and 保存 posts them with the decisions.

use super::{block_form::BlockForm, rule_fields::said};
use crate::{
    error::AppError,
    frame::use_head,
    parts::{Field, Icon, Marks},
    say, words,
};
use domain::{
    block::BlockKind,
    code::Code,
    reading::{BlockHit, BlockLine},
    refusal::FieldProblem,
};
use leptos::{prelude::*, server_fn::ServerFn};
use std::collections::HashMap;

/// Blocks a room or a leader, and does with each date that is hit what was decided. Dates are named by their ids with
/// an `o` before, since a key that begins with a digit would be read as a place in a list. Of a leader's dates a
/// decision is the name of whoever stands in, or nothing: then the date is called off.
#[server(prefix = "/api", endpoint = "set_block")]
pub async fn set_block(
    slug: String,
    #[server(flatten)] form: BlockForm,
    #[server(default)] decisions: HashMap<String, String>,
    #[server(default)] sequences: HashMap<String, String>,
) -> Result<(), AppError> {
    let is_room = form.room.as_deref().is_some_and(|room| !room.is_empty());
    let page = if is_room {
        format!("desk/rooms/{}", form.room.as_deref().unwrap_or_default())
    } else {
        "desk/leaders".to_owned()
    };
    let setting = async {
        use domain::block::{Decided, Relief};
        let choice = || crate::ssr::said(AppError::invalid("decisions", domain::text::InputProblem::Choice));
        let (block, kind) = form.parse().map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
        let decided = decisions
            .iter()
            .map(|(key, decision)| {
                let occurrence = key.strip_prefix('o').and_then(|id| id.parse().ok()).ok_or_else(choice)?;
                let sequence = sequences.get(key).and_then(|number| number.parse().ok()).ok_or_else(choice)?;
                let decision = decision.trim();
                let relief = match (is_room, decision) {
                    (true, choice) => Relief::parse(choice),
                    (false, "") => Ok(Relief::Cancel),
                    (false, name) => Relief::parse(&format!("leader:{name}")),
                };
                let relief = relief.map_err(|problem| crate::ssr::said(AppError::invalid("decisions", problem)))?;
                Ok(Decided { occurrence, sequence, relief })
            })
            .collect::<Result<Vec<_>, AppError>>()?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let done = store::schedule::set_block(&host.db, &who, &slug, &block, kind, &decided, crate::ssr::now()?).await;
        crate::ssr::told(done, &slug).await
    }
    .await;
    match setting {
        Ok(count) => {
            let leader = leptos_router::location::Url::escape(form.leader.as_deref().unwrap_or_default());
            let leader = if is_room { String::new() } else { format!("&leader={leader}") };
            crate::ssr::go(&slug, &format!("{page}?done={count}{leader}"));
            Ok(())
        }
        Err(error) => {
            super::parts::keep_typed::<SetBlock>(&slug, &page, &form.pairs(), &error);
            Err(error)
        }
    }
}

/// Takes a block away.
#[server(prefix = "/api", endpoint = "lift_block")]
pub async fn lift_block(slug: String, block: String) -> Result<(), AppError> {
    let id = block.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::schedule::lift_block(&host.db, &who, &slug, id, crate::ssr::now()?).await?)
}

/// Reads what a filled form would hit.
#[cfg(feature = "ssr")]
pub(super) async fn preview(
    slug: &str,
    form: Option<&BlockForm>,
) -> Result<(Option<Vec<BlockHit>>, Option<FieldProblem>), AppError> {
    let Some(form) = form else { return Ok((None, None)) };
    let block = match form.parse() {
        Ok((block, _)) => block,
        Err(problem) => return Ok((None, Some(problem))),
    };
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let hits = store::schedule::preview_block(&host.db, &who, slug, &block, crate::ssr::now()?).await?;
    Ok((Some(hits), None))
}

/// From when until when, and why.
pub fn block_text(line: &BlockLine) -> String {
    let block = &line.block;
    let days = match block.first == block.last {
        true => words::date_long(block.first),
        false => format!("{} – {}", words::date_long(block.first), words::date_long(block.last)),
    };
    let hours = block.hours.map(|hours| format!(" {}", words::hours(hours.from, hours.to))).unwrap_or_default();
    format!("{days}{hours} · {}", block.reason)
}

/// The blocks that stand, each with the way to take it away.
#[component]
pub fn Blocks(
    /// The blocks.
    blocks: Vec<BlockLine>,
    /// Takes one away.
    action: ServerAction<LiftBlock>,
) -> impl IntoView {
    let slug = use_head().slug;
    let rows = blocks
        .into_iter()
        .map(|line| {
            let text = block_text(&line);
            let hidden = format!(" {text}");
            let slug = slug.clone();
            view! {
                <li class="plan__date plan__date--hit">
                    <p>{text}</p>
                    <ActionForm action>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="block" value=line.id.to_string() />
                        <button class="button" disabled=move || action.pending().get()>
                            {say!(resources.lift)}
                            <span class="visually-hidden">{hidden}</span>
                        </button>
                    </ActionForm>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="plan">{rows}</ol> }
}

/// The form of a block, and what it hits.
#[component]
pub fn BlockFields(
    /// The form as typed, or with no more than what is to be blocked.
    form: BlockForm,
    /// What it hits, once it was asked.
    hits: Option<Vec<BlockHit>>,
    /// What is wrong with it.
    problem: Option<FieldProblem>,
    /// The page's address.
    here: String,
    /// Its title.
    title: String,
) -> impl IntoView {
    let head = use_head();
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let is_room = form.room.is_some();
    // Never dispatched: it reads from the URL what the saving came to.
    let saving = ServerAction::<SetBlock>::new();
    let refused = saving.value().with_untracked(|value| value.clone().and_then(Result::err));
    let (problem, refused) = match refused {
        Some(AppError::Invalid { problem }) if problem.field != "decisions" => (Some(problem), None),
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
    let clear = form.kind.as_deref() == Some(BlockKind::Clear.code());
    let kinds = is_room.then(|| {
        let kinds = [
            (BlockKind::Close, say!(resources.close), say!(resources.close_note)),
            (BlockKind::Clear, say!(resources.clear), say!(resources.clear_note)),
        ]
        .map(|(kind, name, note)| {
            let checked = (kind == BlockKind::Clear) == clear;
            view! {
                <label class="choice">
                    <input type="radio" name="kind" value=kind.code() checked=checked />
                    <b>{name}</b>
                    <span class="choice__note">{note}</span>
                </label>
            }
        });
        view! {
            <fieldset class="group">
                <legend>{say!(resources.kind)}</legend>
                <div class="choices">{kinds}</div>
            </fieldset>
        }
    });
    let of = match &form.room {
        Some(room) => view! { <input type="hidden" name="room" value=room.clone() /> }.into_any(),
        None => view! { <input type="hidden" name="leader" value=value(&form.leader) /> }.into_any(),
    };
    let asked = hits.is_some();
    let hits = hits.map(|hits| view! { <Hits hits is_room clear /> });
    let save = asked.then(|| {
        view! {
            <button class="button button--primary" formmethod="post" formaction=SetBlock::url()>
                {say!(resources.save_block)}
            </button>
        }
    });
    let ask = if asked { "button" } else { "button button--primary" };
    view! {
        <form class="card form" id="block" method="get" action=format!("{here}#block")>
            <h2>{title}</h2>
            {refused}
            <input type="hidden" name="slug" value=head.slug.clone() />
            {of}
            {kinds}
            <div class="fields">
                <Field
                    name="first"
                    form="block-"
                    kind="date"
                    label=say!(desk.from)
                    value=value(&form.first)
                    problem=said(&problem, "first")
                />
                <Field
                    name="last"
                    form="block-"
                    kind="date"
                    label=say!(days.until)
                    value=value(&form.last)
                    problem=said(&problem, "last")
                />
            </div>
            <div class="fields">
                <Field
                    name="start"
                    form="block-"
                    kind="time"
                    label=say!(resources.hours_from)
                    value=value(&form.start)
                    problem=said(&problem, "start")
                />
                <Field
                    name="end"
                    form="block-"
                    kind="time"
                    label=say!(resources.hours_to)
                    value=value(&form.end)
                    problem=said(&problem, "end")
                />
            </div>
            <Field
                name="reason"
                form="block-"
                label=say!(desk.reason)
                hint=say!(resources.reason_hint).to_owned()
                value=value(&form.reason)
                problem=said(&problem, "reason")
            />
            {hits}
            <p class="row">
                <button class=ask>{say!(resources.preview)}</button>
                {save}
            </p>
        </form>
    }
}

/// The dates that a block hits, each with a decision.
#[component]
fn Hits(hits: Vec<BlockHit>, is_room: bool, clear: bool) -> impl IntoView {
    if hits.is_empty() {
        return view! { <p role="status">{say!(resources.no_hits)}</p> }.into_any();
    }
    let families: u32 = hits.iter().map(|hit| hit.families).sum();
    let title = say!(resources.hits, count = hits.len()).to_string();
    let told = if families == 0 { say!(dates.will_tell_nobody) } else { say!(resources.will_tell) };
    let text = if is_room { say!(resources.hits_room) } else { say!(resources.hits_leader) };
    let rows = hits.into_iter().map(|hit| row(hit, is_room, clear)).collect_view();
    view! {
        <section class="stack" aria-labelledby="block-hits">
            <h3 id="block-hits">{title}</h3>
            <p class="soft">{text} {told}</p>
            <ol class="plan">{rows}</ol>
        </section>
    }
    .into_any()
}

fn row(hit: BlockHit, is_room: bool, clear: bool) -> AnyView {
    let key = format!("o{}", hit.occurrence);
    let long = words::date_long(hit.head.date);
    let name = format!("decisions[{key}]");
    let families = (hit.families > 0).then(|| say!(dates.families, count = hit.families).to_string());
    let decision = if is_room {
        let label = format!("{long} {}", hit.name);
        // The first room in which all of them find a place; else it is called off.
        let fitting = hit.free.iter().position(|room| hit.heads <= room.size);
        let rooms = hit.free.into_iter().enumerate().map(|(n, room)| {
            let text = say!(resources.to_room, name = room.name, size = room.size).to_string();
            view! {
                <option value=format!("room:{}", room.id) selected=fitting == Some(n)>
                    {text}
                </option>
            }
        });
        let rooms = rooms.collect_view();
        let keep = clear.then(|| view! { <option value="keep">{say!(resources.keep)}</option> });
        view! {
            <select class="input input--short" name=name aria-label=label>
                {rooms}
                <option value="cancel" selected=fitting.is_none()>
                    {say!(days.cancel)}
                </option>
                {keep}
            </select>
        }
        .into_any()
    } else {
        let label = say!(resources.substitute_of, date = long.clone(), name = hit.name.clone()).to_string();
        view! {
            <input
                class="input input--short"
                name=name
                aria-label=label
                placeholder=say!(resources.substitute)
                list="leader-names"
                maxlength="60"
            />
        }
        .into_any()
    };
    view! {
        <li class="plan__date plan__date--hit">
            <div>
                <p class="row">
                    <b>{hit.name.clone()}</b>
                    <Marks head=hit.head />
                </p>
                <p class="occ__meta">
                    <span>{long}</span>
                    <span>{words::hours(hit.start, hit.end)}</span>
                    {families.map(|text| view! { <span>{text}</span> })}
                </p>
            </div>
            {decision}
            <input type="hidden" name=format!("sequences[{key}]") value=hit.sequence.to_string() />
        </li>
    }
    .into_any()
}
