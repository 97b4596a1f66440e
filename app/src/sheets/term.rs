//! The dates of one term for the wall, with the way to its page.

use super::{
    paper::{Foot, PaperMarks},
    parts::{Preview, PrintButton, Scan},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Failure, Icon, Loading, PageTitle, SideBadge},
    say, words,
};
use domain::{
    activity::Unit,
    booking::Standing,
    reading::{DateEntry, DayHead, QrCode, TermCard, TermSheet},
    term::TermState,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// A term's sheet with the code of its activity's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermView {
    /// The sheet.
    pub sheet: TermSheet,
    /// Leads to the activity.
    pub code: Option<QrCode>,
}

/// Reads a term's sheet; that of the current term where none is named.
#[server(prefix = "/api", endpoint = "read_term_sheet", input = server_fn::codec::GetUrl)]
pub async fn read_term_sheet(slug: String, activity: String, term: Option<String>) -> Result<TermView, AppError> {
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let missing = |_| crate::ssr::said(AppError::NotFound);
    let activity = activity.parse().map_err(missing)?;
    let term = term.map(|term| term.parse()).transpose().map_err(missing)?;
    let head = store::communities::head(&host.db, &slug, now).await?;
    let sheet = store::sheets::term_sheet(&host.db, head.id, activity, term, now).await?;
    Ok(TermView { sheet, code: super::qr::qr_code(&format!("/{}/activities/{activity}", head.slug)) })
}

/// The page, loaded when it is opened.
pub struct TermSheetRoute;

#[lazy_route]
impl LazyRoute for TermSheetRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <TermSheetPage /> }.into_any()
    }
}

#[component]
fn TermSheetPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let activity = Memo::new(move |_| params.with(|params| params.get("activity").unwrap_or_default()));
    let term = Memo::new(move |_| query.with(|query| query.get("term")));
    let view = Resource::new(
        move || (slug.get(), activity.get(), term.get()),
        |(slug, activity, term)| read_term_sheet(slug, activity, term),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => view! { <Sheet view /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Sheet(view: TermView) -> impl IntoView {
    let head = use_head();
    let TermView { sheet: TermSheet { activity, unit, term, days }, code } = view;
    let title = format!("{} · {}", activity.name, term.name);
    // As large as one page allows, and in one column while that is enough.
    let of_days = term.days();
    let columns = match of_days.len() {
        0..=9 => "few",
        10..=14 => "more",
        15..=34 => "some",
        _ => "many",
    };
    let dates = of_days.into_iter().zip(days).map(|(date, day)| date_line(date, day, &term));
    let dates = dates.collect_view();
    let off =
        (term.state == TermState::Cancelled).then(|| view! { <p class="sheet__only">{say!(activity.term_off)}</p> });
    view! {
        <PageTitle text=format!("{} · {title}", say!(sheet.term_title)) />
        <div class="sheet-tools stack">
            <p>
                <a class="back" href=format!("/{}/activities/{}#t{}", head.slug, activity.id, term.id)>
                    <Icon name="left" />
                    {activity.name.clone()}
                </a>
            </p>
            <div class="page-head">
                <p class="eyebrow">{title}</p>
                <h1>{say!(sheet.term_title)}</h1>
            </div>
            <div class="row">
                <PrintButton />
                <p class="fine">{say!(sheet.upright)}</p>
            </div>
        </div>
        <Preview>
            <section class="sheet sheet--term" aria-labelledby="sheet-h">
                <header class="sheet__head sheet__head--term">
                    <div>
                        <p class="sheet__eyebrow">
                            {head.name.clone()} " · " {words::kind(activity.kind)} " " <SideBadge side=activity.audience.side() />
                        </p>
                        <h2 class="sheet__title" id="sheet-h">
                            {activity.name.clone()}
                        </h2>
                        <p class="sheet__term">{term.name.clone()} " · " {words::span(term.first, term.last)}</p>
                        {off}
                        <Facts term=term.clone() unit />
                    </div>
                    {code.map(|code| view! { <Scan code text=say!(sheet.scan_activity) /> })}
                </header>
                <ol class=format!("sheet__dates sheet__dates--{columns}")>{dates}</ol>
                <Foot head code=None />
            </section>
        </Preview>
    }
}

#[component]
fn Facts(term: TermCard, unit: Unit) -> impl IntoView {
    let places = match unit {
        Unit::Person => say!(sheet.places, count = term.capacity).to_string(),
        Unit::Family => say!(sheet.places_family, count = term.capacity).to_string(),
    };
    let facts = [
        (say!(activity.fact_time), Some(words::which::hours_of_day(&term))),
        (say!(activity.fact_rule), Some(words::rule(&term.series.rule))),
        (say!(activity.fact_room), term.room),
        (say!(activity.fact_leader), Some(term.leader).filter(|leader| !leader.is_empty())),
        (say!(activity.fact_age), words::ages(&term.age)),
        (say!(sheet.places_label), Some(places)),
    ];
    let facts = facts.into_iter().filter_map(|(name, text)| {
        let text = text?;
        Some(view! {
            <div>
                <dt>{name}</dt>
                <dd>{text}</dd>
            </div>
        })
    });
    view! { <dl class="sheet__facts">{facts.collect_view()}</dl> }
}

/// One date: its number, its day, what differs from the others, or why it was called off.
fn date_line(date: DateEntry, day: DayHead, term: &TermCard) -> impl IntoView + use<> {
    let off = date.standing == Standing::CalledOff;
    let long = words::date_long(date.date);
    let nth = date.ordinal.map(|(n, _)| say!(common.nth, n = n).to_string());
    let hours = ((date.start, date.end) != (term.start, term.end)).then(|| words::hours(date.start, date.end));
    let room = date.room.filter(|room| term.room.as_ref() != Some(room));
    let differs: Vec<_> = [hours, room].into_iter().flatten().filter(|_| !off).collect();
    let differs = (!differs.is_empty()).then(|| view! { <b>{differs.join(" ")}</b> });
    let why = off.then(|| {
        let text = match &date.reason {
            Some(reason) => say!(common.called_off_why, reason = reason).to_string(),
            None => say!(common.called_off).to_owned(),
        };
        view! { <b>{text}</b> }
    });
    let when = match off {
        true => view! { <del>{long}</del> }.into_any(),
        false => view! { <span class="sheet__when">{long}</span> }.into_any(),
    };
    let note = match &day.festival {
        Some(festival) => format!("{} {festival}", day.lunar),
        None => day.lunar.clone(),
    };
    view! {
        <li>
            <span class="sheet__nth">{nth}</span>
            <span>
                {when} " " <span class="sheet__lunar" lang="zh-CN">{note}</span> " " <PaperMarks head=day /> {differs} {why}
            </span>
        </li>
    }
}
