//! A week by room or by leader: one row each, and one for the dates without; on a phone a list.

use super::{
    drag::{Place, Row},
    entry::{Cell, Table},
};
use crate::{parts::Marks, say, words};
use domain::{
    block::{Block, Blocked},
    desk_calendar::DeskView,
    reading::{StaffCalendar, StaffDate},
    recurrence::Weekday,
};
use leptos::prelude::*;
use std::collections::HashMap;

/// A week.
#[component]
pub fn Week(
    /// The page.
    page: StaffCalendar,
    /// What its entries share.
    table: Table,
) -> impl IntoView {
    let by_room = page.view == DeskView::Rooms;
    let (rows, last) = table.asked.with_value(|asked| rows(&page, asked));
    let StaffCalendar { days, dates, rooms, blocks, .. } = page;
    let span = match days.as_slice() {
        [first, .., last] => words::span(first.date, last.date),
        _ => String::new(),
    };
    let (caption, corner) = match by_room {
        true => (say!(staff_calendar.rooms_caption, span = span).to_string(), say!(desk.room)),
        false => (say!(staff_calendar.leaders_caption, span = span).to_string(), say!(staff_calendar.leader)),
    };
    let heads = days
        .iter()
        .cloned()
        .map(|head| {
            let date = head.date;
            let class = if date == table.today { "scal__head scal__head--today" } else { "scal__head" };
            let today = (date == table.today).then(|| view! { <span class="today">{say!(common.today)}</span> });
            view! {
                <th scope="col" class=class>
                    {words::weekday(Weekday::of(date))}
                    " "
                    <span class="whole">{words::date_short(date)}</span>
                    " "
                    {today}
                    " "
                    <Marks head />
                </th>
            }
        })
        .collect_view();
    let mut cells: HashMap<Place, Vec<(StaffDate, Vec<String>)>> = HashMap::new();
    for date in dates {
        let room = rooms.iter().find(|room| Some(room.id) == date.now.room).map(|room| room.name.clone());
        let (row, says) = match by_room {
            true => (Row::Room(date.now.room), date.now.leader.clone()),
            false => (Row::Leader(date.now.leader.clone()), room),
        };
        let row = if rows.iter().any(|(known, ..)| *known == row) { row } else { last.clone() };
        let place = Place { date: date.now.date, row };
        cells.entry(place).or_default().push((date, says.into_iter().collect()));
    }
    let rows = rows
        .into_iter()
        .map(|(row, name, note)| {
            let cells = days
                .iter()
                .map(|head| {
                    let place = Place { date: head.date, row: row.clone() };
                    let dates = cells.remove(&place).unwrap_or_default();
                    let class = match head.date == table.today {
                        true => "scal__cell scal__cell--today",
                        false => "scal__cell",
                    };
                    let head = blocked(&blocks, &place);
                    view! { <Cell table place class head dates resizes=true /> }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row" class="scal__row">
                        {name}
                        " "
                        {note.map(|note| view! { <small class="soft">{note}</small> })}
                    </th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="scal__table scal__table--week">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col" class="scal__corner">
                        {corner}
                    </th>
                    {heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// What blocks a room or a leader on a day.
fn blocked(blocks: &[Block], place: &Place) -> Option<AnyView> {
    let its = blocks.iter().filter(|block| (block.first..=block.last).contains(&place.date)).filter(|block| {
        match (&block.of, &place.row) {
            (Blocked::Room(room), Row::Room(row)) => Some(room) == row.as_ref(),
            (Blocked::Leader(leader), Row::Leader(row)) => Some(leader) == row.as_ref(),
            _ => false,
        }
    });
    let texts: Vec<_> = its
        .map(|block| {
            let why = block.reason.as_str().to_owned();
            let text = match block.of {
                Blocked::Room(_) => say!(resources.room_blocked, why = why).to_string(),
                Blocked::Leader(_) => say!(resources.leader_away, why = why).to_string(),
            };
            let hours = block.hours.map(|hours| format!(" {}", words::hours(hours.from, hours.to)));
            view! { <p class="scal__blocked">{text} {hours}</p> }
        })
        .collect();
    (!texts.is_empty()).then(|| texts.into_any())
}

/// The rows with their names, and that of the dates without a room or a leader. A filter leaves one row.
fn rows(page: &StaffCalendar, asked: &super::asked::Asked) -> (Vec<(Row, String, Option<String>)>, Row) {
    let mut rows: Vec<_> = match page.view {
        DeskView::Rooms => page
            .rooms
            .iter()
            .filter(|room| asked.room().is_none_or(|only| only == room.id))
            .map(|room| {
                let size = say!(staff_calendar.size, size = room.size).to_string();
                (Row::Room(Some(room.id)), room.name.clone(), Some(size))
            })
            .collect(),
        _ => page
            .leaders
            .iter()
            .filter(|leader| asked.leader.as_ref().is_none_or(|only| only == *leader))
            .map(|leader| (Row::Leader(Some(leader.clone())), leader.clone(), None))
            .collect(),
    };
    let (last, name, one) = match page.view {
        DeskView::Rooms => (Row::Room(None), say!(staff_calendar.no_room), asked.room().is_some()),
        _ => (Row::Leader(None), say!(staff_calendar.no_leader), asked.leader.is_some()),
    };
    if !one || rows.is_empty() {
        rows.push((last.clone(), name.to_owned(), None));
    }
    (rows, last)
}
