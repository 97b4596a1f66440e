//! Answering an offer, or confirming a place that is held.

use super::{
    cancel_booking::CancelBooking,
    countdown::{clock, countdown},
};
use crate::{
    error::AppError,
    parts::{ActionProblem, Icon},
    say, words,
};
use domain::reading::MyBooking;
use leptos::prelude::*;

/// Takes what is offered to a booking of the actor's household. `back` is the page, within the community, that shows what
/// came of it.
#[server(prefix = "/api", endpoint = "accept_offer")]
pub async fn accept_offer(slug: String, booking: String, back: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = booking.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let accepted = store::bookings::accept_offer(&host.db, &who, id, domain::rights::Door::Page, now).await;
    crate::ssr::told(accepted, &slug).await?;
    let joint = if back.contains('?') { '&' } else { '?' };
    crate::ssr::go(&slug, &format!("{back}{joint}booked={id}"));
    Ok(())
}

/// A place that waits for an answer: until when, and the two buttons.
#[component]
pub fn OfferCard(
    /// The booking.
    booking: MyBooking,
    /// The page to come back to, within the community.
    back: String,
    /// The community whose page this stands on.
    slug: String,
    /// Raised when the time is over, to ask for the page anew.
    version: RwSignal<u32>,
) -> impl IntoView {
    let accept = ServerAction::<AcceptOffer>::new();
    let refuse = ServerAction::<CancelBooking>::new();
    let person = booking.person_name.clone();
    // What is held for minutes was asked for; what is offered for hours comes unasked.
    let title = match booking.answer_in {
        Some(seconds) if seconds < 3600 => say!(entry.held_title, person = person.clone()).to_string(),
        _ => say!(entry.offered_title, person = person.clone()).to_string(),
    };
    let until = booking.answer_by.map(|until| say!(entry.answer_until, at = words::at(until)).to_string());
    let seconds = countdown(booking.answer_in.unwrap_or(0), move || version.update(|version| *version += 1));
    let left = move || {
        let left = seconds.get();
        (left < 86_400).then(|| say!(entry.answer_in, time = clock(left)).to_string())
    };
    let names = [
        say!(entry.accept_of, person = person.clone()).to_string(),
        say!(entry.refuse_of, person = person).to_string(),
    ];
    let [accept_of, refuse_of] = names;
    let fields = || {
        view! {
            <input type="hidden" name="slug" value=slug.clone() />
            <input type="hidden" name="booking" value=booking.id.to_string() />
            <input type="hidden" name="back" value=back.clone() />
        }
    };
    let (to_accept, to_refuse) = (fields(), fields());
    let label = title.clone();
    view! {
        <div class="banner banner--ask" role="group" aria-label=label>
            <Icon name="ticket" />
            <div>
                <p class="banner__title">{title}</p>
                <p>{until}</p>
                {move || {
                    left()
                        .map(|left| {
                            view! {
                                <p role="timer">
                                    <b>{left}</b>
                                </p>
                            }
                        })
                }}
                <ActionProblem action=accept />
                <ActionProblem action=refuse />
                <div class="row">
                    <ActionForm action=accept>
                        {to_accept}
                        <button
                            class="button button--primary button--big"
                            aria-label=accept_of
                            disabled=move || accept.pending().get()
                        >
                            {say!(entry.accept)}
                        </button>
                    </ActionForm>
                    <ActionForm action=refuse>
                        {to_refuse}
                        <button
                            class="button button--no"
                            aria-label=refuse_of
                            disabled=move || refuse.pending().get()
                        >
                            {say!(entry.refuse)}
                        </button>
                    </ActionForm>
                </div>
            </div>
        </div>
    }
}
