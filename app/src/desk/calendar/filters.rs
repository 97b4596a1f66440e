//! The filters: a plain form that asks the same page anew.

use super::asked::Asked;
use crate::{
    parts::{Icon, side_icon},
    say, words,
};
use domain::{activity::Side, code::Code, reading::RoomChoice};
use leptos::prelude::*;

/// The filters.
#[component]
pub fn Filters(
    /// What is asked for now.
    asked: Asked,
    /// The community.
    slug: String,
    /// Its rooms.
    rooms: Vec<RoomChoice>,
    /// Who leads around these days.
    leaders: Vec<String>,
) -> impl IntoView {
    let on = asked.filters();
    let clear = asked.cleared().href(&slug);
    let chosen = asked.side();
    let side = move |side: Option<Side>, text: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="side"
                    value=side.map(Code::code).unwrap_or_default()
                    checked=chosen == side
                />
                <span>{side.map(|side| view! { <Icon name=side_icon(side) /> " " })} {text}</span>
            </label>
        }
    };
    let room = asked.room();
    let rooms = rooms
        .into_iter()
        .map(|each| {
            view! {
                <option value=each.id.to_string() selected=room == Some(each.id)>
                    {each.name}
                </option>
            }
        })
        .collect_view();
    // Whoever is asked for stays to be seen, though there is nothing of hers around these days.
    let gone = asked.leader.clone().filter(|leader| !leaders.contains(leader));
    let leaders = gone
        .into_iter()
        .chain(leaders)
        .map(|each| {
            let selected = asked.leader.as_ref() == Some(&each);
            view! {
                <option value=each.clone() selected=selected>
                    {each.clone()}
                </option>
            }
        })
        .collect_view();
    view! {
        <details class="filters" open=on>
            <summary>{if on { say!(calendar.filter_some) } else { say!(staff_calendar.filter) }}</summary>
            <form class="filters__form" method="get" action=format!("/{slug}/desk/calendar")>
                {asked.view.map(|view| view! { <input type="hidden" name="view" value=view /> })}
                {asked.day.map(|day| view! { <input type="hidden" name="day" value=day /> })}
                <fieldset class="group">
                    <legend class="visually-hidden">{say!(calendar.for_whom)}</legend>
                    <div class="chips">
                        {side(None, say!(calendar.all))}
                        {Side::ALL.iter().map(|each| side(Some(*each), words::side(*each))).collect_view()}
                    </div>
                </fieldset>
                <div class="field">
                    <label for="filter-room">{say!(desk.room)}</label>
                    <select class="input" id="filter-room" name="room">
                        <option value="">{say!(calendar.all)}</option>
                        {rooms}
                    </select>
                </div>
                <div class="field">
                    <label for="filter-leader">{say!(staff_calendar.leader)}</label>
                    <select class="input" id="filter-leader" name="leader">
                        <option value="">{say!(calendar.all)}</option>
                        {leaders}
                    </select>
                </div>
                <div class="field">
                    <label for="filter-q">{say!(staff_calendar.name)}</label>
                    <input class="input" id="filter-q" name="q" type="search" value=asked.q />
                </div>
                <button class="button">{say!(calendar.apply)}</button>
                {on.then(|| view! { <a href=clear>{say!(calendar.clear)}</a> })}
            </form>
        </details>
    }
}
