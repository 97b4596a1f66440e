//! A month for the wall: what is asked for, and the page around the paper.

use super::{
    paper::{MonthPaper, what},
    parts::{Preview, PrintButton},
};
use crate::{
    calendar::filters::CalendarQuery,
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Banner, Failure, Icon, Loading, PageTitle},
    say, words,
};
use domain::{
    activity::Side,
    calendar::{self, View},
    code::Code,
    reading::{MonthSheet, QrCode},
    sheet::Paper,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route, params::ParamsMap};
use serde::{Deserialize, Serialize};

/// Type that is legible, but not from across a corridor.
const SMALL: u8 = 8;

/// A month's sheet with the code of the calendar's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthView {
    /// The sheet.
    pub sheet: MonthSheet,
    /// Leads to the calendar.
    pub code: Option<QrCode>,
}

/// What the sheet is asked for, read from the URL as leniently as the calendar's own query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetQuery {
    /// The paper.
    pub paper: Paper,
    /// The month and the filters. Places change and paper doesn't, so free places are no filter here.
    pub of: CalendarQuery,
}

impl SheetQuery {
    /// The sheet of what a calendar shows.
    pub fn of(query: CalendarQuery) -> Self {
        Self { paper: Paper::A4, of: CalendarQuery { view: None, free: false, ..query } }
    }

    fn read(params: &ParamsMap) -> Self {
        let paper = params.get("size").and_then(|size| Paper::from_code(&size)).unwrap_or(Paper::A4);
        Self { paper, ..Self::of(CalendarQuery::read(params)) }
    }

    /// The part of the address behind the question mark.
    fn pairs(&self) -> String {
        let of = self.of.href("");
        let of = of.split_once('?').map(|(_, pairs)| pairs).filter(|pairs| !pairs.is_empty());
        [Some(format!("size={}", self.paper)).as_deref(), of].into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    /// The address of this sheet.
    pub fn href(&self, slug: &str) -> String {
        format!("/{slug}/sheet?{}", self.pairs())
    }
}

/// Reads a month's sheet. The query comes as the URL has it, so that no form of it is refused.
#[server(prefix = "/api", endpoint = "read_month_sheet", input = server_fn::codec::GetUrl)]
pub async fn read_month_sheet(slug: String, query: String) -> Result<MonthView, AppError> {
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let head = store::communities::head(&host.db, &slug, now).await?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = SheetQuery::read(&pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    let CalendarQuery { day, side, kind, age, .. } = query.of;
    let filter = store::calendar::Filter { side, kind, age, vacant: false };
    let day = day.unwrap_or(head.today);
    let sheet = store::sheets::month_sheet(&host.db, head.id, day, query.paper, filter, now).await?;
    Ok(MonthView { sheet, code: super::qr::qr_code(&format!("/{}", head.slug)) })
}

/// The page, loaded when it is opened.
pub struct MonthSheetRoute;

#[lazy_route]
impl LazyRoute for MonthSheetRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <MonthSheetPage /> }.into_any()
    }
}

#[component]
fn MonthSheetPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(SheetQuery::read));
    let view = Resource::new(
        move || (slug.get(), query.get()),
        |(slug, query)| async move { read_month_sheet(slug, query.pairs()).await },
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => view! { <Sheets view query=query.get_untracked() /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Sheets(view: MonthView, query: SheetQuery) -> impl IntoView {
    let head = use_head();
    let MonthView { sheet, code } = view;
    let back = CalendarQuery { view: Some(View::Month), day: Some(sheet.month), ..query.of.clone() }.href(&head.slug);
    let title = format!("{} · {}", words::month_year(sheet.month), head.name);
    let what = what(&query.of);
    let crowded = crowded(&sheet).map(|text| {
        view! {
            <Banner class="" icon="info" title=text>
                {None::<String>}
            </Banner>
        }
    });
    let month = sheet.month;
    view! {
        <PageTitle text=format!("{} · {title}", say!(sheet.title)) />
        <div class="sheet-tools stack">
            <p>
                <a class="back" href=back>
                    <Icon name="left" />
                    {say!(common.back_calendar)}
                </a>
            </p>
            <div class="page-head">
                <p class="eyebrow">{title}</p>
                <h1>{say!(sheet.title)}</h1>
            </div>
            <Choices query slug=head.slug.clone() month />
            <div class="row">
                <PrintButton />
                <p class="fine">{say!(sheet.across)}</p>
            </div>
            {crowded}
        </div>
        <Preview>
            <MonthPaper sheet code what />
        </Preview>
    }
}

/// What doesn't suit a paper, and what would: more than a page, or small type.
fn crowded(sheet: &MonthSheet) -> Option<String> {
    let pages = sheet.pages.len();
    Some(match (sheet.paper, sheet.pages_on_a3) {
        (Paper::A4, a3) if pages > a3 => say!(sheet.many_pages, pages = pages, a3 = a3).to_string(),
        (Paper::A4, _) if sheet.size <= SMALL => say!(sheet.small_type, size = sheet.size).to_string(),
        _ if pages > 1 => say!(sheet.many_pages_anyway, pages = pages).to_string(),
        _ => return None,
    })
}

/// The month before and after, the paper, and for whom.
#[component]
fn Choices(query: SheetQuery, slug: String, month: jiff::civil::Date) -> impl IntoView {
    let to = |paper: Paper, of: CalendarQuery| SheetQuery { paper, of }.href(&slug);
    let turned = |day| to(query.paper, CalendarQuery { day: Some(day), ..query.of.clone() });
    let (before, after) = (calendar::previous(View::Month, month), calendar::next(View::Month, month));
    let papers = [(Paper::A4, "A4"), (Paper::A3, "A3")].map(|(paper, name)| {
        view! {
            <a href=to(paper, query.of.clone()) aria-current=(paper == query.paper).then_some("page")>
                {name}
            </a>
        }
    });
    let sides = std::iter::once(None).chain(Side::ALL.iter().copied().map(Some)).map(|side| {
        let href = to(query.paper, CalendarQuery { side, ..query.of.clone() });
        view! {
            <a href=href aria-current=(side == query.of.side).then_some("page")>
                {side.map_or(say!(calendar.all), words::side)}
            </a>
        }
    });
    view! {
        <div class="row">
            <nav class="pager" aria-label=say!(calendar.turn)>
                <a class="button" href=turned(before) rel="prev">
                    <Icon name="left" />
                    {words::month_year(before)}
                </a>
                <a class="button" href=turned(after) rel="next">
                    {words::month_year(after)}
                    <Icon name="right" />
                </a>
            </nav>
            <nav class="tabs" aria-label=say!(sheet.paper)>
                {papers}
            </nav>
            <nav class="tabs" aria-label=say!(calendar.for_whom)>
                {sides.collect_view()}
            </nav>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_address_asks_for_what_it_was_made_of() {
        let of = CalendarQuery {
            day: Some(date(2026, 11, 1)),
            side: Some(Side::Elder),
            age: Some(70),
            ..CalendarQuery::default()
        };
        let query = SheetQuery { paper: Paper::A3, of };
        assert_eq!(query.href("yongxing"), "/yongxing/sheet?size=a3&day=2026-11-01&side=elder&age=70");
        let pairs = query.pairs();
        let pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
        assert_eq!(SheetQuery::read(&pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()), query);
    }

    #[test]
    fn what_makes_no_sense_in_an_address_is_left_out() {
        let params = ParamsMap::from_iter([("size", "a0"), ("day", "2026-02-30"), ("view", "list"), ("free", "1")]);
        assert_eq!(SheetQuery::read(&params), SheetQuery::of(CalendarQuery::default()));
    }
}
