//! The dates that a rule gives, before anything is saved.

use super::{parts::query, term_form::TermForm};
use crate::{
    frame::use_head,
    parts::{Icon, Marks},
    say, words,
};
use domain::{
    block::Obstacle,
    reading::{ClashBy, ClashLine, PreviewDay, RoomChoice},
    recurrence::Fate,
    schedule::Shared,
};
use jiff::civil::Date;
use leptos::prelude::*;

/// The preview beside the form.
#[component]
pub fn Preview(
    /// The dates; none where nothing was asked yet or the rule can't be.
    days: Vec<PreviewDay>,
    /// Rooms in which all of them could be held, where the room is what stands in the way.
    free: Vec<RoomChoice>,
    /// The form as typed.
    form: TermForm,
    /// The form's page.
    here: String,
) -> impl IntoView {
    let kept = days.iter().filter(|day| day.fate.is_kept()).count();
    let count = (!days.is_empty()).then(|| match days.len() - kept {
        0 => say!(desk.preview_count, kept = kept).to_string(),
        skipped => say!(desk.preview_skipped, kept = kept, skipped = skipped).to_string(),
    });
    let none = days.is_empty().then(|| view! { <p class="soft">{say!(desk.preview_none)}</p> });
    let clashes = clashes(&days, free, &form, &here, &use_head().slug);
    let mut nth = 0;
    let rows = days
        .into_iter()
        .map(|day| {
            nth += usize::from(day.fate.is_kept());
            view! { <PreviewRow day nth /> }
        })
        .collect_view();
    view! {
        <section class="card aside" id="preview" aria-labelledby="preview-title">
            <h2 class="section-title" id="preview-title">
                {say!(desk.preview_title)}
                {count.map(|count| view! { <small>{count}</small> })}
            </h2>
            {none}
            {clashes}
            <ol class="preview">{rows}</ol>
        </section>
    }
}

/// How many dates something stands in the way of, and the ways out: to leave them out, another room, or to clear this one.
fn clashes(days: &[PreviewDay], free: Vec<RoomChoice>, form: &TermForm, here: &str, slug: &str) -> Option<AnyView> {
    let clashing: Vec<_> = days.iter().filter(|day| !day.clashes.is_empty()).map(|day| day.head.date).collect();
    if clashing.is_empty() {
        return None;
    }
    let page = |form: TermForm| format!("{here}?{}#preview", query(&form.pairs()));
    let left_out: Vec<_> = form.except.clone().into_iter().chain(clashing.iter().map(ToString::to_string)).collect();
    let skip = page(TermForm { except: Some(left_out.join("\n").trim().to_owned()), ..form.clone() });
    let clear = days.iter().any(|day| day.clashes.iter().any(|clash| clash.by.is_of_room()));
    let clear = form.room.clone().filter(|room| clear && !room.is_empty()).map(|room| {
        let value = |text: &Option<String>| text.clone().unwrap_or_default();
        let (first, last) = (clashing.iter().min(), clashing.iter().max());
        let day = |day: Option<&Date>| day.map(ToString::to_string).unwrap_or_default();
        let pairs = [
            ("first", day(first)),
            ("last", day(last)),
            ("start", value(&form.start)),
            ("end", value(&form.end)),
            ("reason", value(&form.name)),
            ("kind", "clear".to_owned()),
        ];
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let href = format!("/{slug}/desk/rooms/{room}?{}#block", query(&pairs));
        view! {
            <a class="button" href=href>
                {say!(resources.clear_room)}
            </a>
        }
    });
    let rooms = (!free.is_empty()).then(|| {
        let links = free
            .into_iter()
            .map(|room| {
                let href = page(TermForm { room: Some(room.id.to_string()), ..form.clone() });
                view! {
                    <a class="button" href=href>
                        {say!(desk.room_of, name = room.name, size = room.size).to_string()}
                    </a>
                }
            })
            .collect_view();
        view! {
            <p>{say!(desk.clash_rooms)}</p>
            <p class="row">{links}</p>
        }
    });
    let view = view! {
        <div class="banner banner--no" role="alert">
            <Icon name="alert" />
            <div>
                <p class="banner__title">{say!(desk.clash_title, count = clashing.len()).to_string()}</p>
                <p class="row">
                    <a class="button" href=skip>
                        {say!(desk.clash_skip)}
                    </a>
                    {clear}
                </p>
                {rooms}
            </div>
        </div>
    };
    Some(view.into_any())
}

#[component]
fn PreviewRow(day: PreviewDay, nth: usize) -> impl IntoView {
    let PreviewDay { head, fate, clashes } = day;
    let date = words::date_long(head.date);
    let lunar = head.festival.clone().unwrap_or_else(|| head.lunar_short.clone());
    let first = match fate {
        Fate::Kept | Fate::InPlaceOf(_) => say!(common.nth, n = nth).to_string(),
        Fate::DayOff(_) => say!(desk.skipped).to_owned(),
        Fate::MovedTo(_) => say!(desk.moved_to).to_owned(),
        Fate::Excepted => say!(desk.excepted).to_owned(),
    };
    let other = match fate {
        Fate::InPlaceOf(date) => Some(say!(desk.in_place_of, date = words::date_short(date)).to_string()),
        Fate::MovedTo(date) => Some(format!("→ {}", words::date_short(date))),
        Fate::Kept | Fate::DayOff(_) | Fate::Excepted => None,
    };
    let kept = fate.is_kept();
    let class = if kept { None } else { Some("preview__skipped") };
    let date = if kept { view! { <b>{date}</b> }.into_any() } else { view! { <del>{date}</del> }.into_any() };
    let clashes = clashes.iter().map(clash).collect_view();
    view! {
        <li class=class>
            <span class="soft">{first}</span>
            <span>
                {date}
                " "
                <span class="lunar" lang="zh-CN">
                    {lunar}
                </span>
                " "
                {other}
            </span>
            <span>
                <Marks head />
            </span>
            {clashes}
        </li>
    }
}

fn clash(line: &ClashLine) -> AnyView {
    view! {
        <span class="preview__clash">
            <Icon name="alert" />
            {clash_text(line)}
        </span>
    }
    .into_any()
}

/// What two dates would share.
pub fn shared_text(shared: Shared) -> &'static str {
    match shared {
        Shared::Room => say!(dates.shared_room),
        Shared::Leader => say!(dates.shared_leader),
        Shared::Term => say!(dates.shared_term),
    }
}

/// What stands in the way of a date, without its day.
pub fn clash_text(line: &ClashLine) -> String {
    let hours = words::hours(line.start, line.end);
    match &line.by {
        ClashBy::Date { name, shared } => {
            let both = shared_text(*shared);
            say!(desk.preview_clash, name = name.clone(), hours = hours, shared = both).to_string()
        }
        ClashBy::Obstacle(Obstacle::RoomHours(Some(open))) => {
            say!(resources.outside_hours, hours = words::hours(open.from, open.to)).to_string()
        }
        ClashBy::Obstacle(Obstacle::RoomHours(None)) => say!(resources.outside_day).to_owned(),
        ClashBy::Obstacle(Obstacle::RoomBlocked(why)) => say!(resources.room_blocked, why = why.clone()).to_string(),
        ClashBy::Obstacle(Obstacle::LeaderBlocked(why)) => say!(resources.leader_away, why = why.clone()).to_string(),
    }
}
