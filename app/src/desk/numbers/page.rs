//! The page: days, the four numbers that everybody asks for, and what they are made of.

use super::{
    counts::{Counts, Line},
    hours::Hours,
    query::{NumbersQuery, days},
};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Empty, Icon, Loading, PageTitle},
    say, words,
};
use domain::{
    activity::Side,
    code::Code,
    numbers::{Period, Tally},
    reading::NumbersPage,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads what some days came to.
#[server(prefix = "/api", endpoint = "read_numbers", input = server_fn::codec::GetUrl)]
pub async fn read_numbers(
    slug: String,
    by: Option<String>,
    day: Option<String>,
    from: Option<String>,
    to: Option<String>,
    side: Option<String>,
) -> Result<NumbersPage, AppError> {
    let asked = NumbersQuery::of(by.as_deref(), day.as_deref(), from.as_deref(), to.as_deref(), side.as_deref());
    numbers(&slug, asked).await
}

/// The numbers that are asked for.
#[cfg(feature = "ssr")]
pub async fn numbers(slug: &str, asked: NumbersQuery) -> Result<NumbersPage, AppError> {
    use store::numbers::Days;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let days = match asked.between {
        Some((from, to)) => Days::Between(from, to),
        None => Days::Of(asked.period(), asked.day),
    };
    Ok(store::numbers::numbers_page(&host.db, &who, slug, days, asked.side, crate::ssr::now()?).await?)
}

/// The page, loaded when it is opened.
pub struct NumbersRoute;

#[lazy_route]
impl LazyRoute for NumbersRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <NumbersOfDays /> }.into_any()
    }
}

#[component]
fn NumbersOfDays() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(NumbersQuery::read));
    let page = Resource::new(
        move || (slug.get(), asked.get()),
        |(slug, asked)| {
            let (from, to) = asked.between.unzip();
            read_numbers(
                slug,
                asked.by.map(|by| by.code().to_owned()),
                asked.day.map(|day| day.to_string()),
                from.map(|from| from.to_string()),
                to.map(|to| to.to_string()),
                asked.side.map(|side| side.code().to_owned()),
            )
        },
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => view! { <Numbers page asked=asked.get_untracked() /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Numbers(page: NumbersPage, asked: NumbersQuery) -> impl IntoView {
    let head = use_head();
    let slug = head.slug.clone();
    let title = days(page.span, page.period);
    let file = format!("/api/numbers_sheet?{}", asked.text(&[("slug", &slug)]));
    let cut = asked.between.filter(|(from, to)| page.span.last < *from.max(to)).map(|_| {
        let text = say!(numbers.cut, last = words::date_year(page.span.last)).to_string();
        view! { <p class="fine">{text}</p> }
    });
    let total = page.total;
    let nothing = total.dates == 0 && page.communities.iter().all(|line| line.tally.dates == 0);
    let body = match nothing {
        true => view! { <Empty title=say!(numbers.none_title) text=say!(numbers.none_text) /> }.into_any(),
        false => view! { <Tables page asked /> }.into_any(),
    };
    view! {
        <PageTitle text=format!("{} · {}", say!(numbers.title), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{format!("{} · {}", head.name, say!(numbers.title))}</p>
                <h1>{title}</h1>
                {cut}
            </div>
            <a class="button" href=file rel="external" download="">
                <Icon name="download" />
                {say!(numbers.download)}
            </a>
        </div>
        <div class="stack-l">
            <Choices asked slug first=page_first(asked, head.today) />
            {body}
        </div>
    }
}

/// The day from which the pager turns.
fn page_first(asked: NumbersQuery, today: jiff::civil::Date) -> jiff::civil::Date {
    asked.between.map(|(from, to)| from.min(to)).or(asked.day).unwrap_or(today)
}

/// Month, quarter or year, before and after, whose, and days of one's own.
#[component]
fn Choices(asked: NumbersQuery, slug: String, first: jiff::civil::Date) -> impl IntoView {
    let with = |asked: NumbersQuery| asked.href(&slug);
    let periods = [
        (Period::Month, say!(numbers.month_tab)),
        (Period::Quarter, say!(numbers.quarter_tab)),
        (Period::Year, say!(numbers.year_tab)),
    ]
    .map(|(by, text)| {
        let chosen = asked.between.is_none() && asked.period() == by;
        let href = with(NumbersQuery { by: Some(by), between: None, day: Some(first), ..asked });
        view! {
            <a href=href aria-current=chosen.then_some("page")>
                {text}
            </a>
        }
    });
    let period = asked.period();
    let turn = |day| with(NumbersQuery { by: Some(period), between: None, day: Some(day), ..asked });
    let sides = std::iter::once(None).chain(Side::ALL.iter().copied().map(Some)).map(|side| {
        view! {
            <a href=with(NumbersQuery { side, ..asked }) aria-current=(side == asked.side).then_some("page")>
                {side.map_or(say!(calendar.all), words::side)}
            </a>
        }
    });
    let own = asked.between.is_some();
    let (from, to) = match asked.between {
        Some(between) => between,
        None => {
            let span = period.span(first);
            (span.first, span.last)
        }
    };
    let side = asked.side.map(|side| view! { <input type="hidden" name="side" value=side.code() /> });
    view! {
        <div class="numbers-choices">
            <div class="row">
                <nav class="tabs" aria-label=say!(numbers.by)>
                    {periods}
                </nav>
                <nav class="pager" aria-label=say!(numbers.turn)>
                    <a class="button" href=turn(period.before(first)) rel="prev">
                        <Icon name="left" />
                        {days(period.span(period.before(first)), Some(period))}
                    </a>
                    <a class="button" href=turn(period.after(first)) rel="next">
                        {days(period.span(period.after(first)), Some(period))}
                        <Icon name="right" />
                    </a>
                </nav>
                <nav class="tabs" aria-label=say!(calendar.for_whom)>
                    {sides.collect_view()}
                </nav>
            </div>
            <details open=own>
                <summary>{say!(numbers.own_days)}</summary>
                <form class="row" method="get" action=format!("/{slug}/desk/numbers")>
                    {side}
                    <label for="from">{say!(numbers.from)}</label>
                    <input class="input input--day" id="from" name="from" type="date" required value=from.to_string() />
                    <label for="to">{say!(numbers.to)}</label>
                    <input class="input input--day" id="to" name="to" type="date" required value=to.to_string() />
                    <button class="button">{say!(numbers.show)}</button>
                </form>
            </details>
        </div>
    }
}

#[component]
fn Tables(page: NumbersPage, asked: NumbersQuery) -> impl IntoView {
    let slug = use_head().slug;
    let NumbersPage { total, activities, months, hours, communities, .. } = page;
    let uncalled = (total.uncalled > 0).then(|| {
        view! {
            <p class="numbers-note">
                <Icon name="info" />
                {say!(numbers.uncalled, count = total.uncalled).to_string()}
            </p>
        }
    });
    let activities = activities
        .into_iter()
        .map(|line| Line {
            name: line.name,
            href: Some(format!("/{slug}/activities/{}", line.activity)),
            side: Some(line.side),
            unit: Some(line.unit),
            tally: line.tally,
        })
        .collect();
    let months: Vec<_> = months
        .into_iter()
        .map(|line| {
            let of_month = NumbersQuery { by: Some(Period::Month), day: Some(line.month), between: None, ..asked };
            Line::plain(words::month_year(line.month), of_month.href(&slug), line.tally)
        })
        .collect();
    let communities: Vec<_> =
        communities.into_iter().map(|line| Line::plain(line.name, asked.href(&line.slug), line.tally)).collect();
    let several = months.len() > 1;
    let here = total.dates > 0;
    view! {
        {here
            .then(|| {
                view! {
                    <section>
                        <Figures total />
                        {uncalled}
                        <How />
                    </section>
                    <Counts id="activities" title=say!(numbers.activities) first=say!(numbers.activity) lines=activities total=Some(total) />
                }
            })}
        {several
            .then(|| {
                view! {
                    <Counts id="months" title=say!(numbers.months) first=say!(numbers.month) lines=months total=Some(total) />
                }
            })}
        {here.then(|| view! { <Hours hours /> })}
        {(!communities.is_empty())
            .then(|| {
                view! {
                    <Counts id="communities" title=say!(numbers.communities) first=say!(numbers.community) lines=communities total=None />
                }
            })}
    }
}

/// An attendance in words.
pub fn percent(tally: &Tally) -> String {
    let known = tally.attendance().map(|percent| say!(numbers.percent, percent = percent).to_string());
    known.unwrap_or_else(|| say!(numbers.unknown).to_owned())
}

/// The four numbers that everybody asks for.
#[component]
fn Figures(total: Tally) -> impl IntoView {
    let figures = [
        (say!(numbers.dates), total.dates.to_string()),
        (say!(numbers.came), total.came.to_string()),
        (say!(numbers.people), total.people.to_string()),
        (say!(numbers.attendance), percent(&total)),
    ]
    .map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    view! { <dl class="figures">{figures}</dl> }
}

/// Each number in one sentence.
#[component]
fn How() -> impl IntoView {
    let lines = definitions().map(|(name, text)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{text}</dd>
            </div>
        }
    });
    view! {
        <details class="how">
            <summary>{say!(numbers.how)}</summary>
            <dl>{lines}</dl>
        </details>
    }
}

/// What each number counts.
pub fn definitions() -> [(&'static str, &'static str); 9] {
    [
        (say!(numbers.dates), say!(numbers.how_dates)),
        (say!(numbers.places), say!(numbers.how_places)),
        (say!(numbers.booked), say!(numbers.how_booked)),
        (say!(numbers.came), say!(numbers.how_came)),
        (say!(numbers.people), say!(numbers.how_people)),
        (say!(numbers.attendance), say!(numbers.how_attendance)),
        (say!(numbers.absent), say!(numbers.how_absent)),
        (say!(numbers.leave), say!(numbers.how_leave)),
        (say!(numbers.unmarked), say!(numbers.how_unmarked)),
    ]
}
