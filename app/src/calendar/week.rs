//! The week: seven columns on a wide screen, seven sections on a phone.

use crate::{
    parts::{Marks, SideBadge},
    say, words,
};
use domain::{
    booking::Standing,
    code::Code,
    reading::{CalendarDay, DateEntry},
    recurrence::Weekday,
};
use jiff::civil::Date;
use leptos::prelude::*;

/// A week.
#[component]
pub fn WeekGrid(
    /// The community.
    slug: String,
    /// Today there.
    today: Date,
    /// Its seven days.
    days: Vec<CalendarDay>,
) -> impl IntoView {
    let day = |day: CalendarDay| {
        let date = day.head.date;
        let is_today = date == today;
        let entries = if day.entries.is_empty() {
            view! { <p class="week__none">{say!(calendar.none_day)}</p> }.into_any()
        } else {
            let items = day.entries.into_iter().map(|entry| view! { <WeekEntry entry slug=slug.clone() /> });
            view! { <ol class="week__list">{items.collect_view()}</ol> }.into_any()
        };
        view! {
            <li class=if is_today { "week__day week__day--today" } else { "week__day" }>
                <h2 class="week__head">
                    <span class="week__num">{date.day()}</span>
                    " "
                    {words::weekday(Weekday::of(date))}
                    " "
                    {is_today.then(|| view! { <span class="visually-hidden">{say!(common.today)}</span> })}
                    <span class="lunar" lang="zh-CN">
                        {day.head.lunar_short.clone()}
                    </span>
                    " "
                    <Marks head=day.head />
                </h2>
                {entries}
            </li>
        }
    };
    view! { <ol class="week">{days.into_iter().map(day).collect_view()}</ol> }
}

#[component]
fn WeekEntry(entry: DateEntry, slug: String) -> impl IntoView {
    let side = entry.audience.side();
    let off = if entry.standing == Standing::CalledOff { " entry--cancelled" } else { "" };
    let hours = format!("{}–{}", words::time(entry.start), words::time(entry.end));
    view! {
        <li>
            <a
                class=format!("entry entry--{}{off}", side.code())
                href=format!("/{slug}/activities/{}#t{}", entry.activity, entry.term)
            >
                <time datetime=words::time(entry.start)>{hours}</time>
                <b>{entry.name}</b>
                <span>
                    <SideBadge side />
                    " "
                    {entry.room}
                </span>
                <span class="visually-hidden">{words::date_long(entry.date)}</span>
                <span class="entry__state">{words::standing_short(entry.standing)}</span>
            </a>
        </li>
    }
}
