//! One's own booking on its activity's page.

use super::{accept_offer::OfferCard, cancel_booking::CancelForm};
use crate::{parts::Banner, say, words};
use domain::{
    booking::{BookingState, Scope},
    reading::{MyBooking, MyDate},
};
use jiff::civil::DateTime;
use leptos::prelude::*;

/// What was answered, and the way back.
#[component]
pub fn MyBookingCard(
    /// The booking.
    booking: MyBooking,
    /// When lots are drawn, where they are.
    closes: Option<DateTime>,
    /// True if the term lets single dates be booked.
    single: bool,
    /// True if it was just made.
    fresh: bool,
    /// Raised when something is over, to ask for the page anew.
    version: RwSignal<u32>,
) -> impl IntoView {
    let slug = booking.slug.clone();
    let back = format!("activities/{}", booking.activity);
    if booking.state == BookingState::Offered {
        return view! { <OfferCard booking back slug version /> }.into_any();
    }
    let person = booking.person_name.clone();
    let first = booking.dates.first().map(|date| words::date_long(date.date)).unwrap_or_default();
    let (title, text, icon) = match booking.place_in_line {
        _ if booking.to_be_drawn => (
            say!(entry.applied_title, person = person).to_string(),
            closes.map(|at| say!(entry.applied_text, at = words::at(at)).to_string()).unwrap_or_default(),
            "ticket",
        ),
        Some(number) => (
            say!(activity.answer_waiting, person = person, number = number).to_string(),
            say!(activity.answer_waiting_text).to_owned(),
            "queue",
        ),
        None => (
            say!(activity.answer_booked, person = person).to_string(),
            say!(activity.answer_booked_text, date = first).to_string(),
            "check",
        ),
    };
    let weekly = (!booking.weekly.is_empty()).then(|| words::which::weekly(&booking.weekly));
    let missing = (booking.state == BookingState::Confirmed).then(|| words::which::missing(&booking, single)).flatten();
    let dates = (booking.scope == Scope::Single && booking.dates.len() > 1).then(|| {
        let when = |date: &MyDate| format!("{} {}", words::date_long(date.date), words::time(date.start));
        booking.dates.iter().map(when).collect::<Vec<_>>().join(say!(entry.joint))
    });
    let about = [weekly, dates, missing].into_iter().flatten().map(|text| view! { <p>{text}</p> }).collect_view();
    let number = booking.number.map(|number| say!(entry.number, number = number).to_string());
    view! {
        <Banner class=if fresh { "banner--good" } else { "" } icon title>
            <p>{text}</p>
            {about}
            {number.map(|number| view! { <p class="fine">{number}</p> })}
            <div class="row">
                <a class="button" href=format!("/{slug}/my")>
                    {say!(activity.see_mine)}
                </a>
                <CancelForm booking back slug />
            </div>
        </Banner>
    }
    .into_any()
}
