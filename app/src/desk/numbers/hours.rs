//! The heat map: who came by weekday and hour. It is a table, so that it says what it shows.

use crate::{say, words};
use domain::{code::Code, numbers::heat, reading::HourNumbers, recurrence::Weekday};
use leptos::prelude::*;

/// Weekdays across, hours down, from the first to the last at which anything starts.
#[component]
pub fn Hours(
    /// Those that had a date.
    hours: Vec<HourNumbers>,
) -> impl IntoView {
    let most = hours.iter().map(|cell| cell.came).max().unwrap_or(0);
    let first = hours.iter().map(|cell| cell.hour).min().unwrap_or(0);
    let last = hours.iter().map(|cell| cell.hour).max().unwrap_or(-1);
    let days = Weekday::ALL
        .iter()
        .map(|day| {
            view! {
                <th scope="col">
                    <span aria-hidden="true">{words::weekday_short(*day)}</span>
                    <span class="visually-hidden">{words::weekday(*day)}</span>
                </th>
            }
        })
        .collect_view();
    let empty = |hour: i8| hours.iter().all(|cell| cell.hour != hour);
    let rows = (first..=last)
        .filter(|hour| !(empty(*hour) && empty(*hour - 1)))
        .map(|hour| {
            // A run of hours in which nothing starts is one thin row.
            if empty(hour) && empty(hour + 1) {
                return view! {
                    <tr class="hours__gap">
                        <th scope="row">"⋮"</th>
                        <td colspan="7"></td>
                    </tr>
                }
                .into_any();
            }
            let cells = Weekday::ALL
                .iter()
                .map(|day| {
                    let cell = hours.iter().find(|cell| cell.hour == hour && cell.weekday == *day);
                    match cell {
                        None => view! { <td></td> }.into_any(),
                        Some(cell) => {
                            let said = say!(numbers.hours_cell, came = cell.came, dates = cell.dates).to_string();
                            view! {
                                <td class=format!("heat heat--{}", heat(cell.came, most)) title=said>
                                    {cell.came}
                                </td>
                            }
                            .into_any()
                        }
                    }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{format!("{hour}:00")}</th>
                    {cells}
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="hours">
            <h2 class="section-title" id="hours">
                {say!(numbers.hours)}
            </h2>
            <p class="fine">{say!(numbers.hours_text)}</p>
            <table class="hours">
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="visually-hidden">{say!(numbers.hour)}</span>
                        </th>
                        {days}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}
