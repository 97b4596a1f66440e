//! The numbers as an Excel file, one sheet a table.

use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::ByteStream};

/// The numbers that a page shows, as a file.
#[server(prefix = "/api", endpoint = "numbers_sheet", input = server_fn::codec::GetUrl, output = server_fn::codec::Streaming)]
pub async fn numbers_sheet(
    slug: String,
    by: Option<String>,
    day: Option<String>,
    from: Option<String>,
    to: Option<String>,
    side: Option<String>,
) -> Result<ByteStream<AppError>, AppError> {
    use super::query::NumbersQuery;
    let asked = NumbersQuery::of(by.as_deref(), day.as_deref(), from.as_deref(), to.as_deref(), side.as_deref());
    let page = super::page::numbers(&slug, asked).await?;
    let name = format!("zhaoxi-numbers-{}-{}", page.span.first, page.span.last);
    crate::desk::xlsx::answer(&name, &sheets::of(page))
}

#[cfg(feature = "ssr")]
mod sheets {
    use super::super::page::definitions;
    use crate::{
        desk::xlsx::{Cell, Sheet},
        say, words,
    };
    use domain::{numbers::Tally, reading::NumbersPage};

    fn headings(first: &[&str]) -> Vec<String> {
        let of_tally = [
            say!(numbers.dates),
            say!(numbers.uncalled_dates),
            say!(numbers.places),
            say!(numbers.booked),
            say!(numbers.came),
            say!(numbers.people),
            say!(numbers.attendance),
            say!(numbers.absent),
            say!(numbers.leave),
            say!(numbers.unmarked),
        ];
        first.iter().copied().chain(of_tally).map(str::to_owned).collect()
    }

    fn cells(first: Vec<Cell>, tally: &Tally) -> Vec<Cell> {
        let numbers = [tally.dates, tally.uncalled, tally.places, tally.booked, tally.came, tally.people];
        let rest = [tally.absent, tally.leave, tally.unmarked()];
        let attendance = tally.attendance().map_or(Cell::None, Cell::Percent);
        first.into_iter().chain(numbers.map(Cell::Number)).chain([attendance]).chain(rest.map(Cell::Number)).collect()
    }

    /// A sheet for each table of the page, and what each number counts.
    pub fn of(page: NumbersPage) -> Vec<Sheet> {
        let total = page.total;
        let activities = page.activities.iter().map(|line| {
            let unit = Cell::from(words::unit(line.unit));
            cells(vec![Cell::Text(line.name.clone()), words::side(line.side).into(), unit], &line.tally)
        });
        let all = cells(vec![say!(numbers.total).into(), Cell::None, Cell::None], &total);
        let first = [say!(numbers.activity), say!(numbers.side), say!(numbers.unit)];
        let mut sheets = vec![Sheet {
            name: say!(numbers.activities).to_owned(),
            headings: headings(&first),
            lines: activities.chain([all]).collect(),
        }];
        let months =
            page.months.iter().map(|line| cells(vec![words::month_year(line.month).as_str().into()], &line.tally));
        sheets.push(Sheet {
            name: say!(numbers.months).to_owned(),
            headings: headings(&[say!(numbers.month)]),
            lines: months.chain([cells(vec![say!(numbers.total).into()], &total)]).collect(),
        });
        let hours = page.hours.iter().map(|cell| {
            let hour = Cell::Text(format!("{}:00", cell.hour));
            vec![words::weekday(cell.weekday).into(), hour, cell.dates.into(), cell.came.into()]
        });
        sheets.push(Sheet {
            name: say!(numbers.hours).to_owned(),
            headings: [say!(numbers.weekday), say!(numbers.hour), say!(numbers.dates), say!(numbers.came)]
                .map(str::to_owned)
                .to_vec(),
            lines: hours.collect(),
        });
        if !page.communities.is_empty() {
            let communities = page.communities.iter().map(|line| cells(vec![line.name.as_str().into()], &line.tally));
            sheets.push(Sheet {
                name: say!(numbers.communities).to_owned(),
                headings: headings(&[say!(numbers.community)]),
                lines: communities.collect(),
            });
        }
        let how = definitions().map(|(name, text)| vec![Cell::from(name), Cell::from(text)]);
        sheets.push(Sheet {
            name: say!(numbers.how).to_owned(),
            headings: vec![say!(numbers.how).to_owned(), super::super::query::days(page.span, page.period)],
            lines: how.to_vec(),
        });
        sheets
    }
}
