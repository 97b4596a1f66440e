//! What is coming, by date and by person.

use super::{leave::Leave, members::Avatar};
use crate::{
    attendance::attended::record,
    bookings::cancel_booking::CancelForm,
    parts::{DayHeading, State},
    say, words,
};
use domain::{
    booking::{BookingState, Scope},
    code::Code,
    id::PersonId,
    person::MemberRole,
    reading::{DayHead, Member, MyBooking, MyDate},
    term::OccurrenceState,
};
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// So many days are shown at once; what is later is folded away.
const DAYS_AT_ONCE: i64 = 14;

/// The coming dates, a section a day. The first date of each booking carries its button; a booking that waits stands
/// at its first date alone.
#[component]
pub fn ByDate(
    /// The household's bookings.
    bookings: Vec<MyBooking>,
    /// The heads of their days.
    days: Vec<DayHead>,
    /// The household's members.
    members: Vec<Member>,
    /// The community whose page this is.
    slug: String,
    /// Today there.
    today: Date,
) -> impl IntoView {
    let horizon = today.checked_add(DAYS_AT_ONCE.days()).unwrap_or(Date::MAX);
    let mut by_day: BTreeMap<Date, Vec<(&MyBooking, &MyDate, bool)>> = BTreeMap::new();
    for booking in &bookings {
        let waits = booking.state == BookingState::Waiting;
        let shown = if waits { 1 } else { booking.dates.len() };
        for (n, date) in booking.dates.iter().take(shown).enumerate() {
            by_day.entry(date.date).or_default().push((booking, date, n == 0));
        }
    }
    let (mut soon, mut later, mut later_count) = (Vec::new(), Vec::new(), 0);
    for (on, mut lines) in by_day {
        let Some(head) = days.iter().find(|head| head.date == on) else { continue };
        lines.sort_by_key(|(_, date, _)| date.start);
        // Every booking shows at least its first date.
        let at_once = on < horizon || lines.iter().any(|(.., first)| *first);
        if !at_once {
            later_count += lines.len();
        }
        let rows = lines
            .into_iter()
            .map(|(booking, date, first)| {
                let who = who(&booking.person_name, role_of(&members, booking.person));
                row(booking, date, first, &slug, who, "my")
            })
            .collect_view();
        let day = view! {
            <section class=if on == today { "day day--today" } else { "day" } aria-labelledby=format!("d{on}")>
                <DayHeading head=head.clone() today />
                <ol class="occ-list">{rows}</ol>
            </section>
        };
        if at_once { soon.push(day) } else { later.push(day) }
    }
    let later = (!later.is_empty()).then(|| {
        view! {
            <details>
                <summary>{say!(family.later, count = later_count).to_string()}</summary>
                {later}
            </details>
        }
    });
    view! {
        {soon}
        {later}
    }
}

/// What each person has booked, a row a booking.
#[component]
pub fn ByPerson(
    /// The household's bookings.
    bookings: Vec<MyBooking>,
    /// The household's members.
    members: Vec<Member>,
    /// The community whose page this is.
    slug: String,
) -> impl IntoView {
    let mut seen = HashSet::new();
    // In the order of the household; then whoever has left it but still holds places.
    let persons: Vec<PersonId> = members
        .iter()
        .map(|member| member.person)
        .chain(bookings.iter().map(|booking| booking.person))
        .filter(|person| seen.insert(*person))
        .collect();
    persons
        .into_iter()
        .filter_map(|person| {
            let mine: Vec<_> = bookings.iter().filter(|booking| booking.person == person).collect();
            let name = &mine.first()?.person_name;
            let rows = mine
                .iter()
                .filter_map(|booking| {
                    let date = booking.dates.first()?;
                    let weekly = booking.weekly.as_slice();
                    let weekly = (!weekly.is_empty()).then(|| words::which::weekly(weekly));
                    let when = match booking.dates.len() {
                        1 => words::date_long(date.date),
                        count => say!(family.starts_on, date = words::date_long(date.date), count = count).to_string(),
                    };
                    let when = view! {
                        <span>{when}</span>
                        {weekly.map(|weekly| view! { <span>{weekly}</span> })}
                        <span>{booking.term_name.clone()}</span>
                    }
                    .into_any();
                    // The row stands for all dates, so the first one's number would mislead.
                    let date = &MyDate { ordinal: None, ..date.clone() };
                    Some(row(booking, date, true, &slug, when, "my?by=person"))
                })
                .collect_view();
            let id = format!("p{person}");
            let heading = id.clone();
            Some(view! {
                <section class="day" aria-labelledby=id>
                    <h2 class="day__head" id=heading>
                        {who(name, role_of(&members, person))}
                    </h2>
                    <ol class="occ-list">{rows}</ol>
                </section>
            })
        })
        .collect_view()
}

fn role_of(members: &[Member], person: PersonId) -> MemberRole {
    members.iter().find(|member| member.person == person).map_or(MemberRole::Adult, |member| member.role)
}

/// A person as disc and name.
fn who(name: &str, role: MemberRole) -> AnyView {
    view! {
        <span class="who">
            <Avatar name=name.to_owned() role />
            {name.to_owned()}
        </span>
    }
    .into_any()
}

/// One date of a booking; the first carries the booking's button. `lead` is what the row says first, and `back` the
/// page to come back to.
fn row(booking: &MyBooking, date: &MyDate, first: bool, slug: &str, lead: AnyView, back: &str) -> AnyView {
    let off = date.state == OccurrenceState::Cancelled;
    let side = booking.audience.side().code();
    let class = format!("occ occ--mine occ--{side}{}", if off { " occ--cancelled" } else { "" });
    let start = words::time(date.start);
    let href = format!("/{}/activities/{}#t{}", booking.slug, booking.activity, booking.term);
    let hidden = format!(" {} {start}", words::date_long(date.date));
    let elsewhere = (booking.slug != slug).then(|| booking.community.clone());
    let heads = (booking.heads > 1).then(|| say!(family.heads, count = booking.heads).to_string());
    let ordinal = date.ordinal.map(words::ordinal);
    let meta = [elsewhere, date.room.clone(), ordinal, heads]
        .into_iter()
        .flatten()
        .map(|text| view! { <span>{text}</span> })
        .collect_view();
    let state = match booking.place_in_line {
        _ if off => view! { <State class="cancelled" icon="cross" text=say!(common.called_off) /> }.into_any(),
        _ if booking.state == BookingState::Offered => {
            view! { <State class="soon" icon="ticket" text=say!(entry.offered_short) /> }.into_any()
        }
        _ if booking.to_be_drawn => {
            view! { <State class="waiting" icon="ticket" text=say!(entry.short_draw) /> }.into_any()
        }
        Some(number) => {
            let text = say!(common.waiting_number, number = number).to_string();
            view! { <State class="waiting" icon="queue" text /> }.into_any()
        }
        None => view! { <State class="booked" icon="check" text=say!(common.booked) /> }.into_any(),
    };
    let attended = booking.attended.filter(|_| first).and_then(|(attended, asks)| {
        let percent = asks.percent.filter(|_| attended.dates() > 0)?;
        let mine = say!(attended.mine, record = record(&attended), percent = percent).to_string();
        let short = asks.breach(&attended).map(|_| view! { <b>{say!(attended.mine_short)}</b> });
        Some(view! { <p class="fine">{mine} " " {short}</p> })
    });
    // Of a booking of one date leave is cancelling.
    let several = booking.scope != Scope::Single || booking.dates.len() > 1;
    let leave = (!off && booking.state == BookingState::Confirmed && several).then(|| {
        let (booking, date) = (MyBooking { dates: Vec::new(), ..booking.clone() }, date.clone());
        view! { <Leave booking date slug=slug.to_owned() /> }
    });
    // What is offered is answered at the top of the page.
    let button = (first && booking.state != BookingState::Offered).then(|| {
        let count = booking.dates.len();
        // The button gives back every date, so it must not look as if it were this one's alone.
        let all = (count > 1 && booking.can_cancel).then(|| {
            let text = match booking.state {
                BookingState::Waiting => say!(family.waits_for_all, count = count).to_string(),
                _ => say!(family.cancels_all, count = count).to_string(),
            };
            view! { <span class="fine">{text}</span> }
        });
        let booking = MyBooking { dates: Vec::new(), ..booking.clone() };
        view! {
            <CancelForm booking back=back.to_owned() slug=slug.to_owned() />
            {all}
        }
    });
    view! {
        <li class=class>
            <p class="occ__time">
                <time datetime=start.clone()>{start.clone()}</time>
                " "
                <span>{say!(calendar.until, end = words::time(date.end)).to_string()}</span>
            </p>
            <div class="occ__body">
                <h3 class="occ__name">
                    <a href=href>
                        {booking.name.clone()}
                        <span class="visually-hidden">{hidden}</span>
                    </a>
                </h3>
                <p class="occ__meta">{lead} {meta}</p>
                {attended}
            </div>
            <div class="occ__state">{state} {leave} {button}</div>
        </li>
    }
    .into_any()
}
