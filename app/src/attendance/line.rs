//! One person on a roll, with a button for each thing that can be said.

use super::caller::Caller;
use crate::{frame::use_head, parts::Icon, say, words};
use domain::{
    booking::Mark,
    care_details::CareField,
    id::{PersonId, RequestKey},
    person::is_named,
    reading::RollLine,
    roll::{OnRoll, Says, Tap, write_taps},
};
use jiff::civil::Time;
use leptos::prelude::*;

/// How somebody stands on the roll, as far as this browser knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// What the roll says.
    pub on: OnRoll,
    /// How many taps counted.
    pub seen: u32,
    /// When it was marked; none for a mark that this browser just made.
    pub at: Option<Time>,
    /// When the person left.
    pub left: Option<Time>,
    /// True while a tap waits for its answer.
    pub unsent: bool,
}

impl Row {
    /// The row as the server knows it.
    pub fn of(line: &RollLine) -> Self {
        Self { on: line.on, seen: line.seen, at: line.at, left: line.left, unsent: false }
    }
}

/// What a button says when it is pressed: a mark that is there already is taken back.
fn pressed(on: OnRoll, says: Says) -> Says {
    match says {
        Says::Left if on.left => OnRoll { left: false, ..on }.says(),
        says if on.says() == says => Says::Nothing,
        says => says,
    }
}

/// True for the button of what the roll says.
fn is_on(on: OnRoll, says: Says) -> bool {
    match says {
        Says::Left => on.left,
        Says::Present => on.mark == Some(Mark::Present),
        Says::Late => on.mark == Some(Mark::Late),
        Says::Absent => on.mark == Some(Mark::Absent),
        Says::Leave => on.mark == Some(Mark::Leave),
        Says::Nothing => false,
    }
}

/// Taps for a form that no script reads: each tap's key follows from the form's.
pub fn plain(key: RequestKey, taps: impl Iterator<Item = (PersonId, Says, u32)>) -> String {
    let tap = |(person, says, seen)| Tap { key: key.of(person), person, says, seen, kept_for: None };
    write_taps(&taps.map(tap).collect::<Vec<_>>())
}

#[component]
pub fn Person(n: usize, line: RollLine, side: &'static str, q: RwSignal<String>, caller: Caller) -> impl IntoView {
    let search = StoredValue::new((line.name.clone(), line.pinyin.clone()));
    let hidden = move || {
        let q = q.get();
        search.with_value(|(name, latin)| !is_named(&q, name, latin.split(' ')))
    };
    let person = line.person;
    let row = caller.row(person).unwrap_or_else(|| RwSignal::new(Row::of(&line)));
    let choice = move |says: Says, text: &'static str| {
        view! {
            <button
                class=format!("tap tap--{says}")
                name="taps"
                value=move || {
                    let row = row.get();
                    plain(caller.key, std::iter::once((person, pressed(row.on, says), row.seen)))
                }
                aria-pressed=move || if is_on(row.get().on, says) { "true" } else { "false" }
                on:click=move |event| {
                    event.prevent_default();
                    caller.tap(&[(person, pressed(row.get_untracked().on, says))]);
                }
            >
                {text}
            </button>
        }
    };
    let left = move || {
        let on = row.get().on;
        (on.left || on.is_here()).then(|| choice(Says::Left, say!(roll.left)))
    };
    let told = move || {
        let Row { on, at, left, unsent, .. } = row.get();
        if unsent {
            return Some(view! { <span class="fine roll__unsent">{say!(roll.unsent)}</span> }.into_any());
        }
        let at = at.map(words::time);
        let said = match (on.mark, on.left) {
            (Some(Mark::Present | Mark::Late), true) => {
                let left = left.map(words::time).unwrap_or_default();
                say!(roll.came_and_left, at = at.unwrap_or_default(), left = left).to_string()
            }
            (Some(_), _) => at.map(|time| say!(desk.marked_at, time = time).to_string())?,
            (None, _) => return None,
        };
        Some(view! { <span class="fine">{said}</span> }.into_any())
    };
    let leave = line.leave.map(|kind| {
        view! { <span class="tag">{say!(roll.took_leave, kind = words::leave(kind)).to_string()}</span> }
    });
    let alone = line.alone.then(|| view! { <span class="tag">{say!(pickup.alone)}</span> });
    let handed = line.handed.clone().map(|(at, taker)| {
        let text = say!(roll.handed, at = words::time(at), taker = taker).to_string();
        view! { <span class="tag">{text}</span> }
    });
    let heads = (line.heads > 1).then(|| say!(family.heads, count = line.heads).to_string());
    let family = caller.family_of(person);
    let family = (family.len() > 1).then(|| {
        let all = family.len();
        let missing = move || {
            let rows = family.iter().filter_map(|person| Some((*person, caller.row(*person)?.get())));
            rows.filter(|(_, row)| row.on.mark.is_none()).map(|(person, row)| (person, row.seen)).collect::<Vec<_>>()
        };
        let missing = Memo::new(move |_| missing());
        move || {
            (missing.get().len() > 1).then(|| {
                let value = plain(caller.key, missing.get().into_iter().map(|(who, seen)| (who, Says::Present, seen)));
                view! {
                    <button
                        class="button roll__family"
                        name="taps"
                        value=value
                        on:click=move |event| {
                            event.prevent_default();
                            let all = missing.get_untracked().into_iter().map(|(who, _)| (who, Says::Present));
                            caller.tap(&all.collect::<Vec<_>>());
                        }
                    >
                        <Icon name="people" />
                        {say!(roll.whole_family, count = all).to_string()}
                    </button>
                }
            })
        }
    });
    // Only that there is an allergy, not which: that is read on its own page, for a reason.
    let allergy = line.allergy.then(|| {
        let href = format!("/{}/desk/people/{person}/care-details", use_head().slug);
        view! {
            <a class="care-mark care-mark--allergy" href=href>
                <Icon name="alert" />
                {words::care_kept(CareField::Allergies)}
                <span class="visually-hidden">{format!(" {}", line.name)}</span>
            </a>
        }
    });
    view! {
        <li class="roll__person" hidden=hidden id=format!("p-{person}")>
            <p class="who">
                <span class=format!("avatar avatar--{side}") aria-hidden="true">
                    {line.name.chars().next().map(String::from)}
                </span>
                <b id=format!("name-{person}")>{format!("{n}. {}", line.name)}</b>
                {heads.map(|heads| view! { <span class="fine">{heads}</span> })}
                {leave}
                {told}
                {allergy}
                {alone}
                {handed}
                {family}
            </p>
            <div class="roll__taps" role="group" aria-labelledby=format!("name-{person}")>
                {choice(Says::Present, words::mark(Mark::Present))}
                {choice(Says::Late, words::mark(Mark::Late))}
                {choice(Says::Absent, words::mark(Mark::Absent))}
                {choice(Says::Leave, words::mark(Mark::Leave))}
                {left}
            </div>
        </li>
    }
}
