//! The lines of a roster, each with the way out of it.

use crate::{error::AppError, say, words};
use domain::{id::TermId, reading::RosterLine};
use leptos::prelude::*;

/// Cancels a booking at the desk, or takes it off the waiting list; the first in line moves up.
#[server(prefix = "/api", endpoint = "cancel_booking_at_desk")]
pub async fn cancel_booking_at_desk(slug: String, term: String, booking: String) -> Result<(), AppError> {
    use domain::rights::Door;
    let id = booking.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let cancelled = store::bookings::cancel_booking(&host.db, &who, id, Door::Desk, crate::ssr::now()?).await;
    crate::ssr::told(cancelled, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}?done=cancelled&id={id}"));
    Ok(())
}

/// A roster's table: one form, whose buttons say which booking.
#[component]
pub fn RosterTable(
    /// 已报名 or 候补.
    title: &'static str,
    /// What the first column is called.
    number: &'static str,
    /// How many.
    count: String,
    /// The lines, each with its number.
    lines: Vec<(usize, RosterLine)>,
    /// The community.
    slug: String,
    /// The term.
    term: TermId,
    /// Cancels.
    action: ServerAction<CancelBookingAtDesk>,
) -> impl IntoView {
    let none = lines.is_empty().then(|| view! { <p class="soft">{say!(desk.nobody)}</p> });
    let rows = lines.into_iter().map(|(n, line)| view! { <Line n line number action /> }).collect_view();
    view! {
        <ActionForm action attr:class="card">
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="term" value=term.to_string() />
            <table class="table">
                <caption>
                    <h2 class="section-title">
                        {title}
                        <small>{count}</small>
                    </h2>
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{number}</th>
                        <th scope="col">{say!(desk.person)}</th>
                        <th scope="col">{say!(desk.age)}</th>
                        <th scope="col">{say!(desk.phone)}</th>
                        <th scope="col">{say!(desk.scope)}</th>
                        <th scope="col">{say!(desk.booked)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{say!(desk.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none}
        </ActionForm>
    }
}

#[component]
fn Line(n: usize, line: RosterLine, number: &'static str, action: ServerAction<CancelBookingAtDesk>) -> impl IntoView {
    let name = match line.heads {
        0 | 1 => line.name.clone(),
        heads => say!(desk.name_heads, name = line.name.clone(), heads = heads).to_string(),
    };
    let age = line.age.map(|age| say!(common.years, age = age).to_string());
    let phone = line.phone.clone().unwrap_or_else(|| say!(desk.no_phone).to_owned());
    let scope = words::which::of_line(&line);
    // Who asks why nothing moves gets an answer at once.
    let note = match (line.answer_by, line.stuck) {
        (Some(until), _) => Some(say!(entry.offered_until, at = words::at(until)).to_string()),
        (None, Some(stuck)) => Some(words::entry::stuck(stuck)),
        (None, None) => None,
    };
    let note = note.map(|note| view! { <span class="fine">{note}</span> });
    let confirm = say!(desk.cancel_confirm, name = line.name.clone()).to_string();
    let hidden = format!(" {}", line.name);
    view! {
        <tr>
            <td data-label=number>{n}</td>
            <th scope="row">{name}</th>
            <td class="whole" data-label=say!(desk.age)>{age}</td>
            <td class="whole" data-label=say!(desk.phone)>{phone}</td>
            <td data-label=say!(desk.scope)>
                <span>{scope} " " {note}</span>
            </td>
            <td data-label=say!(desk.booked)>
                <span>
                    <span class="whole">{words::at(line.booked)}</span>
                    " "
                    <span class="soft">{words::door(line.door)}</span>
                </span>
            </td>
            <td class="whole">
                <details>
                    <summary>
                        {say!(desk.cancel)}
                        <span class="visually-hidden">{hidden}</span>
                    </summary>
                    <button
                        class="button button--no"
                        name="booking"
                        value=line.booking.to_string()
                        disabled=move || action.pending().get()
                    >
                        {confirm}
                    </button>
                </details>
            </td>
        </tr>
    }
}
