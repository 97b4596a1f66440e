//! Giving a place back, or leaving the waiting list.

use crate::{error::AppError, parts::ActionProblem, say, words};
use domain::{booking::BookingState, reading::MyBooking};
use leptos::prelude::*;

/// Cancels a booking of the actor's household, or takes it off the waiting list. `back` is the page, within the
/// community, that shows what came of it.
#[server(prefix = "/api", endpoint = "cancel_booking")]
pub async fn cancel_booking(slug: String, booking: String, back: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = booking.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let cancelled = store::bookings::cancel_booking(&host.db, &who, id, domain::rights::Door::Page, now).await;
    crate::ssr::told(cancelled, &slug).await?;
    let joint = if back.contains('?') { '&' } else { '?' };
    crate::ssr::go(&slug, &format!("{back}{joint}cancelled={id}"));
    Ok(())
}

/// The button that gives a place back, with its deadline beside it.
#[component]
pub fn CancelForm(
    /// The booking.
    booking: MyBooking,
    /// The page to come back to, within the community.
    back: String,
    /// The community whose page this stands on.
    slug: String,
) -> impl IntoView {
    let action = ServerAction::<CancelBooking>::new();
    let waits = booking.state == BookingState::Waiting;
    let person = booking.person_name.clone();
    let (label, text) = if booking.to_be_drawn {
        (say!(entry.withdraw_of, person = person).to_string(), say!(entry.withdraw))
    } else if waits {
        (say!(activity.leave_of, person = person).to_string(), say!(activity.leave_list))
    } else {
        (say!(activity.cancel_of, person = person).to_string(), say!(activity.cancel))
    };
    let deadline = booking.cancel_until.filter(|_| !waits).map(|until| match booking.can_cancel {
        true => say!(activity.cancel_until, at = words::at(until)).to_string(),
        false => say!(activity.cancel_over).to_string(),
    });
    let button = booking.can_cancel.then(|| {
        view! {
            <ActionForm action>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="booking" value=booking.id.to_string() />
                <input type="hidden" name="back" value=back />
                <button class="button button--no" aria-label=label disabled=move || action.pending().get()>
                    {text}
                </button>
            </ActionForm>
        }
    });
    view! {
        <ActionProblem action />
        {button}
        {deadline.map(|deadline| view! { <span class="fine">{deadline}</span> })}
    }
}
