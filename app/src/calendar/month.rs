//! The month: a table; on a phone its cells count and lead to the day.

use super::filters::CalendarQuery;
use crate::{parts::Marks, say, words};
use domain::{
    activity::Side,
    booking::Standing,
    calendar::View,
    code::Code,
    reading::{CalendarDay, CommunityHead, DateEntry},
    recurrence::Weekday,
};
use jiff::civil::Date;
use leptos::prelude::*;

/// Entries that a cell shows before it says how many more there are.
const CELL_ENTRIES: usize = 4;

/// A month, in whole weeks from Monday.
#[component]
pub fn MonthTable(
    /// The community.
    head: CommunityHead,
    /// A day of the month.
    day: Date,
    /// The days of its weeks.
    days: Vec<CalendarDay>,
    /// What is asked for.
    query: CalendarQuery,
) -> impl IntoView {
    let caption = say!(calendar.caption, month = words::month_year(day), community = head.name.clone()).to_string();
    let heads = Weekday::ALL
        .iter()
        .map(|weekday| {
            view! {
                <th scope="col">
                    <span class="visually-hidden">{say!(calendar.weekday)}</span>
                    {words::weekday_short(*weekday)}
                </th>
            }
        })
        .collect_view();
    let rows = days
        .chunks(7)
        .map(|week| {
            let cells = week
                .iter()
                .cloned()
                .map(|each| {
                    let other = each.head.date.month() != day.month();
                    let is_today = each.head.date == head.today;
                    let query = query.clone();
                    view! { <Cell slug=head.slug.clone() each other is_today query /> }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="month">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Cell(slug: String, each: CalendarDay, other: bool, is_today: bool, query: CalendarQuery) -> impl IntoView {
    let CalendarDay { head, entries } = each;
    let date = head.date;
    let class = match (other, is_today) {
        (_, true) => "cell cell--today",
        (true, _) => "cell cell--other",
        _ => "cell",
    };
    let href = CalendarQuery { view: Some(View::List), day: Some(date), ..query }.href(&slug);
    let label = say!(calendar.day_label, date = words::date_long(date), count = entries.len()).to_string();
    let count = |side: Side| entries.iter().filter(|entry| entry.audience.side() == side).count();
    let (elder, child, all) = (count(Side::Elder), count(Side::Child), count(Side::All));
    let more = entries.len().saturating_sub(CELL_ENTRIES);
    let any = !entries.is_empty();
    let list = any.then(|| {
        let items = entries
            .iter()
            .take(CELL_ENTRIES)
            .cloned()
            .map(|entry| view! { <CellEntry entry slug=slug.clone() /> })
            .collect_view();
        view! { <ul class="cell__list">{items}</ul> }
    });
    let tally = any.then(|| {
        view! {
            <p class="tally" aria-hidden="true">
                {(elder > 0)
                    .then(|| {
                        view! {
                            <span class="tally__elder">{say!(calendar.tally_elder, count = elder).to_string()}</span>
                        }
                    })}
                {(child > 0)
                    .then(|| {
                        view! {
                            <span class="tally__child">{say!(calendar.tally_child, count = child).to_string()}</span>
                        }
                    })}
                {(all > 0).then(|| view! { <span>{say!(calendar.tally_all, count = all).to_string()}</span> })}
            </p>
        }
    });
    view! {
        <td class=class aria-current=is_today.then_some("date")>
            <a class="cell__date" href=href.clone()>
                <span class="visually-hidden">{label}</span>
                <span class="cell__num" aria-hidden="true">
                    {date.day()}
                </span>
                <span class="lunar" lang="zh-CN">
                    {head.lunar_short.clone()}
                </span>
                <span class="cell__marks">
                    <Marks head />
                </span>
            </a>
            {tally}
            {list}
            {(more > 0)
                .then(|| {
                    view! {
                        <a class="cell__more" href=href>
                            {say!(calendar.more, count = more).to_string()}
                        </a>
                    }
                })}
        </td>
    }
}

#[component]
fn CellEntry(entry: DateEntry, slug: String) -> impl IntoView {
    let off = if entry.standing == Standing::CalledOff { " entry--cancelled" } else { "" };
    let start = words::time(entry.start);
    view! {
        <li>
            <a
                class=format!("entry entry--{}{off}", entry.audience.side().code())
                href=format!("/{slug}/activities/{}#t{}", entry.activity, entry.term)
            >
                <time datetime=start.clone()>{start.clone()}</time>
                " "
                {entry.name}
                <span class="visually-hidden">{format!(" {}", words::date_long(entry.date))}</span>
                " "
                <span class="entry__state">{words::standing_short(entry.standing)}</span>
            </a>
        </li>
    }
}
