//! The fields of a term's rule: which days.

use super::{parts::Problem, term_form::TermForm};
use crate::{parts::Field, say, words};
use domain::{code::Code, day_kind::HolidayPolicy, recurrence::Weekday, refusal::FieldProblem, text::InputProblem};
use leptos::prelude::*;

/// The problem of one field, as the form's fields take it.
pub(super) fn said(problem: &Option<FieldProblem>, field: &str) -> Signal<Option<String>> {
    Signal::stored(problem_at(problem, field).map(|problem| words::problem(&problem)))
}

/// The problem of one field.
pub(super) fn problem_at(problem: &Option<FieldProblem>, field: &str) -> Option<InputProblem> {
    problem.as_ref().filter(|problem| problem.field == field).map(|problem| problem.problem.clone())
}

/// The rule: weekly, a weekday or a day of the month, or a list; from when until when.
#[component]
pub fn RuleFields(
    /// The form as typed.
    form: TermForm,
    /// What is wrong with it.
    problem: Option<FieldProblem>,
) -> impl IntoView {
    let is = |value: &Option<String>, code: &str| value.as_deref() == Some(code);
    let kinds = [
        ("weekly", say!(desk.rule_weekly), say!(desk.rule_weekly_note)),
        ("month_weekday", say!(desk.rule_month_weekday), say!(desk.rule_month_weekday_note)),
        ("month_day", say!(desk.rule_month_day), say!(desk.rule_month_day_note)),
        ("lunar", say!(desk.rule_lunar), say!(desk.rule_lunar_note)),
        ("dates", say!(desk.rule_dates), say!(desk.rule_dates_note)),
    ];
    let kinds = kinds
        .into_iter()
        .map(|(code, name, note)| {
            view! {
                <label class="choice">
                    <input type="radio" name="rule" value=code checked=is(&form.rule, code) />
                    <b>{name}</b>
                    <span class="choice__note">{note}</span>
                </label>
            }
        })
        .collect_view();
    let weekdays = Weekday::ALL
        .iter()
        .map(|day| {
            let checked = form.weekday.iter().any(|code| code == day.code());
            view! {
                <label class="choice">
                    <input type="checkbox" name="weekday[]" value=day.code() checked=checked />
                    <span>{words::weekday_short(*day)}</span>
                </label>
            }
        })
        .collect_view();
    let nths = [
        ("-1", say!(desk.nth_last)),
        ("1", say!(desk.nth_1)),
        ("2", say!(desk.nth_2)),
        ("3", say!(desk.nth_3)),
        ("4", say!(desk.nth_4)),
        ("5", say!(desk.nth_5)),
    ];
    let nths = nths
        .into_iter()
        .map(|(code, name)| {
            view! {
                <option value=code selected=is(&form.nth, code)>
                    {name}
                </option>
            }
        })
        .collect_view();
    let nth_weekdays = Weekday::ALL
        .iter()
        .rev()
        .map(|day| {
            view! {
                <option value=day.code() selected=is(&form.nth_weekday, day.code())>
                    {words::weekday(*day)}
                </option>
            }
        })
        .collect_view();
    let numbered = |typed: &Option<String>, count: u8, name: fn(u8) -> String| {
        (1..=count)
            .map(|number| {
                view! {
                    <option value=number.to_string() selected=is(typed, &number.to_string())>
                        {name(number)}
                    </option>
                }
            })
            .collect_view()
    };
    let lunar_months = numbered(&form.lunar_month, 12, words::lunar_month);
    let lunar_days = numbered(&form.lunar_day, 30, words::lunar_day);
    let policies = [
        (HolidayPolicy::Skip, say!(desk.holidays_skip)),
        (HolidayPolicy::Move, say!(desk.holidays_move)),
        (HolidayPolicy::Keep, say!(desk.holidays_keep)),
    ]
    .map(|(policy, name)| {
        view! {
            <option value=policy.code() selected=is(&form.holidays, policy.code())>
                {name}
            </option>
        }
    });
    let except_problem = problem_at(&problem, "except");
    let dates_problem = problem_at(&problem, "dates");
    let dates_described = if dates_problem.is_some() { "dates-hint dates-error" } else { "dates-hint" };
    view! {
        <fieldset class="group" aria-describedby=problem_at(&problem, "rule").map(|_| "rule-error")>
            <legend>{say!(desk.rule)}</legend>
            <div class="choices">{kinds}</div>
            <Problem id="rule-error".to_owned() problem=problem_at(&problem, "rule") />
        </fieldset>
        <div class="for-rule for-rule--weekly">
            <fieldset class="group" aria-describedby=problem_at(&problem, "weekday").map(|_| "weekday-error")>
                <legend>{say!(desk.weekdays)}</legend>
                <div class="chips">{weekdays}</div>
                <Problem id="weekday-error".to_owned() problem=problem_at(&problem, "weekday") />
            </fieldset>
            <Field
                name="every"
                kind="number"
                class="input--short"
                label=say!(desk.every)
                value=form.every.clone().unwrap_or_default()
                problem=said(&problem, "every")
            />
        </div>
        <div class="for-rule for-rule--month_weekday fields">
            <div class="field">
                <label for="nth">{say!(desk.nth)}</label>
                <select class="input" id="nth" name="nth">
                    {nths}
                </select>
                <Problem id="nth-error".to_owned() problem=problem_at(&problem, "nth") />
            </div>
            <div class="field">
                <label for="nth_weekday">{say!(desk.nth_weekday)}</label>
                <select class="input" id="nth_weekday" name="nth_weekday">
                    {nth_weekdays}
                </select>
                <Problem id="nth_weekday-error".to_owned() problem=problem_at(&problem, "nth_weekday") />
            </div>
        </div>
        <div class="for-rule for-rule--month_day">
            <Field
                name="month_day"
                kind="number"
                class="input--short"
                label=say!(desk.month_day)
                value=form.month_day.clone().unwrap_or_default()
                problem=said(&problem, "month_day")
            />
        </div>
        <div class="for-rule for-rule--lunar fields">
            <div class="field">
                <label for="lunar_month">{say!(desk.lunar_month)}</label>
                <select class="input" id="lunar_month" name="lunar_month">
                    <option value="">{say!(desk.lunar_each_month)}</option>
                    {lunar_months}
                </select>
                <Problem id="lunar_month-error".to_owned() problem=problem_at(&problem, "lunar_month") />
            </div>
            <div class="field">
                <label for="lunar_day">{say!(desk.lunar_day)}</label>
                <select class="input" id="lunar_day" name="lunar_day">
                    {lunar_days}
                </select>
                <Problem id="lunar_day-error".to_owned() problem=problem_at(&problem, "lunar_day") />
            </div>
        </div>
        <div class="for-rule for-rule--dates field">
            <label for="dates">{say!(desk.dates)}</label>
            <p class="field__hint" id="dates-hint">
                {say!(desk.dates_hint)}
            </p>
            <textarea
                class="input"
                id="dates"
                name="dates"
                aria-invalid=dates_problem.as_ref().map(|_| "true")
                aria-describedby=dates_described
                inner_html=crate::parts::escaped(form.dates.as_deref().unwrap_or_default())
            ></textarea>
            <Problem id="dates-error".to_owned() problem=dates_problem />
        </div>
        <div class="for-rule for-rule--span fields">
            <Field
                name="from"
                kind="date"
                label=say!(desk.from)
                value=form.from.clone().unwrap_or_default()
                problem=said(&problem, "from")
            />
            <Field
                name="until"
                kind="date"
                label=say!(desk.until)
                value=form.until.clone().unwrap_or_default()
                problem=said(&problem, "until")
            />
        </div>
        <div class="field">
            <label for="holidays">{say!(desk.holidays)}</label>
            <select class="input" id="holidays" name="holidays">
                {policies}
            </select>
            <Problem id="holidays-error".to_owned() problem=problem_at(&problem, "holidays") />
        </div>
        <div class="field">
            <label for="except">{say!(desk.leave_out)}</label>
            <p class="field__hint" id="except-hint">
                {say!(desk.leave_out_hint)}
            </p>
            <textarea
                class="input"
                id="except"
                name="except"
                rows="2"
                aria-invalid=except_problem.as_ref().map(|_| "true")
                aria-describedby=if except_problem.is_some() { "except-hint except-error" } else { "except-hint" }
                inner_html=crate::parts::escaped(form.except.as_deref().unwrap_or_default())
            ></textarea>
            <Problem id="except-error".to_owned() problem=except_problem />
        </div>
    }
}
