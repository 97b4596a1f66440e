//! The day list: the calendar of a phone.

use crate::parts::{DateRow, DayHeading};
use domain::reading::CalendarDay;
use jiff::civil::Date;
use leptos::prelude::*;

/// The days that have something, one section each.
#[component]
pub fn DayList(
    /// The community.
    slug: String,
    /// Today there.
    today: Date,
    /// The days.
    days: Vec<CalendarDay>,
) -> impl IntoView {
    days.into_iter()
        .filter(|day| !day.entries.is_empty() || day.head.date == today)
        .map(|day| {
            let date = day.head.date;
            let class = if date == today { "day day--today" } else { "day" };
            let none = day.entries.is_empty().then(|| view! { <p class="soft">{crate::say!(calendar.none_day)}</p> });
            let rows = day
                .entries
                .into_iter()
                .map(|entry| {
                    let href = format!("/{slug}/activities/{}#t{}", entry.activity, entry.term);
                    view! { <DateRow entry href /> }
                })
                .collect_view();
            view! {
                <section class=class aria-labelledby=format!("d{date}")>
                    <DayHeading head=day.head today />
                    {none}
                    <ol class="occ-list">{rows}</ol>
                </section>
            }
        })
        .collect_view()
}
