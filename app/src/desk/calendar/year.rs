//! The year: twelve small months, each day as dark as it is full, and the year's terms.

use super::asked::Asked;
use crate::{parts::SideBadge, say, words};
use domain::{
    calendar::month_weeks,
    code::Code,
    desk_calendar::{DeskView, shade},
    reading::{StaffCalendar, YearDay, YearTerm},
    recurrence::Weekday,
};
use jiff::civil::Date;
use leptos::prelude::*;

/// A year.
#[component]
pub fn Year(
    /// The page.
    page: StaffCalendar,
    /// What is asked for.
    asked: Asked,
    /// The community.
    slug: String,
    /// Today there.
    today: Date,
) -> impl IntoView {
    let StaffCalendar { day, year, plan, .. } = page;
    let month_of = asked.seen_as(DeskView::Month);
    let months = year
        .chunk_by(|one, next| one.date.month() == next.date.month())
        .map(|month| small_month(month, &month_of, &slug, today))
        .collect_view();
    let legend = [(0, "0"), (1, "1–2"), (3, "3–5"), (6, "6–9"), (10, "10+")]
        .map(|(dates, text)| view! { <li class=format!("scal__shade scal__shade--{}", shade(dates))>{text}</li> });
    view! {
        <div class="scal__legend">
            <span id="legend">{say!(staff_calendar.legend)}</span>
            <ul aria-labelledby="legend">{legend}</ul>
        </div>
        <div class="scal__year">{months}</div>
        <Plan plan slug year=day.year() />
    }
}

fn small_month(month: &[YearDay], asked: &Asked, slug: &str, today: Date) -> AnyView {
    let Some(first) = month.first().map(|day| day.date) else { return ().into_any() };
    let title = words::month_year(first);
    let heads = Weekday::ALL
        .iter()
        .map(|day| {
            view! {
                <th scope="col" abbr=words::weekday(*day)>
                    {words::weekday_short(*day)}
                </th>
            }
        })
        .collect_view();
    let rows = month_weeks(first)
        .into_iter()
        .map(|week| {
            let cells = week
                .into_iter()
                .map(|on| match month.iter().find(|day| day.date == on) {
                    Some(day) => small_day(day, asked, slug, on == today),
                    None => view! { <td></td> }.into_any(),
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let href = asked.on(Some(first)).href(slug);
    view! {
        <table class="scal__small">
            <caption>
                <a href=href>{title}</a>
            </caption>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn small_day(day: &YearDay, asked: &Asked, slug: &str, is_today: bool) -> AnyView {
    let count = say!(staff_calendar.count, count = day.dates).to_string();
    let names = day.marks.iter().map(|(kind, name)| format!("{} {name}", words::day_kind(*kind)));
    let title: Vec<_> = [words::date_long(day.date), count].into_iter().chain(names).collect();
    let title = title.join(if crate::look::use_look().lang() == "en" { ", " } else { "，" });
    let marks = day.marks.first().map(|(kind, _)| view! { <span class="scal__mark">{words::day_kind(*kind)}</span> });
    let href = asked.on(Some(day.date)).href(slug);
    let hidden = title.clone();
    let today = if is_today { " scal__shade--today" } else { "" };
    view! {
        <td class=format!("scal__shade scal__shade--{}{today}", shade(day.dates))>
            <a href=href title=title>
                <span class="visually-hidden">{hidden}</span>
                <span aria-hidden="true">
                    <b>{day.date.day()}</b>
                    {marks}
                    {(day.dates > 0).then(|| view! { <small>{day.dates}</small> })}
                </span>
            </a>
        </td>
    }
    .into_any()
}

/// The year's terms, one a line.
#[component]
fn Plan(plan: Vec<YearTerm>, slug: String, year: i16) -> impl IntoView {
    if plan.is_empty() {
        return view! { <p class="soft">{say!(staff_calendar.none_year)}</p> }.into_any();
    }
    let rows = plan
        .into_iter()
        .map(|term| {
            let hidden = format!(" {} {}", term.name, term.term_name);
            view! {
                <tr>
                    <th scope="row">{term.name} " " <SideBadge side=term.audience.side() /></th>
                    <td data-label=say!(desk.term)>{term.term_name}</td>
                    <td data-label=say!(staff_calendar.from_to)>{words::span(term.first, term.last)}</td>
                    <td data-label=say!(staff_calendar.times)>
                        {say!(staff_calendar.count, count = term.dates).to_string()}
                    </td>
                    <td>
                        <a class="button" href=format!("/{slug}/desk/terms/{}/dates", term.term)>
                            {say!(dates.title)}
                            <span class="visually-hidden">{hidden}</span>
                        </a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="plan-title">
            <table class="table">
                <caption>
                    <h2 id="plan-title">{say!(staff_calendar.plan, year = year).to_string()}</h2>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(desk.activity)}</th>
                        <th scope="col">{say!(desk.term)}</th>
                        <th scope="col">{say!(staff_calendar.from_to)}</th>
                        <th scope="col">{say!(staff_calendar.times)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{say!(desk.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}
