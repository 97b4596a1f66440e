//! A term on its activity's page: its facts, its dates, and the booking.

use super::places::{StandingNow, booking_now, term_now};
use crate::{
    bookings::{book_place::BookForm, my_card::MyBookingCard, prepare_booking::OpensLater},
    frame::use_head,
    parts::{Icon, State},
    say, words,
};
use domain::{
    activity::Unit,
    booking::Standing,
    id::RequestKey,
    reading::{DateEntry, MyBooking, Prepared, TermCard},
};
use jiff::civil::Date;
use leptos::prelude::*;

/// One term.
#[component]
pub fn TermSection(
    /// The term.
    term: TermCard,
    /// What its places are counted in.
    unit: Unit,
    /// The household's live bookings of it.
    mine: Vec<MyBooking>,
    /// What the household prepared for it.
    prepared: Vec<Prepared>,
    /// True where it is asked for several people at once.
    several: bool,
    /// True where it is put on the booking list.
    listing: bool,
    /// The key of the next booking.
    key: Option<RequestKey>,
    /// The booking that was just made, by the URL.
    booked: Option<String>,
    /// Raised when something opens or is over, to ask for the page anew.
    version: RwSignal<u32>,
) -> impl IntoView {
    let head = use_head();
    let now = term_now(term.clone());
    let id = format!("t{}", term.id);
    let title = format!("{} · {}", term.name, words::span(term.first, term.last));
    let line = [
        Some(format!("{} {}", words::rule(&term.series.rule), words::which::hours_of_day(&term))),
        term.room.clone(),
        words::ages(&term.age),
    ];
    let line: Vec<_> = line.into_iter().flatten().collect();
    let just = booked.as_deref().and_then(|booked| mine.iter().position(|each| each.id.to_string() == booked));
    let mut cards = mine.clone();
    if let Some(first) = just {
        cards.swap(0, first);
    }
    let cards = cards
        .into_iter()
        .enumerate()
        .map(|(n, booking)| {
            let (booking, fresh) = (booking_now(booking), just.is_some() && n == 0);
            let (closes, single) = (term.closes, term.scopes.single);
            move || view! { <MyBookingCard booking=booking.get() closes single fresh version /> }
        })
        .collect_view();
    let form = match term.standing {
        Standing::Open { .. } | Standing::Waitlist { .. } | Standing::Applying { .. } => {
            view! { <BookForm term=term.clone() unit mine prepared several listing key /> }.into_any()
        }
        Standing::Opens { .. } => view! { <OpensLater term=term.clone() unit mine prepared version /> }.into_any(),
        _ => ().into_any(),
    };
    let draw = term.commitment.clone().map(|commitment| {
        let href = format!("/{}/terms/{}/draw", head.slug, term.id);
        view! {
            <p class="fine">
                {say!(entry.commitment)} " " <code>{commitment}</code> " " <a href=href>{say!(entry.see_draw)}</a>
            </p>
        }
    });
    // `TermSection` stands on its activity's page alone, and every date knows that activity.
    let sheet = term.dates.first().map(|date| {
        view! {
            <p>
                <a class="button" href=format!("/{}/activities/{}/sheet?term={}", head.slug, date.activity, term.id)>
                    <Icon name="print" />
                    {say!(sheet.link_term)}
                    <span class="visually-hidden">{format!(" {}", term.name)}</span>
                </a>
            </p>
        }
    });
    view! {
        <section class="card term" id=id.clone() aria-labelledby=format!("{id}-h")>
            <div class="term__head">
                <h2 id=format!("{id}-h")>{title}</h2>
                <p class="term__line">{line.join(" · ")}</p>
                <p>
                    <StandingNow term=now unit />
                </p>
            </div>
            <div class="book">{cards} {form}</div>
            {move || view! { <Facts term=now.get() unit /> }}
            {draw}
            <div class="stack">
                <Dates dates=term.days() today=head.today /> {sheet}
            </div>
        </section>
    }
}

#[component]
fn Facts(term: TermCard, unit: Unit) -> impl IntoView {
    let coming = term.dates.iter().filter(|date| !matches!(date.standing, Standing::Past | Standing::CalledOff));
    let left = match term.standing {
        Standing::Open { left } => left,
        _ => 0,
    };
    let shows_places = coming.count() > 0
        && term.parts.is_one()
        && matches!(term.standing, Standing::Open { .. } | Standing::Waitlist { .. });
    let taken = term.capacity.saturating_sub(left);
    let percent = u64::from(taken) * 100 / u64::from(term.capacity.max(1));
    let places = shows_places.then(|| {
        let taken = match unit {
            Unit::Person => say!(activity.places_taken, count = taken).to_string(),
            Unit::Family => say!(activity.places_taken_family, count = taken).to_string(),
        };
        let waiting = (term.waiting > 0).then(|| say!(activity.waiting_now, count = term.waiting).to_string());
        let capacity = say!(activity.places_of, capacity = term.capacity).to_string();
        let beside: Vec<_> = [Some(capacity), waiting].into_iter().flatten().collect();
        view! {
            <div class="places">
                <p>
                    <b>{taken}</b>
                    <span class="soft">{beside.join(" · ")}</span>
                </p>
                <svg
                    class=if left == 0 { "fill fill--full" } else { "fill" }
                    viewBox="0 0 100 10"
                    preserveAspectRatio="none"
                    aria-hidden="true"
                >
                    <rect width=percent.to_string() height="10"></rect>
                </svg>
            </div>
        }
    });
    let held = term.days().iter().filter(|date| date.standing != Standing::CalledOff).count();
    let dates = say!(
        activity.fact_dates_text,
        first = words::date_short(term.first),
        last = words::date_short(term.last),
        count = held
    )
    .to_string();
    let ages = words::ages(&term.age).map(|ages| {
        let on = term.age.on.unwrap_or(term.first);
        say!(activity.fact_age_on, ages = ages, on = words::date_year(on)).to_string()
    });
    let closes = term.closes.map(|closes| say!(activity.how_closes, at = words::at(closes)).to_string());
    let minimum = term
        .minimum
        .map(|minimum| say!(activity.how_minimum, people = minimum.people, days = minimum.days).to_string());
    let given = words::entry::how_places_are_given(&term, unit, term.opens);
    let chosen = words::which::how_dates_are_chosen(&term);
    let booking = words::sentences([Some(given), chosen, closes, minimum, words::entry::who_may_enter(&term.entry)]);
    let facts = [
        ("calendar", say!(activity.fact_dates), Some(dates)),
        ("repeat", say!(activity.fact_rule), Some(words::rule(&term.series.rule))),
        ("clock", say!(activity.fact_time), Some(words::which::hours_of_day(&term))),
        ("place", say!(activity.fact_room), term.room.clone()),
        ("id", say!(activity.fact_age), ages),
        ("id", say!(entry.fact_grade), words::entry::fact_grades(&term)),
        ("person", say!(activity.fact_leader), Some(term.leader.clone()).filter(|leader| !leader.is_empty())),
        ("info", say!(activity.fact_booking), Some(booking)),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(icon, name, text)| {
            let text = text?;
            Some(view! {
                <div>
                    <dt>
                        <Icon name=icon />
                        {name}
                    </dt>
                    <dd>{text}</dd>
                </div>
            })
        })
        .collect_view();
    view! {
        <div class="stack">
            {places}
            <dl class="facts">{facts}</dl>
        </div>
    }
}

#[component]
fn Dates(dates: Vec<DateEntry>, today: Date) -> impl IntoView {
    let count = dates.iter().filter(|date| date.standing != Standing::CalledOff).count();
    // A long list would hide the rest of the page.
    let open = dates.len() <= 12;
    let rows = dates.into_iter().map(|date| view! { <DateLine date today /> }).collect_view();
    view! {
        <details open=open>
            <summary>{say!(activity.all_dates, count = count).to_string()}</summary>
            <ol class="dates">{rows}</ol>
        </details>
    }
}

#[component]
fn DateLine(date: DateEntry, today: Date) -> impl IntoView {
    let past = date.standing == Standing::Past;
    let off = date.standing == Standing::CalledOff;
    let long = words::date_long(date.date);
    let nth = date.ordinal.map(|(n, _)| say!(common.nth, n = n).to_string());
    let words = words::standing(Standing::CalledOff, date.unit, None, date.reason.as_deref());
    view! {
        <li class=past.then_some("dates__past")>
            <span class="dates__nth">{nth}</span>
            {if off { view! { <del>{long}</del> }.into_any() } else { view! { <span>{long}</span> }.into_any() }}
            {(date.date == today).then(|| view! { <span class="today">{say!(common.today)}</span> })}
            {past.then(|| view! { <small>{say!(common.past)}</small> })}
            {off.then(|| view! { <State class="cancelled" icon="cross" text=words /> })}
        </li>
    }
}
