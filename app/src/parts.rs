//! Small parts that every feature shows alike.

use crate::{error::AppError, frame::telephone, say, words};
use domain::{
    activity::{Side, Unit},
    booking::Standing,
    code::Code,
    day_kind::DayKind,
    reading::{CommunityHead, DateEntry, DayHead},
    recurrence::Weekday,
    text::InputProblem,
};
use jiff::civil::{Date, DateTime};
use leptos::{prelude::*, server_fn::ServerFn};
use std::borrow::Cow;

/// The page's title, for `<title>`. Names stand in it, and leptos_meta writes it on the server as it is.
#[component]
pub fn PageTitle(
    /// What it says.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = escaped(&text);
    view! { <leptos_meta::Title text /> }
}

/// Text as the content of `<title>` or `<textarea>`, which know no tags but their own end (HTML, 13.1.2.6): for the
/// places where nothing else escapes it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The icons' address. It changes with the file, so that browsers may keep it for ever.
pub const ICONS: &str = concat!("/icons.svg?v=", env!("ICONS_VERSION"));

/// An icon of `public/icons.svg`, decorative: words stand beside it.
#[component]
pub fn Icon(
    /// Its name in the file, without `i-`.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("{ICONS}#i-{name}")></use>
        </svg>
    }
}

/// 一老, 一小 or 全龄, as icon and word.
#[component]
pub fn SideBadge(
    /// Which.
    side: Side,
) -> impl IntoView {
    view! {
        <span class=format!("side side--{}", side.code())>
            <Icon name=side_icon(side) />
            {words::side(side)}
        </span>
    }
}

/// The icon of a side.
pub fn side_icon(side: Side) -> &'static str {
    match side {
        Side::Elder => "moon",
        Side::Child => "sun",
        Side::All => "both",
    }
}

/// How something stands, as icon and words.
#[component]
pub fn StateBadge(
    /// The standing.
    standing: Standing,
    /// What places are counted in.
    unit: Unit,
    /// The local opening time.
    opens: Option<DateTime>,
    /// Why it was called off.
    #[prop(optional_no_strip)]
    reason: Option<String>,
) -> impl IntoView {
    let (class, icon) = match standing {
        Standing::Open { .. } | Standing::Applying { .. } => ("open", "open"),
        Standing::Waitlist { .. } => ("wait", "queue"),
        Standing::Opens { .. } | Standing::Drawing { .. } => ("soon", "clock"),
        Standing::Full => ("full", "full"),
        Standing::Closed | Standing::Past => ("closed", "lock"),
        Standing::CalledOff => ("cancelled", "cross"),
    };
    view! { <State class icon text=words::standing(standing, unit, opens, reason.as_deref()) /> }
}

/// A state pill.
#[component]
pub fn State(
    /// open, booked, wait, waiting, soon, full, closed or cancelled.
    class: &'static str,
    /// Its icon.
    icon: &'static str,
    /// Its words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <span class=format!("state state--{class}")>
            <Icon name=icon />
            {text}
        </span>
    }
}

/// 休, 班, 假, 闭馆 with the day's name for those who listen.
#[component]
pub fn Marks(
    /// The day.
    head: DayHead,
) -> impl IntoView {
    head.marks
        .into_iter()
        .map(|(kind, name)| {
            let class = match kind {
                DayKind::PublicHoliday | DayKind::SchoolHoliday => "mark mark--rest",
                DayKind::WorkingDay | DayKind::Closure => "mark mark--work",
            };
            view! {
                <span class=class title=name.clone()>
                    {words::day_kind(kind)}
                    <span class="visually-hidden">{format!(" {name}")}</span>
                </span>
            }
        })
        .collect_view()
}

/// A day's heading: date, weekday, 今天, 农历 or 节气, 休/班.
#[component]
pub fn DayHeading(
    /// The day.
    head: DayHead,
    /// Today, in the community.
    today: Date,
) -> impl IntoView {
    let date = head.date;
    let lunar = match &head.festival {
        Some(festival) => format!("{} {festival}", head.lunar),
        None => head.lunar.clone(),
    };
    view! {
        <h2 class="day__head" id=format!("d{date}")>
            <span class="day__date">{words::date_short(date)}</span>
            " "
            <span>{words::weekday(Weekday::of(date))}</span>
            " "
            {(date == today).then(|| view! { <span class="today">{say!(common.today)}</span> })}
            <span class="lunar" lang="zh-CN">
                {lunar}
            </span>
            " "
            <Marks head />
        </h2>
    }
}

/// One occurrence as a row: time, name, for whom, room, ordinal, state. The whole row is the link.
#[component]
pub fn DateRow(
    /// The occurrence.
    entry: DateEntry,
    /// Where it leads.
    href: String,
) -> impl IntoView {
    let side = entry.audience.side();
    let off = entry.standing == Standing::CalledOff;
    let class = format!("occ occ--{}{}", side.code(), if off { " occ--cancelled" } else { "" });
    let hidden = format!(" {} {}", words::date_long(entry.date), words::time(entry.start));
    let start = words::time(entry.start);
    view! {
        <li class=class>
            <p class="occ__time">
                <time datetime=start.clone()>{start.clone()}</time>
                " "
                <span>{say!(calendar.until, end = words::time(entry.end)).to_string()}</span>
            </p>
            <div class="occ__body">
                <h3 class="occ__name">
                    <a href=href>
                        {entry.name.clone()}
                        <span class="visually-hidden">{hidden}</span>
                    </a>
                </h3>
                <p class="occ__meta">
                    <SideBadge side />
                    {words::ages(&entry.age).map(|ages| view! { <span>{ages}</span> })}
                    {entry.room.clone().map(|room| view! { <span>{room}</span> })}
                    {entry.ordinal.map(|ordinal| view! { <span>{words::ordinal(ordinal)}</span> })}
                    {(entry.dates > 1)
                        .then(|| view! { <span>{say!(which.dates_folded, count = entry.dates).to_string()}</span> })}
                </p>
            </div>
            <p class="occ__state">
                <StateBadge
                    standing=entry.standing
                    unit=entry.unit
                    opens=entry.opens
                    reason=entry.reason.clone()
                />
            </p>
        </li>
    }
}

/// A banner that says how something went.
#[component]
pub fn Banner(
    /// good, no, or nothing.
    class: &'static str,
    /// Its icon.
    icon: &'static str,
    /// Its first line.
    #[prop(into)]
    title: String,
    /// What follows.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("banner {class}") role="status">
            <Icon name=icon />
            <div>
                <p class="banner__title">{title}</p>
                {children()}
            </div>
        </div>
    }
}

/// What went wrong with an action, if anything: fields' problems are said at their fields.
#[component]
pub fn ActionProblem<S>(
    /// The action.
    action: ServerAction<S>,
    /// Fields of the form that say their own problems.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    let head = use_context::<StoredValue<CommunityHead>>();
    move || {
        let error = action.value().with(|value| match value {
            Some(Err(error)) => Some(error.clone()),
            _ => None,
        })?;
        if let AppError::Invalid { problem } = &error
            && fields.contains(&problem.field.as_str())
        {
            return None;
        }
        let reload = (error == AppError::Reload).then(|| view! { <ReloadLink /> });
        let call = head.filter(|_| error == AppError::NoMessage).map(|head| {
            let phone = head.with_value(|head| head.phone.clone());
            view! {
                <p>
                    <a href=telephone(&phone)>{say!(common.hotline, phone = phone.clone()).to_string()}</a>
                </p>
            }
        });
        Some(view! {
            <div class="banner banner--no" role="alert">
                <Icon name="alert" />
                <div>
                    <p class="banner__title">{words::error(&error)}</p>
                    {reload}
                    {call}
                </div>
            </div>
        })
    }
}

/// Loads the page anew, and with it the scripts of the server's version: the router leaves this link to the browser.
#[component]
fn ReloadLink() -> impl IntoView {
    view! {
        <p>
            <a href="" rel="external">
                {say!(common.reload)}
            </a>
        </p>
    }
}

/// The problem that an action found in one field, as it stands now.
pub fn found_in<S>(action: ServerAction<S>, field: &str) -> Option<InputProblem>
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    action.value().with(|value| match value {
        Some(Err(error)) => error.at_field(field),
        _ => None,
    })
}

/// The problem that an action found in one field, in words.
pub fn field_problem<S>(action: ServerAction<S>, field: impl Into<Cow<'static, str>>) -> Signal<Option<String>>
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    let field = field.into();
    Signal::derive(move || found_in(action, &field).map(|problem| words::problem(&problem)))
}

/// What is wrong with a new password: it can only be too short or too long.
pub fn password_problem<S>(action: ServerAction<S>, field: &'static str) -> Signal<Option<String>>
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    Signal::derive(move || found_in(action, field).map(|_| say!(account.password_short).to_owned()))
}

/// True once an action has failed.
pub fn has_failed<S>(action: ServerAction<S>) -> bool
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    action.value().with(|value| matches!(value, Some(Err(_))))
}

/// What is wrong with what was sent, where it was sent from.
#[component]
pub fn FieldError(
    /// The problem, in words.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// The id by which its field names it.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    move || {
        problem.get().map(|problem| {
            view! {
                <p class="field__error" id=id.clone() role="alert">
                    <Icon name="alert" />
                    <span>{problem}</span>
                </p>
            }
        })
    }
}

/// A labelled input with its hint and its problem, tied together for those who listen.
#[component]
pub fn Field(
    /// The field's name in the form.
    name: &'static str,
    /// Its label.
    #[prop(into)]
    label: String,
    /// text, tel, date, time, number, password …
    #[prop(default = "text")]
    kind: &'static str,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What stands in it at first, unless something was typed before.
    #[prop(optional, into)]
    value: Option<String>,
    /// The autocomplete token (HTML, 4.10.18.7.1).
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The keyboard to show, where the kind doesn't say it (HTML, 6.8.8).
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// True if it must be filled in.
    #[prop(optional)]
    required: bool,
    /// What is wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// More classes for the input.
    #[prop(optional)]
    class: &'static str,
    /// Makes ids unique where a page has two such forms.
    #[prop(optional, into)]
    form: String,
) -> impl IntoView {
    let id = format!("{form}{name}");
    let value = crate::frame::typed(&id).or(value);
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = {
        let (hint_id, error_id) = (hint.as_ref().map(|_| hint_id.clone()), error_id.clone());
        move || {
            let error = problem.get().map(|_| error_id.clone());
            let ids: Vec<_> = hint_id.clone().into_iter().chain(error).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let inputmode = inputmode.or(matches!(kind, "tel" | "number").then_some("numeric"));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {hint.map(|hint| view! { <p class="field__hint" id=hint_id>{hint}</p> })}
            <input
                class=format!("input {class}")
                id=id
                name=name
                type=kind
                value=value
                required=required
                inputmode=inputmode
                autocomplete=autocomplete
                aria-describedby=described
                aria-invalid=move || problem.get().map(|_| "true")
            />
            <FieldError problem id=error_id />
        </div>
    }
}

/// An empty state with a small picture, a sentence, and what to do next.
#[component]
pub fn Empty(
    /// The heading.
    #[prop(into)]
    title: String,
    /// The sentence.
    #[prop(into)]
    text: String,
    /// What to do next.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <img class="scene" src="/scene-small.svg" alt="" width="320" height="120" />
            <h2>{title}</h2>
            <p>{text}</p>
            <div class="row">{children.map(|children| children())}</div>
        </div>
    }
}

/// What stands while a page is on its way.
#[component]
pub fn Loading() -> impl IntoView {
    view! { <p class="soft" role="status">{say!(common.loading)}</p> }
}

/// A page's failure: 404 for what isn't there, a sentence for the rest.
#[component]
pub fn Failure(
    /// What failed.
    error: AppError,
) -> impl IntoView {
    match error {
        AppError::NotFound | AppError::NotAllowed => crate::frame::NotFound().into_any(),
        error => view! {
            <div class="banner banner--no" role="alert">
                <Icon name="alert" />
                <div>
                    <p class="banner__title">{say!(common.failed_title)}</p>
                    <p>{words::error(&error)}</p>
                    {(error == AppError::Reload).then(|| view! { <ReloadLink /> })}
                </div>
            </div>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_is_typed_can_not_end_the_element_that_holds_it() {
        assert_eq!(escaped("</title><b>&amp;"), "&lt;/title&gt;&lt;b&gt;&amp;amp;");
    }
}
