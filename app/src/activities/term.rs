//! A term on its activity's page: its facts, its dates, and the booking.

use super::places::{StandingNow, booking_now, term_now};
use crate::{
    bookings::{book_place::BookForm, cancel_booking::MyBookingCard},
    frame::{use_head, use_me},
    parts::{Icon, State},
    say, words,
};
use domain::{
    activity::Unit,
    booking::Standing,
    id::RequestKey,
    reading::{DateEntry, MyBooking, TermCard},
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
    /// The key of the next booking.
    key: Option<RequestKey>,
    /// The booking that was just made, by the URL.
    booked: Option<String>,
    /// Raised when the term opens, to ask for the page anew.
    version: RwSignal<u32>,
) -> impl IntoView {
    let head = use_head();
    let now = term_now(term.clone());
    let id = format!("t{}", term.id);
    let title = format!("{} · {}", term.name, words::span(term.first, term.last));
    let line = [
        Some(format!("{} {}–{}", words::rule(&term.series.rule), words::time(term.start), words::time(term.end))),
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
            move || view! { <MyBookingCard booking=booking.get() fresh /> }
        })
        .collect_view();
    let bookable = matches!(term.standing, Standing::Open { .. } | Standing::Waitlist { .. });
    let form = match term.standing {
        _ if bookable => view! { <BookForm term=term.clone() unit mine key /> }.into_any(),
        Standing::Opens { .. } => view! { <OpensLater term=term.clone() version /> }.into_any(),
        _ => ().into_any(),
    };
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
            <div class="stack">
                <Dates dates=term.dates today=head.today /> {sheet}
            </div>
        </section>
    }
}

/// Before the opening: a countdown on the server's clock, what can be done until then, and the page that opens
/// itself.
#[component]
fn OpensLater(term: TermCard, version: RwSignal<u32>) -> impl IntoView {
    let head = use_head();
    let me = use_me();
    let seconds = RwSignal::new(term.opens_in.unwrap_or(0));
    // Effects run in the browser alone. What counts is the time that has passed since the page came, not the
    // phone's clock.
    Effect::new(move |_| {
        let total = term.opens_in.unwrap_or(0);
        let Some(start) = monotonic_seconds() else { return };
        let handle = set_interval_with_handle(
            move || {
                let passed = monotonic_seconds().map_or(0.0, |now| now - start);
                // Rounded up, and a second late rather than early: the server refuses to the second.
                let left = total - passed.floor() as i64;
                seconds.set(left.max(0));
                if left < 0 {
                    version.update(|version| *version += 1);
                }
            },
            std::time::Duration::from_millis(500),
        );
        if let Ok(handle) = handle {
            on_cleanup(move || handle.clear());
        }
    });
    let clock = move || {
        let left = seconds.get();
        let (days, hours, minutes, seconds) = (left / 86_400, left / 3_600 % 24, left / 60 % 60, left % 60);
        let time = format!("{hours:02}:{minutes:02}:{seconds:02}");
        if days > 0 { format!("{days} × 24 h + {time}") } else { time }
    };
    let soon = move || (seconds.get() < 86_400).then(clock);
    let title = term.opens.map(|opens| say!(activity.opens_title, at = words::at(opens)).to_string());
    view! {
        <div class="banner">
            <Icon name="clock" />
            <div>
                <p class="banner__title">{title}</p>
                <p>{say!(activity.opens_text)}</p>
                {move || {
                    soon()
                        .map(|time| {
                            view! {
                                <p role="timer">
                                    <b>{say!(activity.opens_in, time = time).to_string()}</b>
                                </p>
                            }
                        })
                }}
                <p class="row">
                    {move || {
                        let slug = head.slug.clone();
                        match me.get() {
                            None => view! {
                                <a class="button" href=format!("/{slug}/sign-in")>
                                    {say!(common.sign_in)}
                                </a>
                            }.into_any(),
                            Some(_) => view! {
                                <a class="button" href=format!("/{slug}/my#add")>
                                    {say!(activity.add_member)}
                                </a>
                            }.into_any(),
                        }
                    }}
                </p>
            </div>
        </div>
    }
}

/// Seconds since the page came, by a clock that nobody can turn.
fn monotonic_seconds() -> Option<f64> {
    window().performance().map(|performance| performance.now() / 1000.0)
}

#[component]
fn Facts(term: TermCard, unit: Unit) -> impl IntoView {
    let coming = term.dates.iter().filter(|date| !matches!(date.standing, Standing::Past | Standing::CalledOff));
    let left = match term.standing {
        Standing::Open { left } => left,
        _ => 0,
    };
    let shows_places = coming.count() > 0 && matches!(term.standing, Standing::Open { .. } | Standing::Waitlist { .. });
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
    let held = term.dates.iter().filter(|date| date.standing != Standing::CalledOff).count();
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
    let large = (unit == Unit::Person).then(|| say!(activity.how_large).to_owned());
    let book = say!(activity.how_to_book, hours = term.cancel_hours).to_string();
    let booking = words::sentences([Some(book), closes, minimum, large]);
    let facts = [
        ("calendar", say!(activity.fact_dates), Some(dates)),
        ("repeat", say!(activity.fact_rule), Some(words::rule(&term.series.rule))),
        ("clock", say!(activity.fact_time), Some(format!("{} – {}", words::time(term.start), words::time(term.end)))),
        ("place", say!(activity.fact_room), term.room.clone()),
        ("id", say!(activity.fact_age), ages),
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
