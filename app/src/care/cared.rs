//! What a relative sees of a person: today, whether they came, the week; only what was granted.

use super::grant::RevokeCareLink;
use crate::{
    attendance::day::Notes,
    bookings::cancel_booking::CancelForm,
    error::AppError,
    frame::framed,
    parts::{ActionProblem, Empty, Failure, Icon, Loading, PageTitle, State},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::{
    booking::{BookingState, Mark},
    care::CareScope,
    reading::{CaredDate, CaredPage, MyBooking},
    term::OccurrenceState,
};
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use std::time::Duration;

/// Days that are shown at once; what is later is folded away.
const WEEK: i64 = 7;

/// Who came is asked anew by itself.
const ANEW: Duration = Duration::from_secs(60);

/// Reads what a care link shows; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_cared", input = server_fn::codec::GetUrl)]
pub async fn read_cared(link: String) -> Result<Option<CaredPage>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let id = link.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    Ok(Some(store::care_links::cared_page(&crate::ssr::host()?.db, &who, id, crate::ssr::now()?).await?))
}

/// The page, loaded when it is opened.
pub struct CaredRoute;

#[lazy_route]
impl LazyRoute for CaredRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Cared /> }.into_any()
    }
}

#[component]
fn Cared() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let link = Memo::new(move |_| params.with(|params| params.get("link").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| (query.get("cancelled"), query.get("booked"))));
    let view = Resource::new(move || (link.get(), done.get()), |(link, _)| read_cared(link));
    let revoke = ServerAction::<RevokeCareLink>::new();
    // Effects run in the browser alone.
    Effect::new(move |_| {
        let again = move || {
            if !document().hidden() {
                view.refetch();
            }
        };
        if let Ok(handle) = set_interval_with_handle(again, ANEW) {
            on_cleanup(move || handle.clear());
        }
    });
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(page)) => view! { <Shown page revoke /> }.into_any(),
                    Ok(None) => view! { <SignedOut link=link.get_untracked() /> }.into_any(),
                    Err(AppError::NotFound) => view! { <Over /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn SignedOut(link: String) -> impl IntoView {
    let (title, text) = (say!(care.signed_out_title), say!(care.signed_out_text));
    view! {
        <PageTitle text=format!("{} · {}", say!(care.title), say!(common.brand)) />
        <SignInFirst title text to=format!("cared/{link}") />
    }
}

/// What a link that is over, or another's, shows: nothing of whom it was to.
#[component]
fn Over() -> impl IntoView {
    view! {
        <PageTitle text=format!("{} · {}", say!(care.over_title), say!(common.brand)) />
        <Empty title=say!(care.over_title) text=say!(care.over_text) />
    }
}

#[component]
fn Shown(page: CaredPage, revoke: ServerAction<RevokeCareLink>) -> impl IntoView {
    let CaredPage { cared, community, telephone, today, dates, bookings } = page;
    let sees_roll = cared.scopes.contains(&CareScope::SeeRoll);
    let books = cared.scopes.contains(&CareScope::Book);
    let horizon = today.saturating_add(WEEK.days());
    let (before, coming): (Vec<_>, Vec<_>) = dates.into_iter().partition(|date| date.date < today);
    let (now, coming): (Vec<_>, Vec<_>) = coming.into_iter().partition(|date| date.date == today);
    let (week, later): (Vec<_>, Vec<_>) = coming.into_iter().partition(|date| date.date < horizon);
    let slug = cared.slug.clone();
    let rows = |dates: Vec<CaredDate>, with_day: bool| {
        let row = |date: CaredDate| view! { <DateOf date slug=slug.clone() with_day sees_roll /> };
        view! { <ol class="occ-list">{dates.into_iter().map(row).collect_view()}</ol> }
    };
    let today_rows = match now.is_empty() {
        true => view! { <p class="soft">{say!(care.none_today)}</p> }.into_any(),
        false => rows(now, false).into_any(),
    };
    let week_rows = match week.is_empty() {
        true => view! { <p class="soft">{say!(care.none_week)}</p> }.into_any(),
        false => rows(week, true).into_any(),
    };
    let later = (!later.is_empty()).then(|| {
        view! {
            <details>
                <summary>{say!(family.later, count = later.len()).to_string()}</summary>
                {rows(later, true)}
            </details>
        }
    });
    let mut before = before;
    before.reverse();
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = revoke.value().with_untracked(|value| matches!(value, Some(Err(_))));
    let past = sees_roll.then(|| {
        let came = before.iter().filter(|date| matches!(date.mark, Some((Mark::Present | Mark::Late, _)))).count();
        let missed = before.iter().filter(|date| matches!(date.mark, Some((Mark::Absent, _)))).count();
        let list = match before.is_empty() {
            true => view! { <p class="soft">{say!(care.none_past)}</p> }.into_any(),
            false => view! {
                <p>{say!(care.past_sum, came = came, missed = missed).to_string()}</p>
                {rows(before, true)}
            }
            .into_any(),
        };
        view! {
            <section class="stack" aria-labelledby="past">
                <h2 id="past">{say!(care.past)}</h2>
                {list}
            </section>
        }
    });
    let bookings = books.then(|| view! { <Bookings bookings slug=slug.clone() back=format!("cared/{}", cared.id) /> });
    view! {
        <PageTitle text=format!("{} · {}", cared.name, say!(common.brand)) />
        <div class="stack-l">
            <div class="page-head">
                <p class="eyebrow">{community}</p>
                <h1>{cared.name.clone()}</h1>
                <p class="soft">{say!(care.allowed, what = words::care_scopes(&cared.scopes)).to_string()}</p>
            </div>
            <section class="card stack" aria-labelledby="today">
                <h2 id="today">{say!(care.today, date = words::date_long(today)).to_string()}</h2>
                {today_rows}
            </section>
            <section class="stack" aria-labelledby="week">
                <h2 id="week">{say!(care.week)}</h2>
                {week_rows}
                {later}
            </section>
            {past}
            {bookings}
            <p class="row">
                <a class="button" href=format!("tel:{}", telephone.replace(['-', ' '], ""))>
                    <Icon name="phone" />
                    {say!(care.call)}
                </a>
            </p>
            <details open=failed>
                <summary>{say!(care.give_up)}</summary>
                <ActionForm action=revoke attr:class="form">
                    <ActionProblem action=revoke />
                    <p class="soft">{say!(care.give_up_text, name = cared.name).to_string()}</p>
                    <input type="hidden" name="slug" value=slug.clone() />
                    <input type="hidden" name="link" value=cared.id.to_string() />
                    <p class="row">
                        <button class="button button--no" disabled=move || revoke.pending().get()>
                            {say!(care.give_up)}
                        </button>
                    </p>
                </ActionForm>
            </details>
        </div>
    }
}

/// The live bookings, each with the way to give it up, and the way to more.
#[component]
fn Bookings(bookings: Vec<MyBooking>, slug: String, back: String) -> impl IntoView {
    let rows = bookings
        .into_iter()
        .map(|booking| {
            let first: Option<Date> = booking.dates.first().map(|date| date.date);
            let state = match (booking.state, booking.place_in_line) {
                (BookingState::Waiting, Some(number)) => say!(care.waits_as, number = number).to_string(),
                (BookingState::Waiting, None) => say!(care.waits).to_owned(),
                _ => say!(care.booked).to_owned(),
            };
            let text = format!("{} · {state}", booking.term_name);
            let (slug, back) = (slug.clone(), back.clone());
            view! {
                <li class="card care__row">
                    <div>
                        <p>
                            <b>{booking.name.clone()}</b>
                        </p>
                        <p class="soft">{text}</p>
                        {first.map(|first| view! { <p class="fine">{words::date_long(first)}</p> })}
                    </div>
                    <CancelForm booking back slug />
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack" aria-labelledby="bookings">
            <h2 id="bookings">{say!(care.bookings)}</h2>
            <ul class="care">{rows}</ul>
            <p>
                <a class="button" href=format!("/{slug}/activities")>
                    <Icon name="plus" />
                    {say!(care.book)}
                </a>
            </p>
        </section>
    }
}

/// One date: when, what, where, and how it stands.
#[component]
fn DateOf(date: CaredDate, slug: String, with_day: bool, sees_roll: bool) -> impl IntoView {
    let off = date.state == OccurrenceState::Cancelled;
    let class = if off { "occ occ--cancelled" } else { "occ" };
    let state = how_it_stands(&date, sees_roll);
    let state = state.map(|(class, icon, text)| view! { <State class icon text /> });
    let day = with_day.then(|| view! { <span>{words::date_long(date.date)}</span> });
    let notes = (!date.notes.is_empty()).then(|| view! { <Notes notes=date.notes.clone() /> });
    view! {
        <li class=class>
            <p class="occ__time">
                <time datetime=words::time(date.start)>{words::time(date.start)}</time>
                " "
                <span>{say!(calendar.until, end = words::time(date.end)).to_string()}</span>
            </p>
            <div class="occ__body">
                <h3 class="occ__name">
                    <a href=format!("/{slug}/activities/{}", date.activity)>{date.name}</a>
                </h3>
                <p class="occ__meta">{day} {date.room.map(|room| view! { <span>{room}</span> })}</p>
                {notes}
            </div>
            <p class="occ__state">{state}</p>
        </li>
    }
}

/// 到了 · 9:03, 还没开始, 没有点名
fn how_it_stands(date: &CaredDate, sees_roll: bool) -> Option<(&'static str, &'static str, String)> {
    if date.state == OccurrenceState::Cancelled {
        return Some(("cancelled", "cross", say!(common.called_off).to_owned()));
    }
    if date.waiting {
        return Some(("wait", "queue", say!(care.waits).to_owned()));
    }
    if !sees_roll {
        return None;
    }
    if let Some(left) = date.left {
        return Some(("closed", "check", say!(care.has_left, at = words::time(left)).to_string()));
    }
    Some(match (date.mark, date.begun) {
        (Some((Mark::Present, at)), _) => ("booked", "check", say!(care.came, at = words::time(at)).to_string()),
        (Some((Mark::Late, at)), _) => ("booked", "check", say!(care.came_late, at = words::time(at)).to_string()),
        (Some((Mark::Absent, _)), _) => ("cancelled", "cross", say!(care.absent).to_owned()),
        (Some((Mark::Leave, _)), _) => ("closed", "lock", say!(care.leave).to_owned()),
        (None, true) if date.over => ("closed", "lock", say!(care.no_roll).to_owned()),
        (None, true) => ("soon", "clock", say!(care.not_called).to_owned()),
        (None, false) => ("soon", "clock", say!(care.not_begun).to_owned()),
    })
}
