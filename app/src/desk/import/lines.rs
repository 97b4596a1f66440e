//! The lines of a file: whom each means, who must be chosen, and what became of it.

use super::{
    answer::LineAnswer,
    page::ImportLine,
    run::{ImportRoster, SOMEBODY_NEW, key},
};
use crate::{
    desk::book_by_name::{Offer, WishFields},
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Banner, State, field_problem},
    say, words,
};
use domain::{
    reading::{FoundPerson, RosterPage, Seen},
    roster_file::{Column, LineProblem},
};
use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*, server_fn::ServerFn, task::spawn_local};

/// So many lines at a time, where there is script to show how far it is.
const AT_ONCE: usize = 10;

/// True for a line that can be booked and wasn't yet.
fn is_open(line: &ImportLine) -> bool {
    let books = matches!(line.line.seen, Seen::Known { .. } | Seen::New | Seen::Ask { .. });
    books && line.answer.as_ref().is_none_or(LineAnswer::may_try_again)
}

/// The table as a form.
#[component]
pub fn Lines(
    /// The term.
    page: RosterPage,
    /// The lines.
    lines: Vec<ImportLine>,
    /// Books them.
    import: ServerAction<ImportRoster>,
    /// Rises when the page is to be read anew.
    times: RwSignal<u32>,
    /// What went wrong as a whole: it outlives the reading anew.
    failed: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let slug = use_head().slug;
    let open: Vec<u32> = lines.iter().filter(|line| is_open(line)).map(|line| line.line.row).collect();
    let asks = lines.iter().filter(|line| is_open(line) && matches!(line.line.seen, Seen::Ask { .. })).count();
    let begun = lines.iter().any(|line| line.answer.is_some());
    let summary = match begun {
        true => view! { <Done lines=lines.clone() left=open.len() /> }.into_any(),
        false => {
            let stopped = lines.len() - open.len();
            let parts = [
                Some(say!(import.lines, count = lines.len()).to_string()),
                Some(say!(import.ready, count = open.len() - asks).to_string()),
                (asks > 0).then(|| say!(import.ask, count = asks).to_string()),
                (stopped > 0).then(|| say!(import.stopped, count = stopped).to_string()),
            ];
            let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            view! { <p class="import-sum">{text}</p> }.into_any()
        }
    };
    let going = RwSignal::new(None::<usize>);
    let all = open.len();
    let rows_open = StoredValue::new(open);
    let submit = move |event: SubmitEvent| {
        let Ok(asked) = ImportRoster::from_event(&event) else { return };
        event.prevent_default();
        if going.get_untracked().is_some() {
            return;
        }
        going.set(Some(0));
        failed.set(None);
        spawn_local(async move {
            for rows in rows_open.get_value().chunks(AT_ONCE) {
                let list: Vec<String> = rows.iter().map(u32::to_string).collect();
                let some = ImportRoster { rows: Some(list.join(",")), ..asked.clone() };
                if let Err(error) = some.run_on_client().await {
                    failed.set(Some(error));
                    break;
                }
                going.update(|done| *done = done.map(|done| done + rows.len()));
            }
            going.set(None);
            times.update(|times| *times += 1);
        });
    };
    let offer = Offer::of(&page);
    let may_book = !offer.scopes.is_empty() && !offer.dates.is_empty();
    let controls = (all > 0 && may_book).then(|| {
        view! {
            <div class="import-go">
                <WishFields offer form="import-" heads=field_problem(import, "heads") />
                <button class="button button--primary" disabled=move || going.get().is_some()>
                    {say!(import.go, count = all).to_string()}
                </button>
                <div role="status">
                    {move || {
                        going
                            .get()
                            .map(|done| {
                                let text = say!(import.progress, done = done, all = all).to_string();
                                view! {
                                    <label class="import-progress">
                                        <span>{text}</span>
                                        <progress max=all value=done></progress>
                                    </label>
                                }
                            })
                    }}
                </div>
            </div>
        }
    });
    let shut = (all > 0 && !may_book).then(|| view! { <p class="soft">{say!(desk.nothing_to_book)}</p> });
    let last = if begun { say!(import.result) } else { say!(import.seen) };
    let rows = lines.into_iter().map(|line| row(line, last)).collect_view();
    view! {
        {summary}
        <ActionProblem action=import fields=&["heads"] />
        {move || {
            failed
                .get()
                .map(|error| {
                    view! {
                        <Banner class="banner--no" icon="alert" title=words::error(&error)>
                            {None::<String>}
                        </Banner>
                    }
                })
        }}
        <form class="card" method="post" action=ImportRoster::PATH on:submit=submit>
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="term" value=page.term.id.to_string() />
            <table class="table import">
                <thead>
                    <tr>
                        <th scope="col">{say!(import.row)}</th>
                        <th scope="col">{say!(import.name)}</th>
                        <th scope="col">{say!(import.birth)}</th>
                        <th scope="col">{say!(import.phone)}</th>
                        <th scope="col">{say!(import.note)}</th>
                        <th scope="col">{last}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {controls}
            {shut}
        </form>
    }
}

/// What it came to so far.
#[component]
fn Done(lines: Vec<ImportLine>, left: usize) -> impl IntoView {
    let answers = || lines.iter().filter_map(|line| line.answer.as_ref());
    let waiting = answers().filter(|answer| matches!(answer, LineAnswer::Waits { .. })).count();
    let refused = lines.len() - left - answers().filter(|answer| !matches!(answer, LineAnswer::No { .. })).count();
    let booked = lines.len() - left - waiting - refused;
    let title = say!(import.done_title, booked = booked, waiting = waiting, refused = refused).to_string();
    let left = (left > 0).then(|| view! { <p>{say!(import.left, count = left).to_string()}</p> });
    let (class, icon) = if booked + waiting > 0 { ("banner--good", "check") } else { ("banner--no", "alert") };
    view! {
        <Banner class icon title>
            <p>{say!(import.done_text)}</p>
            {left}
        </Banner>
    }
}

fn row(line: ImportLine, last: &'static str) -> impl IntoView {
    let ImportLine { line, answer } = line;
    let birth = line.birth.map(|birth| birth.to_string());
    let note = (!line.note.is_empty()).then_some(line.note);
    let told = match answer {
        Some(answer) => view! { <Answer answer /> }.into_any(),
        None => seen(line.row, &line.name, line.seen).into_any(),
    };
    view! {
        <tr>
            <td data-label=say!(import.row)>{line.row}</td>
            <th scope="row">{line.name}</th>
            <td class="whole" data-label=say!(import.birth)>
                {birth}
            </td>
            <td class="whole" data-label=say!(import.phone)>
                {line.phone}
            </td>
            <td data-label=say!(import.note)>{note}</td>
            <td data-label=last>{told}</td>
        </tr>
    }
}

/// Whom a line means, or why nobody is booked by it.
fn seen(row: u32, name: &str, seen: Seen) -> impl IntoView + use<> {
    match seen {
        Seen::Known { person } => {
            let about = about(&person);
            let text = match about.is_empty() {
                true => say!(import.seen_known_plain).to_owned(),
                false => say!(import.seen_known, about = about).to_string(),
            };
            view! { <State class="open" icon="check" text /> }.into_any()
        }
        Seen::New => view! { <State class="open" icon="plus" text=say!(import.seen_new) /> }.into_any(),
        Seen::Booked { waiting: true } => {
            view! { <State class="closed" icon="queue" text=say!(import.seen_waiting) /> }.into_any()
        }
        Seen::Booked { waiting: false } => {
            view! { <State class="closed" icon="check" text=say!(import.seen_booked) /> }.into_any()
        }
        Seen::Problem { problem } => no(line_problem(&problem)).into_any(),
        Seen::Refused { refusal } => no(words::refusal(&refusal, 0)).into_any(),
        Seen::Ask { people, or_new } => {
            let label = say!(import.choose_of, row = row, name = name.to_owned()).to_string();
            let options = people
                .into_iter()
                .map(|person| {
                    let about = about(&person);
                    let text = match about.is_empty() {
                        true => person.name.clone(),
                        false => say!(import.choose_person, name = person.name.clone(), about = about).to_string(),
                    };
                    view! { <option value=person.id.to_string()>{text}</option> }
                })
                .collect_view();
            let new = or_new.then(|| view! { <option value=SOMEBODY_NEW>{say!(import.choose_new)}</option> });
            view! {
                <label class="import-ask">
                    <span aria-hidden="true">{say!(import.seen_ask)}</span>
                    <select class="input" name=format!("choices[{}]", key(row)) aria-label=label>
                        <option value="">{say!(import.choose)}</option>
                        {options}
                        {new}
                    </select>
                </label>
            }
            .into_any()
        }
    }
}

/// What tells somebody from others of the same name.
fn about(person: &FoundPerson) -> String {
    let age = person.age.map(|age| say!(common.years, age = age).to_string());
    [age, person.phone.clone(), person.building.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn no(text: String) -> impl IntoView {
    view! { <State class="cancelled" icon="cross" text /> }
}

fn line_problem(problem: &LineProblem) -> String {
    match problem {
        LineProblem::Twice { row } => say!(import.problem_twice, row = *row).to_string(),
        LineProblem::BirthNeeded => say!(import.problem_birth).to_owned(),
        LineProblem::Cell { column, problem } => {
            let column = match column {
                Column::Name => say!(import.name),
                Column::Birth => say!(import.birth),
                Column::Phone => say!(import.phone),
                Column::Note => say!(import.note),
            };
            say!(import.problem_cell, column = column, problem = words::problem(problem)).to_string()
        }
    }
}

#[component]
fn Answer(answer: LineAnswer) -> impl IntoView {
    match answer {
        LineAnswer::Booked => {
            view! { <State class="booked" icon="check" text=say!(import.answer_booked) /> }.into_any()
        }
        LineAnswer::Held => view! { <State class="waiting" icon="clock" text=say!(import.answer_held) /> }.into_any(),
        LineAnswer::Applied => {
            view! { <State class="waiting" icon="ticket" text=say!(import.answer_applied) /> }.into_any()
        }
        LineAnswer::Waits { number } => {
            let text = say!(import.answer_waits, number = number).to_string();
            view! { <State class="waiting" icon="queue" text /> }.into_any()
        }
        LineAnswer::No { error } => no(words::error(&error)).into_any(),
    }
}
