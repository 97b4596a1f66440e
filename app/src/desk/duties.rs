//! When the visitor must be there, as leader or in the crew.

use super::crew::duty;
use crate::{frame::use_head, say, words};
use domain::reading::DutyDate;
use leptos::prelude::*;

/// The dates that name the visitor, with the way to the roll of those that are theirs to call.
#[component]
pub fn Duties(
    /// They, in order of start.
    duties: Vec<DutyDate>,
) -> impl IntoView {
    let head = use_head();
    let none = duties.is_empty().then(|| view! { <p class="soft">{say!(staff.no_duties)}</p> });
    let rows = duties
        .into_iter()
        .map(|date| {
            let (day, start) = (words::date_long(date.date), words::time(date.start));
            let hidden = format!(" {day} {start} {}", date.name);
            let today = (date.date == head.today).then(|| view! { <span class="tag">{say!(common.today)}</span> });
            let roll = date.roll.then(|| {
                view! {
                    <a class="button" href=format!("/{}/desk/occurrences/{}", head.slug, date.occurrence)>
                        {say!(desk.roll)}
                        <span class="visually-hidden">{hidden}</span>
                    </a>
                }
            });
            view! {
                <li class="card care__row">
                    <div>
                        <p>
                            <b>{day}</b>
                            " "
                            {format!("{start}–{}", words::time(date.end))}
                            " "
                            {today}
                        </p>
                        <p>{date.name} {date.room.map(|room| format!(" · {room}"))}</p>
                        <p class="fine">
                            {say!(staff.as_duty, duty = duty(date.duty), heads = date.heads).to_string()}
                        </p>
                    </div>
                    {roll}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack" aria-labelledby="duties">
            <h2 class="section-title" id="duties">
                {say!(staff.duties)}
            </h2>
            {none}
            <ol class="care">{rows}</ol>
        </section>
    }
}
