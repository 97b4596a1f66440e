//! A month as it stands on paper.

use super::parts::Scan;
use crate::{calendar::filters::CalendarQuery, frame::use_head, say, words};
use domain::{
    activity::Side,
    booking::Standing,
    code::Code,
    day_kind::DayKind,
    reading::{CalendarDay, CommunityHead, DateEntry, DayHead, MonthSheet, QrCode},
    recurrence::Weekday,
    term::AgeRule,
};
use jiff::civil::Date;
use leptos::prelude::*;

/// What a sheet holds where it doesn't hold everything, in words.
pub(super) fn what(of: &CalendarQuery) -> What {
    let age = of.age.and_then(|age| words::ages(&AgeRule { min: Some(age), max: Some(age), on: None }));
    let words =
        [of.side.map(|side| words::side(side).to_owned()), of.kind.map(|kind| words::kind(kind).to_owned()), age];
    What { side: of.side, words: words.into_iter().flatten().collect::<Vec<_>>().join(" · ") }
}

/// The filter of a sheet.
#[derive(Clone, Debug)]
pub(super) struct What {
    side: Option<Side>,
    words: String,
}

/// The pages of a month, each with its head and foot.
#[component]
pub fn MonthPaper(
    /// The month.
    sheet: MonthSheet,
    /// Leads to the calendar.
    code: Option<QrCode>,
    /// The filter.
    what: What,
) -> impl IntoView {
    let head = use_head();
    let MonthSheet { month, lunar, paper, size, pages, .. } = sheet;
    let count = pages.len();
    let class = format!("sheet sheet--month sheet--{} sheet--t{size}", paper.code());
    pages
        .into_iter()
        .enumerate()
        .map(|(n, days)| {
            let page = (count > 1).then_some((n + 1, count));
            view! {
                <section class=class.clone() aria-labelledby=format!("sheet-{n}")>
                    <Head head=head.clone() month lunar=lunar.clone() what=what.clone() page id=format!("sheet-{n}") />
                    <Weeks days month plain=what.side.is_some() />
                    <Foot head=head.clone() code=code.clone() />
                </section>
            }
        })
        .collect_view()
}

#[component]
fn Head(
    head: CommunityHead,
    month: Date,
    lunar: Vec<String>,
    what: What,
    page: Option<(usize, usize)>,
    id: String,
) -> impl IntoView {
    let lunar = match (lunar.first(), lunar.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} – {last}"),
        (Some(only), _) => only.clone(),
        _ => String::new(),
    };
    let legend = what.side.is_none().then(|| {
        let sides = Side::ALL.iter().map(|side| view! { <li><Letter side=*side />" "{words::side(*side)}</li> });
        view! { <ul class="sheet__legend" aria-label=say!(calendar.for_whom)>{sides.collect_view()}</ul> }
    });
    let only = (!what.words.is_empty()).then(|| view! { <p class="sheet__only">{what.words}</p> });
    let page =
        page.map(|(n, of)| view! { <span class="sheet__page">{say!(sheet.page, n = n, of = of).to_string()}</span> });
    view! {
        <header class="sheet__head">
            <h2 class="sheet__title" id=id>
                <span>{head.name}</span>
                " "
                <b>{words::month_year(month)}</b>
                " "
                {page}
            </h2>
            <p class="sheet__lunar-months">
                {say!(sheet.lunar)} " " <span lang="zh-CN">{lunar}</span>
            </p>
            {only}
            {legend}
        </header>
    }
}

#[component]
fn Weeks(days: Vec<CalendarDay>, month: Date, plain: bool) -> impl IntoView {
    let heads =
        Weekday::ALL.iter().map(|weekday| view! { <th scope="col">{words::weekday(*weekday)}</th> }).collect_view();
    let rows = days
        .chunks(7)
        .map(|week| {
            let cells = week.iter().cloned().map(|day| view! { <Day day month plain /> }).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="sheet__weeks">
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Day(day: CalendarDay, month: Date, plain: bool) -> impl IntoView {
    let CalendarDay { head, entries } = day;
    let other = head.date.month() != month.month();
    let class = if other { "sheet__day sheet__day--other" } else { "sheet__day" };
    let number = if other { words::date_short(head.date) } else { head.date.day().to_string() };
    let note = head.festival.clone().unwrap_or_else(|| head.lunar_short.clone());
    let entries = entries.into_iter().map(|entry| view! { <Entry entry plain /> }).collect_view();
    view! {
        <td class=class>
            <p class="sheet__date">
                <b class="sheet__number">{number}</b>
                " "
                <span lang="zh-CN">{note}</span>
                " "
                <PaperMarks head />
            </p>
            <ul>{entries}</ul>
        </td>
    }
}

/// 休 and 班 with the name of a holiday or closure: whoever stands before the wall can't point at it to learn more.
#[component]
pub(super) fn PaperMarks(head: DayHead) -> impl IntoView {
    head.marks
        .into_iter()
        .map(|(kind, name)| {
            let name = kind.is_off().then(|| format!(" {name}"));
            let kind = match kind {
                DayKind::PublicHoliday => say!(sheet.mark_rest),
                DayKind::WorkingDay => say!(sheet.mark_work),
                DayKind::SchoolHoliday => say!(sheet.mark_school),
                DayKind::Closure => say!(sheet.mark_closed),
            };
            view! { <span class="sheet__mark"><b>{kind}</b>{name}</span>" " }
        })
        .collect_view()
}

#[component]
fn Entry(entry: DateEntry, plain: bool) -> impl IntoView {
    let off = entry.standing == Standing::CalledOff;
    let letter = (!plain).then(|| view! { <Letter side=entry.audience.side() />" " });
    // Some rooms are called what takes place in them.
    let room = entry.room.filter(|room| *room != entry.name).map(|room| view! { " "<small>{room}</small> });
    let start = words::time(entry.start);
    let time = view! { <time datetime=start.clone()>{start.clone()}</time>" " };
    match off {
        true => view! {
            <li class="sheet__entry sheet__entry--off">
                {time} {letter} <del>{entry.name}</del> {room} " " <b>{say!(sheet.off)}</b>
            </li>
        }
        .into_any(),
        false => view! { <li class="sheet__entry">{time} {letter} <span>{entry.name}</span> {room}</li> }.into_any(),
    }
}

/// For whom, in one letter: framed for elders, in a circle for children, bare for all; so grey paper says it too.
#[component]
fn Letter(side: Side) -> impl IntoView {
    let letter = match side {
        Side::Elder => say!(sheet.letter_elder),
        Side::Child => say!(sheet.letter_child),
        Side::All => say!(sheet.letter_all),
    };
    view! {
        <b class=format!("sheet__letter sheet__letter--{}", side.code()) title=words::side(side)>
            {letter}
        </b>
    }
}

/// Whom to call, where to look, and when this was true.
#[component]
pub(super) fn Foot(head: CommunityHead, code: Option<QrCode>) -> impl IntoView {
    view! {
        <footer class="sheet__foot">
            <div>
                <p class="sheet__phone">{say!(common.hotline, phone = head.phone).to_string()}</p>
                <p>{head.name} " · " {head.place}</p>
                <p class="sheet__printed">{say!(sheet.printed, date = words::date_year(head.today)).to_string()}</p>
            </div>
            {code.map(|code| view! { <Scan code text=say!(sheet.scan_calendar) /> })}
        </footer>
    }
}
