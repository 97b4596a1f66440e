//! The date that is picked: what it is, and the form that leads to its preview. The way of the keyboard, and beside the
//! calendar what dragging does.

use super::{asked::Asked, entry::double_of};
use crate::{
    desk::{edit_form::EditForm, parts::RoomField},
    frame::use_head,
    parts::{Field, Icon, SideBadge, State},
    say, words,
};
use domain::{
    code::Code,
    reading::{RoomChoice, StaffDate},
    schedule::Reach,
};
use leptos::{html, prelude::*};

/// The date and its form.
#[component]
pub fn Pick(
    /// The date.
    date: StaffDate,
    /// The community's rooms.
    rooms: Vec<RoomChoice>,
    /// What is asked for: the way back.
    asked: Asked,
) -> impl IntoView {
    let head = use_head();
    let slug = head.slug.clone();
    let dates = format!("/{slug}/desk/terms/{}/dates", date.term);
    let room = rooms.iter().find(|room| Some(room.id) == date.now.room).map(|room| room.name.clone());
    let meta = [
        Some(words::date_long(date.now.date)),
        Some(words::hours(date.now.start, date.now.end)),
        room,
        date.now.leader.clone(),
        Some(say!(staff_calendar.places, held = date.held, capacity = date.capacity).to_string()),
    ];
    let meta = meta.into_iter().flatten().map(|text| view! { <span>{text}</span> }).collect_view();
    let why = date.off.then(|| {
        let text = match &date.reason {
            Some(reason) => say!(common.called_off_why, reason = reason).to_string(),
            None => say!(common.called_off).to_owned(),
        };
        view! { <State class="cancelled" icon="cross" text /> }
    });
    let double = double_of(&date).map(|text| {
        view! {
            <p class="field__error">
                <Icon name="alert" />
                <span>{text}</span>
            </p>
        }
    });
    let form = match (date.begun, date.off) {
        (true, _) => view! { <p class="soft">{say!(dates.begun)}</p> }.into_any(),
        (_, true) => view! { <p class="soft">{say!(staff_calendar.is_off)}</p> }.into_any(),
        _ => view! { <Change date=date.clone() rooms action=format!("{dates}#edit") /> }.into_any(),
    };
    // Who came by keyboard goes on from here, not from the top of the page.
    let title = NodeRef::<html::H2>::new();
    title.on_load(|title| {
        let _ = title.focus();
    });
    view! {
        <section class="card stack" aria-labelledby="pick-title">
            <h2 id="pick-title" tabindex="-1" node_ref=title>
                {date.name}
            </h2>
            <p class="occ__meta">
                <SideBadge side=date.audience.side() />
                <span>{date.term_name}</span>
                {meta}
            </p>
            {why}
            {double}
            {form}
            <p class="row">
                <a class="button" href=format!("/{slug}/desk/terms/{}", date.term)>
                    {say!(desk.roster)}
                </a>
                <a class="button" href=format!("/{slug}/desk/occurrences/{}", date.occurrence)>
                    {say!(desk.roll)}
                </a>
                <a class="button" href=dates>
                    {say!(staff_calendar.all_dates)}
                </a>
                <a class="button" href=asked.picking(None).href(&slug)>
                    {say!(staff_calendar.close)}
                </a>
            </p>
        </section>
    }
}

/// A plain form that leads to the term's page with its fields in the URL: there the preview is, and the saving.
#[component]
fn Change(date: StaffDate, rooms: Vec<RoomChoice>, action: String) -> impl IntoView {
    let EditForm { date: on, start, end, room, leader, .. } = EditForm::of(date.occurrence, date.sequence, &date.now);
    let none = Signal::stored(None::<String>);
    view! {
        <form class="form" method="get" action=action>
            <input type="hidden" name="edit" value=date.occurrence.to_string() />
            <input type="hidden" name="sequence" value=date.sequence.to_string() />
            <input type="hidden" name="reach" value=Reach::This.code() />
            <Field name="date" kind="date" label=say!(desk.date) value=on.unwrap_or_default() problem=none />
            <div class="fields">
                <Field name="start" kind="time" label=say!(desk.start) value=start.unwrap_or_default() problem=none />
                <Field name="end" kind="time" label=say!(desk.end) value=end.unwrap_or_default() problem=none />
            </div>
            <RoomField rooms chosen=room id="room" problem=None />
            <Field name="leader" label=say!(desk.leader) value=leader.unwrap_or_default() problem=none />
            <p class="row">
                <button class="button button--primary">{say!(dates.preview)}</button>
            </p>
            <p class="fine">{say!(staff_calendar.nothing_yet)}</p>
        </form>
    }
}
