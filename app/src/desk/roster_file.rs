//! A term's roster as an Excel file, with what its page shows.

use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::ByteStream};

/// The roster and its waiting list, a sheet each.
#[server(prefix = "/api", endpoint = "roster_sheet", input = server_fn::codec::GetUrl, output = server_fn::codec::Streaming)]
pub async fn roster_sheet(slug: String, term: String) -> Result<ByteStream<AppError>, AppError> {
    use crate::{
        desk::xlsx::{Cell, Sheet, answer},
        say, words,
    };
    use domain::reading::RosterLine;
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let page = store::rosters::roster(&crate::ssr::host()?.db, &who, &slug, id, crate::ssr::now()?).await?;
    let sheet = |name: &str, number: &str, lines: &[RosterLine]| {
        let headings = [
            number,
            say!(desk.person),
            say!(desk.age),
            say!(desk.phone),
            say!(desk.heads),
            say!(desk.scope),
            say!(desk.single_date),
            say!(desk.booked),
            say!(import.door),
        ];
        let lines = (1..).zip(lines).map(|(n, line)| {
            let age = line.age.and_then(|age| u32::try_from(age).ok());
            vec![
                Cell::Number(n),
                Cell::Text(line.name.clone()),
                age.map_or(Cell::None, Cell::Number),
                line.phone.clone().map_or(Cell::None, Cell::Text),
                Cell::Number(line.heads),
                Cell::Text(words::which::of_line(line)),
                line.date.map_or(Cell::None, |date| Cell::Text(date.to_string())),
                Cell::Text(format!("{} {}", line.booked.date(), words::time(line.booked.time()))),
                words::door(line.door).into(),
            ]
        });
        Sheet { name: name.to_owned(), headings: headings.map(str::to_owned).to_vec(), lines: lines.collect() }
    };
    let confirmed = sheet(say!(desk.confirmed), say!(desk.number), &page.confirmed);
    let waiting = sheet(say!(desk.waiting), say!(desk.place_in_line), &page.waiting);
    answer(&format!("zhaoxi-roster-{}", page.term.first), &[confirmed, waiting])
}
