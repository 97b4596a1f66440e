//! One date as an entry: a link to its form, which can be dragged to another cell, and in a week be made longer.

use super::{
    asked::Asked,
    drag::{Drag, Place},
};
use crate::{desk::preview::shared_text, parts::Icon, say, words};
use domain::{code::Code, desk_calendar::dragged_end, reading::StaffDate};
use jiff::civil::Time;
use leptos::{ev::PointerEvent, prelude::*, web_sys::Element};

/// Pixels that the lower edge is dragged for a quarter of an hour.
const STEP_PIXELS: i32 = 12;

/// What all entries of a page share.
#[derive(Clone, Copy)]
pub struct Table {
    /// The community.
    pub slug: StoredValue<String>,
    /// What is asked for.
    pub asked: StoredValue<Asked>,
    /// What is dragged.
    pub drag: Drag,
    /// Today: what lies before it takes no drop.
    pub today: jiff::civil::Date,
}

/// A cell with its dates; a date may be dropped on it.
#[component]
pub fn Cell(
    /// What the page's entries share.
    table: Table,
    /// Which cell it is.
    place: Place,
    /// Its classes.
    class: &'static str,
    /// Its head: what stands above the dates.
    head: Option<AnyView>,
    /// Its dates, each with its room's name where the row doesn't say it.
    dates: Vec<(StaffDate, Vec<String>)>,
    /// True if an entry's lower edge may be dragged.
    resizes: bool,
) -> impl IntoView {
    let Table { slug, drag, today, .. } = table;
    let label = words::date_long(place.date);
    let open = place.date >= today;
    let list = (!dates.is_empty()).then(|| {
        let entries = dates.into_iter().map(|(date, says)| view! { <Entry table date says resizes /> }).collect_view();
        view! { <ul class="scal__list">{entries}</ul> }
    });
    let (hovered, dropped) = (place.clone(), place.clone());
    view! {
        <td
            class=class
            class:scal__over=move || drag.is_over(&place)
            data-label=label
            on:dragover=move |event| {
                if open {
                    drag.hover(&event, &hovered)
                }
            }
            on:drop=move |event| {
                if open {
                    slug.with_value(|slug| drag.drop(&event, &dropped, slug))
                }
            }
        >
            {head}
            {list}
        </td>
    }
}

#[component]
fn Entry(table: Table, date: StaffDate, says: Vec<String>, resizes: bool) -> impl IntoView {
    let Table { slug, asked, drag, .. } = table;
    let moves = date.can_move();
    let (start, end) = (date.now.start, date.now.end);
    // While the lower edge is dragged: the end that it stands for.
    let dragged = RwSignal::new(None::<Time>);
    let picked = asked.with_value(|asked| asked.pick() == Some(date.occurrence));
    let href = asked.with_value(|asked| slug.with_value(|slug| asked.picking(Some(date.occurrence)).href(slug)));
    let off = if date.off { " entry--cancelled" } else { "" };
    let class = format!("entry entry--{}{off} scal__link", date.audience.side().code());
    let when = move || match resizes {
        true => words::hours(start, dragged.get().unwrap_or(end)),
        false => words::time(start),
    };
    let says = says.into_iter().map(|text| view! { <span class="scal__say">{text}</span> }).collect_view();
    let places = say!(staff_calendar.places, held = date.held, capacity = date.capacity).to_string();
    let short = format!("{}/{}", date.held, date.capacity);
    let why = date.off.then(|| match &date.reason {
        Some(reason) => say!(common.called_off_why, reason = reason).to_string(),
        None => say!(common.called_off).to_owned(),
    });
    let double = double_of(&date).map(|text| {
        view! {
            <span class="scal__double">
                <Icon name="alert" />
                {text}
            </span>
        }
    });
    let hidden = format!(" {} ", words::date_long(date.now.date));
    let name = date.name.clone();
    let date = StoredValue::new(date);
    let grip = (moves && resizes).then(|| view! { <Grip table date dragged /> });
    view! {
        <li class="scal__entry" class:scal__entry--picked=picked>
            <a
                class=class
                href=format!("{href}#pick")
                draggable=if moves { "true" } else { "false" }
                aria-current=picked.then_some("true")
                on:dragstart=move |event| {
                    if moves {
                        drag.start(&event, date.get_value())
                    }
                }
                on:dragend=move |_| drag.end()
            >
                <span class="visually-hidden">{hidden}</span>
                <time class="scal__time" datetime=words::time(start)>
                    {when}
                </time>
                " "
                <b class="scal__name">{name}</b>
                " "
                {says}
                <span class="scal__places">
                    <span aria-hidden="true">{short}</span>
                    <span class="visually-hidden">{places}</span>
                </span>
                {why.map(|why| view! { <span class="scal__why">{why}</span> })}
                {double}
            </a>
            {grip}
        </li>
    }
}

/// What a date shares with another at the same time, in words.
pub fn double_of(date: &StaffDate) -> Option<String> {
    let joint = if crate::look::use_look().lang() == "en" { ", " } else { "、" };
    let shared: Vec<_> = date.double.iter().map(|both| shared_text(*both)).collect();
    (!shared.is_empty()).then(|| say!(staff_calendar.double, shared = shared.join(joint)).to_string())
}

/// An entry's lower edge. Whoever has no pointer sets the end in the form.
#[component]
fn Grip(table: Table, date: StoredValue<StaffDate>, dragged: RwSignal<Option<Time>>) -> impl IntoView {
    let from = StoredValue::new(None::<i32>);
    let down = move |event: PointerEvent| {
        // Not the start of a drag of the entry, nor of a selection.
        event.prevent_default();
        // The edge follows the pointer, even where that runs ahead; without this it only loses it sooner.
        let _ = event_target::<Element>(&event).set_pointer_capture(event.pointer_id());
        from.set_value(Some(event.client_y()));
    };
    let moved = move |event: PointerEvent| {
        if let Some(from) = from.get_value() {
            let steps = i64::from((event.client_y() - from) / STEP_PIXELS);
            dragged.set(date.with_value(|date| Some(dragged_end(date.now.start, date.now.end, steps))));
        }
    };
    let up = move |_: PointerEvent| {
        from.set_value(None);
        if let Some(end) = dragged.get_untracked() {
            date.with_value(|date| table.slug.with_value(|slug| table.drag.resized(date, end, slug)));
        }
    };
    let cancel = move |_: PointerEvent| {
        from.set_value(None);
        dragged.set(None);
    };
    view! {
        <span
            class="scal__grip"
            aria-hidden="true"
            title=say!(staff_calendar.grip)
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=cancel
        ></span>
    }
}
