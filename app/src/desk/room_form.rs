//! The fields of a room: name, size, and when it is open.

use crate::{
    error::AppError,
    parts::{ActionProblem, Field, field_problem},
    say, words,
};
#[cfg(any(feature = "ssr", test))]
use domain::refusal::FieldProblem;
use domain::{block::OpeningHours, code::Code, reading::RoomCard, recurrence::Weekday};
use leptos::{prelude::*, server_fn::ServerFn};
use std::collections::HashMap;

/// Reads the hours of a week: `MO_from`, `MO_to` …; always open where all are empty, closed on a day of which both are.
#[cfg(any(feature = "ssr", test))]
fn hours(typed: &HashMap<String, String>) -> Result<Option<OpeningHours>, FieldProblem> {
    use domain::block::Hours;
    let one = |day: Weekday, part: &str| typed.get(&format!("{}_{part}", day.code())).map_or("", |text| text.trim());
    let mut week = [None; 7];
    for (of_day, day) in week.iter_mut().zip(Weekday::ALL) {
        *of_day = match (one(*day, "from"), one(*day, "to")) {
            ("", "") => None,
            (from, to) => {
                let time = |text| super::field_input::time("hours", text);
                let hours = Hours::new(time(from)?, time(to)?);
                Some(hours.map_err(|problem| FieldProblem::new("hours", problem))?)
            }
        };
    }
    Ok(week.iter().any(Option::is_some).then_some(OpeningHours(week)))
}

#[cfg(feature = "ssr")]
fn read(
    name: Option<&str>,
    size: &Option<String>,
    typed: &HashMap<String, String>,
) -> Result<store::resources::NewRoom, AppError> {
    let bad = |problem| crate::ssr::said(AppError::Invalid { problem });
    let name = domain::text::Line::parse(name.unwrap_or_default());
    Ok(store::resources::NewRoom {
        name: name.map_err(|problem| bad(FieldProblem::new("name", problem)))?,
        size: super::field_input::number("size", size, 1, 5_000).map_err(bad)?,
        hours: hours(typed).map_err(bad)?,
    })
}

/// What was typed, by the ids of the inputs.
#[cfg(feature = "ssr")]
fn typed(
    name: &Option<String>,
    size: &Option<String>,
    hours: &HashMap<String, String>,
) -> Vec<(String, Option<String>)> {
    let fields = [("room-name".to_owned(), name.clone()), ("room-size".to_owned(), size.clone())];
    fields.into_iter().chain(hours.iter().map(|(key, text)| (format!("room-{key}"), Some(text.clone())))).collect()
}

/// Adds a room.
#[server(prefix = "/api", endpoint = "add_room")]
pub async fn add_room(
    slug: String,
    name: Option<String>,
    size: Option<String>,
    #[server(default)] hours: HashMap<String, String>,
) -> Result<(), AppError> {
    let typed = typed(&name, &size, &hours);
    let typed: Vec<_> = typed.iter().map(|(id, text)| (id.as_str(), text.as_deref())).collect();
    let adding = async {
        let new = read(name.as_deref(), &size, &hours)?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        Ok(store::resources::add_room(&host.db, &who, &slug, &new, crate::ssr::now()?).await?)
    };
    let id = crate::ssr::keeping(&typed, adding).await?;
    crate::ssr::go(&slug, &format!("desk/rooms/{id}"));
    Ok(())
}

/// Changes a room.
#[server(prefix = "/api", endpoint = "change_room")]
pub async fn change_room(
    slug: String,
    room: String,
    name: Option<String>,
    size: Option<String>,
    #[server(default)] hours: HashMap<String, String>,
) -> Result<(), AppError> {
    let id = room.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let typed = typed(&name, &size, &hours);
    let typed: Vec<_> = typed.iter().map(|(id, text)| (id.as_str(), text.as_deref())).collect();
    let changing = async {
        let new = read(name.as_deref(), &size, &hours)?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        Ok(store::resources::change_room(&host.db, &who, &slug, id, &new, crate::ssr::now()?).await?)
    };
    crate::ssr::keeping(&typed, changing).await?;
    crate::ssr::go(&slug, &format!("desk/rooms/{id}?saved=yes"));
    Ok(())
}

/// The fields, and the button.
#[component]
pub fn RoomForm<S>(
    /// The room as it is; none for a new one.
    room: Option<RoomCard>,
    /// Saves it.
    action: ServerAction<S>,
    /// The button's words.
    save: &'static str,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    let (name, size) = room.as_ref().map(|room| (room.name.clone(), room.size.to_string())).unwrap_or_default();
    let hours = room.and_then(|room| room.hours);
    let rows = Weekday::ALL
        .iter()
        .enumerate()
        .map(|(n, day)| {
            let of_day = hours.as_ref().and_then(|OpeningHours(week)| week.get(n).copied().flatten());
            let input = |part: &'static str, text: Option<String>, label: &'static str| {
                let key = format!("{}_{part}", day.code());
                let id = format!("room-{key}");
                let value = crate::frame::typed(&id).or(text);
                view! {
                    <input
                        class="input input--time"
                        type="time"
                        id=id
                        name=format!("hours[{key}]")
                        value=value
                        aria-label=format!("{} {label}", words::weekday(*day))
                    />
                }
            };
            view! {
                <li>
                    <span>{words::weekday(*day)}</span>
                    {input("from", of_day.map(|hours| words::time(hours.from)), say!(desk.start))}
                    <span aria-hidden="true">"–"</span>
                    {input("to", of_day.map(|hours| words::time(hours.to)), say!(desk.end))}
                </li>
            }
        })
        .collect_view();
    let problem = field_problem(action, "hours");
    view! {
        <ActionProblem action fields=&["name", "size", "hours"] />
        <Field
            name="name"
            form="room-"
            label=say!(desk.name)
            value=name
            required=true
            problem=field_problem(action, "name")
        />
        <Field
            name="size"
            form="room-"
            kind="number"
            label=say!(resources.size_label)
            value=size
            required=true
            problem=field_problem(action, "size")
        />
        <fieldset class="group">
            <legend>{say!(resources.hours)}</legend>
            <p class="field__hint">{say!(resources.hours_hint)}</p>
            <ol class="week-hours">{rows}</ol>
            {move || {
                problem
                    .get()
                    .map(|text| {
                        view! {
                            <p class="field__error" role="alert">
                                <crate::parts::Icon name="alert" />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </fieldset>
        <p class="row">
            <button class="button button--primary" disabled=move || action.pending().get()>
                {save}
            </button>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{block::Hours, text::InputProblem};
    use jiff::civil::time;

    fn typed(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn an_empty_week_is_always_open_and_an_empty_day_of_another_is_closed() {
        assert_eq!(hours(&typed(&[])), Ok(None));
        let monday = Weekday::Monday.code();
        let (from, to) = (format!("{monday}_from"), format!("{monday}_to"));
        assert_eq!(hours(&typed(&[(&from, ""), (&to, " ")])), Ok(None));
        let OpeningHours(week) = hours(&typed(&[(&from, "09:00"), (&to, "17:30")])).unwrap().unwrap();
        assert_eq!(week[0], Some(Hours { from: time(9, 0, 0, 0), to: time(17, 30, 0, 0) }));
        assert!(week[1..].iter().all(Option::is_none));
        for (a, b, problem) in [
            ("09:00", "", InputProblem::Empty),
            ("", "09:00", InputProblem::Empty),
            ("10:00", "09:00", InputProblem::Order),
            ("9", "10:00", InputProblem::Time),
        ] {
            assert_eq!(hours(&typed(&[(&from, a), (&to, b)])), Err(FieldProblem::new("hours", problem)), "{a} {b}");
        }
    }
}
