//! The fields of a term's rules of entry.

use super::entry::SetEntry;
use crate::{
    parts::{Field, field_problem},
    say, words,
};
use domain::{
    activity::Unit,
    code::Code,
    entry::{Giving, Group, Overlap},
    grade::Grade,
    reading::EntryPage,
    term::Promotion,
};
use leptos::prelude::*;

/// A radio button with its words.
fn radio(
    name: &'static str,
    value: &'static str,
    chosen: bool,
    label: &'static str,
    note: Option<&'static str>,
) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=chosen />
            <b>{label}</b>
            {note.map(|note| view! { <span class="choice__note">{note}</span> })}
        </label>
    }
    .into_any()
}

/// A box for each group.
fn group_boxes(name: &'static str, chosen: &[Group]) -> AnyView {
    let boxes = Group::ALL
        .iter()
        .map(|group| {
            view! {
                <label class="check">
                    <input type="checkbox" name=name value=group.code() checked=chosen.contains(group) />
                    <span>{words::entry::group(*group)}</span>
                </label>
            }
        })
        .collect_view();
    view! { <div class="checks">{boxes}</div> }.into_any()
}

/// How places are given, and who comes first.
#[component]
pub fn GivingFields(
    /// The rules as they stand.
    page: EntryPage,
    /// Sets them.
    action: ServerAction<SetEntry>,
) -> impl IntoView {
    let entry = page.entry;
    if page.drawn {
        return view! {
            <p class="soft">{say!(entry.form_drawn)}</p>
            <input type="hidden" name="giving" value=entry.giving.code() />
        }
        .into_any();
    }
    let choices = Giving::ALL
        .iter()
        .map(|giving| {
            let note = match giving {
                Giving::FirstCome => say!(entry.giving_first_come_text),
                Giving::PriorityFirst => say!(entry.giving_priority_first_text),
                Giving::Draw => say!(entry.giving_draw_text),
            };
            radio("giving", giving.code(), entry.giving == *giving, words::entry::giving(*giving), Some(note))
        })
        .collect_view();
    let problem = field_problem(action, "priority");
    view! {
        <fieldset class="group">
            <legend>{say!(entry.giving)}</legend>
            <div class="choices">{choices}</div>
        </fieldset>
        <fieldset class="group">
            <legend>{say!(entry.form_priority)}</legend>
            {group_boxes("priority[]", &entry.priority)}
            {move || problem.get().map(|problem| view! { <p class="field__error" role="alert">{problem}</p> })}
            <Field
                name="priority_opens"
                kind="datetime-local"
                label=say!(entry.form_priority_opens)
                hint=say!(entry.form_priority_opens_hint).to_string()
                value=page.priority_opens.map(local_input).unwrap_or_default()
                problem=field_problem(action, "priority_opens")
            />
        </fieldset>
    }
    .into_any()
}

/// A local time as `datetime-local` has it.
fn local_input(at: jiff::civil::DateTime) -> String {
    format!("{}T{}", at.date(), words::time(at.time()))
}

/// A grade's list, with nothing on top.
fn grades(name: &'static str, id: &'static str, label: &'static str, chosen: Option<Grade>) -> AnyView {
    let options = Grade::all()
        .map(|grade| {
            view! {
                <option value=grade.0.to_string() selected=chosen == Some(grade)>
                    {words::entry::grade(grade)}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select class="input" id=id name=name>
                <option value="">{say!(entry.form_any)}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// Who is taken, and how much of it.
#[component]
pub fn WhoFields(
    /// The rules as they stand.
    page: EntryPage,
    /// Sets them.
    action: ServerAction<SetEntry>,
) -> impl IntoView {
    let entry = page.entry;
    let shapes = entry.shapes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let family = (page.term.unit == Unit::Family).then(|| {
        view! {
            <Field
                name="shapes"
                label=say!(entry.form_shapes)
                hint=say!(entry.form_shapes_hint).to_string()
                value=shapes
                problem=Signal::derive(move || {
                    field_problem(action, "shapes").get().map(|_| say!(entry.bad_shapes).to_owned())
                })
            />
        }
    });
    let overlap = [
        radio("overlap", "warn", entry.overlap == Overlap::Warn, say!(entry.form_overlap_warn), None),
        radio("overlap", "block", entry.overlap == Overlap::Block, say!(entry.form_overlap_block), None),
    ];
    view! {
        <fieldset class="group">
            <legend>{say!(entry.form_who)}</legend>
            <p class="field__hint">{say!(entry.form_only)}</p>
            {group_boxes("only[]", &entry.only)}
            <div class="fields">
                {grades(
                    "grade_min",
                    "grade_min",
                    say!(entry.form_grade_min),
                    entry.grades.map(|rule| rule.min),
                )}
                {grades(
                    "grade_max",
                    "grade_max",
                    say!(entry.form_grade_max),
                    entry.grades.map(|rule| rule.max),
                )}
            </div>
            {family}
        </fieldset>
        <fieldset class="group">
            <legend>{say!(entry.form_limit)}</legend>
            <Field
                name="per_household"
                kind="number"
                class="input--short"
                label=say!(entry.form_household)
                value=entry.per_household.map(|max| max.to_string()).unwrap_or_default()
                problem=field_problem(action, "per_household")
            />
            <Field
                name="period"
                label=say!(entry.form_period)
                hint=say!(entry.form_period_hint).to_string()
                value=entry.period.map(|period| period.as_str().to_owned()).unwrap_or_default()
                problem=field_problem(action, "period")
            />
            <p class="field__hint">{say!(entry.form_overlap)}</p>
            <div class="choices">{overlap}</div>
        </fieldset>
    }
}

/// What the waiting list does.
#[component]
pub fn LineFields(
    /// The rules as they stand.
    page: EntryPage,
    /// Sets them.
    action: ServerAction<SetEntry>,
) -> impl IntoView {
    let entry = page.entry;
    let auto = page.promotion == Promotion::AutoFill;
    let ways = [
        radio("promotion", Promotion::AutoFill.code(), auto, say!(entry.form_promotion_auto), None),
        radio("promotion", Promotion::Offer.code(), !auto, say!(entry.form_promotion_offer), None),
    ];
    view! {
        <fieldset class="group">
            <legend>{say!(entry.form_line)}</legend>
            <div class="choices">{ways}</div>
            <div class="fields">
                <Field
                    name="offer_hours"
                    kind="number"
                    class="input--short"
                    label=say!(entry.form_offer_hours)
                    value=entry.offer_hours.to_string()
                    problem=field_problem(action, "offer_hours")
                />
                <Field
                    name="cutoff_hours"
                    kind="number"
                    class="input--short"
                    label=say!(entry.form_cutoff)
                    value=entry.cutoff_hours.to_string()
                    problem=field_problem(action, "cutoff_hours")
                />
            </div>
            <label class="check">
                <input type="checkbox" name="smaller_may_pass" value="yes" checked=entry.smaller_may_pass />
                <span>{say!(entry.form_pass)}</span>
            </label>
        </fieldset>
    }
}

/// How dates of one's choice are chosen.
#[component]
pub fn DatesFields(
    /// The rules as they stand.
    page: EntryPage,
    /// Sets them.
    action: ServerAction<SetEntry>,
) -> impl IntoView {
    let entry = page.entry;
    view! {
        <fieldset class="group">
            <legend>{say!(which.form_dates)}</legend>
            <Field
                name="dates_at_once"
                kind="number"
                class="input--short"
                label=say!(which.form_at_once)
                hint=say!(which.form_at_once_hint).to_string()
                value=entry.dates_at_once.to_string()
                problem=field_problem(action, "dates_at_once")
            />
            <label class="check">
                <input type="checkbox" name="one_a_day" value="yes" checked=entry.one_a_day />
                <span>{say!(which.form_one_a_day)}</span>
            </label>
        </fieldset>
    }
}

/// What a family confirms.
#[component]
pub fn ConfirmFields(
    /// The rules as they stand.
    page: EntryPage,
    /// Sets them.
    action: ServerAction<SetEntry>,
) -> impl IntoView {
    let entry = page.entry;
    view! {
        <fieldset class="group">
            <legend>{say!(entry.form_confirm)}</legend>
            <Field
                name="hold_minutes"
                kind="number"
                class="input--short"
                label=say!(entry.form_hold)
                hint=say!(entry.form_hold_hint).to_string()
                value=entry.hold_minutes.map(|minutes| minutes.to_string()).unwrap_or_default()
                problem=field_problem(action, "hold_minutes")
            />
            <Field
                name="consent"
                label=say!(entry.form_consent)
                hint=say!(entry.form_consent_hint).to_string()
                value=entry.consent.map(|text| text.as_str().to_owned()).unwrap_or_default()
                problem=field_problem(action, "consent")
            />
        </fieldset>
    }
}

/// Leave, and what is asked of whoever was in the term before.
#[component]
pub fn AttendanceFields(
    /// The rules as they stand.
    page: EntryPage,
    /// Sets them.
    action: ServerAction<SetEntry>,
) -> impl IntoView {
    let entry = page.entry;
    let asked = entry.attendance.unwrap_or_default();
    view! {
        <fieldset class="group">
            <legend>{say!(attended.form)}</legend>
            <Field
                name="leave_hours"
                kind="number"
                class="input--short"
                label=say!(roll.leave_hours)
                hint=say!(roll.leave_hours_hint).to_string()
                value=entry.leave_hours.to_string()
                problem=field_problem(action, "leave_hours")
            />
            <Field
                name="attend_percent"
                kind="number"
                class="input--short"
                label=say!(attended.form_percent)
                hint=say!(attended.form_percent_hint).to_string()
                value=asked.percent.map(|percent| percent.to_string()).unwrap_or_default()
                problem=field_problem(action, "attend_percent")
            />
            <Field
                name="attend_late"
                kind="number"
                class="input--short"
                label=say!(attended.form_late)
                hint=say!(attended.form_late_hint).to_string()
                value=asked.late_pickups.map(|max| max.to_string()).unwrap_or_default()
                problem=field_problem(action, "attend_late")
            />
        </fieldset>
    }
}
