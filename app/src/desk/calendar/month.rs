//! The month: a table of whole weeks with every date; on a phone a list of the days that have any.

use super::{
    drag::{Place, Row},
    entry::{Cell, Table},
};
use crate::{parts::Marks, say, words};
use domain::{code::Code, reading::StaffCalendar, recurrence::Weekday};
use leptos::prelude::*;

/// A month.
#[component]
pub fn Month(
    /// The page.
    page: StaffCalendar,
    /// What its entries share.
    table: Table,
) -> impl IntoView {
    let StaffCalendar { day: of, days, dates, rooms, .. } = page;
    let caption = say!(staff_calendar.month_caption, month = words::month_year(of)).to_string();
    let heads = Weekday::ALL.iter().map(|day| view! { <th scope="col">{words::weekday(*day)}</th> }).collect_view();
    let rows = days
        .chunks(7)
        .map(|week| {
            let cells = week
                .iter()
                .map(|head| {
                    let on = head.date;
                    let class = match (on == table.today, on.month() == of.month()) {
                        (true, _) => "scal__cell scal__cell--today",
                        (_, false) => "scal__cell scal__cell--other",
                        _ => "scal__cell",
                    };
                    let dates = dates
                        .iter()
                        .filter(|date| date.now.date == on)
                        .map(|date| {
                            let room = rooms.iter().find(|room| Some(room.id) == date.now.room);
                            let says = [room.map(|room| room.name.clone()), date.now.leader.clone()];
                            (date.clone(), says.into_iter().flatten().collect())
                        })
                        .collect();
                    let head = head.clone();
                    let head = view! {
                        <p class="scal__day">
                            <span class="scal__num">{on.day()}</span>
                            " "
                            <span class="lunar" lang="zh-CN">
                                {head.lunar_short.clone()}
                            </span>
                            " "
                            <Marks head />
                            {(on == table.today)
                                .then(|| view! { <span class="today">{say!(common.today)}</span> })}
                        </p>
                    }
                    .into_any();
                    view! { <Cell table place=Place { date: on, row: Row::All } class head=Some(head) dates resizes=false /> }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="scal__table scal__table--month">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
