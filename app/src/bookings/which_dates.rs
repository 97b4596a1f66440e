//! Which dates are booked: the choice on the form, and how it is read.

use crate::{
    activities::places::{choice_of, term_now},
    frame::typed,
    parts::Icon,
    say, words,
};
use domain::{
    booking::Standing,
    reading::{DateEntry, TermCard},
    which::WeekHour,
};
use jiff::civil::{Date, Time};
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// So many days stand open in a list of hours to choose from; the others are folded away.
const DAYS_AT_ONCE: usize = 4;

/// What of a form says which dates, as it came.
#[cfg(feature = "ssr")]
pub struct TypedDates<'a> {
    /// The scope's code.
    pub scope: Option<&'a str>,
    /// The dates chosen.
    pub occurrences: Option<&'a [String]>,
    /// The hours of the week chosen.
    pub weekly: Option<&'a [String]>,
}

#[cfg(feature = "ssr")]
impl TypedDates<'_> {
    /// Reads it.
    ///
    /// # Errors
    /// The first field that can't be used.
    pub fn parse(&self) -> Result<domain::which::Which, domain::refusal::FieldProblem> {
        use domain::{
            booking::Scope, code::Code, refusal::FieldProblem, term::MAX_OCCURRENCES, text::InputProblem, which::Which,
        };
        let choice = |field| FieldProblem::new(field, InputProblem::Choice);
        let some = |list: Option<&[String]>, field| match list.unwrap_or_default() {
            [] => Err(choice(field)),
            list if list.len() > MAX_OCCURRENCES => Err(choice(field)),
            list => Ok(list.to_vec()),
        };
        Ok(match self.scope.and_then(Scope::from_code).ok_or_else(|| choice("scope"))? {
            Scope::Whole => Which::Whole,
            Scope::Rest => Which::Rest,
            Scope::Single => {
                let dates = some(self.occurrences, "occurrences")?.into_iter().map(|id| id.parse());
                Which::Dates(dates.collect::<Result<_, _>>().map_err(|_| choice("occurrences"))?)
            }
            Scope::Weekly => {
                let hours = some(self.weekly, "weekly")?;
                let hours = hours.iter().map(|hour| WeekHour::parse(hour)).collect::<Option<_>>();
                Which::Weekly(hours.ok_or_else(|| choice("weekly"))?)
            }
        })
    }
}

/// What of a form's lists was chosen, as one text each, by which it can be shown once more.
#[cfg(feature = "ssr")]
pub fn as_text(list: &Option<Vec<String>>) -> Option<String> {
    list.as_ref().map(|list| list.join("\n"))
}

/// What was chosen of a list, in a form that failed.
pub fn chosen_before(id: &str) -> Vec<String> {
    typed(id).map(|lines| lines.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// One way to choose, with what belongs to it.
struct Way {
    code: &'static str,
    label: String,
    note: Option<String>,
    fields: Option<AnyView>,
}

/// Whole, rest, weekly or dates of one's choice: a hidden field where there is only one way.
#[component]
pub fn WhichDates(
    /// The term.
    term: TermCard,
) -> impl IntoView {
    let mut ways = ways(term);
    if ways.len() > 1 {
        let before = typed("scope");
        let first = ways.iter().position(|way| before.as_deref() == Some(way.code)).unwrap_or_default();
        let ways = ways
            .into_iter()
            .enumerate()
            .map(|(n, Way { code, label, note, fields })| {
                view! {
                    <div class="which__way">
                        <label class="choice">
                            <input type="radio" name="scope" value=code checked=n == first />
                            <b>{label}</b>
                            {note.map(|note| view! { <span class="choice__note">{note}</span> })}
                        </label>
                        {fields.map(|fields| view! { <div class="which__fields">{fields}</div> })}
                    </div>
                }
            })
            .collect_view();
        return view! {
            <fieldset class="group">
                <legend>{say!(activity.which_dates)}</legend>
                <div class="choices">{ways}</div>
            </fieldset>
        }
        .into_any();
    }
    match ways.pop() {
        Some(Way { code, note, fields, .. }) => view! {
            <input type="hidden" name="scope" value=code />
            {note.filter(|_| fields.is_some()).map(|note| view! { <p class="soft">{note}</p> })}
            {fields}
        }
        .into_any(),
        None => view! { <p class="soft">{say!(activity.not_bookable)}</p> }.into_any(),
    }
}

/// The ways of a term, the fullest first.
fn ways(term: TermCard) -> Vec<Way> {
    let bookable = |date: &&DateEntry| {
        matches!(
            date.standing,
            Standing::Open { .. }
                | Standing::Waitlist { .. }
                | Standing::Applying { .. }
                | Standing::Opens { .. }
                | Standing::Full
        )
    };
    let coming: Vec<DateEntry> = term.dates.iter().filter(bookable).cloned().collect();
    let span = match (coming.first(), coming.last()) {
        (Some(first), Some(last)) => {
            let (first, last) = (words::date_short(first.date), words::date_short(last.date));
            Some(say!(activity.whole_note, first = first, last = last, count = coming.len()).to_string())
        }
        _ => None,
    };
    let rest = || say!(activity.rest_label, count = coming.len()).to_string();
    let all = match (term.begun, term.scopes.whole, term.scopes.rest) {
        // Before it begins the rest is the whole.
        (false, true, _) => Some(("whole", say!(common.scope_whole).to_owned())),
        (_, _, true) => Some(("rest", rest())),
        _ => None,
    };
    let all = all.map(|(code, label)| Way { code, label, note: span, fields: None });
    let weekly = (!term.week_hours.is_empty()).then(|| Way {
        code: "weekly",
        label: say!(which.weekly_label).to_owned(),
        note: Some(say!(which.weekly_note).to_owned()),
        fields: Some(view! { <WeekHours hours=term.week_hours.clone() form="" /> }.into_any()),
    });
    let several = term.entry.dates_at_once > 1;
    let single = (term.scopes.single && !coming.is_empty()).then(|| Way {
        code: "single",
        label: if several { say!(which.several_label) } else { say!(activity.single_label) }.to_owned(),
        note: several.then(|| say!(which.several_up_to, max = term.entry.dates_at_once).to_string()),
        fields: Some(match several || !term.parts.is_one() {
            true => view! { <Hours coming term=term.clone() several /> }.into_any(),
            false => view! { <OneDate coming term=term.clone() /> }.into_any(),
        }),
    });
    [all, weekly, single].into_iter().flatten().collect()
}

/// One date of a list.
#[component]
fn OneDate(coming: Vec<DateEntry>, term: TermCard) -> impl IntoView {
    // Several terms of a page may each have one.
    let field = format!("occurrences-{}", term.id);
    let chosen = chosen_before("occurrences");
    let now = term_now(term);
    let dates = coming
        .into_iter()
        .take(60)
        .map(|date| {
            let id = date.occurrence;
            let text = move || {
                let now = now.get();
                choice_of(now.dates.iter().find(|now| now.occurrence == id).unwrap_or(&date))
            };
            let chosen = chosen.contains(&id.to_string());
            view! {
                <option value=id.to_string() selected=chosen>
                    {text}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=field.clone()>{say!(activity.single_date)}</label>
            <select class="input" id=field name="occurrences[]">
                {dates}
            </select>
        </div>
    }
}

/// The hours of each day, one to choose or several.
#[component]
fn Hours(coming: Vec<DateEntry>, term: TermCard, several: bool) -> impl IntoView {
    let now = term_now(term);
    let chosen = chosen_before("occurrences");
    let mut by_day: BTreeMap<Date, Vec<DateEntry>> = BTreeMap::new();
    for date in coming {
        by_day.entry(date.date).or_default().push(date);
    }
    let mut days = by_day
        .into_iter()
        .map(|(on, dates)| {
            let hours = dates
                .into_iter()
                .map(|date| {
                    let id = date.occurrence;
                    let kind = if several { "checkbox" } else { "radio" };
                    let standing = move || {
                        let standing = now.get().dates.iter().find(|now| now.occurrence == id).map(|now| now.standing);
                        words::standing_short(standing.unwrap_or(date.standing))
                    };
                    view! {
                        <label class="choice">
                            <input
                                type=kind
                                name="occurrences[]"
                                value=id.to_string()
                                checked=chosen.contains(&id.to_string())
                            />
                            <span>
                                <b>{words::time(date.start)}</b>
                                " "
                                <span class="choice__note">{standing}</span>
                            </span>
                        </label>
                    }
                })
                .collect_view();
            let long = words::date_long(on);
            view! {
                <fieldset class="group which__hours">
                    <legend>{long}</legend>
                    <div class="chips">{hours}</div>
                </fieldset>
            }
        })
        .collect::<Vec<_>>();
    let later = days.split_off(days.len().min(DAYS_AT_ONCE));
    let later = (!later.is_empty()).then(|| {
        view! {
            <details>
                <summary>{say!(which.later_days, count = later.len()).to_string()}</summary>
                {later}
            </details>
        }
    });
    view! {
        {days}
        {later}
    }
}

/// The hours of the week, those of one time in a row.
#[component]
pub fn WeekHours(
    /// Those to choose from.
    hours: Vec<WeekHour>,
    /// What the ids of a page's forms begin with, so that two don't share one.
    form: &'static str,
) -> impl IntoView {
    let chosen = chosen_before(&format!("{form}weekly"));
    let starts: BTreeSet<Time> = hours.iter().map(|hour| hour.start).collect();
    let one = starts.len() == 1;
    let rows = starts
        .into_iter()
        .map(|start| {
            let of_start = hours.iter().filter(|hour| hour.start == start);
            let days = of_start
                .map(|hour| {
                    let value = hour.to_string();
                    let checked = chosen.contains(&value);
                    view! {
                        <label class="choice">
                            <input type="checkbox" name="weekly[]" value=value checked=checked />
                            <span>{words::weekday(hour.weekday)}</span>
                        </label>
                    }
                })
                .collect_view();
            let id = format!("{form}weekly-{}", start.strftime("%H%M"));
            let label = match one {
                true => say!(which.weekly_hours).to_owned(),
                false => say!(which.days_at, start = words::time(start)).to_string(),
            };
            view! {
                <div class="which__hours" role="group" aria-labelledby=id.clone()>
                    <p class="which__label" id=id.clone()>
                        <Icon name="clock" />
                        {label}
                    </p>
                    <div class="chips">{days}</div>
                </div>
            }
        })
        .collect_view();
    view! { <div class="stack">{rows}</div> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use domain::{id::OccurrenceId, which::Which};

    fn parse(scope: &str, occurrences: &[&str], weekly: &[&str]) -> Result<Which, String> {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (occurrences, weekly) = (owned(occurrences), owned(weekly));
        let typed = TypedDates { scope: Some(scope), occurrences: Some(&occurrences), weekly: Some(&weekly) };
        typed.parse().map_err(|problem| problem.field)
    }

    #[test]
    fn what_is_chosen_is_read_and_nothing_else() {
        let id = "0195f1a0-0000-7000-8000-000000000001";
        let date: OccurrenceId = id.parse().unwrap();
        assert_eq!(parse("single", &[id, id], &["MO 08:30"]), Ok(Which::Dates(vec![date, date])));
        let hours = vec![WeekHour::parse("MO 08:30").unwrap(), WeekHour::parse("FR 12:30").unwrap()];
        assert_eq!(parse("weekly", &[id], &["MO 08:30", "FR 12:30"]), Ok(Which::Weekly(hours)));
        assert_eq!(parse("whole", &["x"], &["x"]), Ok(Which::Whole), "what belongs to another choice is not looked at");
    }

    #[test]
    fn what_can_not_be_read_names_its_field() {
        for (scope, occurrences, weekly, field) in [
            ("some", &[][..], &[][..], "scope"),
            ("single", &[], &["MO 08:30"], "occurrences"),
            ("single", &["1"], &[], "occurrences"),
            ("weekly", &[], &[], "weekly"),
            ("weekly", &[], &["MO 08:30", "XX 08:30"], "weekly"),
        ] {
            assert_eq!(parse(scope, occurrences, weekly), Err(field.to_owned()), "{scope} {occurrences:?} {weekly:?}");
        }
        let many = vec!["MO 08:30"; 2_000];
        assert_eq!(parse("weekly", &[], &many), Err("weekly".to_owned()), "more than there can be");
    }
}
