//! What the desk's pages share.

use super::rule_fields::problem_at;
use crate::{
    error::AppError,
    frame::{use_head, use_me},
    parts::{Failure, Icon},
    say, words,
};
use domain::{
    reading::{Me, RoomChoice},
    refusal::FieldProblem,
    rights::{Act, Reach, reach_of},
    text::InputProblem,
};
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_router::location::Url;

/// A desk page's failure: who is not signed in is led to sign in, and back.
#[component]
pub fn DeskFailure(
    /// What failed.
    error: AppError,
) -> impl IntoView {
    if error != AppError::SignInFirst {
        return view! { <Failure error /> }.into_any();
    }
    let head = use_head();
    view! {
        <div class="empty">
            <img class="scene" src="/scene-small.svg" alt="" width="320" height="120" />
            <h1>{say!(desk.sign_in_title)}</h1>
            <p>{say!(desk.sign_in_text)}</p>
            <div class="row">
                <a class="button button--primary" href=format!("/{}/sign-in?to=desk", head.slug)>
                    {say!(common.sign_in)}
                </a>
            </div>
        </div>
    }
    .into_any()
}

/// True for who sees rosters there, in the view of a page that was framed.
pub fn works_at_desk(slug: &str) -> bool {
    let roles = |me: Option<Me>| me.map(|me| me.works_at).unwrap_or_default();
    let here = roles(use_me().get_untracked()).into_iter().filter(|(at, ..)| at == slug);
    here.into_iter().any(|(.., role)| reach_of(role, Act::ManageBookings) == Reach::All)
}

/// The way back, within the community.
#[component]
pub fn Back(
    /// Where to.
    to: String,
    /// Its words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let head = use_head();
    view! {
        <p>
            <a class="back" href=format!("/{}/{to}", head.slug)>
                <Icon name="left" />
                {text}
            </a>
        </p>
    }
}

/// A search as a plain form: what it finds has an address.
#[component]
pub fn SearchForm(
    /// The page that answers, where it isn't this one.
    #[prop(optional, into)]
    action: Option<String>,
    /// The word's name in the URL.
    name: &'static str,
    /// What can be searched for.
    label: &'static str,
    /// What was.
    value: String,
) -> impl IntoView {
    view! {
        <form class="row" role="search" method="get" action=action>
            <label class="visually-hidden" for=name>
                {label}
            </label>
            <input
                class="input input--search"
                id=name
                name=name
                type="search"
                autocomplete="off"
                placeholder=label
                value=value
            />
            <button class="button">
                <Icon name="search" />
                {say!(desk.search_go)}
            </button>
        </form>
    }
}

/// The month before and after; what the page's URL holds beside the day is kept.
#[component]
pub fn MonthPager(
    /// The first day of the month.
    month: Date,
    /// The page's address.
    here: String,
    /// What else its URL holds.
    kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let link = |month: Date| {
        let day = month.to_string();
        let pairs: Vec<_> = kept.iter().map(|(name, value)| (*name, value.as_str())).chain([("day", &*day)]).collect();
        format!("{here}?{}", query(&pairs))
    };
    let before = month.checked_sub(1.month()).unwrap_or(month);
    let after = month.checked_add(1.month()).unwrap_or(month);
    view! {
        <nav class="row" aria-label=say!(resources.months)>
            <a class="button" href=link(before)>
                <Icon name="left" />
                {words::month_year(before)}
            </a>
            <a class="button" href=link(after)>
                {words::month_year(after)}
                <Icon name="right" />
            </a>
        </nav>
    }
}

/// Places held of all, in words and drawn, with those who wait.
#[component]
pub fn Share(
    /// Places held.
    held: u32,
    /// Places there are.
    capacity: u32,
    /// Parties that wait.
    waiting: u32,
) -> impl IntoView {
    let percent = (u64::from(held) * 100 / u64::from(capacity.max(1))).min(100);
    let text = match waiting {
        0 => say!(desk.share, held = held, capacity = capacity).to_string(),
        _ => say!(desk.share_waiting, held = held, capacity = capacity, waiting = waiting).to_string(),
    };
    let class = if held < capacity { "fill" } else { "fill fill--full" };
    view! {
        <span>
            {text}
            <svg
                class=class
                viewBox="0 0 100 10"
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                <rect width=percent.to_string() height="10"></rect>
            </svg>
        </span>
    }
}

/// What is wrong with a field or a group, for those who see and those who listen.
#[component]
pub fn Problem(
    /// The element's id, named by `aria-describedby`.
    id: String,
    /// What is wrong.
    problem: Option<InputProblem>,
) -> impl IntoView {
    problem.map(|problem| {
        view! {
            <p class="field__error" id=id role="alert">
                <Icon name="alert" />
                <span>{words::problem(&problem)}</span>
            </p>
        }
    })
}

/// A room to choose, or none.
#[component]
pub fn RoomField(
    /// The community's rooms.
    rooms: Vec<RoomChoice>,
    /// The id chosen.
    chosen: Option<String>,
    /// The input's id.
    id: &'static str,
    /// What is wrong with the form.
    problem: Option<FieldProblem>,
) -> impl IntoView {
    let options = rooms
        .into_iter()
        .map(|room| {
            let id = room.id.to_string();
            let selected = chosen.as_deref() == Some(id.as_str());
            view! {
                <option value=id selected=selected>
                    {say!(desk.room_of, name = room.name, size = room.size).to_string()}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id>{say!(desk.room)}</label>
            <select class="input" id=id name="room">
                <option value="">{say!(desk.no_room)}</option>
                {options}
            </select>
            <Problem id=format!("{id}-error") problem=problem_at(&problem, "room") />
        </div>
    }
}

/// Pairs as the query of a URL.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", Url::escape(name), Url::escape(value))).collect();
    pairs.join("&")
}

/// Sends a plain form that was refused back to its page, with what was typed and the refusal in the URL: without
/// JavaScript nothing else would keep it. Not for what is personal. A request that asks for data is left alone.
#[cfg(feature = "ssr")]
pub fn keep_typed<S>(slug: &str, page: &str, typed: &[(&str, &str)], error: &AppError)
where
    S: server_fn::ServerFn<Error = AppError>,
{
    use server_fn::error::ServerFnUrlError;
    let Some(address) = crate::ssr::is_plain_form().then(|| address(slug, page, typed)).flatten() else { return };
    let Ok(told) = ServerFnUrlError::new(S::PATH, error.clone()).to_url("http://localhost/") else { return };
    leptos_axum::redirect(&format!("{address}&{}", told.query().unwrap_or_default()));
}

/// The address of a page within a community with a query; none if slug or page are no plain path, and without the
/// query's values where it would be too long for an address.
#[cfg(any(feature = "ssr", test))]
fn address(slug: &str, page: &str, typed: &[(&str, &str)]) -> Option<String> {
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_/".contains(c));
    if !plain(slug) || slug.contains('/') || !plain(page) || page.starts_with('/') {
        return None;
    }
    let query = query(typed);
    Some(format!("/{slug}/{page}?{}", if query.len() > 16_000 { "" } else { &query }))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_within_its_value() {
        let page = "desk/activities/new";
        let cases = [
            ("yongxing", page, "a&b=c#d", Some("/yongxing/desk/activities/new?name=a%26b%3Dc%23d")),
            ("yongxing", page, "\r\nX: 1", Some("/yongxing/desk/activities/new?name=%0D%0AX%3A%201")),
            ("yongxing", page, "越", Some("/yongxing/desk/activities/new?name=%E8%B6%8A")),
            ("/evil.example", page, "", None),
            ("", page, "", None),
            ("yongxing", "/evil.example", "", None),
            ("yongxing", "a?b", "", None),
        ];
        for (slug, page, value, expected) in cases {
            assert_eq!(address(slug, page, &[("name", value)]).as_deref(), expected, "{slug} {page} {value}");
        }
        assert_eq!(address("yongxing", page, &[("name", &"x".repeat(20_000))]).unwrap().len(), 30);
    }
}
