//! Numbers line by line: a bar for each, and the table with all of them.

use super::page::percent;
use crate::{parts::SideBadge, say, words};
use domain::{
    activity::{Side, Unit},
    numbers::Tally,
};
use leptos::prelude::*;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is of.
    pub name: String,
    /// Where that stands.
    pub href: Option<String>,
    /// Whose it is.
    pub side: Option<Side>,
    /// What its places are counted in.
    pub unit: Option<Unit>,
    /// The numbers.
    pub tally: Tally,
}

impl Line {
    /// A line that is of no activity.
    pub fn plain(name: String, href: String, tally: Tally) -> Self {
        Self { name, href: Some(href), side: None, unit: None, tally }
    }
}

/// Lines, drawn and as a table.
#[component]
pub fn Counts(
    /// Names the section in the page.
    id: &'static str,
    /// Its heading.
    title: &'static str,
    /// The heading of the first column.
    first: &'static str,
    /// The lines.
    lines: Vec<Line>,
    /// All of them together.
    total: Option<Tally>,
) -> impl IntoView {
    let most = lines.iter().map(|line| line.tally.booked).max().unwrap_or(0);
    let bars = lines.iter().map(|line| bar(line, most)).collect_view();
    let region = say!(numbers.table_of, title = title).to_string();
    let total = total.map(|total| {
        let line = Line { name: say!(numbers.total).to_owned(), href: None, side: None, unit: None, tally: total };
        view! { <tfoot>{row(line)}</tfoot> }
    });
    let rows = lines.into_iter().map(row).collect_view();
    view! {
        <section class="card" aria-labelledby=id>
            <h2 class="section-title" id=id>
                {title}
            </h2>
            <figure class="bars">
                <ul>{bars}</ul>
                <figcaption class="fine">
                    <span class="bars__came">{say!(numbers.legend_came)}</span>
                    <span class="bars__booked">{say!(numbers.legend_booked)}</span>
                </figcaption>
            </figure>
            <div class="scroll" role="region" aria-label=region tabindex="0">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{first}</th>
                            <th scope="col">{say!(numbers.dates)}</th>
                            <th scope="col">{say!(numbers.came)}</th>
                            <th scope="col">{say!(numbers.people)}</th>
                            <th scope="col">{say!(numbers.attendance)}</th>
                            <th scope="col">{say!(numbers.places)}</th>
                            <th scope="col">{say!(numbers.booked)}</th>
                            <th scope="col">{say!(numbers.absent)}</th>
                            <th scope="col">{say!(numbers.leave)}</th>
                            <th scope="col">{say!(numbers.unmarked)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    {total}
                </table>
            </div>
        </section>
    }
}

/// Who came, within who had booked; the words say the same.
fn bar(line: &Line, most: u32) -> impl IntoView + use<> {
    let share = |heads: u32| format!("{:.2}", f64::from(heads) * 100.0 / f64::from(most.max(1)));
    let said = say!(numbers.of_booked, came = line.tally.came, booked = line.tally.booked).to_string();
    view! {
        <li>
            <span class="bars__name">{line.name.clone()}</span>
            <span class="bars__said">{said}</span>
            <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar__booked" width=share(line.tally.booked) height="10"></rect>
                <rect class="bar__came" width=share(line.tally.came) height="10"></rect>
            </svg>
        </li>
    }
}

fn row(line: Line) -> impl IntoView {
    let Line { name, href, side, unit, tally } = line;
    let name = match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let uncalled = (tally.uncalled > 0).then(|| {
        let said = say!(numbers.uncalled_short, count = tally.uncalled).to_string();
        view! { <small>{said}</small> }
    });
    let families = (unit == Some(Unit::Family)).then(|| view! { <small>{words::unit(Unit::Family)}</small> });
    view! {
        <tr>
            <th scope="row">{name} " " {side.map(|side| view! { <SideBadge side /> })}</th>
            <td>{tally.dates} " " {uncalled}</td>
            <td>
                <b>{tally.came}</b>
            </td>
            <td>{tally.people}</td>
            <td>{percent(&tally)}</td>
            <td>{tally.places} " " {families}</td>
            <td>{tally.booked}</td>
            <td>{tally.absent}</td>
            <td>{tally.leave}</td>
            <td>{tally.unmarked()}</td>
        </tr>
    }
}
